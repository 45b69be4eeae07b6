//! A script bound to a plan: the very steps of this day, in order.

use super::ask::Seat;
use super::plan::{Duty, KeyPlan, Participant, ParticipantId, Plan};
use super::script::{Answerer, Each, Script};

/// The steps of this day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Procedure {
    /// The script.
    pub script: Script,
    /// The plan.
    pub plan: Plan,
    /// Steps in order, those of every keyholder written out.
    pub steps: Vec<BoundStep>,
}

/// A step of this day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoundStep {
    /// Id: the script's, followed by `.` and the keyholder's id where the step is done for each.
    pub id: String,
    /// Kind.
    pub kind: String,
    /// Title, with the keyholder's name.
    pub title: String,
    /// Index of its act in the script.
    pub act: usize,
    /// Whose step it is, where it is done for each keyholder.
    pub holder: Option<ParticipantId>,
    /// Who answers.
    pub by: Vec<Answerer>,
    /// Time budget in minutes.
    pub minutes: u32,
    /// Text to read out.
    pub say: String,
}

impl Procedure {
    /// Binds a script to a plan.
    pub fn new(script: Script, plan: Plan) -> Self {
        let mut steps = Vec::new();
        for (act, part) in script.acts.iter().enumerate() {
            // Steps for each keyholder that follow one another are done keyholder by keyholder:
            // one person comes forward once.
            let mut rest = part.steps.as_slice();
            while let Some(first) = rest.first() {
                let run = rest.iter().take_while(|s| s.each == first.each).count();
                let (group, after) = rest.split_at(run);
                rest = after;
                let holders: Vec<Option<&Participant>> = match first.each {
                    Each::Once => vec![None],
                    Each::Keyholder => plan.of_duty(Duty::Keyholder).map(Some).collect(),
                };
                for holder in holders {
                    for step in group {
                        steps.push(BoundStep {
                            id: holder.map_or_else(
                                || step.id.clone(),
                                |h| format!("{}.{}", step.id, h.id),
                            ),
                            kind: step.kind.clone(),
                            title: holder.map_or_else(
                                || step.title.clone(),
                                |h| format!("{}: {}", h.name, step.title),
                            ),
                            act,
                            holder: holder.map(|h| h.id.clone()),
                            by: step.by.clone(),
                            minutes: step.minutes,
                            say: holder.map_or_else(
                                || step.say.clone(),
                                |h| step.say.replace("{holder}", &h.name),
                            ),
                        });
                    }
                }
            }
        }
        Self {
            script,
            plan,
            steps,
        }
    }

    /// The seats of a step.
    pub fn seats(&self, step: &BoundStep) -> Vec<Seat> {
        step.by
            .iter()
            .map(|answerer| match answerer {
                Answerer::Duty(duty) => Seat {
                    role: duty.name().to_owned(),
                    who: self.plan.of_duty(*duty).map(|p| p.id.clone()).collect(),
                },
                Answerer::Holder => Seat {
                    role: Duty::Keyholder.name().to_owned(),
                    who: step.holder.iter().cloned().collect(),
                },
                Answerer::Anyone => Seat {
                    role: "participant".to_owned(),
                    who: self
                        .plan
                        .participants
                        .iter()
                        .map(|p| p.id.clone())
                        .collect(),
                },
            })
            .collect()
    }

    /// Seats for any `count` people.
    pub fn any_seats(&self, count: usize) -> Vec<Seat> {
        let everyone: Vec<ParticipantId> = self
            .plan
            .participants
            .iter()
            .map(|p| p.id.clone())
            .collect();
        vec![
            Seat {
                role: "participant".to_owned(),
                who: everyone,
            };
            count
        ]
    }

    /// The key that a step's keyholder is to hold.
    pub fn key_plan(&self, step: &BoundStep) -> Option<(&Participant, &KeyPlan)> {
        let holder = self.plan.participant(step.holder.as_ref()?)?;
        Some((holder, holder.key.as_ref()?))
    }

    /// Budget of the whole ceremony in minutes.
    pub fn minutes(&self) -> u32 {
        self.steps.iter().map(|s| s.minutes).sum()
    }
}

#[cfg(test)]
mod tests;
