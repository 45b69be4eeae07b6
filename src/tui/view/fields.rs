//! What is pinned above the footer: a notice, the fields, what is still to be done.

use ratatui::text::Line;

use crate::ceremony::ask::Form;
use crate::report::pin_words;
use crate::tui::model::{Model, Notice, Overlay};
use crate::tui::pen::{Pen, Text, wrap};
use crate::tui::theme::Role;
use crate::tui::widgets::form;

/// Title of the fields, and their rows.
pub(super) fn fields(model: &Model, pen: Pen, width: usize) -> (String, Text) {
    if model.help {
        return ("Help".to_owned(), Vec::new());
    }
    if model.overlay.is_none() && !model.ended() {
        if model.sent.is_some() {
            return (
                "Answer".to_owned(),
                vec![pen.line(Role::Dim, " Sent. It is being put on record.")],
            );
        }
        if model.working.is_some() {
            return (String::new(), Vec::new());
        }
    }
    let Some(entry) = model.fields() else {
        let words = match model.overlay {
            Some(Overlay::Outline) => "Outline",
            Some(Overlay::Digests) => "Digests",
            Some(Overlay::Withdraw) => "Withdraw",
            _ => "",
        };
        return (words.to_owned(), Vec::new());
    };
    let mut text = Vec::new();
    if model.overlay.is_none() {
        text.extend(pin_lines(model, pen, width));
    }
    text.extend(form::rows(
        pen,
        entry,
        width.saturating_sub(1),
        model.settings.strength,
    ));
    if model.sent.is_some() {
        text.push(pen.line(Role::Dim, " Sent. It is being put on record."));
    } else {
        text.push(form::status(pen, entry));
    }
    let title = match model.overlay {
        Some(Overlay::Exception) => "Exception",
        Some(Overlay::Skip) => "Skip",
        Some(Overlay::Abort) => "Abort",
        Some(Overlay::Withdraw) => "Withdraw",
        _ if model.ended() => "Leave",
        _ => "Answer",
    };
    (title.to_owned(), text)
}

/// How the PIN stands, above the field that takes it.
fn pin_lines(model: &Model, pen: Pen, width: usize) -> Text {
    let Some(Form::Secret(secret)) = model.ask().map(|a| &a.form) else {
        return Vec::new();
    };
    let words = pin_words(&secret.pin);
    let role = if secret.pin.final_try || secret.pin.locked || secret.pin.tries_left == Some(1) {
        Role::AlertError
    } else {
        Role::AlertWarn
    };
    if words.is_empty() {
        Vec::new()
    } else {
        pen.wrapped(role, &words, 1, width.saturating_sub(1))
    }
}

/// What is to be said above the fields.
pub(super) fn notice(model: &Model, pen: Pen, width: usize) -> Text {
    let width = width.saturating_sub(4).min(76);
    let mark = |role: Role, lines: Vec<String>| -> Text {
        lines
            .into_iter()
            .map(|l| Line::from(vec![pen.span(role, " ┃ "), pen.span(role, l)]))
            .collect()
    };
    match &model.notice {
        None => Vec::new(),
        Some(_) if model.help => Vec::new(),
        Some(Notice::Remark(words)) => mark(Role::AlertWarn, wrap(words, width)),
        Some(Notice::Refused(words)) => {
            let mut text = mark(
                Role::AlertError,
                wrap(&format!("No: {}", words.happened), width),
            );
            let rest = wrap(&format!("{} {}", words.unchanged, words.next), width);
            text.extend(rest.into_iter().map(|l| {
                Line::from(vec![
                    pen.span(Role::AlertError, " ┃ "),
                    pen.span(Role::Text, l),
                ])
            }));
            text
        }
    }
}
