//! The day as a chart: acts against their budgets, where it stood still, where something went otherwise.
//!
//! The chart has no fixed width: places are parts of the whole, texts keep their size.

mod scale;

use std::fmt::Write as _;

use super::Audit;
use super::markup::{Table, code, counted, paragraph, text};
use super::times::{clock, length};
use crate::ceremony::chronicle::{Cause, Span, between};
use crate::ceremony::state::Standing;
use crate::transcript::audit::CHAIN;
use scale::Scale;

/// Height of an act in the chart, in CSS pixels.
const ROW: usize = 54;
/// Height of the axis.
const AXIS: usize = 30;

/// What is known of an act.
struct Act<'a> {
    title: &'a str,
    /// From its first step to its last, where it was begun.
    span: Option<Span>,
    /// Seconds that its steps took, without those in which the ceremony stood still.
    took: i64,
    budget: i64,
    /// Whether each of its steps was done or left out.
    whole: bool,
}

pub fn section(page: &mut String, audit: &Audit<'_>) {
    audit.checked_by(page, &[CHAIN]);
    let steps = audit
        .state
        .procedure
        .steps
        .iter()
        .zip(&audit.state.standing);
    let mut compared = steps.filter(|(step, _)| step.kind == "clock");
    let sentence = if compared.any(|(_, standing)| *standing == Standing::Done) {
        "Times are those of the machine's clock, UTC, which people in the room compared with their own watches."
    } else {
        "Times are those of the machine's clock, UTC, which nobody compared with a watch."
    };
    let still = if audit.chronicle.halts.is_empty() {
        " The ceremony was never left and never interrupted."
    } else {
        ""
    };
    paragraph(page, "recorded", &format!("{sentence}{still}"));
    let acts = acts(audit);
    chart(page, audit, &acts);
    let heads = ["Act", "From", "To", "Took", "Budget", "Difference"];
    let caption = "Acts: time without standstill, against the script's budget";
    let mut table = Table::open(page, "acts", caption, &heads);
    let opened = &audit.chronicle.from;
    for (number, act) in (1..).zip(&acts) {
        let at = |time: Option<&str>| {
            time.map_or_else(|| "&ndash;".to_owned(), |time| clock(time, opened))
        };
        let span = act.span.as_ref();
        let over = act.took - act.budget;
        table.row(&[
            format!("{number}: {}", text(act.title)),
            at(span.map(|span| span.from.as_str())),
            at(span.and_then(|span| span.to.as_deref())),
            length(act.took),
            length(act.budget),
            match (span, over) {
                (None, _) => "not begun".to_owned(),
                (Some(_), ..=0) if !act.whole => "not finished".to_owned(),
                (_, 1..) => format!("<b class=\"late\">{} over</b>", length(over)),
                (_, _) => format!("{} under", length(-over)),
            },
        ]);
    }
    table.close();
    halts(page, audit);
}

fn acts<'a>(audit: &Audit<'a>) -> Vec<Act<'a>> {
    let (state, story) = (audit.state, audit.chronicle);
    let acts = state.procedure.script.acts.iter().enumerate();
    let act = |(number, act): (usize, &'a crate::ceremony::script::Act)| {
        let of_act = |step: usize| {
            let bound = state.procedure.steps.get(step);
            bound.is_some_and(|bound| bound.act == number)
        };
        let steps = story.steps.iter().enumerate();
        let worked: i64 = steps
            .filter(|(step, _)| of_act(*step))
            .map(|(_, told)| told.seconds())
            .sum();
        let stood: i64 = story
            .halts
            .iter()
            .filter(|halt| of_act(halt.step))
            .filter_map(|halt| between(&halt.from, &halt.to))
            .sum();
        let budget = state
            .procedure
            .steps
            .iter()
            .filter(|step| step.act == number);
        let standing = state.procedure.steps.iter().zip(&state.standing);
        let mut standing = standing.filter(|(step, _)| step.act == number);
        Act {
            whole: standing.all(|(_, at)| matches!(at, Standing::Done | Standing::Skipped)),
            title: &act.title,
            span: story.act(state, number),
            took: (worked - stood).max(0),
            budget: budget.map(|step| i64::from(step.minutes) * 60).sum(),
        }
    };
    acts.map(act).collect()
}

