//! Reading members of metadata, with errors that name where a member stands.

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::root::MetadataError;
use crate::canonical::CanonicalError;
use crate::safe::safe;

/// Most names of unknown members that are kept. More are counted.
pub const MAX_UNKNOWN: usize = 100;

/// Members that this version does not know, by their paths, as `delegations.keys.ab12.x-owner`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unknown {
    /// The first [`MAX_UNKNOWN`] of them, escaped for the eye.
    pub names: Vec<String>,
    /// How many there are besides.
    pub more: usize,
}

impl Unknown {
    pub(super) fn note(&mut self, path: impl FnOnce() -> String) {
        if self.names.len() < MAX_UNKNOWN {
            self.names.push(path());
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    pub(super) fn note_all(&mut self, paths: Vec<String>) {
        for path in paths {
            self.note(|| path);
        }
    }
}

/// What every role's metadata begins with (TUF specification, section 4.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Version, from 1.
    pub version: u64,
    /// When clients stop accepting it.
    pub expires: OffsetDateTime,
    /// The same as written; old files have fractions and offsets.
    pub expires_text: String,
    /// Version of the TUF specification that it names.
    pub spec_version: String,
}

impl Header {
    /// The members that a header has.
    pub(super) const MEMBERS: [&'static str; 4] = ["_type", "spec_version", "version", "expires"];

    /// Reads the header of metadata of the type `kind`.
    pub(super) fn read(top: &Map<String, Value>, kind: &str) -> Result<Self, MetadataError> {
        let got = text(top, "", "_type")?;
        if got != kind {
            return Err(MetadataError::value("_type", kind, got));
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
        Ok(Self {
            version,
            expires,
            expires_text: expires_text.to_owned(),
            spec_version: spec_version.to_owned(),
        })
    }
}

pub(super) fn join(at: &str, name: &str) -> String {
    let name = safe(name);
    if at.is_empty() {
        name
    } else {
        format!("{at}.{name}")
    }
}

pub(super) fn within(at: &str, error: CanonicalError) -> CanonicalError {
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

pub(super) fn note_unknown(
    unknown: &mut Vec<String>,
    members: &Map<String, Value>,
    at: &str,
    known: &[&str],
) {
    unknown.extend(
        members
            .keys()
            .filter(|name| !known.contains(&name.as_str()))
            .map(|name| join(at, name)),
    );
}

pub(super) fn member<'a>(
    members: &'a Map<String, Value>,
    at: &str,
    name: &str,
) -> Result<&'a Value, MetadataError> {
    members
        .get(name)
        .ok_or_else(|| MetadataError::Absent(join(at, name)))
}

pub(super) fn object<'a>(
    value: &'a Value,
    what: &str,
) -> Result<&'a Map<String, Value>, MetadataError> {
    value
        .as_object()
        .ok_or_else(|| MetadataError::shape(what, "an object"))
}

pub(super) fn list<'a>(
    members: &'a Map<String, Value>,
    at: &str,
    name: &str,
) -> Result<&'a [Value], MetadataError> {
    match member(members, at, name)? {
        Value::Array(list) => Ok(list),
        _ => Err(MetadataError::shape(&join(at, name), "a list")),
    }
}

pub(super) fn text<'a>(
    members: &'a Map<String, Value>,
    at: &str,
    name: &str,
) -> Result<&'a str, MetadataError> {
    member(members, at, name)?
        .as_str()
        .ok_or_else(|| MetadataError::shape(&join(at, name), "text"))
}

/// A whole number from 1.
pub(super) fn whole(
    members: &Map<String, Value>,
    at: &str,
    name: &str,
) -> Result<u64, MetadataError> {
    let number = member(members, at, name)?
        .as_u64()
        .filter(|number| *number > 0);
    number.ok_or_else(|| MetadataError::shape(&join(at, name), "a whole number from 1"))
}

/// Refuses more than `limit` of something.
pub(super) fn at_most(limit: usize, got: usize, what: &str) -> Result<(), MetadataError> {
    if got <= limit {
        return Ok(());
    }
    Err(MetadataError::value(
        what,
        &format!("at most {limit} entries"),
        &format!("a list of {got}"),
    ))
}
