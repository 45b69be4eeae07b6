//! The staged root as a file that leaves this machine.

use std::path::Path;

use crate::cli::output::done;
use crate::cli::{Failure, notice, now};
use crate::envelope::{Draft, Envelope, Kind, Payload};
use crate::journal::{is_there, write_whole};
use crate::repo::words::path as word;
use crate::repo::{Place, root::StagedRoot};
use crate::safe::safe;

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An envelope of kind `staged-role`.
    Envelope,
    /// The file itself.
    Plain,
}

/// The form that a name asks for; a name that is taken is refused.
pub fn form(output: &Path) -> Result<Form, Failure> {
    let form = match output.extension().and_then(|ending| ending.to_str()) {
        Some("rse") => Form::Envelope,
        Some("json") => Form::Plain,
        _ => {
            return Err(Failure::call(format!(
                "-o {}: the name must end in .rse for an envelope or in .json for the plain root. \
                 Nothing was changed.",
                safe(&output.display().to_string())
            )));
        }
    };
    if output.exists() {
        return Err(Failure::call(format!(
            "{}: there is something of this name. It was left as it is, and nothing was changed. \
             Choose another name.",
            safe(&output.display().to_string())
        )));
    }
    Ok(form)
}

/// Writes the staged root.
pub fn write(root: &StagedRoot, output: &Path, form: Form) -> Result<(), Failure> {
    let failed = |reason: &dyn std::fmt::Display| {
        Failure::surroundings(format!(
            "{}: {reason}. The root is staged; this file was not written. Write it with: \
             rootstage repo export root",
            safe(&output.display().to_string())
        ))
    };
    let bytes = match form {
        Form::Plain => root.bytes.clone(),
        Form::Envelope => {
            let envelope = Envelope::pack(Draft {
                kind: Kind::StagedRole,
                ceremony: None,
                created: now(),
                from: None,
                note: None,
                payloads: vec![Payload {
                    name: "root.json".to_owned(),
                    bytes: root.bytes.clone(),
                }],
            });
            let envelope = envelope.map_err(|error| failed(&error))?;
            envelope.to_file().map_err(|error| failed(&error))?
        }
    };
    let there = is_there(output, &bytes);
    write_whole(output, &bytes).map_err(|error| failed(&error))?;
    notice(&format!("{} ({} bytes)", done(output, there), bytes.len()));
    Ok(())
}

/// What to do with it, step by step.
pub fn next(place: &Place, root: &StagedRoot, output: Option<&Path>) -> Vec<String> {
    let command = |words: &str| crate::repo::words::command(place, words);
    let mut steps = Vec::new();
    let name = format!("root-{}.rse", root.version);
    let file = output.map_or_else(
        || {
            steps.push(command(&format!("export root -o {name}")));
            name.clone()
        },
        word,
    );
    let trusted = root.published.map(|version| {
        let path = place.repository().join(format!("{version}.root.json"));
        (word(&path), format!("{version}.root.json"))
    });
    match &trusted {
        Some((path, _)) => steps.push(format!(
            "carry {file} and {path} to where the root keys are"
        )),
        None => steps.push(format!("carry {file} to where the root keys are")),
    }
    let plain = match output {
        Some(path) if form_of(path) == Form::Plain => file,
        _ => {
            steps.push(format!("there: rootstage envelope open {file} -o staged"));
            "staged/root.json".to_owned()
        }
    };
    let option = trusted.map_or_else(String::new, |(_, name)| format!(" --trusted {name}"));
    if !option.is_empty() {
        steps.push(format!(
            "there, with everybody in one room: rootstage plan new --script sign-staged{option} --staged {plain} -o plan.toml, \
             and when it is filled in: rootstage run plan.toml --dir ceremony"
        ));
    }
    let one = if option.is_empty() {
        "there, one keyholder after the other"
    } else {
        "or one keyholder after the other"
    };
    steps.push(format!(
        "{one}: rootstage sign {plain}{option} --token TOKEN --name NAME --initials LETTERS -o signed"
    ));
    steps.push(command("import-root FILE…"));
    steps
}

fn form_of(output: &Path) -> Form {
    if output.extension().is_some_and(|ending| ending == "json") {
        Form::Plain
    } else {
        Form::Envelope
    }
}
