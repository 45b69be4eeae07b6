//! `decide`: what follows from a command; or why nothing does.

mod observe;

use super::ask::{Answer, Ask, Form};
use super::command::{Command, ExceptionForm};
use super::effect::Effect;
use super::event::{Event, Exception};
use super::plan::{ParticipantId, Plan};
use super::procedure::BoundStep;
use super::recording;
use super::refusal::Refusal;
use super::state::{LogCopy, Standing, State};
use super::steps::{self, Kind, Next};
use super::withdraw::withdrawable;

/// Name under which the program itself acts in the transcript.
pub const PROGRAM: &str = "rootstage";

/// What follows from a command: facts to be recorded, and then an effect to be performed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// Facts in order, each with who made it so.
    pub events: Vec<(String, Event)>,
    /// To be performed once the facts are on disk.
    pub effect: Option<Effect>,
}

impl Decision {
    fn event(event: Event) -> Self {
        Self::by(PROGRAM, event)
    }

    fn by(actor: &str, event: Event) -> Self {
        Self {
            events: vec![(actor.to_owned(), event)],
            effect: None,
        }
    }
}

/// What follows from `command` in `state`.
pub fn decide(state: &State, command: Command) -> Result<Decision, Refusal> {
    let out_of_place = |command: &str, because: &str| {
        Err(Refusal::OutOfPlace {
            command: command.to_owned(),
            because: because.to_owned(),
        })
    };
    if let Command::Open(opening) = command {
        return if state.opening.is_some() {
            out_of_place("opening", "the ceremony is open already")
        } else {
            Ok(Decision::event(Event::CeremonyOpened(opening)))
        };
    }
    if state.opening.is_none() {
        return out_of_place("this", "the ceremony is not open yet");
    }
    if state.ending.is_some() {
        return out_of_place("this", "the ceremony has ended");
    }
    match command {
        Command::Open(_) => out_of_place("opening", "the ceremony is open already"),
        Command::Resume(resumption) => Ok(Decision::event(Event::Resumed(resumption))),
        Command::Continue => go_on(state),
        Command::Answer(answer) => answered(state, answer),
        Command::Observe(outcome) => {
            let Some(effect) = &state.in_flight else {
                return out_of_place("an observation", "nothing is being done");
            };
            Ok(Decision::event(observe::observed(state, effect, outcome)))
        }
        Command::LoseLog(fault) => match state.log {
            LogCopy::Kept => Ok(Decision::event(Event::LogLost(fault))),
            _ => out_of_place("losing the log", "no LOG medium is being written to"),
        },
        Command::CoverRecording(mark) => match recording::fits(state, &mark) {
            Ok(()) => Ok(Decision::event(Event::ScreenRecorded(mark))),
            Err(because) => out_of_place("a mark of the recording", because),
        },
        Command::LogException(form) => {
            let (exception, by) = exception(state, form, 1)?;
            Ok(Decision::by(&by, Event::ExceptionLogged(exception)))
        }
        Command::Skip(form) => skip(state, form),
        Command::Pause { reason } => Ok(Decision::event(Event::Paused { reason })),
        Command::Withdraw { initials, reason } => {
            withdrawable(state)?;
            let by = people(&state.procedure.plan, &initials, 2)?;
            if reason.trim().is_empty() {
                return Err(Refusal::EmptyField {
                    field: "reason".to_owned(),
                });
            }
            in_the_room(state, &by)?;
            let actor = actor_of(&by);
            Ok(Decision::by(&actor, Event::ContentWithdrawn { by, reason }))
        }
        Command::Abort { initials, reason } => {
            if reason.trim().is_empty() {
                return Err(Refusal::EmptyField {
                    field: "reason".to_owned(),
                });
            }
            let by = people(&state.procedure.plan, &initials, 2)?;
            in_the_room(state, &by)?;
            let actor = actor_of(&by);
            Ok(Decision::by(&actor, Event::Aborted { by, reason }))
        }
    }
}

/// The kind of the current step.
fn current(state: &State) -> Result<(&'static dyn Kind, &BoundStep), Refusal> {
    state
        .step()
        .and_then(|step| steps::kind(&step.kind).map(|kind| (kind, step)))
        .ok_or_else(|| Refusal::OutOfPlace {
            command: "going on".to_owned(),
            because: "there is no further step".to_owned(),
        })
}

fn go_on(state: &State) -> Result<Decision, Refusal> {
    if state.asking.is_some() {
        return Err(Refusal::OutOfPlace {
            command: "going on".to_owned(),
            because: "a question is open".to_owned(),
        });
    }
    if let Some(effect) = &state.in_flight {
        // Only after an interruption: what can be repeated is repeated, under the record it has.
        // What cannot is put in doubt by resuming, and is then asked about.
        if !effect.repeatable() || effect.takes_secret() {
            return Err(Refusal::OutOfPlace {
                command: "going on".to_owned(),
                because: "an act is on record without its result; resume the ceremony".to_owned(),
            });
        }
        return Ok(Decision {
            events: Vec::new(),
            effect: Some(effect.clone()),
        });
    }
    let (kind, step) = current(state)?;
    if state.standing.get(state.position) == Some(&Standing::Waiting) {
        return Ok(Decision::event(Event::StepBegun {}));
    }
    Ok(match steps::next(kind, state, step) {
        Next::Ask(ask) => Decision::event(Event::Asked(*ask)),
        Next::Do(effect) => Decision {
            events: vec![(PROGRAM.to_owned(), Event::Intended(effect.clone()))],
            effect: Some(effect),
        },
        Next::Record(event) => Decision::by(&actor_of(event.people()), *event),
        Next::Done => Decision::event(Event::StepDone {}),
    })
}

