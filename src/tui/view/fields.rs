//! What is pinned above the footer: a notice, the fields, what is still to be done.

use ratatui::text::Line;

use crate::ceremony::ask::{Form, SecretForm, SecretKind};
use crate::report::pin_words;
use crate::tui::entry::CARD_SECRET;
use crate::tui::model::{Model, Notice, Overlay};
use crate::tui::pen::{Pen, Text, wrap};
use crate::tui::screens::touch;
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
        if let Some(receiving) = &model.receiving {
            text.extend(receiving.lines(pen, width.saturating_sub(1)));
        }
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

/// How the PIN stands and what a new one must be, above the fields that take them.
fn pin_lines(model: &Model, pen: Pen, width: usize) -> Text {
    let Some(Form::Secret(secret)) = model.ask().map(|a| &a.form) else {
        return Vec::new();
    };
    let mut text = Vec::new();
    let width = width.saturating_sub(1);
    let words = standing(secret);
    if !words.is_empty() {
        let pin = &secret.pin;
        let last = pin.final_try || pin.locked || pin.tries_left == Some(1);
        let role = if last {
            Role::AlertError
        } else {
            Role::AlertWarn
        };
        text.extend(pen.wrapped(role, &words, 1, width));
    }
    if let Some(rule) = rule(secret) {
        text.extend(pen.wrapped(Role::Text, &rule, 1, width));
    }
    text
}

/// How many tries there are, whatever the token says of them.
fn standing(secret: &SecretForm) -> String {
    let words = pin_words(&secret.pin);
    match secret.kind {
        // those of the factory's PIN, which is about to go
        SecretKind::NewPin | SecretKind::NewPuk => String::new(),
        SecretKind::Pin if secret.pin.tries_left.is_none() && !secret.pin.locked => {
            let counted = "The token does not tell how many tries are left.";
            format!("{words} {counted}").trim_start().to_owned()
        }
        _ => words,
    }
}

/// What is taken as a new PIN or PUK.
fn rule(secret: &SecretForm) -> Option<String> {
    let what = match secret.kind {
        SecretKind::NewPin | SecretKind::PukAndNewPin => "new PIN",
        SecretKind::NewPuk => "PUK",
        SecretKind::Pin | SecretKind::Passphrase | SecretKind::NewPassphrase => return None,
    };
    let (min, max) = CARD_SECRET;
    let bytes = |said: u32, otherwise: usize| match said {
        0 => otherwise,
        n => usize::try_from(n).unwrap_or(otherwise),
    };
    Some(format!(
        "The {what} has {} to {} characters. Digits are safest: they are at the same place on other keyboards.",
        bytes(secret.pin.min_len, min),
        bytes(secret.pin.max_len, max),
    ))
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
    let mut text = Vec::new();
    if let Some(wanted) = model.touch.as_ref().filter(|_| !model.wants_touch()) {
        text.extend(pen.wrapped(Role::Touch, &touch::line(wanted, model.now), 1, width));
    }
    text.extend(match &model.notice {
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
    });
    text
}
