//! A digest to read back: hex in groups, and 32 numbered words. Never cut short.

use ratatui::text::Line;

use crate::digest::Sha256;
use crate::tui::pen::{Pen, Text};
use crate::tui::theme::Role;

/// ```text
///    78e1 b145 2d62 b075   d565 8ac6 52ad 6eec
///    cf15 a81d 25d6 3f55   b9fc 9834 63ba 91d4
///     1 island        9 ruffled      17 Dupont       25 sentence
///     2 tolerance    10 impartial    18 perceptive   26 Wilmington
/// ```
pub fn grid(pen: Pen, sha256: &Sha256) -> Text {
    let mut text = hex(pen, sha256, 3);
    let words = sha256.words();
    for row in 0..8 {
        let mut spans = vec![pen.span(Role::Text, "  ")];
        for column in 0..4 {
            let index = column * 8 + row;
            let word = words.get(index).copied().unwrap_or_default();
            spans.push(pen.span(Role::Dim, format!("{:>3} ", index + 1)));
            spans.push(pen.span(Role::Important, format!("{word:<14}")));
        }
        text.push(Line::from(spans));
    }
    text
}

/// Two rows of eight groups, with a wider gap in the middle.
pub fn hex(pen: Pen, sha256: &Sha256, indent: usize) -> Text {
    let groups = sha256.groups();
    groups
        .chunks(8)
        .map(|row| {
            let (left, right) = row.split_at(row.len().min(4));
            pen.line(
                Role::Important,
                format!("{:indent$}{}   {}", "", left.join(" "), right.join(" ")),
            )
        })
        .collect()
}
