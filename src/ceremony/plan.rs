//! The plan: the parameters of one ceremony, written and reviewed before the day.

pub mod check;
mod describe;
mod names;
mod parse;
mod people;
mod policy;
mod publish;
mod seal;
mod transport;
mod write;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::token::piv::KeyPolicies;
use super::token::{Algorithm, TokenName};
use crate::digest::Sha256;
use crate::tuf::key::KeyId;
use crate::tuf::root::Role;

pub use describe::ALARMS;
pub use names::{id_has, plain};
pub use policy::{AttestationPolicy, PlanPolicy, ProvisioningPolicy};
pub use publish::{PublishPlan, Withheld, salted};
pub use seal::{Disclosure, SealBy, SealPlan};
pub use transport::Transport;
pub use write::{
    Crossing, OneSignature, OneToken, Outline, Practice, Published, Staged, Unfit, Unreadable,
    fits, one_signature, one_token, practice, rehearsal, staged_root, template, template_after,
    template_of_tokens,
};

/// Id of a participant in the plan: lower-case letters, digits, hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ParticipantId(pub String);

impl std::fmt::Display for ParticipantId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Name of a key in the plan: its keyholder's id, followed by `.old` for the key on the token that
/// this person gives up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyName(pub String);

impl std::fmt::Display for KeyName {
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
    /// The root that clients trust before this ceremony; `None` for a first root.
    pub trusted: Option<TrustedPlan>,
    /// Metadata that comes from outside to be signed as it is.
    pub staged: Option<StagedPlan>,
    /// The root to be made here; `None` where nothing is made, only signed or tried.
    pub root: Option<RootPlan>,
    /// What is allowed.
    pub policy: PlanPolicy,
    /// Who seals the record.
    pub seal: SealPlan,
    /// What is withheld when the record is published.
    pub publish: PublishPlan,
    /// How files cross the air gap.
    pub transport: Transport,
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
    /// Keys that this person holds: keyholders have one, or two where an old token makes way for a
    /// new one; others none.
    pub keys: Vec<KeyPlan>,
}

/// A keyholder's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPlan {
    /// Its name in this plan.
    pub name: KeyName,
    /// What becomes of it.
    pub place: Place,
    /// Token on which it is, or is made.
    pub token: TokenName,
    /// Serial number that the token must show, where the plan knows it.
    pub serial: Option<String>,
    /// Kind of key.
    pub algorithm: Algorithm,
    /// Label of the key object.
    pub label: String,
    /// How the key is made and used, on a `YubiKey`; `None` for other kinds of token.
    pub policies: Option<KeyPolicies>,
    /// The token that takes the place of this one, should it fail before anything is signed.
    pub spare: Option<Spare>,
}

/// A sealed spare token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spare {
    /// Its name.
    pub token: TokenName,
    /// Serial number that it must show, where the plan knows it.
    pub serial: Option<String>,
}

/// What becomes of a key in this ceremony.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It is generated here and joins the root.
    Joins,
    /// It exists, under this id in the trusted or the staged root, and stays.
    Stays(KeyId),
    /// It exists, signs once more, and is not in the new root.
    Leaves(KeyId),
}

impl Place {
    /// The id under which published metadata lists the key; `None` before it exists.
    pub fn keyid(self) -> Option<KeyId> {
        match self {
            Self::Joins => None,
            Self::Stays(id) | Self::Leaves(id) => Some(id),
        }
    }
}

/// The root that clients trust before this ceremony.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedPlan {
    /// Path, relative to the plan's directory.
    pub path: String,
    /// SHA-256 of the file; a production plan has it.
    pub sha256: Option<Sha256>,
}

/// Metadata that comes from outside to be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagedPlan {
    /// Path, relative to the plan's directory.
    pub path: String,
    /// Role that it is for: a top-level role, or the name of a delegated one.
    pub role: String,
    /// SHA-256 of the canonical payload, where the plan pins it; otherwise it is read back and
    /// pinned when the file is imported.
    pub payload: Option<Sha256>,
    /// Copies of the same file with signatures from other sites.
    pub also: Vec<String>,
    /// For a delegated role: the metadata that names its keys.
    pub delegated_by: Option<String>,
    /// For targets: the version before, to show what changes.
    pub previous: Option<String>,
}

