//! What every step with a token has in common: the right token is in hand, its PIN can be asked.

mod owner;
pub(super) mod pin;
pub(super) mod spare;
pub(super) mod unblock;

use super::{Next, again};
use crate::ceremony::ask::{Ask, Form};
use crate::ceremony::effect::Effect;
use crate::ceremony::plan::{KeyPlan, Participant};
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;
use crate::ceremony::token::{Fault, TokenIdentity, TokenKind};

pub use owner::inserted_instead;
pub use pin::{ask_secret, secret_kind};

/// The keyholder of a step, and the key that the plan gives them.
pub fn keyholder<'a>(
    state: &'a State,
    step: &BoundStep,
) -> Result<(&'a Participant, &'a KeyPlan), Next> {
    state.procedure.key_plan(step).ok_or_else(|| {
        super::halted(
            "This step has no keyholder",
            vec![format!(
                "Step {} is for a keyholder, and the plan names none for it. Nothing was done. Abort \
                 the ceremony and correct the plan.",
                step.id
            )],
        )
    })
}

/// The token of the step's keyholder, identified in this step, and with a PIN that can be asked; or
/// what is to be done first.
pub fn in_hand<'a>(state: &'a State, step: &BoundStep) -> Result<&'a TokenIdentity, Next> {
    let identity = right_token(state, step)?;
    pin::usable(state, step, identity)?;
    Ok(identity)
}

/// The token of the step's keyholder, identified in this step, however its PIN stands; or what is to
/// be done first.
pub fn right_token<'a>(state: &'a State, step: &BoundStep) -> Result<&'a TokenIdentity, Next> {
    let (holder, key) = keyholder(state, step)?;
    if let Some(fault) = &state.here.fault
        && !spares_the_token(fault)
    {
        return Err(Next::ask(again(state, step, fault)));
    }
    let Some(identity) = &state.here.identity else {
        if changes_hands(state, step, key) && !insertion_asked(state) {
            return Err(Next::ask(insert(state, step, holder, key)));
        }
        return Err(Next::Do(Effect::Identify {
            token: key.token.clone(),
        }));
    };
    let refused = owner::two_tokens(state, holder, key, identity)
        .map(|fact| ("TWO TOKENS", fact))
        .or_else(|| {
            owner::wrong_token(state, holder, key, identity).map(|fact| ("WRONG TOKEN", fact))
        });
    let Some((title, fact)) = refused else {
        return Ok(identity);
    };
    Err(Next::ask(
        Ask::new(super::AGAIN, title, Form::Confirm)
            .saying(fact)
            .saying("Nothing was asked of this token, and no PIN try was spent.")
            .saying(if identity.beside.is_empty() {
                format!(
                    "Take it out, insert the token of {}, and enter initials to look again.",
                    holder.name
                )
            } else {
                format!(
                    "Leave only the token of {} inserted, and enter initials to look again.",
                    holder.name
                )
            })
            .fact("Token in hand", describe(identity))
            .seated(super::seats_or_anyone(state, step)),
    ))
}

const INSERT: &str = "insert";

/// Whether the token at hand before this step was another one: of `YubiKey`s one at a time is inserted,
/// so that it has to be exchanged before anything is looked at.
fn changes_hands(state: &State, step: &BoundStep, key: &KeyPlan) -> bool {
    let before = state.position.checked_sub(1);
    let before = before.and_then(|before| state.procedure.steps.get(before));
    key.token.kind() == Some(TokenKind::YubiKey)
        && before.is_none_or(|before| before.key != step.key)
}

/// Whether people were asked to insert the token; after a fault its own words say what to do.
pub fn insertion_asked(state: &State) -> bool {
    state.here.answers.contains_key(INSERT) || state.here.faults > 0
}

/// Asks the keyholder to insert the token.
pub fn insert(state: &State, step: &BoundStep, holder: &Participant, key: &KeyPlan) -> Ask {
    let who = holder.name_with(key);
    let title = match (key.token.kind(), &key.serial) {
        (Some(TokenKind::YubiKey), Some(serial)) => {
            format!("{who}: insert your YubiKey, serial {serial}")
        }
        _ => format!("{who}: insert your token"),
    };
    let mut ask = Ask::new(INSERT, title, Form::Confirm)
        .saying(step.say.trim())
        .fact("Token in the plan", key.token.to_string());
    if let Some(serial) = &key.serial {
        ask = ask.fact("Serial in the plan", serial);
    }
    ask.seated(super::seats_or_anyone(state, step))
}

/// After what people typed or did not touch in time, the token is looked at again without a question
/// in between. Each of these follows a question to a person, so that nothing goes round by itself.
fn spares_the_token(fault: &Fault) -> bool {
    match fault {
        Fault::PinWrong { .. }
        | Fault::PinLength { .. }
        | Fault::TouchMissed { .. }
        | Fault::NewSecretRefused { .. }
        | Fault::PukWrong { .. } => true,
        // A YubiKey says itself how its PUK stands, and what can be done.
        Fault::PinLocked { token } => token.kind() == Some(TokenKind::YubiKey),
        _ => false,
    }
}

/// A token in one line.
pub fn describe(identity: &TokenIdentity) -> String {
    match identity.kind {
        TokenKind::Pkcs11 => format!(
            "\"{}\", serial {}, {} {}",
            identity.label, identity.serial, identity.manufacturer, identity.model
        ),
        TokenKind::YubiKey => format!(
            "{}, serial {}, firmware {}",
            identity.model, identity.serial, identity.firmware
        ),
        TokenKind::File => format!("software key file {}", identity.serial),
    }
}
