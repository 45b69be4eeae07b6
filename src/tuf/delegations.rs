//! Delegations: who else may say which files there are, and for which paths (TUF specification,
//! section 4.5).

mod pattern;
mod search;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::fields::{at_most, join, list, member, note_unknown, object, text};
use super::key::KeyId;
use super::listed::{self, ListedKey, RoleKeys};
use super::root::{MetadataError, Role};
use crate::digest::Sha256;
use crate::safe::safe;

pub use search::{Found, MAX_DELEGATIONS, SearchError, find};

/// Most roles that one file may delegate to.
pub const MAX_ROLES: usize = 100_000;
/// Most keys that one file may list for them.
pub const MAX_KEYS: usize = 100_000;
/// Longest pattern, in bytes.
pub const MAX_PATTERN_BYTES: usize = 4_096;

/// The member `delegations` of targets metadata.
#[derive(Clone, Debug, PartialEq)]
pub struct Delegations {
    /// Keys by the ids under which they are listed.
    pub keys: BTreeMap<KeyId, ListedKey>,
    /// The roles, in the order in which they are asked.
    pub roles: Vec<DelegatedRole>,
    /// `succinct_roles` where it is there: as read. Such delegations (TAP 15) are not followed
    /// here, and a search that comes to one says so.
    pub succinct: Option<Value>,
    /// Members besides that this version does not know, as read.
    pub extra: Map<String, Value>,
    /// Where each role stands in `roles`.
    places: BTreeMap<String, usize>,
}

/// One role that is delegated to.
#[derive(Clone, Debug, PartialEq)]
pub struct DelegatedRole {
    /// Its name; as read, not escaped.
    pub name: String,
    /// Its keys and threshold.
    pub keys: RoleKeys,
    /// Whether roles after it are asked about its paths.
    pub after: After,
    /// The paths about which it is asked.
    pub paths: Paths,
    /// Members that this version does not know, as read.
    pub extra: Map<String, Value>,
}

/// What happens where a role that is asked about a path does not list it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// The roles after it are asked (`terminating` is false).
    GoOn,
    /// Nobody else is asked (`terminating` is true).
    Stop,
}

/// The paths about which a role is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Paths {
    /// `paths`: shell patterns in which no wildcard stands for a slash.
    Patterns(Vec<String>),
    /// `path_hash_prefixes`: beginnings of the SHA-256 of the path, in hex.
    HashPrefixes(Vec<String>),
}

impl Paths {
    /// Whether `path` is one of them.
    pub fn contain(&self, path: &str) -> bool {
        match self {
            Self::Patterns(patterns) => patterns
                .iter()
                .any(|pattern| pattern::matches(pattern, path)),
            Self::HashPrefixes(prefixes) => {
                let digest = Sha256::of(path.as_bytes()).hex();
                prefixes
                    .iter()
                    .any(|prefix| digest.starts_with(prefix.as_str()))
            }
        }
    }
}

impl Delegations {
    /// Reads the object that stands at `at`. The paths of members that are not known are added to
    /// `unknown`.
    pub fn read(value: &Value, at: &str, unknown: &mut Vec<String>) -> Result<Self, MetadataError> {
        const KNOWN: [&str; 3] = ["keys", "roles", "succinct_roles"];
        let members = object(value, at)?;
        note_unknown(unknown, members, at, &KNOWN);
        let keys_at = join(at, "keys");
        let listed = object(member(members, at, "keys")?, &keys_at)?;
        at_most(MAX_KEYS, listed.len(), &keys_at)?;
        let keys = listed::keys(listed, &keys_at, unknown)?;
        let succinct = members.get("succinct_roles").cloned();
        let roles = match (&succinct, members.get("roles")) {
            (None, _) => roles(list(members, at, "roles")?, &join(at, "roles"), unknown)?,
            (Some(_), None) => Vec::new(),
            (Some(_), Some(_)) => {
                return Err(MetadataError::shape(
                    &join(at, "roles"),
                    "absent where `succinct_roles` is there",
                ));
            }
        };
        let places = roles.iter().enumerate();
        let places = places.map(|(place, role)| (role.name.clone(), place));
        Ok(Self {
            keys,
            places: places.collect(),
            roles,
            succinct,
            extra: besides(members, &KNOWN),
        })
    }

