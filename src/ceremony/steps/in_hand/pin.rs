//! The PIN of a token: whether it can be asked, and the question.

use super::super::{AGAIN, Next, again, two_people};
use super::{describe, spare, unblock};
use crate::ceremony::ask::{Ask, Choice, Form, Seat, SecretForm, SecretKind};
use crate::ceremony::plan::Duty;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;
use crate::ceremony::token::piv::TouchPolicy;
use crate::ceremony::token::{Fault, TokenIdentity, TokenKind};

/// Whether the PIN can be asked; otherwise what is to be done first.
pub fn usable(state: &State, step: &BoundStep, identity: &TokenIdentity) -> Result<(), Next> {
    let (_, key) = super::keyholder(state, step)?;
    let refused = matches!(state.here.fault, Some(Fault::PinLocked { .. }));
    if identity.pin.locked || refused {
        return Err(Next::ask(if identity.kind == TokenKind::YubiKey {
            locked(state, step, identity, Vec::new())
        } else {
            let token = key.token.clone();
            again(state, step, &Fault::PinLocked { token })
        }));
    }
    if identity.pin.not_set {
        return Err(Next::ask(again(
            state,
            step,
            &Fault::TokenFailed {
                token: key.token.clone(),
                reason: "its user PIN was never set; initialise the token before the ceremony"
                    .to_owned(),
            },
        )));
    }
    Ok(())
}

/// What can be done about a `YubiKey` whose PIN is locked; `more` are choices of the step. Where
/// people have chosen to unblock it, the question for the PUK.
pub fn locked(state: &State, step: &BoundStep, identity: &TokenIdentity, more: Vec<Choice>) -> Ask {
    let can = unblock::can(state, identity);
    if can && unblock::is_chosen(state) && state.here.fault.is_none() {
        return unblock::ask(state, step, identity);
    }
    let who = step
        .holder
        .as_ref()
        .map_or("", |id| state.procedure.plan.name_of(id));
    let mut options = Vec::new();
    if can {
        options.push(Choice {
            key: unblock::UNBLOCK.to_owned(),
            meaning: "whoever keeps the PUK types it, and the keyholder chooses a new PIN"
                .to_owned(),
        });
    }
    options.extend(spare::choice(state, step));
    options.extend(more);
    options.push(Choice {
        key: AGAIN.to_owned(),
        meaning: "look at the token again; nothing is asked of it".to_owned(),
    });
    let mut ask = Ask::new(
        AGAIN,
        format!("THE PIN IS LOCKED on the token of {who}"),
        Form::Choose { options },
    );
    if let Some(fault) = &state.here.fault {
        let words = crate::report::fault(fault);
        ask = ask.saying(words.happened).saying(words.unchanged);
    }
    ask = ask.saying(
        "The keys on the token are as they were. Nothing can be done with them until the PIN is replaced.",
    );
    if !can {
        ask = ask.saying(
            "The PUK is blocked as well, so that the PIN cannot be replaced: only a reset, which erases every \
             key on the token, makes it usable again.",
        );
    }
    ask.saying(
        "If the people here cannot do any of this, log an exception (F2) and skip (F3) where the step allows \
         it, or abort (F8).",
    )
    .fact("Token", describe(identity))
    .fact("PUK", unblock::tries(identity))
    .seated(two_people(state, step))
}

/// Whether a PIN or a passphrase opens the token.
pub fn secret_kind(identity: &TokenIdentity) -> SecretKind {
    match identity.kind {
        TokenKind::YubiKey | TokenKind::Pkcs11 => SecretKind::Pin,
        TokenKind::File => SecretKind::Passphrase,
    }
}

/// How the PIN stands, where the token tells.
pub fn tries(identity: &TokenIdentity) -> Option<String> {
    let words = crate::report::pin_words(&identity.pin);
    let most = identity.piv.as_ref().and_then(|piv| piv.pin.tries);
    match (identity.pin.tries_left, most) {
        (Some(left), Some(most)) if left > 1 => Some(format!("{left} of {most} tries left.")),
        _ => (!words.is_empty()).then_some(words),
    }
}

