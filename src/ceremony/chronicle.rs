//! What happened when: the story of a ceremony by its steps, told from the same records as the state.
//!
//! [`State`] says how things stand; here is what it forgets: when each step began and ended, who
//! answered in it, where the ceremony stood still. Like the state it is a fold over the records.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::event::Event;
use super::plan::{KeyName, ParticipantId};
use super::state::{Ending, Placed, State};
use super::token::Fault;
use crate::digest::Sha256;

/// The story so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chronicle {
    /// One for each step of the procedure, in its order.
    pub steps: Vec<StepStory>,
    /// Where the ceremony stood still, in order.
    pub halts: Vec<Halt>,
    /// For each exception of the state, in the same order: when, and at which step.
    pub exceptions: Vec<Mark>,
    /// Findings that two people accepted, in order.
    pub acceptances: Vec<Acceptance>,
    /// What two people decided that the script does not foresee, in order.
    pub decisions: Vec<Decision>,
    /// When the first record was made, RFC 3339; empty before it.
    pub from: String,
    /// When the last record was made.
    pub to: String,
    /// Other programs that went on with the ceremony, each once.
    pub programs: Vec<String>,
    position: usize,
    paused: Option<String>,
}

/// What is told of a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepStory {
    /// When it was gone through: more than once where people had to come back to it.
    pub spans: Vec<Span>,
    /// Who answered, in order, each answer with all who gave it.
    pub answers: Vec<Answered>,
    /// Exceptions that were logged in it, by their numbers.
    pub exceptions: Vec<u32>,
    /// What failed in it.
    pub faults: Vec<Fault>,
}

/// A time in which something went on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// When it began, RFC 3339.
    pub from: String,
    /// When it ended; `None` where it was never finished.
    pub to: Option<String>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// When, RFC 3339.
    pub at: String,
    /// By whom, in the order of the seats.
    pub by: Vec<ParticipantId>,
}

/// A time in which nothing was recorded, because the program was not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Halt {
    /// Why.
    pub cause: Cause,
    /// Index of the step in which it was.
    pub step: usize,
    /// Time of the last record before it.
    pub from: String,
    /// Time of the record with which the ceremony went on.
    pub to: String,
    /// Bytes of a torn last record that were cut.
    pub cut_bytes: u64,
}

/// Why the ceremony stood still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The room left the screen, or the program was told to end: the reason on record.
    Left(String),
    /// The program ended without a word: a power cut, or something like it.
    Interrupted,
}

/// A point in the ceremony.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When, RFC 3339.
    pub at: String,
    /// Index of the step.
    pub step: usize,
}

/// A turn that the script does not foresee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// When, and at which step.
    pub mark: Mark,
    /// Who.
    pub by: Vec<ParticipantId>,
    /// What.
    pub turn: Turn,
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// The ceremony ends here, for this reason.
    Aborted(String),
    /// The content is withdrawn, for this reason.
    Withdrawn(String),
    /// The spare token takes the place of the one of this key.
    TokenReplaced(KeyName),
    /// The ceremony goes on without a LOG medium.
    LogGivenUp,
}

/// Findings that people accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// Ids of the rules.
    pub rules: Vec<String>,
    /// Who.
    pub by: Vec<ParticipantId>,
    /// When, RFC 3339.
    pub at: String,
    /// SHA-256 of the content for which they did.
    pub payload: Sha256,
}

impl Chronicle {
    /// Takes the next record; `state` is the state after it.
    pub fn record(&mut self, state: &State, placed: &Placed) {
        if self.from.is_empty() {
            self.from.clone_from(&placed.at);
            self.steps
                .resize(state.procedure.steps.len(), StepStory::default());
        }
        let (position, at) = (self.position, &placed.at);
        self.halt(position, placed);
        if let Some(step) = self.steps.get_mut(position) {
            step.record(placed);
        }
        let mark = Mark {
            at: at.clone(),
            step: position,
        };
        if let Some((turn, by)) = turn(&placed.event) {
            self.decisions.push(Decision {
                mark: mark.clone(),
                by: by.to_vec(),
                turn,
            });
        }
        match &placed.event {
            Event::ExceptionLogged(_) => self.exceptions.push(mark),
            Event::FindingsAccepted { rules, by, payload } => self.acceptances.push(Acceptance {
                rules: rules.clone(),
                by: by.clone(),
                at: at.clone(),
                payload: *payload,
            }),
            _ => {}
        }
        let turned_back = state.position < position || state.ending == Some(Ending::Aborted);
        if turned_back && let Some(step) = self.steps.get_mut(position) {
            step.close(at);
        }
        self.position = state.position;
        self.to.clone_from(at);
    }

