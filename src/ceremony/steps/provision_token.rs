//! `provision-token`: a `YubiKey` is brought from the factory's state to its keyholder's.
//!
//! What is still to be done follows from what the card says of itself, and, where its firmware does
//! not tell, from what this ceremony did ([`card`]). So a step that was interrupted after any act goes
//! on with the next.

mod asks;
mod card;

use super::generate_key::needed_key;
use super::in_hand::{keyholder, pin, right_token, unblock};
use super::{AGAIN, Kind, Next, Repetition, again, chosen, first};
use crate::ceremony::ask::{Answer, Ask, Form, SecretKind};
use crate::ceremony::effect::Effect;
use crate::ceremony::event::Event;
use crate::ceremony::plan::{KeyPlan, Participant};
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::script::Each;
use crate::ceremony::state::State;
use crate::ceremony::token::Fault;
use crate::ceremony::token::piv::Provisioning;
use asks::{CONSENT, DONE, PROVISIONED, RESET, STATE};
use card::Card;

pub struct ProvisionToken;

impl Kind for ProvisionToken {
    fn name(&self) -> &'static str {
        "provision-token"
    }

    fn about(&self) -> &'static str {
        "A YubiKey gets tries, PIN, PUK and management key of its own in place of the factory's; plans with other tokens have no such step."
    }

    fn each(&self) -> Repetition {
        Repetition::Fixed(Each::NewKey)
    }

    fn concerns(&self, key: &KeyPlan) -> bool {
        key.is_provisioned()
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        first(|| {
            let (holder, key) = keyholder(state, step)?;
            if state.here.answers.contains_key(PROVISIONED) {
                return Ok(Next::Done);
            }
            // An act that failed is never repeated without people: it may have spent a try.
            if let Some(fault) = &state.here.fault
                && !asked_anew(state, fault)
            {
                return Err(Next::ask(again(state, step, fault)));
            }
            let identity = right_token(state, step)?;
            let card = Card::of(state, key, identity);
            if let Some(Effect::Provision { act, .. }) = &state.in_doubt {
                return Ok(settle(state, step, &card, act));
            }
            work(state, step, holder, key, &card)
        })
    }

    fn after(&self, state: &State, step: &BoundStep, ask: &Ask, answer: &Answer) -> Option<Effect> {
        let (_, key) = state.procedure.key_plan(step)?;
        let act = match &ask.form {
            Form::Secret(form) if form.kind == SecretKind::NewPin => Provisioning::Pin,
            Form::Secret(form) if form.kind == SecretKind::NewPuk => Provisioning::Puk,
            Form::Choose { .. } if ask.name == RESET => {
                let word = answer.typed.first().map(String::as_str);
                (word != Some(crate::ceremony::evolve::BACK)).then_some(Provisioning::Reset)?
            }
            _ => return None,
        };
        Some(Effect::Provision {
            token: key.token.clone(),
            act,
        })
    }

    fn skippable(&self, state: &State, step: &BoundStep) -> Result<(), String> {
        let Some((holder, key)) = state.procedure.key_plan(step) else {
            return Ok(());
        };
        let done = card::done(state, key);
        let identity = state.here.identity.as_ref();
        let finished =
            identity.is_some_and(|identity| Card::of(state, key, identity).is_finished());
        if !done.is_empty() && !finished {
            let so_far: Vec<&str> = done.iter().map(card::words).collect();
            return Err(format!(
                "the token of {} would be left half-provisioned; so far: {}",
                holder.name_with(key),
                so_far.join(", ")
            ));
        }
        needed_key(state, step)
    }
}

/// Whether the question is put once more, with the reason why, instead of a pause.
fn asked_anew(state: &State, fault: &Fault) -> bool {
    match fault {
        Fault::NewSecretRefused { .. } | Fault::PinLength { .. } | Fault::PinLocked { .. } => true,
        Fault::PukWrong { .. } => unblock::is_chosen(state),
        _ => false,
    }
}

/// What comes next with a token in hand about which nothing is in doubt.
fn work(
    state: &State,
    step: &BoundStep,
    holder: &Participant,
    key: &KeyPlan,
    card: &Card<'_>,
) -> Result<Next, Next> {
    let wanted = chosen(state, STATE).or(chosen(state, AGAIN));
    let identity = card.identity;
    if wanted == Some(RESET) && !state.here.answers.contains_key(RESET) {
        return Ok(Next::ask(asks::reset(state, step, card)));
    }
    let refused = matches!(state.here.fault, Some(Fault::PinLocked { .. }));
    if identity.pin.locked || refused {
        let more = vec![asks::reset_choice()];
        return Err(Next::ask(pin::locked(state, step, identity, more)));
    }
    if !card.is_begun() && !card.is_fresh() {
        match wanted {
            Some(asks::KEEP) => return Ok(Next::Done),
            Some(asks::GO_ON) => {}
            _ => return Ok(Next::ask(asks::state(state, step, card))),
        }
    }
    let missing = card.missing();
    let Some(act) = missing.first() else {
        return Ok(Next::ask(asks::provisioned(state, step, card)));
    };
    if card.is_in_vain(act) {
        return Ok(Next::ask(asks::in_vain(state, step, card, act)));
    }
    if !state.here.answers.contains_key(CONSENT) {
        return Ok(Next::ask(asks::consent(state, step, card, &missing)));
    }
    Ok(match act {
        Provisioning::Pin => Next::ask(asks::new_pin(state, step, holder, key, identity)),
        Provisioning::Puk => Next::ask(asks::new_puk(state, step, holder, key, identity)),
        act => match &state.here.fault {
            // for which nobody types anything: it would go round by itself
            Some(fault) => Next::ask(again(state, step, fault)),
            None => Next::Do(Effect::Provision {
                token: key.token.clone(),
                act: act.clone(),
            }),
        },
    })
}

/// What to make of an act whose answer was lost: where the card tells, it is believed; where not, two
/// people say how it stands.
fn settle(state: &State, step: &BoundStep, card: &Card<'_>, act: &Provisioning) -> Next {
    if card.tells() {
        return Next::record(Event::DoubtSettled {});
    }
    match chosen(state, asks::doubt_name(act)) {
        Some(DONE) => Next::record(Event::TokenProvisioned {
            act: act.clone(),
            identity: card.identity.clone(),
            escrow: None,
        }),
        Some(_) => Next::record(Event::DoubtSettled {}),
        None => Next::ask(asks::doubt(state, step, card, act)),
    }
}
