//! A plan in view of what is outside of it: the script, the key files, the day.

mod cautions;
mod publication;

use std::collections::BTreeMap;

use time::OffsetDateTime;

use super::{Duty, Mode, Place, Plan};
use crate::attestation;
use crate::ceremony::attested;
use crate::ceremony::problem::{Problem, Problems};
use crate::ceremony::script::{Answerer, Script};
use crate::ceremony::scripts;
use crate::ceremony::suggest::{did_you_mean, list, nearest};
use crate::digest::Sha256;

pub use cautions::cautions;
pub use publication::{publication, step_ids};

/// The script that the plan names: the one given, otherwise the one shipped under that name.
pub fn script_of(plan: &Plan, given: Option<&Script>) -> Result<Script, Problem> {
    if let Some(given) = given {
        if given.name == plan.script {
            return Ok(given.clone());
        }
        return Err(Problem::new(
            0,
            "plan.script",
            format!(
                "The plan follows the script `{}`, but the script given is `{}`.",
                plan.script, given.name
            ),
        ));
    }
    let names: Vec<&str> = scripts::shipped().iter().map(|(name, _)| *name).collect();
    let Some(bytes) = scripts::bytes_of(&plan.script) else {
        let hint = nearest(&plan.script, names.iter().copied())
            .map_or_else(|| "Give its file with --script.".to_owned(), did_you_mean);
        return Err(Problem::new(
            0,
            "plan.script",
            format!(
                "There is no shipped script `{}`; there is {}. {hint}",
                plan.script,
                list(&names)
            ),
        ));
    };
    Script::parse(bytes).map_err(|problems| {
        let sentence = format!("The script `{}` has faults: {problems}", plan.script);
        Problem::new(0, "plan.script", sentence)
    })
}

/// What is wrong with the plan in view of the script that it follows.
pub fn against_script(plan: &Plan, script: &Script) -> Vec<Problem> {
    let mut problems = Vec::new();
    if plan.mode != script.mode {
        problems.push(Problem::new(
            0,
            "plan.mode",
            format!(
                "The plan is for {}, but its script `{}` is for {}.",
                mode(plan.mode),
                script.name,
                mode(script.mode)
            ),
        ));
    }
    let steps = || script.acts.iter().flat_map(|act| &act.steps);
    let mut needed: BTreeMap<Duty, (usize, &str)> = BTreeMap::new();
    for step in steps() {
        if step.each.has_holder() {
            needed.entry(Duty::Keyholder).or_insert((1, &step.id));
        }
        for duty in Duty::ALL {
            let seats = step
                .by
                .iter()
                .filter(|seat| **seat == Answerer::Duty(duty))
                .count();
            let so_far = needed.get(&duty).map_or(0, |(seats, _)| *seats);
            if seats > so_far {
                needed.insert(duty, (seats, &step.id));
            }
        }
        // People answer for themselves only, so that every seat takes another person.
        if step.by.len() > plan.participants.len() {
            let sentence = format!(
                "The step `{}` is answered by {} people; the plan has {}.",
                step.id,
                step.by.len(),
                plan.participants.len()
            );
            problems.push(Problem::new(0, "participant", sentence));
        }
    }
    for (duty, (seats, step)) in needed {
        let listed = plan.of_duty(duty).count();
        if seats > listed {
            let sentence = format!(
                "The step `{step}` needs {seats} with the duty {}; the plan lists {listed}.",
                duty.name()
            );
            problems.push(Problem::new(0, "participant", sentence));
        }
        let quorum = plan.quorum.get(&duty).copied().unwrap_or_default();
        if usize::try_from(quorum).is_ok_and(|quorum| quorum < seats && seats <= listed) {
            let sentence = format!(
                "The step `{step}` needs {seats} with the duty {}, but a quorum of {quorum} would do.",
                duty.name()
            );
            problems.push(Problem::new(0, format!("quorum.{}", duty.name()), sentence));
        }
    }
    let makes = steps().any(|step| step.kind == "generate-key") && plan.root.is_some();
    if makes && plan.trusted.is_none() {
        first_root(plan, script, &mut problems);
    }
    parts(plan, script, &mut problems);
    transport(plan, script, &mut problems);
    problems
}

