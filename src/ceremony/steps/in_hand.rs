//! What every step with a token has in common: the right token is in hand, its PIN can be asked.

use super::{Next, again};
use crate::ceremony::ask::{Ask, Choice, Form, Seat, SecretForm, SecretKind};
use crate::ceremony::effect::Effect;
use crate::ceremony::plan::{Duty, KeyPlan, Participant};
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;
use crate::ceremony::token::{Fault, TokenIdentity, TokenKind};

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

/// The token of the step's keyholder, identified in this step; or what is to be done first.
pub fn in_hand<'a>(state: &'a State, step: &BoundStep) -> Result<&'a TokenIdentity, Next> {
    let (holder, key) = keyholder(state, step)?;
    if let Some(fault) = &state.here.fault
        && !spares_the_token(fault)
    {
        return Err(Next::ask(again(state, step, fault)));
    }
    let Some(identity) = &state.here.identity else {
        return Err(Next::Do(Effect::Identify {
            token: key.token.clone(),
        }));
    };
    let wrong = wrong_token(state, holder, key, identity);
    if let Some(fact) = wrong {
        return Err(Next::ask(
            Ask::new(super::AGAIN, "WRONG TOKEN", Form::Confirm)
                .saying(fact)
                .saying("Nothing was asked of this token, and no PIN try was spent.")
                .saying(format!(
                    "Take it out, insert the token of {}, and enter initials to look again.",
                    holder.name
                ))
                .fact("Token in hand", describe(identity))
                .seated(super::seats_or_anyone(state, step)),
        ));
    }
    if identity.pin.locked {
        return Err(Next::ask(again(
            state,
            step,
            &Fault::PinLocked {
                token: key.token.clone(),
            },
        )));
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
    Ok(identity)
}

/// After a wrong or impossible PIN the token is looked at again without a question in between.
fn spares_the_token(fault: &Fault) -> bool {
    matches!(fault, Fault::PinWrong { .. } | Fault::PinLength { .. })
}

/// Why this is not the keyholder's token, if it is not.
fn wrong_token(
    state: &State,
    holder: &Participant,
    key: &KeyPlan,
    identity: &TokenIdentity,
) -> Option<String> {
    if let Some(planned) = &key.serial
        && *planned != identity.serial
    {
        return Some(format!(
            "The plan gives {} the token with serial {planned}; this one says serial {}.",
            holder.name, identity.serial
        ));
    }
    let same =
        |other: &TokenIdentity| other.serial == identity.serial && other.kind == identity.kind;
    let plan = &state.procedure.plan;
    let others = state.keys.iter().filter(|(_, held)| same(&held.token));
    let owner = others
        .filter_map(|(name, _)| plan.key(name))
        .find(|(owner, other)| owner.id != holder.id || other.token != key.token);
    if let Some((owner, other)) = owner {
        return Some(format!(
            "This is the token of {}, serial {}; {} needs another.",
            owner.name_with(other),
            identity.serial,
            holder.name_with(key)
        ));
    }
    match state.keys.get(&key.name) {
        Some(held) if !same(&held.token) => Some(format!(
            "The key of {} is on the token with serial {}; this one says serial {}.",
            holder.name_with(key),
            held.token.serial,
            identity.serial
        )),
        _ => None,
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

/// Whether a PIN or a passphrase opens the token.
pub fn secret_kind(identity: &TokenIdentity) -> SecretKind {
    match identity.kind {
        TokenKind::YubiKey | TokenKind::Pkcs11 => SecretKind::Pin,
        TokenKind::File => SecretKind::Passphrase,
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
    const LAST_TRY: &str = "last-try";
    let holder = step
        .holder
        .as_ref()
        .map_or("", |id| state.procedure.plan.name_of(id));
    if identity.pin.final_try && !state.here.answers.contains_key(LAST_TRY) {
        return Ask::new(
            LAST_TRY,
            "ONE PIN TRY LEFT on this token",
            Form::Choose {
                options: vec![Choice {
                    key: "use-last-try".to_owned(),
                    meaning: "go on; if the next PIN is wrong, the token locks".to_owned(),
                }],
            },
        )
        .saying(format!(
            "One more wrong PIN locks the token of {holder}. Going on takes two people."
        ))
        .saying("If the PIN is not certain, stop here: log an exception and skip, or pause.")
        .fact("Token", describe(identity))
        .seated(super::two_seats(state, step));
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
    let token = state.procedure.key_plan(step).map_or_else(
        || crate::ceremony::token::TokenName(String::new()),
        |(_, key)| key.token.clone(),
    );
    let mut ask = Ask::new(
        "secret",
        title,
        Form::Secret(SecretForm::for_token(kind, &token, identity)),
    )
    .saying(purpose);
    if let Some(fault) = &state.here.fault {
        let words = crate::report::fault(fault);
        ask = ask.saying(words.happened).saying(words.next);
    }
    ask.saying(format!(
        "Only {holder} types, and nobody else looks. The {word} goes to the token; it is not recorded."
    ))
    .fact("Token", describe(identity))
    // Whatever the script says of the step: a secret is its keyholder's alone.
    .seated(vec![Seat {
        role: Duty::Keyholder.name().to_owned(),
        who: step.holder.iter().cloned().collect(),
    }])
}