fn chart(page: &mut String, audit: &Audit<'_>, acts: &[Act<'_>]) {
    let story = audit.chronicle;
    if story.from.is_empty() || acts.is_empty() {
        return;
    }
    let scale = Scale::new(story, acts);
    let height = acts.len() * ROW + AXIS;
    let _ = writeln!(
        page,
        "<figure class=\"chart\">\n<svg width=\"100%\" height=\"{height}\" role=\"img\" \
         aria-labelledby=\"chart-title chart-text\"><title id=\"chart-title\">Timeline</title>\
         <desc id=\"chart-text\">{}</desc>\n<defs><pattern id=\"still\" width=\"6\" height=\"6\" \
         patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect class=\"hatch\" width=\"2\" \
         height=\"6\"/></pattern></defs>",
        described(acts)
    );
    let floor = acts.len() * ROW;
    for halt in &story.halts {
        let (from, to) = (scale.of(&halt.from), scale.of(&halt.to));
        let _ = writeln!(
            page,
            "<rect x=\"{}\" y=\"0\" width=\"{}\" height=\"{floor}\" fill=\"url(#still)\"/>",
            scale.part(from),
            scale.part(to - from)
        );
    }
    for (number, act) in acts.iter().enumerate() {
        row(page, audit, &scale, number, act);
    }
    axis(page, &scale, &story.to, floor);
    page.push_str("</svg>\n<figcaption>");
    let still = if scale.shortened() {
        "standstill, a long one drawn shorter than it was"
    } else {
        "standstill"
    };
    for (key, words) in [
        ("took", "what an act took, step by step"),
        ("over", "beyond its budget"),
        ("budget", "its budget"),
        ("still", still),
        ("except", "exception"),
    ] {
        let _ = write!(
            page,
            "<span class=\"legend\"><span class=\"key {key}\"></span> {words}</span> "
        );
    }
    page.push_str("</figcaption>\n</figure>\n");
}

