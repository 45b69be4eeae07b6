//! `statement`: a text is read out, and somebody stands for it.

use super::{Kind, Next, Repetition, ask_of};
use crate::ceremony::ask::Form;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;

pub struct Statement;

impl Kind for Statement {
    fn name(&self) -> &'static str {
        "statement"
    }

    fn about(&self) -> &'static str {
        "A text is read out; the people named confirm it with their initials."
    }

    fn each(&self) -> Repetition {
        Repetition::Free
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        if state.here.answers.contains_key("statement") {
            return Next::Done;
        }
        Next::ask(ask_of(state, step, "statement", &step.title, Form::Confirm))
    }
}
