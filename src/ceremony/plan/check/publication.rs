//! What should be known before the day of what a published copy will say: ids are in every record, and the
//! plan's digest is in the first.

use crate::ceremony::plan::{Plan, Withheld, id_has};
use crate::ceremony::script::Script;

/// Whole sentences, none of them a reason to refuse the plan.
pub fn publication(plan: &Plan) -> Vec<String> {
    let mut sentences = Vec::new();
    if !plan.publish.is_open() && plan.publish.salt.is_none() {
        sentences.push(format!(
            "`publish.salt` is not set, and a published copy withholds {}: whoever guesses the plan can compare \
             its SHA-256, so that the copy will lack every record that has this digest. Add 32 random hex digits, \
             as `openssl rand -hex 16` gives.",
            plan.publish.in_words()
        ));
    }
    for person in &plan.participants {
        if let Some((whose, word)) = told(plan, &person.id.0) {
            sentences.push(format!(
                "The id `{}` has \"{word}\", which is of {whose}, and names are to be withheld: ids are in every \
                 published record. Take an id that says nothing, such as `keyholder-1`.",
                person.id
            ));
        }
    }
    sentences
}

/// The same of the ids of a script's steps.
pub fn step_ids(plan: &Plan, script: &Script) -> Vec<String> {
    let steps = script.acts.iter().flat_map(|act| &act.steps);
    let told = steps.filter_map(|step| {
        let (whose, word) = told(plan, &step.id)?;
        Some(format!(
            "The step `{}` has \"{word}\", which is of {whose}, and names are to be withheld: ids of steps are in \
             every published record. Give the step another id.",
            step.id
        ))
    });
    told.collect()
}

/// Whose name or initials an id has, where names are withheld; and the part that tells.
fn told(plan: &Plan, id: &str) -> Option<(String, String)> {
    if !plan.publish.withholds(Withheld::Names) {
        return None;
    }
    plan.participants.iter().find_map(|person| {
        let initials = person.initials.to_lowercase();
        let mut words = std::iter::once(initials).chain(Plan::words_of_name(&person.name));
        let word = words.find(|word| id_has(id, word))?;
        Some((format!("the name of `{}`", person.id), word))
    })
}
