//! A script bound to a plan: the very steps of this day, in order.

use super::ask::Seat;
use super::plan::{Duty, KeyName, KeyPlan, Participant, ParticipantId, Plan};
use super::script::{Answerer, Each, Script, Step};
use super::steps;

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
    /// Id: the script's, followed by `.` and the id of the keyholder or the name of the key for
    /// which it is done.
    pub id: String,
    /// Kind.
    pub kind: String,
    /// Title, with the keyholder's name.
    pub title: String,
    /// Index of its act in the script.
    pub act: usize,
    /// Whose step it is, where it is done for each keyholder or key.
    pub holder: Option<ParticipantId>,
    /// The key for which it is done; for a keyholder with one key, that key.
    pub key: Option<KeyName>,
    /// Who answers.
    pub by: Vec<Answerer>,
    /// Time budget in minutes.
    pub minutes: u32,
    /// Text to read out.
    pub say: String,
}

/// Who a step is done for.
enum Turn<'a> {
    Once,
    Person(&'a Participant),
    Key(&'a Participant, &'a KeyPlan),
}

fn turns(plan: &Plan, each: Each) -> Vec<Turn<'_>> {
    match each {
        Each::Once => vec![Turn::Once],
        Each::Keyholder => plan.of_duty(Duty::Keyholder).map(Turn::Person).collect(),
        Each::NewKey | Each::HeldKey | Each::Key => plan
            .keys()
            .filter(|(_, key)| each.takes(key))
            .map(|(person, key)| Turn::Key(person, key))
            .collect(),
    }
}

impl Turn<'_> {
    fn is_concerned(&self, step: &Step, plan: &Plan) -> bool {
        let Some(kind) = steps::kind(&step.kind) else {
            return true;
        };
        let concerns = match self {
            Self::Key(_, key) => kind.concerns(key),
            Self::Once | Self::Person(_) => true,
        };
        concerns && kind.belongs(plan)
    }

    fn bind(&self, step: &Step, act: usize) -> BoundStep {
        let (whose, who, holder, key) = match self {
            Self::Once => (None, None, None, None),
            Self::Person(person) => (
                Some(person.id.0.clone()),
                Some(person.name.clone()),
                Some(person.id.clone()),
                match person.keys.as_slice() {
                    [only] => Some(only.name.clone()),
                    _ => None,
                },
            ),
            Self::Key(person, key) => (
                Some(key.name.0.clone()),
                Some(person.name_with(key)),
                Some(person.id.clone()),
                Some(key.name.clone()),
            ),
        };
        BoundStep {
            id: whose.map_or_else(|| step.id.clone(), |whose| format!("{}.{whose}", step.id)),
            kind: step.kind.clone(),
            title: who.as_ref().map_or_else(
                || step.title.clone(),
                |who| format!("{who}: {}", step.title),
            ),
            act,
            holder,
            key,
            by: step.by.clone(),
            minutes: step.minutes,
            say: who.map_or_else(
                || step.say.clone(),
                |who| step.say.replace("{holder}", &who),
            ),
        }
    }
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
                for turn in turns(&plan, first.each) {
                    let concerned = group.iter().filter(|step| turn.is_concerned(step, &plan));
                    steps.extend(concerned.map(|step| turn.bind(step, act)));
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

    /// The key of a step, and who holds it.
    pub fn key_plan(&self, step: &BoundStep) -> Option<(&Participant, &KeyPlan)> {
        self.plan.key(step.key.as_ref()?)
    }

    /// Budget of the whole ceremony in minutes.
    pub fn minutes(&self) -> u32 {
        self.steps.iter().map(|s| s.minutes).sum()
    }
}

#[cfg(test)]
mod tests;
