//! `plan check|show`: what each says, as text and as JSON. Reading files, writing output, the
//! clock and exit codes are the caller's; `plan new` is [`crate::ceremony::plan::template`].

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::ceremony::board::side_words;
use crate::ceremony::plan::check::{cautions, publication};
use crate::ceremony::plan::{ALARMS, Participant, Place, Plan};
use crate::ceremony::problem::Problems;
use crate::cli::script::text::{COLUMNS, faults, mode, problems_json, wrapped};
use crate::digest::Sha256;

/// `plan check`: everything that is wrong, or the digest to write down.
pub fn check(file: &str, outcome: &Result<Plan, Problems>) -> String {
    match outcome {
        Ok(plan) => {
            let mut text = format!("{file}: a plan without faults: {}\n\n", plan.title);
            for caution in cautions(plan).into_iter().chain(publication(plan)) {
                wrapped(&mut text, &format!("KNOW THIS: {caution}"), "");
                text.push('\n');
            }
            digest(&mut text, &plan.digest);
            text.push_str(
                "\nWrite these words on the papers that you hand out: they are read aloud first in\n\
                 the room.\n",
            );
            text
        }
        Err(problems) => faults(file, problems),
    }
}

/// `plan check --json`.
pub fn check_json(file: &str, outcome: &Result<Plan, Problems>) -> Value {
    let none = Problems::default();
    json!({
        "file": file,
        "ok": outcome.is_ok(),
        "sha256": outcome.as_ref().ok().map(|plan| plan.digest.hex()),
        "words": outcome.as_ref().ok().map(|plan| plan.digest.words().to_vec()),
        "cautions": outcome.as_ref().map(|plan| [cautions(plan), publication(plan)].concat()).unwrap_or_default(),
        "problems": problems_json(outcome.as_ref().err().unwrap_or(&none)),
    })
}

/// `plan show`.
pub fn show(plan: &Plan) -> String {
    let mut text = format!("{}\n\n", plan.title);
    let lines = [
        ("script", plan.script.clone()),
        ("mode", mode(plan.mode).to_owned()),
    ];
    let rest = [
        (
            "expiry bounds",
            format!(
                "{} to {} days",
                plan.policy.expiry_min_days, plan.policy.expiry_max_days
            ),
        ),
        ("P-384 allowed", yes(plan.policy.allow_p384).to_owned()),
        (
            "clock tolerance",
            format!("{} minutes", plan.policy.clock_tolerance_minutes),
        ),
        ("also written to", some(&plan.output)),
        (
            "a published copy",
            format!(
                "withholds {}; {}",
                plan.publish.in_words(),
                match plan.publish.salt {
                    Some(_) => "the plan has a salt",
                    None => "the plan has no salt",
                }
            ),
        ),
    ];
    let own = |(label, value): (&str, String)| (label.to_owned(), value);
    let parameters = plan.parameters().into_iter().map(|(label, value)| {
        if ALARMS.contains(&label.as_str()) || label.starts_with("YubiKey") {
            return (label, value);
        }
        // IN, OUT, P-384: no beginning of a sentence
        if label.chars().nth(1).is_none_or(char::is_uppercase) {
            return (label, value);
        }
        let mut letters = label.chars();
        let first = letters.next().map(|c| c.to_lowercase().to_string());
        (first.unwrap_or_default() + letters.as_str(), value)
    });
    let lines = lines.map(own).into_iter();
    for (label, value) in lines.chain(parameters).chain(rest.map(own)) {
        labelled(&mut text, &label, &value);
    }
    for (name, role) in plan.root.iter().flat_map(|root| &root.roles) {
        if role.keys.iter().any(|key| key.sha256.is_some()) {
            let _ = writeln!(text, "\nKey files of {name}");
        }
        for key in role.keys.iter().filter(|key| key.sha256.is_some()) {
            let _ = writeln!(text, "    {}", key.path);
            if let Some(pinned) = &key.sha256 {
                let _ = writeln!(text, "        SHA-256 {}", pinned.hex());
            }
        }
    }
    text.push_str("\nPeople\n");
    for person in &plan.participants {
        let quorum = plan.quorum.get(&person.duty).copied().unwrap_or_default();
        let _ = writeln!(
            text,
            "    {:<5}{:<32}{} (at least {quorum} present)",
            person.initials,
            person.name,
            person.duty.name()
        );
        for key in &person.keys {
            let serial = key
                .serial
                .as_deref()
                .map_or(String::new(), |s| format!(", serial {s}"));
            let _ = writeln!(
                text,
                "         {} {:?} on {}{serial}; {}",
                key.algorithm.name(),
                key.label,
                key.token,
                match key.place {
                    Place::Joins if plan.root.is_none() => "made in the room",
                    place => side_words(place),
                }
            );
        }
    }
    text.push('\n');
    digest(&mut text, &plan.digest);
    text
}

