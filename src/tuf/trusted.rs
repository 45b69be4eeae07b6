//! Metadata that has passed the threshold check.
//!
//! There is no other way to a [`Trusted`] than through [`Checked`]: what takes one can rely on it.
//! Keys that stand under an id that is not theirs are no obstacle: such roots have been published,
//! and what is counted is the key. [`super::policy::published`] names them, for what is yet to be
//! signed.

mod delegate;

use time::OffsetDateTime;

use super::root::{MetadataError, Role, Root, Signed, payload};
use super::threshold::{Checked, Tally};
use crate::digest::Sha256;

pub use delegate::TopLevel;

/// Something signed by enough keys of those that may sign it.
#[derive(Clone, Debug, PartialEq)]
pub struct Trusted<T> {
    content: T,
    payload: Sha256,
    tally: Tally,
}

/// Whose threshold was not met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The keys of the root trusted before.
    Old,
    /// The keys that the root itself names.
    New,
}

/// Why a root is not trusted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NotTrusted {
    /// It is not a root.
    #[error("not a root: {0}")]
    Unreadable(#[from] MetadataError),
    /// The version is not the one that must come next (TUF specification, section 5.3.5).
    #[error("root version {got}, where version {expected} must come next")]
    Version {
        /// The version that must come next.
        expected: u64,
        /// The version that it has.
        got: u64,
    },
    /// Not enough different keys have signed.
    #[error(
        "root version {version} is signed by {} of the {} keys needed{}",
        tally.count(), tally.threshold(),
        match side { Side::Old => " from the root before it", Side::New => " from those it names itself" }
    )]
    Threshold {
        /// Version of the root.
        version: u64,
        /// Whose keys are missing.
        side: Side,
        /// What was found of each signature.
        tally: Box<Tally>,
    },
    /// The file is metadata of another type.
    #[error("a file of type {got}, where role {role} signs files of type {expected}")]
    Type {
        /// The role, escaped.
        role: String,
        /// The type that it must have.
        expected: &'static str,
        /// `_type` of the file, escaped.
        got: String,
    },
    /// The metadata that should give the role its keys does not name it.
    #[error("{by} does not name role {role}, so nobody can sign for it")]
    NoSuchRole {
        /// The role, escaped.
        role: String,
        /// Where it was looked for.
        by: &'static str,
    },
    /// Not enough different keys of the role have signed.
    #[error(
        "the metadata of role {role} is signed by {} of the {} keys needed from those that {by} gives it",
        tally.count(), tally.threshold()
    )]
    RoleThreshold {
        /// The role, escaped.
        role: String,
        /// What names the keys of the role.
        by: &'static str,
        /// What was found of each signature.
        tally: Box<Tally>,
    },
    /// Signed by enough keys, but not readable as what it says it is.
    #[error("the metadata of role {role} is not in order: {reason}")]
    Content {
        /// The role, escaped.
        role: String,
        /// What is wrong with it.
        reason: MetadataError,
    },
}

impl<T> Trusted<T> {
    /// What is trusted.
    pub fn get(&self) -> &T {
        &self.content
    }

    /// Digest of the payload that was signed.
    pub fn payload(&self) -> Sha256 {
        self.payload
    }

    /// Who has signed, of the keys that may. For a root these are the keys that it names itself.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }
}

impl Trusted<Root> {
    /// A root that begins a chain of trust: signed by the threshold of the keys it names itself.
    /// That shows that it is whole, not that it is the right one: people have to know its digest.
    pub fn first(signed: &Signed) -> Result<Self, NotTrusted> {
        let candidate = Candidate::read(signed)?;
        let mut checked = Checked::new(&candidate.bytes, &signed.signatures);
        let tally = candidate.signed_under(&candidate.root, &mut checked, Side::New)?;
        Ok(Self {
            content: candidate.root,
            payload: candidate.digest,
            tally,
        })
    }

    /// The root that comes after this one: exactly the next version, signed by the threshold of
    /// this root's keys and by that of its own (TUF specification, sections 5.3.4 and 5.3.5). An
    /// expiry of this root does not matter (5.3.10 looks at the last one only).
    pub fn next(&self, signed: &Signed) -> Result<Self, NotTrusted> {
        let candidate = Candidate::read(signed)?;
        let expected = self.content.version.saturating_add(1);
        if candidate.root.version != expected || expected == self.content.version {
            return Err(NotTrusted::Version {
                expected,
                got: candidate.root.version,
            });
        }
        let mut checked = Checked::new(&candidate.bytes, &signed.signatures);
        candidate.signed_under(&self.content, &mut checked, Side::Old)?;
        let tally = candidate.signed_under(&candidate.root, &mut checked, Side::New)?;
        Ok(Self {
            content: candidate.root,
            payload: candidate.digest,
            tally,
        })
    }

    /// Whether clients still accept it at this time.
    pub fn is_current(&self, now: OffsetDateTime) -> bool {
        now < self.content.expires
    }
}

/// How a root that is being signed stands against the keys of `judge`: itself, or the root before.
pub fn tally(judge: &Root, signed: &Signed) -> Result<Tally, MetadataError> {
    let (bytes, _) = payload(&signed.signed)?;
    tally_checked(judge, &mut Checked::new(&bytes, &signed.signatures))
}

fn tally_checked(judge: &Root, checked: &mut Checked<'_>) -> Result<Tally, MetadataError> {
    let role = judge
        .role(Role::Root)
        .ok_or_else(|| MetadataError::Absent("roles.root".to_owned()))?;
    Ok(checked.tally(&judge.keys, role))
}

struct Candidate {
    root: Root,
    bytes: Vec<u8>,
    digest: Sha256,
}

impl Candidate {
    fn read(signed: &Signed) -> Result<Self, MetadataError> {
        let (bytes, digest) = payload(&signed.signed)?;
        Ok(Self {
            root: Root::parse(&signed.signed)?,
            bytes,
            digest,
        })
    }

    fn signed_under(
        &self,
        judge: &Root,
        checked: &mut Checked<'_>,
        side: Side,
    ) -> Result<Tally, NotTrusted> {
        let tally = tally_checked(judge, checked)?;
        if tally.met() {
            return Ok(tally);
        }
        Err(NotTrusted::Threshold {
            version: self.root.version,
            side,
            tally: Box::new(tally),
        })
    }
}

#[cfg(test)]
mod tests;
