//! `script list|show|check|print`: what each says, as text and as JSON. Reading files, writing
//! output and exit codes are the caller's.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::ceremony::plan::Mode;
use crate::ceremony::problem::{Problem, Problems};
use crate::ceremony::script::{Each, Script};
use crate::ceremony::scripts;

/// Columns of running text.
pub const COLUMNS: usize = 78;

/// The shipped scripts, or those of them that parse; a test holds that all do.
fn shipped() -> Vec<Script> {
    scripts::shipped()
        .iter()
        .filter_map(|(_, bytes)| Script::parse(bytes).ok())
        .collect()
}

/// `script list`.
pub fn list() -> String {
    let mut text = String::new();
    for script in shipped() {
        let size = format!("{} steps in {} acts", steps(&script), script.acts.len());
        let _ = writeln!(text, "{:<32}{:<12}{size}", script.name, mode(script.mode));
        wrapped(&mut text, &script.about, "    ");
        text.push('\n');
    }
    text.push_str(
        "Read one:    rootstage script show NAME\nOn paper:    rootstage script print NAME\n",
    );
    text
}

/// `script list --json`.
pub fn list_json() -> Value {
    let scripts: Vec<Value> = shipped()
        .iter()
        .map(|script| {
            json!({
                "name": script.name,
                "title": script.title,
                "mode": mode(script.mode),
                "about": script.about,
                "acts": script.acts.len(),
                "steps": steps(script),
                "minutes": minutes(script),
                "sha256": script.digest.hex(),
            })
        })
        .collect();
    json!({ "scripts": scripts })
}

/// `script show`.
pub fn show(script: &Script) -> String {
    let mut text = format!("{}\n", script.title);
    wrapped(&mut text, &script.about, "");
    let _ = writeln!(
        text,
        "\nname     {}\nmode     {}\nbudget   {} minutes, steps for each keyholder counted once",
        script.name,
        mode(script.mode),
        minutes(script)
    );
    let groups = script.digest.groups();
    for (number, line) in groups.chunks(8).enumerate() {
        let label = if number == 0 { "SHA-256" } else { "" };
        let _ = writeln!(text, "{label:<9}{}", line.join(" "));
    }
    for (number, act) in (1..).zip(&script.acts) {
        let _ = writeln!(text, "\nAct {number}: {}", act.title);
        for step in &act.steps {
            let each = match step.each {
                Each::Once => String::new(),
                each => format!(", for {}", each.words().to_lowercase()),
            };
            let by: Vec<&str> = step.by.iter().map(|answerer| answerer.name()).collect();
            let _ = writeln!(
                text,
                "\n  {} [{}]\n  {}{each}\n  {}; {} min",
                step.id,
                step.kind,
                step.title,
                if by.is_empty() {
                    "nobody answers".to_owned()
                } else {
                    by.join(" and ")
                },
                step.minutes
            );
            for paragraph in crate::ceremony::plain::paragraphs(&step.say) {
                text.push('\n');
                wrapped(&mut text, &paragraph, "      ");
            }
        }
    }
    text
}

/// `script show --json`.
pub fn show_json(script: &Script) -> Value {
    let acts: Vec<Value> = script
        .acts
        .iter()
        .map(|act| {
            let steps: Vec<Value> = act
                .steps
                .iter()
                .map(|step| {
                    let by: Vec<&str> = step.by.iter().map(|answerer| answerer.name()).collect();
                    json!({
                        "id": step.id,
                        "kind": step.kind,
                        "title": step.title,
                        "by": by,
                        "each": (step.each == Each::Keyholder).then_some("keyholder"),
                        "minutes": step.minutes,
                        "say": step.say,
                    })
                })
                .collect();
            json!({ "id": act.id, "title": act.title, "steps": steps })
        })
        .collect();
    json!({
        "name": script.name,
        "title": script.title,
        "mode": mode(script.mode),
        "about": script.about,
        "sha256": script.digest.hex(),
        "acts": acts,
    })
}

/// `script check`: everything that is wrong, or what was read.
pub fn check(file: &str, outcome: &Result<Script, Problems>) -> String {
    match outcome {
        Ok(script) => format!(
            "{file}: a script without faults: {} ({}), {} steps in {} acts\nSHA-256 {}\n",
            script.name,
            mode(script.mode),
            steps(script),
            script.acts.len(),
            script.digest.groups().join(" ")
        ),
        Err(problems) => faults(file, problems),
    }
}

/// `script check --json`.
pub fn check_json(file: &str, outcome: &Result<Script, Problems>) -> Value {
    let none = Problems::default();
    json!({
        "file": file,
        "ok": outcome.is_ok(),
        "sha256": outcome.as_ref().ok().map(|script| script.digest.hex()),
        "problems": problems_json(outcome.as_ref().err().unwrap_or(&none)),
    })
}

/// Every problem on a line of its own, and how many there are.
pub fn faults(file: &str, problems: &Problems) -> String {
    let count = match problems.len() {
        1 => "1 problem.".to_owned(),
        many => format!("{many} problems."),
    };
    format!("{}{count}\n", problems.in_file(file))
}

/// Problems as JSON.
pub fn problems_json(problems: &Problems) -> Value {
    let one = |problem: &Problem| json!({ "line": problem.line, "key": problem.key, "sentence": problem.sentence });
    problems.iter().map(one).collect()
}

/// The word for a mode.
pub fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Production => "production",
        Mode::Rehearsal => "rehearsal",
    }
}

fn steps(script: &Script) -> usize {
    script.acts.iter().map(|act| act.steps.len()).sum()
}

fn minutes(script: &Script) -> u32 {
    script
        .acts
        .iter()
        .flat_map(|act| &act.steps)
        .map(|step| step.minutes)
        .sum()
}

/// Adds a text in lines of [`COLUMNS`].
pub fn wrapped(text: &mut String, words: &str, indent: &str) {
    let mut column = 0;
    for word in words.split_whitespace() {
        let width = unicode_width::UnicodeWidthStr::width(word);
        if column == 0 {
            text.push_str(indent);
            column = indent.len();
        } else if column + 1 + width > COLUMNS {
            text.push('\n');
            text.push_str(indent);
            column = indent.len();
        } else {
            text.push(' ');
            column += 1;
        }
        text.push_str(word);
        column += width;
    }
    text.push('\n');
}
