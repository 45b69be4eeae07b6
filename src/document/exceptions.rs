//! What went otherwise than written.

use std::fmt::Write as _;

use super::Audit;
use super::markup::{Table, code, facts, lines, paragraph, text};
use super::times::clock;
use crate::ceremony::chronicle::Turn;
use crate::ceremony::state::Standing;
use crate::report;
use crate::transcript::audit::{EXCEPTIONS, FOLLOWED};

pub fn section(page: &mut String, audit: &Audit<'_>) {
    audit.checked_by(page, &[EXCEPTIONS, FOLLOWED]);
    let (state, story) = (audit.state, audit.chronicle);
    if state.exceptions.is_empty() {
        paragraph(page, "", "No exception is on record.");
    }
    for (number, exception) in state.exceptions.iter().enumerate() {
        let mark = story.exceptions.get(number);
        let step = mark.and_then(|mark| state.procedure.steps.get(mark.step).zip(Some(mark)));
        let _ = writeln!(
            page,
            "<article class=\"exception\" id=\"e{0}\">\n<h3>Exception E{0}</h3>",
            exception.number
        );
        let mut rows = Vec::new();
        if let Some((step, mark)) = step {
            rows.push((
                "At step",
                format!("{} {}", code(&step.id), text(&step.title)),
            ));
            rows.push(("Time (UTC)", clock(&mark.at, &story.from)));
            if state.standing.get(mark.step) == Some(&Standing::Skipped) {
                rows.push((
                    "Consequence",
                    "<b class=\"bad\">The step was skipped.</b>".to_owned(),
                ));
            }
        }
        rows.push(("Expected", lines(&exception.expected)));
        rows.push(("Happened", lines(&exception.happened)));
        rows.push(("Decided", lines(&exception.decided)));
        rows.push(("By", audit.people(&exception.by)));
        facts(page, "As it was logged in the room", &rows);
        page.push_str("</article>\n");
    }
    decisions(page, audit);
    failures(page, audit);
}

/// Turns that are no entries of the exception log, and that the script does not foresee either.
fn decisions(page: &mut String, audit: &Audit<'_>) {
    let (story, plan) = (audit.chronicle, &audit.state.procedure.plan);
    if story.decisions.is_empty() {
        return;
    }
    page.push_str("<h3>Decisions</h3>\n");
    let heads = ["At step", "Time", "What was decided", "By"];
    let caption = "What was decided and is not in the script";
    let mut table = Table::open(page, "decisions", caption, &heads);
    for decision in &story.decisions {
        let step = audit.state.procedure.steps.get(decision.mark.step);
        let what = match &decision.turn {
            Turn::Aborted(reason) => {
                format!(
                    "<b class=\"bad\">To abort the ceremony</b>: {}",
                    lines(reason)
                )
            }
            Turn::Withdrawn(reason) => format!("To withdraw the content: {}", lines(reason)),
            Turn::TokenReplaced(key) => format!(
                "To go on with the spare token for the key of {}",
                text(&plan.name_of_key(key))
            ),
            Turn::LogGivenUp => "To go on without a copy on a LOG medium".to_owned(),
        };
        table.row(&[
            step.map_or_else(String::new, |step| code(&step.id)),
            clock(&decision.mark.at, &story.from),
            what,
            audit.people(&decision.by),
        ]);
    }
    table.close();
}

/// What failed and was overcome, or not: no exceptions, but what an auditor asks about.
fn failures(page: &mut String, audit: &Audit<'_>) {
    let story = audit.chronicle;
    let failed = story.steps.iter().any(|step| !step.faults.is_empty());
    page.push_str("<h3 id=\"failures\">Failures</h3>\n");
    if !failed {
        paragraph(page, "", "No token, medium or file failed.");
        return;
    }
    let heads = ["At step", "What happened", "What was not changed by it"];
    let caption = "What failed, in the order of the steps; the program was told so and recorded it";
    let mut table = Table::open(page, "failures", caption, &heads);
    for (step, told) in audit.state.procedure.steps.iter().zip(&story.steps) {
        for fault in &told.faults {
            let words = report::fault(fault);
            let said = |words: &str| {
                if audit.withheld.is_some() {
                    text("withheld")
                } else {
                    text(words)
                }
            };
            table.row(&[
                code(&step.id),
                said(&words.happened),
                said(&words.unchanged),
            ]);
        }
    }
    table.close();
}
