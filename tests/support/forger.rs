//! A forger who has the program: takes a transcript apart, changes it, and chains it anew so that
//! everything agrees with the change that can.

use std::sync::Arc;

use rootstage::answers::as_asked;
use rootstage::ceremony::ask::{Ask, Form};
use rootstage::ceremony::assembly::{self, MetadataFile};
use rootstage::ceremony::effect::{Effect, FileDigest};
use rootstage::ceremony::event::Event;
use rootstage::ceremony::plan::Mode;
use rootstage::ceremony::procedure::{BoundStep, Procedure};
use rootstage::ceremony::state::State;
use rootstage::ceremony::steps::{self, Kind, Next};
use rootstage::ceremony::{attested, carriage, sealing};
use rootstage::digest::Sha256;
use rootstage::transcript::audit::{Artefacts, Auditor};
use rootstage::transcript::chain::Draft;
use rootstage::transcript::{Chain, Record};

/// A record, taken apart so that it can be forged.
#[derive(Clone, PartialEq)]
pub struct Loose {
    pub actor: String,
    pub at: String,
    pub mono: u64,
    pub step: String,
    pub event: Event,
    pub salt: [u8; 16],
    /// The head of the transcript before this record.
    pub before: Sha256,
}

/// The records of a transcript.
pub fn loose(bytes: &[u8]) -> Vec<Loose> {
    let mut before = Chain::new(Mode::Rehearsal).head();
    let mut records = Vec::new();
    for line in std::str::from_utf8(bytes).unwrap().lines() {
        let record = Record::parse(line).unwrap();
        let salt = data_encoding::HEXLOWER.decode(record.salt.as_bytes());
        records.push(Loose {
            actor: record.actor.to_owned(),
            at: record.at.to_owned(),
            mono: record.mono,
            step: record.step.to_owned(),
            event: record.event().unwrap(),
            salt: salt.unwrap().try_into().unwrap(),
            before,
        });
        before = record.node_digest().unwrap();
    }
    records
}

/// Chains records anew. Which words of a digest are read back follows from the head before, and so does
/// the head that is shown: the forger asks and answers these as they are now.
pub fn chained(mode: Mode, records: &[Loose]) -> Vec<u8> {
    let mut chain = Chain::new(mode);
    let mut bytes = Vec::new();
    let mut asked: Option<Ask> = None;
    for loose in records {
        let mut event = loose.event.clone();
        match &mut event {
            Event::Asked(ask) if chain.head() != loose.before => {
                if let Some(shown) = &mut ask.digest
                    && shown.sha256 == loose.before
                {
                    shown.sha256 = chain.head();
                }
                if let Form::Words { positions } = &mut ask.form {
                    *positions = drawn(&ask.name, chain.head(), positions.len());
                    asked = Some(ask.clone());
                }
            }
            Event::Answered { ask, answer, .. } => {
                let of = asked.take().filter(|asked| asked.name == *ask);
                if let Some(of) = of
                    && let (Form::Words { positions }, Some(shown)) = (&of.form, &of.digest)
                {
                    let words = shown.sha256.words();
                    let typed = positions
                        .iter()
                        .map(|at| words[usize::from(*at) - 1].to_owned());
                    answer.typed = typed.collect();
                }
            }
            _ => {}
        }
        let line = chain.append(&Draft {
            actor: &loose.actor,
            at: &loose.at,
            mono: loose.mono,
            step: &loose.step,
            event: &event,
            salt: loose.salt,
        });
        bytes.extend(line.unwrap().into_bytes());
        bytes.push(b'\n');
    }
    bytes
}

/// The words that are drawn at this head.
fn drawn(ask: &str, head: Sha256, count: usize) -> Vec<u8> {
    let draw = Sha256::of_parts(&[b"read-back", ask.as_bytes(), &head.0]);
    let mut chosen = Vec::new();
    for position in draw.0.map(|byte| byte % 32 + 1) {
        if !chosen.contains(&position) && chosen.len() < count {
            chosen.push(position);
        }
    }
    chosen.sort_unstable();
    chosen
}

/// A forger who lets the program say what follows from each record, so that only what nobody can make is
/// missing: the signatures of tokens.
pub struct Story<'a> {
    /// Plan and script.
    pub procedure: &'a Arc<Procedure>,
    /// What the first record says.
    pub mode: Mode,
    /// Places of the records that stay as they are.
    pub forged: &'a [usize],
}

