//! What an envelope says of itself.

use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value, json};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

use super::error::ManifestError;
use super::limits::{
    CEREMONY_DIGITS, MAX_FROM, MAX_MANIFEST, MAX_NOTE, MAX_PAYLOADS, check_line, check_name,
    shortened,
};
use super::signatures::FILE_NAME;
use crate::canonical::{line, parse};
use crate::digest::Sha256;

/// What an envelope carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// One metadata file that is to be signed.
    StagedRole,
    /// Signatures over one metadata file, without the file.
    Signatures,
    /// One metadata file that has been signed.
    SignedRole,
    /// The transcript of a ceremony, with what belongs to it.
    Transcript,
    /// Attestations of tokens.
    Attestations,
    /// Public keys, one a file.
    PublicKeys,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::StagedRole,
        Self::Signatures,
        Self::SignedRole,
        Self::Transcript,
        Self::Attestations,
        Self::PublicKeys,
    ];

    /// The name in the manifest and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::StagedRole => "staged-role",
            Self::Signatures => "signatures",
            Self::SignedRole => "signed-role",
            Self::Transcript => "transcript",
            Self::Attestations => "attestations",
            Self::PublicKeys => "public-keys",
        }
    }

    /// Whether such an envelope carries exactly one payload.
    pub fn is_single(self) -> bool {
        matches!(self, Self::StagedRole | Self::Signatures | Self::SignedRole)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Kind {
    type Err = ManifestError;

    fn from_str(text: &str) -> Result<Self, ManifestError> {
        let mut kinds = Self::ALL.into_iter();
        kinds
            .find(|kind| kind.name() == text)
            .ok_or_else(|| ManifestError::Kind(shortened(text)))
    }
}

/// One payload in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// A plain file name.
    pub name: String,
    /// Length in bytes.
    pub size: u64,
    /// Digest of exactly these bytes.
    pub sha256: Sha256,
}

/// The manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// What the envelope carries.
    pub kind: Kind,
    /// Id of the ceremony that it belongs to: 32 lower-case hex digits.
    pub ceremony: Option<String>,
    /// When it was packed, by the clock of the machine that packed it: a whole second of UTC.
    pub created: OffsetDateTime,
    /// Who packed it, in their own words.
    pub from: Option<String>,
    /// A remark.
    pub note: Option<String>,
    /// The payloads, in the order of their names.
    pub payloads: Vec<Listed>,
}

const CREATED: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
const CREATED_WORDS: &str = "a whole second of UTC such as 2026-11-23T09:00:00Z";

/// The second of UTC in which a time falls.
pub fn whole_second(time: OffsetDateTime) -> OffsetDateTime {
    let utc = time.to_offset(UtcOffset::UTC);
    utc.replace_nanosecond(0).unwrap_or(utc)
}

