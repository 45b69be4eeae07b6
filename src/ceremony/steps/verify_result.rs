//! `verify-result`: the threshold check, by the same code as every other.

use super::{Kind, Next, ask_of, halted};
use crate::ceremony::ask::Form;
use crate::ceremony::assembly;
use crate::ceremony::event::Event;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;

pub struct VerifyResult;

impl Kind for VerifyResult {
    fn name(&self) -> &'static str {
        "verify-result"
    }

    fn about(&self) -> &'static str {
        "Every signature is verified again and the threshold counted by public key."
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        let tally = match assembly::tally(state) {
            Ok(tally) => tally,
            Err(problem) => return halted("The signed root cannot be checked", vec![problem]),
        };
        if !tally.met() {
            let missing: Vec<&str> = state
                .keys
                .keys()
                .filter(|id| !state.signatures.contains_key(*id))
                .map(|id| state.procedure.plan.name_of(id))
                .collect();
            return halted(
                "NOT ENOUGH SIGNATURES",
                vec![
                    format!(
                        "{} of {} needed signatures verify. Not signed by: {}.",
                        tally.count(),
                        tally.threshold(),
                        missing.join(", ")
                    ),
                    "No root.json was written. Abort, and hold the signing again.".to_owned(),
                ],
            );
        }
        if !state.threshold_reached {
            return Next::record(Event::ThresholdReached {
                counted: u32::try_from(tally.count()).unwrap_or(u32::MAX),
                threshold: tally.threshold(),
            });
        }
        if state.here.answers.contains_key("verified") {
            return Next::Done;
        }
        let mut ask = ask_of(
            state,
            step,
            "verified",
            "The root is signed: the threshold is reached",
            Form::Confirm,
        )
        .fact(
            "Signatures",
            format!("{} verify, {} are needed", tally.count(), tally.threshold()),
        );
        for id in state.keys.keys() {
            ask = ask.fact(
                state.procedure.plan.name_of(id),
                if state.signatures.contains_key(id) {
                    "signed; the signature verifies"
                } else {
                    "did not sign"
                },
            );
        }
        Next::ask(ask)
    }

    fn skippable(&self, _state: &State, _step: &BoundStep) -> Result<(), String> {
        Err("a root is written only after its threshold was checked".to_owned())
    }
}
