//! Lines of an asciicast of version 2 (docs.asciinema.org/manual/asciicast/v2): a header, and then events,
//! each with its seconds since the beginning.

use std::time::Duration;

use serde_json::{Value, json};

use crate::ceremony::state::State;
use crate::safe::safe;

/// What the header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Columns and rows of the first frame.
    pub size: (u16, u16),
    /// When it was begun: seconds since 1970.
    pub timestamp: i64,
    /// What is shown.
    pub title: String,
    /// Kind of the terminal, where it was known.
    pub term: Option<String>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// This was written to the terminal.
    Output(String),
    /// Here something begins.
    Marker(String),
    /// The terminal has this size from here on.
    Resize(u16, u16),
}

/// The title of a ceremony's recording.
pub fn title(state: &State) -> String {
    let rehearsal = if state.rehearsal() { "REHEARSAL: " } else { "" };
    let id = state.opening.as_ref().map_or("", |o| o.ceremony.as_str());
    let title = safe(&state.procedure.plan.title);
    format!("{rehearsal}{title} (ceremony {id})")
}

/// What is said of the step in which the ceremony stands.
pub fn step(state: &State) -> Option<String> {
    let step = state.step()?;
    Some(format!(
        "step {} of {}, {}: {}",
        state.position + 1,
        state.procedure.steps.len(),
        safe(&step.id),
        safe(&step.title)
    ))
}

/// The first line.
pub fn header(header: &Header) -> String {
    let (width, height) = header.size;
    let mut value = json!({
        "version": 2,
        "width": width,
        "height": height,
        "timestamp": header.timestamp,
        "title": header.title,
    });
    if let (Some(term), Some(object)) = (&header.term, value.as_object_mut()) {
        object.insert("env".to_owned(), json!({ "TERM": term }));
    }
    format!("{value}\n")
}

/// A line after it.
pub fn line(at: Duration, happening: &Happening) -> String {
    let (code, text) = match happening {
        Happening::Output(text) => ("o", text.clone()),
        Happening::Marker(text) => ("m", text.clone()),
        Happening::Resize(width, height) => ("r", format!("{width}x{height}")),
    };
    format!(
        "[{}.{:03}, \"{code}\", {}]\n",
        at.as_secs(),
        at.subsec_millis(),
        Value::String(text)
    )
}

/// The value of `TERM`, where it is a name and nothing else.
pub fn harmless(term: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._+".contains(c);
    (!term.is_empty() && term.len() <= 40 && term.chars().all(plain)).then(|| term.to_owned())
}

/// Columns and rows that a first line names; `None` where it is none.
pub fn parse_header(line: &str) -> Option<(u16, u16)> {
    let value: Value = serde_json::from_str(line).ok()?;
    let number = |name: &str| u16::try_from(value.get(name)?.as_u64()?).ok();
    (value.get("version")?.as_u64()? == 2).then_some(())?;
    Some((number("width")?, number("height")?))
}

/// Time of an event, and the size that it gives the terminal; `None` where the line is none.
pub fn parse_line(line: &str) -> Option<(Duration, Option<(u16, u16)>)> {
    let (at, code, text): (f64, String, String) = serde_json::from_str(line).ok()?;
    let at = Duration::try_from_secs_f64(at).ok()?;
    let size = match code.as_str() {
        "o" | "m" => None,
        "r" => {
            let (width, height) = text.split_once('x')?;
            Some((width.parse().ok()?, height.parse().ok()?))
        }
        _ => return None,
    };
    Some((at, size))
}
