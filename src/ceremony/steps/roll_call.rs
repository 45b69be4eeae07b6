//! `roll-call`: who is in the room, one by one, until the quorum of the plan is there.

use super::{Kind, Next};
use crate::ceremony::ask::{Answer, Ask, Choice, Form, Seat};
use crate::ceremony::event::Event;
use crate::ceremony::evolve::AGAIN;
use crate::ceremony::plan::{Duty, Participant, ParticipantId};
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::refusal::Refusal;
use crate::ceremony::state::State;

pub struct RollCall;

const PRESENT: &str = "present";
const ABSENT: &str = "absent";

fn ask_name(person: &Participant) -> String {
    format!("present.{}", person.id)
}

impl Kind for RollCall {
    fn name(&self) -> &'static str {
        "roll-call"
    }

    fn about(&self) -> &'static str {
        "Each participant answers with their own initials; the quorum of the plan must be present."
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        let plan = &state.procedure.plan;
        if state.here.calls > 0 {
            return match missing(state) {
                lacking if lacking.is_empty() => Next::Done,
                lacking => Next::ask(
                    Ask::new(AGAIN, "The quorum is not present", Form::Confirm)
                        .saying(format!("Missing: {}.", lacking.join("; ")))
                        .saying(
                            "Wait for them and call the roll again, or abort the ceremony and hold it \
                             another day.",
                        )
                        .seated(super::seats_or_anyone(state, step)),
                ),
            };
        }
        let uncalled = plan.participants.iter().find(|person| {
            !state.present.contains(&person.id)
                && !state.here.answers.contains_key(&ask_name(person))
        });
        if let Some(person) = uncalled {
            let mut who = vec![person.id.clone()];
            who.extend(
                plan.of_duty(Duty::Administrator)
                    .map(|p| p.id.clone())
                    .filter(|id| *id != person.id),
            );
            return Next::ask(
                Ask::new(
                    &ask_name(person),
                    format!("{}, {}: are you here?", person.name, person.duty.name()),
                    Form::Choose {
                        options: vec![
                            Choice {
                                key: PRESENT.to_owned(),
                                meaning: format!(
                                    "{} is here, and types their own initials",
                                    person.name
                                ),
                            },
                            Choice {
                                key: ABSENT.to_owned(),
                                meaning: "not here; the administrator types initials".to_owned(),
                            },
                        ],
                    },
                )
                // Read out once, before the first name.
                .saying(if state.here.answers.is_empty() {
                    step.say.trim()
                } else {
                    ""
                })
                .seated(vec![Seat {
                    role: "participant".to_owned(),
                    who,
                }]),
            );
        }
        let (present, absent) = plan
            .participants
            .iter()
            .map(|person| person.id.clone())
            .partition(|id| {
                state.present.contains(id)
                    || plan.participant(id).is_some_and(|person| {
                        state
                            .here
                            .answers
                            .get(&ask_name(person))
                            .and_then(|given| given.answer.typed.first())
                            .is_some_and(|word| word == PRESENT)
                    })
            });
        Next::record(Event::RollCalled { present, absent })
    }

    fn accept(
        &self,
        state: &State,
        _step: &BoundStep,
        ask: &Ask,
        answer: &Answer,
        by: &[ParticipantId],
    ) -> Result<(), Refusal> {
        let plan = &state.procedure.plan;
        let called = plan
            .participants
            .iter()
            .find(|person| ask_name(person) == ask.name);
        let says_present = answer.typed.first().is_some_and(|word| word == PRESENT);
        match (called, by.first()) {
            (Some(person), Some(answering)) if says_present && *answering != person.id => {
                Err(Refusal::WrongPerson {
                    name: plan.name_of(answering).to_owned(),
                    role: format!("person called ({})", person.name),
                })
            }
            _ => Ok(()),
        }
    }

    fn skippable(&self, _state: &State, _step: &BoundStep) -> Result<(), String> {
        Err("everything that follows is bound to the people who are present".to_owned())
    }
}

/// What the quorum lacks, in words.
fn missing(state: &State) -> Vec<String> {
    let plan = &state.procedure.plan;
    plan.quorum
        .iter()
        .filter_map(|(duty, wanted)| {
            let here = plan
                .of_duty(*duty)
                .filter(|person| state.present.contains(&person.id))
                .count();
            let wanted = usize::try_from(*wanted).unwrap_or(usize::MAX);
            (here < wanted).then(|| format!("{} of {wanted} {}s present", here, duty.name()))
        })
        .collect()
}
