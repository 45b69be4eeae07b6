//! A metadata file as it stands on disk, byte for byte.
//!
//! What was published stays as it was: the bytes that were signed are derived from the text that
//! was read, never from a typed view of it, and [`Metadata::countersigned`] changes the list of
//! signatures and nothing else.

use std::ops::Range;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::root::{MetadataError, Signed, payload};
use super::signature::Signature;
use crate::canonical::{ParseError, pretty};
use crate::digest::Sha256;
use crate::safe::safe;

/// A file with `signed` and `signatures`, none of which has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    bytes: Vec<u8>,
    signed: Range<usize>,
    list: Range<usize>,
    kind: String,
    payload: Vec<u8>,
    digest: Sha256,
    signatures: Vec<Signature>,
}

/// Where the two members stand in the text.
#[derive(Deserialize)]
struct Spans<'a> {
    #[serde(borrow)]
    signed: &'a RawValue,
    #[serde(borrow)]
    signatures: &'a RawValue,
}

impl Metadata {
    /// Reads a file of at most `limit` bytes, under the rules of [`Signed::parse`].
    pub fn parse(bytes: Vec<u8>, limit: usize) -> Result<Self, MetadataError> {
        let file = Signed::parse_within(&bytes, limit)?;
        let unreadable = |error: &dyn std::fmt::Display| ParseError::Json(safe(&error.to_string()));
        let text = std::str::from_utf8(&bytes).map_err(|error| unreadable(&error))?;
        let spans: Spans<'_> = serde_json::from_str(text).map_err(|error| unreadable(&error))?;
        let signed = span(text, spans.signed.get());
        let list = span(text, spans.signatures.get());
        let kind = file.signed.get("_type").and_then(Value::as_str);
        let kind = kind
            .ok_or_else(|| MetadataError::Absent("_type".to_owned()))?
            .to_owned();
        let (payload, digest) = payload(&file.signed)?;
        Ok(Self {
            signed,
            list,
            kind,
            payload,
            digest,
            signatures: file.signatures,
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
        &self.payload
    }

    /// SHA-256 of [`Self::payload`].
    pub fn digest(&self) -> Sha256 {
        self.digest
    }

    /// The signatures, in the order of the file, at most one for a key id.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// The file with these signatures besides: one of a key id that is there already takes the
    /// place of its `sig`. Every other byte stays.
    pub fn countersigned(&self, more: &[Signature]) -> Vec<u8> {
        let mut all = Signed::unsigned(Value::Null);
        for signature in self.signatures.iter().chain(more) {
            all.put(signature.clone());
        }
        let list = serde_json::to_value(&all.signatures).unwrap_or_default();
        let (before, after) = (..self.list.start, self.list.end..);
        [
            self.bytes.get(before).unwrap_or_default(),
            pretty(&list).trim_end().as_bytes(),
            self.bytes.get(after).unwrap_or_default(),
        ]
        .concat()
    }

    /// As JSON values, for what is small enough (a root).
    pub fn to_signed(&self) -> Result<Signed, MetadataError> {
        Signed::parse_within(&self.bytes, self.bytes.len())
    }
}

/// Where `part` stands in `text`, of which it is a slice.
fn span(text: &str, part: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    start..start + part.len()
}
