//! `close`: the end of the ceremony.

use super::{Kind, Next, ask_of};
use crate::ceremony::ask::Form;
use crate::ceremony::event::Event;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;

pub struct Close;

impl Kind for Close {
    fn name(&self) -> &'static str {
        "close"
    }

    fn about(&self) -> &'static str {
        "Two people close the ceremony; nothing can be added to its record afterwards."
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        if state.here.answers.contains_key("close") {
            return Next::record(Event::CeremonyClosed {});
        }
        let form = Form::TypeBack {
            phrase: "CLOSE CEREMONY".to_owned(),
        };
        let mut ask = ask_of(state, step, "close", "Close the ceremony", form).saying(
            "After this nothing can be added to the record. The next screen shows the final transcript \
             head: write it on paper.",
        );
        for exception in &state.exceptions {
            ask = ask.fact(
                &format!("Exception E{}", exception.number),
                exception.happened.clone(),
            );
        }
        if state.exceptions.is_empty() {
            ask = ask.fact("Exceptions", "none");
        }
        Next::ask(ask)
    }

    fn skippable(&self, _state: &State, _step: &BoundStep) -> Result<(), String> {
        Err("to stop without closing, pause or abort".to_owned())
    }
}
