//! `sign`: a keyholder's token signs the root.

use super::in_hand::{ask_secret, describe, in_hand, keyholder, secret_kind};
use super::{Kind, Next, Repetition, ask_of, first, halted, seats_or_anyone, two_seats};
use crate::ceremony::ask::{Answer, Ask, Choice, Form};
use crate::ceremony::assembly;
use crate::ceremony::effect::{Effect, Message};
use crate::ceremony::event::Event;
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
            if state.in_doubt.is_some() {
                return Ok(if doubt_settled(state) {
                    Next::record(Event::DoubtSettled {})
                } else {
                    Next::ask(doubt(state, step, &format!("{}.json", payload.role)))
                });
            }
            let identity = in_hand(state, step)?;
            // Irreversible, so typed back: the phrase carries the digest of what is signed.
            if !state.here.answers.contains_key(CONSENT) {
                let phrase = format!("SIGN {}", payload.sha256.short());
                let mut ask = ask_of(
                    state,
                    step,
                    CONSENT,
                    &format!("{}: sign this content", holder.name_with(key)),
                    Form::TypeBack { phrase },
                )
                .fact("Token", describe(identity));
                if state.judges.len() > 1 {
                    let judges = state.judges.iter().filter(|judge| counts(judge));
                    let names: Vec<&str> = judges.map(|judge| judge.name.as_str()).collect();
                    ask = ask.fact("Counts for", names.join("; "));
                }
                return Ok(Next::ask(ask.showing(PAYLOAD, payload.sha256)));
            }
            let ask = ask_secret(
                state,
                step,
                identity,
                secret_kind(identity),
                "The token signs as soon as it accepts. The signature is verified before it counts.",
            );
            Ok(Next::ask(if matches!(ask.form, Form::Secret(_)) {
                ask.showing(PAYLOAD, payload.sha256)
            } else {
                ask
            }))
        })
    }

    fn after(
        &self,
        state: &State,
        step: &BoundStep,
        ask: &Ask,
        _answer: &Answer,
    ) -> Option<Effect> {
        if !matches!(ask.form, Form::Secret(_)) {
            return None;
        }
        let (_, key) = state.procedure.key_plan(step)?;
        Some(Effect::Sign {
            token: key.token.clone(),
            label: key.label.clone(),
            message: Message::Payload {
                sha256: state.payload.as_ref()?.sha256,
            },
        })
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

const CONSENT: &str = "consent";
const DOUBT: &str = "doubt";
/// What the payload digest is of, in the read-back grid.
const PAYLOAD: &str = "SHA-256 of what will be signed";

/// Asks what to do about a signature whose answer was lost.
pub fn doubt(state: &State, step: &BoundStep, what: &str) -> Ask {
    let holder = step
        .holder
        .as_ref()
        .map_or("", |id| state.procedure.plan.name_of(id));
    let (title, what_happened) = match &state.here.fault {
        Some(fault) => {
            let words = crate::report::fault(fault);
            (
                "A SIGNATURE FAILED on the token",
                format!(
                    "The token of {holder} was asked to sign {what}. {} No signature is on record.",
                    words.happened
                ),
            )
        }
        None => (
            "A SIGNATURE WAS IN FLIGHT when the program was interrupted",
            format!(
                "The token of {holder} was asked to sign {what}, and its answer never arrived. No signature is on \
                 record. The token may or may not have signed."
            ),
        ),
    };
    let ask = Ask::new(
        DOUBT,
        title,
        Form::Choose {
            options: vec![Choice {
                key: "sign-again".to_owned(),
                meaning: "ask the token once more; the PIN will be asked".to_owned(),
            }],
        },
    )
    .saying(what_happened)
    .saying(
        "Signing again is safe: it is the same content, and a second signature by the same key counts \
         once. The program does not do it without being told.",
    );
    let ask = match &state.payload {
        Some(payload) => ask.showing(PAYLOAD, payload.sha256),
        None => ask,
    };
    ask.seated(two_seats(state, step))
}

/// Whether the people have answered [`doubt`].
pub fn doubt_settled(state: &State) -> bool {
    state.here.answers.contains_key(DOUBT)
}
