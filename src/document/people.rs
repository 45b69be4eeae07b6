//! Who was there.

use super::Audit;
use super::markup::{Table, code, counted, mark, text};
use crate::ceremony::plan::Duty;
use crate::transcript::audit::{EXCEPTIONS, FOLLOWED, PLAN};

pub fn section(page: &mut String, audit: &Audit<'_>) {
    audit.checked_by(page, &[PLAN, FOLLOWED, EXCEPTIONS]);
    let (state, plan) = (audit.state, &audit.state.procedure.plan);
    let heads = ["Name", "Initials", "Duty", "In the room", "Answers", "Keys"];
    let caption = "Everybody in the plan, by duty. Initials are how answers are given in the room";
    let mut table = Table::open(page, "people", caption, &heads);
    for duty in Duty::ALL {
        for person in plan.of_duty(duty) {
            let there = if state.present.contains(&person.id) {
                text("present")
            } else if state.absent.contains(&person.id) {
                mark("plain", "ABSENT")
            } else {
                text("not called")
            };
            let answers = audit.chronicle.steps.iter().flat_map(|step| &step.answers);
            let own = answers
                .filter(|answer| answer.by.contains(&person.id))
                .count();
            let keys = person.keys.iter();
            let keys: Vec<String> = keys.map(|key| code(&key.token.0)).collect();
            table.row(&[
                text(&person.name),
                format!("<b>{}</b>", text(&person.initials)),
                duty.name().to_owned(),
                there,
                counted(own, "answer"),
                keys.join("<br>"),
            ]);
        }
    }
    table.close();
    let quorum: Vec<String> = plan
        .quorum
        .iter()
        .filter(|(_, number)| **number > 0)
        .map(|(duty, number)| counted(usize::try_from(*number).unwrap_or(usize::MAX), duty.name()))
        .collect();
    if !quorum.is_empty() {
        super::markup::paragraph(
            page,
            "",
            &format!(
                "The plan demands that at least these are present: {}.",
                quorum.join(", ")
            ),
        );
    }
}