impl Story<'_> {
    /// The audit after the last record, and the transcript.
    pub fn told(&self, records: &[Loose]) -> (Auditor, Vec<u8>) {
        let mut chain = Chain::new(self.mode);
        let mut auditor = Auditor::new(Arc::clone(self.procedure), self.mode, None);
        let mut bytes = Vec::new();
        let mut due = None;
        for (place, loose) in records.iter().enumerate() {
            let mut event = loose.event.clone();
            let kept = self.forged.contains(&place);
            if !kept {
                follow(auditor.state(), &mut event, due.take());
            }
            let state = auditor.state();
            due = match (&event, current(state), &state.asking) {
                (Event::Answered { answer, .. }, Some((kind, step)), Some(ask)) => {
                    steps::after(kind, state, step, ask, answer)
                }
                _ => None,
            };
            let line = chain
                .append(&Draft {
                    actor: &loose.actor,
                    at: &loose.at,
                    mono: loose.mono,
                    step: &loose.step,
                    event: &event,
                    salt: loose.salt,
                })
                .unwrap();
            auditor.line(line.as_bytes());
            bytes.extend(line.into_bytes());
            bytes.push(b'\n');
        }
        (auditor, bytes)
    }
}

fn current(state: &State) -> Option<(&'static dyn Kind, &BoundStep)> {
    let step = state.step()?;
    Some((steps::kind(&step.kind)?, step))
}

/// What the program would put on record here, where it is the same kind of record.
fn follow(state: &State, event: &mut Event, due: Option<Effect>) {
    let same = std::mem::discriminant::<Event>;
    let next = current(state).map(|(kind, step)| steps::next(kind, state, step));
    match (&mut *event, next) {
        (Event::Asked(ask), Some(Next::Ask(now))) if ask.name == now.name => *ask = *now,
        (Event::Intended(effect), next) => {
            let now = match (due, next) {
                (Some(due), _) => due,
                (None, Some(Next::Do(now))) => now,
                _ => return,
            };
            if std::mem::discriminant(effect) == std::mem::discriminant(&now) {
                *effect = now;
            }
        }
        (Event::Answered { answer, .. }, _) => {
            let Some(ask) = &state.asking else { return };
            if matches!(ask.form, Form::Words { .. } | Form::TypeBack { .. }) {
                let plan = &state.procedure.plan;
                answer.typed = as_asked(ask, plan, time::OffsetDateTime::UNIX_EPOCH).typed;
            }
        }
        (Event::MetadataWritten { files }, _) => {
            if let Some(Effect::WriteMetadata { files: wanted, .. }) = &state.in_flight {
                written(files, wanted);
            }
        }
        (Event::Exported { files, .. }, _) => {
            if let Some(Effect::Export { files: wanted, .. }) = &state.in_flight {
                written(files, wanted);
            }
        }
        (Event::SealWritten { file }, _) => {
            if let Some(Effect::WriteSeal { file: wanted }) = &state.in_flight {
                written(std::slice::from_mut(file), std::slice::from_ref(wanted));
            }
        }
        (event, Some(Next::Record(now))) if same(event) == same(&now) => *event = *now,
        _ => {}
    }
}

/// Files under their full paths, with the digests of now.
fn written(files: &mut [FileDigest], wanted: &[FileDigest]) {
    for file in files {
        let name = file.name.rsplit('/').next().unwrap().to_owned();
        if let Some(now) = wanted.iter().find(|now| now.name == name) {
            file.sha256 = now.sha256;
            file.size = now.size;
        }
    }
}

/// The files that a forger puts beside the transcript.
pub fn files_of(state: &State, artefacts: &mut Artefacts) {
    let put = |there: &mut Vec<(String, Vec<u8>)>, files: Vec<MetadataFile>| {
        for file in files {
            match there.iter_mut().find(|(name, _)| *name == file.name) {
                Some((_, bytes)) => *bytes = file.bytes,
                None => there.push((file.name, file.bytes)),
            }
        }
    };
    put(&mut artefacts.metadata, assembly::metadata_files(state));
    for way in state.exported.keys() {
        put(&mut artefacts.outputs, carriage::files(state, *way));
    }
    for (name, held) in &state.keys {
        if let Some(evidence) = &held.evidence {
            put(
                &mut artefacts.attestations,
                attested::files(state, name, evidence),
            );
        }
    }
    artefacts.seal = sealing::file(state).map(|file| file.bytes);
}
