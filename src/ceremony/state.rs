//! The state of a ceremony: a fold over its records, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::ask::{Answer, Ask};
use super::check::Check;
use super::effect::{Effect, FileDigest, KeyFile};
use super::event::{Event, Exception, Opening};
use super::plan::{Mode, ParticipantId};
use super::procedure::{BoundStep, Procedure};
use super::token::{Fault, TokenIdentity, TokenKey};
use crate::digest::Sha256;
use crate::tuf::key::KeyId;

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
    /// Keys by keyholder.
    pub keys: BTreeMap<ParticipantId, HeldKey>,
    /// Environment checks, as last run.
    pub checks: Vec<Check>,
    /// Public keys of online roles.
    pub online_keys: Vec<KeyFile>,
    /// The root's content.
    pub payload: Option<Payload>,
    /// Keyholders and witnesses who approved the content.
    pub approved: BTreeSet<ParticipantId>,
    /// Signatures over the payload, lower-case hex, by keyholder.
    pub signatures: BTreeMap<ParticipantId, String>,
    /// Whether the threshold was found reached.
    pub threshold_reached: bool,
    /// Files written.
    pub written: Vec<FileDigest>,
    /// Exceptions logged.
    pub exceptions: Vec<Exception>,
    /// Interruptions gone on from.
    pub resumptions: u32,
    /// Bytes of a torn last record that were cut at the last of them.
    pub cut_bytes: u64,
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
    /// Whether the online roles' key files were read in this step.
    pub keys_read: bool,
    /// Number of roll calls in this step.
    pub calls: u32,
}

/// An answer as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Who answered.
    pub by: Vec<ParticipantId>,
    /// What they did.
    pub answer: Answer,
}

/// A keyholder's key as it comes into being.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldKey {
    /// The token, as it introduced itself when the key was made.
    pub token: TokenIdentity,
    /// The key.
    pub key: TokenKey,
    /// Proof of possession: a signature in lower-case hex.
    pub possession: Option<String>,
    /// TUF key id and fingerprint, once enrolled.
    pub enrolled: Option<(KeyId, Sha256)>,
}

/// The content to be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
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
            checks: Vec::new(),
            online_keys: Vec::new(),
            payload: None,
            approved: BTreeSet::new(),
            signatures: BTreeMap::new(),
            threshold_reached: false,
            written: Vec::new(),
            exceptions: Vec::new(),
            resumptions: 0,
            cut_bytes: 0,
            ending: None,
        }
    }

    /// The current step; `None` after the last.
    pub fn step(&self) -> Option<&BoundStep> {
        self.procedure.steps.get(self.position)
    }

    /// Whether this is a rehearsal.
    pub fn rehearsal(&self) -> bool {
        self.procedure.plan.mode == Mode::Rehearsal
    }
}
