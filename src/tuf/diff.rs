//! What a root changes against the one before it, in the words of TUF, and what people should know
//! before they sign it.
//!
//! Keys are told apart by the key itself: one that is listed under a new id is the same key, and
//! never one that left and another that came. Every text here is safe to show.

mod findings;
mod keys;
mod rows;
mod unknown;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::key::{Holders, KeyId};
use super::policy::{Finding, Level, Policy};
use super::root::{Role, Root};
use crate::digest::Sha256;

/// The difference between two roots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// One row for each thing that a root says, whether it changed or not, in the order in which
    /// people should read them.
    pub changes: Vec<Change>,
    /// What is to be said of the new root and of the step to it, the gravest first.
    pub findings: Vec<Finding>,
    /// The keys of the rows, with ids and fingerprints in full.
    pub keys: Vec<KeyChange>,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// What kind of thing it is.
    pub class: Class,
    /// What became of it.
    pub mark: Mark,
    /// Which thing: `root threshold`, `root key of Ada (ecdsa-p256)`.
    pub what: String,
    /// What the old root says; empty where it says nothing.
    pub old: String,
    /// What the new root says; empty where it says nothing.
    pub new: String,
}

/// What a row is about, in the order of the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// The version.
    Version,
    /// When clients stop accepting the root.
    Expiry,
    /// How many root keys must sign.
    RootThreshold,
    /// A key of the root role.
    RootKeys,
    /// How many keys of another role must sign.
    OnlineThresholds,
    /// A key of another role.
    OnlineKeys,
    /// Whether file names carry versions and digests.
    ConsistentSnapshot,
    /// The version of the TUF specification.
    Specification,
    /// A key that no role uses, or members that this version does not know.
    Other,
}

/// What became of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// As it was.
    Kept,
    /// In the new root only.
    Added,
    /// In the old root only.
    Removed,
    /// In both, and not the same.
    Changed,
}

/// One key of one role, in both roots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeyChange {
    /// The role; none for a key that is listed and used by no role.
    pub role: Option<Role>,
    /// What became of it.
    pub mark: Mark,
    /// Who holds it, where that is known.
    pub holder: Option<String>,
    /// What kind of key it is, or why that is not known.
    pub kind: String,
    /// SHA-256 of its `SubjectPublicKeyInfo`; none where the key cannot be used here.
    pub fingerprint: Option<Sha256>,
    /// The ids under which the old root has it in this role.
    pub old_ids: Vec<KeyId>,
    /// The ids under which the new root has it in this role.
    pub new_ids: Vec<KeyId>,
}

impl Diff {
    /// Whether nothing was found for which the root must not be signed.
    pub fn may_be_signed(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.level != Level::Stop)
    }
}

/// Compares `new` with the root that clients trust now; none where `new` begins a chain of trust.
pub fn diff(
    old: Option<&Root>,
    new: &Root,
    holders: &Holders,
    policy: &Policy,
    now: OffsetDateTime,
) -> Diff {
    let keys = keys::compare(old, new, holders);
    let changes = rows::all(old, new, &keys, now);
    let findings = findings::all(&findings::Step {
        old,
        new,
        holders,
        policy,
        now,
        keys: &keys,
        changes: &changes,
    });
    Diff {
        changes,
        findings,
        keys,
    }
}

#[cfg(test)]
mod tests;
