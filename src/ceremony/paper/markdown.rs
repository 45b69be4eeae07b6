//! The paper script as Markdown (`CommonMark` with tables).

use std::fmt::Write as _;

use super::{EXCEPTIONS, Paper, Row, SPARE_MATERIALS, WORDS};
use crate::ceremony::plan::ALARMS;
use crate::digest::Sha256;

/// A blank to write on.
const BLANK: &str = "________";

/// Lays the paper out.
pub fn markdown(paper: &Paper) -> String {
    let mut text = String::new();
    if paper.rehearsal() {
        text.push_str("**REHEARSAL. Nothing that is made here may be trusted.**\n\n");
    }
    let _ = writeln!(text, "# {}\n", escape(&paper.title));
    for paragraph in &paper.about {
        let _ = writeln!(text, "{}\n", escape(paragraph));
    }
    let _ = writeln!(
        text,
        "Script: {} (`{}`), SHA-256 `{}`. Budget: {} minutes.\n",
        escape(&paper.script_title),
        paper.script.0,
        paper.script.1.groups().join(" "),
        paper.minutes
    );
    let _ = writeln!(
        text,
        "Date: {BLANK}  Began (UTC): {BLANK}  Ended (UTC): {BLANK}\n"
    );
    plan(&mut text, paper);
    materials(&mut text, paper);
    for (number, act) in (1..).zip(&paper.acts) {
        let _ = writeln!(text, "## Act {number}: {}\n", escape(&act.title));
        heads(&mut text, &["Step", "Activity", "Who", "Initials", "Time"]);
        for row in &act.rows {
            step(&mut text, row);
        }
        text.push('\n');
    }
    boxes(&mut text, paper);
    rehearsal_end(&mut text, paper);
    text
}

fn plan(text: &mut String, paper: &Paper) {
    let Some(plan) = &paper.plan else { return };
    text.push_str("## The plan\n\n");
    heads(text, &["Parameter", "Value"]);
    for (label, value) in &plan.parameters {
        let label = if ALARMS.contains(&label.as_str()) {
            format!("**{}**", escape(label))
        } else {
            escape(label)
        };
        row(text, &[label, escape(value)]);
    }
    text.push('\n');
    heads(text, &["Name", "Initials", "Duty", "Token"]);
    for person in &plan.people {
        row(text, &person.clone().map(|cell| escape(&cell)));
    }
    text.push_str("\n### Digest of the plan, read aloud at the start\n\n");
    digest(text, &plan.digest);
    text.push_str("### Digest of the script, read aloud after it\n\n");
    digest(text, &paper.script.1);
}

fn digest(text: &mut String, digest: &Sha256) {
    let _ = writeln!(text, "`{}`\n", digest.groups().join(" "));
    heads(text, &["", "", "", ""]);
    let words: Vec<String> = (1..)
        .zip(digest.words())
        .map(|(number, word): (usize, _)| format!("{number}. {word}"))
        .collect();
    for line in words.chunks(4) {
        row(text, line);
    }
    text.push('\n');
}

fn materials(text: &mut String, paper: &Paper) {
    text.push_str("## Materials\n\n");
    heads(
        text,
        &[
            "What",
            "Serial or bag number",
            "In: initials, time",
            "Out: initials, time",
        ],
    );
    let spare = std::iter::repeat_n((String::new(), String::new()), SPARE_MATERIALS);
    for (what, number) in paper.materials.iter().cloned().chain(spare) {
        row(
            text,
            &[escape(&what), escape(&number), String::new(), String::new()],
        );
    }
    text.push('\n');
}

fn step(text: &mut String, step: &Row) {
    let say: Vec<String> = step.say.iter().map(|paragraph| escape(paragraph)).collect();
    let who: Vec<String> = step
        .who
        .iter()
        .map(|place| match place.name.as_str() {
            "" => escape(&place.role),
            name => format!("{}: {}", escape(&place.role), escape(name)),
        })
        .collect();
    let lines = vec![BLANK; step.who.len()];
    let blanks = step.blanks.iter().fold(String::new(), |mut text, what| {
        let _ = write!(text, "<br><br>{}: {BLANK}", escape(what));
        text
    });
    row(
        text,
        &[
            format!("`{}`", step.id),
            format!(
                "**{}**<br><br>{}{}",
                escape(&step.title),
                say.join("<br><br>"),
                blanks
            ),
            who.join("<br>"),
            lines.join("<br>"),
            format!("{} min<br>{BLANK}", step.minutes),
        ],
    );
}

fn boxes(text: &mut String, paper: &Paper) {
    text.push_str("## Fingerprints of the keys\n\nWritten by hand, 16 groups of four digits.\n\n");
    for name in &paper.fingerprints {
        let line = ["____"; 8].join(" ");
        let _ = writeln!(text, "{}\n\n    {line}\n    {line}\n", escape(name));
    }
    text.push_str("## Transcript head\n\nWritten by hand, one word for each number.\n\n");
    heads(text, &["", "", "", ""]);
    let words: Vec<String> = (1..=WORDS)
        .map(|number| format!("{number}. {BLANK}"))
        .collect();
    for line in words.chunks(4) {
        row(text, line);
    }
    text.push_str("\n## Exceptions\n\n");
    heads(
        text,
        &[
            "No.",
            "Step",
            "Expected",
            "Happened",
            "Decided",
            "By (two people)",
            "Time",
        ],
    );
    for number in 1..=EXCEPTIONS {
        let mut cells = vec![format!("E{number}")];
        cells.resize(7, String::new());
        row(text, &cells);
    }
    text.push_str("\n## Signatures\n\n");
    heads(text, &["Name", "Duty", "Signature", "Date and time (UTC)"]);
    for (name, duty) in &paper.signatures {
        row(
            text,
            &[escape(name), duty.clone(), String::new(), String::new()],
        );
    }
}

fn rehearsal_end(text: &mut String, paper: &Paper) {
    if paper.rehearsal() {
        text.push_str("\n**REHEARSAL. Nothing that was made here may be trusted.**\n");
    }
}

fn heads(text: &mut String, names: &[&str]) {
    let cells: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    row(text, &cells);
    row(text, &vec!["---".to_owned(); names.len()]);
}

fn row(text: &mut String, cells: &[String]) {
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

/// Text from outside, so that it is shown as it is (`CommonMark`, section 2.4).
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '&' | '$' | '!' => {
                escaped.push('\\');
                escaped.push(c);
            }
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
