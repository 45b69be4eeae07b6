//! The terminal is too small. It says by how much and recovers by itself.

use crate::tui::model::{Model, Overlay, SMALLEST};
use crate::tui::pen::{Pen, Text, wrap};
use crate::tui::screens::touch;
use crate::tui::theme::Role;

/// The whole screen.
pub fn body(pen: Pen, model: &Model) -> Text {
    let width = usize::from(model.size.0);
    let mut text: Text = Vec::new();
    if model.state.rehearsal() {
        text.push(pen.line(Role::Rehearsal, format!("{:<width$}", " REHEARSAL")));
    }
    let mut say = |role: Role, words: String| {
        text.extend(
            wrap(&words, width.saturating_sub(2))
                .into_iter()
                .map(|l| pen.line(role, format!(" {l}"))),
        );
    };
    if let Some(touch) = &model.touch {
        say(Role::Touch, touch::line(touch, model.now));
    }
    say(Role::Title, "This window is too small.".to_owned());
    say(
        Role::Text,
        format!(
            "It has {} x {}. Needed: {} x {}.",
            model.size.0, model.size.1, SMALLEST.0, SMALLEST.1
        ),
    );
    say(
        Role::Text,
        "Make it larger; the question comes back by itself. Nothing was lost.".to_owned(),
    );
    if model.overlay == Some(Overlay::Leave) {
        say(
            Role::Important,
            "Ctrl-C again leaves, Esc stays. The ceremony waits on disk.".to_owned(),
        );
    }
    text
}
