//! The paper script: what is printed before the day and filled in by hand in the room.
//!
//! [`Paper`] says what is on it; [`markdown`] and [`html`] lay it out. Its step ids are those of
//! the transcript, so that a line of one can be held against a line of the other.

mod filled;
pub mod html;
pub mod markdown;
mod plan_sheet;

use super::ask::Seat;
use super::plain::paragraphs;
use super::plan::{KeyPlan, Mode, Participant, Plan};
use super::procedure::Procedure;
use super::script::{Answerer, Each, Script};
use crate::digest::Sha256;

pub use filled::{Done, ExceptionSheet, Filled};
pub use plan_sheet::PlanSheet;

/// Number of words in a digest, one for each byte.
pub const WORDS: usize = 32;
/// Rows of the exception sheet.
pub const EXCEPTIONS: usize = 6;
/// Blank rows for materials that the plan does not know.
pub const SPARE_MATERIALS: usize = 3;

/// Everything that is on the paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// What the ceremony is called: the plan's title, otherwise the script's.
    pub title: String,
    /// Title of the script.
    pub script_title: String,
    /// What the script is for.
    pub about: Vec<String>,
    /// Name and digest of the script.
    pub script: (String, Sha256),
    /// Production or rehearsal.
    pub mode: Mode,
    /// What the plan says; without a plan the paper is a form for any day.
    pub plan: Option<PlanSheet>,
    /// The steps.
    pub acts: Vec<ActSheet>,
    /// Budget of the whole, in minutes. Without a plan, steps for each keyholder count once.
    pub minutes: u32,
    /// Fingerprints to write down and to compare.
    pub fingerprints: Vec<Print>,
    /// Tokens, media, papers to be checked in and out: what, and its identifier where known.
    pub materials: Vec<(String, String)>,
    /// People who sign: name, and duty.
    pub signatures: Vec<(String, String)>,
    /// What is filled in after the day; `None` on the paper that is printed before it.
    pub filled: Option<Filled>,
}

/// An act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActSheet {
    /// Title.
    pub title: String,
    /// Lines.
    pub rows: Vec<Row>,
}

/// A line of the paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Step id, as in the transcript.
    pub id: String,
    /// What is done.
    pub title: String,
    /// Text to read out, in paragraphs.
    pub say: Vec<String>,
    /// Who answers, one entry for each seat.
    pub who: Vec<Place>,
    /// What is written down by hand at this step: what each blank is for, and what stands in it.
    pub blanks: Vec<(&'static str, String)>,
    /// Time budget in minutes.
    pub minutes: u32,
    /// What is filled in after the day.
    pub done: Option<Done>,
}

/// What is written down by hand at a step of this kind.
fn blanks(kind: &str) -> Vec<(&'static str, String)> {
    let labels: &[&str] = match kind {
        "present-token" => &["Serial number on the token"],
        "provision-token" => &[
            "Serial number",
            "PUK: chosen and sealed by, bag",
            "Done: PIN, PUK, management key",
        ],
        "attest-key" => &["Attested serial number", "Lines not \"ok\""],
        _ => &[],
    };
    labels.iter().map(|label| (*label, String::new())).collect()
}

/// A key on the paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Print {
    /// Whose key.
    pub name: String,
    /// The id under which published metadata lists it already, to be compared.
    pub listed: Option<Sha256>,
    /// SHA-256 of its public key, filled in after the day.
    pub fingerprint: Option<Sha256>,
}

impl Print {
    fn unknown(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            listed: None,
            fingerprint: None,
        }
    }
}

/// A seat of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Duty, or whom the script names instead.
    pub role: String,
    /// Name, where only one person can take the seat; otherwise empty.
    pub name: String,
}

