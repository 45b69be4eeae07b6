//! Reading a plan: TOML, all problems at once.

mod people;

use std::collections::{BTreeMap, BTreeSet};

use time::OffsetDateTime;
use time::PrimitiveDateTime;
use time::macros::format_description;

use super::{Duty, KeyFilePlan, Mode, Participant, Plan, PlanPolicy, RolePlan, RootPlan};
use crate::ceremony::check::IDS;
use crate::ceremony::problem::Problems;
use crate::ceremony::script::parse::MODES;
use crate::ceremony::suggest::{did_you_mean, nearest};
use crate::ceremony::toml_reader::{Found, Reading, Section};
use crate::ceremony::token::Algorithm;
use crate::digest::Sha256;

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
pub(super) const REQUIRED_CHECKS: [&str; 5] =
    ["network.interfaces", "network.routes", "memory.swap", "memory.core-dumps", "time.clock"];
/// The online roles of TUF, all of which a root names (TUF specification, section 4.3).
pub(super) const ONLINE_ROLES: [&str; 3] = ["targets", "snapshot", "timestamp"];

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
    let mode = header.as_ref().and_then(|h| h.one_of("mode", &MODES)).map(|m| m.value);
    let location = header.as_ref().and_then(|h| h.line_of_text("location", TITLE));
    if let Some(header) = &header {
        header.finish();
    }
    let participants = people::read(reading, &top);
    let quorum = people::quorum(reading, top.optional_section("quorum"), &participants);
    let policy = read_policy(reading, top.optional_section("policy"), mode);
    let root = top.section("root").and_then(|section| read_root(reading, &section));
    let output = read_output(reading, top.optional_section("output"));
    top.finish();
    if let Some(root) = &root {
        judge_threshold(reading, root, &participants, mode, &policy);
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
        root: root?.plan,
        policy,
        output,
    })
}

/// A root as read, with the place of its threshold.
struct ReadRoot {
    plan: RootPlan,
    threshold: Found<u64>,
}

fn read_root(reading: &Reading<'_>, section: &Section<'_, '_>) -> Option<ReadRoot> {
    let version = section.number("version", 1..=u64::from(u32::MAX));
    let threshold = section.number("threshold", 1..=u64::from(u16::MAX));
    let expires = section.text("expires").and_then(|text| moment(reading, &text));
    let consistent_snapshot = section.flag("consistent_snapshot");
    let mut roles = BTreeMap::new();
    if let Some(table) = section.section("role") {
        for name in ONLINE_ROLES {
            if let Some(role) = table.section(name).and_then(|role| read_role(reading, &role)) {
                roles.insert(name.to_owned(), role);
            }
        }
        table.finish();
    }
    section.finish();
    let threshold = threshold?;
    Some(ReadRoot {
        plan: RootPlan {
            version: version?.value,
            threshold: u32::try_from(threshold.value).ok()?,
            expires: expires?,
            consistent_snapshot: consistent_snapshot?.value,
            roles,
        },
        threshold,
    })
}

fn read_role(reading: &Reading<'_>, section: &Section<'_, '_>) -> Option<RolePlan> {
    let threshold = section.number("threshold", 1..=u64::from(u16::MAX));
    let mut keys = Vec::new();
    let mut paths = BTreeSet::new();
    let tables = section.sections("keys");
    if tables.is_empty() && threshold.is_some() && (!section.has("keys") || section.is_empty_list("keys"))
    {
        section.add(format!(
            "`{}` has no key: it needs `keys = [{{ path = \"…\" }}]`.",
            section.key("keys").trim_end_matches(".keys")
        ));
    }
    let named = tables.len();
    for table in tables {
        let path = table.line_of_text("path", PATH).and_then(|p| plain_path(reading, p));
        let sha256 = table.optional_text("sha256").map(|hex| digest(reading, &hex));
        table.finish();
        let Some(path) = path else { continue };
        if !paths.insert(path.value.clone()) {
            let sentence = format!("`{}` is named twice; a key counts once.", path.value);
            reading.add(path.line, path.key.clone(), sentence);
        }
        keys.push(KeyFilePlan {
            path: path.value,
            sha256: sha256.flatten(),
        });
    }
    section.finish();
    let threshold = threshold?;
    let wanted = usize::try_from(threshold.value).ok()?;
    if named > 0 && wanted > named {
        let sentence = format!(
            "`{}` is {wanted}, but only {named} keys are named: this role could never be signed.",
            threshold.key
        );
        reading.add(threshold.line, threshold.key, sentence);
    }
    Some(RolePlan {
        threshold: u32::try_from(threshold.value).ok()?,
        keys,
    })
}

