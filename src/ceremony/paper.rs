//! The paper script: what is printed before the day and filled in by hand in the room.
//!
//! [`Paper`] says what is on it; [`markdown`] and [`html`] lay it out. Its step ids are those of
//! the transcript, so that a line of one can be held against a line of the other.

pub mod html;
pub mod markdown;

use super::ask::Seat;
use super::plan::{Duty, Mode, Participant, Plan};
use super::procedure::Procedure;
use super::script::{Answerer, Each, Script};
use crate::digest::Sha256;

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
    /// Boxes for fingerprints: for whom.
    pub fingerprints: Vec<String>,
    /// Tokens, media, papers to be checked in and out: what, and its identifier where known.
    pub materials: Vec<(String, String)>,
    /// People who sign: name, and duty.
    pub signatures: Vec<(String, String)>,
}

/// What the plan says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanSheet {
    /// Digest of the plan's file.
    pub digest: Sha256,
    /// Parameters: label and value.
    pub parameters: Vec<(String, String)>,
    /// People: name, initials, duty, token.
    pub people: Vec<[String; 4]>,
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
    /// Who answers, one entry for each seat: duty, and the name where only one person can.
    pub who: Vec<String>,
    /// Time budget in minutes.
    pub minutes: u32,
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
                        Each::Keyholder => format!("Each keyholder: {}", step.title),
                    },
                    say: paragraphs(&step.say.replace("{holder}", "(name of the keyholder)")),
                    who: step.by.iter().map(|answerer| role(*answerer).to_owned()).collect(),
                    minutes: step.minutes,
                })
                .collect(),
        });
        let acts: Vec<ActSheet> = acts.collect();
        let keyholders = ["Keyholder 1", "Keyholder 2", "Keyholder 3", "Keyholder 4", "Keyholder 5"];
        let mut signatures: Vec<(String, String)> = vec![(String::new(), "administrator".to_owned())];
        signatures.push((String::new(), "witness".to_owned()));
        signatures.extend(keyholders.map(|_| (String::new(), "keyholder".to_owned())));
        Self {
            title: script.title.clone(),
            script_title: script.title.clone(),
            about: paragraphs(&script.about),
            script: (script.name.clone(), script.digest),
            mode: script.mode,
            plan: None,
            minutes: acts.iter().flat_map(|act| &act.rows).map(|row| row.minutes).sum(),
            acts,
            fingerprints: keyholders.map(str::to_owned).to_vec(),
            materials: vec![("Token".to_owned(), String::new()); keyholders.len()],
            signatures,
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
                minutes: step.minutes,
            };
            if let Some(act) = acts.get_mut(step.act) {
                act.rows.push(row);
            }
        }
        let keyholders: Vec<&Participant> = plan.of_duty(Duty::Keyholder).collect();
        let token = |person: &&Participant| {
            let serial = person.key.as_ref().and_then(|key| key.serial.clone());
            (format!("Token of {}", person.name), serial.unwrap_or_default())
        };
        let mut materials: Vec<(String, String)> = keyholders.iter().map(token).collect();
        materials.extend(plan.output.iter().map(|out| ("Medium".to_owned(), out.clone())));
        Self {
            title: plan.title.clone(),
            script_title: script.title.clone(),
            about: paragraphs(&script.about),
            script: (script.name.clone(), script.digest),
            mode: plan.mode,
            plan: Some(PlanSheet::new(plan)),
            acts,
            minutes: procedure.minutes(),
            fingerprints: keyholders.iter().map(|person| person.name.clone()).collect(),
            materials,
            signatures: plan
                .participants
                .iter()
                .map(|person| (person.name.clone(), person.duty.name().to_owned()))
                .collect(),
        }
    }

    /// Whether it must be marked as a rehearsal.
    pub fn rehearsal(&self) -> bool {
        self.mode == Mode::Rehearsal
    }
}

impl PlanSheet {
    fn new(plan: &Plan) -> Self {
        let root = &plan.root;
        let keys = plan.of_duty(Duty::Keyholder).count();
        let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        let mut parameters = vec![
            ("Place".to_owned(), plan.location.clone()),
            ("Root version".to_owned(), root.version.to_string()),
            ("Signatures needed".to_owned(), format!("{} of {keys} keys", root.threshold)),
            ("Root expires (UTC)".to_owned(), super::plan::check::stamp(root.expires)),
            ("Consistent snapshot".to_owned(), yes(root.consistent_snapshot)),
        ];
        for (name, role) in &root.roles {
            let files: Vec<&str> = role.keys.iter().map(|key| key.path.as_str()).collect();
            let value = format!("{} of {} keys: {}", role.threshold, files.len(), files.join(", "));
            parameters.push((format!("Online role {name}"), value));
        }
        let quorum: Vec<String> = plan
            .quorum
            .iter()
            .filter(|(_, number)| **number > 0)
            .map(|(duty, number)| format!("{number} {}", duty.name()))
            .collect();
        parameters.push(("Must be present".to_owned(), quorum.join(", ")));
        let checks = &plan.policy.required_checks;
        let checks = if checks.is_empty() { "none".to_owned() } else { checks.join(", ") };
        parameters.push(("Checks that must pass".to_owned(), checks));
        if plan.policy.no_spare_acknowledged {
            let value = "acknowledged: one lost key, and the root can never be signed again";
            parameters.push(("No spare key".to_owned(), value.to_owned()));
        }
        let people = plan.participants.iter().map(|person| {
            let key = person.key.as_ref();
            [
                person.name.clone(),
                person.initials.clone(),
                person.duty.name().to_owned(),
                key.map(|key| format!("{} ({})", key.token, key.algorithm.name())).unwrap_or_default(),
            ]
        });
        Self {
            digest: plan.digest,
            parameters,
            people: people.collect(),
        }
    }
}

/// Paragraphs of a text: what stands between empty lines.
pub fn paragraphs(text: &str) -> Vec<String> {
    text.split("\n\n")
        .map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|part| !part.is_empty())
        .collect()
}

fn role(answerer: Answerer) -> &'static str {
    match answerer {
        Answerer::Duty(duty) => duty.name(),
        Answerer::Holder => "the keyholder",
        Answerer::Anyone => "anyone",
    }
}

fn seated(seat: &Seat, plan: &Plan) -> String {
    match seat.who.as_slice() {
        [one] => format!("{}: {}", seat.role, plan.name_of(one)),
        _ => seat.role.clone(),
    }
}

#[cfg(test)]
mod tests;
