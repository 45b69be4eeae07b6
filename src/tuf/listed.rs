//! Keys and roles as metadata lists them: in a root for the top-level roles, in targets metadata
//! for those that it delegates to (TUF specification, sections 4.3 and 4.5).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::fields::{at_most, join, list, note_unknown, object, whole, within};
use super::key::{KeyError, KeyId, PublicKey};
use super::root::MetadataError;
use crate::safe::safe;

/// Most keys that a role may have.
pub const MAX_ROLE_KEYS: usize = 10_000;

/// One key that metadata lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// The key, where it is of a kind that can be used here.
    pub public: Result<PublicKey, KeyError>,
    /// The id that this key object must have. Where it differs from the one it is listed under,
    /// strict clients reject the file.
    pub computed: KeyId,
    /// The key object as read.
    pub raw: Value,
}

/// The keys of one role by id, and how many must sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleKeys {
    /// Key ids, each once. They may name keys that are not listed: those cannot sign.
    pub keyids: Vec<KeyId>,
    /// How many different keys must sign; at least 1.
    pub threshold: u32,
}

/// The members of a key object that this version knows.
pub(in crate::tuf) const KEY_MEMBERS: &[&str] = &["keytype", "scheme", "keyval"];
/// The same of a key object's `keyval`.
pub(in crate::tuf) const KEYVAL_MEMBERS: &[&str] = &["public"];
/// The same of a role of a root.
pub(in crate::tuf) const ROLE_MEMBERS: &[&str] = &["keyids", "threshold"];

/// Reads the object `keys`, which stands at `at`.
pub(super) fn keys(
    listed: &Map<String, Value>,
    at: &str,
    unknown: &mut Vec<String>,
) -> Result<BTreeMap<KeyId, ListedKey>, MetadataError> {
    let mut keys = BTreeMap::new();
    for (id, raw) in listed {
        let listed = id.parse().map_err(|reason| MetadataError::KeyId {
            at: format!("`{at}`"),
            reason,
        })?;
        let at = join(at, id);
        let members = object(raw, &at)?;
        note_unknown(unknown, members, &at, KEY_MEMBERS);
        if let Some(Value::Object(keyval)) = members.get("keyval") {
            note_unknown(unknown, keyval, &format!("{at}.keyval"), KEYVAL_MEMBERS);
        }
        let computed = KeyId::of(raw).map_err(|error| within(&at, error))?;
        keys.insert(
            listed,
            ListedKey {
                public: PublicKey::from_tuf(raw),
                computed,
                raw: raw.clone(),
            },
        );
    }
    Ok(keys)
}

/// Reads `keyids` and `threshold` of the role `name`, whose object stands at `at`.
pub(super) fn role_keys(
    members: &Map<String, Value>,
    at: &str,
    name: &str,
) -> Result<RoleKeys, MetadataError> {
    let listed = list(members, at, "keyids")?;
    at_most(MAX_ROLE_KEYS, listed.len(), &format!("{at}.keyids"))?;
    let mut seen = BTreeSet::new();
    let mut keyids = Vec::with_capacity(listed.len());
    for id in listed {
        let id = id
            .as_str()
            .ok_or_else(|| MetadataError::shape(&format!("{at}.keyids"), "a list of text"))?;
        let keyid = id.parse().map_err(|reason| MetadataError::KeyId {
            at: at.to_owned(),
            reason,
        })?;
        if !seen.insert(keyid) {
            return Err(MetadataError::Twice {
                what: format!("role {}", safe(name)),
                keyid,
            });
        }
        keyids.push(keyid);
    }
    let threshold = whole(members, at, "threshold")?;
    let threshold = u32::try_from(threshold).map_err(|_| {
        MetadataError::value(
            &format!("{at}.threshold"),
            "a small whole number",
            &threshold.to_string(),
        )
    })?;
    Ok(RoleKeys { keyids, threshold })
}
