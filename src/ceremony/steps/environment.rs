//! `environment`: the machine is checked before anything secret comes near it.

use super::{Kind, Next, again, ask_of};
use crate::ceremony::ask::{Ask, Choice, Form};
use crate::ceremony::check::Verdict;
use crate::ceremony::effect::Effect;
use crate::ceremony::evolve::AGAIN;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;

pub struct Environment;

impl Kind for Environment {
    fn name(&self) -> &'static str {
        "environment"
    }

    fn about(&self) -> &'static str {
        "Network, swap, clock and program are checked; checks that the plan requires must pass."
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        if let Some(fault) = &state.here.fault {
            return Next::ask(again(state, step, fault));
        }
        if !state.here.checked {
            return Next::Do(Effect::CheckEnvironment);
        }
        if state.here.answers.contains_key("environment") {
            return Next::Done;
        }
        let failed: Vec<&str> = state
            .procedure
            .plan
            .policy
            .required_checks
            .iter()
            .map(String::as_str)
            .filter(|id| {
                !state
                    .checks
                    .iter()
                    .any(|check| check.id == *id && check.verdict == Verdict::Pass)
            })
            .collect();
        let ask = if failed.is_empty() {
            ask_of(
                state,
                step,
                "environment",
                "The machine was checked: read the results",
                Form::Confirm,
            )
        } else {
            Ask::new(
                AGAIN,
                "The machine is not as the plan demands",
                Form::Choose {
                    options: vec![Choice {
                        key: "again".to_owned(),
                        meaning: "put it right, then check once more".to_owned(),
                    }],
                },
            )
            .saying(format!("The plan requires these to pass: {}.", failed.join(", ")))
            .saying(
                "Put right what the lines below name and check again. To go on without, skip this step: \
                 that takes an exception and two names.",
            )
            .seated(super::seats_or_anyone(state, step))
        };
        // what is to be looked at comes first
        let mut checks: Vec<_> = state.checks.iter().collect();
        checks.sort_by_key(|check| match check.verdict {
            Verdict::Fail => 0,
            Verdict::Warn => 1,
            Verdict::Unknown => 2,
            Verdict::Pass => 3,
        });
        let ask = checks.into_iter().fold(ask, |ask, check| {
            let verdict = match check.verdict {
                Verdict::Pass => "ok",
                Verdict::Warn => "LOOK",
                Verdict::Fail => "NOT OK",
                Verdict::Unknown => "unknown",
            };
            let advice = match check.verdict {
                Verdict::Pass => String::new(),
                _ if check.advice.is_empty() => String::new(),
                _ => format!(" {}", check.advice),
            };
            ask.fact(&check.title, format!("{verdict}: {}{advice}", check.found))
        });
        Next::ask(ask)
    }
}
