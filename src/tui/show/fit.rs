//! Which codes fit into which window.

use crate::qr::Transfer;
use crate::qr::symbol::{Level, QUIET, Symbol, capacity, smallest, width};
use crate::tui::widgets::symbol::{Cells, size};

/// Columns of the panel beside the code.
pub const PANEL: u16 = 34;
/// Columns between the code and the panel.
pub const GUTTER: u16 = 1;
/// Rows of the hints at the bottom.
pub const FOOTER: u16 = 1;
/// The smallest window in which anything is shown.
pub const SMALLEST: (u16, u16) = (80, 24);
/// Largest version that is taken without being asked for: a camera of 640 by 480 still reads it.
const USUAL_LARGEST: u8 = 22;
/// Largest version that is taken without being asked for where the whole file is one code: that one
/// stands still, and the camera can be brought closer.
const STILL_LARGEST: u8 = 27;
/// Fewest pixels of a module: a camera needs about three of its own for each.
const LEAST_PIXELS: usize = 3;

/// A window, and how a code is drawn in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Columns and rows.
    pub size: (u16, u16),
    /// Width and height of a cell in pixels, where the terminal says so.
    pub cell: Option<(u16, u16)>,
    /// How modules are drawn.
    pub drawing: Drawing,
}

/// How modules are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawing {
    /// In cells.
    Cells(Cells),
    /// In pixels.
    Pixels,
}

/// A file divided into codes of one kind.
#[derive(Clone, Debug)]
pub struct Division {
    /// The frames.
    pub transfer: Transfer,
    /// Version of every code.
    pub version: u8,
    /// Error correction of every code.
    pub level: Level,
}

impl Window {
    /// Columns and rows that are left for the code.
    fn room(self) -> (u16, u16) {
        (
            self.size.0.saturating_sub(PANEL + GUTTER),
            self.size.1.saturating_sub(FOOTER),
        )
    }

    /// Pixels of a module of a code that is drawn in pixels; `None` where it does not fit.
    pub fn module(self, width: usize) -> Option<usize> {
        let (columns, rows) = self.room();
        let (cell_width, cell_height) = self.cell?;
        let across = usize::from(columns) * usize::from(cell_width);
        let down = usize::from(rows) * usize::from(cell_height);
        let module = across.min(down) / (width + 2 * QUIET);
        (module >= LEAST_PIXELS).then_some(module)
    }

    /// Columns and rows that a code takes; `None` where it does not fit.
    pub fn place(self, width: usize) -> Option<(u16, u16)> {
        let (columns, rows) = self.room();
        let taken = match self.drawing {
            Drawing::Cells(cells) => size(width, cells),
            Drawing::Pixels => {
                let side = self.module(width)? * (width + 2 * QUIET);
                let (cell_width, cell_height) = self.cell?;
                (
                    u16::try_from(side.div_ceil(usize::from(cell_width))).ok()?,
                    u16::try_from(side.div_ceil(usize::from(cell_height))).ok()?,
                )
            }
        };
        (taken.0 <= columns && taken.1 <= rows).then_some(taken)
    }

    /// The largest version that fits.
    pub fn largest(self) -> Option<u8> {
        (1..=40)
            .rev()
            .find(|version| self.place(width(*version)).is_some())
    }
}

impl Division {
    /// Divides a file for a window in which codes of version `most` fit: into one code if that can
    /// be, else into as few as there can be without taxing a camera.
    pub fn usual(file: &[u8], most: u8) -> Option<Self> {
        Self::new(file, usual(file.len(), most))
    }

    /// Divides a file into as few codes as there can be with codes of at most version `most`; of
    /// those the smallest.
    pub fn new(file: &[u8], most: u8) -> Option<Self> {
        let level = level(file.len(), most);
        let transfer = Transfer::new(file, capacity(most, level)).ok()?;
        let version = smallest(transfer.chars(), level)?;
        Some(Self {
            transfer,
            version,
            level,
        })
    }

    /// Fewer and larger codes, of at most version `most`.
    pub fn denser(&self, file: &[u8], most: u8) -> Option<Self> {
        let now = self.transfer.needed();
        let fewer = |version: &u8| codes(file.len(), *version).is_some_and(|needed| needed < now);
        let version = (self.version + 1..=most).find(fewer)?;
        Self::new(file, version)
    }

    /// More and smaller codes.
    pub fn sparser(&self, file: &[u8]) -> Option<Self> {
        Self::new(
            file,
            self.version.checked_sub(1).filter(|version| *version > 0)?,
        )
    }

    /// One of the codes.
    pub fn symbol(&self, number: usize) -> Option<Symbol> {
        Symbol::new(&self.transfer.text(number), self.version, self.level)
    }
}

/// How many codes of at most version `most` carry a file of `length` bytes; `None` where they are too
/// small.
fn codes(length: usize, most: u8) -> Option<usize> {
    Transfer::needed_for(length, capacity(most, level(length, most))).ok()
}

/// A single code is looked at for as long as one likes: it has room for more correction, where it fits.
fn level(length: usize, most: u8) -> Level {
    match Transfer::needed_for(length, capacity(most, Level::Medium)) {
        Ok(1) => Level::Medium,
        _ => Level::Low,
    }
}

/// The largest version that is taken without being asked for, of those up to `most`.
fn usual(length: usize, most: u8) -> u8 {
    let still = most.min(STILL_LARGEST);
    match codes(length, still) {
        Some(1) => still,
        _ => most.min(USUAL_LARGEST),
    }
}

/// How many codes a file of `length` bytes takes in this window where nothing is asked for; `None` where
/// it has no room for any.
pub fn taken(length: usize, window: Window) -> Option<usize> {
    codes(length, usual(length, window.largest()?))
}

/// Columns and rows of the smallest window in which a file can be shown at all.
pub fn needed(file: &[u8], drawing: Drawing) -> (u16, u16) {
    let cells = match drawing {
        Drawing::Cells(cells) => cells,
        Drawing::Pixels => Cells::Half,
    };
    let version = (1..=40).find(|version| codes(file.len(), *version).is_some());
    let (columns, rows) = size(width(version.unwrap_or(40)), cells);
    (
        SMALLEST.0.max(columns + PANEL + GUTTER),
        SMALLEST.1.max(rows + FOOTER),
    )
}
