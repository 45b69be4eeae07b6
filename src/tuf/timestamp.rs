//! Timestamp metadata: which snapshot is current (TUF specification, section 4.6).

use super::fields::{Header, Unknown, note_unknown, object};
use super::meta::{self, MetaFile};
use super::metadata::Metadata;
use super::root::MetadataError;
use crate::canonical::parse;

/// Longest timestamp that clients fetch, in bytes (python-tuf, tuf-js).
pub const MAX_TIMESTAMP_BYTES: usize = 16_384;

/// What timestamp metadata says. A view: the file is never written from this.
#[derive(Clone, Debug, PartialEq)]
pub struct Timestamp {
    /// Version, expiry, version of the specification.
    pub header: Header,
    /// The snapshot that is current.
    pub snapshot: MetaFile,
    /// Members that this version does not know, and files other than `snapshot.json`.
    pub unknown: Unknown,
}

impl Timestamp {
    /// Reads the signed portion of a file. Its signatures are not checked: see
    /// [`super::trusted::Trusted`].
    pub fn read(file: &Metadata) -> Result<Self, MetadataError> {
        let text = file.signed_text();
        let signed = parse(text.as_bytes(), text.len())?;
        let top = object(&signed, "signed")?;
        let header = Header::read(top, "timestamp")?;
        let mut names = Vec::new();
        note_unknown(
            &mut names,
            top,
            "",
            &[&Header::MEMBERS[..], &["meta"]].concat(),
        );
        let mut meta = meta::read(top, &mut names)?;
        let snapshot = meta
            .remove("snapshot.json")
            .ok_or_else(|| MetadataError::Absent("meta.snapshot.json".to_owned()))?;
        names.extend(meta.keys().map(|name| super::fields::join("meta", name)));
        let mut unknown = Unknown::default();
        unknown.note_all(names);
        Ok(Self {
            header,
            snapshot,
            unknown,
        })
    }
}

#[cfg(test)]
mod tests;
