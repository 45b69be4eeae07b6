//! TOUCH NOW: large, over the whole screen, with the seconds that are left.
//!
//! ```text
//!  ▌ TOUCH NOW in letters of five rows, reversed ▐
//!
//!  The YubiKey 18158855, of Bob Brown
//!  It signs the content, payload 8a6f 90c1, with the key root-bob.
//!
//!  12 seconds left  ████████████████████████────────────
//! ```

use ratatui::text::Line;
use time::OffsetDateTime;
use unicode_width::UnicodeWidthStr;

use crate::ceremony::effect::Effect;
use crate::report::{self, token_words};
use crate::tui::model::Touch;
use crate::tui::pen::{Pen, Text, padded, wrap};
use crate::tui::theme::Role;

/// The letters of TOUCH NOW, five rows of five columns each; the sets of glyphs all have the block.
const LETTERS: [(char, [&str; 5]); 8] = [
    ('T', ["█████", "  █  ", "  █  ", "  █  ", "  █  "]),
    ('O', [" ███ ", "█   █", "█   █", "█   █", " ███ "]),
    ('U', ["█   █", "█   █", "█   █", "█   █", " ███ "]),
    ('C', [" ████", "█    ", "█    ", "█    ", " ████"]),
    ('H', ["█   █", "█   █", "█████", "█   █", "█   █"]),
    (' ', ["   ", "   ", "   ", "   ", "   "]),
    ('N', ["█   █", "██  █", "█ █ █", "█  ██", "█   █"]),
    ('W', ["█   █", "█   █", "█ █ █", "██ ██", "█   █"]),
];

/// What is said.
pub const WORDS: &str = "TOUCH NOW";
/// Rows below which the large letters give way to plain ones.
const ROOM: usize = 14;
/// Columns of the bar.
const BAR: usize = 40;

/// The body, in the middle of `rows`.
pub fn body(
    pen: Pen,
    touch: &Touch,
    effect: Option<&Effect>,
    holder: Option<&str>,
    now: OffsetDateTime,
    (width, rows): (usize, usize),
) -> Text {
    let mut text = band(pen, width, rows);
    let column = width.min(72);
    let left = width.saturating_sub(column) / 2;
    let mut say = |role: Role, words: &str| {
        text.extend(
            wrap(words, column)
                .into_iter()
                .map(|part| pen.line(role, format!("{:left$}{part}", ""))),
        );
    };
    say(Role::Text, "");
    let token = token_words(&touch.token);
    say(
        Role::Important,
        &match holder {
            Some(name) => format!("{token}, of {name}"),
            None => token,
        },
    );
    if let Some(effect) = effect {
        say(Role::Text, &report::effect(effect).doing);
    }
    say(Role::Text, "");
    let seconds = touch.left(now);
    text.push(Line::from(vec![
        pen.span(
            Role::Important,
            format!("{:left$}{}", "", left_words(seconds)),
        ),
        pen.span(Role::Guidance, bar(seconds, touch.seconds)),
    ]));
    let advice = if seconds == 0 {
        "It may have given up, and says so by itself. Nobody has to do anything."
    } else {
        "Put a finger on the metal contact, once, and hold it until its light stops blinking."
    };
    let mut advice: Text = wrap(advice, column)
        .into_iter()
        .map(|part| pen.line(Role::Text, format!("{:left$}{part}", "")))
        .collect();
    if text.len() + 1 < rows {
        text.push(Line::default());
    }
    text.append(&mut advice);
    let above = rows.saturating_sub(text.len()) / 2;
    let mut whole: Text = vec![Line::default(); above];
    whole.extend(text);
    whole
}

/// The same in one line, for where something else has the room.
pub fn line(touch: &Touch, now: OffsetDateTime) -> String {
    format!(
        "{WORDS}: {}. {}.",
        token_words(&touch.token),
        left_words(touch.left(now)).trim()
    )
}

fn left_words(seconds: u16) -> String {
    match seconds {
        0 => "Still waiting for the token  ".to_owned(),
        1 => " 1 second left   ".to_owned(),
        n => format!("{n:>2} seconds left  "),
    }
}

/// Full at the beginning, empty at the end.
fn bar(left: u16, of: u16) -> String {
    let full = usize::from(left) * BAR / usize::from(of.max(1));
    let full = full.min(BAR);
    "█".repeat(full) + &"─".repeat(BAR - full)
}

/// The words, reversed over the whole width.
fn band(pen: Pen, width: usize, rows: usize) -> Text {
    let large = letters();
    let wide = large.first().map_or(0, |row| row.width());
    let lines = if rows < ROOM || wide + 2 > width {
        vec![WORDS.to_owned()]
    } else {
        large.to_vec()
    };
    let edge = || pen.line(Role::Touch, " ".repeat(width));
    let mut text = vec![edge()];
    text.extend(lines.into_iter().map(|row| {
        let left = width.saturating_sub(row.width()) / 2;
        pen.line(Role::Touch, padded(&format!("{:left$}{row}", ""), width))
    }));
    text.push(edge());
    text
}

fn letters() -> [String; 5] {
    let mut rows: [String; 5] = Default::default();
    for c in WORDS.chars() {
        let shape = LETTERS.iter().find(|(letter, _)| *letter == c);
        for (row, part) in rows.iter_mut().zip(shape.map_or([""; 5], |s| s.1)) {
            if !row.is_empty() {
                row.push(' ');
            }
            row.push_str(part);
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_has_its_shape() {
        assert!(WORDS.chars().all(|c| LETTERS.iter().any(|l| l.0 == c)));
        let rows = letters();
        assert!(rows.iter().all(|row| row.width() == rows[0].width()));
    }

    #[test]
    fn the_bar_is_full_then_empty() {
        assert_eq!(bar(15, 15), "█".repeat(BAR));
        assert_eq!(bar(0, 15), "─".repeat(BAR));
        assert_eq!(bar(9, 0), "█".repeat(BAR));
    }
}
