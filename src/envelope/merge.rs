//! Signatures of several sites over one payload, brought together.
//!
//! The result is the first metadata file among the inputs, byte for byte apart from its list of
//! signatures, with every signature that the others have over the very same payload. Nothing over
//! another payload is ever taken: sites that have signed different bytes have not signed together.

mod choose;
mod standing;

use std::collections::BTreeMap;

use super::Envelope;
use super::contents::{self, ContentsError};
use super::limits::shortened;
use super::manifest::Kind;
use super::signatures::{ListError, SignatureList, version};
use crate::digest::Sha256;
use crate::safe::safe;
use crate::tuf::key::KeyId;
use crate::tuf::metadata::Metadata;
use crate::tuf::root::{MetadataError, Role, Root, Signature};
use crate::tuf::trusted::Trusted;

pub use choose::{Choice, Chosen};
pub use standing::{Side, Standing, Wanted};

use choose::{Candidate, choose};
use standing::Judge;

/// One input, with the name by which messages call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The file's name, as people gave it; escaped where it is shown.
    pub name: String,
    /// What it brings.
    pub part: Part,
}

/// What an input brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A metadata file with its signatures.
    Metadata(Box<Metadata>),
    /// Signatures alone.
    Signatures(SignatureList),
}

impl Part {
    /// What an envelope brings.
    pub fn of_envelope(envelope: &Envelope) -> Result<Self, PartError> {
        let kind = envelope.manifest().kind;
        let payload = envelope.payloads().first().map(|payload| &payload.bytes);
        match (kind, payload) {
            (Kind::StagedRole | Kind::SignedRole, Some(bytes)) => Self::of_file(bytes.clone()),
            (Kind::Signatures, Some(bytes)) => Ok(Self::Signatures(SignatureList::parse(bytes)?)),
            _ => Err(PartError::Kind(kind)),
        }
    }

    /// What a metadata file brings.
    pub fn of_file(bytes: Vec<u8>) -> Result<Self, PartError> {
        Ok(Self::Metadata(Box::new(contents::metadata(bytes)?)))
    }

    fn digest(&self) -> Sha256 {
        match self {
            Self::Metadata(metadata) => metadata.digest(),
            Self::Signatures(list) => list.payload,
        }
    }

    fn signatures(&self) -> &[Signature] {
        match self {
            Self::Metadata(metadata) => metadata.signatures(),
            Self::Signatures(list) => &list.signatures,
        }
    }
}

/// Why an input brings nothing that can be merged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartError {
    /// An envelope of another kind.
    #[error("an envelope of kind {0} brings no signatures")]
    Kind(Kind),
    /// Not a metadata file.
    #[error(transparent)]
    Contents(#[from] ContentsError),
    /// Not a list of signatures.
    #[error("it is not a list of signatures: {0}")]
    Signatures(#[from] ListError),
}

/// Why inputs were not merged. There is no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// All inputs are signatures alone.
    #[error(
        "none of the inputs holds the metadata itself, only signatures; add the metadata file or the envelope that brought it"
    )]
    NoMetadata,
    /// An input is over another payload than the first metadata file.
    #[error(
        "{} and {} are not over the same payload, so they do not belong together\n  {}: {}\n  {}: {}",
        safe(first), safe(other), safe(first), told(*first_payload), safe(other), told(*other_payload)
    )]
    OtherPayload {
        /// The first metadata file.
        first: String,
        /// Its payload.
        first_payload: Sha256,
        /// The input that differs.
        other: String,
        /// Its payload.
        other_payload: Sha256,
    },
    /// A list of signatures calls the payload something that it is not.
    #[error(
        "{} says that its signatures are over {} version {}, but that payload is {} version {}",
        safe(input),
        shortened(said_role),
        said_version,
        shortened(role),
        version
    )]
    Mislabelled {
        /// The list.
        input: String,
        /// Role that it names.
        said_role: String,
        /// Version that it names.
        said_version: u64,
        /// Role of the metadata.
        role: String,
        /// Version of the metadata.
        version: u64,
    },
    /// The metadata is a root, or has a version, that cannot be read.
    #[error("{}: {reason}", safe(input))]
    Unreadable {
        /// The metadata file.
        input: String,
        /// Why.
        reason: MetadataError,
    },
}

/// A digest as people compare it: all of it in groups, the first four words.
fn told(digest: Sha256) -> String {
    let words: Vec<&str> = digest.words().into_iter().take(4).collect();
    format!("{} ({} …)", digest.groups().join(" "), words.join(" "))
}

