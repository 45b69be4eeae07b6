//! Three glyph sets of equal width. Screens are drawn in Unicode; the last thing before a frame
//! goes out, every cell is put into the set in use, so that no screen has to think of it.

use ratatui::buffer::Buffer;

/// Which characters the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlyphSet {
    /// A terminal emulator with a good font.
    Unicode,
    /// The Linux console: its fonts have line drawing and blocks, and little else.
    Console,
    /// Anything.
    Ascii,
}

/// Mark of something that is so.
pub const YES: &str = "✓";
/// Mark of something that is not so.
pub const NO: &str = "✗";
/// Stands for a character of a secret.
pub const BULLET: &str = "•";
/// Between things of one line.
pub const DOT: &str = "·";
/// From here to there.
pub const DASH: &str = "–";
/// Points at the current thing.
pub const POINT: &str = "▸";

/// Every glyph outside ASCII that the screens draw: Unicode, console, ASCII.
pub const TABLE: &[(&str, &str, &str)] = &[
    ("─", "─", "-"),
    ("━", "═", "="),
    ("│", "│", "|"),
    ("┃", "║", "|"),
    ("┌", "┌", "+"),
    ("┐", "┐", "+"),
    ("└", "└", "+"),
    ("┘", "┘", "+"),
    ("├", "├", "+"),
    ("┤", "┤", "+"),
    ("┬", "┬", "+"),
    ("┴", "┴", "+"),
    ("┼", "┼", "+"),
    ("█", "█", "#"),
    ("▓", "▓", "%"),
    ("▒", "▒", "+"),
    ("░", "░", "."),
    ("▀", "▀", "^"),
    (YES, "+", "+"),
    (NO, "x", "x"),
    (BULLET, "*", "*"),
    (DOT, "·", "-"),
    (DASH, "-", "-"),
    (POINT, ">", ">"),
];

/// Characters of the Linux console's fonts that may stand in a frame besides ASCII.
pub const CONSOLE: &str = "─│┌┐└┘├┤┬┴┼█░▒▀▄═║▓·";

/// Puts every cell of a frame into the set.
pub fn put_into(set: GlyphSet, buffer: &mut Buffer) {
    if set == GlyphSet::Unicode {
        return;
    }
    for cell in &mut buffer.content {
        let symbol = cell.symbol();
        if symbol.is_ascii() {
            continue;
        }
        let known = TABLE.iter().find(|row| row.0 == symbol);
        let replacement = match (known, set) {
            (Some(row), GlyphSet::Console) => row.1,
            (Some(row), _) => row.2,
            // letters of western names are in every console font
            (None, GlyphSet::Console)
                if symbol.chars().all(|c| ('\u{a1}'..='\u{ff}').contains(&c)) =>
            {
                continue;
            }
            (None, _) => "?",
        };
        cell.set_symbol(replacement);
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::{CONSOLE, TABLE};

    #[test]
    fn the_sets_are_equally_wide() {
        for (unicode, console, ascii) in TABLE {
            assert_eq!(unicode.width(), 1, "{unicode}");
            assert_eq!(console.width(), 1, "{unicode}");
            assert_eq!(ascii.width(), 1, "{unicode}");
        }
    }

    #[test]
    fn the_sets_hold_what_they_say() {
        for (unicode, console, ascii) in TABLE {
            assert!(ascii.is_ascii(), "{unicode}");
            assert!(
                console.is_ascii() || CONSOLE.contains(console),
                "{unicode} {console}"
            );
        }
    }
}
