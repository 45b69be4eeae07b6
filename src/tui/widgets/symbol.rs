//! A QR code in cells of the terminal.
//!
//! Its colours are always set, whatever the theme and `NO_COLOR` say: without them a code on a dark
//! terminal is inverted, and most readers pass over it. Where a cell is of one colour, it is a blank
//! on that background: the blocks of many fonts do not fill their cells, backgrounds do.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier};

use crate::qr::symbol::{QUIET, Symbol};

/// Black of the 256-colour palette, which themes leave alone.
const DARK: Color = Color::Indexed(16);
/// White of it.
const LIGHT: Color = Color::Indexed(231);
/// The one glyph.
const UPPER_HALF: &str = "▀";

/// How modules are put into cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cells {
    /// Two modules in a cell, one above the other. Needs a font with U+2580.
    Half,
    /// Two cells for a module, by colours alone.
    Whole,
}

/// Columns and rows that a symbol with `width` modules along one side takes, with its quiet zone.
pub fn size(width: usize, cells: Cells) -> (u16, u16) {
    let side = u16::try_from(width + 2 * QUIET).unwrap_or(u16::MAX);
    match cells {
        Cells::Half => (side, side.div_ceil(2)),
        Cells::Whole => (side.saturating_mul(2), side),
    }
}

/// Paints a symbol and its quiet zone from `at`, the top left cell. Cells outside the buffer are
/// left out.
pub fn paint(symbol: &Symbol, cells: Cells, at: Position, buffer: &mut Buffer) {
    let (columns, rows) = size(symbol.width(), cells);
    for row in 0..rows {
        for column in 0..columns {
            let (x, y) = (usize::from(column), usize::from(row));
            let (upper, lower) = match cells {
                Cells::Half => (colour(symbol, x, 2 * y), colour(symbol, x, 2 * y + 1)),
                Cells::Whole => {
                    let both = colour(symbol, x / 2, y);
                    (both, both)
                }
            };
            put(buffer, at, (column, row), upper, lower);
        }
    }
}

/// Makes an area light, for what is drawn over it in pixels.
pub fn lighten(area: Rect, buffer: &mut Buffer) {
    for row in 0..area.height {
        for column in 0..area.width {
            put(buffer, area.as_position(), (column, row), LIGHT, LIGHT);
        }
    }
}

fn put(buffer: &mut Buffer, at: Position, (column, row): (u16, u16), upper: Color, lower: Color) {
    let place = (at.x.saturating_add(column), at.y.saturating_add(row));
    let Some(cell) = buffer.cell_mut(place) else {
        return;
    };
    // of two pairs of colours everything is made: fewer sequences go out
    let glyph = if upper == lower { " " } else { UPPER_HALF };
    cell.set_symbol(glyph);
    cell.fg = if lower == LIGHT { DARK } else { LIGHT };
    cell.bg = lower;
    cell.modifier = Modifier::empty();
}

/// The colour of a module; those of the quiet zone are counted too.
fn colour(symbol: &Symbol, x: usize, y: usize) -> Color {
    let dark = x
        .checked_sub(QUIET)
        .zip(y.checked_sub(QUIET))
        .is_some_and(|(x, y)| symbol.is_dark(x, y));
    if dark { DARK } else { LIGHT }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::Buffer;
    use ratatui::layout::{Position, Rect};

    use super::{Cells, DARK, LIGHT, QUIET, UPPER_HALF, paint, size};
    use crate::qr::symbol::{Level, Symbol};

    /// The modules as a terminal shows them: each is looked at in the middle.
    fn seen(buffer: &Buffer, cells: Cells, x: usize, y: usize) -> bool {
        let (column, row) = match cells {
            Cells::Half => (x, y / 2),
            Cells::Whole => (2 * x, y),
        };
        let cell = &buffer[(
            u16::try_from(column).unwrap() + 3,
            u16::try_from(row).unwrap() + 1,
        )];
        let lower_half = cells == Cells::Half && y % 2 == 1;
        let colour = match cell.symbol() {
            UPPER_HALF if !lower_half => cell.fg,
            _ => cell.bg,
        };
        assert!([DARK, LIGHT].contains(&colour));
        colour == DARK
    }

    #[test]
    fn every_module_is_painted_and_the_quiet_zone_too() {
        for version in [1, 5, 12, 22] {
            let symbol = Symbol::new("ROOTSTAGE", version, Level::Low).unwrap();
            for cells in [Cells::Half, Cells::Whole] {
                let (columns, rows) = size(symbol.width(), cells);
                let mut buffer = Buffer::empty(Rect::new(0, 0, columns + 5, rows + 5));
                paint(&symbol, cells, Position::new(3, 1), &mut buffer);
                for y in 0..symbol.width() + 2 * QUIET {
                    for x in 0..symbol.width() + 2 * QUIET {
                        let dark = x >= QUIET && y >= QUIET && symbol.is_dark(x - QUIET, y - QUIET);
                        assert_eq!(
                            seen(&buffer, cells, x, y),
                            dark,
                            "{version} {cells:?} {x} {y}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn whole_cells_need_no_glyph_and_halves_only_one() {
        let symbol = Symbol::new("ROOTSTAGE", 5, Level::Low).unwrap();
        for (cells, glyphs) in [
            (Cells::Half, &[" ", UPPER_HALF][..]),
            (Cells::Whole, &[" "][..]),
        ] {
            let (columns, rows) = size(symbol.width(), cells);
            let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
            paint(&symbol, cells, Position::ORIGIN, &mut buffer);
            for cell in &buffer.content {
                assert!(glyphs.contains(&cell.symbol()));
                if cell.symbol() == UPPER_HALF {
                    assert_ne!(cell.fg, cell.bg);
                }
            }
        }
        assert_eq!(size(37, Cells::Half), (45, 23));
    }

    #[test]
    fn a_buffer_that_is_too_small_is_no_harm() {
        let symbol = Symbol::new("ROOTSTAGE", 5, Level::Low).unwrap();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 10, 3));
        paint(&symbol, Cells::Half, Position::new(8, 2), &mut buffer);
        paint(
            &symbol,
            Cells::Half,
            Position::new(u16::MAX, u16::MAX),
            &mut buffer,
        );
    }
}
