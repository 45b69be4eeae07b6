//! The copy of the transcript on the LOG medium, and the choice of media.

use super::{AGAIN, ANOTHER, BACK, LOOK};
use crate::ceremony::ask::{Answer, Form};
use crate::ceremony::effect::Effect;
use crate::ceremony::medium::Medium;
use crate::ceremony::plan::ParticipantId;
use crate::ceremony::state::{Given, Here, LogCopy, State};
use crate::ceremony::token::Fault;

/// From here on it stands so; what was said about it before is settled.
pub fn stands(state: &mut State, log: LogCopy) {
    state.log = log;
    state.mending = Here::default();
}

/// A program that begins anew writes to no medium before it has found it: the open question is asked
/// again behind that.
pub fn unattached(state: &mut State) {
    if state.log != LogCopy::Kept {
        return;
    }
    stands(state, LogCopy::Detached);
    if let Some(ask) = state.asking.take()
        && matches!(ask.form, Form::Secret(_))
    {
        state.here.identity = None;
    }
}

/// Takes an answer to a question about the LOG medium.
pub fn answered(state: &mut State, ask: &str, by: &[ParticipantId], answer: &Answer) {
    match answer.typed.as_slice() {
        [word] if word == BACK || word == AGAIN => state.mending = Here::default(),
        [word] if word == LOOK => {
            state.mending.listed = None;
            state.mending.listed_after = None;
        }
        _ => {
            let given = Given {
                by: by.to_vec(),
                answer: answer.clone(),
            };
            state.mending.answers.insert(ask.to_owned(), given);
        }
    }
}

/// The first list is what people choose from; the second one says whether the choice still holds.
pub fn listed(here: &mut Here, media: &[Medium]) {
    let list = if here.listed.is_none() {
        &mut here.listed
    } else {
        &mut here.listed_after
    };
    *list = Some(media.to_vec());
}

/// A choice has been made; the next one begins with a list of its own.
pub fn chosen(here: &mut Here) {
    here.listed = None;
    here.listed_after = None;
}

/// Whether the choice was one of another medium than that with which the step began.
pub fn exchanged(here: &Here) -> bool {
    let given = here.answers.get(AGAIN);
    given.is_some_and(|given| {
        given
            .answer
            .typed
            .first()
            .is_some_and(|word| word == ANOTHER)
    })
}

/// Whether a failure is one of the LOG medium: it is kept there, and the step knows nothing of it.
pub fn failed(state: &mut State, effect: Option<&Effect>, fault: &Fault) -> bool {
    let its = match effect {
        Some(Effect::AttachLog) => true,
        Some(Effect::ListMedia) => state.log_is_out(),
        _ => false,
    };
    if its {
        stands(state, LogCopy::Lost(fault.clone()));
    }
    its
}
