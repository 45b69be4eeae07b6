//! Keys and thresholds of the roles, and the ids under which keys are listed.

use std::collections::BTreeSet;

use super::Step;
use crate::digest::Sha256;
use crate::tuf::diff::keys::unused;
use crate::tuf::diff::{KeyChange, Mark};
use crate::tuf::key::KeyId;
use crate::tuf::policy::{Finding, Level, caution, info, plural, rule};
use crate::tuf::root::{Role, Root};

pub(super) fn find(found: &mut Vec<Finding>, step: &Step) {
    if let Some(old) = step.old {
        thresholds(found, old, step.new);
        keys_needed_once_more(found, step, old);
        new_ids(found, step);
        corrected_ids(found, old, step.new);
        keys_of_other_roles(found, step);
    }
    unlisted(found, step.new);
    unused_keys(found, step.new);
    online_key_shared(found, step.new);
}

fn thresholds(found: &mut Vec<Finding>, old: &Root, new: &Root) {
    for role in Role::ALL {
        let of = |root: &Root| root.role(role).map_or(0, |keys| keys.threshold);
        let (before, after) = (of(old), of(new));
        if after < before {
            let id = rule(role, "root.threshold-lowered", "role.threshold-lowered");
            let sentence = format!(
                "The threshold of role {role} goes down from {before} to {after}: fewer people can sign it."
            );
            caution(found, id, sentence);
        } else if after > before {
            let id = rule(role, "root.threshold-raised", "role.threshold-raised");
            let sentence =
                format!("The threshold of role {role} goes up from {before} to {after}.");
            info(found, id, sentence);
        }
    }
}

/// The keys that leave have to sign one last time where those that stay are too few.
fn keys_needed_once_more(found: &mut Vec<Finding>, step: &Step, old: &Root) {
    let of_old = |key: &&KeyChange| key.role == Some(Role::Root) && !key.old_ids.is_empty();
    let usable = |key: &&KeyChange| key.fingerprint.is_some();
    let all = step.keys.iter().filter(of_old).filter(usable);
    let (leave, stay): (Vec<_>, Vec<_>) = all.partition(|key| key.mark == Mark::Removed);
    if leave.is_empty() {
        return;
    }
    let needed = old.role(Role::Root).map_or(0, |keys| keys.threshold);
    let needed = usize::try_from(needed).unwrap_or(usize::MAX);
    let names: Vec<_> = leave.iter().map(|key| key.holder_or_id()).collect();
    let names = names.join(", ");
    let version = step.new.version;
    let missing = needed.saturating_sub(stay.len());
    let (level, sentence) = if missing == 0 {
        (
            Level::Info,
            format!(
                "Of the root keys that clients trust now, {} and {} ({names}): those that stay can sign for the old side by themselves.",
                verb(stay.len(), "stays", "stay"),
                verb(leave.len(), "leaves", "leave"),
            ),
        )
    } else {
        (
            Level::Caution,
            format!(
                "Only {} of the root keys that clients trust now {}, and this root must be signed by {needed} of those: at least {missing} of the keys that leave ({names}) must sign it one last time. Destroy none of them before version {version} is complete and published.",
                stay.len(),
                if stay.len() == 1 { "stays" } else { "stay" },
            ),
        )
    };
    found.push(Finding {
        rule: "root.old-keys-needed",
        level,
        sentence,
    });
}

fn verb(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

fn new_ids(found: &mut Vec<Finding>, step: &Step) {
    let mut said = BTreeSet::<Sha256>::new();
    for key in step.keys.iter().filter(|key| key.mark == Mark::Changed) {
        let Some(fingerprint) = key.fingerprint.filter(|key| said.insert(*key)) else {
            continue;
        };
        let role = key.role.map_or("no role", Role::name);
        let mut sentence = format!(
            "The key{} of role {role} (fingerprint {}) is the same as before and stands under another id: {} before, {} now.",
            key.whose(),
            fingerprint.short(),
            short(&key.old_ids),
            short(&key.new_ids),
        );
        if key.role == Some(Role::Root) {
            sentence.push_str(
                " Its one signature has to stand in the file under both ids, or clients do not count it on both sides.",
            );
        }
        caution(found, "root.key-new-id", sentence);
    }
}

fn short(ids: &[KeyId]) -> String {
    let ids: Vec<_> = ids.iter().map(|id| id.digest().short()).collect();
    ids.join(" and ")
}

/// Ids that were wrong in the old root only. Those of the new one are another rule's business.
fn corrected_ids(found: &mut Vec<Finding>, old: &Root, new: &Root) {
    let still: BTreeSet<_> = new.wrong_ids().into_iter().collect();
    for (listed, computed) in old.wrong_ids() {
        if !still.contains(&(listed, computed)) {
            let sentence = format!(
                "The root before it lists a key under the id {listed}, which is not its own (that is {computed}); this root does not. tough and sigstore-rs cannot read the old root, so they stop before this one."
            );
            info(found, "root.key-id-corrected", sentence);
        }
    }
}

fn keys_of_other_roles(found: &mut Vec<Finding>, step: &Step) {
    for role in [Role::Targets, Role::Snapshot, Role::Timestamp] {
        let of = |mark: Mark| {
            let keys = step
                .keys
                .iter()
                .filter(move |key| key.role == Some(role) && key.mark == mark);
            keys.map(KeyChange::holder_or_id).collect::<Vec<_>>()
        };
        let (added, removed) = (of(Mark::Added), of(Mark::Removed));
        let mut parts = Vec::new();
        if !added.is_empty() {
            parts.push(format!(
                "gets {} ({})",
                plural(added.len(), "new key"),
                added.join(", ")
            ));
        }
        if !removed.is_empty() {
            parts.push(format!(
                "loses {} ({})",
                plural(removed.len(), "key"),
                removed.join(", ")
            ));
        }
        if !parts.is_empty() {
            let sentence = format!("Role {role} {}.", parts.join(" and "));
            info(found, "role.keys-changed", sentence);
        }
    }
}

fn unlisted(found: &mut Vec<Finding>, new: &Root) {
    for (role, keys) in &new.roles {
        for id in keys.keyids.iter().filter(|id| !new.keys.contains_key(id)) {
            let sentence = format!(
                "Role {role} names key {id}, which the root does not list: it can never sign."
            );
            caution(found, "role.key-unlisted", sentence);
        }
    }
}

fn unused_keys(found: &mut Vec<Finding>, new: &Root) {
    for id in unused(new) {
        let sentence = format!("Key {id} is listed in the root and used by no role.");
        info(found, "root.key-unused", sentence);
    }
}

fn online_key_shared(found: &mut Vec<Finding>, new: &Root) {
    let of = |role| -> BTreeSet<Sha256> {
        new.role_keys(role)
            .map(|(_, key)| key.fingerprint())
            .collect()
    };
    let shared = of(Role::Snapshot)
        .intersection(&of(Role::Timestamp))
        .count();
    if shared > 0 {
        let sentence = format!(
            "Roles snapshot and timestamp share {}: whoever has one has the other. That is usual where both are signed by one service.",
            plural(shared, "key")
        );
        info(found, "role.online-key-shared", sentence);
    }
}
