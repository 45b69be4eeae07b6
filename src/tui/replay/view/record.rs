//! The record: what it changed, then all that it says.

use ratatui::text::Line;
use serde_json::Value;

use super::super::{Replay, times};
use super::bars::actor;
use crate::safe::safe;
use crate::tui::glyphs::DOT;
use crate::tui::pen::{Pen, Text};
use crate::tui::theme::Role;
use crate::tui::widgets::digest;

/// Most lines of a body: a targets file in a record has a hundred thousand.
const MOST: usize = 4000;

/// What the record changed, a bullet each.
pub fn changes(pen: Pen, replay: &Replay, width: usize) -> Text {
    let mut text = Text::new();
    if let Some(objection) = replay.verdict.objection(replay.at()) {
        let words = format!("The audit objects to this record: {objection}");
        text.extend(pen.wrapped(Role::AlertError, &words, 1, width));
    }
    for change in replay.changes() {
        let mut lines = pen.wrapped(Role::Text, &change.sentence, 3, width);
        if let Some(first) = lines.first_mut() {
            let words = first.to_string();
            *first = Line::from(vec![
                pen.span(Role::Guidance, format!(" {DOT} ")),
                pen.span(Role::Text, words.trim_start().to_owned()),
            ]);
        }
        text.extend(lines);
    }
    text
}

/// Everything.
pub fn lines(pen: Pen, replay: &Replay, width: usize) -> Text {
    let width = width.saturating_sub(1);
    let mut text = vec![pen.line(Role::Title, " What it changed")];
    text.extend(changes(pen, replay, width));
    text.push(Line::default());
    let Some(record) = replay.tape.record(replay.at()) else {
        return text;
    };
    text.push(pen.line(Role::Title, " The record"));
    let step = replay.tape.step(replay.at());
    let title = replay.tape.procedure().steps.get(step);
    let title = title.map_or(String::new(), |step| safe(&step.title));
    let at = format!(
        "{}, {} ms after the opening",
        times::shown(record.at),
        record.mono
    );
    for (label, value) in [
        (" Number", record.seq.to_string()),
        (" Kind", record.kind.to_owned()),
        (" By", actor(replay)),
        (" When", at),
        (" Step", format!("{} {title}", record.step)),
    ] {
        text.extend(pen.fact(label, value.trim(), 8, Role::Text, width));
    }
    text.push(pen.line(Role::Dim, " Head of the transcript with it"));
    text.extend(digest::hex(pen, &replay.state().head, 3));
    text.push(Line::default());
    text.push(pen.line(Role::Title, " Its body"));
    match serde_json::from_str::<Value>(record.body) {
        Ok(Value::Object(body)) if body.is_empty() => {
            text.extend(pen.wrapped(Role::Text, "Nothing: its kind says it all.", 3, width));
        }
        Ok(Value::Object(body)) => {
            let room = MOST + text.len();
            for (name, of) in &body {
                value(pen, Some(name), of, 3, width, room, &mut text);
            }
            if text.len() >= room {
                text.push(pen.line(Role::AlertWarn, " and more, which is in transcript.jsonl"));
            }
        }
        _ => text.extend(pen.wrapped(Role::Text, &safe(record.body), 3, width)),
    }
    text
}

/// A value of JSON as indented lines: `name: value`, without braces.
fn value(
    pen: Pen,
    name: Option<&str>,
    of: &Value,
    indent: usize,
    width: usize,
    room: usize,
    text: &mut Text,
) {
    if text.len() >= room {
        return;
    }
    let label = name.map_or(format!("{:indent$}- ", ""), |name| {
        format!("{:indent$}{}: ", "", safe(name))
    });
    let leaf = match of {
        Value::Object(members) if !members.is_empty() => {
            text.push(pen.line(Role::Dim, label.trim_end().to_owned()));
            for (name, of) in members {
                value(pen, Some(name), of, indent + 2, width, room, text);
            }
            return;
        }
        Value::Array(items) if !items.is_empty() => {
            text.push(pen.line(Role::Dim, label.trim_end().to_owned()));
            for of in items {
                value(pen, None, of, indent + 2, width, room, text);
            }
            return;
        }
        Value::Object(_) => "nothing more".to_owned(),
        Value::Array(_) => "none".to_owned(),
        Value::String(words) => safe(words),
        other => other.to_string(),
    };
    let mut lines = pen.wrapped(
        Role::Text,
        &format!("{}{leaf}", label.trim_start()),
        indent,
        width,
    );
    lines.truncate(room.saturating_sub(text.len()));
    text.extend(lines);
}