/// The plan has the parts that the script works on, and no others.
fn parts(plan: &Plan, script: &Script, problems: &mut Vec<Problem>) {
    let has = |kind: &str| {
        let mut steps = script.acts.iter().flat_map(|act| &act.steps);
        steps.any(|step| step.kind == kind)
    };
    let parts = [
        ("trusted", plan.trusted.is_some(), "trusted-root"),
        ("staged", plan.staged.is_some(), "import-staged"),
        ("root", plan.root.is_some(), "assemble-root"),
    ];
    for (part, there, kind) in parts {
        let sentence = match (there, has(kind)) {
            (true, false) => format!(
                "The plan has `[{part}]`, but the script `{}` has no step of kind `{kind}` that would \
                 read it.",
                script.name
            ),
            // a first root has none before it
            (false, true) if part == "trusted" && plan.stages_a_root() => continue,
            (false, true) => format!(
                "The script `{}` has a step of kind `{kind}`, but the plan has no `[{part}]`.",
                script.name
            ),
            _ => continue,
        };
        problems.push(Problem::new(0, part, sentence));
    }
    let joins = plan.keys().any(|(_, key)| key.place == Place::Joins);
    let only_provisions = plan.root.is_none() && has("provision-token");
    if joins && !has("generate-key") && !only_provisions {
        let sentence = format!(
            "A keyholder's key has no `keyid`, so it is generated; the script `{}` has no step of kind \
             `generate-key`.",
            script.name
        );
        problems.push(Problem::new(0, "participant", sentence));
    }
}

/// The script has the steps for everything that crosses the air gap.
fn transport(plan: &Plan, script: &Script, problems: &mut Vec<Problem>) {
    let has = |kind: &str| {
        let mut steps = script.acts.iter().flat_map(|act| &act.steps);
        steps.any(|step| step.kind == kind)
    };
    if !plan.transport.media().is_empty() && !has("bind-media") {
        let sentence = format!(
            "The plan needs media, but the script `{}` has no step of kind `bind-media` in which they get their \
             roles.",
            script.name
        );
        problems.push(Problem::new(0, "transport", sentence));
    }
    if !plan.transport.outgoing.is_empty() && !has("export") {
        let sentence = format!(
            "`transport.out` names ways by which results leave, but the script `{}` has no step of kind `export`.",
            script.name
        );
        problems.push(Problem::new(0, "transport.out", sentence));
    }
    if let Some((one, other)) = cautions::same_on_a_medium(plan) {
        let sentence = format!(
            "On the IN medium a file is found by the last part of its path: {one:?} and {other:?} would be one file. \
             Give one of them another name."
        );
        problems.push(Problem::new(0, "transport.in", sentence));
    }
}

/// A script that generates the root's keys makes a first root.
fn first_root(plan: &Plan, script: &Script, problems: &mut Vec<Problem>) {
    if let Some(root) = plan.root.as_ref().filter(|root| root.version != 1) {
        let sentence = format!(
            "`root.version` is {}; the script `{}` makes a first root, which has version 1.",
            root.version, script.name
        );
        problems.push(Problem::new(0, "root.version", sentence));
    }
    let keyholders = plan.of_duty(Duty::Keyholder).count();
    let quorum = plan
        .quorum
        .get(&Duty::Keyholder)
        .copied()
        .unwrap_or_default();
    if usize::try_from(quorum).is_ok_and(|quorum| quorum < keyholders) {
        let sentence = format!(
            "`quorum.keyholder` is {quorum} of {keyholders}; a first root needs every keyholder, \
             as each makes a key."
        );
        problems.push(Problem::new(0, "quorum.keyholder", sentence));
    }
}

/// What is wrong with the plan if the ceremony is held at this time.
pub fn against_day(plan: &Plan, now: OffsetDateTime) -> Vec<Problem> {
    let Some(expires) = plan.root.as_ref().map(|root| root.expires) else {
        return Vec::new();
    };
    let days = (expires - now).whole_days();
    let (low, high) = (plan.policy.expiry_min_days, plan.policy.expiry_max_days);
    let sentence = if expires <= now {
        format!("The root would have expired at {} already.", stamp(expires))
    } else if days < i64::from(low) {
        format!(
            "The root would expire in {days} days, at {}; `policy.expiry_min_days` is {low}.",
            stamp(expires)
        )
    } else if days > i64::from(high) {
        format!(
            "The root would expire only in {days} days, at {}; `policy.expiry_max_days` is {high}.",
            stamp(expires)
        )
    } else {
        return Vec::new();
    };
    vec![Problem::new(0, "root.expires", sentence)]
}

