//! The root of a plan: its dates, thresholds and the keys of its online roles.

use std::collections::{BTreeMap, BTreeSet};

use time::OffsetDateTime;
use time::PrimitiveDateTime;
use time::macros::format_description;

use super::{PATH, digest, key_id, plain_path};
use crate::ceremony::plan::{
    Duty, KeptKey, KeyFilePlan, KeyIds, KeyPlan, Mode, Participant, Place, PlanPolicy, Reason,
    RemovedKey, RolePlan, RootPlan,
};
use crate::ceremony::toml_reader::{Found, Reading, Section};
use crate::tuf::key::KeyId;

/// The online roles of TUF, all of which a root names (TUF specification, section 4.3).
pub(in crate::ceremony::plan) const ONLINE_ROLES: [&str; 3] = ["targets", "snapshot", "timestamp"];

/// A root as read, with the place of its threshold.
pub(super) struct ReadRoot {
    /// The root.
    pub(super) plan: RootPlan,
    /// Where its threshold stands.
    threshold: Found<u64>,
}

/// The root, where enough of it could be read. Where it `follows` a trusted root, an online role
/// that it does not name stays as it is.
pub(super) fn read(
    reading: &Reading<'_>,
    section: &Section<'_, '_>,
    follows: bool,
) -> Option<ReadRoot> {
    let version = section.number("version", 1..=u64::from(u32::MAX));
    let threshold = section.number("threshold", 1..=u64::from(u16::MAX));
    let expires = section
        .text("expires")
        .and_then(|text| moment(reading, &text));
    let consistent_snapshot = section.flag("consistent_snapshot");
    let mut roles = BTreeMap::new();
    let table = if follows {
        section.optional_section("role")
    } else {
        section.section("role")
    };
    if let Some(table) = table {
        for name in ONLINE_ROLES {
            let role = if follows {
                table.optional_section(name)
            } else {
                table.section(name)
            };
            if let Some(role) = role.and_then(|role| read_role(reading, &role)) {
                roles.insert(name.to_owned(), role);
            }
        }
        table.finish();
    }
    let keep = listed(
        reading,
        section,
        "keep",
        |_| Some(()),
        |keyid, name, ()| KeptKey { keyid, name },
    );
    let remove = listed(
        reading,
        section,
        "remove",
        |table| Some(table.one_of("reason", &Reason::WORDS)?.value),
        |keyid, name, reason| RemovedKey {
            keyid,
            name,
            reason,
        },
    );
    if !follows {
        for (there, name) in [(!keep.is_empty(), "keep"), (!remove.is_empty(), "remove")] {
            if there {
                section.add(format!(
                    "`{}` names keys of a root before this one, and the plan has no `[trusted]`.",
                    section.key(name)
                ));
            }
        }
    }
    let key_ids = section
        .optional_text("key_ids")
        .and_then(|word| {
            section.choose(
                word,
                &[("keep", KeyIds::Keep), ("recompute", KeyIds::Recompute)],
            )
        })
        .map_or(KeyIds::Keep, |found| found.value);
    section.finish();
    let threshold = threshold?;
    Some(ReadRoot {
        plan: RootPlan {
            version: version?.value,
            threshold: u32::try_from(threshold.value).ok()?,
            expires: expires?,
            consistent_snapshot: consistent_snapshot?.value,
            roles,
            keep,
            remove,
            key_ids,
        },
        threshold,
    })
}

/// Keys of the trusted root that are named by their ids. `more` reads what else an entry has, also
/// where its id cannot be read, so that no entry is called unknown that is not.
fn listed<M, T>(
    reading: &Reading<'_>,
    section: &Section<'_, '_>,
    name: &'static str,
    more: impl Fn(&Section<'_, '_>) -> Option<M>,
    make: impl Fn(KeyId, String, M) -> T,
) -> Vec<T> {
    if !section.has(name) || section.is_empty_list(name) {
        // an empty list says the same as none
        let _ = section.has(name).then(|| section.sections(name));
        return Vec::new();
    }
    let mut keys = Vec::new();
    for table in section.sections(name) {
        let id = table.text("keyid").and_then(|hex| key_id(reading, &hex));
        let who = table.line_of_text("name", super::TITLE);
        let more = more(&table);
        let whole = id.zip(who).zip(more);
        table.finish();
        keys.extend(whole.map(|((id, who), more)| make(id, who.value, more)));
    }
    keys
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
    let here = people.iter().filter(|p| p.value.duty == Duty::Keyholder);
    let here = here.map(|p| match p.value.keys.as_slice() {
        // it could not be read, which is a problem of its own
        [] => 1,
        keys => {
            let stays = |key: &&KeyPlan| !matches!(key.place, Place::Leaves(_));
            keys.iter().filter(stays).count()
        }
    });
    let keys = here.sum::<usize>() + root.plan.keep.len();
    let wanted = usize::try_from(root.plan.threshold).unwrap_or(usize::MAX);
    let tell = |sentence: String| {
        reading.add(root.threshold.line, root.threshold.key.clone(), sentence);
    };
    if wanted > keys {
        tell(format!(
            "`root.threshold` is {wanted}, but the plan's root has {keys} keys: it could never \
             be signed."
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
