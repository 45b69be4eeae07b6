//! The audit: everything that a transcript claims, derived again.
//!
//! It never trusts what a record says about a check: it does the check. A record counts only if the
//! engine, in the state before it, would have written that very record.

mod entered;
mod follow;
mod outcome;
mod put_by;
mod result;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ceremony::ask::Form;
use crate::ceremony::effect::Effect;
use crate::ceremony::event::Event;
use crate::ceremony::evolve::evolve;
use crate::ceremony::plan::Mode;
use crate::ceremony::procedure::Procedure;
use crate::ceremony::recording::Mark;
use crate::ceremony::state::{Placed, State};
use crate::digest::Sha256;
use crate::transcript::Chain;

pub use follow::Deviation;

/// A rule of the catalogue. There is none without the code that checks it: the row holds it.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Id, for people and machines.
    pub id: &'static str,
    /// What holds when it passes.
    pub sentence: &'static str,
    /// Where the demand comes from.
    pub source: &'static str,
    /// Path of the function that gives the verdict, from the root of the library.
    pub code: &'static str,
    /// That function. It is asked once the last line is read, and only where no record broke the rule.
    verdict: fn(&Auditor, &Artefacts) -> result::Said,
}

impl PartialEq for Rule {
    /// Ids are unique.
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

macro_rules! rules {
    ($($name:ident = $id:literal, $sentence:literal, $source:literal, $verdict:path;)*) => {
        $(
            #[doc = $sentence]
            pub const $name: Rule = Rule {
                id: $id,
                sentence: $sentence,
                source: $source,
                code: concat!("transcript::audit::", stringify!($verdict)),
                verdict: $verdict,
            };
        )*
        /// Every rule, in the order of the report.
        pub const CATALOGUE: &[Rule] = &[$($name),*];
    };
}

rules! {
    CHAIN = "transcript.chain", "Every record is in its place and unchanged.", "transcript format 1", result::chain;
    WHOLE = "transcript.whole", "The transcript ends with the end of the ceremony, not in the middle.", "transcript format 1", result::whole;
    HEAD = "transcript.head", "The head is the one on paper.", "paper anchor", result::head;
    SCRIPT = "script.digest", "script.toml is the script that ran.", "first record", result::script;
    PLAN = "plan.digest", "plan.toml is the plan that ran.", "first record", result::plan;
    MODE = "ceremony.mode", "Record, plan and script agree on whether it was a rehearsal.", "first record", result::mode;
    FOLLOWED = "script.followed", "Every record is what the script and the answers before it lead to.", "script", result::followed;
    EXCEPTIONS = "script.exceptions", "Every skipped step has an exception with two names.", "script", result::exceptions;
    BASE = "root.base", "The root that was trusted before is the one of the plan, and enough of its own keys signed it.", "TUF 1.0.34, section 5.3", result::root::base;
    IMPORTED = "content.imported", "Content from outside is what was read, and has not changed since.", "transcript", result::root::imported;
    INPUTS = "files.in", "The files in in/ are, byte for byte, what the transcript says was read.", "transcript", result::artefacts::inputs;
    MEDIA = "media.bound", "Every medium was given its role by two people, and one role only.", "script", result::media::bound;
    LOG = "media.log", "The LOG medium was brought up to date whenever it had failed, or two people went on without it.", "script", result::media::log;
    POSSESSION = "keys.possession", "Every key in the root was proved to be on its keyholder's token.", "script", result::keys::possession;
    EVIDENCE = "attestation.evidence", "The files in attestations/ are, byte for byte, what the tokens brought forward.", "transcript", result::attestations::evidence;
    ATTESTED = "attestation.verdict", "The certificates of every attested key, judged again, prove what the plan demands.", "plan", result::attestations::verdicts;
    KEY_IDS = "keys.ids", "Every key id is the hash of its key.", "TUF 1.0.34, section 4.2", result::keys::ids;
    PAYLOAD = "root.payload", "The root's content is what the plan and the enrolled keys lead to.", "plan", result::root::payload;
    POLICY = "root.policy", "The root's content breaks no rule of the plan's policy.", "plan", result::root::policy;
    APPROVED = "root.approved", "Nobody signed who had not approved this very content before.", "script", result::root::approved;
    SIGNATURES = "root.signatures", "Every signature on record verifies over the content.", "TUF 1.0.34, section 4.2.1", result::root::signatures;
    THRESHOLD = "root.threshold", "As many different keys have signed as the root demands.", "TUF 1.0.34, section 5.3.4", result::root::threshold;
    TRUSTED = "root.trusted", "The root is one that the auditor trusts, or follows from it.", "TUF 1.0.34, section 5.3.4", result::artefacts::trusted;
    ACCEPTED = "findings.accepted", "What would have stopped the ceremony was accepted by two people before anybody signed.", "policy", result::root::accepted;
    FILES = "root.files", "The files in metadata/ are, byte for byte, what the transcript leads to.", "transcript", result::artefacts::files;
    OUTPUTS = "files.out", "The files in out/ are, byte for byte, those that the record lets leave.", "transcript", result::artefacts::outputs;
    SEAL_STATEMENT = "seal.statement", "The statement that was sealed is the one that the records before it lead to, and names their head.", "seal format 1", result::seal::statement;
    SEAL_SIGNATURES = "seal.signatures", "Every signature of the seal verifies under a key that was in hand in this ceremony.", "DSSE 1.0.2, protocol", result::seal::signatures;
    SEAL_COUNT = "seal.count", "As many keys have sealed the record as the plan wants.", "plan", result::seal::count;
    SEAL_FILE = "seal.file", "seal.dsse.json is, byte for byte, the seal on record.", "transcript", result::seal::file;
    RECORDING = "recording.file", "session.cast is, byte for byte, the recording on record.", "transcript", result::recording::file;
}

/// What the audit says of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    Pass,
    /// It does not hold, or could not be found to hold.
    Fail,
    /// Nothing was asked of it here; or a person has to look, because nothing can be compared.
    Note,
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// Verdict.
    pub verdict: Verdict,
    /// Explanation.
    pub sentence: String,
}

