//! The screen that people saw at a record, as the model from which it was drawn.
//!
//! Between two screens several records are made within one breath: a question answered, a step done,
//! the next one begun, its question asked. At such a record people still saw what stood before
//! ([`Tape::stands`]). An answer is drawn as it was typed, in the fields of its question; what was
//! typed as a secret is nowhere on record and is not drawn. That a token wants to be touched is not on
//! record either: the screen of the act stands for it.

use crate::ceremony::event::Event;
use crate::ceremony::state::{Placed, State};
use crate::report;
use crate::tui::model::{Model, Notice};
use crate::tui::settings::Settings;

use super::tape::Tape;

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
            model.entry.fill(&answer);
            if let Some(veiled) = model.entry.veiled() {
                model.entry = veiled;
            }
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