impl Manifest {
    /// Reads the canonical line. Unknown members are refused: a later format has another version.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        let Value::Object(mut members) = parse(bytes, MAX_MANIFEST)? else {
            return Err(wrong("the manifest", "an object"));
        };
        let kind = text(&mut members, "kind")?
            .ok_or_else(|| wrong("kind", "text"))?
            .parse()?;
        let ceremony = text(&mut members, "ceremony")?;
        let created = text(&mut members, "created")?
            .and_then(|text| PrimitiveDateTime::parse(&text, CREATED).ok())
            .ok_or_else(|| wrong("created", CREATED_WORDS))?
            .assume_utc();
        let from = text(&mut members, "from")?;
        let note = text(&mut members, "note")?;
        let Some(Value::Array(list)) = members.remove("payloads") else {
            return Err(wrong("payloads", "a list"));
        };
        none_left(&members, "")?;
        let manifest = Self {
            kind,
            ceremony,
            created,
            from,
            note,
            payloads: list
                .into_iter()
                .enumerate()
                .map(|(at, entry)| listed(at, entry))
                .collect::<Result<_, _>>()?,
        };
        manifest.check()?;
        if manifest.line()?.as_bytes() != bytes {
            return Err(ManifestError::NotCanonical);
        }
        Ok(manifest)
    }

    /// Whether everything in it is within the rules and limits.
    pub(super) fn check(&self) -> Result<(), ManifestError> {
        let names: Vec<&str> = self.payloads.iter().map(|p| p.name.as_str()).collect();
        let (expected, fits) = if self.kind.is_single() {
            ("exactly one", names.len() == 1)
        } else {
            ("1 to 256", (1..=MAX_PAYLOADS).contains(&names.len()))
        };
        if !fits {
            return Err(ManifestError::Count {
                kind: self.kind.name(),
                expected,
                got: names.len(),
            });
        }
        names.iter().try_for_each(|name| check_name(name))?;
        check_different(&names)?;
        for pair in names.windows(2) {
            if let [first, second] = pair
                && first > second
            {
                return Err(ManifestError::Order {
                    first: (*first).to_owned(),
                    second: (*second).to_owned(),
                });
            }
        }
        if let (Kind::Signatures, [name]) = (self.kind, names.as_slice())
            && *name != FILE_NAME
        {
            return Err(ManifestError::PayloadName {
                kind: self.kind.name(),
                expected: FILE_NAME,
                got: (*name).to_owned(),
            });
        }
        if let Some(id) = &self.ceremony
            && !is_ceremony_id(id)
        {
            return Err(wrong("ceremony", "32 lower-case hex digits"));
        }
        for (member, line, limit) in [
            ("from", &self.from, MAX_FROM),
            ("note", &self.note, MAX_NOTE),
        ] {
            line.as_ref()
                .map_or(Ok(()), |line| check_line(member, line, limit))?;
        }
        Ok(())
    }

    /// The canonical line, without a line end.
    pub fn line(&self) -> Result<String, ManifestError> {
        let payloads: Vec<Value> = self
            .payloads
            .iter()
            .map(|p| json!({ "name": p.name, "sha256": p.sha256.hex(), "size": p.size }))
            .collect();
        let mut members = Map::new();
        members.insert("created".to_owned(), self.created_text()?.into());
        members.insert("kind".to_owned(), self.kind.name().into());
        members.insert("payloads".to_owned(), payloads.into());
        for (name, value) in [
            ("ceremony", &self.ceremony),
            ("from", &self.from),
            ("note", &self.note),
        ] {
            if let Some(value) = value {
                members.insert(name.to_owned(), value.clone().into());
            }
        }
        let line = line(&Value::Object(members))?;
        if line.len() > MAX_MANIFEST {
            return Err(ManifestError::TooLong {
                limit: MAX_MANIFEST,
                got: line.len(),
            });
        }
        Ok(line)
    }

    /// [`Self::created`] as it is written.
    pub fn created_text(&self) -> Result<String, ManifestError> {
        let wrong = || wrong("created", CREATED_WORDS);
        let fits = self.created.offset() == UtcOffset::UTC
            && self.created.nanosecond() == 0
            && (0..=9999).contains(&self.created.year());
        if !fits {
            return Err(wrong());
        }
        self.created.format(CREATED).map_err(|_| wrong())
    }
}

/// Whether text is a ceremony's id.
pub fn is_ceremony_id(text: &str) -> bool {
    text.len() == CEREMONY_DIGITS && text.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether no two names are one file on a system where case does not matter.
fn check_different(names: &[&str]) -> Result<(), ManifestError> {
    let mut folded: Vec<(String, &str)> = names
        .iter()
        .map(|name| (name.to_ascii_lowercase(), *name))
        .collect();
    folded.sort();
    for pair in folded.windows(2) {
        if let [(a, first), (b, second)] = pair
            && a == b
        {
            return Err(ManifestError::SameName {
                first: (*first).to_owned(),
                second: (*second).to_owned(),
            });
        }
    }
    Ok(())
}

fn listed(at: usize, entry: Value) -> Result<Listed, ManifestError> {
    let place = format!("payloads[{at}]");
    let Value::Object(mut members) = entry else {
        return Err(wrong(&place, "an object"));
    };
    let within = |name: &str| format!("{place}.{name}");
    let name = text(&mut members, "name")?.ok_or_else(|| wrong(&within("name"), "a file name"))?;
    let sha256 = text(&mut members, "sha256")?
        .and_then(|hex| hex.parse().ok())
        .ok_or_else(|| wrong(&within("sha256"), "64 lower-case hex digits"))?;
    let size = members
        .remove("size")
        .and_then(|size| size.as_u64())
        .filter(|size| *size <= super::limits::MAX_CONTENT as u64)
        .ok_or_else(|| wrong(&within("size"), "a number of bytes up to 67108864"))?;
    none_left(&members, &format!("{place}."))?;
    Ok(Listed { name, size, sha256 })
}

/// Takes a member that is text or absent.
fn text(members: &mut Map<String, Value>, name: &str) -> Result<Option<String>, ManifestError> {
    match members.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong(name, "text")),
    }
}

fn none_left(members: &Map<String, Value>, place: &str) -> Result<(), ManifestError> {
    match members.keys().next() {
        None => Ok(()),
        Some(name) => Err(ManifestError::Unknown(format!(
            "{place}{}",
            shortened(name)
        ))),
    }
}

fn wrong(member: &str, expected: &'static str) -> ManifestError {
    ManifestError::Member {
        member: member.to_owned(),
        expected,
    }
}

#[cfg(test)]
mod tests;
