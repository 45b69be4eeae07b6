//! The one pass over the text.
//!
//! What is to be written exactly as it stands is not copied at once: `copied` is how far the text
//! has been, and only where the two part (a blank, an escape, members to be sorted) is the piece in
//! between copied in one go.

mod scalar;
mod sort;
mod top;

use super::string::Bad;
use super::{Document, Shape};
use crate::canonical::{CanonicalError, MAX_DEPTH};
use top::Top;

/// Why the text cannot be read, and where.
pub(super) struct Unreadable {
    pub at: usize,
    pub reason: String,
}

impl From<Bad> for Unreadable {
    fn from((at, reason): Bad) -> Self {
        Self {
            at,
            reason: reason.to_owned(),
        }
    }
}

/// What was read of a string: its bytes stand in the text, or, decoded, in `Walk::decoded`.
#[derive(Clone, Copy)]
enum Name {
    Text { start: usize, end: usize },
    Decoded { start: usize, end: usize },
}

/// A member of an object that is open.
#[derive(Clone, Copy)]
struct Field {
    name: Name,
    /// Where it begins in the canonical form.
    out: usize,
}

/// An array or object that is open.
enum Open {
    Array {
        /// How many items have begun.
        items: usize,
    },
    Object {
        /// Where it begins in the canonical form.
        out: usize,
        /// Its first member in `Walk::fields`.
        first: usize,
        /// Where the names of its members begin in `Walk::decoded`.
        decoded: usize,
        order: Order,
    },
}

/// Whether the members of an object stand as they are to be written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Sorted,
    Unsorted,
}

pub(super) struct Walk<'a> {
    text: &'a [u8],
    at: usize,
    copied: usize,
    out: Vec<u8>,
    scratch: Vec<u8>,
    decoded: Vec<u8>,
    open: Vec<Open>,
    fields: Vec<Field>,
    pieces: Vec<sort::Piece>,
    top: Vec<Top>,
    refused: Option<CanonicalError>,
    first_refused: Option<CanonicalError>,
}

impl<'a> Walk<'a> {
    pub(super) fn over(text: &'a str) -> Self {
        Self {
            text: text.as_bytes(),
            at: 0,
            copied: 0,
            out: Vec::with_capacity(text.len()),
            scratch: Vec::new(),
            decoded: Vec::new(),
            open: Vec::new(),
            fields: Vec::new(),
            pieces: Vec::new(),
            top: Vec::new(),
            refused: None,
            first_refused: None,
        }
    }

    pub(super) fn document(mut self) -> Result<Document, Unreadable> {
        self.skip_blank();
        let shape = match self.byte() {
            Some(b'{') => Shape::Object,
            _ => Shape::Other,
        };
        self.values()?;
        self.skip_blank();
        if self.at < self.text.len() {
            return Err(self.wrong("trailing characters"));
        }
        self.flush();
        Ok(Document {
            canonical: self.out,
            shape,
            members: self.top.into_iter().map(|top| top.member).collect(),
            refused: self.first_refused.or(self.refused),
        })
    }

    /// One value with all that is in it.
    fn values(&mut self) -> Result<(), Unreadable> {
        loop {
            match self.byte() {
                Some(b'"') => {
                    let decoded = self.decoded.len();
                    self.string()?;
                    self.decoded.truncate(decoded);
                }
                Some(b'{') => {
                    self.begin(Open::Object {
                        out: self.written(),
                        first: self.fields.len(),
                        decoded: self.decoded.len(),
                        order: Order::Sorted,
                    })?;
                    if self.byte() != Some(b'}') {
                        self.name()?;
                        continue;
                    }
                    self.end_object()?;
                }
                Some(b'[') => {
                    self.begin(Open::Array { items: 1 })?;
                    if self.byte() != Some(b']') {
                        continue;
                    }
                    self.end();
                }
                Some(b'-' | b'0'..=b'9') => self.number()?,
                Some(b't') => self.word(b"true")?,
                Some(b'f') => self.word(b"false")?,
                Some(b'n') => self.word(b"null")?,
                _ => return Err(self.wrong("expected value")),
            }
            if !self.after_value()? {
                return Ok(());
            }
        }
    }