/// An audit in progress: lines go in, one after the other.
#[derive(Clone)]
pub struct Auditor {
    chain: Chain,
    state: State,
    follow: follow::Follow,
    put_by: put_by::PutBy,
    broken: Option<String>,
    deviations: Vec<Deviation>,
    torn: Option<u64>,
    anchor: Anchor,
    marks: Vec<Mark>,
    /// Exceptions that were logged once it was fixed what keyholders seal: of many, the first.
    unsealed: Vec<u32>,
}

/// How the head on paper relates to the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Anchor {
    NotGiven,
    Sought(Sha256),
    /// Seen after this many records; whether all that follows only closes the ceremony.
    At {
        record: u64,
        only_closing: bool,
    },
}

/// How much of a ceremony lies before the auditor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Its directory, with every file.
    #[default]
    Whole,
    /// The copy on the LOG medium: transcript, plan and script, and no files beside them.
    Record,
}

/// The recording of the screen, as far as it is asked for: it is longer than what a memory should hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// Bytes of the file.
    pub length: u64,
    /// SHA-256 of its first bytes, by their number, for each of [`Auditor::marks`] that the file reaches.
    pub prefixes: BTreeMap<u64, Sha256>,
}

/// What is in the ceremony directory besides the transcript.
#[derive(Default)]
pub struct Artefacts {
    /// Whether files are expected at all.
    pub scope: Scope,
    /// Name and bytes of each file in `metadata/`.
    pub metadata: Vec<(String, Vec<u8>)>,
    /// Name and bytes of each file in `in/`.
    pub inputs: Vec<(String, Vec<u8>)>,
    /// Name and bytes of each file in `out/`.
    pub outputs: Vec<(String, Vec<u8>)>,
    /// Path in `attestations/` and bytes of each file there.
    pub attestations: Vec<(String, Vec<u8>)>,
    /// Bytes of the seal, where it is there.
    pub seal: Option<Vec<u8>>,
    /// The recording of the screen, where it is there.
    pub recording: Option<Recording>,
    /// Path and bytes of each root that the auditor trusts already.
    pub trusted: Vec<(String, Vec<u8>)>,
}

impl Auditor {
    /// An audit of a ceremony that followed `procedure`, in the mode that the first line names.
    pub fn new(procedure: Arc<Procedure>, mode: Mode, expected_head: Option<Sha256>) -> Self {
        Self {
            chain: Chain::new(mode),
            state: State::new(procedure),
            follow: follow::Follow::default(),
            put_by: put_by::PutBy::default(),
            broken: None,
            deviations: Vec::new(),
            torn: None,
            anchor: expected_head.map_or(Anchor::NotGiven, Anchor::Sought),
            marks: Vec::new(),
            unsealed: Vec::new(),
        }
    }

