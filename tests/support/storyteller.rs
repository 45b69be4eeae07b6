//! A forger who tells a whole ceremony anew.

use std::sync::Arc;

use rootstage::answers::as_asked;
use rootstage::ceremony::ask::Form;
use rootstage::ceremony::assembly::{self, MetadataFile};
use rootstage::ceremony::effect::{Effect, FileDigest};
use rootstage::ceremony::event::Event;
use rootstage::ceremony::plan::Mode;
use rootstage::ceremony::procedure::{BoundStep, Procedure};
use rootstage::ceremony::state::State;
use rootstage::ceremony::steps::{self, Kind, Next};
use rootstage::ceremony::{attested, carriage, sealing};
use rootstage::transcript::Chain;
use rootstage::transcript::audit::{Artefacts, Auditor};
use rootstage::transcript::chain::Draft;

use super::forger::Loose;

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
