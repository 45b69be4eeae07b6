//! How snapshot and timestamp metadata name other metadata (TUF specification, sections 4.4 and 4.6).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::fields::{at_most, join, member, note_unknown, object, whole};
use super::hashes::{HashError, Hashes};
use super::root::MetadataError;

/// Most files that a snapshot may list.
pub const MAX_META: usize = 1_000_000;

/// One metadata file as another one names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetaFile {
    /// Its version, from 1.
    pub version: u64,
    /// Its length in bytes, where it is given.
    pub length: Option<u64>,
    /// Its digests, where they are given.
    pub hashes: Option<Hashes>,
}

/// Why bytes are not the metadata file that was named.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetaMismatch {
    /// It is longer or shorter.
    #[error("it has {got} bytes, listed are {expected}")]
    Length {
        /// The length listed, in bytes.
        expected: u64,
        /// The length that it has, in bytes; that of what was read where reading was stopped.
        got: u64,
    },
    /// It has another digest.
    #[error(transparent)]
    Hash(#[from] HashError),
}

impl MetaFile {
    /// Whether `bytes` have the length and the digests that are given.
    pub fn check(&self, bytes: &[u8]) -> Result<(), MetaMismatch> {
        check(self.length, self.hashes.as_ref(), bytes)
    }
}

/// Whether `bytes` have this length and these digests, where they are given.
pub(super) fn check(
    length: Option<u64>,
    hashes: Option<&Hashes>,
    bytes: &[u8],
) -> Result<(), MetaMismatch> {
    let got = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if let Some(expected) = length.filter(|expected| *expected != got) {
        return Err(MetaMismatch::Length { expected, got });
    }
    if let Some(hashes) = hashes {
        hashes.check(bytes)?;
    }
    Ok(())
}

/// Reads the object `meta` of `top`.
pub(super) fn read(
    top: &Map<String, Value>,
    unknown: &mut Vec<String>,
) -> Result<BTreeMap<String, MetaFile>, MetadataError> {
    let listed = object(member(top, "", "meta")?, "meta")?;
    at_most(MAX_META, listed.len(), "meta")?;
    listed
        .iter()
        .map(|(name, entry)| {
            let at = join("meta", name);
            Ok((name.clone(), entry_at(entry, &at, unknown)?))
        })
        .collect()
}

fn entry_at(entry: &Value, at: &str, unknown: &mut Vec<String>) -> Result<MetaFile, MetadataError> {
    let members = object(entry, at)?;
    note_unknown(unknown, members, at, &["version", "length", "hashes"]);
    let length = members
        .get("length")
        .map(|length| {
            length
                .as_u64()
                .ok_or_else(|| MetadataError::shape(&join(at, "length"), "a whole number"))
        })
        .transpose()?;
    let hashes = members
        .get("hashes")
        .map(|hashes| digests(hashes, &join(at, "hashes")))
        .transpose()?;
    Ok(MetaFile {
        version: whole(members, at, "version")?,
        length,
        hashes,
    })
}

fn digests(listed: &Value, at: &str) -> Result<Hashes, MetadataError> {
    let mut hashes = Hashes::default();
    for (algorithm, hex) in object(listed, at)? {
        let what = || join(at, algorithm);
        let hex = hex
            .as_str()
            .ok_or_else(|| MetadataError::shape(&what(), "text"))?;
        hashes.put(algorithm, hex, what)?;
    }
    if hashes.is_empty() {
        return Err(MetadataError::shape(at, "digests, at least one"));
    }
    Ok(hashes)
}
