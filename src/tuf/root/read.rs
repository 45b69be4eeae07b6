//! A typed view of a root that somebody has written, perhaps years ago.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{MetadataError, Role};
use crate::canonical::CanonicalError;
use crate::safe::safe;
use crate::tuf::key::{KeyError, KeyId, PublicKey};

/// What a root says. A view: the metadata itself stays a JSON value and is never written from
/// this, so that nothing unknown is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// Version, from 1.
    pub version: u64,
    /// When clients stop accepting it.
    pub expires: OffsetDateTime,
    /// The same as written; old roots have fractions and offsets.
    pub expires_text: String,
    /// Whether the repository's file names carry versions and digests.
    pub consistent_snapshot: bool,
    /// Version of the TUF specification that it names.
    pub spec_version: String,
    /// Keys by the ids under which the root lists them.
    pub keys: BTreeMap<KeyId, ListedKey>,
    /// The four top-level roles.
    pub roles: BTreeMap<Role, RoleKeys>,
    /// Paths of members that this version does not know, as `keys.ab12.x-owner`.
    pub unknown: Vec<String>,
    /// The signed portion as read.
    pub raw: Value,
}

/// Members that this version knows, of the signed portion.
pub(in crate::tuf) const TOP_MEMBERS: &[&str] = &[
    "_type",
    "spec_version",
    "version",
    "expires",
    "consistent_snapshot",
    "keys",
    "roles",
];
/// The same of a key object.
pub(in crate::tuf) const KEY_MEMBERS: &[&str] = &["keytype", "scheme", "keyval"];
/// The same of a key object's `keyval`.
pub(in crate::tuf) const KEYVAL_MEMBERS: &[&str] = &["public"];
/// The same of a role.
pub(in crate::tuf) const ROLE_MEMBERS: &[&str] = &["keyids", "threshold"];

/// One key of a root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedKey {
    /// The key, where it is of a kind that can be used here.
    pub public: Result<PublicKey, KeyError>,
    /// The id that this key object must have. Where it differs from the one it is listed under,
    /// strict clients reject the root.
    pub computed: KeyId,
    /// The key object as read.
    pub raw: Value,
}

/// The keys of one role by id, and how many must sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleKeys {
    /// Key ids, each once. They may name keys that the root does not list: those cannot sign.
    pub keyids: Vec<KeyId>,
    /// How many different keys must sign; at least 1.
    pub threshold: u32,
}

impl Root {
    /// Reads the signed portion of a root.
    pub fn parse(signed: &Value) -> Result<Self, MetadataError> {
        let top = object(signed, "signed")?;
        let kind = text(top, "", "_type")?;
        if kind != "root" {
            return Err(MetadataError::value("_type", "root", kind));
        }
        let spec_version = text(top, "", "spec_version")?;
        if spec_version != "1" && !spec_version.starts_with("1.") {
            return Err(MetadataError::value(
                "spec_version",
                "1.0 or a later 1.x",
                spec_version,
            ));
        }
        let version = whole(top, "", "version")?;
        let expires_text = text(top, "", "expires")?;
        let expires = OffsetDateTime::parse(expires_text, &Rfc3339).map_err(|_| {
            MetadataError::value(
                "expires",
                "a time such as 2030-01-01T00:00:00Z",
                expires_text,
            )
        })?;
        let consistent_snapshot = match top.get("consistent_snapshot") {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => return Err(MetadataError::shape("consistent_snapshot", "true or false")),
        };
        let mut unknown = Vec::new();
        note_unknown(&mut unknown, top, "", TOP_MEMBERS);
        Ok(Self {
            version,
            expires,
            expires_text: expires_text.to_owned(),
            consistent_snapshot,
            spec_version: spec_version.to_owned(),
            keys: read_keys(object(member(top, "", "keys")?, "keys")?, &mut unknown)?,
            roles: read_roles(object(member(top, "", "roles")?, "roles")?, &mut unknown)?,
            unknown,
            raw: signed.clone(),
        })
    }

    /// One role. Every root that was read has all four.
    pub fn role(&self, role: Role) -> Option<&RoleKeys> {
        self.roles.get(&role)
    }

    /// The keys that stand under an id which is not theirs: (listed, computed).
    pub fn wrong_ids(&self) -> Vec<(KeyId, KeyId)> {
        let listed = self
            .keys
            .iter()
            .map(|(listed, key)| (*listed, key.computed));
        listed
            .filter(|(listed, computed)| listed != computed)
            .collect()
    }

