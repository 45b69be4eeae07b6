//! What a record changed, in words: the differences of the state before it and after it.

mod acts;
mod content;
mod keys;
mod room;

use crate::ceremony::ask::{Answer, Ask, Form};
use crate::ceremony::event::Event;
use crate::ceremony::plan::ParticipantId;
use crate::ceremony::state::{Ending, State};
use crate::report;
use crate::safe::safe;

/// Where a change is to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On the screen that people saw.
    Screen,
    /// Among acts and steps.
    Timeline,
    /// On the board of signatures, exceptions and digests.
    Board,
    /// In the record alone.
    Record,
}

/// A change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// A whole sentence.
    pub sentence: String,
    /// Where it is to be seen.
    pub place: Place,
}

/// What `event` changed, the most telling first. Never empty.
pub fn changes(before: &State, after: &State, event: &Event) -> Vec<Change> {
    let mut all = Changes {
        before,
        after,
        list: Vec::new(),
    };
    all.ends();
    all.exceptions();
    all.content();
    all.keys();
    all.questions(event);
    all.acts(event);
    all.steps();
    all.room();
    if all.list.is_empty() {
        let sentence = match event {
            Event::Paused { reason } => format!(
                "The room left the screen ({}); the ceremony waits on disk.",
                safe(reason)
            ),
            Event::Faulted(fault) => failed(fault),
            _ => "Nothing but the number of records and the head of the chain.".to_owned(),
        };
        all.say(Place::Record, sentence);
    }
    all.list
}

struct Changes<'a> {
    before: &'a State,
    after: &'a State,
    list: Vec<Change>,
}

impl Changes<'_> {
    fn say(&mut self, place: Place, sentence: impl Into<String>) {
        self.list.push(Change {
            sentence: sentence.into(),
            place,
        });
    }

    fn ends(&mut self) {
        if self.before.opening.is_none()
            && let Some(opening) = &self.after.opening
        {
            let how = if self.after.rehearsal() {
                "A REHEARSAL was opened"
            } else {
                "The ceremony was opened"
            };
            self.say(
                Place::Record,
                format!(
                    "{how} by {}, as ceremony {}.",
                    safe(&opening.program),
                    safe(&opening.ceremony)
                ),
            );
        }
        match (self.before.ending, self.after.ending) {
            (None, Some(Ending::Closed)) => self.say(Place::Screen, "The ceremony is complete."),
            (None, Some(Ending::Aborted)) => {
                self.say(
                    Place::Screen,
                    "The ceremony was aborted: it ended before its end.",
                );
            }
            _ => {}
        }
        if self.after.resumptions > self.before.resumptions {
            let cut = match self.after.cut_bytes {
                0 => String::new(),
                bytes => format!(" {}", report::cut(bytes)),
            };
            self.say(
                Place::Record,
                format!(
                    "The ceremony went on after an interruption, the {}.{cut}",
                    nth(self.after.resumptions)
                ),
            );
        }
        for program in self
            .after
            .programs
            .iter()
            .skip(self.before.programs.len().max(1))
        {
            self.say(
                Place::Record,
                format!("Another program goes on with it: {}.", safe(program)),
            );
        }
    }

    fn exceptions(&mut self) {
        for exception in self
            .after
            .exceptions
            .iter()
            .skip(self.before.exceptions.len())
        {
            let by = self.people(exception.by.iter());
            self.say(
                Place::Board,
                format!(
                    "Exception E{} was logged by {by}: {}; decided: {}.",
                    exception.number,
                    ended(&exception.happened),
                    ended(&exception.decided)
                ),
            );
        }
    }

    fn questions(&mut self, event: &Event) {
        match (event, &self.before.asking) {
            (Event::Answered { by, answer, .. }, Some(ask)) => {
                let by = self.people(by.iter());
                self.say(
                    Place::Screen,
                    format!(
                        "{by} answered \"{}\"{}.",
                        safe(&ask.title),
                        typed(ask, answer)
                    ),
                );
            }
            (_, Some(ask)) if self.after.asking.is_none() && self.after.ending.is_none() => {
                self.say(
                    Place::Screen,
                    format!("The question \"{}\" is open no more.", safe(&ask.title)),
                );
            }
            _ => {}
        }
        if let Some(ask) = self
            .after
            .asking
            .as_ref()
            .filter(|ask| self.before.asking.as_ref() != Some(*ask))
        {
            let seats: Vec<String> = ask
                .seats
                .iter()
                .map(|seat| format!("the {}", safe(&seat.role)))
                .collect();
            let of = match seats.as_slice() {
                [] => "nobody has to answer".to_owned(),
                seats => format!("asked of {}", listed(seats)),
            };
            self.say(
                Place::Screen,
                format!("A question came on: \"{}\", {of}.", safe(&ask.title)),
            );
        }
    }

    fn people<'a>(&self, ids: impl Iterator<Item = &'a ParticipantId>) -> String {
        let plan = &self.after.procedure.plan;
        let names: Vec<String> = ids.map(|id| safe(plan.name_of(id))).collect();
        if names.is_empty() {
            "nobody".to_owned()
        } else {
            listed(&names)
        }
    }
}

/// What was typed besides initials. A secret is nowhere.
fn typed(ask: &Ask, answer: &Answer) -> String {
    match (&ask.form, answer.typed.as_slice()) {
        (Form::Secret(_), _) => {
            "; what was typed went to the token and is nowhere on record".to_owned()
        }
        (_, []) if answer.received.is_some() => " with a file that came as QR codes".to_owned(),
        (_, []) => " with initials".to_owned(),
        (Form::Choose { options }, [word]) => {
            let meaning = options.iter().find(|option| option.key == *word);
            let meaning = meaning.map_or(String::new(), |option| {
                format!(" ({})", safe(&option.meaning))
            });
            format!(" with \"{}\"{meaning}", safe(word))
        }
        (_, words) => {
            let words: Vec<String> = words.iter().map(|word| safe(word)).collect();
            format!(" with \"{}\"", words.join(" "))
        }
    }
}

fn failed(fault: &crate::ceremony::token::Fault) -> String {
    let words = report::fault(fault);
    format!("It failed: {} {}", words.happened, words.unchanged)
}

/// A sentence of somebody's, without the full stop at its end.
fn ended(text: &str) -> String {
    safe(text.trim_end_matches('.'))
}

fn nth(number: u32) -> String {
    match number {
        1 => "first".to_owned(),
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        more => format!("{more}th"),
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::{listed, nth};

    #[test]
    fn lists_and_ordinals() {
        let words = |all: &[&str]| listed(&all.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
        assert_eq!(words(&["a"]), "a");
        assert_eq!(words(&["a", "b"]), "a and b");
        assert_eq!(words(&["a", "b", "c"]), "a, b and c");
        assert_eq!(nth(2), "second");
        assert_eq!(nth(11), "11th");
    }
}
