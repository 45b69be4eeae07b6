//! `sign`: a keyholder's token signs the root.

use super::in_hand::keyholder;
use super::signing::{Weighty, set_off, signing};
use super::{Kind, Next, Repetition, first, halted, seats_or_anyone};
use crate::ceremony::ask::{Answer, Ask, Form};
use crate::ceremony::assembly;
use crate::ceremony::effect::{Effect, Message};
use crate::ceremony::judge::{self, Judge};
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::script::Each;
use crate::ceremony::state::{Standing, State};

pub struct Sign;

impl Kind for Sign {
    fn name(&self) -> &'static str {
        "sign"
    }

    fn about(&self) -> &'static str {
        "The keyholder's token signs the approved content; the signature is verified before it is counted."
    }

    fn each(&self) -> Repetition {
        Repetition::Fixed(Each::Key)
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        first(|| {
            let (holder, key) = keyholder(state, step)?;
            if state.signatures.contains_key(&key.name) {
                return Ok(Next::Done);
            }
            let Some(payload) = &state.payload else {
                return Ok(halted(
                    "There is nothing to sign",
                    vec![
                        "The script signs a root before it is made. Abort, and correct the script."
                            .to_owned(),
                    ],
                ));
            };
            if !state.approved.contains(&holder.id) {
                return Ok(halted(
                    format!("{} has not approved the content", holder.name),
                    vec![
                    "A keyholder signs only what they have read and approved. Nothing was signed."
                        .to_owned(),
                ],
                ));
            }
            let stops = assembly::unaccepted(state);
            if !stops.is_empty() {
                return Ok(halted(
                    "There are findings that nobody has accepted",
                    vec![format!(
                        "Two people must know of these and go on, before anybody signs: {}. Nothing was \
                         signed. Abort, and correct the script or the content.",
                        stops.join(", ")
                    )],
                ));
            }
            let Some(held) = state.keys.get(&key.name) else {
                return Ok(halted(
                    format!("{} has no key in hand", holder.name_with(key)),
                    vec![
                        "The token was not presented. Nothing was signed. Log an exception and skip this \
                         step, if enough others can sign."
                            .to_owned(),
                    ],
                ));
            };
            let fingerprint = held.enrolled.map(|(_, fingerprint)| fingerprint);
            if fingerprint.is_some_and(|key| payload.given_by.contains(&key)) {
                return Ok(already(state, step, &holder.name_with(key)));
            }
            let counts =
                |judge: &Judge| fingerprint.is_some_and(|key| judge.ids(key).next().is_some());
            if !state.judges.iter().any(counts) {
                return Ok(halted(
                    format!("The key of {} does not count here", holder.name_with(key)),
                    vec![
                        "No root or role that judges this content lists the key, so that its signature would \
                         be worth nothing. Nothing was signed. Log an exception and skip this step."
                            .to_owned(),
                    ],
                ));
            }
            let mut facts = Vec::new();
            if state.judges.len() > 1 {
                let judges = state.judges.iter().filter(|judge| counts(judge));
                let names: Vec<&str> = judges.map(|judge| judge.name.as_str()).collect();
                facts.push(("Counts for", names.join("; ")));
            }
            signing(
                state,
                step,
                &Weighty {
                    name: &format!("{}.json", payload.role),
                    title: format!("{}: sign this content", holder.name_with(key)),
                    word: "SIGN",
                    digest_of: PAYLOAD,
                    sha256: payload.sha256,
                    facts,
                },
            )
        })
    }

    fn after(
        &self,
        state: &State,
        step: &BoundStep,
        ask: &Ask,
        _answer: &Answer,
    ) -> Option<Effect> {
        let sha256 = state.payload.as_ref()?.sha256;
        set_off(state, step, ask, Message::Payload { sha256 })
    }

    fn skippable(&self, state: &State, step: &BoundStep) -> Result<(), String> {
        if state.procedure.plan.policy.signing_continues {
            return Ok(());
        }
        let steps = state.procedure.steps.iter().zip(&state.standing);
        let to_come = steps.filter(|(other, standing)| {
            other.kind == step.kind && other.id != step.id && **standing == Standing::Waiting
        });
        let mut signers = judge::signers(state);
        for (_, key) in to_come.filter_map(|(other, _)| state.procedure.key_plan(other)) {
            let held = state.keys.get(&key.name);
            let enrolled = held.and_then(|held| held.enrolled.map(|(_, fingerprint)| fingerprint));
            // whose token comes only then: its key is known by its id
            let listed = || Some(judge::listed(state, key.place.keyid()?)?.fingerprint());
            signers.extend(enrolled.or_else(listed));
        }
        for judge in state.judges.iter() {
            let (reachable, threshold) = (judge.count(&signers), judge.role.threshold);
            if reachable < threshold {
                return Err(format!(
                    "only {reachable} signatures could be reached without it for {}, and {threshold} are \
                     needed",
                    judge.name
                ));
            }
        }
        Ok(())
    }
}

/// Says that a signature of this key came with the content.
fn already(state: &State, step: &BoundStep, who: &str) -> Next {
    const ALREADY: &str = "already";
    if state.here.answers.contains_key(ALREADY) {
        return Next::Done;
    }
    Next::ask(
        Ask::new(ALREADY, format!("{who} has signed already"), Form::Confirm)
            .saying(
                "A signature of this key came with the content, and it verifies. A second one would count \
                 for nothing, so that the token is not asked.",
            )
            .seated(seats_or_anyone(state, step)),
    )
}

/// What the payload digest is of, in the read-back grid.
pub const PAYLOAD: &str = "SHA-256 of what will be signed";
