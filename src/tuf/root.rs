//! The root role: what a ceremony builds, and what it reads (TUF specification, section 4.3).

mod read;
mod spec;

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::key::KeyId;
use crate::canonical::{CanonicalError, ParseError, olpc};
use crate::digest::{DigestError, Sha256};
use crate::safe::safe;

pub(in crate::tuf) use super::listed::{KEY_MEMBERS, KEYVAL_MEMBERS, ROLE_MEMBERS};
pub use super::listed::{ListedKey, RoleKeys};
pub use super::signature::{Signature, Signed};
pub use read::Root;
pub(in crate::tuf) use read::TOP_MEMBERS;
pub use spec::{KeyEntry, RoleSpec, RootSpec, SPEC_VERSION};

/// A top-level role of TUF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Says which keys the others have; signed offline.
    Root,
    /// Says which files there are.
    Targets,
    /// Says which version of each targets role is current.
    Snapshot,
    /// Says which snapshot is current; expires within days.
    Timestamp,
}

impl Role {
    /// Every role, in the order in which they are listed to people.
    pub const ALL: [Self; 4] = [Self::Root, Self::Targets, Self::Snapshot, Self::Timestamp];

    /// The name in metadata.
    pub fn name(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Targets => "targets",
            Self::Snapshot => "snapshot",
            Self::Timestamp => "timestamp",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Why a root cannot be built, or a file is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// The file cannot be read as JSON.
    #[error(transparent)]
    Json(#[from] ParseError),
    /// It has no canonical form, so it cannot have been signed.
    #[error("it has no canonical form: {0}")]
    Canonical(#[from] CanonicalError),
    /// A member that must be there is not.
    #[error("`{0}` is absent")]
    Absent(String),
    /// A member is of the wrong form.
    #[error("`{what}` must be {expected}")]
    Shape {
        /// Which member.
        what: String,
        /// What it must be.
        expected: &'static str,
    },
    /// A member has another value than the one it must have.
    #[error("`{what}` is {got}, expected {expected}")]
    Value {
        /// Which member.
        what: String,
        /// What it must be.
        expected: String,
        /// What it is.
        got: String,
    },
    /// A key id that is not 64 lower-case hex digits.
    #[error("{at} has a key id that is not one: {reason}")]
    KeyId {
        /// Where it stands.
        at: String,
        /// What is wrong with it.
        reason: DigestError,
    },
    /// The same key id stands twice in a list where each must be different.
    #[error("{what} names key {keyid} twice")]
    Twice {
        /// Which list.
        what: String,
        /// Which key.
        keyid: KeyId,
    },
    /// A role with no keys.
    #[error("role {0} has no keys")]
    NoKeys(Role),
    /// A threshold that cannot be met, or is met by nothing.
    #[error("role {role} needs {threshold} signatures and has {keys} keys")]
    Threshold {
        /// Which role.
        role: Role,
        /// Signatures needed.
        threshold: u32,
        /// Different keys it has.
        keys: usize,
    },
    /// An expiry that clients cannot all read.
    #[error("the expiry {got} is not a whole second of UTC in the years 0 to 9999")]
    Expiry {
        /// The time given.
        got: String,
    },
}

impl MetadataError {
    pub(super) fn shape(what: &str, expected: &'static str) -> Self {
        Self::Shape {
            what: safe(what),
            expected,
        }
    }

    pub(super) fn value(what: &str, expected: &str, got: &str) -> Self {
        Self::Value {
            what: safe(what),
            expected: expected.to_owned(),
            got: safe(got),
        }
    }
}

/// The bytes over which signatures are made, and their digest: the one number that binds a
/// ceremony.
pub fn payload(signed: &Value) -> Result<(Vec<u8>, Sha256), CanonicalError> {
    let bytes = olpc(signed)?;
    let digest = Sha256::of(&bytes);
    Ok((bytes, digest))
}

#[cfg(test)]
mod tests;