fn answered(state: &State, answer: Answer) -> Result<Decision, Refusal> {
    let Some(ask) = &state.asking else {
        return Err(Refusal::OutOfPlace {
            command: "an answer".to_owned(),
            because: "no question is open".to_owned(),
        });
    };
    let (kind, step) = current(state)?;
    let by = accepted(state, kind, step, ask, &answer)?;
    let effect = steps::after(kind, state, step, ask, &answer);
    let actor = actor_of(&by);
    let mut events = vec![(
        actor.clone(),
        Event::Answered {
            ask: ask.name.clone(),
            by,
            answer,
        },
    )];
    if let Some(effect) = &effect {
        events.push((actor, Event::Intended(effect.clone())));
    }
    Ok(Decision { events, effect })
}

/// The people who answer, where the answer is one: to the ask, for the step, by people in the room.
pub fn accepted(
    state: &State,
    kind: &dyn Kind,
    step: &BoundStep,
    ask: &Ask,
    answer: &Answer,
) -> Result<Vec<ParticipantId>, Refusal> {
    let by = ask.accept(answer, &state.procedure.plan)?;
    in_the_room(state, &by)?;
    steps::accept(kind, state, step, ask, answer, &by)?;
    Ok(by)
}

/// Whoever was absent at the roll call answers nothing until their coming is on record.
fn in_the_room(state: &State, by: &[ParticipantId]) -> Result<(), Refusal> {
    match by.iter().find(|id| state.absent.contains(*id)) {
        Some(id) => Err(Refusal::NotPresent {
            name: state.procedure.plan.name_of(id).to_owned(),
        }),
        None => Ok(()),
    }
}

/// Whether the current step may be skipped as things stand.
pub fn skippable(state: &State, kind: &dyn Kind, step: &BoundStep) -> Result<(), Refusal> {
    if state.in_flight.is_some() || state.in_doubt.is_some() {
        return Err(Refusal::NotSkippable {
            step: step.id.clone(),
            because: "something is in doubt here and must be looked at first".to_owned(),
        });
    }
    if state.log_is_out() {
        return Err(Refusal::NotSkippable {
            step: step.id.clone(),
            because: "the LOG medium comes first; the question about it can be answered".to_owned(),
        });
    }
    kind.skippable(state, step)
        .map_err(|because| Refusal::NotSkippable {
            step: step.id.clone(),
            because,
        })
}

fn skip(state: &State, form: ExceptionForm) -> Result<Decision, Refusal> {
    let (kind, step) = current(state)?;
    skippable(state, kind, step)?;
    let (exception, actor) = exception(state, form, 2)?;
    in_the_room(state, &exception.by)?;
    let skipped = Event::StepSkipped {
        exception: exception.number,
        by: exception.by.clone(),
    };
    Ok(Decision {
        events: vec![
            (actor.clone(), Event::ExceptionLogged(exception)),
            (actor, skipped),
        ],
        effect: None,
    })
}

fn exception(
    state: &State,
    form: ExceptionForm,
    names: usize,
) -> Result<(Exception, String), Refusal> {
    for (field, text) in [
        ("expected", &form.expected),
        ("happened", &form.happened),
        ("decided", &form.decided),
    ] {
        if text.trim().is_empty() {
            return Err(Refusal::EmptyField {
                field: field.to_owned(),
            });
        }
    }
    let by = people(&state.procedure.plan, &form.initials, names)?;
    let actor = actor_of(&by);
    let number = state.exceptions.last().map_or(1, |last| last.number + 1);
    Ok((
        Exception {
            number,
            expected: form.expected,
            happened: form.happened,
            decided: form.decided,
            by,
        },
        actor,
    ))
}

/// The distinct people of these initials.
fn people(plan: &Plan, initials: &[String], wanted: usize) -> Result<Vec<ParticipantId>, Refusal> {
    let everyone: Vec<ParticipantId> = plan.participants.iter().map(|p| p.id.clone()).collect();
    let seat = super::ask::Seat {
        role: "participant".to_owned(),
        who: everyone,
    };
    super::ask::Ask::new("", "", Form::Confirm)
        .seated(vec![seat; wanted])
        .accept(
            &super::ask::Answer {
                initials: initials.to_vec(),
                ..Default::default()
            },
            plan,
        )
}

/// Under whose name a record stands that these people made so.
pub fn actor_of(by: &[ParticipantId]) -> String {
    by.first()
        .map_or_else(|| PROGRAM.to_owned(), |id| id.0.clone())
}

#[cfg(test)]
mod tests;
