//! What is shown, and what keys and time do to it.

mod keyed;

use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::fit::{Division, Drawing, Window, taken};
use super::graphics::{self, Graphics};
use super::panel;
use crate::digest::Sha256;
use crate::qr::symbol::{Symbol, width};
use crate::qr::{Transfer, TransferError};
use crate::tui::glyphs::GlyphSet;
use crate::tui::theme::Colour;
use crate::tui::widgets::symbol::{Cells, lighten, paint};

/// Fewest frames a second.
const SLOWEST: u8 = 2;
/// Most frames a second: cameras see 30, and what is read of a frame takes time.
pub const FASTEST: u8 = 12;
/// Frames a second where nothing else is said.
const USUAL: u8 = 6;
/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Colours of the panel; the codes are always black on white.
    pub colour: Colour,
    /// Characters that the terminal can show.
    pub glyphs: GlyphSet,
    /// How the terminal takes pixels, where that is known.
    pub graphics: Option<Graphics>,
}

/// What the caller has to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Leave.
    Quit,
    /// Forget what is on screen.
    Repaint,
    /// Ask the terminal [`graphics::QUESTION`], and bring the answer to [`Show::answered`].
    Ask,
}

/// What is on screen now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Showing {
    /// Number of the frame, from 0.
    pub number: usize,
    /// How many there are.
    pub frames: usize,
    /// How many are enough.
    pub needed: usize,
    /// Version of the codes; zero where none fits.
    pub version: u8,
    /// How they are drawn in pixels, where they are.
    pub graphics: Option<Graphics>,
    /// Frames a second; zero where they do not move.
    pub speed: u8,
}

/// A file that is being shown.
pub struct Show {
    pub(super) name: String,
    pub(super) file: Vec<u8>,
    pub(super) digest: Sha256,
    pub(super) look: Look,
    pub(super) window: Window,
    pub(super) division: Option<Division>,
    /// Version that was asked for by key.
    wanted: Option<u8>,
    /// Whether somebody who pressed a key waits for the terminal's answer.
    awaited: bool,
    pub(super) number: usize,
    symbol: Option<Symbol>,
    pub(super) speed: u8,
    pub(super) paused: bool,
    /// When the next frame is due.
    due: Option<Instant>,
    pub(super) help: bool,
    pub(super) notice: String,
}

impl Show {
    /// A file of this name, which must be safe to look at. Nothing fits before [`Show::fit`].
    pub fn new(name: String, file: Vec<u8>, look: Look) -> Result<Self, TransferError> {
        // whether it can be carried at all
        Transfer::needed_for(
            file.len(),
            crate::qr::symbol::capacity(40, crate::qr::symbol::Level::Low),
        )?;
        let cells = match look.glyphs {
            GlyphSet::Ascii => Cells::Whole,
            GlyphSet::Unicode | GlyphSet::Console => Cells::Half,
        };
        Ok(Self {
            name,
            digest: Sha256::of(&file),
            file,
            look,
            window: Window {
                size: (0, 0),
                cell: None,
                drawing: Drawing::Cells(cells),
            },
            division: None,
            wanted: None,
            awaited: false,
            number: 0,
            symbol: None,
            speed: USUAL,
            paused: false,
            due: None,
            help: false,
            notice: String::new(),
        })
    }

    /// Another speed, in frames a second.
    pub fn at_speed(&mut self, speed: u8) {
        self.speed = speed.clamp(SLOWEST, FASTEST);
    }

    /// Does not move until it is told to.
    pub fn pause(&mut self) {
        self.paused = true;
        self.due = None;
    }

    /// Draws in whole cells.
    pub fn in_whole_cells(&mut self) {
        self.window.drawing = Drawing::Cells(Cells::Whole);
    }

    /// Draws in pixels where the window allows it.
    pub fn in_pixels(&mut self, graphics: Graphics) {
        self.look.graphics = Some(graphics);
        self.window.drawing = Drawing::Pixels;
    }

    /// Whether the help is open.
    pub fn helps(&self) -> bool {
        self.help
    }

    /// Says something beside the code until a key is pressed: at most 66 characters.
    pub fn say(&mut self, words: &str) {
        words.clone_into(&mut self.notice);
    }

    /// SHA-256 of the file.
    pub fn digest(&self) -> Sha256 {
        self.digest
    }

    /// What is on screen now.
    pub fn showing(&self) -> Showing {
        let transfer = self.division.as_ref().map(|division| &division.transfer);
        Showing {
            number: self.number,
            frames: transfer.map_or(0, Transfer::frames),
            needed: transfer.map_or(0, Transfer::needed),
            version: self
                .division
                .as_ref()
                .map_or(0, |division| division.version),
            graphics: match self.window.drawing {
                Drawing::Pixels => self.look.graphics,
                Drawing::Cells(_) => None,
            },
            speed: if self.paused || self.is_still() {
                0
            } else {
                self.speed
            },
        }
    }

    /// Whether there is nothing to go on to.
    pub(super) fn is_still(&self) -> bool {
        self.division
            .as_ref()
            .is_none_or(|division| division.transfer.frames() < 2)
    }