    /// The role of this name, where it is delegated to.
    pub fn role(&self, name: &str) -> Option<&DelegatedRole> {
        self.roles.get(*self.places.get(name)?)
    }

    /// The roles that are asked about `path`, in order: up to the first that stops the search.
    pub fn asked_about<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a DelegatedRole> {
        let mut stopped = false;
        self.roles
            .iter()
            .filter(|role| role.paths.contain(path))
            .take_while(move |role| {
                let goes_on = !stopped;
                stopped |= role.after == After::Stop;
                goes_on
            })
    }
}

fn besides(members: &Map<String, Value>, known: &[&str]) -> Map<String, Value> {
    members
        .iter()
        .filter(|(name, _)| !known.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn roles(
    listed: &[Value],
    at: &str,
    unknown: &mut Vec<String>,
) -> Result<Vec<DelegatedRole>, MetadataError> {
    at_most(MAX_ROLES, listed.len(), at)?;
    let mut seen = BTreeSet::new();
    let mut roles = Vec::with_capacity(listed.len());
    for (place, value) in listed.iter().enumerate() {
        let at = format!("{at}[{place}]");
        let role = role(value, &at, unknown)?;
        if !seen.insert(role.name.clone()) {
            return Err(MetadataError::value(
                &join(&at, "name"),
                "a name that no other role has",
                &role.name,
            ));
        }
        roles.push(role);
    }
    Ok(roles)
}

fn role(
    value: &Value,
    at: &str,
    unknown: &mut Vec<String>,
) -> Result<DelegatedRole, MetadataError> {
    const KNOWN: [&str; 6] = [
        "name",
        "keyids",
        "threshold",
        "terminating",
        "paths",
        "path_hash_prefixes",
    ];
    let members = object(value, at)?;
    note_unknown(unknown, members, at, &KNOWN);
    let name = text(members, at, "name")?;
    // such a name would stand for two roles at once, and for one file
    if name.is_empty() || Role::ALL.iter().any(|role| role.name() == name) {
        return Err(MetadataError::value(
            &join(at, "name"),
            "a name that is none of a top-level role",
            if name.is_empty() { "empty" } else { name },
        ));
    }
    let keys = listed::role_keys(members, at, name)?;
    let after = match member(members, at, "terminating")? {
        Value::Bool(true) => After::Stop,
        Value::Bool(false) => After::GoOn,
        _ => {
            return Err(MetadataError::shape(
                &join(at, "terminating"),
                "true or false",
            ));
        }
    };
    let paths = match (members.get("paths"), members.get("path_hash_prefixes")) {
        (Some(_), None) => Paths::Patterns(texts(members, at, "paths")?),
        (None, Some(_)) => Paths::HashPrefixes(prefixes(members, at)?),
        _ => {
            return Err(MetadataError::shape(
                at,
                "with either `paths` or `path_hash_prefixes`",
            ));
        }
    };
    Ok(DelegatedRole {
        name: name.to_owned(),
        keys,
        after,
        paths,
        extra: besides(members, &KNOWN),
    })
}

fn texts(members: &Map<String, Value>, at: &str, name: &str) -> Result<Vec<String>, MetadataError> {
    list(members, at, name)?
        .iter()
        .map(|value| {
            value
                .as_str()
                .filter(|text| text.len() <= MAX_PATTERN_BYTES)
                .map(str::to_owned)
                .ok_or_else(|| {
                    MetadataError::shape(&join(at, name), "a list of text, none of it long")
                })
        })
        .collect()
}

fn prefixes(members: &Map<String, Value>, at: &str) -> Result<Vec<String>, MetadataError> {
    let prefixes = texts(members, at, "path_hash_prefixes")?;
    let is_hex = |prefix: &String| {
        prefix.len() <= 64
            && prefix
                .bytes()
                .all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
    };
    match prefixes.iter().find(|prefix| !is_hex(prefix)) {
        None => Ok(prefixes),
        Some(wrong) => Err(MetadataError::value(
            &join(at, "path_hash_prefixes"),
            "beginnings of SHA-256 digests, in lower-case hex",
            &safe(wrong),
        )),
    }
}

#[cfg(test)]
mod tests;
