//! The paper filled in after the day: the same lines, with what the record says of them.

use super::{Paper, Print, Row};
use crate::ceremony::chronicle::{Chronicle, StepStory};
use crate::ceremony::plan::ParticipantId;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::{Standing, State};
use crate::digest::Sha256;
use crate::tuf::key::PublicKey;

/// What is filled in once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// Id of the ceremony, lower-case hex.
    pub ceremony: String,
    /// Day of the first record, `YYYY-MM-DD`.
    pub day: String,
    /// Time of the first record and of the last, UTC.
    pub times: String,
    /// Transcript head.
    pub head: Sha256,
    /// Exceptions, in order.
    pub exceptions: Vec<ExceptionSheet>,
    /// What nobody should read past, such as that the audit failed.
    pub alarm: Option<String>,
}

/// An entry of the exception log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionSheet {
    /// Number: 1 for E1.
    pub number: u32,
    /// Id of the step.
    pub step: String,
    /// What should have happened.
    pub expected: String,
    /// What happened.
    pub happened: String,
    /// What was decided.
    pub decided: String,
    /// Who decided: names.
    pub by: String,
    /// When, UTC.
    pub time: String,
}

/// What is filled in at a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Initials as typed, each with the time of the last answer.
    pub initials: Vec<(String, String)>,
    /// When it was begun and when it ended, UTC; empty where it was not.
    pub times: (String, String),
    /// What went otherwise: skipped, not reached, exceptions by number.
    pub remarks: Vec<String>,
}

impl Paper {
    /// The paper of a day that was held, filled in from its record. `alarm` is what nobody should read past.
    pub fn of_ceremony(state: &State, story: &Chronicle, alarm: Option<String>) -> Self {
        let procedure = &state.procedure;
        let mut paper = Self::of_day(procedure);
        let rows = paper.acts.iter_mut().flat_map(|act| &mut act.rows);
        for row in rows {
            let place = procedure.steps.iter().position(|step| step.id == row.id);
            if let Some((place, step)) = place.and_then(|at| Some((at, procedure.steps.get(at)?))) {
                fill(row, state, story, place, step);
            }
        }
        let keys = procedure.plan.keys();
        for (print, (_, key)) in paper.fingerprints.iter_mut().zip(keys) {
            let held = state.keys.get(&key.name);
            let public = held.and_then(|held| PublicKey::from_pem(&held.public_pem).ok());
            *print = Print {
                fingerprint: public.map(|public| public.fingerprint()),
                ..print.clone()
            };
        }
        let entries = state.exceptions.iter().enumerate();
        let exceptions = entries.map(|(number, exception)| {
            let mark = story.exceptions.get(number);
            let step = mark.and_then(|mark| procedure.steps.get(mark.step));
            ExceptionSheet {
                number: exception.number,
                step: step.map_or_else(String::new, |step| step.id.clone()),
                expected: exception.expected.clone(),
                happened: exception.happened.clone(),
                decided: exception.decided.clone(),
                by: names(state, &exception.by),
                time: mark.map_or_else(String::new, |mark| clock(&mark.at)),
            }
        });
        let opening = state.opening.as_ref();
        paper.filled = Some(Filled {
            ceremony: opening.map_or_else(String::new, |opening| opening.ceremony.clone()),
            day: day(&story.from),
            times: format!(
                "{} to {}",
                clock(&story.from),
                moment(&story.to, &story.from)
            ),
            head: state.head,
            exceptions: exceptions.collect(),
            alarm,
        });
        paper
    }
}

fn fill(row: &mut Row, state: &State, story: &Chronicle, place: usize, step: &BoundStep) {
    let plan = &state.procedure.plan;
    let empty = StepStory::default();
    let told = story.steps.get(place).unwrap_or(&empty);
    let initials = told.people().into_iter().map(|(id, at)| {
        let person = plan.participant(id);
        let initials = person.map_or(id.0.as_str(), |person| person.initials.as_str());
        (initials.to_owned(), moment(at, &story.from))
    });
    let mut remarks: Vec<String> = match state.standing.get(place) {
        Some(Standing::Skipped) => vec!["SKIPPED".to_owned()],
        Some(Standing::Running) => vec!["NOT FINISHED".to_owned()],
        Some(Standing::Waiting) | None => vec!["NOT REACHED".to_owned()],
        Some(Standing::Done) => Vec::new(),
    };
    remarks.extend(told.exceptions.iter().map(|number| format!("E{number}")));
    let at = |time: Option<&str>| time.map_or_else(String::new, |time| moment(time, &story.from));
    row.done = Some(Done {
        initials: initials.collect(),
        times: (at(told.began()), at(told.ended())),
        remarks,
    });
    let held = step.key.as_ref().and_then(|key| state.keys.get(key));
    for (label, value) in &mut row.blanks {
        if let Some(held) = held.filter(|_| label.to_lowercase().contains("serial number")) {
            value.clone_from(&held.token.serial);
        }
    }
}

fn names(state: &State, people: &[ParticipantId]) -> String {
    let plan = &state.procedure.plan;
    let names: Vec<&str> = people.iter().map(|id| plan.name_of(id)).collect();
    names.join(", ")
}

/// The day of a time of a record, which has one form.
fn day(at: &str) -> String {
    at.split('T').next().unwrap_or_default().to_owned()
}

/// Hours, minutes and seconds of a time of a record.
fn clock(at: &str) -> String {
    let time = at.split('T').nth(1).unwrap_or(at);
    time.chars().take(8).collect()
}

/// The same, with the day where it is another one.
fn moment(at: &str, beside: &str) -> String {
    if day(at) == day(beside) {
        clock(at)
    } else {
        format!("{} {}", day(at), clock(at))
    }
}
