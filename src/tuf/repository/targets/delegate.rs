//! Delegations in the making (TUF specification, section 4.5).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::TargetsDraft;
use super::rules::role_name;
use crate::safe::safe;
use crate::tuf::delegations::{After, Delegations, MAX_PATTERN_BYTES};
use crate::tuf::key::{KeyId, PublicKey};
use crate::tuf::root::MetadataError;

/// What is to be delegated, and to whom.
#[derive(Clone, Debug, PartialEq)]
pub struct Delegation {
    /// The role.
    pub name: String,
    /// Its key objects, as they go into metadata. None keeps those that it has.
    pub keys: Vec<Value>,
    /// How many of its keys must sign.
    pub threshold: u32,
    /// Patterns of paths for which it may vouch. None keeps those that it has.
    pub paths: Vec<String>,
    /// Whether roles after it are asked about its paths.
    pub after: After,
}

/// Why something is not delegated so. The sentences stand by themselves but for the full stop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DelegationError {
    /// The role cannot have this name.
    #[error("{0} is no name for a delegated role: {1}")]
    Name(String, &'static str),
    /// There is no such delegation.
    #[error("nothing is delegated to {0}")]
    Absent(String),
    /// A new delegation without paths: clients reject it.
    #[error("{0} is delegated no path: name at least one pattern")]
    NoPath(String),
    /// A pattern that fits nothing, or that clients read in different ways.
    #[error(
        "the pattern {0} is not one: it has up to {MAX_PATTERN_BYTES} bytes, no control character, no backslash and no slash at its beginning"
    )]
    Pattern(String),
    /// A key object that is not a key that can be used.
    #[error("a key of {role} cannot be used: {reason}")]
    Key {
        /// Of which role.
        role: String,
        /// Why.
        reason: String,
    },
    /// The same key twice: some clients would count it twice.
    #[error("{role} would have the same key twice, under key id {keyid}")]
    Twice {
        /// Which role.
        role: String,
        /// Under which id the second time.
        keyid: KeyId,
    },
    /// A threshold that nothing or nobody meets.
    #[error("{role} has {keys} keys, so that its threshold cannot be {threshold}")]
    Threshold {
        /// Which role.
        role: String,
        /// What was asked for.
        threshold: u32,
        /// How many keys there are.
        keys: usize,
    },
    /// Delegations by the digests of paths (TAP 15), which stand instead of named roles.
    #[error("the metadata delegates by `succinct_roles`, beside which no role can be named")]
    Succinct,
    /// What stands there is not of the form of delegations.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
}

impl TargetsDraft {
    /// The delegations as they stand; `None` where nothing is delegated.
    pub fn delegations(&self) -> Result<Option<Delegations>, MetadataError> {
        let read = |value| Delegations::read(value, "delegations", &mut Vec::new());
        self.delegations.as_ref().map(read).transpose()
    }

