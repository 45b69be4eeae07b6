//! What is offered: files, their digests, what is said of them, and who else may say so.

mod add;
mod change;
mod hash;
mod index;
mod read;
mod role;
mod stage;
mod walk;

use std::collections::BTreeMap;
use std::path::PathBuf;

use time::OffsetDateTime;

use super::keys::Keyring;
use super::{Place, RepoError};
use crate::tuf::key::KeyId;
use crate::tuf::repository::Signers;

pub use crate::tuf::repository::targets::Delegation;
pub use index::{Entry, Hashed, INDEX, Stamp, Standing};
pub use role::signers;
pub use stage::INCOMING;

/// Digests under which a target is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digests {
    /// SHA-256: every client of today verifies it.
    Sha256,
    /// SHA-512 alone, as go-tuf writes: tough refuses such targets.
    Sha512,
    /// Both.
    Both,
}

/// Something to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addition {
    /// Files that stand below `staged/targets` already: this path below it, or everything for the
    /// empty one.
    InPlace(String),
    /// A file or directory from elsewhere, which is copied to this path below `staged/targets`.
    From(PathBuf, String),
    /// Bytes that were made here.
    Made(String, Vec<u8>),
}

/// How things are to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manner {
    /// The role that lists them: `targets`, or a delegated one.
    pub role: String,
    /// When the role's new metadata expires.
    pub expires: OffsetDateTime,
    /// Digests that are listed.
    pub digests: Digests,
    /// `custom` by path; a path without an entry keeps what was said of it before.
    pub custom: BTreeMap<String, serde_json::Map<String, serde_json::Value>>,
    /// `custom` of everything else that is added.
    pub custom_for_all: Option<serde_json::Map<String, serde_json::Value>>,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// Version of the metadata that is staged now.
    pub version: u64,
    /// How many targets are new.
    pub new: usize,
    /// How many are listed otherwise than before: other content, other digests, other words.
    pub changed: usize,
    /// How many are listed as they were.
    pub same: usize,
    /// Bytes that were hashed; of files that are known to be as they were, none.
    pub bytes: u64,
    /// How many different keys have signed the metadata.
    pub signed: u32,
    /// How many must.
    pub threshold: u32,
    /// What people should know; whole sentences, safe to show.
    pub notices: Vec<String>,
}

/// Hashes files, lists them in the role's metadata, signs and stages it. Until everything has been
/// hashed and signed nothing is changed. Every file is then either where it was, below
/// `staged/targets`, or published already.
pub fn add(
    place: &Place,
    keyring: &mut Keyring<'_>,
    additions: &[Addition],
    manner: &Manner,
    progress: &mut dyn FnMut(Progress),
) -> Result<Added, RepoError> {
    let mut sign =
        |role: &str, signers: &Signers, payload: &[u8]| keyring.sign(role, &signers.keys, payload);
    add::with(place, additions, manner, &mut sign, progress)
}

/// What is to be taken off the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// Everything that the role lists.
    All,
    /// Paths, or directories of them.
    Paths(Vec<String>),
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Version of the metadata that is staged now.
    pub version: u64,
    /// The paths that are listed no more.
    pub paths: Vec<String>,
    /// How many different keys have signed it.
    pub signed: u32,
    /// How many must.
    pub threshold: u32,
    /// What people should know; whole sentences, safe to show.
    pub notices: Vec<String>,
}

/// Takes targets off the list of a role, signs and stages its metadata. Files that stand below
/// `staged/targets` stay there.
pub fn remove(
    place: &Place,
    keyring: &mut Keyring<'_>,
    role: &str,
    which: &Which,
    expires: OffsetDateTime,
) -> Result<Removed, RepoError> {
    let mut sign =
        |role: &str, signers: &Signers, payload: &[u8]| keyring.sign(role, &signers.keys, payload);
    change::remove(place, role, which, expires, &mut sign)
}

/// A delegation to be made, changed or taken back.
#[derive(Clone, Debug, PartialEq)]
pub enum DelegationChange {
    /// Made or changed.
    Set(Delegation),
    /// Taken back, from the role of this name.
    Remove(String),
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delegated {
    /// Version of the delegating role's metadata that is staged now.
    pub version: u64,
    /// Ids of the role's keys; none where the delegation was taken back.
    pub keyids: Vec<KeyId>,
    /// How many different keys of the delegating role have signed.
    pub signed: u32,
    /// How many must.
    pub threshold: u32,
    /// What people should know; whole sentences, safe to show.
    pub notices: Vec<String>,
}

/// Changes whom the role `by` delegates to, signs and stages its metadata.
pub fn delegate(
    place: &Place,
    keyring: &mut Keyring<'_>,
    by: &str,
    change: &DelegationChange,
    expires: OffsetDateTime,
) -> Result<Delegated, RepoError> {
    let mut sign =
        |role: &str, signers: &Signers, payload: &[u8]| keyring.sign(role, &signers.keys, payload);
    change::delegate(place, by, change, expires, &mut sign)
}

/// How far the hashing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Files so far.
    pub files: usize,
    /// Of how many.
    pub of: usize,
    /// Bytes so far.
    pub bytes: u64,
}

#[cfg(test)]
mod tests;
