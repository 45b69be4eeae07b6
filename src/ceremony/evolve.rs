//! `evolve`: the state after one more record. Total, dumb, infallible.

use super::effect::{Effect, Message};
use super::event::Event;
use super::state::{Ending, Given, HeldKey, Here, Payload, Placed, Standing, State};
use super::token::Retry;

/// Asks of this name start the step's work again: what was seen so far is forgotten.
pub const AGAIN: &str = "again";

/// Brings `state` to where it is after `placed`.
#[expect(
    clippy::too_many_lines,
    reason = "one arm per kind of event, nothing else"
)]
pub fn evolve(state: &mut State, placed: &Placed) {
    state.head = placed.node;
    state.records = placed.seq + 1;
    state.at.clone_from(&placed.at);
    let holder = state.step().and_then(|step| step.holder.clone());
    match &placed.event {
        Event::CeremonyOpened(opening) => {
            state.opened_at.clone_from(&placed.at);
            state.opening = Some(opening.clone());
        }
        Event::Resumed(resumption) => {
            state.resumptions += 1;
            state.cut_bytes = resumption.cut_bytes;
            match state.in_flight.take() {
                Some(effect) if !effect.repeatable() => state.in_doubt = Some(effect),
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
            if ask == AGAIN {
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
            if let (Some(holder), Some(token)) = (holder, state.here.identity.clone()) {
                state.keys.insert(
                    holder,
                    HeldKey {
                        token,
                        key: key.clone(),
                        possession: None,
                        enrolled: None,
                    },
                );
            }
        }
        Event::SignatureMade { sig } => {
            let signed = state.in_flight.take();
            state.in_doubt = None;
            if let (Some(Effect::Sign { message, .. }), Some(holder)) = (signed, holder) {
                match message {
                    Message::Possession { .. } => {
                        if let Some(held) = state.keys.get_mut(&holder) {
                            held.possession = Some(sig.clone());
                        }
                    }
                    Message::Payload { .. } => {
                        state.signatures.insert(holder, sig.clone());
                    }
                }
            }
        }
        Event::KeysRead { files } => {
            state.in_flight = None;
            state.online_keys.clone_from(files);
            state.here.keys_read = true;
        }
        Event::MetadataWritten { files } => {
            state.in_flight = None;
            state.written.clone_from(files);
        }
        Event::Faulted(fault) => {
            let effect = state.in_flight.take();
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
            holder,
            keyid,
            fingerprint,
        } => {
            if let Some(held) = state.keys.get_mut(holder) {
                held.enrolled = Some((*keyid, *fingerprint));
            }
        }
        Event::RootAssembled { signed, payload } => {
            let bytes = crate::canonical::olpc(signed).unwrap_or_default();
            state.payload = Some(Payload {
                signed: signed.clone(),
                bytes,
                sha256: *payload,
            });
        }
        Event::ContentApproved { by, .. } => state.approved.extend(by.iter().cloned()),
        Event::DoubtSettled {} => {
            state.in_doubt = None;
            let faults = state.here.faults;
            state.here = Here {
                faults,
                ..Here::default()
            };
        }
        Event::ThresholdReached { .. } => state.threshold_reached = true,
        Event::ExceptionLogged(exception) => {
            // Whoever comes late says so here, with initials of their own.
            for id in &exception.by {
                if state.absent.remove(id) {
                    state.present.insert(id.clone());
                }
            }
            state.exceptions.push(exception.clone());
        }
        Event::StepSkipped { .. } => leave(state, Standing::Skipped),
        Event::StepDone {} => leave(state, Standing::Done),
        Event::Paused { .. } => {}
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

fn stand(state: &mut State, standing: Standing) {
    if let Some(place) = state.standing.get_mut(state.position) {
        *place = standing;
    }
}

fn leave(state: &mut State, standing: Standing) {
    stand(state, standing);
    state.position += 1;
    state.asking = None;
    state.here = Here::default();
}

#[cfg(test)]
mod tests;
