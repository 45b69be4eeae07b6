//! A metadata file as it stands on disk, byte for byte.
//!
//! What was published stays as it was: the bytes that were signed are derived from the text that
//! was read, never from a typed view of it, and [`Metadata::countersigned`] changes the list of
//! signatures and nothing else. A file of hundreds of thousands of targets is read in one pass,
//! with no tree of values.

mod layout;
mod list;

use std::ops::Range;

use super::key::KeyId;
use super::root::{MetadataError, Signed};
use super::signature::Signature;
use crate::canonical::raw::{self, Document, Member, Shape};
use crate::canonical::{CanonicalError, parse};
use crate::digest::Sha256;
use crate::safe::safe;
use list::Entry;

/// A file with `signed` and `signatures`, none of which has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    bytes: Vec<u8>,
    signed: Range<usize>,
    list: Range<usize>,
    kind: String,
    canonical: Vec<u8>,
    payload: Range<usize>,
    digest: Sha256,
    entries: Vec<Entry>,
    signatures: Vec<Signature>,
}

/// What is allowed in a list of signatures, and is said to people all the same. The file keeps it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// A placeholder that a tool has left for a signature which was never made.
    #[error("the signature under key id {keyid} is empty and counts for nobody")]
    EmptySignature {
        /// Under which key id it stands.
        keyid: KeyId,
    },
    /// Members of a signature besides `keyid` and `sig`, which nobody signs.
    #[error(
        "the signature under key id {keyid} has members that nobody signs and this version does not know: {}",
        .names.join(", ")
    )]
    UnknownMembers {
        /// Under which key id it stands.
        keyid: KeyId,
        /// Their names, safe to show.
        names: Vec<String>,
    },
}

impl Metadata {
    /// Reads a file of at most `limit` bytes. Refuses two members of one name, two signatures of one
    /// key id (clients reject such a file), members besides `signed` and `signatures`, a signed
    /// portion without `_type`, and one that has no canonical form. What is odd and no obstacle is
    /// among the [`Self::findings`].
    pub fn parse(bytes: Vec<u8>, limit: usize) -> Result<Self, MetadataError> {
        let file = Self::read(bytes, limit)?;
        if file.kind.is_empty() {
            return Err(MetadataError::Absent("_type".to_owned()));
        }
        Ok(file)
    }

    /// The same, of a file that may lack `_type`.
    pub(super) fn read(bytes: Vec<u8>, limit: usize) -> Result<Self, MetadataError> {
        let document = Document::read(&bytes, limit)?;
        if document.shape() == Shape::Other {
            return Err(MetadataError::shape("the file", "an object"));
        }
        let member = |name: &str| {
            let mut members = document.members().iter();
            members.find(|member| member.name == name)
        };
        let absent = |name: &str| MetadataError::Absent(name.to_owned());
        let begins = |member: &Member, with: u8| bytes.get(member.text.start) == Some(&with);
        // an object with more members than are remembered has one too many among the first
        let more = |member: &&Member| !["signed", "signatures"].contains(&member.name.as_str());
        if let Some(member) = document.members().iter().find(more) {
            return Err(MetadataError::shape(
                &member.name,
                "absent: a file has `signed` and `signatures` only",
            ));
        }
        let signed = member("signed").ok_or_else(|| absent("signed"))?;
        if !begins(signed, b'{') {
            return Err(MetadataError::shape("signed", "an object"));
        }
        let list = member("signatures").ok_or_else(|| absent("signatures"))?;
        if !begins(list, b'[') {
            return Err(MetadataError::shape("signatures", "a list"));
        }
        let payload = signed.canonical.clone().map_err(within_signed)?;
        let (signed, list) = (signed.text.clone(), list.text.clone());
        let (entries, signatures) = list::read(&bytes, list.clone())?;
        let canonical = document.into_canonical();
        let portion = canonical.get(payload.clone()).unwrap_or_default();
        let kind = raw::member(portion, "_type").and_then(|range| raw::text(portion.get(range)?));
        Ok(Self {
            signed,
            list,
            kind: kind.unwrap_or_default(),
            digest: Sha256::of(portion),
            canonical,
            payload,
            entries,
            signatures,
            bytes,
        })
    }