    /// Goes on behind a value, out of what ends there, to where the next value begins; false where
    /// the whole has ended.
    fn after_value(&mut self) -> Result<bool, Unreadable> {
        loop {
            self.end_at_top();
            let Some(open) = self.open.last_mut() else {
                return Ok(false);
            };
            // inlined by hand: most bytes here are no blanks
            let byte = match self.text.get(self.at) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => None,
                byte => byte,
            };
            match (byte, open) {
                (Some(b','), Open::Array { items }) => {
                    *items += 1;
                    self.at += 1;
                    self.skip_blank();
                    return Ok(true);
                }
                (Some(b','), Open::Object { .. }) => {
                    self.at += 1;
                    self.skip_blank();
                    self.name()?;
                    return Ok(true);
                }
                (Some(b']'), Open::Array { .. }) => self.end(),
                (Some(b'}'), Open::Object { .. }) => self.end_object()?,
                (None, _) if self.at < self.text.len() => self.skip_blank(),
                (_, Open::Array { .. }) => return Err(self.wrong("expected `,` or `]`")),
                (_, Open::Object { .. }) => return Err(self.wrong("expected `,` or `}`")),
            }
        }
    }

    fn begin(&mut self, open: Open) -> Result<(), Unreadable> {
        if self.open.len() >= MAX_DEPTH {
            return Err(self.wrong("recursion limit exceeded"));
        }
        self.open.push(open);
        self.at += 1;
        self.skip_blank();
        Ok(())
    }

    fn end(&mut self) {
        self.at += 1;
        self.open.pop();
    }

    /// The name of a member and its colon, up to its value.
    fn name(&mut self) -> Result<(), Unreadable> {
        if self.byte() != Some(b'"') {
            return Err(self.wrong("expected the name of a member in quotes"));
        }
        let out = self.written();
        let name = self.string()?;
        self.skip_blank();
        if self.byte() != Some(b':') {
            return Err(self.wrong("expected `:`"));
        }
        self.at += 1;
        self.skip_blank();
        let field = Field { name, out };
        if let Some(Open::Object { first, order, .. }) = self.open.last_mut() {
            let before = self.fields.get(*first..).and_then(<[Field]>::last);
            if *order == Order::Sorted
                && before.is_some_and(|before| {
                    bytes(self.text, &self.decoded, before.name)
                        >= bytes(self.text, &self.decoded, name)
                })
            {
                *order = Order::Unsorted;
            }
        }
        self.fields.push(field);
        if self.open.len() == 1 && self.top.len() < Document::MEMBERS {
            self.begin_at_top(field);
        }
        Ok(())
    }

    /// Ends an object: its members are sorted where they are not, and no two may have one name.
    fn end_object(&mut self) -> Result<(), Unreadable> {
        let Some(Open::Object {
            out,
            first,
            decoded,
            order,
        }) = self.open.pop()
        else {
            return Ok(());
        };
        if order == Order::Unsorted {
            self.sort(out, first)?;
        }
        self.at += 1;
        self.fields.truncate(first);
        self.decoded.truncate(decoded);
        Ok(())
    }

    fn byte(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// Where the canonical form of what is read next begins.
    fn written(&self) -> usize {
        self.out.len() + (self.at - self.copied)
    }

    fn flush(&mut self) {
        let piece = self.text.get(self.copied..self.at).unwrap_or_default();
        self.out.extend_from_slice(piece);
        self.copied = self.at;
    }

    fn skip_blank(&mut self) {
        if matches!(self.byte(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.flush();
            while matches!(self.byte(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
                self.at += 1;
            }
            self.copied = self.at;
        }
    }

    fn wrong(&self, reason: &str) -> Unreadable {
        Unreadable {
            at: self.at,
            reason: reason.to_owned(),
        }
    }
}

/// The bytes of a name.
fn bytes<'a>(text: &'a [u8], decoded: &'a [u8], name: Name) -> &'a [u8] {
    match name {
        Name::Text { start, end } => text.get(start..end),
        Name::Decoded { start, end } => decoded.get(start..end),
    }
    .unwrap_or_default()
}