/// Asks for the PIN; before that, where one more mistake would lock the token, asks two people
/// whether to go on.
pub fn ask_secret(
    state: &State,
    step: &BoundStep,
    identity: &TokenIdentity,
    kind: SecretKind,
    purpose: &str,
) -> Ask {
    let holder = step
        .holder
        .as_ref()
        .map_or("", |id| state.procedure.plan.name_of(id));
    let last = identity.pin.final_try || identity.pin.tries_left == Some(1);
    if last && !state.here.answers.contains_key(LAST_TRY) {
        return last_try(state, step, identity, holder);
    }
    let (word, title) = match kind {
        SecretKind::Pin => ("PIN", format!("{holder}: enter the PIN of your token")),
        SecretKind::Passphrase => (
            "passphrase",
            format!("{holder}: enter the passphrase of your key"),
        ),
        SecretKind::NewPassphrase => (
            "passphrase",
            format!("{holder}: choose a passphrase for your key"),
        ),
        SecretKind::NewPin => ("PIN", format!("{holder}: choose the PIN of your token")),
        SecretKind::NewPuk => ("PUK", format!("Choose the PUK of {holder}'s token")),
        SecretKind::PukAndNewPin => (
            "PUK",
            format!("Unblock the token of {holder}: PUK and new PIN"),
        ),
    };
    let planned = state.procedure.key_plan(step).map(|(_, key)| key);
    let token = planned.map_or_else(
        || crate::ceremony::token::TokenName(String::new()),
        |key| key.token.clone(),
    );
    let mut ask = Ask::new(
        "secret",
        title,
        Form::Secret(SecretForm::for_token(kind, &token, identity)),
    )
    .saying(purpose);
    if let Some(fault) = &state.here.fault {
        let words = crate::report::fault(fault);
        ask = ask.saying(words.happened);
        if matches!(fault, Fault::TouchMissed { .. }) {
            ask = ask.saying(words.unchanged);
        }
        ask = ask.saying(words.next);
    }
    let policies = planned.and_then(|key| key.policies);
    if policies.is_some_and(|policies| policies.touch != TouchPolicy::Never)
        && matches!(step.kind.as_str(), "sign" | "prove-possession" | "seal")
    {
        ask = ask.saying(
            "After the PIN the token blinks and waits: touch it once, and only when the screen says TOUCH NOW.",
        );
    }
    ask = ask
        .saying(format!(
            "Only {holder} types, and nobody else looks. The {word} goes to the token; it is not recorded."
        ))
        .fact("Token", describe(identity));
    if let Some(tries) = tries(identity) {
        ask = ask.fact("PIN", tries);
    }
    if matches!(state.here.fault, Some(Fault::TouchMissed { .. })) {
        ask = ask.fact("Failures in this step", state.here.faults.to_string());
    }
    // Whatever the script says of the step: a secret is its keyholder's alone.
    ask.seated(vec![keyholder_seat(step)])
}

const LAST_TRY: &str = "last-try";

fn last_try(state: &State, step: &BoundStep, identity: &TokenIdentity, holder: &str) -> Ask {
    let alone = state.procedure.plan.participants.len() == 1;
    Ask::new(
        LAST_TRY,
        "ONE PIN TRY LEFT on this token",
        Form::Choose {
            options: vec![Choice {
                key: "use-last-try".to_owned(),
                meaning: "go on; if the next PIN is wrong, the token locks".to_owned(),
            }],
        },
    )
    .saying(if alone {
        format!("One more wrong PIN locks the token of {holder}.")
    } else {
        format!("One more wrong PIN locks the token of {holder}. Going on takes two people.")
    })
    .saying("If the PIN is not certain, stop here: log an exception and skip, or pause.")
    .fact("Token", describe(identity))
    .seated(two_people(state, step))
}

/// The seat of the step's keyholder alone.
pub fn keyholder_seat(step: &BoundStep) -> Seat {
    Seat {
        role: Duty::Keyholder.name().to_owned(),
        who: step.holder.iter().cloned().collect(),
    }
}
