//! Help: every binding, from the table.

use ratatui::text::Line;

use crate::tui::bindings::BINDINGS;
use crate::tui::pen::{Pen, Text};
use crate::tui::theme::Role;

/// The body.
pub fn body(pen: Pen, width: usize) -> Text {
    let width = width.min(78).saturating_sub(1);
    let mut text = vec![pen.line(Role::Title, " Keys")];
    for binding in BINDINGS {
        text.push(Line::from(vec![
            pen.span(Role::Guidance, format!("   {:<16}", binding.label)),
            pen.span(Role::Text, binding.help),
        ]));
    }
    text.push(Line::default());
    text.push(pen.line(Role::Title, " How answers work"));
    for paragraph in [
        "No answer is given by Enter alone. Everyone who is asked types their own initials; what is to be decided is \
         typed as a word, what cannot be undone as a phrase.",
        "What you see at the bottom is the same on every screen: the payload that is signed and the head of the \
         transcript. If they differ from the paper, stop and log an exception.",
        "Everything that was answered is on disk. After a power cut the ceremony goes on from there.",
    ] {
        text.extend(pen.wrapped(Role::Text, paragraph, 3, width));
    }
    text
}
