//! A root in the making: keys come one by one, and roles may still lack theirs.
//!
//! The form is that of go-tuf's `init` and `gen-key`, so that both programs go on with the same file.
//! It is a root ([`Root::parse`]) once nothing is missing any more.

use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::{Signers, expires_text};
use crate::tuf::key::{KeyId, PublicKey};
use crate::tuf::root::{MetadataError, Role, Root, SPEC_VERSION};

/// Why a draft cannot be changed so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// What stands in the file is not of the form of a root.
    #[error("`{0}` is not of the form that a root has")]
    Shape(&'static str),
    /// It has the key already, under whatever id.
    #[error("role {role} has this key already, under key id {keyid}")]
    There {
        /// Of which role.
        role: Role,
        /// Under which id.
        keyid: KeyId,
    },
    /// It has no key of that id.
    #[error("role {role} has no key with id {keyid}")]
    NotThere {
        /// Of which role.
        role: Role,
        /// Under which id.
        keyid: KeyId,
    },
    /// A threshold that nothing or nobody meets.
    #[error("role {role} has {keys} keys, so that its threshold cannot be {threshold}")]
    Threshold {
        /// Of which role.
        role: Role,
        /// What was asked for.
        threshold: u32,
        /// How many different keys there are.
        keys: usize,
    },
    /// An expiry that clients cannot read.
    #[error(transparent)]
    Expiry(#[from] MetadataError),
}

/// A root in the making. Members that are not known stay.
#[derive(Clone, Debug, PartialEq)]
pub struct RootDraft(Value);

impl RootDraft {
    /// Version 1, without keys. It expires at once, so that nobody publishes it by accident: the
    /// expiry is to be given.
    pub fn new(consistent_snapshot: bool, now: OffsetDateTime) -> Result<Self, DraftError> {
        let now = now.replace_nanosecond(0).unwrap_or(now);
        Ok(Self(json!({
            "_type": "root",
            "spec_version": SPEC_VERSION,
            "version": 1,
            "expires": expires_text(now)?,
            "consistent_snapshot": consistent_snapshot,
            "keys": {},
            "roles": {},
        })))
    }

    /// Reads the signed portion of a file, which may be an unfinished root or a whole one.
    pub fn read(signed: Value) -> Result<Self, DraftError> {
        let top = signed.as_object().ok_or(DraftError::Shape("signed"))?;
        if top.get("_type") != Some(&json!("root")) {
            return Err(DraftError::Shape("_type"));
        }
        if top.get("version").and_then(Value::as_u64).is_none() {
            return Err(DraftError::Shape("version"));
        }
        let mut draft = Self(signed);
        draft.object("keys")?;
        draft.object("roles")?;
        Ok(draft)
    }

    /// The next version of a published root, with everything else as it is.
    pub fn after(root: &Root) -> Result<Self, DraftError> {
        let mut draft = Self::read(root.raw.clone())?;
        draft.put("version", json!(root.version.saturating_add(1)))?;
        Ok(draft)
    }

    /// The signed portion.
    pub fn signed(&self) -> &Value {
        &self.0
    }

    /// Its version.
    pub fn version(&self) -> u64 {
        self.0.get("version").and_then(Value::as_u64).unwrap_or(1)
    }

    /// Whether file names are to carry versions and digests.
    pub fn consistent_snapshot(&self) -> bool {
        self.0.get("consistent_snapshot") == Some(&Value::Bool(true))
    }

    /// The expiry as it stands.
    pub fn expires(&self) -> &str {
        let expires = self.0.get("expires").and_then(Value::as_str);
        expires.unwrap_or_default()
    }

    /// Sets the expiry: a whole second of UTC.
    pub fn set_expires(&mut self, expires: OffsetDateTime) -> Result<(), DraftError> {
        let text = expires_text(expires)?;
        self.put("expires", json!(text))
    }

    /// Sets whether file names are to carry versions and digests.
    pub fn set_consistent_snapshot(&mut self, consistent: bool) -> Result<(), DraftError> {
        self.put("consistent_snapshot", json!(consistent))
    }

    /// The ids of the keys of a role, in the order in which they stand; those of keys that cannot be
    /// used here as well.
    pub fn listed(&self, role: Role) -> Vec<KeyId> {
        let of_role = self.0.get("roles").and_then(|roles| roles.get(role.name()));
        let ids = of_role.and_then(|role| role.get("keyids"));
        let ids = ids.and_then(Value::as_array).into_iter().flatten();
        ids.filter_map(|id| id.as_str()?.parse().ok()).collect()
    }

    /// The keys of a role; none where it is still without.
    pub fn signers(&self, role: Role) -> Signers {
        let keys = self.0.get("keys");
        let of_role = self.0.get("roles").and_then(|roles| roles.get(role.name()));
        let threshold = of_role.and_then(|role| role.get("threshold"));
        let threshold = threshold.and_then(Value::as_u64).unwrap_or(0);
        let ids = of_role.and_then(|role| role.get("keyids"));
        let ids = ids.and_then(Value::as_array).into_iter().flatten();
        let usable = ids.filter_map(|id| {
            let id = id.as_str()?;
            let key = PublicKey::from_tuf(keys?.get(id)?).ok()?;
            Some((id.parse().ok()?, key))
        });
        Signers {
            keys: usable.collect(),
            threshold: u32::try_from(threshold).unwrap_or(u32::MAX),
        }
    }

    /// Adds a key to a role, under the id of the key object `object` (see
    /// [`PublicKey::to_tuf`]; other tools write more members into it). A role without a threshold
    /// gets 1.
    pub fn add_key(&mut self, role: Role, object: &Value) -> Result<KeyId, DraftError> {
        let key = PublicKey::from_tuf(object).map_err(|_| DraftError::Shape("keys"))?;
        let keyid = KeyId::of(object).map_err(|_| DraftError::Shape("keys"))?;
        let same = |(_, other): &&(KeyId, PublicKey)| other.fingerprint() == key.fingerprint();
        if let Some((keyid, _)) = self.signers(role).keys.iter().find(same) {
            return Err(DraftError::There {
                role,
                keyid: *keyid,
            });
        }
        self.object("keys")?.insert(keyid.hex(), object.clone());
        let roles = self.object("roles")?;
        let of_role = roles
            .entry(role.name())
            .or_insert_with(|| json!({ "keyids": [], "threshold": 1 }));
        let ids = of_role
            .get_mut("keyids")
            .and_then(Value::as_array_mut)
            .ok_or(DraftError::Shape("roles"))?;
        ids.push(Value::String(keyid.hex()));
        Ok(keyid)
    }

    /// Takes a key from a role, and its object with it where no other role has it. The threshold
    /// stays: [`Self::missing`] says so where it can no longer be met.
    pub fn remove_key(&mut self, role: Role, keyid: KeyId) -> Result<(), DraftError> {
        let hex = Value::String(keyid.hex());
        let ids = self
            .object("roles")?
            .get_mut(role.name())
            .and_then(|of_role| of_role.get_mut("keyids"))
            .and_then(Value::as_array_mut)
            .ok_or(DraftError::NotThere { role, keyid })?;
        let before = ids.len();
        ids.retain(|id| *id != hex);
        if ids.len() == before {
            return Err(DraftError::NotThere { role, keyid });
        }
        let used = |of_role: &Value| {
            let ids = of_role.get("keyids").and_then(Value::as_array);
            ids.is_some_and(|ids| ids.contains(&hex))
        };
        if !self.object("roles")?.values().any(used) {
            self.object("keys")?.remove(&keyid.hex());
        }
        Ok(())
    }

    /// Sets how many keys of a role must sign: at least one, at most all.
    pub fn set_threshold(&mut self, role: Role, threshold: u32) -> Result<(), DraftError> {
        let keys = self.signers(role).keys.len();
        if !usize::try_from(threshold).is_ok_and(|wanted| (1..=keys).contains(&wanted)) {
            return Err(DraftError::Threshold {
                role,
                threshold,
                keys,
            });
        }
        let of_role = self.object("roles")?.get_mut(role.name());
        let of_role = of_role.ok_or(DraftError::Shape("roles"))?;
        let of_role = of_role.as_object_mut().ok_or(DraftError::Shape("roles"))?;
        of_role.insert("threshold".to_owned(), json!(threshold));
        Ok(())
    }

    /// What it still lacks to be a root, as ends of sentences: "role targets has no key".
    pub fn missing(&self) -> Vec<String> {
        let roles = Role::ALL.into_iter();
        roles.filter_map(|role| self.missing_of(role)).collect()
    }

    /// The same for one role.
    pub fn missing_of(&self, role: Role) -> Option<String> {
        let signers = self.signers(role);
        if signers.keys.is_empty() {
            return Some(format!("role {role} has no key"));
        }
        let needed = usize::try_from(signers.threshold).unwrap_or(usize::MAX);
        if (1..=signers.keys.len()).contains(&needed) {
            return None;
        }
        Some(format!(
            "role {role} has {} keys and a threshold of {}",
            signers.keys.len(),
            signers.threshold
        ))
    }

    fn put(&mut self, name: &str, value: Value) -> Result<(), DraftError> {
        let top = self.0.as_object_mut().ok_or(DraftError::Shape("signed"))?;
        top.insert(name.to_owned(), value);
        Ok(())
    }

    fn object(&mut self, name: &'static str) -> Result<&mut Map<String, Value>, DraftError> {
        let member = self.0.get_mut(name);
        member
            .and_then(Value::as_object_mut)
            .ok_or(DraftError::Shape(name))
    }
}
