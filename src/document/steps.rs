//! Every step of the day: what was done, by whom, when.

use std::fmt::Write as _;

use super::Audit;
use super::markup::{Table, code, mark, text};
use super::times::{clock, length};
use crate::ceremony::chronicle::{StepStory, between};
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::Standing;
use crate::transcript::audit::{EXCEPTIONS, FOLLOWED, SCRIPT};

const HEADS: [&str; 6] = ["Step", "Activity", "Who", "From", "To", "Remarks"];

pub fn section(page: &mut String, audit: &Audit<'_>) {
    audit.checked_by(page, &[SCRIPT, FOLLOWED, EXCEPTIONS]);
    let state = audit.state;
    for (number, act) in state.procedure.script.acts.iter().enumerate() {
        let _ = writeln!(page, "<h3>Act {}: {}</h3>", number + 1, text(&act.title));
        let caption = format!(
            "Steps of act {}; initials with the time of the answer",
            number + 1
        );
        let mut table = Table::open(page, "steps", &caption, &HEADS);
        let steps = state.procedure.steps.iter().enumerate();
        for (place, step) in steps.filter(|(_, step)| step.act == number) {
            let empty = StepStory::default();
            let told = audit.chronicle.steps.get(place).unwrap_or(&empty);
            let standing = state.standing.get(place).copied().unwrap_or_default();
            table.row(&cells(audit, place, step, told, standing));
        }
        table.close();
    }
}

/// Seconds in which the ceremony stood still in a step.
fn stood(audit: &Audit<'_>, place: usize) -> i64 {
    let halts = audit.chronicle.halts.iter();
    let halts = halts.filter(|halt| halt.step == place);
    let seconds = halts.filter_map(|halt| between(&halt.from, &halt.to));
    // of a clock that was set back it cannot be said
    seconds.map(|seconds| seconds.max(0)).sum()
}

fn cells(
    audit: &Audit<'_>,
    place: usize,
    step: &BoundStep,
    told: &StepStory,
    standing: Standing,
) -> [String; 6] {
    let opened = audit.chronicle.from.as_str();
    let plan = &audit.state.procedure.plan;
    let who = |(id, at): (&crate::ceremony::plan::ParticipantId, &str)| {
        let known = plan.participant(id);
        let initials = known.map_or_else(|| text(&id.0), |person| text(&person.initials));
        let name = known.map_or_else(String::new, |person| text(&person.name));
        format!(
            "<span class=\"who\"><abbr title=\"{name}\">{initials}</abbr> {}</span>",
            clock(at, opened)
        )
    };
    let who: Vec<String> = told.people().into_iter().map(who).collect();
    let at = |time: Option<&str>| time.map_or_else(String::new, |time| clock(time, opened));
    [
        code(&step.id),
        text(&step.title),
        who.join(" "),
        at(told.began()),
        at(told.ended()),
        remarks(step, told, standing, stood(audit, place)),
    ]
}

fn remarks(step: &BoundStep, told: &StepStory, standing: Standing, stood: i64) -> String {
    let mut said = vec![match standing {
        Standing::Done => {
            let worked = (told.seconds() - stood).max(0);
            format!("{} of {} min", length(worked), step.minutes)
        }
        Standing::Skipped => mark("bad", "SKIPPED"),
        Standing::Running => mark("bad", "NOT FINISHED"),
        Standing::Waiting => mark("plain", "NOT REACHED"),
    }];
    if stood > 0 {
        said.push(format!("stood still for {}", length(stood)));
    }
    if told.spans.len() > 1 {
        said.push(format!("gone through {} times", told.spans.len()));
    }
    for number in &told.exceptions {
        said.push(format!(
            "<a class=\"mark warn\" href=\"#e{number}\">E{number}</a>"
        ));
    }
    if !told.faults.is_empty() {
        said.push(format!(
            "<a href=\"#failures\">{}</a>",
            super::markup::counted(told.faults.len(), "failure")
        ));
    }
    said.join("<br>")
}
