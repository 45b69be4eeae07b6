//! `clock`: two people compare the program's clock with a watch.

use super::{Kind, Next, again, ask_of};
use crate::ceremony::ask::{Ask, Form};
use crate::ceremony::effect::Effect;
use crate::ceremony::evolve::AGAIN;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;

pub struct Clock;

impl Kind for Clock {
    fn name(&self) -> &'static str {
        "clock"
    }

    fn about(&self) -> &'static str {
        "The UTC time on a watch is typed in; the clock must agree and be later than the program's release."
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        if let Some(fault) = &state.here.fault {
            return Next::ask(again(state, step, fault));
        }
        let tolerance = state.procedure.plan.policy.clock_tolerance_minutes;
        let Some(given) = state.here.answers.get("clock") else {
            return Next::ask(ask_of(
                state,
                step,
                "clock",
                "What is the UTC time on your watch?",
                Form::WatchTime { tolerance },
            ));
        };
        let Some(clock) = &state.here.clock else {
            return Next::Do(Effect::ReadClock);
        };
        let watch = given.answer.typed.first().map_or("", String::as_str);
        let released = state
            .opening
            .as_ref()
            .map_or("", |opening| opening.released.as_str());
        let complaint = if clock.get(..10).is_none_or(|day| day < released) {
            Some(format!(
                "The clock says {clock}. This program was released on {released}, so the clock is wrong."
            ))
        } else {
            match crate::ceremony::clock::apart(clock, watch) {
                Some(apart) if apart <= u32::from(tolerance) => None,
                Some(apart) => Some(format!(
                    "The watch says {watch}, the clock says {clock}: {apart} minutes apart; {tolerance} are \
                     allowed."
                )),
                None => Some(format!("\"{watch}\" and \"{clock}\" cannot be compared.")),
            }
        };
        match complaint {
            None => Next::Done,
            Some(fact) => Next::ask(
                Ask::new(AGAIN, "The CLOCK is wrong, or the watch is", Form::Confirm)
                    .saying(fact)
                    .saying("Nothing was signed. Times in the record so far are the clock's.")
                    .saying(
                        "Set the clock in UTC (`date -u -s`), or look at another watch, and enter initials \
                         to compare again.",
                    )
                    .seated(super::seats_or_anyone(state, step)),
            ),
        }
    }
}
