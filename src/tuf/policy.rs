//! What a root may say but should not, in sentences for the people who are about to sign it.
//!
//! A rule has an id that reports and audits keep, and a level. Only [`Level::Stop`] holds a
//! ceremony up. Where a sentence names clients, it is because they were tried.

mod published;
mod rules;
mod whole;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::key::KeyKind;
use super::root::{Role, RoleSpec, RootSpec};
use crate::digest::Sha256;
use crate::safe::safe;

pub use published::published;
pub use rules::{RULES, Rule};
pub(super) use whole::of_root;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Good to know.
    Info,
    /// Somebody should have decided this knowingly.
    Caution,
    /// Not to be signed.
    Stop,
}

/// One thing that people should know before they sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Id of the rule, such as `root.no-spare`.
    pub rule: &'static str,
    /// How much it matters.
    pub level: Level,
    /// A whole sentence with the numbers.
    pub sentence: String,
}

/// What this ceremony holds a root to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Whether the root is for use; a rehearsal may have a threshold of one.
    pub production: bool,
    /// Fewest keys that must sign a root.
    pub min_root_threshold: u32,
    /// Fewest days until the root expires.
    pub expiry_min_days: u32,
    /// Most days until the root expires.
    pub expiry_max_days: u32,
    /// The plan says that every client in use takes P-384 keys.
    pub allow_p384: bool,
    /// The plan says that a root that cannot lose any key is intended.
    pub allow_threshold_equals_keys: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            production: true,
            min_root_threshold: 2,
            expiry_min_days: 90,
            expiry_max_days: 1100,
            allow_p384: false,
            allow_threshold_equals_keys: false,
        }
    }
}

/// What is to be said of a planned root at the time `now`.
pub fn findings(spec: &RootSpec, policy: &Policy, now: OffsetDateTime) -> Vec<Finding> {
    let mut found = Vec::new();
    expiry(&mut found, spec.expires, policy, now);
    for role in Role::ALL {
        match spec.roles.get(&role) {
            Some(keys) => {
                keys_twice(&mut found, role, keys);
                threshold(&mut found, role, keys, policy);
                key_types(&mut found, role, keys, policy);
            }
            None => stop(
                &mut found,
                "role.no-keys",
                format!("Role {role} is not in the root at all."),
            ),
        }
    }
    shared_keys(&mut found, spec);
    found
}

fn expiry(found: &mut Vec<Finding>, expires: OffsetDateTime, policy: &Policy, now: OffsetDateTime) {
    let days = (expires - now).whole_days();
    let (date, today) = (expires.date(), now.date());
    if expires <= now {
        stop(
            found,
            "root.expired",
            format!(
                "The root expires on {date}, and by this machine's clock today is {today}: no client would accept it. Check the clock first."
            ),
        );
    } else if days < i64::from(policy.expiry_min_days) {
        stop(
            found,
            "root.expiry-short",
            format!(
                "The root expires on {date}, in {}; the plan asks for at least {}.",
                day_count(days),
                policy.expiry_min_days
            ),
        );
    } else if days > i64::from(policy.expiry_max_days) {
        stop(
            found,
            "root.expiry-long",
            format!(
                "The root expires on {date}, in {}; the plan allows at most {}.",
                day_count(days),
                policy.expiry_max_days
            ),
        );
    }
}

fn fingerprints(keys: &RoleSpec) -> BTreeMap<Sha256, Vec<&str>> {
    let mut by_key = BTreeMap::<Sha256, Vec<&str>>::new();
    for entry in &keys.keys {
        by_key
            .entry(entry.key.fingerprint())
            .or_default()
            .push(&entry.note);
    }
    by_key
}

fn keys_twice(found: &mut Vec<Finding>, role: Role, keys: &RoleSpec) {
    for (key, notes) in fingerprints(keys)
        .iter()
        .filter(|(_, notes)| notes.len() > 1)
    {
        let notes: Vec<_> = notes.iter().map(|note| safe(note)).collect();
        stop(
            found,
            "root.same-key-twice",
            format!(
                "Role {role} has the same public key {} times ({}; fingerprint {key}): one key is one signature.",
                notes.len(),
                notes.join(", ")
            ),
        );
    }
}

