//! `plan-digest`: the digests of plan and script are read aloud and compared with paper.

use super::{Kind, Next, ask_of, positions};
use crate::ceremony::ask::Form;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;

pub struct PlanDigest;

impl Kind for PlanDigest {
    fn name(&self) -> &'static str {
        "plan-digest"
    }

    fn about(&self) -> &'static str {
        "The digests of the plan and of the script are read aloud and compared with the paper copies."
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        let procedure = &state.procedure;
        let digests = [
            ("plan", "The plan", procedure.plan.digest),
            ("script", "The script", procedure.script.digest),
        ];
        for (name, what, digest) in digests {
            if !state.here.answers.contains_key(name) {
                let form = Form::Words {
                    positions: positions(state, name, 3),
                };
                let title = format!("{what}: compare its digest with the paper");
                return Next::ask(
                    ask_of(state, step, name, &title, form)
                        .fact(
                            what,
                            match name {
                                "plan" => procedure.plan.title.clone(),
                                _ => procedure.script.title.clone(),
                            },
                        )
                        .showing(&format!("SHA-256 of {name}.toml"), digest),
                );
            }
        }
        Next::Done
    }

    fn skippable(&self, _state: &State, _step: &BoundStep) -> Result<(), String> {
        Err("nothing else shows that the reviewed plan is the one that runs".to_owned())
    }
}
