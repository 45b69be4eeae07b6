//! `write-out`: the signed root is written and read back.

use super::{Kind, Next, again, ask_of, halted};
use crate::ceremony::ask::Form;
use crate::ceremony::assembly;
use crate::ceremony::effect::Effect;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;

pub struct WriteOut;

impl Kind for WriteOut {
    fn name(&self) -> &'static str {
        "write-out"
    }

    fn about(&self) -> &'static str {
        "root.json and N.root.json are written to the ceremony directory and the plan's media, and read back."
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        if state.here.answers.contains_key("written") {
            return Next::Done;
        }
        if let Some(fault) = &state.here.fault {
            return Next::ask(again(state, step, fault));
        }
        if state.written.is_empty() {
            let files = assembly::metadata_files(state);
            if files.is_empty() || !state.threshold_reached {
                return halted(
                    "There is no signed root to write",
                    vec![
                        "The script writes a root before it is signed. Nothing was written."
                            .to_owned(),
                    ],
                );
            }
            return Next::Do(Effect::WriteMetadata {
                directories: state.procedure.plan.output.clone(),
                files: files.iter().map(assembly::MetadataFile::digest).collect(),
            });
        }
        let mut ask = ask_of(
            state,
            step,
            "written",
            "The signed root was written and read back",
            Form::Confirm,
        );
        for file in &state.written {
            ask = ask.fact("Written", format!("{} ({} bytes)", file.name, file.size));
        }
        if let Some(file) = state.written.first() {
            ask = ask.showing("SHA-256 of root.json", file.sha256);
        }
        Next::ask(ask)
    }

    fn skippable(&self, _state: &State, _step: &BoundStep) -> Result<(), String> {
        Err("the signed root is what the ceremony is for".to_owned())
    }
}