/// What came of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The metadata file, with all signatures.
    pub file: Vec<u8>,
    /// Which input it was taken from.
    pub base: String,
    /// `_type` of the metadata.
    pub role: String,
    /// Its version.
    pub version: u64,
    /// Digest of the payload.
    pub payload: Sha256,
    /// The signatures in the order of the file, and what became of each.
    pub signatures: Vec<Chosen>,
    /// How the payload stands: under the root itself, where it is one, and under the trusted root,
    /// where one was given.
    pub standings: Vec<Standing>,
}

impl Merged {
    /// Whether every threshold that could be looked at is met; `None` where none could.
    pub fn is_complete(&self) -> Option<bool> {
        let mut standings = self.standings.iter();
        (!self.standings.is_empty()).then(|| standings.all(|standing| standing.tally.met()))
    }
}

/// Merges inputs, in the order given. `trusted` is the root trusted before, if there is one.
pub fn merge(inputs: &[Input], trusted: Option<&Trusted<Root>>) -> Result<Merged, MergeError> {
    let (base, metadata) = inputs
        .iter()
        .find_map(|input| match &input.part {
            Part::Metadata(metadata) => Some((input.name.as_str(), metadata.as_ref())),
            Part::Signatures(_) => None,
        })
        .ok_or(MergeError::NoMetadata)?;
    let unreadable = |reason| MergeError::Unreadable {
        input: base.to_owned(),
        reason,
    };
    let version = version(metadata).map_err(unreadable)?;
    check_same(inputs, base, metadata, version)?;
    let own = match metadata.kind() {
        "root" => {
            let signed = metadata.to_signed().map_err(unreadable)?.signed;
            Some(Root::parse(&signed).map_err(unreadable)?)
        }
        _ => None,
    };
    let role = Role::ALL
        .into_iter()
        .find(|role| role.name() == metadata.kind());
    let judges: Vec<Judge<'_>> = own
        .as_ref()
        .map(|root| (Side::Itself, root))
        .into_iter()
        .chain(trusted.map(|trusted| (Side::Trusted, trusted.get())))
        .filter_map(|(side, root)| Judge::new(side, root, role?))
        .collect();

    let signatures = gather(inputs, metadata)
        .into_iter()
        .map(|(keyid, candidates)| choose(keyid, &candidates, &judges, metadata.payload()))
        .collect::<Vec<_>>();
    let kept: Vec<Signature> = signatures
        .iter()
        .map(|chosen| chosen.signature.clone())
        .collect();
    // a file to which nothing is added stays as it is, layout of the list and all
    let file = if kept == metadata.signatures() {
        metadata.bytes().to_vec()
    } else {
        metadata.countersigned(&kept)
    };
    Ok(Merged {
        file,
        base: base.to_owned(),
        role: metadata.kind().to_owned(),
        version,
        payload: metadata.digest(),
        standings: judges
            .iter()
            .map(|judge| judge.standing(metadata.payload(), &kept))
            .collect(),
        signatures,
    })
}

fn check_same(
    inputs: &[Input],
    base: &str,
    metadata: &Metadata,
    version: u64,
) -> Result<(), MergeError> {
    for input in inputs {
        if input.part.digest() != metadata.digest() {
            return Err(MergeError::OtherPayload {
                first: base.to_owned(),
                first_payload: metadata.digest(),
                other: input.name.clone(),
                other_payload: input.part.digest(),
            });
        }
        if let Part::Signatures(list) = &input.part
            && (list.role != metadata.kind() || list.version != version)
        {
            return Err(MergeError::Mislabelled {
                input: input.name.clone(),
                said_role: list.role.clone(),
                said_version: list.version,
                role: metadata.kind().to_owned(),
                version,
            });
        }
    }
    Ok(())
}

/// Every signature of every input by key id: the ids of the metadata file first and in its order,
/// then the others as they come; for each id the inputs in the order given.
fn gather<'a>(inputs: &'a [Input], metadata: &Metadata) -> Vec<(KeyId, Vec<Candidate<'a>>)> {
    let mut order: Vec<KeyId> = metadata.signatures().iter().map(|one| one.keyid).collect();
    let mut found: BTreeMap<KeyId, Vec<Candidate<'a>>> =
        order.iter().map(|id| (*id, Vec::new())).collect();
    for input in inputs {
        for signature in input.part.signatures() {
            let candidates = found.entry(signature.keyid).or_insert_with(|| {
                order.push(signature.keyid);
                Vec::new()
            });
            candidates.push(Candidate {
                input: &input.name,
                signature,
            });
        }
    }
    order
        .into_iter()
        .filter_map(|id| Some((id, found.remove(&id)?)))
        .collect()
}

#[cfg(test)]
mod tests;
