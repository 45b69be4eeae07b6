//! When content from outside may be exchanged for other content.

use super::refusal::Refusal;
use super::state::State;

/// Whether content is there that can be exchanged for other content.
pub fn withdrawable(state: &State) -> Result<(), Refusal> {
    let refused = |because: &str| {
        Err(Refusal::OutOfPlace {
            command: "withdrawing the content".to_owned(),
            because: because.to_owned(),
        })
    };
    match (&state.payload, &state.procedure.plan.staged) {
        (None, _) => refused("there is no content yet"),
        (Some(_), None) => refused(
            "it follows from the plan, so that reading it again gives the same; abort, and hold the \
             ceremony with another plan",
        ),
        (Some(_), Some(staged)) if staged.payload.is_some() => refused(
            "the plan pins its digest, so that no other content would be taken; abort, and hold the \
             ceremony with another plan",
        ),
        _ if !state.written.is_empty() => refused("it is written out already"),
        _ if state.seal.is_some() => refused("what keyholders seal names it already"),
        _ if state.in_flight.is_some() || state.in_doubt.is_some() => {
            refused("something is in doubt here and must be looked at first")
        }
        _ => Ok(()),
    }
}