fn read_policy(
    reading: &Reading<'_>,
    section: Option<Section<'_, '_>>,
    mode: Option<Mode>,
) -> PlanPolicy {
    let required: &[&str] = if mode == Some(Mode::Rehearsal) { &[] } else { &REQUIRED_CHECKS };
    let mut policy = PlanPolicy {
        expiry_min_days: EXPIRY_DAYS.0,
        expiry_max_days: EXPIRY_DAYS.1,
        allow_p384: false,
        no_spare_acknowledged: false,
        required_checks: required.iter().map(|id| (*id).to_owned()).collect(),
        clock_tolerance_minutes: CLOCK_TOLERANCE,
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
    if let Some(checks) = section.optional_texts("required_checks") {
        policy.required_checks = Vec::new();
        for check in checks {
            // What this binary never answers would stop the room on the day.
            if !IDS.contains(&check.value.as_str()) {
                let hint = nearest(&check.value, IDS.into_iter()).map_or_else(
                    || "`rootstage doctor` lists them, such as `network.interfaces`.".to_owned(),
                    did_you_mean,
                );
                let sentence =
                    format!("{:?} is not the id of a check that this binary makes. {hint}", check.value);
                reading.add(check.line, check.key, sentence);
            } else if !policy.required_checks.contains(&check.value) {
                policy.required_checks.push(check.value);
            }
        }
    }
    if let Some(minutes) = section.optional_number("clock_tolerance_minutes", 0..=15) {
        policy.clock_tolerance_minutes = u8::try_from(minutes.value).unwrap_or(CLOCK_TOLERANCE);
    }
    section.finish();
    policy
}

fn read_output(reading: &Reading<'_>, section: Option<Section<'_, '_>>) -> Vec<String> {
    let Some(section) = section else {
        return Vec::new();
    };
    let mut output: Vec<String> = Vec::new();
    for directory in section.optional_texts("directories").unwrap_or_default() {
        let Some(directory) = section.one_line(directory, PATH) else { continue };
        let Some(directory) = plain_path(reading, directory) else { continue };
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

/// Rules between the threshold and the number of keys; refused by name, as the plan's reviewers
/// will look for them by name.
fn judge_threshold(
    reading: &Reading<'_>,
    root: &ReadRoot,
    people: &[Found<Participant>],
    mode: Option<Mode>,
    policy: &PlanPolicy,
) {
    let keys = people.iter().filter(|p| p.value.duty == Duty::Keyholder).count();
    let wanted = usize::try_from(root.plan.threshold).unwrap_or(usize::MAX);
    let tell = |sentence: String| {
        reading.add(root.threshold.line, root.threshold.key.clone(), sentence);
    };
    if wanted > keys {
        tell(format!(
            "`root.threshold` is {wanted}, but the plan has {keys} keyholders: the root could \
             never be signed."
        ));
    } else if wanted == keys && !policy.no_spare_acknowledged {
        tell(format!(
            "`root.threshold` is {wanted} of {keys} keys: no spare. One lost key, and the root can \
             never be signed again. Add a keyholder, lower the threshold, or set \
             `policy.no_spare_acknowledged = true`."
        ));
    }
    if wanted == 1 && mode == Some(Mode::Production) {
        tell(
            "`root.threshold` is 1: one stolen key would be enough to replace a production root. \
             Use 2 or more."
                .to_owned(),
        );
    }
}

fn judge_algorithms(reading: &Reading<'_>, people: &[Found<Participant>], policy: &PlanPolicy) {
    for person in people {
        let p384 = |key: &super::KeyPlan| key.algorithm == Algorithm::EcdsaP384;
        if person.value.key.as_ref().is_some_and(p384) && !policy.allow_p384 {
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

fn moment(reading: &Reading<'_>, text: &Found<String>) -> Option<OffsetDateTime> {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    // The length settles what the parser would let pass, such as a signed year.
    let read = (text.value.len() == 20)
        .then(|| PrimitiveDateTime::parse(&text.value, format).ok())
        .flatten();
    if read.is_none() {
        let sentence = format!(
            "`{}` is {:?}; it must be a UTC time of the form \"2027-06-30T12:00:00Z\".",
            text.key, text.value
        );
        reading.add(text.line, text.key.clone(), sentence);
    }
    read.map(PrimitiveDateTime::assume_utc)
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

fn digest(reading: &Reading<'_>, hex: &Found<String>) -> Option<Sha256> {
    let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(hex.value.as_bytes()).ok();
    let digest = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()).map(Sha256);
    if digest.is_none() {
        let sentence = format!("`{}` must be a SHA-256 of 64 hexadecimal digits.", hex.key);
        reading.add(hex.line, hex.key.clone(), sentence);
    }
    digest
}

#[cfg(test)]
mod tests;
