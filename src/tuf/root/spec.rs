//! A root as a ceremony plans it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::{MetadataError, Role};
use crate::canonical::MAX_SAFE_INTEGER;
use crate::tuf::key::PublicKey;
use crate::tuf::repository::expires_text;

/// The version of the TUF specification that written roots name.
pub const SPEC_VERSION: &str = "1.0.34";

/// What a root is to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootSpec {
    /// Version, from 1. Clients go from one root to the next in steps of one.
    pub version: u64,
    /// When clients stop accepting it: a whole second of UTC.
    pub expires: OffsetDateTime,
    /// Whether the repository's file names carry versions and digests.
    pub consistent_snapshot: bool,
    /// The four top-level roles.
    pub roles: BTreeMap<Role, RoleSpec>,
}

/// The keys of one role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleSpec {
    /// The keys; each once.
    pub keys: Vec<KeyEntry>,
    /// How many different keys must sign.
    pub threshold: u32,
}

/// A key in a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEntry {
    /// The key.
    pub key: PublicKey,
    /// Who holds it, or what it is for: for reviewers, never written into the root.
    pub note: String,
}

impl RootSpec {
    /// The signed portion of `root.json`. Refuses what a client would refuse; what is merely
    /// unwise is the business of [`crate::tuf::policy`].
    pub fn build(&self) -> Result<Value, MetadataError> {
        if self.version == 0 || self.version > MAX_SAFE_INTEGER {
            return Err(MetadataError::value(
                "version",
                &format!("1 to {MAX_SAFE_INTEGER}"),
                &self.version.to_string(),
            ));
        }
        let mut keys = Map::new();
        let mut roles = Map::new();
        for role in Role::ALL {
            let spec = self
                .roles
                .get(&role)
                .ok_or_else(|| MetadataError::Absent(format!("roles.{role}")))?;
            let mut keyids = Vec::with_capacity(spec.keys.len());
            for entry in &spec.keys {
                let keyid = entry.key.key_id();
                let hex = Value::String(keyid.hex());
                if keyids.contains(&hex) {
                    return Err(MetadataError::Twice {
                        what: format!("role {role}"),
                        keyid,
                    });
                }
                keyids.push(hex);
                keys.insert(keyid.hex(), entry.key.to_tuf());
            }
            if keyids.is_empty() {
                return Err(MetadataError::NoKeys(role));
            }
            let reachable = usize::try_from(spec.threshold)
                .is_ok_and(|needed| (1..=keyids.len()).contains(&needed));
            if !reachable {
                return Err(MetadataError::Threshold {
                    role,
                    threshold: spec.threshold,
                    keys: keyids.len(),
                });
            }
            roles.insert(
                role.name().to_owned(),
                json!({ "keyids": keyids, "threshold": spec.threshold }),
            );
        }
        Ok(json!({
            "_type": "root",
            "spec_version": SPEC_VERSION,
            "version": self.version,
            "expires": self.expires_text()?,
            "consistent_snapshot": self.consistent_snapshot,
            "keys": keys,
            "roles": roles,
        }))
    }

    /// The expiry as it is written: see [`expires_text`].
    pub fn expires_text(&self) -> Result<String, MetadataError> {
        expires_text(self.expires)
    }
}
