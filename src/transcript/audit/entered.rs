//! What is judged of a record by itself, whatever the step: under whose name it stands, and whether what people
//! have to say is in it.

use super::{CHAIN, EXCEPTIONS, FOLLOWED, Rule};
use crate::ceremony::decide::{PROGRAM, actor_of};
use crate::ceremony::event::{Event, Exception, Opening};
use crate::ceremony::plan::ParticipantId;
use crate::ceremony::state::State;
use crate::transcript::RULES;

/// Whether `actor` is who made it so: the people of the record, those whose answer set it off (`set_off_by`), or
/// the program.
pub fn by_its_actor(
    state: &State,
    actor: &str,
    event: &Event,
    set_off_by: Option<&str>,
    say: &mut dyn FnMut(Rule, String),
) {
    let people = event.people();
    let wanted = match event {
        // its actor is a matter of the rule on recordings
        Event::ScreenRecorded(_) => return,
        Event::Intended(_) => set_off_by.unwrap_or(PROGRAM).to_owned(),
        _ => actor_of(people),
    };
    if actor != wanted {
        say(
            FOLLOWED,
            format!("it is {actor}'s record of what {wanted} did"),
        );
    }
    for id in people {
        if state.procedure.plan.participant(id).is_none() {
            say(FOLLOWED, format!("{id} is not in the plan"));
        }
    }
}

/// What the first record says of itself, besides what plan and script are compared with.
pub fn opened(opening: &Opening, say: &mut dyn FnMut(Rule, String)) {
    if opening.rules != RULES {
        say(
            CHAIN,
            format!(
                "it is in format {}, and this program knows format {RULES}",
                opening.rules
            ),
        );
    }
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if opening.ceremony.len() != 32 || !opening.ceremony.bytes().all(hex) {
        say(
            FOLLOWED,
            "the id of the ceremony is not 32 hex digits".to_owned(),
        );
    }
}

/// An entry of the exception log is whole, numbered, and has people who stand for it.
pub fn logged(state: &State, exception: &Exception, say: &mut dyn FnMut(Rule, String)) {
    let number = state.exceptions.last().map_or(1, |last| last.number + 1);
    let name = exception.number;
    if name != number {
        say(
            EXCEPTIONS,
            format!("exception E{name} comes where E{number} belongs"),
        );
    }
    if exception.by.is_empty() {
        say(EXCEPTIONS, format!("nobody stands for exception E{name}"));
    }
    let texts = [&exception.expected, &exception.happened, &exception.decided];
    if texts.into_iter().any(|text| text.trim().is_empty()) {
        say(
            EXCEPTIONS,
            format!(
                "exception E{name} does not say what was expected, what happened and what was decided"
            ),
        );
    }
    let twice = |(at, id): (usize, &ParticipantId)| {
        exception.by.iter().skip(at + 1).any(|other| other == id)
    };
    if exception.by.iter().enumerate().any(twice) {
        say(
            EXCEPTIONS,
            format!("exception E{name} has the same person twice"),
        );
    }
}

/// Two people in the room decided it, and said why.
pub fn decided(
    state: &State,
    by: &[ParticipantId],
    reason: &str,
    what: &str,
    say: &mut dyn FnMut(Rule, String),
) {
    if !two(by) || by.iter().any(|id| state.absent.contains(id)) {
        say(FOLLOWED, format!("{what} takes two people in the room"));
    }
    if reason.trim().is_empty() {
        say(FOLLOWED, format!("{what} takes a reason"));
    }
}

pub fn two(by: &[ParticipantId]) -> bool {
    matches!(by, [first, second] if first != second)
}