impl Paper {
    /// The paper of a script alone.
    pub fn of_script(script: &Script) -> Self {
        let acts = script.acts.iter().map(|act| ActSheet {
            title: act.title.clone(),
            rows: act
                .steps
                .iter()
                .map(|step| Row {
                    id: step.id.clone(),
                    title: match step.each {
                        Each::Once => step.title.clone(),
                        each => format!("{}: {}", each.words(), step.title),
                    },
                    say: paragraphs(&step.say.replace("{holder}", "(name of the keyholder)")),
                    who: step.by.iter().map(|answerer| unnamed(*answerer)).collect(),
                    blanks: blanks(&step.kind),
                    minutes: step.minutes,
                    done: None,
                })
                .collect(),
        });
        let acts: Vec<ActSheet> = acts.collect();
        let keyholders = [
            "Keyholder 1",
            "Keyholder 2",
            "Keyholder 3",
            "Keyholder 4",
            "Keyholder 5",
        ];
        let mut signatures: Vec<(String, String)> =
            vec![(String::new(), "administrator".to_owned())];
        signatures.push((String::new(), "witness".to_owned()));
        signatures.extend(keyholders.map(|_| (String::new(), "keyholder".to_owned())));
        Self {
            title: script.title.clone(),
            script_title: script.title.clone(),
            about: paragraphs(&script.about),
            script: (script.name.clone(), script.digest),
            mode: script.mode,
            plan: None,
            minutes: acts
                .iter()
                .flat_map(|act| &act.rows)
                .map(|row| row.minutes)
                .sum(),
            acts,
            fingerprints: keyholders.map(Print::unknown).to_vec(),
            materials: vec![("Token".to_owned(), String::new()); keyholders.len()],
            signatures,
            filled: None,
        }
    }

    /// The paper of one day.
    pub fn of_day(procedure: &Procedure) -> Self {
        let (script, plan) = (&procedure.script, &procedure.plan);
        let mut acts: Vec<ActSheet> = script
            .acts
            .iter()
            .map(|act| ActSheet {
                title: act.title.clone(),
                rows: Vec::new(),
            })
            .collect();
        for step in &procedure.steps {
            let seats = procedure.seats(step);
            let row = Row {
                id: step.id.clone(),
                title: step.title.clone(),
                say: paragraphs(&step.say),
                who: seats.iter().map(|seat| seated(seat, plan)).collect(),
                blanks: blanks(&step.kind),
                minutes: step.minutes,
                done: None,
            };
            if let Some(act) = acts.get_mut(step.act) {
                act.rows.push(row);
            }
        }
        let print = |(person, key): (&Participant, &KeyPlan)| Print {
            listed: key.place.keyid().map(|id| id.digest()),
            ..Print::unknown(&person.name_with(key))
        };
        let token = |(person, key): (&Participant, &KeyPlan)| {
            (
                format!("Token of {}", person.name_with(key)),
                key.serial.clone().unwrap_or_default(),
            )
        };
        let spare = |(person, key): (&Participant, &KeyPlan)| {
            let spare = key.spare.as_ref()?;
            Some((
                format!("Sealed spare of {}", person.name_with(key)),
                spare.serial.clone().unwrap_or_default(),
            ))
        };
        let mut materials: Vec<(String, String)> = plan.keys().map(token).collect();
        materials.extend(plan.keys().filter_map(spare));
        let puk = |(person, key): (&Participant, &KeyPlan)| {
            let what = format!("Sealed PUK of {}", person.name_with(key));
            key.is_provisioned().then_some((what, String::new()))
        };
        materials.extend(plan.keys().filter_map(puk));
        materials.extend(
            plan.output
                .iter()
                .map(|out| ("Medium".to_owned(), out.clone())),
        );
        Self {
            title: plan.title.clone(),
            script_title: script.title.clone(),
            about: paragraphs(&script.about),
            script: (script.name.clone(), script.digest),
            mode: plan.mode,
            plan: Some(PlanSheet::new(plan)),
            acts,
            minutes: procedure.minutes(),
            fingerprints: plan.keys().map(print).collect(),
            materials,
            signatures: plan
                .participants
                .iter()
                .map(|person| (person.name.clone(), person.duty.name().to_owned()))
                .collect(),
            filled: None,
        }
    }

    /// Whether it must be marked as a rehearsal.
    pub fn rehearsal(&self) -> bool {
        self.mode == Mode::Rehearsal
    }
}

fn unnamed(answerer: Answerer) -> Place {
    let role = match answerer {
        Answerer::Duty(duty) => duty.name(),
        Answerer::Holder => "the keyholder",
        Answerer::Anyone => "anyone",
    };
    Place {
        role: role.to_owned(),
        name: String::new(),
    }
}

fn seated(seat: &Seat, plan: &Plan) -> Place {
    let name = match seat.who.as_slice() {
        [one] => plan.name_of(one).to_owned(),
        _ => String::new(),
    };
    Place {
        role: seat.role.clone(),
        name,
    }
}

#[cfg(test)]
mod tests;
