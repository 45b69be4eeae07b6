//! `head`: the transcript head is read aloud and written on paper.

use super::{Kind, Next, ask_of, positions};
use crate::ceremony::ask::Form;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::sealing;
use crate::ceremony::state::State;
use crate::transcript::seal::FILE;

pub struct Head;

impl Kind for Head {
    fn name(&self) -> &'static str {
        "head"
    }

    fn about(&self) -> &'static str {
        "The transcript head is read aloud as words and written on paper; an audit asks for it."
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        if state.here.answers.contains_key("head") {
            return Next::Done;
        }
        let form = Form::Words {
            positions: positions(state, "head", 4),
        };
        let mut ask = ask_of(
            state,
            step,
            "head",
            "Write the transcript head on paper, then type words from the paper",
            form,
        )
        .fact("Records so far", state.records.to_string());
        if let Some(seal) = &state.seal {
            let (signed, wanted) = (seal.signatures.len(), sealing::wanted(state));
            ask = ask.fact("Sealed by", format!("{signed} of {wanted} keys"));
            if let Some(file) = &seal.written {
                ask = ask.fact("Seal", format!("{} ({} bytes)", FILE, file.size));
            }
        }
        Next::ask(ask.showing("transcript head", state.head))
    }
}
