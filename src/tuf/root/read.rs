//! A typed view of a root that somebody has written, perhaps years ago.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::{MetadataError, Role};
use crate::tuf::fields::{Header, member, note_unknown, object};
use crate::tuf::key::{KeyId, PublicKey};
use crate::tuf::listed::{self, ListedKey, RoleKeys};

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

impl Root {
    /// Reads the signed portion of a root.
    pub fn parse(signed: &Value) -> Result<Self, MetadataError> {
        let top = object(signed, "signed")?;
        let header = Header::read(top, "root")?;
        let consistent_snapshot = match top.get("consistent_snapshot") {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => return Err(MetadataError::shape("consistent_snapshot", "true or false")),
        };
        let mut unknown = Vec::new();
        note_unknown(&mut unknown, top, "", TOP_MEMBERS);
        Ok(Self {
            version: header.version,
            expires: header.expires,
            expires_text: header.expires_text,
            consistent_snapshot,
            spec_version: header.spec_version,
            keys: listed::keys(
                object(member(top, "", "keys")?, "keys")?,
                "keys",
                &mut unknown,
            )?,
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

fn read_roles(
    listed: &Map<String, Value>,
    unknown: &mut Vec<String>,
) -> Result<BTreeMap<Role, RoleKeys>, MetadataError> {
    note_unknown(unknown, listed, "roles", &Role::ALL.map(Role::name));
    let mut roles = BTreeMap::new();
    for role in Role::ALL {
        let at = format!("roles.{role}");
        let members = object(member(listed, "roles", role.name())?, &at)?;
        note_unknown(unknown, members, &at, listed::ROLE_MEMBERS);
        roles.insert(role, listed::role_keys(members, &at, role.name())?);
    }
    Ok(roles)
}