fn described(acts: &[Act<'_>]) -> String {
    let act = |(number, act): (usize, &Act<'_>)| {
        format!(
            "Act {}: {} of a budget of {}.",
            number + 1,
            length(act.took),
            length(act.budget)
        )
    };
    let acts: Vec<String> = acts.iter().enumerate().map(act).collect();
    acts.join(" ")
}

/// The number of an act, and as much of its title as fits beside its times on a narrow page.
fn named(number: usize, title: &str) -> String {
    const FITS: usize = 14;
    let mut shown: String = title.chars().take(FITS).collect();
    if shown.len() < title.len() {
        shown = format!("{}\u{2026}", shown.trim_end());
    }
    format!("{}: {shown}", number + 1)
}

fn row(page: &mut String, audit: &Audit<'_>, scale: &Scale<'_>, number: usize, act: &Act<'_>) {
    let (story, top) = (audit.chronicle, number * ROW);
    let words = match &act.span {
        None => "not begun".to_owned(),
        Some(_) => format!("{} of {}", length(act.took), length(act.budget)),
    };
    let _ = writeln!(
        page,
        "<text x=\"0\" y=\"{}\">{}</text><text x=\"100%\" y=\"{0}\" class=\"far\">{words}</text>",
        top + 15,
        text(&named(number, act.title))
    );
    let Some(span) = &act.span else { return };
    let from = scale.of(&span.from);
    let limit = from + act.budget;
    let _ = writeln!(
        page,
        "<rect class=\"budget\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"17\"/>",
        scale.part(from),
        top + 30,
        scale.part(act.budget)
    );
    for (step, told) in story.steps.iter().enumerate() {
        let bound = audit.state.procedure.steps.get(step);
        let Some(bound) = bound.filter(|bound| bound.act == number) else {
            continue;
        };
        for span in &told.spans {
            let from = scale.of(&span.from);
            let to = scale.of(span.to.as_deref().unwrap_or(&story.to));
            let class = if act.took > act.budget && to > limit {
                "over"
            } else {
                "took"
            };
            let _ = writeln!(
                page,
                "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"11\"><title>{}</title></rect>",
                scale.part(from),
                top + 33,
                scale.part(to - from),
                text(&bound.id)
            );
        }
    }
    // a step that was interrupted is not worked on in between
    for halt in &story.halts {
        let bound = audit.state.procedure.steps.get(halt.step);
        if bound.is_some_and(|bound| bound.act == number) {
            let (from, to) = (scale.of(&halt.from), scale.of(&halt.to));
            let (x, width, y) = (scale.part(from), scale.part(to - from), top + 33);
            for fill in ["class=\"ground\"", "fill=\"url(#still)\""] {
                let _ = writeln!(
                    page,
                    "<rect {fill} x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"11\"/>"
                );
            }
        }
    }
    let logged = audit.state.exceptions.iter().zip(&story.exceptions);
    for (exception, at) in logged {
        let bound = audit.state.procedure.steps.get(at.step);
        if bound.is_some_and(|bound| bound.act == number) {
            let x = scale.part(scale.of(&at.at));
            let _ = writeln!(
                page,
                "<svg x=\"{x}\" y=\"{}\" overflow=\"visible\"><path class=\"except\" d=\"M0 0l5 -8h-10z\"/>\
                 <title>E{}</title></svg>",
                top + 29,
                exception.number
            );
        }
    }
}

fn axis(page: &mut String, scale: &Scale<'_>, last: &str, floor: usize) {
    let total = scale.of(last);
    // what was left out of the picture is part of the time
    let left_out = between(scale.from, last).unwrap_or(0) - total;
    let _ = writeln!(
        page,
        "<rect class=\"axis\" x=\"0\" y=\"{floor}\" width=\"100%\" height=\"1\"/>\
         <text x=\"0\" y=\"{0}\">{1}</text><text x=\"100%\" y=\"{0}\" class=\"far\">+ {2}</text>",
        floor + 18,
        clock(scale.from, scale.from),
        length(scale.seconds + left_out)
    );
    // the last record, where the scale goes on behind it
    if total * 10 > scale.seconds * 3 && total * 10 < scale.seconds * 8 {
        let x = scale.part(total);
        let _ = writeln!(
            page,
            "<rect class=\"axis\" x=\"{x}\" y=\"{}\" width=\"1\" height=\"6\"/>\
             <text x=\"{x}\" y=\"{}\" class=\"middle\">end</text>",
            floor - 3,
            floor + 18
        );
    }
}

fn halts(page: &mut String, audit: &Audit<'_>) {
    let story = audit.chronicle;
    if story.halts.is_empty() {
        return;
    }
    let heads = ["No.", "At step", "From", "To", "Length", "Why"];
    let caption = "Where the ceremony stood still";
    let mut table = Table::open(page, "halts", caption, &heads);
    for (number, halt) in (1..).zip(&story.halts) {
        let bound = audit.state.procedure.steps.get(halt.step);
        let why = match &halt.cause {
            Cause::Left(reason) => format!("break: {}", text(reason)),
            Cause::Interrupted => {
                "<b>interrupted</b>, without a word in the record before".to_owned()
            }
        };
        let cut = match halt.cut_bytes {
            0 => String::new(),
            bytes => format!(
                "; {} of a torn record were cut",
                counted(usize::try_from(bytes).unwrap_or(usize::MAX), "byte")
            ),
        };
        let length_of = between(&halt.from, &halt.to).map_or_else(String::new, length);
        table.row(&[
            format!("{number}"),
            bound.map_or_else(String::new, |bound| code(&bound.id)),
            clock(&halt.from, &story.from),
            clock(&halt.to, &story.from),
            length_of,
            format!("{why}{cut}"),
        ]);
    }
    table.close();
}
