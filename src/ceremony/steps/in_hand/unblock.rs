//! A locked PIN is replaced with the help of the PUK.

use super::super::{AGAIN, Next, chosen, two_people};
use super::{describe, keyholder, right_token};
use crate::ceremony::ask::{Ask, Form, SecretForm, SecretKind};
use crate::ceremony::effect::Effect;
use crate::ceremony::event::Event;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;
use crate::ceremony::token::piv::Provisioning;
use crate::ceremony::token::{Fault, TokenIdentity};

/// The word by which people choose it.
pub const UNBLOCK: &str = "unblock";

/// Whether the token can be unblocked: its PUK is not blocked, as far as it tells.
pub fn can(state: &State, identity: &TokenIdentity) -> bool {
    let refused = matches!(state.here.fault, Some(Fault::PukLocked { .. }));
    let left = identity.piv.as_ref().and_then(|piv| piv.puk.tries_left);
    !refused && left != Some(0)
}

/// Whether people have chosen to unblock it.
pub fn is_chosen(state: &State) -> bool {
    chosen(state, AGAIN) == Some(UNBLOCK)
}

/// How the PUK stands, in words.
pub fn tries(identity: &TokenIdentity) -> String {
    let puk = identity.piv.as_ref().map(|piv| piv.puk).unwrap_or_default();
    match (puk.tries_left, puk.tries) {
        (Some(0), _) => "blocked".to_owned(),
        (Some(1), _) => "LAST TRY before it is blocked for good".to_owned(),
        (Some(left), Some(most)) => format!("{left} of {most} tries left"),
        (Some(left), None) => format!("{left} tries left"),
        (None, _) => "the token does not tell how many tries are left".to_owned(),
    }
}

/// Asks for the PUK and a new PIN.
pub fn ask(state: &State, step: &BoundStep, identity: &TokenIdentity) -> Ask {
    let holder = step
        .holder
        .as_ref()
        .map_or("", |id| state.procedure.plan.name_of(id));
    let token = state.procedure.key_plan(step).map_or_else(
        || crate::ceremony::token::TokenName(String::new()),
        |(_, key)| key.token.clone(),
    );
    let kind = SecretKind::PukAndNewPin;
    Ask::new(
        UNBLOCK,
        format!("Unblock the token of {holder}: PUK and new PIN"),
        Form::Secret(SecretForm::for_token(kind, &token, identity)),
    )
    .saying(format!(
        "First whoever keeps the PUK of this token types it, and nobody else looks. Then {holder} types a new \
         PIN, twice, and nobody else looks."
    ))
    .saying(
        "A wrong PUK costs one of its tries. When none is left, only a reset helps, which erases every key on \
         the token. Neither PUK nor PIN is recorded.",
    )
    .fact("Token", describe(identity))
    .fact("PUK", tries(identity))
    .seated(two_people(state, step))
}

/// The act that the answer to [`ask`] sets off.
pub fn after(state: &State, step: &BoundStep, ask: &Ask) -> Option<Effect> {
    let wanted = matches!(&ask.form, Form::Secret(form) if form.kind == SecretKind::PukAndNewPin);
    let (_, key) = state.procedure.key_plan(step).filter(|_| wanted)?;
    Some(Effect::Provision {
        token: key.token.clone(),
        act: Provisioning::Unblock,
    })
}

/// What comes first where the answer to an unblocking was lost: the token is looked at, and says
/// itself whether its PIN is locked.
pub fn settled(state: &State, step: &BoundStep) -> Option<Next> {
    let in_doubt = matches!(
        state.in_doubt,
        Some(Effect::Provision {
            act: Provisioning::Unblock,
            ..
        })
    );
    let looked = || {
        keyholder(state, step)?;
        right_token(state, step)?;
        Ok(Next::record(Event::DoubtSettled {}))
    };
    in_doubt.then(|| super::super::first(looked))
}
