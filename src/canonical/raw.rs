//! The canonical form straight from the text, without a tree of values in between.
//!
//! A targets file may list hundreds of thousands of files. [`olpc_of_text`] gives the bytes that
//! `olpc(&parse(text))` gives and refuses what they refuse, in one pass over the text: what stands
//! there compact and sorted is copied as it is, in one piece, and an object whose members are not
//! sorted is put in order once its end has been read. No call nests, so no nesting overflows
//! anything, and what is kept besides the text and the result is a few words for each member of the
//! objects that are open.

mod place;
mod skip;
mod string;
mod walk;

use std::ops::Range;

use super::{CanonicalError, ParseError};
use crate::safe::safe;
use walk::Walk;

pub use skip::{member, text};

/// Why a text has no canonical form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// It is not a JSON document that can be relied on.
    #[error(transparent)]
    Json(#[from] ParseError),
    /// It is one, with a number that has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
}

/// The bytes that TUF signs, of a JSON document of at most `limit` bytes: the same as
/// [`olpc`](super::olpc) of what [`parse`](super::parse) reads, and refused where one of them
/// refuses.
pub fn olpc_of_text(text: &[u8], limit: usize) -> Result<Vec<u8>, TextError> {
    let document = Document::read(text, limit)?;
    match document.refused {
        None => Ok(document.canonical),
        Some(error) => Err(error.into()),
    }
}

/// A JSON document in its canonical form, with the places of what stands at its top.
#[derive(Clone, Debug)]
pub struct Document {
    canonical: Vec<u8>,
    shape: Shape,
    members: Vec<Member>,
    refused: Option<CanonicalError>,
}

/// What a document is at its top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// An object, whose members [`Document::members`] gives.
    Object,
    /// Anything else.
    Other,
}

/// One member of the object at the top of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name, with what was escaped in it.
    pub name: String,
    /// Where its value stands in the text, in bytes.
    pub text: Range<usize>,
    /// Where its value stands in the canonical form, in bytes; or the first number in it that has
    /// none.
    pub canonical: Result<Range<usize>, CanonicalError>,
}

impl Document {
    /// How many members of the object at the top are remembered: enough for the two of a metadata
    /// file and for naming one that should not be there.
    pub const MEMBERS: usize = 8;

    /// Reads one JSON document of at most `limit` bytes, under the rules of
    /// [`parse`](super::parse). Numbers that are not whole are no error yet: they are one of the
    /// member at the top in which they stand.
    pub fn read(text: &[u8], limit: usize) -> Result<Self, ParseError> {
        if text.len() > limit {
            return Err(ParseError::TooLong {
                limit,
                got: text.len(),
            });
        }
        let text = std::str::from_utf8(text).map_err(|error| {
            let at = place::line_and_column(text, error.valid_up_to());
            ParseError::Json(format!("invalid unicode code point at {at}"))
        })?;
        Walk::over(text).document().map_err(|unreadable| {
            let at = place::line_and_column(text.as_bytes(), unreadable.at);
            ParseError::Json(safe(&format!("{} at {at}", unreadable.reason)))
        })
    }

    /// The canonical form of the whole, in which a number that has none stands as it was read.
    pub fn canonical(&self) -> &[u8] {
        &self.canonical
    }

    /// The same, without a copy.
    pub fn into_canonical(self) -> Vec<u8> {
        self.canonical
    }

    /// What it is at its top.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// The first [`Self::MEMBERS`] members of the object at the top, in the order of the text.
    pub fn members(&self) -> &[Member] {
        &self.members
    }
}

#[cfg(test)]
mod tests;
