//! The envelope: one file that carries metadata and artefacts across an air gap, byte for byte.
//!
//! An envelope holds a manifest (what kind of thing it carries, the names, sizes and digests of
//! its payloads) and the payloads themselves. It is whole or it is refused: every byte of the file
//! is under a SHA-256, so is the unpacked content, so is each payload. `assets/envelope-format.md`
//! describes the format for other programs.
//!
//! Encryption is not done here: an encrypted envelope is an age file around one of these.
//!
//! * [`Draft`]: what is to be packed; [`Envelope::pack`] checks it
//! * [`Envelope::parse`]: reads a file; [`Envelope::to_file`] writes it
//! * [`manifest`]: kinds and the list of payloads
//! * [`signatures`]: the payload that carries signatures alone
//! * [`merge`]: signatures of several sites over one payload, brought together
//! * [`limits`]: every limit, and which names are plain
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::indexing_slicing))]

mod container;
pub mod contents;
mod error;
pub mod limits;
pub mod manifest;
pub mod merge;
pub mod signatures;

use time::OffsetDateTime;

use crate::digest::Sha256;

pub use container::{MAGIC, VERSION};
pub use error::{EnvelopeError, ManifestError};
pub use manifest::{Kind, Listed, Manifest};

/// What is to be packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What kind of thing it is.
    pub kind: Kind,
    /// The ceremony it belongs to, as the transcript's first record names it: 32 hex digits.
    pub ceremony: Option<String>,
    /// When it is packed; a fraction of a second is left out.
    pub created: OffsetDateTime,
    /// Who packs it: one line.
    pub from: Option<String>,
    /// A remark for whoever opens it: one line.
    pub note: Option<String>,
    /// What it carries, in any order.
    pub payloads: Vec<Payload>,
}

/// One thing that an envelope carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// A plain file name ([`limits::check_name`]).
    pub name: String,
    /// The exact bytes.
    pub bytes: Vec<u8>,
}

/// A manifest and the payloads that it lists: everything about them has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    manifest: Manifest,
    /// In the order of the manifest.
    payloads: Vec<Payload>,
    digest: Sha256,
}

impl Envelope {
    /// Puts an envelope together. The payloads are put in the order of their names.
    pub fn pack(draft: Draft) -> Result<Self, EnvelopeError> {
        let mut payloads = draft.payloads;
        payloads.sort_by(|a, b| a.name.cmp(&b.name));
        let manifest = Manifest {
            kind: draft.kind,
            ceremony: draft.ceremony,
            created: manifest::whole_second(draft.created),
            from: draft.from,
            note: draft.note,
            payloads: payloads
                .iter()
                .map(|payload| Listed {
                    name: payload.name.clone(),
                    size: payload.bytes.len() as u64,
                    sha256: Sha256::of(&payload.bytes),
                })
                .collect(),
        };
        manifest.check()?;
        let line = manifest.line()?;
        let parts = container::parts(&line, &payloads);
        let length: usize = parts.iter().map(|part| part.len()).sum();
        if length > limits::MAX_CONTENT {
            return Err(EnvelopeError::ContentTooLong {
                limit: limits::MAX_CONTENT,
                got: length as u64,
            });
        }
        let digest = Sha256::of_parts(&parts);
        Ok(Self {
            manifest,
            payloads,
            digest,
        })
    }

    /// Reads a file that is not encrypted. Every digest in it is checked.
    pub fn parse(file: &[u8]) -> Result<Self, EnvelopeError> {
        let (content, digest) = container::content(file)?;
        let (line, mut rest) = container::manifest_line(&content)?;
        let manifest = Manifest::parse(line)?;
        let listed: u64 = manifest.payloads.iter().map(|payload| payload.size).sum();
        if listed != rest.len() as u64 {
            return Err(EnvelopeError::PayloadBytes {
                listed,
                got: rest.len(),
            });
        }
        let mut payloads = Vec::with_capacity(manifest.payloads.len());
        for listed in &manifest.payloads {
            let size = usize::try_from(listed.size).unwrap_or(usize::MAX);
            // the sizes add up to what there is
            let (bytes, after) = rest.split_at_checked(size).unwrap_or((rest, &[]));
            rest = after;
            let got = Sha256::of(bytes);
            if got != listed.sha256 {
                return Err(EnvelopeError::PayloadDigest {
                    name: listed.name.clone(),
                    listed: listed.sha256,
                    got,
                });
            }
            payloads.push(Payload {
                name: listed.name.clone(),
                bytes: bytes.to_vec(),
            });
        }
        Ok(Self {
            manifest,
            payloads,
            digest,
        })
    }

    /// The file. The same envelope always gives the same bytes.
    pub fn to_file(&self) -> Result<Vec<u8>, EnvelopeError> {
        let line = self.manifest.line()?;
        Ok(container::file(
            &container::parts(&line, &self.payloads).concat(),
            self.digest,
        ))
    }

    /// What it says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What it carries, in the order of the manifest.
    pub fn payloads(&self) -> &[Payload] {
        &self.payloads
    }

    /// SHA-256 of the unpacked content, manifest and payloads: the one number that two sides
    /// compare. It does not depend on compression or encryption.
    pub fn digest(&self) -> Sha256 {
        self.digest
    }
}

#[cfg(test)]
mod tests;
