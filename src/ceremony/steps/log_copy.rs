//! The copy of the transcript on the LOG medium: where it was lost, that comes before everything else.

use super::choose_medium::{self, WayBack};
use super::{Next, chosen_in, is_on_record, two_of};
use crate::ceremony::ask::{Ask, Choice, Form};
use crate::ceremony::effect::Effect;
use crate::ceremony::event::{Event, Exception};
use crate::ceremony::evolve::{ANOTHER, BACK};
use crate::ceremony::medium::MediumRole;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::{LogCopy, State};
use crate::ceremony::token::Fault;

/// The question what becomes of it.
const LOST: &str = "log-lost";
/// The same medium is brought up to date.
const ATTACH: &str = "attach";
/// The ceremony goes on without one.
const WITHOUT: &str = "without";
/// The question whether it really goes on without one.
const GIVE_UP: &str = "log-without";
/// What two people type for that.
const PHRASE: &str = "WITHOUT LOG";

/// What comes before the step's own work.
pub fn comes_first(state: &State, step: &BoundStep) -> Option<Next> {
    let fault = match &state.log {
        LogCopy::None | LogCopy::Kept | LogCopy::GivenUp => return None,
        LogCopy::Detached => return Some(Next::Do(Effect::AttachLog)),
        LogCopy::Lost(fault) => fault,
    };
    Some(match chosen_in(&state.mending, LOST) {
        Some(ATTACH) => Next::Do(Effect::AttachLog),
        Some(ANOTHER) => another(state, step),
        Some(_) => without(state, step, fault),
        None => Next::ask(lost(state, step, fault)),
    })
}

fn lost(state: &State, step: &BoundStep, fault: &Fault) -> Ask {
    let words = crate::report::fault(fault);
    let mut ask = Ask::new(
        LOST,
        "THE LOG MEDIUM: the ceremony waits",
        Form::Choose {
            options: vec![
                choice(ATTACH, "the same medium is inserted again; bring it up to date"),
                choice(
                    ANOTHER,
                    "another medium becomes LOG; two people choose it, and it gets the whole record",
                ),
                choice(
                    WITHOUT,
                    "go on without a copy; two people decide, and it goes into the exception log",
                ),
            ],
        },
    )
    .saying(words.happened)
    .saying(
        "Nothing is lost. Every record is in the ceremony directory of this machine, and what was under way when it \
         happened has been finished and is on record. Only the copy is behind.",
    )
    .saying(
        "Leave everything as it is, tokens as well. When this is settled, the question that was open comes back.",
    );
    if let Some(medium) = state.media.get(&MediumRole::Log) {
        ask = ask.fact("LOG medium", medium.describe());
    }
    ask.seated(super::seats_or_anyone(state, step))
}

fn another(state: &State, step: &BoundStep) -> Next {
    let ask = Ask::new(
        &choose_medium::name(MediumRole::Log),
        "Which medium becomes LOG?",
        Form::Confirm,
    )
    .saying(
        "The new medium gets the whole record from its first line. Put the one that failed aside, with a note on it; \
         it goes to the auditor as well.",
    )
    .seated(two_of(state, step));
    match choose_medium::next(
        state,
        &state.mending,
        MediumRole::Log,
        WayBack::Offered,
        ask,
    ) {
        // it is on record already that it is this one
        Next::Record(event) if bound(state, &event) => Next::Do(Effect::AttachLog),
        next => next,
    }
}

fn bound(state: &State, event: &Event) -> bool {
    matches!(event, Event::MediumBound { role, medium } if state.media.get(role) == Some(medium))
}

fn without(state: &State, step: &BoundStep, fault: &Fault) -> Next {
    let Some(given) = state.mending.answers.get(GIVE_UP) else {
        return Next::ask(
            Ask::new(
                GIVE_UP,
                "Go on WITHOUT a LOG medium?",
                Form::Choose {
                    options: vec![
                        choice(PHRASE, "from here on there is one record only, on this machine"),
                        choice(BACK, "no; decide otherwise"),
                    ],
                },
            )
            .saying(
                "If two people type the first line, no further copy is made today. The copy that was made so far stays \
                 as it is. This goes into the exception log by itself.",
            )
            .saying("Whoever is in doubt takes another medium instead: that costs a minute.")
            .seated(two_of(state, step)),
        );
    };
    let exception = Exception {
        number: 0,
        expected: "The LOG medium has a copy of every record.".to_owned(),
        happened: crate::report::fault(fault).happened,
        decided: format!("Two people go on without it, with the words {PHRASE}."),
        by: given.by.clone(),
    };
    Next::record(match is_on_record(state, &exception) {
        Ok(()) => Event::LogGivenUp {
            by: given.by.clone(),
        },
        Err(exception) => Event::ExceptionLogged(*exception),
    })
}

fn choice(key: &str, meaning: &str) -> Choice {
    Choice {
        key: key.to_owned(),
        meaning: meaning.to_owned(),
    }
}
