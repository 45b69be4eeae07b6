//! The root of a plan: its dates, thresholds and the keys of its online roles.

use std::collections::{BTreeMap, BTreeSet};

use time::OffsetDateTime;
use time::PrimitiveDateTime;
use time::macros::format_description;

use super::{PATH, plain_path};
use crate::ceremony::plan::{Duty, KeyFilePlan, Mode, Participant, PlanPolicy, RolePlan, RootPlan};
use crate::ceremony::toml_reader::{Found, Reading, Section};
use crate::digest::Sha256;

/// The online roles of TUF, all of which a root names (TUF specification, section 4.3).
pub(in crate::ceremony::plan) const ONLINE_ROLES: [&str; 3] = ["targets", "snapshot", "timestamp"];

/// A root as read, with the place of its threshold.
pub(super) struct ReadRoot {
    /// The root.
    pub(super) plan: RootPlan,
    /// Where its threshold stands.
    threshold: Found<u64>,
}

/// The root, where enough of it could be read.
pub(super) fn read(reading: &Reading<'_>, section: &Section<'_, '_>) -> Option<ReadRoot> {
    let version = section.number("version", 1..=u64::from(u32::MAX));
    let threshold = section.number("threshold", 1..=u64::from(u16::MAX));
    let expires = section
        .text("expires")
        .and_then(|text| moment(reading, &text));
    let consistent_snapshot = section.flag("consistent_snapshot");
    let mut roles = BTreeMap::new();
    if let Some(table) = section.section("role") {
        for name in ONLINE_ROLES {
            if let Some(role) = table
                .section(name)
                .and_then(|role| read_role(reading, &role))
            {
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
    if tables.is_empty()
        && threshold.is_some()
        && (!section.has("keys") || section.is_empty_list("keys"))
    {
        section.add(format!(
            "`{}` has no key: it needs `keys = [{{ path = \"…\" }}]`.",
            section.key("keys").trim_end_matches(".keys")
        ));
    }
    let named = tables.len();
    for table in tables {
        let path = table
            .line_of_text("path", PATH)
            .and_then(|p| plain_path(reading, p));
        let sha256 = table
            .optional_text("sha256")
            .map(|hex| digest(reading, &hex));
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

/// Rules between the threshold and the number of keys; refused by name, as the plan's reviewers
/// will look for them by name.
pub(super) fn judge_threshold(
    reading: &Reading<'_>,
    root: &ReadRoot,
    people: &[Found<Participant>],
    mode: Option<Mode>,
    policy: &PlanPolicy,
) {
    let keys = people
        .iter()
        .filter(|p| p.value.duty == Duty::Keyholder)
        .count();
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