    /// The area has this size in columns and rows, and cells of so many pixels where that is known.
    pub fn fit(&mut self, size: (u16, u16), cell: Option<(u16, u16)>) {
        self.window.size = size;
        self.window.cell = cell;
        self.divide();
    }

    /// How many codes there would be in pixels, where that is known to be possible and fewer.
    pub(super) fn fewer_in_pixels(&self) -> Option<usize> {
        self.look.graphics?;
        self.fewer_if_drawn(Drawing::Pixels, self.window.size)
    }

    /// How many codes would be enough in such a window, where those are fewer than now.
    pub(super) fn fewer_if_drawn(&self, drawing: Drawing, size: (u16, u16)) -> Option<usize> {
        let now = self.division.as_ref()?.transfer.needed();
        let window = Window {
            size,
            drawing,
            ..self.window
        };
        taken(self.file.len(), window).filter(|needed| *needed < now)
    }

    /// What to ask the terminal before anybody does, so that it can be said what pixels would save:
    /// nothing where they would not, or it is known.
    pub fn question(&self) -> &'static [u8] {
        let in_cells = matches!(self.window.drawing, Drawing::Cells(_));
        let open = in_cells && self.look.graphics.is_none();
        match self.fewer_if_drawn(Drawing::Pixels, self.window.size) {
            Some(_) if open => graphics::QUESTION,
            _ => &[],
        }
    }

    /// Begins to move.
    pub fn start(&mut self, now: Instant) {
        self.due = (!self.paused).then(|| now + self.period());
    }

    /// When [`Show::tick`] has something to do; `None` where nothing moves.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.due.filter(|_| !self.is_still())
    }

    /// It is `now`: the next frame, if it is due. Deadlines that were missed are left out; the beat
    /// stays what it was.
    pub fn tick(&mut self, now: Instant) {
        let period = self.period();
        let Some(due) = self.next_deadline().filter(|due| *due <= now) else {
            return;
        };
        let late = now.duration_since(due).as_nanos() / period.as_nanos().max(1);
        let missed = u32::try_from(late).unwrap_or(u32::MAX);
        self.due = Some(
            period
                .checked_mul(missed.saturating_add(1))
                .map_or(now + period, |on| due + on),
        );
        self.step(1);
    }

    fn period(&self) -> Duration {
        Duration::from_secs(1) / u32::from(self.speed.max(1))
    }

    fn step(&mut self, by: isize) {
        let Some(division) = &self.division else {
            return;
        };
        let frames = division.transfer.frames().max(1);
        let by = by.rem_euclid(isize::try_from(frames).unwrap_or(isize::MAX));
        self.number = (self.number + by.unsigned_abs()) % frames;
        self.symbol = division.symbol(self.number);
    }

    /// Divides the file for the window as it is.
    fn divide(&mut self) {
        let division = self.window.largest().and_then(|most| match self.wanted {
            Some(wanted) => Division::new(&self.file, most.min(wanted)),
            None => Division::usual(&self.file, most),
        });
        self.take(division);
    }

    /// Goes on with the same frame where the frames are the same, else from the first.
    fn take(&mut self, division: Option<Division>) {
        let transfer = |division: &Option<Division>| division.as_ref().map(|d| d.transfer.chars());
        if transfer(&division) != transfer(&self.division) {
            self.number = 0;
        }
        self.division = division;
        self.step(0);
        if self.division.is_none() {
            self.symbol = None;
        }
    }

    /// The code and where it goes: its cells, and the width of a module in pixels.
    fn placed(&self) -> Option<(&Symbol, (u16, u16))> {
        let (division, symbol) = (self.division.as_ref()?, self.symbol.as_ref()?);
        let place = self.window.place(width(division.version))?;
        panel::fits(self, place.0).then_some((symbol, place))
    }

    /// Draws everything but pixels into `area`, which has the size given to [`Show::fit`].
    pub fn draw(&self, area: Rect, buffer: &mut Buffer) {
        let Some((symbol, (columns, rows))) = self.placed() else {
            panel::too_small(self, area, buffer);
            return;
        };
        panel::draw(self, columns, area, buffer);
        // after the words: what they are put into for old fonts is not for codes
        match self.window.drawing {
            Drawing::Cells(cells) => paint(symbol, cells, area.as_position(), buffer),
            Drawing::Pixels => lighten(
                Rect {
                    width: columns,
                    height: rows,
                    ..area
                },
                buffer,
            ),
        }
    }

    /// What is to be written to the terminal behind the cells of a frame: a picture, or nothing.
    pub fn pixels(&self, area: Rect) -> Vec<u8> {
        let Position { x, y } = area.as_position();
        let graphics = self.showing().graphics;
        let picture = graphics
            .zip(self.placed())
            .and_then(|(graphics, (symbol, _))| {
                let module = self.window.module(symbol.width())?;
                Some(graphics::sequence(graphics, symbol, module, (x, y)))
            });
        picture.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
