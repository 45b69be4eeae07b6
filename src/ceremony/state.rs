//! The state of a ceremony: a fold over its records, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::ask::{Answer, Ask};
use super::check::Check;
use super::effect::{Effect, FileDigest, InputFile};
use super::event::{Event, Exception, Opening};
use super::judge::Judge;
use super::medium::{Medium, MediumRole, Way};
use super::plan::{KeyName, Mode, ParticipantId};
use super::procedure::{BoundStep, Procedure};
use super::recording::Mark;
use super::sealing::Sealing;
use super::token::piv::Provisioning;
use super::token::{Evidence, Fault, TokenIdentity, TokenKey};
use crate::digest::Sha256;
use crate::tuf::key::KeyId;
use crate::tuf::metadata::Metadata;
use crate::tuf::root::{Root, Signature, Signed};

/// Everything that is known of a ceremony.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The steps of this day.
    pub procedure: Arc<Procedure>,
    /// The first record.
    pub opening: Option<Opening>,
    /// Transcript head: node of the last record.
    pub head: Sha256,
    /// Number of records.
    pub records: u64,
    /// UTC time of the first record, RFC 3339; empty before it.
    pub opened_at: String,
    /// UTC time of the last record, RFC 3339.
    pub at: String,
    /// Index of the current step in the procedure.
    pub position: usize,
    /// How each step stands.
    pub standing: Vec<Standing>,
    /// The open question.
    pub asking: Option<Ask>,
    /// The effect that is on record and has no result yet.
    pub in_flight: Option<Effect>,
    /// An irreversible effect whose result was lost.
    pub in_doubt: Option<Effect>,
    /// What happened in the current step.
    pub here: Here,
    /// People in the room.
    pub present: BTreeSet<ParticipantId>,
    /// People who were absent at the roll call and have not logged their coming since.
    pub absent: BTreeSet<ParticipantId>,
    /// Keys by their names in the plan, as far as they are in hand.
    pub keys: BTreeMap<KeyName, HeldKey>,
    /// Files that are kept of attestations, by their paths in the directory of attestations.
    pub attested: BTreeMap<String, Sha256>,
    /// What was done to bring each key's token from the factory's state, in order.
    pub provisioned: BTreeMap<KeyName, Vec<Provisioning>>,
    /// Environment checks, as last run.
    pub checks: Vec<Check>,
    /// Files read, by their paths in the plan.
    pub inputs: BTreeMap<String, InputFile>,
    /// The root that clients trust before this ceremony.
    pub trusted: Option<Arc<TrustedRoot>>,
    /// The content to be signed.
    pub payload: Option<Payload>,
    /// Whose thresholds the content must reach.
    pub judges: Arc<[Judge]>,
    /// Rules whose stop-level findings two people accepted.
    pub accepted: BTreeSet<String>,
    /// Keyholders and witnesses who approved the content.
    pub approved: BTreeSet<ParticipantId>,
    /// Signatures over the payload that were made here, lower-case hex, by key.
    pub signatures: BTreeMap<KeyName, String>,
    /// Whether the signatures were counted.
    pub counted: bool,
    /// Whether every threshold was found reached.
    pub threshold_reached: bool,
    /// Content that was withdrawn.
    pub defunct: Vec<Defunct>,
    /// Files written.
    pub written: Vec<FileDigest>,
    /// When the signatures were counted: the time that envelopes of the result bear.
    pub counted_at: String,
    /// The media that have a role.
    pub media: BTreeMap<MediumRole, Medium>,
    /// How the copy of the transcript on the LOG medium stands.
    pub log: LogCopy,
    /// What happened about the LOG medium since it was lost; apart from the step in which that was, so that
    /// the step goes on as if nothing had come in between.
    pub mending: Here,
    /// What left the ceremony, by the way it went.
    pub exported: BTreeMap<Way, Vec<FileDigest>>,
    /// The seal, once it is known what is sealed.
    pub seal: Option<Sealing>,
    /// Programs that wrote records: the one that opened the ceremony, then others that went on with it.
    pub programs: Vec<String>,
    /// Exceptions logged; states that follow one another share them.
    pub exceptions: Vec<Arc<Exception>>,
    /// Interruptions gone on from.
    pub resumptions: u32,
    /// Bytes of a torn last record that were cut at the last of them.
    pub cut_bytes: u64,
    /// How far the recording of the screen is covered; `None` where no mark is on record.
    pub recording: Option<Mark>,
    /// How it ended.
    pub ending: Option<Ending>,
}

/// How a step stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// Not yet begun.
    #[default]
    Waiting,
    /// Begun.
    Running,
    /// Complete.
    Done,
    /// Left out by an exception.
    Skipped,
}

/// How a ceremony ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// As written.
    Closed,
    /// Before its end.
    Aborted,
}