    /// Takes the next line, without its newline; gives its record as far as the chain holds, of which
    /// [`Auditor::state`] is the state after it.
    pub fn line(&mut self, line: &[u8]) -> Option<Placed> {
        if self.broken.is_some() {
            return None;
        }
        let number = self.chain.length() + 1;
        let Ok(text) = std::str::from_utf8(line) else {
            self.broken = Some(format!("line {number} is not UTF-8"));
            return None;
        };
        let (record, event) = match self.chain.verify(text).map(|record| {
            let event = record.event();
            (record, event)
        }) {
            Ok((record, Ok(event))) => (record, event),
            Ok((_, Err(error))) => {
                self.broken = Some(format!("line {number}: {error}"));
                return None;
            }
            Err(error) => {
                self.broken = Some(format!("line {number}: {error}"));
                return None;
            }
        };
        let placed = Placed {
            seq: record.seq,
            at: record.at.to_owned(),
            node: self.chain.head(),
            event,
        };
        let seen = self
            .follow
            .judge(&self.state, record.actor, record.step, &placed);
        // A few of each are enough to explain; the count of a forged file must not cost memory.
        if self.deviations.len() < 100 {
            self.deviations.extend(seen);
        }
        self.put_by.see(&placed.event);
        // the words of a program that comes along later are compared with nothing
        let known = match &placed.event {
            Event::Resumed(resumption) => self.state.programs.contains(&resumption.program),
            _ => true,
        };
        if let Event::ExceptionLogged(exception) = &placed.event
            && self.state.seal.is_some()
            && self.unsealed.len() < 100
        {
            self.unsealed.push(exception.number);
        }
        evolve(&mut self.state, &placed);
        if let Event::ScreenRecorded(mark) = &placed.event {
            self.marks.push(*mark);
        }
        self.anchor = match &self.anchor {
            Anchor::Sought(head) if *head == placed.node => Anchor::At {
                record: self.state.records,
                only_closing: true,
            },
            Anchor::At {
                record,
                only_closing,
            } => Anchor::At {
                record: *record,
                only_closing: *only_closing && known && only_closes(&self.state, &placed),
            },
            other => other.clone(),
        };
        Some(placed)
    }

    /// The file ends with this many bytes that are no complete line.
    pub fn torn(&mut self, bytes: u64) {
        self.torn = Some(bytes);
    }

    /// The state as far as the chain held.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Whether the chain held so far.
    pub fn chain_holds(&self) -> bool {
        self.broken.is_none()
    }

    /// The verdict on one rule.
    pub fn finding(&self, rule: &Rule, artefacts: &Artefacts) -> Finding {
        result::finding(self, artefacts, rule)
    }

    /// The marks of the recording that are on record: what is asked of [`Artefacts::recording`].
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// Why the chain holds no further; `None` where it held.
    pub fn broken(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    /// Records that are not those that the engine would have written; of many, the first.
    pub fn deviations(&self) -> &[Deviation] {
        &self.deviations
    }

    /// Bytes at the end of the file that are no complete line.
    pub fn torn_bytes(&self) -> Option<u64> {
        self.torn
    }

    /// The verdicts on every rule.
    pub fn finish(&self, artefacts: &Artefacts) -> Vec<Finding> {
        result::findings(self, artefacts)
    }
}

/// Whether a record after the head on paper does nothing but end the ceremony: the answer about
/// that very head, statements, and the closing.
fn only_closes(state_after: &State, placed: &Placed) -> bool {
    match &placed.event {
        // The same holds for a LOG medium that has to be brought up to date.
        Event::LogLost(_) | Event::LogAttached {} => true,
        Event::Asked(_)
        | Event::Answered { .. }
        | Event::Intended(Effect::AttachLog | Effect::ListMedia)
        | Event::MediaListed { .. }
        | Event::MediumBound { .. }
        | Event::Faulted(_)
            if state_after.log_is_out() =>
        {
            true
        }
        Event::Asked(ask) => matches!(ask.form, Form::Confirm | Form::Words { .. } | Form::TypeBack { .. }),
        Event::Answered { .. }
        | Event::StepBegun {}
        | Event::StepDone {}
        | Event::CeremonyClosed {}
        // A break or a power cut after the head was written on paper changes nothing that it covers.
        | Event::Paused { .. }
        | Event::Resumed(_) => {
            let nothing_to_write = state_after.procedure.plan.signs_nothing();
            nothing_to_write || (state_after.counted && !state_after.written.is_empty())
        }
        _ => false,
    }
}
