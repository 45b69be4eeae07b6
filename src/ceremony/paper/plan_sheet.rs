//! The page of the paper that says what the plan says.

use crate::ceremony::plan::{Duty, Plan};
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
        let root = &plan.root;
        let keys = plan.of_duty(Duty::Keyholder).count() as u64;
        let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
        let mut parameters = vec![
            ("Place".to_owned(), plan.location.clone()),
            ("Root version".to_owned(), root.version.to_string()),
            (
                "Signatures needed".to_owned(),
                format!("{} of {}", root.threshold, counted(keys, "key")),
            ),
            (
                "Root expires (UTC)".to_owned(),
                crate::ceremony::plan::check::stamp(root.expires),
            ),
            (
                "Consistent snapshot".to_owned(),
                yes(root.consistent_snapshot),
            ),
        ];
        for (name, role) in &root.roles {
            let files: Vec<&str> = role.keys.iter().map(|key| key.path.as_str()).collect();
            let keys = counted(files.len() as u64, "key");
            let value = format!("{} of {keys}: {}", role.threshold, files.join(", "));
            parameters.push((format!("Online role {name}"), value));
        }
        let quorum: Vec<String> = plan
            .quorum
            .iter()
            .filter(|(_, number)| **number > 0)
            .map(|(duty, number)| counted(*number, duty.name()))
            .collect();
        parameters.push(("Must be present".to_owned(), quorum.join(", ")));
        let checks = &plan.policy.required_checks;
        let checks = if checks.is_empty() {
            "none".to_owned()
        } else {
            checks.join(", ")
        };
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
                key.map(|key| format!("{} ({})", key.token, key.algorithm.name()))
                    .unwrap_or_default(),
            ]
        });
        Self {
            digest: plan.digest,
            parameters,
            people: people.collect(),
        }
    }
}

/// A number of things, the word for one of them in the singular.
fn counted(number: impl Into<u64>, one: &str) -> String {
    let number = number.into();
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {one}{plural}")
}