fn threshold(found: &mut Vec<Finding>, role: Role, keys: &RoleSpec, policy: &Policy) {
    let have = fingerprints(keys).len();
    let needed = keys.threshold;
    if have == 0 {
        stop(
            found,
            "role.no-keys",
            format!("Role {role} has no keys, so nothing in it can ever be signed."),
        );
    }
    if needed == 0 {
        stop(
            found,
            rule(role, "root.threshold-zero", "role.threshold-zero"),
            format!("Role {role} has a threshold of 0: clients reject such a root."),
        );
        return;
    }
    if have > 0 && keys_below(have, needed) {
        stop(
            found,
            rule(
                role,
                "root.threshold-above-keys",
                "role.threshold-above-keys",
            ),
            format!(
                "Role {role} needs {needed} signatures and has {}: it can never be signed.",
                plural(have, "different key")
            ),
        );
    }
    if role != Role::Root {
        return;
    }
    let level = if policy.production {
        Level::Stop
    } else {
        Level::Caution
    };
    if needed == 1 && policy.min_root_threshold > 1 {
        let sentence = format!(
            "The root has a threshold of 1: any one of {} replaces every key there is. The plan asks for at least {}.",
            plural(have, "key"),
            policy.min_root_threshold
        );
        found.push(Finding {
            rule: "root.threshold-one",
            level,
            sentence,
        });
    } else if needed < policy.min_root_threshold {
        let sentence = format!(
            "The root has a threshold of {needed}; the plan asks for at least {}.",
            policy.min_root_threshold
        );
        found.push(Finding {
            rule: "root.threshold-low",
            level,
            sentence,
        });
    }
    if usize::try_from(needed) == Ok(have) {
        let (level, end) = if policy.allow_threshold_equals_keys {
            (Level::Caution, "The plan says that this is intended.")
        } else {
            (
                Level::Stop,
                "Add a spare key, or say in the plan that this is intended.",
            )
        };
        let sentence = format!(
            "The root needs {needed} of {}: if one is lost, the root can never be changed again. {end}",
            plural(have, "key")
        );
        found.push(Finding {
            rule: "root.no-spare",
            level,
            sentence,
        });
    }
}

fn key_types(found: &mut Vec<Finding>, role: Role, keys: &RoleSpec, policy: &Policy) {
    for entry in keys
        .keys
        .iter()
        .filter(|entry| entry.key.kind() == KeyKind::EcdsaP384)
    {
        let (level, end) = if policy.allow_p384 {
            (
                Level::Caution,
                "The plan says that none of the clients in use is one of them.",
            )
        } else {
            (
                Level::Stop,
                "Use P-256 or Ed25519, or say in the plan that no such client is in use.",
            )
        };
        let sentence = format!(
            "Role {role} has a P-384 key ({}): tuf-js and tough, and with them npm and sigstore-rs, do not verify its signatures. {end}",
            safe(&entry.note)
        );
        found.push(Finding {
            rule: "root.key-type",
            level,
            sentence,
        });
    }
}

fn shared_keys(found: &mut Vec<Finding>, spec: &RootSpec) {
    let keys_of = |role| spec.roles.get(&role).map(fingerprints).unwrap_or_default();
    let root: BTreeSet<_> = keys_of(Role::Root).into_keys().collect();
    for role in [Role::Targets, Role::Snapshot, Role::Timestamp] {
        let shared: Vec<_> = keys_of(role)
            .into_iter()
            .filter(|(key, _)| root.contains(key))
            .collect();
        if shared.is_empty() {
            continue;
        }
        let notes: BTreeSet<_> = shared
            .iter()
            .flat_map(|(_, notes)| notes.iter().map(|note| safe(note)))
            .collect();
        let notes = notes.into_iter().collect::<Vec<_>>().join(", ");
        // targets are often signed offline by the root's own keyholders; the other two never are
        let (level, what) = if role == Role::Targets {
            (
                Level::Info,
                "that is sound as long as targets are signed offline, too",
            )
        } else {
            (
                Level::Caution,
                "this role is signed online and often, so a root key would have to be online",
            )
        };
        let sentence = format!(
            "Role {role} uses {} of the root ({notes}): {what}.",
            plural(shared.len(), "key")
        );
        found.push(Finding {
            rule: "role.key-shared",
            level,
            sentence,
        });
    }
}

pub(super) fn stop(found: &mut Vec<Finding>, rule: &'static str, sentence: String) {
    found.push(Finding {
        rule,
        level: Level::Stop,
        sentence,
    });
}

pub(super) fn caution(found: &mut Vec<Finding>, rule: &'static str, sentence: String) {
    found.push(Finding {
        rule,
        level: Level::Caution,
        sentence,
    });
}

pub(super) fn info(found: &mut Vec<Finding>, rule: &'static str, sentence: String) {
    found.push(Finding {
        rule,
        level: Level::Info,
        sentence,
    });
}

pub(super) fn rule(role: Role, of_root: &'static str, of_others: &'static str) -> &'static str {
    if role == Role::Root {
        of_root
    } else {
        of_others
    }
}

fn keys_below(have: usize, needed: u32) -> bool {
    usize::try_from(needed).is_ok_and(|needed| have < needed)
}

pub(super) fn plural(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("{count} {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

pub(super) fn day_count(days: i64) -> String {
    if days == 1 {
        "1 day".to_owned()
    } else {
        format!("{days} days")
    }
}

#[cfg(test)]
mod tests;
