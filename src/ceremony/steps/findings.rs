//! `findings`: what the rules say of the content; what would stop the ceremony takes two people.

use super::{Kind, Next, ask_of, halted};
use crate::ceremony::ask::{Ask, Form};
use crate::ceremony::assembly;
use crate::ceremony::event::Event;
use crate::ceremony::plan::ParticipantId;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;
use crate::digest::Sha256;
use crate::tuf::policy::Level;

pub struct Findings;

impl Kind for Findings {
    fn name(&self) -> &'static str {
        "findings"
    }

    fn about(&self) -> &'static str {
        "What the rules say of the content and of what it changes is read; each stop-level finding is accepted by two people, or the ceremony ends."
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        let Some(payload) = &state.payload else {
            return halted(
                "There is no content to judge",
                vec![
                    "The script judges content before it is there. Abort, and correct it."
                        .to_owned(),
                ],
            );
        };
        let open = assembly::unaccepted(state);
        if let Some(rule) = open.iter().find(|rule| !answered(state, rule)) {
            return Next::ask(accept(state, step, rule, payload.sha256));
        }
        if !open.is_empty() {
            let mut by: Vec<ParticipantId> = Vec::new();
            for given in open.iter().filter_map(|rule| state.here.answers.get(rule)) {
                let new = given.by.iter().filter(|id| !by.contains(id)).cloned();
                let new: Vec<ParticipantId> = new.collect();
                by.extend(new);
            }
            return Next::record(Event::FindingsAccepted {
                rules: open,
                by,
                payload: payload.sha256,
            });
        }
        if state.here.answers.contains_key("seen") {
            return Next::Done;
        }
        let title = match assembly::findings(state)
            .iter()
            .map(|found| found.level)
            .max()
        {
            None => "The rules find nothing to say of the content",
            Some(Level::Info) => "What the rules say of the content",
            Some(Level::Caution) => "Somebody should have decided this knowingly",
            Some(Level::Stop) => "Accepted by two people; read it once more",
        };
        let document = assembly::document(state, payload);
        Next::ask(
            ask_of(state, step, "seen", title, Form::Confirm)
                .showing("SHA-256 of what will be signed", payload.sha256)
                .reviewing(document),
        )
    }

    fn skippable(&self, state: &State, _step: &BoundStep) -> Result<(), String> {
        if assembly::unaccepted(state).is_empty() {
            Ok(())
        } else {
            Err("there is a finding that stops the ceremony unless two people accept it".to_owned())
        }
    }
}

fn answered(state: &State, rule: &str) -> bool {
    state.here.answers.contains_key(rule)
}

/// How the phrase begins by which people accept a finding.
const ACCEPT: &str = "ACCEPT ";

/// Whether this asks two people to accept a finding.
pub fn is_acceptance(ask: &Ask) -> bool {
    matches!(&ask.form, Form::TypeBack { phrase } if phrase.starts_with(ACCEPT))
}

/// Asks two people to go on in spite of a finding that stops.
fn accept(state: &State, step: &BoundStep, rule: &str, payload: Sha256) -> Ask {
    let ask = Ask::new(
        rule,
        format!("STOP: {rule}"),
        Form::TypeBack {
            phrase: format!("{ACCEPT}{rule}"),
        },
    );
    let ask = assembly::findings(state)
        .into_iter()
        .filter(|finding| finding.level == Level::Stop && finding.rule == rule)
        .fold(ask, |ask, finding| ask.saying(finding.sentence));
    let mut seats = state.procedure.seats(step);
    let missing = 2_usize.saturating_sub(seats.len());
    seats.extend(state.procedure.any_seats(missing));
    ask.saying(
        "The content should not be signed. Abort, and have it made again. Only where two people know why it \
         must be signed all the same, they type the phrase; their names stay on record.",
    )
    .showing("SHA-256 of what would be signed", payload)
    .seated(seats)
}
