//! Can people read what is on the screen?

use super::Subject;
use crate::ceremony::check::Check;

/// The smallest terminal that every screen is designed for, in columns.
pub const MIN_COLUMNS: u16 = 80;
/// The smallest terminal that every screen is designed for, in rows.
pub const MIN_ROWS: u16 = 24;

/// What the caller knows of the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// Width in columns.
    pub columns: u16,
    /// Height in rows.
    pub rows: u16,
    /// `TERM`; empty where it is not set.
    pub term: String,
    /// The locale of characters: the first of `LC_ALL`, `LC_CTYPE`, `LANG` that is set and not
    /// empty; empty where none is.
    pub locale: String,
}

/// Size, kind and characters of the terminal.
pub fn terminal(terminal: Option<&Terminal>) -> Vec<Check> {
    let size = Subject {
        id: "terminal.size",
        title: "Size of the terminal",
    };
    let Some(terminal) = terminal else {
        return vec![size.warn(
            "This is not a terminal.",
            "Nothing is wrong with unattended commands; a ceremony needs a terminal.",
        )];
    };
    vec![
        checked_size(size, terminal),
        kind(terminal),
        characters(terminal),
    ]
}

fn checked_size(subject: Subject, terminal: &Terminal) -> Check {
    let Terminal { columns, rows, .. } = *terminal;
    let found = format!("The terminal has {columns} columns and {rows} rows.");
    if columns >= MIN_COLUMNS && rows >= MIN_ROWS {
        return subject.pass(found);
    }
    subject.fail(
        found,
        format!("Make the window larger, or the letters smaller: {MIN_COLUMNS} by {MIN_ROWS} are needed."),
    )
}

fn kind(terminal: &Terminal) -> Check {
    let subject = Subject {
        id: "terminal.type",
        title: "Kind of terminal",
    };
    match terminal.term.as_str() {
        "" | "dumb" | "unknown" => subject.fail(
            "The terminal does not say what it can do (TERM).",
            "Use the console of the machine, or set TERM to what your terminal is, for example \
             `TERM=linux`.",
        ),
        term => subject.pass(format!(
            "The terminal says that it is `{}`.",
            term.escape_default()
        )),
    }
}

fn characters(terminal: &Terminal) -> Check {
    let subject = Subject {
        id: "terminal.characters",
        title: "Characters of the terminal",
    };
    let locale = terminal.locale.to_ascii_lowercase();
    if locale.contains("utf-8") || locale.contains("utf8") {
        return subject.pass("The terminal shows all characters (UTF-8).");
    }
    let found = if locale.is_empty() {
        "No character set is set; only plain letters are certain to show.".to_owned()
    } else {
        let locale = terminal.locale.escape_default();
        format!("The locale is `{locale}`, which is not UTF-8; names may not show as written.")
    };
    subject.warn(
        found,
        "Run `export LC_ALL=C.UTF-8`, start rootstage again, and look again.",
    )
}
