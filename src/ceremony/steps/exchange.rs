//! A medium that failed makes way for another one.

use super::choose_medium::{self, WayBack};
use super::{AGAIN, Next, chosen, two_of};
use crate::ceremony::ask::{Ask, Choice, Form};
use crate::ceremony::evolve::ANOTHER;
use crate::ceremony::medium::MediumRole;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;
use crate::ceremony::token::Fault;

/// The role of the medium that this step works with, where one has it.
fn role(state: &State, step: &BoundStep) -> Option<MediumRole> {
    let role = super::kind(&step.kind)?.medium()?;
    state.media.contains_key(&role).then_some(role)
}

/// The choice of another medium, where one has failed.
pub fn choice(state: &State, step: &BoundStep, fault: &Fault) -> Option<Choice> {
    let of_a_medium = matches!(
        fault,
        Fault::MediumAbsent { .. }
            | Fault::MediumUnfit { .. }
            | Fault::MediumFailed { .. }
            | Fault::MediumFull { .. }
            | Fault::NotOnMedium { .. }
            | Fault::ReadBackDiffers { .. }
    );
    let role = role(state, step).filter(|_| of_a_medium)?;
    Some(Choice {
        key: ANOTHER.to_owned(),
        meaning: format!(
            "another medium becomes {}; two people choose it",
            role.name()
        ),
    })
}

/// What comes first where people have chosen to take another one.
pub fn wanted(state: &State, step: &BoundStep) -> Option<Next> {
    if chosen(state, AGAIN) != Some(ANOTHER) {
        return None;
    }
    let role = role(state, step)?;
    let ask = Ask::new(
        &choose_medium::name(role),
        format!("Which medium becomes {}?", role.name()),
        Form::Confirm,
    )
    .saying(
        "The medium that failed has its role no more. Put it aside, with a note on it; nobody erases it. What this step \
         does begins again with the new one.",
    )
    .seated(two_of(state, step));
    Some(choose_medium::next(
        state,
        &state.here,
        role,
        WayBack::Offered,
        ask,
    ))
}
