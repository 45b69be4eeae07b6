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
        "The signed metadata is written to the ceremony directory and the plan's media, and read back; a complete root also as N.root.json."
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
            let continues = state.procedure.plan.policy.signing_continues;
            let ready = state.threshold_reached || (state.counted && continues);
            if files.is_empty() || !ready {
                return halted(
                    "There is no signed metadata to write",
                    vec![
                        "The script writes metadata before its signatures are counted. Nothing was written."
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
            if state.threshold_reached {
                "The signed metadata was written and read back"
            } else {
                "Written and read back; SIGNATURES ARE STILL MISSING"
            },
            Form::Confirm,
        );
        for file in &state.written {
            ask = ask.fact("Written", format!("{} ({} bytes)", file.name, file.size));
        }
        if let Some(file) = state.written.first() {
            ask = ask.showing("SHA-256 of the file", file.sha256);
        }
        Next::ask(ask)
    }

    fn skippable(&self, _state: &State, _step: &BoundStep) -> Result<(), String> {
        Err("the signed metadata is what the ceremony is for".to_owned())
    }
}
