//! `assemble-root`: the root's content follows from the plan and the enrolled keys.

use super::{Kind, Next, again, halted, seats_or_anyone};
use crate::ceremony::ask::{Ask, Form};
use crate::ceremony::assembly::{self, Assembly, NotMade};
use crate::ceremony::effect::{Contents, Effect};
use crate::ceremony::event::Event;
use crate::ceremony::evolve::AGAIN;
use crate::ceremony::medium::Way;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;

pub struct AssembleRoot;

impl Kind for AssembleRoot {
    fn name(&self) -> &'static str {
        "assemble-root"
    }

    fn about(&self) -> &'static str {
        "The root's content is made from the plan, the enrolled keys and the online roles' key files; policy is checked."
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        if state.payload.is_some() {
            return Next::Done;
        }
        if let Some(fault) = &state.here.fault {
            return Next::ask(again(state, step, fault));
        }
        let paths = state.procedure.plan.online_key_paths();
        if !state.here.files_read && !paths.is_empty() {
            return Next::Do(Effect::ReadFiles {
                what: Contents::PublicKeys,
                paths,
                from: Way::File,
            });
        }
        match assembly::assemble(state) {
            Ok(Assembly { signed, payload }) => {
                Next::record(Event::RootAssembled { signed, payload })
            }
            Err(NotMade::Keys(problems)) => {
                let ask = Ask::new(AGAIN, "The keys are not those of the plan", Form::Confirm)
                    .saying("The root was not made, and nothing was signed.");
                let ask = problems.into_iter().fold(ask, Ask::saying);
                Next::ask(
                    ask.saying(
                        "Put the files of the plan in their place, and enter initials to read them again. If \
                         the plan itself is wrong, abort: the keys on the tokens stay where they are.",
                    )
                    .seated(seats_or_anyone(state, step)),
                )
            }
            Err(NotMade::Policy(problems)) => {
                let mut words = vec![
                    "The root was not made, because the plan's policy does not allow it."
                        .to_owned(),
                ];
                words.extend(problems);
                words.push(
                    "Nothing was signed. Abort this ceremony, correct the plan, and hold it again; the \
                     keys on the tokens stay where they are."
                        .to_owned(),
                );
                halted("The root cannot be made", words)
            }
        }
    }

    fn skippable(&self, _state: &State, _step: &BoundStep) -> Result<(), String> {
        Err("without it there is nothing to sign".to_owned())
    }
}
