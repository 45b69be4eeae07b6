//! The screen that people saw at a record, as the model from which it was drawn.
//!
//! Between two screens several records are made within one breath: a question answered, a step done,
//! the next one begun, its question asked. At such a record people still saw what stood before
//! ([`Tape::stands`]). An answer is drawn as it was typed, in the fields of its question; what was
//! typed as a secret is nowhere on record and is not drawn. That a token wants to be touched is not on
//! record either: the screen of the act stands for it.

use crate::ceremony::ask::Answer;
use crate::ceremony::event::Event;
use crate::ceremony::state::{Placed, State};
use crate::report;
use crate::secret::Secret;
use crate::tui::entry::{Content, Entry, Wanted};
use crate::tui::model::{Model, Notice};
use crate::tui::settings::Settings;

use super::tape::Tape;

/// What stands in the place of a secret.
const WITHHELD: &str = "(typed; not on record)";

/// A record with the states around it.
pub struct Moment {
    /// The state before it.
    pub before: State,
    /// The state after it.
    pub after: State,
    /// What it says, in its place.
    pub placed: Placed,
}

impl Moment {
    /// The moment of a record; `near` is a state that is known already. `None` where there is no such
    /// record.
    pub fn at(tape: &Tape, number: usize, near: Option<&State>) -> Option<Self> {
        let placed = tape.placed(number)?;
        let before = tape.state(number, near);
        let mut after = before.clone();
        crate::ceremony::evolve::evolve(&mut after, &placed);
        Some(Self {
            before,
            after,
            placed,
        })
    }

    /// The moment whose screen stood at this one.
    #[must_use]
    pub fn standing(self, tape: &Tape, number: usize) -> Self {
        let stands = tape.stands(number);
        if stands == number {
            return self;
        }
        Self::at(tape, stands, None).unwrap_or(self)
    }

    /// The model of its screen, of so many columns and rows.
    pub fn model(self, settings: &Settings, size: (u16, u16)) -> Model {
        let Self {
            before,
            after,
            placed,
        } = self;
        let answered = match &placed.event {
            Event::Answered { answer, .. } if before.asking.is_some() => Some(answer.clone()),
            _ => None,
        };
        let state = if answered.is_some() {
            State {
                head: after.head,
                records: after.records,
                at: after.at.clone(),
                ..before
            }
        } else {
            after
        };
        let working = state.in_flight.clone().filter(|_| answered.is_none());
        let cut = state.cut_bytes;
        let now = super::times::parsed(&placed.at);
        let mut model = Model::new(settings.clone(), state, size);
        model.now = now;
        model.working = working;
        if let Some(answer) = answered {
            fill(&mut model.entry, &answer);
            model.read_to_end = answer.read_to_end;
        }
        model.notice = match placed.event {
            Event::ExceptionLogged(exception) => Some(Notice::Remark(format!(
                "Exception E{} is on record.",
                exception.number
            ))),
            Event::Resumed(_) if cut > 0 => Some(Notice::Remark(report::cut(cut))),
            _ => None,
        };
        model
    }
}

/// Puts what was answered into the fields in which it was typed.
fn fill(entry: &mut Entry, answer: &Answer) {
    let mut initials = answer.initials.iter();
    let mut typed = answer.typed.iter();
    for field in &mut entry.fields {
        let text = match (&field.wanted, &field.content) {
            (_, Content::Secret(_)) => Some(WITHHELD.to_owned()),
            (Wanted::Initials, _) => initials.next().cloned(),
            _ => typed.next().cloned(),
        };
        if let Content::Secret(secret) = &mut field.content {
            *secret = Secret::new();
            field.wanted = Wanted::Text;
        }
        field.content = Content::Text(text.unwrap_or_default());
    }
    entry.focus = entry.fields.len().saturating_sub(1);
}