impl StagedPlan {
    /// Every file that is read for it, the content first.
    pub fn paths(&self) -> impl Iterator<Item = &String> {
        let more = self.also.iter().chain(&self.delegated_by);
        std::iter::once(&self.path)
            .chain(more)
            .chain(&self.previous)
    }
}

/// A key of the trusted root whose holder is not in this ceremony and which stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptKey {
    /// Its id in the trusted root.
    pub keyid: KeyId,
    /// Who holds it.
    pub name: String,
}

/// A key of the trusted root that leaves without signing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovedKey {
    /// Its id in the trusted root.
    pub keyid: KeyId,
    /// Who held it.
    pub name: String,
    /// Why it leaves.
    pub reason: Reason,
}

/// Why a key leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nobody can find the token, or it is dead.
    Lost,
    /// Somebody else may be able to use it.
    Stolen,
    /// Its holder leaves.
    Retired,
}

impl Reason {
    /// The words for them in plans.
    pub const WORDS: [(&'static str, Self); 3] = [
        ("lost", Self::Lost),
        ("stolen", Self::Stolen),
        ("retired", Self::Retired),
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Stolen => "stolen",
            Self::Retired => "retired",
        }
    }
}

/// Under which ids the new root lists the keys that it keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyIds {
    /// Under those of the trusted root.
    Keep,
    /// Under the ids that the key objects must have, where those differ.
    Recompute,
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
    /// The online roles `targets`, `snapshot`, `timestamp`; those that are not here stay as they
    /// are in the trusted root.
    pub roles: BTreeMap<String, RolePlan>,
    /// Keys of the trusted root that stay, of people who are not in this ceremony.
    pub keep: Vec<KeptKey>,
    /// Keys of the trusted root that leave without signing.
    pub remove: Vec<RemovedKey>,
    /// Under which ids kept keys are listed.
    pub key_ids: KeyIds,
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

impl Plan {
    /// Puts the spare token of this key in the place of its token; whether there was one.
    pub fn take_spare(&mut self, name: &KeyName) -> bool {
        let keys = self.participants.iter_mut().flat_map(|p| &mut p.keys);
        for key in keys.filter(|key| key.name == *name) {
            if let Some(spare) = key.spare.take() {
                key.token = spare.token;
                key.serial = spare.serial;
                return true;
            }
        }
        false
    }

    /// Whether it has nothing to sign: a trial of tokens signs no more than its proofs.
    pub fn signs_nothing(&self) -> bool {
        self.root.is_none() && self.staged.is_none()
    }

    /// The participant of this id.
    pub fn participant(&self, id: &ParticipantId) -> Option<&Participant> {
        self.participants.iter().find(|p| &p.id == id)
    }

    /// The participant's name, or the id where the plan does not know it.
    pub fn name_of<'a>(&'a self, id: &'a ParticipantId) -> &'a str {
        self.participant(id)
            .map_or(id.0.as_str(), |p| p.name.as_str())
    }

    /// The key of this name, and who holds it.
    pub fn key(&self, name: &KeyName) -> Option<(&Participant, &KeyPlan)> {
        self.keys().find(|(_, key)| key.name == *name)
    }

    /// Every keyholder's keys, in the order of the file.
    pub fn keys(&self) -> impl Iterator<Item = (&Participant, &KeyPlan)> {
        self.of_duty(Duty::Keyholder)
            .flat_map(|person| person.keys.iter().map(move |key| (person, key)))
    }

    /// What a key is called: its holder's name, and which of two keys it is.
    pub fn name_of_key(&self, name: &KeyName) -> String {
        match self.key(name) {
            Some((person, key)) => person.name_with(key),
            None => name.0.clone(),
        }
    }

    /// Whether a root that comes from outside is signed; it may be the first of all, without a
    /// trusted one before it.
    pub fn stages_a_root(&self) -> bool {
        let staged = self.staged.as_ref();
        staged.is_some_and(|staged| staged.role == Role::Root.name())
    }

    /// People of one duty, in the order of the file.
    pub fn of_duty(&self, duty: Duty) -> impl Iterator<Item = &Participant> {
        self.participants.iter().filter(move |p| p.duty == duty)
    }
}
