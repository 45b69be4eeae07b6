//! Reading a plan: TOML, all problems at once.

mod attestation;
mod people;
mod publish;
mod published;
mod root;
mod seal;
mod transport;
mod yubikeys;

use super::{Mode, Participant, Plan, PlanPolicy};
use crate::ceremony::check::IDS;
use crate::ceremony::problem::Problems;
use crate::ceremony::script::parse::MODES;
use crate::ceremony::suggest::{did_you_mean, nearest};
use crate::ceremony::token::{Algorithm, TokenKind};
use crate::ceremony::toml_reader::{Found, Reading, Section};
use crate::digest::Sha256;
use crate::tuf::key::KeyId;

/// Longest title or place, in characters.
const TITLE: usize = 64;
/// Longest path, in characters.
const PATH: usize = 1024;
/// Shortest and longest validity of a root in days, where the plan does not say.
const EXPIRY_DAYS: (u32, u32) = (30, 400);
/// Widest bound that a plan can set, in days: ten years.
const MOST_DAYS: u64 = 3660;
/// Difference between a watch and the clock in minutes, where the plan does not say.
const CLOCK_TOLERANCE: u8 = 2;
/// Checks that must pass in a production ceremony, where the plan does not say.
pub(super) const REQUIRED_CHECKS: [&str; 5] = [
    "network.interfaces",
    "network.routes",
    "memory.swap",
    "memory.core-dumps",
    "time.clock",
];

pub(super) use root::ONLINE_ROLES;

impl Plan {
    /// Reads a plan, or tells everything that is wrong with it by itself. What is wrong with it in
    /// view of the script, the files and the day is in [`super::check`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Problems> {
        let reading = Reading::new(bytes)?;
        let plan = read(&reading, Sha256::of(bytes));
        match plan {
            Some(plan) if reading.clean() => Ok(plan),
            _ => Err(reading.into_problems()),
        }
    }
}

fn read(reading: &Reading<'_>, digest: Sha256) -> Option<Plan> {
    let top = reading.top();
    let header = top.section("plan");
    let title = header.as_ref().and_then(|h| h.line_of_text("title", TITLE));
    let script = header.as_ref().and_then(|h| h.id("script"));
    let mode = header
        .as_ref()
        .and_then(|h| h.one_of("mode", &MODES))
        .map(|m| m.value);
    let location = header
        .as_ref()
        .and_then(|h| h.line_of_text("location", TITLE));
    if let Some(header) = &header {
        header.finish();
    }
    let participants = people::read(reading, &top);
    let quorum = people::quorum(reading, top.optional_section("quorum"), &participants);
    let policy = read_policy(reading, top.optional_section("policy"), mode, &participants);
    let trusted = published::trusted(reading, top.optional_section("trusted"), mode);
    let staged = published::staged(reading, top.optional_section("staged"));
    let root = top
        .optional_section("root")
        .map(|section| root::read(reading, &section, trusted.is_there()));
    published::judge(
        reading,
        &top,
        trusted.is_there(),
        &staged,
        root.is_some(),
        &participants,
    );
    let some_root = trusted.is_there() || staged.is_there() || root.is_some();
    let publish = publish::read(top.optional_section("publish"));
    let seal = seal::read(top.optional_section("seal"), some_root, &publish);
    let transport = transport::read(reading, top.optional_section("transport"));
    let output = read_output(reading, top.optional_section("output"));
    top.finish();
    if let Some(Some(root)) = &root {
        root::judge_threshold(reading, root, &participants, mode, &policy);
    }
    judge_algorithms(reading, &participants, &policy);
    Some(Plan {
        digest,
        title: title?.value,
        script: script?.value,
        mode: mode?,
        location: location?.value,
        participants: participants.into_iter().map(|p| p.value).collect(),
        quorum,
        trusted: trusted.into_read(),
        staged: staged.into_read(),
        root: match root {
            None => None,
            Some(read) => Some(read?.plan),
        },
        policy,
        seal,
        publish,
        transport,
        output,
    })
}

/// What must pass where the plan does not say; of a rehearsal, nothing.
fn required_by_default<'a>(
    mode: Option<Mode>,
    participants: impl IntoIterator<Item = &'a Participant>,
) -> Vec<String> {
    if mode == Some(Mode::Rehearsal) {
        return Vec::new();
    }
    let mut keys = participants.into_iter().flat_map(|person| &person.keys);
    let yubikeys = keys.any(|key| key.token.kind() == Some(TokenKind::YubiKey));
    REQUIRED_CHECKS
        .into_iter()
        .chain(yubikeys.then_some("smartcard.service"))
        .map(str::to_owned)
        .collect()
}

