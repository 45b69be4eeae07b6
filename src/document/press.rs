//! Sheets of paper as PDF: headings, paragraphs and tables, broken into pages.
//!
//! The letters are embedded, so that a document looks the same in ten years; its structure is in it
//! (PDF/UA-1, ISO 14289-1), so that it can be read aloud. The same content always gives the same bytes.
//!
//! * [`Sheets`]: what is put on the pages, from top to bottom
//! * [`Table`], [`Block`]: tables; a row stays on one page unless it is longer than a page
//! * [`write::pdf`]: the file

pub mod flow;
pub mod letters;
mod table;
pub mod write;

pub use flow::Sheets;
pub use letters::{Face, Ink, Style};
pub use table::{Block, Look, Row, Table};

/// Points of PDF in a millimetre.
pub const MM: f32 = 72.0 / 25.4;

/// What is printed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// ISO 216 A4: 210 mm by 297 mm.
    #[default]
    A4,
    /// US Letter: 8.5 in by 11 in.
    Letter,
}

impl Size {
    /// Width and height in points.
    pub fn points(self) -> (f32, f32) {
        match self {
            Self::A4 => (210.0 * MM, 297.0 * MM),
            Self::Letter => (612.0, 792.0),
        }
    }
}

/// Why there is no document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PressError {
    /// A font of this program cannot be read.
    #[error("a font of this program cannot be read")]
    Font,
    /// The document cannot be written.
    #[error("the PDF could not be made: {0}")]
    Writing(String),
}

#[cfg(test)]
mod tests;