    /// Delegates, or changes what is delegated to a role. Members that are not known stay, and so
    /// does the place among the other roles; a new role comes last.
    pub fn delegate(&mut self, to: &Delegation) -> Result<(), DelegationError> {
        let name = safe(&to.name);
        role_name(&to.name).map_err(|reason| DelegationError::Name(name.clone(), reason))?;
        let wrong = |pattern: &&String| {
            pattern.is_empty()
                || pattern.len() > MAX_PATTERN_BYTES
                || pattern.starts_with('/')
                || pattern.chars().any(|c| c.is_control() || c == '\\')
        };
        if let Some(pattern) = to.paths.iter().find(wrong) {
            return Err(DelegationError::Pattern(safe(pattern)));
        }
        let read = self.delegations()?;
        if read.as_ref().is_some_and(|read| read.succinct.is_some()) {
            return Err(DelegationError::Succinct);
        }
        let earlier = read.as_ref().and_then(|read| read.role(&to.name));
        if earlier.is_none() && to.paths.is_empty() {
            return Err(DelegationError::NoPath(name));
        }
        let mut objects = to.keys.clone();
        if let (Some(read), Some(role), true) = (&read, earlier, objects.is_empty()) {
            let listed = role.keys.keyids.iter().filter_map(|id| read.keys.get(id));
            objects = listed.map(|key| key.raw.clone()).collect();
        }
        let keys = keys(&name, &objects)?;
        if !usize::try_from(to.threshold).is_ok_and(|wanted| (1..=keys.len()).contains(&wanted)) {
            return Err(DelegationError::Threshold {
                role: name,
                threshold: to.threshold,
                keys: keys.len(),
            });
        }
        self.delegations
            .get_or_insert_with(|| json!({ "keys": {}, "roles": [] }));
        let mut entry = self.entry(&to.name).unwrap_or_default();
        let ids: Vec<String> = keys.iter().map(|(id, _)| id.hex()).collect();
        entry.insert("name".to_owned(), json!(to.name));
        entry.insert("keyids".to_owned(), json!(ids));
        entry.insert("threshold".to_owned(), json!(to.threshold));
        entry.insert("terminating".to_owned(), json!(to.after == After::Stop));
        if !to.paths.is_empty() {
            entry.insert("paths".to_owned(), json!(to.paths));
            entry.remove("path_hash_prefixes");
        }
        let shape = || MetadataError::shape("delegations", "an object with `keys` and `roles`");
        let listed = self.members().and_then(|all| all.get_mut("keys"));
        let listed = listed.and_then(Value::as_object_mut).ok_or_else(shape)?;
        for (id, object) in keys {
            listed.insert(id.hex(), object);
        }
        let roles = self.roles().ok_or_else(shape)?;
        match roles.iter_mut().find(|role| is_called(role, &to.name)) {
            Some(role) => *role = Value::Object(entry),
            None => roles.push(Value::Object(entry)),
        }
        self.drop_keys_of_nobody();
        // what clients would not read is found here, and not by them
        self.delegations()?;
        Ok(())
    }

    /// Takes a delegation back, and its keys where nobody else has them.
    pub fn undelegate(&mut self, name: &str) -> Result<(), DelegationError> {
        let absent = || DelegationError::Absent(safe(name));
        let roles = self.roles().ok_or_else(absent)?;
        let before = roles.len();
        roles.retain(|role| !is_called(role, name));
        if roles.len() == before {
            return Err(absent());
        }
        self.drop_keys_of_nobody();
        Ok(())
    }

    fn roles(&mut self) -> Option<&mut Vec<Value>> {
        self.members()?.get_mut("roles")?.as_array_mut()
    }

    fn entry(&mut self, name: &str) -> Option<Map<String, Value>> {
        let mut roles = self.roles()?.iter();
        roles
            .find(|role| is_called(role, name))?
            .as_object()
            .cloned()
    }

    fn drop_keys_of_nobody(&mut self) {
        let ids = |role: &Value| role.get("keyids").and_then(Value::as_array).cloned();
        let used: BTreeSet<String> = self
            .roles()
            .into_iter()
            .flatten()
            .filter_map(|role| ids(role))
            .flatten()
            .filter_map(|id| id.as_str().map(str::to_owned))
            .collect();
        let keys = self.members().and_then(|all| all.get_mut("keys"));
        if let Some(keys) = keys.and_then(Value::as_object_mut) {
            keys.retain(|id, _| used.contains(id));
        }
    }
}

fn is_called(role: &Value, name: &str) -> bool {
    role.get("name").and_then(Value::as_str) == Some(name)
}

fn keys(role: &str, objects: &[Value]) -> Result<Vec<(KeyId, Value)>, DelegationError> {
    let refused = |reason: String| DelegationError::Key {
        role: role.to_owned(),
        reason,
    };
    let mut seen = BTreeSet::new();
    let mut keys = Vec::with_capacity(objects.len());
    for object in objects {
        let key = PublicKey::from_tuf(object).map_err(|error| refused(error.to_string()))?;
        let keyid = KeyId::of(object).map_err(|error| refused(error.to_string()))?;
        if !seen.insert(key.fingerprint()) {
            return Err(DelegationError::Twice {
                role: role.to_owned(),
                keyid,
            });
        }
        keys.push((keyid, object.clone()));
    }
    Ok(keys)
}
