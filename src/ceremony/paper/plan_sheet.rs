//! The page of the paper that says what the plan says.

use crate::ceremony::plan::Plan;
use crate::digest::Sha256;

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

impl PlanSheet {
    pub(super) fn new(plan: &Plan) -> Self {
        let people = plan.participants.iter().map(|person| {
            let keys = person.keys.iter();
            let tokens = keys.map(|key| format!("{} ({})", key.token, key.algorithm.name()));
            [
                person.name.clone(),
                person.initials.clone(),
                person.duty.name().to_owned(),
                tokens.collect::<Vec<_>>().join("; "),
            ]
        });
        Self {
            digest: plan.digest,
            parameters: plan.parameters(),
            people: people.collect(),
        }
    }
}
