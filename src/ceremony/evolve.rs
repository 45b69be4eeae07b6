//! `evolve`: the state after one more record. Total, dumb, infallible.

mod log;
mod returns;

use std::sync::Arc;

use super::ask::{Answer, Ask, Form};
use super::attested;
use super::effect::{Effect, Message};
use super::event::Event;
use super::import;
use super::judge;
use super::sealing::Sealing;
use super::state::{Ending, Given, HeldKey, Here, LogCopy, Payload, Placed, Standing, State};
use super::token::Retry;
use crate::digest::Sha256;
use returns::{replace, withdraw};

/// Asks of this name start the step's work again: what was seen so far is forgotten. Where they have
/// choices, this is the word for it, and any other is kept as an answer.
pub const AGAIN: &str = "again";
/// The choice that starts the step's work again, whatever the ask.
pub const BACK: &str = "back";
/// The choice that gives the role of a medium to another one.
pub const ANOTHER: &str = "another";
/// The choice that looks for media again.
pub const LOOK: &str = "look";

/// Brings `state` to where it is after `placed`.
#[expect(
    clippy::too_many_lines,
    reason = "one arm per kind of event, nothing else"
)]
pub fn evolve(state: &mut State, placed: &Placed) {
    state.head = placed.node;
    state.records = placed.seq + 1;
    state.at.clone_from(&placed.at);
    let current = state.step().and_then(|step| step.key.clone());
    match &placed.event {
        Event::CeremonyOpened(opening) => {
            state.opened_at.clone_from(&placed.at);
            state.opening = Some(opening.clone());
            state.programs.push(opening.program.clone());
        }
        Event::Resumed(resumption) => {
            state.resumptions += 1;
            state.cut_bytes = resumption.cut_bytes;
            if !state.programs.contains(&resumption.program) {
                state.programs.push(resumption.program.clone());
            }
            log::unattached(state);
            // How a token stood before says nothing of how it stands now: whoever is asked for a PIN
            // is told anew how many tries are left.
            let secret = |ask: &Ask| matches!(ask.form, Form::Secret(_));
            if state.asking.as_ref().is_some_and(secret) {
                state.asking = None;
                state.here.identity = None;
            }
            match state.in_flight.take() {
                Some(effect) if !effect.repeatable() => {
                    state.in_doubt = Some(effect);
                    // what was seen of the token was seen before the act
                    state.here.identity = None;
                }
                Some(effect) if !effect.takes_secret() => state.in_flight = Some(effect),
                _ => {}
            }
        }
        Event::StepBegun {} => {
            stand(state, Standing::Running);
            state.here = Here::default();
        }
        Event::Asked(ask) => state.asking = Some(ask.clone()),
        Event::Answered { ask, by, answer } => {
            state.asking = None;
            if state.log_is_out() {
                log::answered(state, ask, by, answer);
            } else if starts_again(ask, answer) {
                // A roll that is called again leaves nobody marked absent.
                if state.here.calls > 0 {
                    state.absent.clear();
                }
                state.here = Here {
                    faults: state.here.faults,
                    ..Here::default()
                };
            } else {
                state.here.fault = None;
                state.here.answers.insert(
                    ask.clone(),
                    Given {
                        by: by.clone(),
                        answer: answer.clone(),
                    },
                );
            }
        }
        Event::Intended(effect) => state.in_flight = Some(effect.clone()),
        Event::EnvironmentChecked { checks } => {
            state.in_flight = None;
            state.checks.clone_from(checks);
            state.here.checked = true;
        }
        Event::ClockRead { utc } => {
            state.in_flight = None;
            state.here.clock = Some(utc.clone());
        }
        Event::TokenIdentified(identity) => {
            state.in_flight = None;
            state.here.identity = Some(identity.clone());
        }
        Event::KeySought { key } => {
            state.in_flight = None;
            state.here.sought = Some(key.clone());
        }
        Event::KeyGenerated(key) => {
            state.in_flight = None;
            state.in_doubt = None;
            if let (Some(current), Some(token)) = (current, state.here.identity.clone()) {
                state.keys.insert(
                    current,
                    HeldKey {
                        token,
                        public_pem: key.public_pem.clone(),
                        generated: Some(key.clone()),
                        possession: None,
                        evidence: None,
                        enrolled: None,
                    },
                );
            }
        }
        Event::TokenProvisioned { act, identity, .. } => {
            state.in_flight = None;
            state.in_doubt = None;
            state.here.identity = Some(identity.clone());
            if let Some(current) = current {
                state
                    .provisioned
                    .entry(current)
                    .or_default()
                    .push(act.clone());
            }
        }
        Event::KeyAttested(evidence) => {
            state.in_flight = None;
            state.here.attested = true;
            if let Some(current) = current {
                for file in attested::files(state, &current, evidence) {
                    state.attested.insert(file.name, Sha256::of(&file.bytes));
                }
                if let Some(held) = state.keys.get_mut(&current) {
                    held.evidence = Some(evidence.clone());
                }
            }
        }
        Event::TokenReplaced { key, .. } => replace(state, key),
        Event::SignatureMade { sig } => {
            let signed = state.in_flight.take();
            state.in_doubt = None;
            if let (Some(Effect::Sign { message, .. }), Some(current)) = (signed, current) {
                match message {
                    Message::Possession { .. } => {
                        if let Some(held) = state.keys.get_mut(&current) {
                            held.possession = Some(sig.clone());
                        }
                    }
                    Message::Payload { .. } => {
                        state.signatures.insert(current, sig.clone());
                    }
                    Message::Seal { .. } => {
                        if let Some(seal) = &mut state.seal {
                            seal.signatures.insert(current, sig.clone());
                        }
                    }
                }
            }
        }
        Event::FilesRead { files } => {
            state.in_flight = None;
            for file in files {
                state.here.read.insert(file.path.clone());
                state.inputs.insert(file.path.clone(), file.clone());
            }
            state.here.files_read = true;
        }
        Event::MediaListed { media } => {
            state.in_flight = None;
            let here = if state.log_is_out() {
                &mut state.mending
            } else {
                &mut state.here
            };
            log::listed(here, media);
        }
        Event::MediumBound { role, medium } => {
            state.media.insert(*role, medium.clone());
            log::chosen(&mut state.here);
            if log::exchanged(&state.here) {
                let faults = state.here.faults;
                state.here = Here {
                    faults,
                    ..Here::default()
                };
            }
        }
        Event::LogAttached {} => {
            state.in_flight = None;
            log::stands(state, LogCopy::Kept);
        }
        Event::LogLost(fault) => {
            state.asking = None;
            log::stands(state, LogCopy::Lost(fault.clone()));
        }
        Event::LogGivenUp { .. } => log::stands(state, LogCopy::GivenUp),
        Event::Exported { way, files } => {
            state.in_flight = None;
            state.exported.insert(*way, files.clone());
        }
        Event::Archived { .. } => {
            state.in_flight = None;
            if let Some(last) = state.defunct.last_mut() {
                last.archived = true;
            }
        }
        Event::MetadataWritten { files } => {
            state.in_flight = None;
            state.written.clone_from(files);
        }
        Event::Faulted(fault) => {
            let effect = state.in_flight.take();
            if log::failed(state, effect.as_ref(), fault) {
                return;
            }
            if let Some(effect) = effect
                && !effect.repeatable()
                && fault.retry() == Retry::LookFirst
            {
                state.in_doubt = Some(effect);
            }
            state.here.identity = None;
            state.here.fault = Some(fault.clone());
            state.here.faults += 1;
        }
        Event::RollCalled { present, absent } => {
            state.here.calls += 1;
            state.present.extend(present.iter().cloned());
            state.absent = absent.iter().cloned().collect();
        }
        Event::KeyEnrolled {
            key,
            keyid,
            fingerprint,
        } => {
            if let Some(held) = state.keys.get_mut(key) {
                held.enrolled = Some((*keyid, *fingerprint));
            }
        }
        Event::RootAssembled { signed, payload } => {
            put(state, import::made_here(signed, *payload));
        }
        Event::KeyPresented {
            key,
            keyid,
            fingerprint,
        } => {
            let listed = judge::listed(state, *keyid);
            if let (Some(public), Some(token)) = (listed, state.here.identity.clone()) {
                state.keys.insert(
                    key.clone(),
                    HeldKey {
                        token,
                        public_pem: public.spki_pem(),
                        generated: None,
                        possession: None,
                        evidence: None,
                        enrolled: Some((*keyid, *fingerprint)),
                    },
                );
            }
        }
        Event::RootTrusted { .. } => {
            state.trusted = import::trusted(state).ok().map(Into::into);
        }
        Event::ContentImported { .. } => {
            if let Ok(payload) = import::content(state) {
                put(state, payload);
            }
        }
        Event::FindingsAccepted { rules, .. } => state.accepted.extend(rules.iter().cloned()),
        Event::ContentWithdrawn { reason, .. } => withdraw(state, reason),
        Event::ContentApproved { by, .. } => state.approved.extend(by.iter().cloned()),
        Event::SealStated {
            statement,
            sha256,
            head,
            records,
        } => state.seal = Some(Sealing::of(statement, *sha256, *head, *records)),
        Event::SealRead { .. } => {
            if let Some(seal) = &mut state.seal {
                seal.read = true;
            }
        }
        Event::SealWritten { file } => {
            state.in_flight = None;
            if let Some(seal) = &mut state.seal {
                seal.written = Some(file.clone());
            }
        }
        Event::DoubtSettled {} => {
            state.in_doubt = None;
            let faults = state.here.faults;
            state.here = Here {
                faults,
                ..Here::default()
            };
        }
        Event::SignaturesCounted { reached, .. } => {
            state.counted = true;
            state.counted_at.clone_from(&placed.at);
            state.threshold_reached = *reached;
        }
        Event::ExceptionLogged(exception) => {
            // Whoever comes late says so here, with initials of their own.
            for id in &exception.by {
                if state.absent.remove(id) {
                    state.present.insert(id.clone());
                }
            }
            state.exceptions.push(Arc::new(exception.clone()));
        }
        Event::StepSkipped { .. } => leave(state, Standing::Skipped),
        Event::StepDone {} => leave(state, Standing::Done),
        Event::Paused { .. } => {}
        Event::ScreenRecorded(mark) => state.recording = Some(*mark),
        Event::Aborted { .. } => {
            state.asking = None;
            state.ending = Some(Ending::Aborted);
        }
        Event::CeremonyClosed {} => {
            leave(state, Standing::Done);
            state.ending = Some(Ending::Closed);
        }
    }
}

fn starts_again(ask: &str, answer: &Answer) -> bool {
    match answer.typed.as_slice() {
        [] => ask == AGAIN,
        [word] => word == BACK || word == LOOK || (ask == AGAIN && word == AGAIN),
        _ => false,
    }
}

/// Fixes the content, and with it whose keys judge it.
fn put(state: &mut State, payload: Payload) {
    let judges = judge::judges(state, &payload);
    let mut payload = payload;
    for judge in &judges {
        let tally = judge.tally(&payload.bytes, &payload.given);
        payload.given_by.extend(tally.counted());
    }
    state.judges = judges.into();
    state.payload = Some(payload);
}

fn stand(state: &mut State, standing: Standing) {
    if let Some(place) = state.standing.get_mut(state.position) {
        *place = standing;
    }
}

fn leave(state: &mut State, standing: Standing) {
    stand(state, standing);
    state.position += 1;
    // After a token was replaced, the steps of others that lie between are behind already.
    let behind = |state: &State| {
        matches!(
            state.standing.get(state.position),
            Some(Standing::Done | Standing::Skipped)
        )
    };
    while behind(state) {
        state.position += 1;
    }
    state.asking = None;
    state.here = Here::default();
}

#[cfg(test)]
mod tests;