/// What happened in the current step; empty when the next begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Here {
    /// Answers by name of the ask; the last one counts.
    pub answers: BTreeMap<String, Given>,
    /// The last thing that failed and was not yet overcome.
    pub fault: Option<Fault>,
    /// Number of faults in this step.
    pub faults: u32,
    /// The clock as read in this step.
    pub clock: Option<String>,
    /// The token as it introduced itself in this step.
    pub identity: Option<TokenIdentity>,
    /// Result of the last search for a key in this step.
    pub sought: Option<Option<TokenKey>>,
    /// Whether the environment was checked in this step.
    pub checked: bool,
    /// Whether files were read in this step.
    pub files_read: bool,
    /// The paths of those that were.
    pub read: BTreeSet<String>,
    /// Whether the token showed what vouches for its key in this step.
    pub attested: bool,
    /// The media that were found in this step, for one choice.
    pub listed: Option<Vec<Medium>>,
    /// The media that were found after the choice.
    pub listed_after: Option<Vec<Medium>>,
    /// Number of roll calls in this step.
    pub calls: u32,
}

/// How the copy of the transcript on the LOG medium stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LogCopy {
    /// There is none.
    #[default]
    None,
    /// It has every record that is on disk.
    Kept,
    /// The program began anew, and has not found it yet.
    Detached,
    /// It could not be written to.
    Lost(Fault),
    /// Two people decided to go on without it.
    GivenUp,
}

/// An answer as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Who answered.
    pub by: Vec<ParticipantId>,
    /// What they did.
    pub answer: Answer,
}

/// A key in a keyholder's hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldKey {
    /// The token, as it introduced itself when the key was made or presented.
    pub token: TokenIdentity,
    /// The public half, as PEM.
    pub public_pem: String,
    /// What the token said of the key when it was generated here.
    pub generated: Option<TokenKey>,
    /// Proof of possession: a signature in lower-case hex.
    pub possession: Option<String>,
    /// What the token brought forward to show that the key was made inside it.
    pub evidence: Option<Evidence>,
    /// TUF key id and fingerprint, once enrolled or recognised.
    pub enrolled: Option<(KeyId, Sha256)>,
}

/// The root that clients trust before this ceremony.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedRoot {
    /// The file.
    pub signed: Signed,
    /// What it says.
    pub root: Root,
    /// SHA-256 of its canonical bytes.
    pub payload: Sha256,
}

/// Content that was withdrawn, with what was signed of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defunct {
    /// The content.
    pub payload: Payload,
    /// Signatures made here over it, under the ids at which they stand in the file.
    pub signatures: Vec<Signature>,
    /// Why it was withdrawn.
    pub reason: String,
    /// Whether its file is beside the metadata.
    pub archived: bool,
}

/// The content to be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// Role that it is for: a top-level role, or the name of a delegated one.
    pub role: String,
    /// Its version, where it has one.
    pub version: u64,
    /// The file in which it came; `None` where it is made here.
    pub file: Option<Arc<Metadata>>,
    /// Signatures that came with it, by all copies together.
    pub given: Vec<Signature>,
    /// Fingerprints of the keys whose given signatures verify.
    pub given_by: BTreeSet<Sha256>,
    /// The `signed` part.
    pub signed: Value,
    /// Its canonical bytes.
    pub bytes: Vec<u8>,
    /// Their SHA-256.
    pub sha256: Sha256,
}

/// An event in its place in the transcript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Sequence number, from 0.
    pub seq: u64,
    /// UTC, RFC 3339 with milliseconds.
    pub at: String,
    /// Chain node of the record.
    pub node: Sha256,
    /// The event.
    pub event: Event,
}

impl State {
    /// The state before the first record.
    pub fn new(procedure: Arc<Procedure>) -> Self {
        Self {
            standing: vec![Standing::Waiting; procedure.steps.len()],
            procedure,
            opening: None,
            head: Sha256([0; 32]),
            records: 0,
            opened_at: String::new(),
            at: String::new(),
            position: 0,
            asking: None,
            in_flight: None,
            in_doubt: None,
            here: Here::default(),
            present: BTreeSet::new(),
            absent: BTreeSet::new(),
            keys: BTreeMap::new(),
            attested: BTreeMap::new(),
            provisioned: BTreeMap::new(),
            checks: Vec::new(),
            inputs: BTreeMap::new(),
            trusted: None,
            payload: None,
            judges: Arc::default(),
            accepted: BTreeSet::new(),
            approved: BTreeSet::new(),
            signatures: BTreeMap::new(),
            counted: false,
            threshold_reached: false,
            defunct: Vec::new(),
            written: Vec::new(),
            counted_at: String::new(),
            media: BTreeMap::new(),
            log: LogCopy::None,
            mending: Here::default(),
            exported: BTreeMap::new(),
            seal: None,
            programs: Vec::new(),
            exceptions: Vec::new(),
            resumptions: 0,
            cut_bytes: 0,
            recording: None,
            ending: None,
        }
    }

    /// The current step; `None` after the last.
    pub fn step(&self) -> Option<&BoundStep> {
        self.procedure.steps.get(self.position)
    }

    /// Whether this is the token that introduced itself in this step.
    pub fn is_in_hand(&self, token: &TokenIdentity) -> bool {
        let here = self.here.identity.as_ref();
        here.is_some_and(|here| here.serial == token.serial && here.kind == token.kind)
    }

    /// Whether the copy on the LOG medium comes before everything else.
    pub fn log_is_out(&self) -> bool {
        matches!(self.log, LogCopy::Detached | LogCopy::Lost(_))
    }

    /// Whether this is a rehearsal.
    pub fn rehearsal(&self) -> bool {
        self.procedure.plan.mode == Mode::Rehearsal
    }
}
