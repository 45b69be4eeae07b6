//! The plan: the parameters of one ceremony, written and reviewed before the day.

pub mod check;
mod parse;
mod write;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::token::{Algorithm, TokenName};
use crate::digest::Sha256;

pub use write::{Outline, rehearsal, template};

/// Id of a participant in the plan: lower-case letters, digits, hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ParticipantId(pub String);

impl std::fmt::Display for ParticipantId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// A real ceremony.
    Production,
    /// A rehearsal, marked as such in every record and on every screen.
    Rehearsal,
}

/// What a person does in the room. ("Role" means TUF role only.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Duty {
    /// Runs the program and reads out.
    Administrator,
    /// Holds a token.
    Keyholder,
    /// Watches and compares.
    Witness,
    /// Checks afterwards.
    Auditor,
}

impl Duty {
    /// Every duty.
    pub const ALL: [Self; 4] = [
        Self::Administrator,
        Self::Keyholder,
        Self::Witness,
        Self::Auditor,
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Keyholder => "keyholder",
            Self::Witness => "witness",
            Self::Auditor => "auditor",
        }
    }
}

/// A plan that was read without a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// SHA-256 of the file's bytes.
    pub digest: Sha256,
    /// What the ceremony is called.
    pub title: String,
    /// Name of the script that it follows.
    pub script: String,
    /// Production or rehearsal.
    pub mode: Mode,
    /// Where it is held, in words.
    pub location: String,
    /// People, in the order of the file.
    pub participants: Vec<Participant>,
    /// How many of each duty must be present.
    pub quorum: BTreeMap<Duty, u32>,
    /// The root to be made.
    pub root: RootPlan,
    /// What is allowed.
    pub policy: PlanPolicy,
    /// Directories (mounted media) to which the signed root is written, besides the ceremony's own.
    pub output: Vec<String>,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    /// Id, unique.
    pub id: ParticipantId,
    /// Name.
    pub name: String,
    /// Initials, unique in the plan, two to four letters.
    pub initials: String,
    /// Duty.
    pub duty: Duty,
    /// Key that this person holds; keyholders have one, others none.
    pub key: Option<KeyPlan>,
}

/// A keyholder's key, before it exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPlan {
    /// Token on which it is made.
    pub token: TokenName,
    /// Serial number that the token must show, where the plan knows it.
    pub serial: Option<String>,
    /// Kind of key.
    pub algorithm: Algorithm,
    /// Label of the key object.
    pub label: String,
}

/// The root to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootPlan {
    /// Version; 1 for a first root.
    pub version: u64,
    /// Signatures that a client demands.
    pub threshold: u32,
    /// When it expires, UTC, whole seconds.
    pub expires: OffsetDateTime,
    /// Whether file names carry versions and hashes.
    pub consistent_snapshot: bool,
    /// The online roles: `targets`, `snapshot`, `timestamp`.
    pub roles: BTreeMap<String, RolePlan>,
}

/// An online role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolePlan {
    /// Signatures that a client demands.
    pub threshold: u32,
    /// Public keys, as PEM files.
    pub keys: Vec<KeyFilePlan>,
}

/// A public key file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFilePlan {
    /// Path, relative to the plan's directory.
    pub path: String,
    /// SHA-256 of the file, where the plan pins it.
    pub sha256: Option<Sha256>,
}

/// What the plan allows and demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanPolicy {
    /// Shortest validity of the root, in days from the day of the ceremony.
    pub expiry_min_days: u32,
    /// Longest validity of the root, in days.
    pub expiry_max_days: u32,
    /// P-384 keys, which tuf-js and tough refuse, are wanted all the same.
    pub allow_p384: bool,
    /// Every key is needed for every signature, and that is known.
    pub no_spare_acknowledged: bool,
    /// Ids of environment checks that must pass.
    pub required_checks: Vec<String>,
    /// How far a watch and the clock may be apart, in minutes.
    pub clock_tolerance_minutes: u8,
}

impl Plan {
    /// The participant of this id.
    pub fn participant(&self, id: &ParticipantId) -> Option<&Participant> {
        self.participants.iter().find(|p| &p.id == id)
    }

    /// The participant's name, or the id where the plan does not know it.
    pub fn name_of<'a>(&'a self, id: &'a ParticipantId) -> &'a str {
        self.participant(id)
            .map_or(id.0.as_str(), |p| p.name.as_str())
    }

    /// People of one duty, in the order of the file.
    pub fn of_duty(&self, duty: Duty) -> impl Iterator<Item = &Participant> {
        self.participants.iter().filter(move |p| p.duty == duty)
    }
}
