//! What one root changes of another.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::key::Holders;
use super::policy::{Finding, Policy};
use super::root::Root;

/// What a new root changes, and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    /// Everything that changes or stays.
    pub changes: Vec<Change>,
    /// What people should know.
    pub findings: Vec<Finding>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Kind of change.
    pub class: Class,
    /// How.
    pub mark: Mark,
    /// What.
    pub what: String,
    /// Before.
    pub old: String,
    /// After.
    pub new: String,
}

/// Kinds of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Version.
    Version,
    /// Expiry.
    Expiry,
    /// Keys of the root role.
    RootKeys,
    /// Threshold of the root role.
    RootThreshold,
    /// Keys of the other roles.
    OnlineKeys,
    /// Thresholds of the other roles.
    OnlineThresholds,
    /// `consistent_snapshot`.
    ConsistentSnapshot,
    /// `spec_version`.
    Specification,
    /// Anything else.
    Other,
}

/// How something changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// It stays.
    Kept,
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is another.
    Changed,
}

/// The semantic diff.
pub fn diff(
    _old: Option<&Root>,
    _new: &Root,
    _holders: &Holders,
    _policy: &Policy,
    _now: OffsetDateTime,
) -> Diff {
    Diff {
        changes: Vec::new(),
        findings: Vec::new(),
    }
}
