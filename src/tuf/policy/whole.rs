//! Everything that is to be said of a written root by itself, each thing once.

use std::collections::BTreeSet;

use time::OffsetDateTime;

use super::{Finding, Policy, findings, published};
use crate::tuf::key::{Holders, KeyId, PublicKey};
use crate::tuf::root::{KeyEntry, Role, RoleSpec, Root, RootSpec};

/// The findings of [`findings`] and [`published`] about a root that somebody has written.
pub(in crate::tuf) fn of_root(
    root: &Root,
    holders: &Holders,
    policy: &Policy,
    now: OffsetDateTime,
) -> Vec<Finding> {
    let roles = Role::ALL.map(|role| (role, role_spec(root, role, holders)));
    let spec = RootSpec {
        version: root.version,
        expires: root.expires,
        consistent_snapshot: root.consistent_snapshot,
        roles: roles.into(),
    };
    let mut found = findings(&spec, policy, now);
    // what `published` says of the same, it says with the keys that cannot be used in view
    found.retain(|finding| {
        !finding.rule.ends_with(".threshold-above-keys") && finding.rule != "role.no-keys"
    });
    found.extend(published(root));
    found
}

fn role_spec(root: &Root, role: Role, holders: &Holders) -> RoleSpec {
    let mut seen = BTreeSet::new();
    let keys = root
        .role_keys(role)
        .filter(|(_, key)| seen.insert(key.fingerprint()))
        .map(|(id, key)| KeyEntry {
            key: key.clone(),
            note: note(id, key, holders),
        });
    RoleSpec {
        keys: keys.collect(),
        threshold: root.role(role).map_or(0, |keys| keys.threshold),
    }
}

fn note(id: KeyId, key: &PublicKey, holders: &Holders) -> String {
    holders
        .get(&key.fingerprint())
        .cloned()
        .unwrap_or_else(|| format!("key id {}", id.digest().short()))
}