    fn halt(&mut self, position: usize, placed: &Placed) {
        match &placed.event {
            Event::Paused { reason } => self.paused = Some(reason.clone()),
            Event::Resumed(resumption) => {
                let known = self.programs.contains(&resumption.program);
                if !known {
                    self.programs.push(resumption.program.clone());
                }
                self.halts.push(Halt {
                    cause: self.paused.take().map_or(Cause::Interrupted, Cause::Left),
                    step: position,
                    from: self.to.clone(),
                    to: placed.at.clone(),
                    cut_bytes: resumption.cut_bytes,
                });
            }
            _ => self.paused = None,
        }
    }

    /// When the steps of an act were gone through: from the first beginning to the last end; `None`
    /// where none was begun.
    pub fn act(&self, state: &State, act: usize) -> Option<Span> {
        let of_act = |(bound, story): (_, &'_ StepStory)| {
            let bound: &super::procedure::BoundStep = bound;
            (bound.act == act).then(|| story.spans.clone())
        };
        let steps = state.procedure.steps.iter().zip(&self.steps);
        let spans: Vec<Span> = steps.filter_map(of_act).flatten().collect();
        let from = spans.iter().map(|span| span.from.clone()).min()?;
        let open = spans.iter().any(|span| span.to.is_none());
        let to = spans.into_iter().filter_map(|span| span.to).max();
        Some(Span {
            from,
            to: to.filter(|_| !open),
        })
    }
}

impl StepStory {
    fn record(&mut self, placed: &Placed) {
        let at = &placed.at;
        let by = placed.event.people();
        if !by.is_empty() {
            self.answers.push(Answered {
                at: at.clone(),
                by: by.to_vec(),
            });
        }
        match &placed.event {
            Event::StepBegun {} => self.spans.push(Span {
                from: at.clone(),
                to: None,
            }),
            Event::StepDone {} | Event::StepSkipped { .. } | Event::CeremonyClosed {} => {
                self.close(at);
            }
            Event::ExceptionLogged(exception) => self.exceptions.push(exception.number),
            Event::Faulted(fault) | Event::LogLost(fault) => self.faults.push(fault.clone()),
            _ => {}
        }
    }

    fn close(&mut self, at: &str) {
        for span in self.spans.iter_mut().filter(|span| span.to.is_none()) {
            span.to = Some(at.to_owned());
        }
    }

    /// When it was first begun.
    pub fn began(&self) -> Option<&str> {
        self.spans.first().map(|span| span.from.as_str())
    }

    /// When it was last ended; `None` where it is not over.
    pub fn ended(&self) -> Option<&str> {
        self.spans.last()?.to.as_deref()
    }

    /// Seconds that were spent in it; those of an end that is not on record are not counted.
    pub fn seconds(&self) -> i64 {
        self.spans
            .iter()
            .filter_map(|span| between(&span.from, span.to.as_deref()?))
            .sum()
    }

    /// Everybody who answered in it, each once, in the order of their answers; with the time of the
    /// last answer.
    pub fn people(&self) -> Vec<(&ParticipantId, &str)> {
        let mut people: Vec<(&ParticipantId, &str)> = Vec::new();
        for answer in &self.answers {
            for id in &answer.by {
                match people.iter_mut().find(|(known, _)| *known == id) {
                    Some(known) => known.1 = &answer.at,
                    None => people.push((id, &answer.at)),
                }
            }
        }
        people
    }
}

fn turn(event: &Event) -> Option<(Turn, &[ParticipantId])> {
    match event {
        Event::Aborted { by, reason } => Some((Turn::Aborted(reason.clone()), by)),
        Event::ContentWithdrawn { by, reason } => Some((Turn::Withdrawn(reason.clone()), by)),
        Event::TokenReplaced { key, by } => Some((Turn::TokenReplaced(key.clone()), by)),
        Event::LogGivenUp { by } => Some((Turn::LogGivenUp, by)),
        _ => None,
    }
}

/// Whole seconds from one time to another, both RFC 3339, rounded; never less than none. `None` where one of
/// them is no time.
pub fn between(from: &str, to: &str) -> Option<i64> {
    let parsed = |text| OffsetDateTime::parse(text, &Rfc3339).ok();
    let milliseconds = (parsed(to)? - parsed(from)?).whole_milliseconds();
    i64::try_from((milliseconds + 500).div_euclid(1000).max(0)).ok()
}

#[cfg(test)]
mod tests;
