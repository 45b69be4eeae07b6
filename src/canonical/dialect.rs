//! What differs between the three ways of writing JSON.

use std::cmp::Ordering;
use std::convert::Infallible;

use serde_json::Number;

use super::{CanonicalError, MAX_SAFE_INTEGER, integer};

/// One way of writing JSON.
pub(super) trait Dialect {
    /// What can go wrong: numbers only.
    type Error;
    /// Between a member's name and its value.
    const COLON: &'static str = ":";

    /// Which of two member names comes first. UTF-8 sorts bytewise as it sorts by codepoint.
    fn order(a: &str, b: &str) -> Ordering {
        a.cmp(b)
    }

    /// Whether a character of a string is escaped.
    fn is_escaped(c: char) -> bool;

    /// Writes a number; `path` says where it stands.
    fn number(out: &mut String, number: &Number, path: impl FnOnce() -> String) -> Result<(), Self::Error>;

    /// Begins a line at this level, where the dialect has lines.
    fn new_line(_out: &mut String, _level: usize) {}
}

/// What TUF signs.
pub(super) struct Olpc;
/// A transcript record.
pub(super) struct Line;
/// A file for people.
pub(super) struct Pretty;

fn not_integer(number: &Number, path: impl FnOnce() -> String) -> CanonicalError {
    CanonicalError::NotInteger { path: path(), got: number.to_string() }
}

fn is_standard_escape(c: char) -> bool {
    c < ' ' || c == '"' || c == '\\'
}

impl Dialect for Olpc {
    type Error = CanonicalError;

    fn is_escaped(c: char) -> bool {
        c == '"' || c == '\\'
    }

    fn number(out: &mut String, number: &Number, path: impl FnOnce() -> String) -> Result<(), CanonicalError> {
        if !(number.is_u64() || number.is_i64()) {
            return Err(not_integer(number, path));
        }
        integer(out, number);
        Ok(())
    }
}

impl Dialect for Line {
    type Error = CanonicalError;

    fn order(a: &str, b: &str) -> Ordering {
        // only outside the basic plane do UTF-16 units and codepoints sort differently
        if a.is_ascii() && b.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
    }

    fn is_escaped(c: char) -> bool {
        is_standard_escape(c)
    }

    fn number(out: &mut String, number: &Number, path: impl FnOnce() -> String) -> Result<(), CanonicalError> {
        let size = match (number.as_u64(), number.as_i64()) {
            (Some(positive), _) => positive,
            (None, Some(negative)) => negative.unsigned_abs(),
            (None, None) => return Err(not_integer(number, path)),
        };
        if size > MAX_SAFE_INTEGER {
            return Err(CanonicalError::TooLarge { path: path(), got: number.to_string() });
        }
        integer(out, number);
        Ok(())
    }
}

impl Dialect for Pretty {
    type Error = Infallible;
    const COLON: &'static str = ": ";

    fn is_escaped(c: char) -> bool {
        is_standard_escape(c)
    }

    fn number(out: &mut String, number: &Number, _path: impl FnOnce() -> String) -> Result<(), Infallible> {
        integer(out, number);
        Ok(())
    }

    fn new_line(out: &mut String, level: usize) {
        out.push('\n');
        for _ in 0..level {
            out.push_str("  ");
        }
    }
}