/// What is wrong with the files of public keys and certificates that the plan names. `read` gives a file's bytes by its
/// path as the plan has it, or the reason why not.
pub fn files(plan: &Plan, read: &dyn Fn(&str) -> Result<Vec<u8>, String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for path in attested::paths(plan) {
        let found = read(path).and_then(|bytes| {
            let read = attestation::read(&bytes);
            read.map_err(|error| error.to_string())
        });
        if let Err(reason) = found {
            problems.push(Problem::new(
                0,
                "policy.attestation",
                format!("The file {path:?} cannot be used: {reason}."),
            ));
        }
    }
    for (name, role) in plan.root.iter().flat_map(|root| &root.roles) {
        let mut seen: BTreeMap<Vec<u8>, &str> = BTreeMap::new();
        for (number, file) in role.keys.iter().enumerate() {
            let key = format!("root.role.{name}.keys[{number}]");
            let mut tell = |sentence| problems.push(Problem::new(0, key.clone(), sentence));
            let bytes = match read(&file.path) {
                Ok(bytes) => bytes,
                Err(reason) => {
                    tell(format!(
                        "The key file {:?} cannot be read: {reason}.",
                        file.path
                    ));
                    continue;
                }
            };
            let found = Sha256::of(&bytes);
            if let Some(pinned) = file.sha256
                && pinned != found
            {
                tell(format!(
                    "The key file {:?} is not the one that was reviewed: its SHA-256 is {}, the \
                     plan has {}.",
                    file.path,
                    found.hex(),
                    pinned.hex()
                ));
            }
            match public_key(&bytes) {
                Err(reason) => tell(format!("The key file {:?} {reason}.", file.path)),
                Ok(der) => {
                    if let Some(other) = seen.insert(der, &file.path) {
                        tell(format!(
                            "The key in {:?} is the key in {other:?}; it would count once.",
                            file.path
                        ));
                    }
                }
            }
        }
    }
    problems
}

/// The DER bytes of a PEM public key (RFC 7468); the reason why it is none ends a sentence.
fn public_key(bytes: &[u8]) -> Result<Vec<u8>, String> {
    const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
    const END: &str = "-----END PUBLIC KEY-----";
    let text = std::str::from_utf8(bytes).map_err(|_| "is not PEM text".to_owned())?;
    if text.contains("PRIVATE KEY-----") {
        return Err(
            "holds a private key. Take it out of the plan's directory: a plan names public keys \
             only"
                .to_owned(),
        );
    }
    let inside = text
        .trim()
        .strip_prefix(BEGIN)
        .and_then(|rest| rest.strip_suffix(END))
        .ok_or_else(|| format!("is not one PEM public key (`{BEGIN}`)"))?;
    let base64: String = inside.split_whitespace().collect();
    let der = data_encoding::BASE64
        .decode(base64.as_bytes())
        .map_err(|_| "has base64 that cannot be read".to_owned())?;
    // SubjectPublicKeyInfo is an ASN.1 SEQUENCE (RFC 5280, section 4.1); which key it is, the
    // ceremony reads and shows.
    if der.first() == Some(&0x30) {
        Ok(der)
    } else {
        Err("is not a SubjectPublicKeyInfo".to_owned())
    }
}

/// Gives each problem the line of the file at which its key stands, where it stands there.
pub fn placed(bytes: &[u8], problems: Vec<Problem>) -> Problems {
    problems
        .into_iter()
        .map(|problem| {
            if problem.line > 0 {
                return problem;
            }
            let line = crate::ceremony::toml_reader::line_of_key(bytes, &problem.key);
            Problem { line, ..problem }
        })
        .collect()
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Production => "production",
        Mode::Rehearsal => "a rehearsal",
    }
}

/// A time as TUF writes it.
pub fn stamp(time: OffsetDateTime) -> String {
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        time.year(),
        u8::from(time.month()),
        time.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

#[cfg(test)]
mod tests;