fn read_policy(
    reading: &Reading<'_>,
    section: Option<Section<'_, '_>>,
    mode: Option<Mode>,
    people: &[Found<Participant>],
) -> PlanPolicy {
    let required = required_by_default(mode, people.iter().map(|p| &p.value));
    let mut policy = PlanPolicy {
        expiry_min_days: EXPIRY_DAYS.0,
        expiry_max_days: EXPIRY_DAYS.1,
        allow_p384: false,
        no_spare_acknowledged: false,
        required_checks: required,
        clock_tolerance_minutes: CLOCK_TOLERANCE,
        signing_continues: false,
        provisioning: yubikeys::provisioning(reading, None),
        attestation: attestation::read(reading, None, mode, people),
    };
    let Some(section) = section else {
        return policy;
    };
    let days = |name| {
        let found = section.optional_number(name, 1..=MOST_DAYS)?;
        u32::try_from(found.value).ok().map(|days| (days, found))
    };
    let (low, high) = (days("expiry_min_days"), days("expiry_max_days"));
    policy.expiry_min_days = low.as_ref().map_or(EXPIRY_DAYS.0, |(days, _)| *days);
    policy.expiry_max_days = high.as_ref().map_or(EXPIRY_DAYS.1, |(days, _)| *days);
    if policy.expiry_min_days > policy.expiry_max_days
        && let Some((_, place)) = high.or(low)
    {
        let sentence = format!(
            "The shortest validity, {} days, is longer than the longest, {} days.",
            policy.expiry_min_days, policy.expiry_max_days
        );
        reading.add(place.line, place.key, sentence);
    }
    let flag = |name| section.optional_flag(name).is_some_and(|flag| flag.value);
    policy.allow_p384 = flag("allow_p384");
    policy.no_spare_acknowledged = flag("no_spare_acknowledged");
    policy.signing_continues = flag("signing_continues");
    if let Some(checks) = section.optional_texts("required_checks") {
        policy.required_checks = Vec::new();
        for check in checks {
            // What this binary never answers would stop the room on the day.
            if !IDS.contains(&check.value.as_str()) {
                let hint = nearest(&check.value, IDS.into_iter()).map_or_else(
                    || "`rootstage doctor` lists them, such as `network.interfaces`.".to_owned(),
                    did_you_mean,
                );
                let sentence = format!(
                    "{:?} is not the id of a check that this binary makes. {hint}",
                    check.value
                );
                reading.add(check.line, check.key, sentence);
            } else if !policy.required_checks.contains(&check.value) {
                policy.required_checks.push(check.value);
            }
        }
    }
    if let Some(minutes) = section.optional_number("clock_tolerance_minutes", 0..=15) {
        policy.clock_tolerance_minutes = u8::try_from(minutes.value).unwrap_or(CLOCK_TOLERANCE);
    }
    policy.provisioning = yubikeys::provisioning(reading, section.optional_section("provisioning"));
    let attestation = section.optional_section("attestation");
    policy.attestation = attestation::read(reading, attestation, mode, people);
    section.finish();
    policy
}

fn read_output(reading: &Reading<'_>, section: Option<Section<'_, '_>>) -> Vec<String> {
    let Some(section) = section else {
        return Vec::new();
    };
    let mut output: Vec<String> = Vec::new();
    for directory in section.optional_texts("directories").unwrap_or_default() {
        let Some(directory) = section.one_line(directory, PATH) else {
            continue;
        };
        let Some(directory) = plain_path(reading, directory) else {
            continue;
        };
        if output.contains(&directory.value) {
            let sentence = format!("`{}` is named twice.", directory.value);
            reading.add(directory.line, directory.key, sentence);
        } else {
            output.push(directory.value);
        }
    }
    section.finish();
    output
}

fn judge_algorithms(reading: &Reading<'_>, people: &[Found<Participant>], policy: &PlanPolicy) {
    for person in people {
        let p384 = |key: &super::KeyPlan| {
            key.algorithm == Algorithm::EcdsaP384 && key.place == super::Place::Joins
        };
        if person.value.keys.iter().any(p384) && !policy.allow_p384 {
            reading.add(
                person.line,
                format!("{}.algorithm", person.key),
                format!(
                    "The key of `{}` is ecdsa-p384, which the clients tuf-js and tough refuse. Use \
                     ecdsa-p256, or set `policy.allow_p384 = true` where no such client is used.",
                    person.value.id
                ),
            );
        }
    }
}

/// A key id: 64 lower-case hexadecimal digits.
fn key_id(reading: &Reading<'_>, hex: &Found<String>) -> Option<KeyId> {
    let id = hex.value.parse().ok();
    if id.is_none() {
        let sentence = format!(
            "`{}` must be a key id of 64 lower-case hexadecimal digits, as `rootstage root show` \
             prints it.",
            hex.key
        );
        reading.add(hex.line, hex.key.clone(), sentence);
    }
    id
}

/// A SHA-256 in hex.
fn digest(reading: &Reading<'_>, hex: &Found<String>) -> Option<Sha256> {
    let bytes = data_encoding::HEXLOWER_PERMISSIVE
        .decode(hex.value.as_bytes())
        .ok();
    let digest = bytes
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
        .map(Sha256);
    if digest.is_none() {
        let sentence = format!("`{}` must be a SHA-256 of 64 hexadecimal digits.", hex.key);
        reading.add(hex.line, hex.key.clone(), sentence);
    }
    digest
}

fn plain_path(reading: &Reading<'_>, path: Found<String>) -> Option<Found<String>> {
    if path.value.split('/').all(|part| part != "..") {
        return Some(path);
    }
    let sentence = format!(
        "`{}` is {:?}; a path must not climb with `..`, so that its reader sees where it leads.",
        path.key, path.value
    );
    reading.add(path.line, path.key, sentence);
    None
}

#[cfg(test)]
mod tests;
