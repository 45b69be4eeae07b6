//! Snapshot metadata: which version of each targets file is current (TUF specification, section 4.4).

use std::collections::BTreeMap;

use super::fields::{Header, Unknown, note_unknown, object};
use super::meta::{self, MetaFile};
use super::metadata::Metadata;
use super::root::MetadataError;
use crate::canonical::parse;

/// What snapshot metadata says. A view: the file is never written from this.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Version, expiry, version of the specification.
    pub header: Header,
    /// The targets files by their unprefixed names, as `targets.json`; as read, not escaped.
    pub meta: BTreeMap<String, MetaFile>,
    /// Members that this version does not know.
    pub unknown: Unknown,
}

impl Snapshot {
    /// Reads the signed portion of a file. Its signatures are not checked: see
    /// [`super::trusted::Trusted`].
    pub fn read(file: &Metadata) -> Result<Self, MetadataError> {
        let text = file.signed_text();
        let signed = parse(text.as_bytes(), text.len())?;
        let top = object(&signed, "signed")?;
        let header = Header::read(top, "snapshot")?;
        let mut names = Vec::new();
        note_unknown(
            &mut names,
            top,
            "",
            &[&Header::MEMBERS[..], &["meta"]].concat(),
        );
        let meta = meta::read(top, &mut names)?;
        let mut unknown = Unknown::default();
        unknown.note_all(names);
        Ok(Self {
            header,
            meta,
            unknown,
        })
    }
}

#[cfg(test)]
mod tests;