    /// The usable keys of one role, in the root's order, with the ids they are listed under.
    pub fn role_keys(&self, role: Role) -> impl Iterator<Item = (KeyId, &PublicKey)> {
        let keyids = self
            .roles
            .get(&role)
            .map(|keys| keys.keyids.as_slice())
            .unwrap_or_default();
        keyids
            .iter()
            .filter_map(|id| Some((*id, self.keys.get(id)?.public.as_ref().ok()?)))
    }
}

fn read_keys(
    listed: &Map<String, Value>,
    unknown: &mut Vec<String>,
) -> Result<BTreeMap<KeyId, ListedKey>, MetadataError> {
    let mut keys = BTreeMap::new();
    for (id, raw) in listed {
        let at = format!("keys.{}", safe(id));
        let listed = id.parse().map_err(|reason| MetadataError::KeyId {
            at: "`keys`".to_owned(),
            reason,
        })?;
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

fn read_roles(
    listed: &Map<String, Value>,
    unknown: &mut Vec<String>,
) -> Result<BTreeMap<Role, RoleKeys>, MetadataError> {
    note_unknown(unknown, listed, "roles", &Role::ALL.map(Role::name));
    let mut roles = BTreeMap::new();
    for role in Role::ALL {
        let at = format!("roles.{role}");
        let members = object(member(listed, "roles", role.name())?, &at)?;
        note_unknown(unknown, members, &at, ROLE_MEMBERS);
        let Value::Array(list) = member(members, &at, "keyids")? else {
            return Err(MetadataError::shape(&format!("{at}.keyids"), "a list"));
        };
        let mut keyids = Vec::with_capacity(list.len());
        for id in list {
            let id = id
                .as_str()
                .ok_or_else(|| MetadataError::shape(&format!("{at}.keyids"), "a list of text"))?;
            let keyid = id.parse().map_err(|reason| MetadataError::KeyId {
                at: at.clone(),
                reason,
            })?;
            if keyids.contains(&keyid) {
                return Err(MetadataError::Twice {
                    what: format!("role {role}"),
                    keyid,
                });
            }
            keyids.push(keyid);
        }
        let threshold = whole(members, &at, "threshold")?;
        let threshold = u32::try_from(threshold).map_err(|_| {
            MetadataError::value(
                &format!("{at}.threshold"),
                "a small whole number",
                &threshold.to_string(),
            )
        })?;
        roles.insert(role, RoleKeys { keyids, threshold });
    }
    Ok(roles)
}

fn join(at: &str, name: &str) -> String {
    let name = safe(name);
    if at.is_empty() {
        name
    } else {
        format!("{at}.{name}")
    }
}

fn within(at: &str, error: CanonicalError) -> CanonicalError {
    match error {
        CanonicalError::NotInteger { path, got } => CanonicalError::NotInteger {
            path: format!("{at}.{path}"),
            got,
        },
        CanonicalError::TooLarge { path, got } => CanonicalError::TooLarge {
            path: format!("{at}.{path}"),
            got,
        },
    }
}

fn note_unknown(unknown: &mut Vec<String>, members: &Map<String, Value>, at: &str, known: &[&str]) {
    unknown.extend(
        members
            .keys()
            .filter(|name| !known.contains(&name.as_str()))
            .map(|name| join(at, name)),
    );
}

fn member<'a>(
    members: &'a Map<String, Value>,
    at: &str,
    name: &str,
) -> Result<&'a Value, MetadataError> {
    members
        .get(name)
        .ok_or_else(|| MetadataError::Absent(join(at, name)))
}

fn object<'a>(value: &'a Value, what: &str) -> Result<&'a Map<String, Value>, MetadataError> {
    value
        .as_object()
        .ok_or_else(|| MetadataError::shape(what, "an object"))
}

fn text<'a>(
    members: &'a Map<String, Value>,
    at: &str,
    name: &str,
) -> Result<&'a str, MetadataError> {
    member(members, at, name)?
        .as_str()
        .ok_or_else(|| MetadataError::shape(&join(at, name), "text"))
}

/// A whole number from 1.
fn whole(members: &Map<String, Value>, at: &str, name: &str) -> Result<u64, MetadataError> {
    let number = member(members, at, name)?
        .as_u64()
        .filter(|number| *number > 0);
    number.ok_or_else(|| MetadataError::shape(&join(at, name), "a whole number from 1"))
}