/// `plan show --json`.
pub fn show_json(plan: &Plan) -> Value {
    let roles: serde_json::Map<String, Value> = plan
        .root
        .iter()
        .flat_map(|root| &root.roles)
        .map(|(name, role)| {
            let keys: Vec<Value> = role
                .keys
                .iter()
                .map(|key| json!({ "path": key.path, "sha256": key.sha256.map(|pin| pin.hex()) }))
                .collect();
            (
                name.clone(),
                json!({ "threshold": role.threshold, "keys": keys }),
            )
        })
        .collect();
    let quorum: serde_json::Map<String, Value> = plan
        .quorum
        .iter()
        .map(|(duty, number)| (duty.name().to_owned(), json!(number)))
        .collect();
    let people: Vec<Value> = plan.participants.iter().map(person_json).collect();
    json!({
        "title": plan.title,
        "script": plan.script,
        "mode": mode(plan.mode),
        "location": plan.location,
        "sha256": plan.digest.hex(),
        "words": plan.digest.words().to_vec(),
        "participants": people,
        "quorum": quorum,
        "trusted": plan.trusted.as_ref().map(|trusted| json!({
            "path": trusted.path,
            "sha256": trusted.sha256.map(|pin| pin.hex()),
        })),
        "staged": plan.staged.as_ref().map(|staged| json!({
            "path": staged.path,
            "role": staged.role,
            "payload": staged.payload.map(|pin| pin.hex()),
            "also": staged.also,
            "delegated_by": staged.delegated_by,
            "previous": staged.previous,
        })),
        "root": plan.root.as_ref().map(|root| json!({
            "version": root.version,
            "threshold": root.threshold,
            "expires": crate::ceremony::plan::check::stamp(root.expires),
            "consistent_snapshot": root.consistent_snapshot,
            "role": roles,
            "keep": root.keep.iter().map(|kept| json!({
                "keyid": kept.keyid.hex(),
                "name": kept.name,
            })).collect::<Vec<_>>(),
            "remove": root.remove.iter().map(|gone| json!({
                "keyid": gone.keyid.hex(),
                "name": gone.name,
                "reason": gone.reason.name(),
            })).collect::<Vec<_>>(),
        })),
        "policy": {
            "expiry_min_days": plan.policy.expiry_min_days,
            "expiry_max_days": plan.policy.expiry_max_days,
            "allow_p384": plan.policy.allow_p384,
            "no_spare_acknowledged": plan.policy.no_spare_acknowledged,
            "required_checks": plan.policy.required_checks,
            "clock_tolerance_minutes": plan.policy.clock_tolerance_minutes,
            "signing_continues": plan.policy.signing_continues,
            "provisioning": {
                "pin_tries": plan.policy.provisioning.pin_tries,
                "puk_tries": plan.policy.provisioning.puk_tries,
                "escrow": plan.policy.provisioning.escrow,
            },
            "attestation": {
                "required": plan.policy.attestation.required,
                "required_of_others": plan.policy.attestation.required_of_others,
                "intermediates": plan.policy.attestation.intermediates,
                "test_roots": plan.policy.attestation.test_roots,
            },
        },
        "transport": {
            "in": plan.transport.incoming,
            "out": plan.transport.outgoing,
            "log": plan.transport.log,
        },
        "cautions": cautions(plan),
        "output": { "directories": plan.output },
    })
}

fn person_json(person: &Participant) -> Value {
    let keys: Vec<Value> = person
        .keys
        .iter()
        .map(|key| {
            json!({
                "name": key.name.0,
                "token": key.token,
                "serial": key.serial,
                "algorithm": key.algorithm.name(),
                "key_label": key.label,
                "keyid": key.place.keyid().map(|id| id.hex()),
                "leaves": matches!(key.place, Place::Leaves(_)),
                "pin_policy": key.policies.map(|policies| policies.pin.name()),
                "touch_policy": key.policies.map(|policies| policies.touch.name()),
                "spare": key.spare.as_ref().map(|spare| json!({
                    "token": spare.token,
                    "serial": spare.serial,
                })),
            })
        })
        .collect();
    json!({
        "id": person.id,
        "name": person.name,
        "initials": person.initials,
        "duty": person.duty.name(),
        "keys": keys,
    })
}

/// A line with a label; what is too long for a screen goes on below.
fn labelled(text: &mut String, label: &str, value: &str) {
    let line = format!("{label:<23}{value}");
    if line.chars().count() <= COLUMNS {
        text.push_str(&line);
        text.push('\n');
        return;
    }
    let mut lines = String::new();
    wrapped(&mut lines, value, &" ".repeat(23));
    let _ = write!(text, "{label:<23}{}", lines.trim_start());
}

/// A digest as hex groups and as a numbered grid of words, as on every screen and paper.
fn digest(text: &mut String, digest: &Sha256) {
    text.push_str("SHA-256 of the plan\n");
    for line in digest.groups().chunks(8) {
        let _ = writeln!(text, "    {}", line.join(" "));
    }
    let words = digest.words();
    let numbered: Vec<(usize, &str)> = (1..).zip(words).collect();
    for line in numbered.chunks(4) {
        text.push_str("    ");
        for (number, word) in line {
            let _ = write!(text, "{number:>2} {word:<14}");
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
}

fn yes(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

fn some(items: &[String]) -> String {
    if items.is_empty() {
        "none".to_owned()
    } else {
        items.join(", ")
    }
}
