//! JSON as it is signed, as it is recorded, and as it is written to files.
//!
//! One writer, three dialects:
//!
//! * [`olpc`]: the OLPC canonical JSON that TUF signs (TUF specification 1.0.34, section 4.1;
//!   the same bytes as `securesystemslib.formats.encode_canonical` and the crate `olpc-cjson`).
//! * [`line()`]: one transcript record (RFC 8785, integers only). Never holds a raw newline.
//! * [`pretty`]: a file for people; its layout is not signed.
//!
//! The writer keeps its own stack instead of recursing, so that no nesting overflows it.
//! [`parse`] is the reader that goes with it. For files with hundreds of thousands of entries,
//! [`olpc_of_text`] gives the bytes of [`olpc`] without a value in between.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::indexing_slicing))]

mod compact;
mod dialect;
mod parse;
pub mod raw;

use std::fmt::Write as _;

use serde_json::{Map, Number, Value};

use dialect::{Dialect, Line, Olpc, Pretty};

pub use compact::is_line;
pub use parse::{MAX_DEPTH, ParseError, parse};
pub use raw::{TextError, olpc_of_text};

/// Largest integer that every JSON reader keeps exactly: 2^53 − 1 (RFC 7493, section 2.2).
pub const MAX_SAFE_INTEGER: u64 = (1 << 53) - 1;

/// Why a value has no canonical form. Nothing was signed or recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// A number that is not an integer of 64 bits: it has a fraction or an exponent, is a
    /// negative zero, or was too large to be read exactly.
    #[error("{path} is {got}, which is not a whole number of 64 bits")]
    NotInteger {
        /// Member names and array positions from the top, such as `keys.ab12.x-weight`.
        path: String,
        /// The number as it was read.
        got: String,
    },
    /// An integer that JSON readers may round (records only; TUF's dialect has no such limit).
    #[error("{path} is {got}, but numbers in a record go up to ±{MAX_SAFE_INTEGER}")]
    TooLarge {
        /// Member names and array positions from the top.
        path: String,
        /// The number as it was read.
        got: String,
    },
}

/// The bytes that TUF signs: no whitespace; member names sorted by codepoint; in strings only `\`
/// and `"` are escaped, so newlines, control characters and UTF-8 stay raw; integers only.
pub fn olpc(value: &Value) -> Result<Vec<u8>, CanonicalError> {
    write::<Olpc>(value).map(String::into_bytes)
}

/// One line of a transcript: RFC 8785 restricted to integers within ±[`MAX_SAFE_INTEGER`].
/// Compact; member names sorted by UTF-16 code units, as that RFC asks; control characters
/// escaped, so the result has no line break.
pub fn line(value: &Value) -> Result<String, CanonicalError> {
    write::<Line>(value)
}

/// The form of `root.json` on disk: two spaces per level, sorted member names, a final newline.
/// The same value always gives the same bytes; only the canonical form of `signed` is signed.
pub fn pretty(value: &Value) -> String {
    let Ok(mut text) = write::<Pretty>(value);
    text.push('\n');
    text
}

/// An array or object that is being written.
enum Open<'a> {
    Array {
        rest: std::slice::Iter<'a, Value>,
        written: usize,
    },
    Object {
        rest: std::vec::IntoIter<(&'a String, &'a Value)>,
        written: usize,
        name: &'a str,
    },
}

impl<'a> Open<'a> {
    fn object<D: Dialect>(members: &'a Map<String, Value>) -> Self {
        let mut members: Vec<_> = members.iter().collect();
        // serde_json's map is sorted unless some crate in the build turns on `preserve_order`:
        // what is signed must not depend on that
        members.sort_unstable_by(|(a, _), (b, _)| D::order(a, b));
        Self::Object {
            rest: members.into_iter(),
            written: 0,
            name: "",
        }
    }

    /// The next member: its name where it has one, and its value.
    fn next(&mut self) -> Option<(Option<&'a str>, &'a Value)> {
        match self {
            Self::Array { rest, written } => {
                let value = rest.next()?;
                *written += 1;
                Some((None, value))
            }
            Self::Object {
                rest,
                written,
                name,
            } => {
                let (key, value) = rest.next()?;
                *written += 1;
                *name = key;
                Some((Some(key), value))
            }
        }
    }

    fn written(&self) -> usize {
        match self {
            Self::Array { written, .. } | Self::Object { written, .. } => *written,
        }
    }

    fn closing(&self) -> char {
        match self {
            Self::Array { .. } => ']',
            Self::Object { .. } => '}',
        }
    }
}

fn write<D: Dialect>(top: &Value) -> Result<String, D::Error> {
    let mut out = String::with_capacity(2048);
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut value = top;
    'value: loop {
        match value {
            Value::Null => out.push_str("null"),
            Value::Bool(true) => out.push_str("true"),
            Value::Bool(false) => out.push_str("false"),
            Value::Number(number) => D::number(&mut out, number, || path(&open))?,
            Value::String(text) => string::<D>(&mut out, text),
            Value::Array(items) => {
                out.push('[');
                open.push(Open::Array {
                    rest: items.iter(),
                    written: 0,
                });
            }
            Value::Object(members) => {
                out.push('{');
                open.push(Open::object::<D>(members));
            }
        }
        loop {
            let level = open.len();
            let Some(inner) = open.last_mut() else {
                return Ok(out);
            };
            if let Some((name, next)) = inner.next() {
                if inner.written() > 1 {
                    out.push(',');
                }
                D::new_line(&mut out, level);
                if let Some(name) = name {
                    string::<D>(&mut out, name);
                    out.push_str(D::COLON);
                }
                value = next;
                continue 'value;
            }
            if inner.written() > 0 {
                D::new_line(&mut out, level.saturating_sub(1));
            }
            out.push(inner.closing());
            open.pop();
        }
    }
}

fn string<D: Dialect>(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    // what is escaped is ASCII, so it can be looked for by bytes
    while let Some(at) = rest.bytes().position(D::is_escaped) {
        let (plain, tail) = rest.split_at(at);
        out.push_str(plain);
        let mut tail = tail.chars();
        if let Some(c) = tail.next() {
            escape(out, c);
        }
        rest = tail.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

fn escape(out: &mut String, c: char) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\u{8}' => out.push_str("\\b"),
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\u{c}' => out.push_str("\\f"),
        '\r' => out.push_str("\\r"),
        // writing to a String cannot fail
        c => drop(write!(out, "\\u{:04x}", u32::from(c))),
    }
}

fn integer(out: &mut String, number: &Number) {
    // writing to a String cannot fail
    let _ = write!(out, "{number}");
}

/// Where the writer stands, for messages.
fn path(open: &[Open<'_>]) -> String {
    let mut path = String::new();
    for level in open {
        match level {
            Open::Array { written, .. } => {
                let _ = write!(path, "[{}]", written.saturating_sub(1));
            }
            Open::Object { name, .. } => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&crate::safe::safe(name));
            }
        }
    }
    if path.is_empty() {
        "the value".to_owned()
    } else {
        path
    }
}

#[cfg(test)]
mod tests;
