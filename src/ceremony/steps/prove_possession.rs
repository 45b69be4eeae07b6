//! `prove-possession`: the token signs a text of this ceremony, so that a dead or foreign key is
//! found before it is part of a root.

use super::generate_key::needed_key;
use super::in_hand::{ask_secret, in_hand, keyholder, secret_kind};
use super::sign::PAYLOAD;
use super::signing::{doubt, doubt_settled};
use super::{Kind, Next, Repetition, first};
use crate::ceremony::ask::{Answer, Ask, Form};
use crate::ceremony::effect::{Effect, Message};
use crate::ceremony::event::Event;
use crate::ceremony::plan::Place;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;
use crate::digest::Sha256;
use crate::tuf::key::PublicKey;

pub struct ProvePossession;

impl Kind for ProvePossession {
    fn name(&self) -> &'static str {
        "prove-possession"
    }

    fn about(&self) -> &'static str {
        "The token signs a text that names this ceremony; the signature is verified under the new public key."
    }

    fn each(&self) -> Repetition {
        Repetition::OfKey
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        first(|| {
            let (holder, key) = keyholder(state, step)?;
            let Some(held) = state.keys.get(&key.name) else {
                return Ok(super::halted(
                    format!("{} has no key in hand", holder.name_with(key)),
                    vec![
                        "The token was not presented, so that it cannot show that it signs. Nothing was done. \
                         Log an exception and skip this step."
                            .to_owned(),
                    ],
                ));
            };
            if held.possession.is_some() {
                if held.enrolled.is_some() {
                    return Ok(Next::Done);
                }
                if let Ok(public) = PublicKey::from_pem(&held.public_pem) {
                    return Ok(Next::record(Event::KeyEnrolled {
                        key: key.name.clone(),
                        keyid: public.key_id(),
                        fingerprint: public.fingerprint(),
                    }));
                }
            }
            if state.in_doubt.is_some() {
                return Ok(if doubt_settled(state) {
                    Next::record(Event::DoubtSettled {})
                } else {
                    let payload = state.payload.as_ref();
                    let shown = payload.map(|payload| (PAYLOAD, payload.sha256));
                    Next::ask(doubt(state, step, "the proof of possession", shown))
                });
            }
            let identity = in_hand(state, step)?;
            Ok(Next::ask(ask_secret(
                state,
                step,
                identity,
                secret_kind(identity),
                step.say.trim(),
            )))
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
        let text = state.possession_text(&key.name)?;
        Some(Effect::Sign {
            token: key.token.clone(),
            label: key.label.clone(),
            message: Message::Possession {
                sha256: Sha256::of(&text),
            },
        })
    }

    fn skippable(&self, state: &State, step: &BoundStep) -> Result<(), String> {
        // A token that exists already and fails its trial is what the record is for.
        match state.procedure.key_plan(step) {
            Some((_, key)) if key.place != Place::Joins => Ok(()),
            _ => needed_key(state, step),
        }
    }
}
