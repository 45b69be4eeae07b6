//! `review`: people read the exact content that will be signed, and approve it.

use super::{Kind, Next, Repetition, ask_of, halted, positions};
use crate::ceremony::ask::Form;
use crate::ceremony::assembly;
use crate::ceremony::event::Event;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;

pub struct Review;

impl Kind for Review {
    fn name(&self) -> &'static str {
        "review"
    }

    fn about(&self) -> &'static str {
        "Findings, changes and the exact content are read to the end, the digest is read back, and the reader approves."
    }

    fn each(&self) -> Repetition {
        Repetition::Free
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        let Some(payload) = &state.payload else {
            return halted(
                "There is no content to review",
                vec![
                    "The script reviews content before it is there. Abort, and correct the script."
                        .to_owned(),
                ],
            );
        };
        if let Some(given) = state.here.answers.get("review") {
            return if given.by.iter().all(|id| state.approved.contains(id)) {
                Next::Done
            } else {
                Next::record(Event::ContentApproved {
                    by: given.by.clone(),
                    payload: payload.sha256,
                })
            };
        }
        let form = Form::Words {
            positions: positions(state, "review", 3),
        };
        let ask = ask_of(
            state,
            step,
            "review",
            "Read the content to its end; approve it with three words and initials",
            form,
        )
        .showing("SHA-256 of what will be signed", payload.sha256);
        Next::ask(ask.reviewing(assembly::document(state, payload)))
    }

    fn skippable(&self, state: &State, step: &BoundStep) -> Result<(), String> {
        // Who is not here approves nothing, and so cannot sign: the others may be enough.
        if step
            .holder
            .as_ref()
            .is_some_and(|holder| state.absent.contains(holder))
        {
            return Ok(());
        }
        Err("nobody signs what was not read".to_owned())
    }
}
