//! The paper script as Markdown (`CommonMark` with tables).

use std::fmt::Write as _;

use super::{EXCEPTIONS, Filled, Paper, Row, SPARE_MATERIALS, WORDS};
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
    if let Some(alarm) = paper
        .filled
        .as_ref()
        .and_then(|filled| filled.alarm.as_ref())
    {
        let _ = writeln!(text, "**{}**\n", escape(alarm));
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
    let _ = match &paper.filled {
        None => writeln!(
            text,
            "Date: {BLANK}  Began (UTC): {BLANK}  Ended (UTC): {BLANK}\n"
        ),
        Some(filled) => writeln!(
            text,
            "Filled in from the record.\n\nDate: {}  Began and ended (UTC): {}\n",
            escape(&filled.day),
            escape(&filled.times)
        ),
    };
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
    let lines: Vec<String> = match &step.done {
        None => vec![BLANK.to_owned(); step.who.len()],
        Some(done) => {
            let typed = done.initials.iter();
            let typed =
                typed.map(|(initials, at)| format!("**{}** {}", escape(initials), escape(at)));
            typed.collect()
        }
    };
    let time = match &step.done {
        None => BLANK.to_owned(),
        Some(done) => {
            let remarks = done
                .remarks
                .iter()
                .map(|remark| format!("**{}**", escape(remark)));
            let (from, to) = (escape(&done.times.0), escape(&done.times.1));
            [from, to]
                .into_iter()
                .chain(remarks)
                .collect::<Vec<_>>()
                .join("<br>")
        }
    };
    let blanks = step
        .blanks
        .iter()
        .fold(String::new(), |mut text, (what, value)| {
            let value = if value.is_empty() {
                BLANK.to_owned()
            } else {
                escape(value)
            };
            let _ = write!(text, "<br><br>{}: {value}", escape(what));
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
            format!("{} min<br>{time}", step.minutes),
        ],
    );
}

fn boxes(text: &mut String, paper: &Paper) {
    text.push_str("## Fingerprints of the keys\n\n");
    if paper.filled.is_none() {
        text.push_str("Written by hand, 16 groups of four digits.\n\n");
    }
    for print in &paper.fingerprints {
        let _ = writeln!(text, "{}\n", escape(&print.name));
        if let Some(listed) = &print.listed {
            let _ = writeln!(
                text,
                "Key id in published metadata: `{}`\n",
                listed.groups().join(" ")
            );
        }
        match (&print.fingerprint, &paper.filled) {
            (Some(fingerprint), _) => digest(text, fingerprint),
            (None, Some(_)) => text.push_str("No key of this name was in hand.\n\n"),
            (None, None) => {
                let line = ["____"; 8].join(" ");
                let _ = writeln!(text, "    {line}\n    {line}\n");
            }
        }
    }
    text.push_str("## Transcript head\n\n");
    if let Some(filled) = &paper.filled {
        digest(text, &filled.head);
    } else {
        text.push_str("Written by hand, one word for each number.\n\n");
        heads(text, &["", "", "", ""]);
        let words: Vec<String> = (1..=WORDS)
            .map(|number| format!("{number}. {BLANK}"))
            .collect();
        for line in words.chunks(4) {
            row(text, line);
        }
    }
    text.push_str("\n## Exceptions\n\n");
    exceptions(text, paper);
    text.push_str("\n## Signatures\n\n");
    heads(text, &["Name", "Duty", "Signature", "Date and time (UTC)"]);
    for (name, duty) in &paper.signatures {
        row(
            text,
            &[escape(name), duty.clone(), String::new(), String::new()],
        );
    }
}

fn exceptions(text: &mut String, paper: &Paper) {
    let none = |filled: &Filled| filled.exceptions.is_empty();
    if paper.filled.as_ref().is_some_and(none) {
        text.push_str("No exception is on record.\n");
        return;
    }
    let by = if paper.filled.is_some() {
        "By"
    } else {
        "By (two people)"
    };
    heads(
        text,
        &["No.", "Step", "Expected", "Happened", "Decided", by, "Time"],
    );
    match &paper.filled {
        None => {
            for number in 1..=EXCEPTIONS {
                let mut cells = vec![format!("E{number}")];
                cells.resize(7, String::new());
                row(text, &cells);
            }
        }
        Some(filled) => logged(text, filled),
    }
}

fn logged(text: &mut String, filled: &Filled) {
    for entry in &filled.exceptions {
        let texts = [
            &entry.step,
            &entry.expected,
            &entry.happened,
            &entry.decided,
            &entry.by,
            &entry.time,
        ];
        let number = std::iter::once(format!("E{}", entry.number));
        let cells: Vec<String> = number.chain(texts.map(|text| escape(text))).collect();
        row(text, &cells);
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
            '\n' => escaped.push(' '),
            c if c.is_control() => escaped.push_str(&crate::safe::safe(&c.to_string())),
            c => escaped.push(c),
        }
    }
    escaped
}
