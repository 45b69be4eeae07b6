//! The open question: title, words, facts, digest, choices, document.

use ratatui::text::Line;
use unicode_width::UnicodeWidthStr;

use crate::ceremony::ask::{Ask, Form};
use crate::ceremony::state::State;
use crate::ceremony::withdraw::withdrawable;
use crate::safe::safe;
use crate::tui::bindings::{self, Act};
use crate::tui::pen::{Pen, Text, wrap};
use crate::tui::screens::document;
use crate::tui::theme::Role;
use crate::tui::widgets::digest;

/// Widest line of text for reading.
const MEASURE: usize = 78;

/// A question, drawn.
pub struct Drawn {
    /// Its lines.
    pub text: Text,
    /// Where its sections begin: the question itself, and those of the document.
    pub sections: Vec<usize>,
}

/// The body. `tight` leaves out blank lines, where that brings everything on screen.
pub fn body(pen: Pen, ask: &Ask, state: &State, pane: usize, tight: bool) -> Drawn {
    let mut text = question(pen, ask, state, pane, tight);
    let mut sections = vec![0];
    if let Some(document) = &ask.document {
        let width = pane.min(MEASURE).saturating_sub(1);
        let mut parts = document::sections(pen, document, pane.saturating_sub(1), width);
        // last, so that it is beside the fields for its words once all was read
        if let Some(shown) = &ask.digest {
            let title = format!("TO READ BACK: {}", safe(&shown.of));
            let mut part = vec![document::heading(pen, &title, width)];
            part.extend(digest::grid(pen, &shown.sha256));
            parts.push(part);
        }
        for section in parts {
            if !tight {
                text.push(Line::default());
            }
            sections.push(text.len());
            text.extend(section);
        }
    }
    Drawn { text, sections }
}

fn question(pen: Pen, ask: &Ask, state: &State, pane: usize, tight: bool) -> Text {
    let width = pane.min(MEASURE).saturating_sub(1);
    let mut parts: Vec<Text> = Vec::new();
    let title = if is_trouble(ask) {
        Role::AlertError
    } else {
        Role::Title
    };
    parts.push(pen.wrapped(title, &safe(&ask.title), 1, width));
    for (number, words) in ask.words.iter().enumerate() {
        parts.push(paragraph(pen, &safe(words), width, tight && number > 0));
    }
    // before anything long, so that what can be chosen is on screen with the question
    if let Form::Choose { options } = &ask.form {
        let widest = options.iter().map(|o| o.key.width()).max().unwrap_or(0);
        parts.push(
            options
                .iter()
                .flat_map(|o| choice(pen, &safe(&o.key), &safe(&o.meaning), widest, width))
                .collect(),
        );
    }
    if !ask.facts.is_empty() {
        parts.push(facts(pen, ask, width));
    }
    if let (Some(shown), None) = (&ask.digest, &ask.document) {
        let of = vec![pen.span(Role::Dim, format!(" {}", safe(&shown.of)))];
        let mut part = digest::grid(pen, &shown.sha256);
        match part.first_mut() {
            // beside the first row of hex, where it fits
            Some(first) if tight && first.width() + 3 + safe(&shown.of).width() <= width => {
                first.spans.push(pen.span(Role::Text, "  "));
                first.spans.extend(of);
            }
            _ => part.insert(0, Line::from(of)),
        }
        parts.push(part);
    }
    if ask.form == Form::Halted {
        parts.push(halted(pen, state, width));
    }
    join(parts, tight)
}

/// A paragraph; without a blank line before it, its first line is indented.
fn paragraph(pen: Pen, words: &str, width: usize, indented: bool) -> Text {
    if !indented {
        return pen.wrapped(Role::Text, words, 1, width);
    }
    // stands for the blanks, at which the text must not be broken
    let mut lines = wrap(&format!("__{words}"), width.saturating_sub(1));
    if let Some(first) = lines.first_mut() {
        *first = first.replacen("__", "  ", 1);
    }
    lines
        .into_iter()
        .map(|line| pen.line(Role::Text, format!(" {line}")))
        .collect()
}

fn facts(pen: Pen, ask: &Ask, width: usize) -> Text {
    let widest = ask
        .facts
        .iter()
        .map(|f| safe(&f.label).width())
        .max()
        .unwrap_or(0)
        .min(28);
    ask.facts
        .iter()
        .flat_map(|f| {
            let label = format!(" {}", safe(&f.label));
            let value = safe(&f.value);
            let verdict = VERDICTS.iter().find(|(word, _)| value.starts_with(word));
            let role = verdict.map_or(Role::Important, |_| Role::Text);
            let mut text = pen.fact(&label, &value, widest + 1, role, width);
            if let Some((word, role)) = verdict {
                for line in &mut text {
                    mark(pen, line, word, *role);
                }
            }
            text
        })
        .collect()
}

/// Whether something went wrong, or nearly.
fn is_trouble(ask: &Ask) -> bool {
    ask.form == Form::Halted
        || ask.title.starts_with("STOP")
        || ["again", "doubt", "last-try"].contains(&ask.name.as_str())
}

/// Verdicts at the beginning of a value.
const VERDICTS: [(&str, Role); 4] = [
    ("ok: ", Role::Ok),
    ("NOT OK: ", Role::AlertError),
    ("LOOK: ", Role::AlertWarn),
    ("unknown: ", Role::AlertWarn),
];

/// Gives the word at the beginning of a value its colour.
fn mark(pen: Pen, line: &mut Line<'static>, word: &'static str, role: Role) {
    if let Some(rest) = line.spans.last().and_then(|s| s.content.strip_prefix(word)) {
        let rest = pen.span(Role::Text, rest.to_owned());
        line.spans.pop();
        line.spans.extend([pen.span(role, word), rest]);
    }
}

fn choice(pen: Pen, key: &str, meaning: &str, widest: usize, width: usize) -> Text {
    let gap = widest + 5;
    wrap(meaning, width.saturating_sub(gap))
        .into_iter()
        .enumerate()
        .map(|(number, part)| {
            let key = if number == 0 { key } else { "" };
            Line::from(vec![
                pen.span(Role::Guidance, format!("   {key:<widest$}  ")),
                pen.span(Role::Text, part),
            ])
        })
        .collect()
}

fn halted(pen: Pen, state: &State, width: usize) -> Text {
    let mut ways = vec![
        (
            Act::Exception,
            "log an exception: what was expected, what happened, what was decided",
        ),
        (
            Act::Skip,
            "skip this step: an exception that two people sign",
        ),
    ];
    if withdrawable(state).is_ok() {
        ways.push((
            Act::Withdraw,
            "withdraw the content, and take other content instead: two people",
        ));
    }
    ways.push((Act::Abort, "abort the ceremony: two people and a reason"));
    ways.push((
        Act::Leave,
        "leave; the ceremony waits on disk and can be resumed",
    ));
    ways.into_iter()
        .flat_map(|(act, meaning)| choice(pen, bindings::label(act), meaning, 6, width))
        .collect()
}

/// Parts one below the other, with a blank line in between.
pub fn join(parts: Vec<Text>, tight: bool) -> Text {
    let mut text: Text = Vec::new();
    for part in parts {
        if !text.is_empty() && !tight {
            text.push(Line::default());
        }
        text.extend(part);
    }
    text
}
