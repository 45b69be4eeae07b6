//! Pages of QR codes, for paper and for screens that are not ours.
//!
//! A page is laid out once, in whole units of 1/300 inch, and then written as a picture or as
//! vectors: so what a printer gets and what a test has read are the same. All modules of a code are
//! equally wide in every format.
//!
//! * [`Sheets::new`]: divides a file and lays the pages out
//! * [`Sheets::png`], [`Sheets::svg`], [`Sheets::pdf`], [`Sheets::html`]: the bytes

mod layout;
mod pdf;
pub mod raster;
mod vector;

use super::symbol::{Level, Symbol, capacity};
use super::{Transfer, TransferError};
use crate::digest::Sha256;

/// Units of a page in an inch.
pub const UNITS_PER_INCH: usize = 300;

/// Versions of the symbols on paper: read by every phone, and not too many of them.
const VERSIONS: std::ops::RangeInclusive<u8> = 10..=15;

/// What is printed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paper {
    /// ISO 216 A4: 210 mm by 297 mm.
    #[default]
    A4,
    /// US Letter: 8.5 in by 11 in.
    Letter,
}

impl Paper {
    /// Width and height in units.
    pub fn size(self) -> (usize, usize) {
        match self {
            Self::A4 => (2480, 3508),
            Self::Letter => (2550, 3300),
        }
    }
}

/// What is said of the file on every page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caption {
    /// Name of the file.
    pub name: String,
    /// When it was packed, as it says of itself; `None` where it does not say so in the clear.
    pub packed: Option<String>,
}

/// Why there are no pages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// The file cannot be carried by QR codes.
    #[error(transparent)]
    Transfer(#[from] TransferError),
    /// A picture could not be made.
    #[error("a picture could not be made: {0}")]
    Picture(String),
}

/// A file as pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheets {
    pages: Vec<Page>,
    needed: usize,
    codes: usize,
    digest: Sha256,
}

/// One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Width in units.
    pub width: usize,
    /// Height in units.
    pub height: usize,
    /// What is on it.
    pub items: Vec<Item>,
}

/// Something on a page. Positions are in units from the left and from the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A line of text, in characters of equal width.
    Words {
        /// Left end.
        x: usize,
        /// Top of the characters.
        y: usize,
        /// An eighth of the width of a character.
        scale: usize,
        /// The text: one line, nothing in it that cannot be seen.
        words: String,
    },
    /// A QR code. Around it are [`super::symbol::QUIET`] modules of nothing.
    Code {
        /// Left edge of the first module.
        x: usize,
        /// Top edge of the first module.
        y: usize,
        /// Width of a module.
        module: usize,
        /// The modules.
        symbol: Symbol,
    },
}

impl Sheets {
    /// Divides a file and lays the pages out. There is a third more of codes than is needed, so
    /// that some may be spoiled.
    pub fn new(file: &[u8], caption: &Caption, paper: Paper) -> Result<Self, SheetError> {
        let mut best: Option<(usize, Transfer, u8)> = None;
        for version in VERSIONS {
            let transfer = Transfer::new(file, capacity(version, Level::Quartile))?;
            let pages = codes(&transfer).div_ceil(layout::CODES);
            if best.as_ref().is_none_or(|(fewest, ..)| pages < *fewest) {
                best = Some((pages, transfer, version));
            }
        }
        let (_, transfer, version) = best.ok_or(TransferError::Empty)?;
        let count = codes(&transfer);
        let symbols: Vec<Symbol> = (0..count)
            .map_while(|number| Symbol::new(&transfer.text(number), version, Level::Quartile))
            .collect();
        if symbols.len() < count {
            return Err(SheetError::Picture("a symbol is too small".to_owned()));
        }
        let facts = layout::Facts {
            caption,
            paper,
            digest: transfer.digest(),
            length: file.len(),
            needed: transfer.needed(),
        };
        Ok(Self {
            pages: layout::pages(&facts, symbols),
            needed: transfer.needed(),
            codes: count,
            digest: transfer.digest(),
        })
    }

    /// The pages.
    pub fn pages(&self) -> &[Page] {
        &self.pages
    }

    /// How many of the codes give the file again, whichever they are.
    pub fn needed(&self) -> usize {
        self.needed
    }

    /// How many codes there are.
    pub fn codes(&self) -> usize {
        self.codes
    }

    /// SHA-256 of the file.
    pub fn digest(&self) -> Sha256 {
        self.digest
    }

    /// Every page as a PNG file, black and white, a pixel for a unit.
    pub fn png(&self) -> Result<Vec<Vec<u8>>, SheetError> {
        self.pages.iter().map(raster::page).collect()
    }

    /// Every page as an SVG file.
    pub fn svg(&self) -> Vec<String> {
        self.pages.iter().map(vector::svg).collect()
    }

    /// All pages as one PDF file.
    pub fn pdf(&self) -> Vec<u8> {
        pdf::document(&self.pages)
    }

    /// All pages as one HTML file that needs nothing from elsewhere.
    pub fn html(&self, caption: &Caption) -> String {
        vector::html(&self.pages, caption)
    }
}

/// How many codes are printed of a transfer.
fn codes(transfer: &Transfer) -> usize {
    let needed = transfer.needed();
    (needed + needed.div_ceil(3)).min(transfer.frames())
}

#[cfg(test)]
mod tests;
