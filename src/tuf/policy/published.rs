//! What is to be said of a root that is already written.

use std::collections::BTreeMap;

use super::{Finding, caution, keys_below, plural, rule, stop};
use crate::digest::Sha256;
use crate::tuf::root::{Role, Root};

/// What is to be said of a root that somebody has written: what [`super::findings`] would not see,
/// because a [`crate::tuf::root::RootSpec`] cannot say it.
pub fn published(root: &Root) -> Vec<Finding> {
    let mut found = Vec::new();
    for (listed, computed) in root.wrong_ids() {
        stop(
            &mut found,
            "root.key-id",
            format!(
                "Key {listed} is listed under an id that is not its own: it must be {computed}. tough and sigstore-rs reject such a root."
            ),
        );
    }
    for (id, key) in &root.keys {
        if let Err(why) = &key.public {
            caution(
                &mut found,
                "root.key-unusable",
                format!("Key {id} cannot be used here, so its signatures do not count: {why}."),
            );
        }
    }
    for role in Role::ALL {
        let mut ids_of = BTreeMap::<Sha256, Vec<String>>::new();
        for (id, key) in root.role_keys(role) {
            ids_of.entry(key.fingerprint()).or_default().push(id.hex());
        }
        for (key, ids) in ids_of.iter().filter(|(_, ids)| ids.len() > 1) {
            stop(
                &mut found,
                "root.same-key-twice",
                format!(
                    "Role {role} has one public key (fingerprint {key}) under {} ids: {}. It counts once here, but python-tuf, tuf-js and tough count it {} times.",
                    ids.len(),
                    ids.join(", "),
                    ids.len()
                ),
            );
        }
        let needed = root.role(role).map_or(0, |keys| keys.threshold);
        if keys_below(ids_of.len(), needed) {
            stop(
                &mut found,
                rule(
                    role,
                    "root.threshold-above-keys",
                    "role.threshold-above-keys",
                ),
                format!(
                    "Role {role} needs {needed} signatures and has {}: it can never be signed.",
                    plural(ids_of.len(), "usable key")
                ),
            );
        }
    }
    found
}