    /// The file as it was read.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// `_type` of the signed portion.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The text of `signed`, exactly as it stands in the file.
    pub fn signed_text(&self) -> &str {
        let text = self.bytes.get(self.signed.clone());
        text.and_then(|text| std::str::from_utf8(text).ok())
            .unwrap_or_default()
    }

    /// The canonical bytes over which signatures are made.
    pub fn payload(&self) -> &[u8] {
        self.canonical.get(self.payload.clone()).unwrap_or_default()
    }

    /// The canonical form of one member of the signed portion, for what a whole tree of values
    /// would be too large for: `"2030-01-01T00:00:00Z"` with its quotes, or `7`.
    pub fn signed_member(&self, name: &str) -> Option<&[u8]> {
        let payload = self.payload();
        payload.get(raw::member(payload, name)?)
    }

    /// SHA-256 of [`Self::payload`].
    pub fn digest(&self) -> Sha256 {
        self.digest
    }

    /// The signatures, in the order of the file, at most one for a key id.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// What people should know of the list of signatures, in the order of the file.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (signature, entry) in self.signatures.iter().zip(&self.entries) {
            let keyid = signature.keyid;
            if signature.sig.is_empty() {
                findings.push(Finding::EmptySignature { keyid });
            }
            if !entry.unknown.is_empty() {
                findings.push(Finding::UnknownMembers {
                    keyid,
                    names: entry.unknown.iter().map(|name| safe(name)).collect(),
                });
            }
        }
        findings
    }

    /// The file with these signatures besides, of which the last one of a key id counts. Under a key
    /// id that is there already only the text of `sig` changes; other signatures are appended in the
    /// layout of the list. Every other byte stays.
    pub fn countersigned(&self, more: &[Signature]) -> Vec<u8> {
        let text = std::str::from_utf8(&self.bytes).unwrap_or_default();
        let mut last = Signed::unsigned(serde_json::Value::Null);
        for signature in more {
            last.put(signature.clone());
        }
        let mut changes: Vec<(Range<usize>, String)> = Vec::new();
        let mut added = Vec::new();
        for signature in &last.signatures {
            let known = self.signatures.iter().zip(&self.entries);
            match known.into_iter().find(|(s, _)| s.keyid == signature.keyid) {
                None => added.push(signature),
                Some((same, _)) if same == signature => {}
                Some((_, entry)) => {
                    changes.push((entry.sig.clone(), layout::quoted(&signature.sig)));
                }
            }
        }
        changes.sort_by_key(|(place, _)| place.start);
        if !added.is_empty() {
            changes.push(layout::appended(text, &self.list, &self.entries, &added));
        }
        let mut file = Vec::with_capacity(self.bytes.len());
        let mut from = 0;
        for (place, new) in changes {
            file.extend_from_slice(self.bytes.get(from..place.start).unwrap_or_default());
            file.extend_from_slice(new.as_bytes());
            from = place.end;
        }
        file.extend_from_slice(self.bytes.get(from..).unwrap_or_default());
        file
    }

    /// As JSON values, for what is small enough (a root).
    pub fn to_signed(&self) -> Result<Signed, MetadataError> {
        let text = self.signed_text();
        Ok(Signed {
            signed: parse(text.as_bytes(), text.len())?,
            signatures: self.signatures.clone(),
        })
    }
}

/// Paths in messages begin within the signed portion.
fn within_signed(error: CanonicalError) -> CanonicalError {
    let inner = |path: String| match path.strip_prefix("signed.") {
        Some(inner) => inner.to_owned(),
        None => path,
    };
    match error {
        CanonicalError::NotInteger { path, got } => CanonicalError::NotInteger {
            path: inner(path),
            got,
        },
        CanonicalError::TooLarge { path, got } => CanonicalError::TooLarge {
            path: inner(path),
            got,
        },
    }
}

#[cfg(test)]
mod tests;
