//! `verify-result`: the threshold check, by the same code as every other.

use super::{Kind, Next, ask_of, halted};
use crate::ceremony::ask::Form;
use crate::ceremony::board::{self, Row};
use crate::ceremony::event::{Count, Event};
use crate::ceremony::judge;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;

pub struct VerifyResult;

impl Kind for VerifyResult {
    fn name(&self) -> &'static str {
        "verify-result"
    }

    fn about(&self) -> &'static str {
        "Every signature is verified again and each threshold, old and new, counted by public key."
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        let counts = judge::counts(state);
        let reached = judge::reached(&counts);
        if !reached && !state.procedure.plan.policy.signing_continues {
            let mut words = missing(state, &counts);
            words.push(
                "No signed metadata was written. Abort, and hold the signing again.".to_owned(),
            );
            return halted("NOT ENOUGH SIGNATURES", words);
        }
        if !state.counted {
            return Next::record(Event::SignaturesCounted {
                judges: counts,
                reached,
            });
        }
        if state.here.answers.contains_key("verified") {
            return Next::Done;
        }
        let title = if reached {
            "The content is signed: every threshold is reached"
        } else {
            "SIGNATURES ARE STILL MISSING: they are added elsewhere"
        };
        let mut ask = ask_of(state, step, "verified", title, Form::Confirm);
        for count in &counts {
            ask = ask.fact(
                "Signatures",
                format!(
                    "{} of {} needed, for {}",
                    count.counted, count.threshold, count.judge
                ),
            );
        }
        if !reached {
            for sentence in missing(state, &counts) {
                ask = ask.saying(sentence);
            }
            ask = ask.saying("No client accepts it as it is. Do not publish it.");
        }
        for row in board::board(state).rows {
            ask = ask.fact(&row.name, stands(&row));
        }
        Next::ask(ask)
    }

    fn skippable(&self, _state: &State, _step: &BoundStep) -> Result<(), String> {
        Err("metadata is written only after its signatures were counted".to_owned())
    }
}

fn stands(row: &Row) -> &'static str {
    match (row.signed, row.key.is_some()) {
        (true, true) => "signed; the signature verifies",
        (true, false) => "signed elsewhere; the signature verifies",
        (false, true) => "did not sign",
        (false, false) => "not here, has not signed",
    }
}

/// For each judge whose threshold is not reached: how many are missing, and who could still sign.
pub fn missing(state: &State, counts: &[Count]) -> Vec<String> {
    let open = counts
        .iter()
        .enumerate()
        .filter(|(_, count)| count.counted < count.threshold);
    open.map(|(side, count)| {
        let names = board::still_needed(state, side);
        let of = if names.is_empty() {
            "nobody who could still sign is known".to_owned()
        } else {
            format!("not signed by: {}", names.join(", "))
        };
        format!(
            "{} of {} needed signatures verify for {}; {of}.",
            count.counted, count.threshold, count.judge
        )
    })
    .collect()
}
