//! Targets metadata: which files there are, and who else may say so (TUF specification, section 4.5).
//!
//! It is read from the text in one pass, without a tree of values in between: such a file may list
//! a hundred thousand targets.

mod changes;
mod read;

use std::collections::BTreeMap;

use super::delegations::Delegations;
use super::fields::{Header, Unknown};
use super::hashes::Hashes;
use super::metadata::Metadata;
use super::root::MetadataError;

pub use changes::{
    Capped, DelegationChanges, KeyName, RoleChange, RoleView, TargetChange, TargetsChanges,
    targets_changes,
};

/// Most targets that one file may list.
pub const MAX_TARGETS: usize = 1_000_000;

/// What targets metadata says. A view: the file itself stays as it is and is never written from
/// this.
#[derive(Clone, Debug, PartialEq)]
pub struct Targets {
    /// Version, expiry, version of the specification.
    pub header: Header,
    /// The targets by path, as read and not escaped.
    pub targets: BTreeMap<String, Target>,
    /// The roles that it delegates to, where it does.
    pub delegations: Option<Delegations>,
    /// Members at the top that this version does not know: name, and JSON text as read.
    pub extra: BTreeMap<String, Box<str>>,
    /// Paths of all members that this version does not know.
    pub unknown: Unknown,
}

/// One file that may be fetched.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Its length, in bytes.
    pub length: u64,
    /// Its digests.
    pub hashes: Hashes,
    /// What the repository says of it besides: an object, as JSON text as read.
    pub custom: Option<Box<str>>,
    /// Members that this version does not know: name, and JSON text as read.
    pub extra: Vec<(String, Box<str>)>,
}

impl Targets {
    /// Reads the signed portion of a file. Its signatures are not checked: see
    /// [`super::trusted::Trusted`].
    pub fn read(file: &Metadata) -> Result<Self, MetadataError> {
        read::targets(file.signed_text())
    }
}

#[cfg(test)]
mod tests;
