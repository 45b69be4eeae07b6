//! A grey picture in a terminal: two pixels to a cell, one above the other, in the four greys that
//! every terminal with colours has; without colours in the density of characters.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};

use crate::ports::Luma;
use crate::tui::glyphs::GlyphSet;
use crate::tui::theme::Colour;

/// The greys among the 16 ANSI colours, dark to light.
const GREYS: [Color; 4] = [Color::Black, Color::DarkGray, Color::Gray, Color::White];

/// From dark to light where a terminal is dark.
const DENSITY: [&str; 5] = [" ", "░", "▒", "▓", "█"];

/// The same in seven bits.
const DENSITY_ASCII: [&str; 5] = [" ", ".", "+", "%", "@"];

/// Draws the picture as large as it fits, in its own proportions, in the middle of `area`.
pub fn draw(picture: &Luma, colour: Colour, glyphs: GlyphSet, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    let (wide, high) = (usize::from(area.width), usize::from(area.height) * 2);
    if picture.width == 0 || picture.height == 0 || wide == 0 || high == 0 {
        return;
    }
    // a cell is about twice as high as wide, so half a cell is a square
    let (columns, rows) = if wide * picture.height <= high * picture.width {
        (wide, (wide * picture.height / picture.width).max(1))
    } else {
        ((high * picture.width / picture.height).max(1), high)
    };
    let (left, top) = ((wide - columns) / 2, (high - rows) / 4);
    let level = |column: usize, row: usize| -> Option<u8> {
        if row >= rows {
            return None;
        }
        let x = column * picture.width / columns;
        let y = row * picture.height / rows;
        picture.pixels.get(y * picture.width + x).copied()
    };
    for cell_row in 0..rows.div_ceil(2) {
        for column in 0..columns {
            let upper = level(column, cell_row * 2);
            let lower = level(column, cell_row * 2 + 1);
            let place = (u16::try_from(left + column), u16::try_from(top + cell_row));
            let (Ok(x), Ok(y)) = place else { continue };
            let Some(cell) = buffer.cell_mut((area.x + x, area.y + y)) else {
                continue;
            };
            if colour == Colour::Mono || glyphs == GlyphSet::Ascii {
                let mean = u8::midpoint(upper.unwrap_or(0), lower.unwrap_or(0));
                let marks = match glyphs {
                    GlyphSet::Ascii => DENSITY_ASCII,
                    _ => DENSITY,
                };
                let mark = marks.get(usize::from(mean) * marks.len() / 256);
                cell.set_symbol(mark.copied().unwrap_or(" "));
                continue;
            }
            let grey = |level: Option<u8>| {
                level
                    .and_then(|level| GREYS.get(usize::from(level) / 64))
                    .copied()
                    .unwrap_or(Color::Reset)
            };
            let (upper, lower) = (grey(upper), grey(lower));
            if upper == lower {
                cell.set_symbol(" ").set_style(Style::new().bg(upper));
            } else {
                cell.set_symbol("▀")
                    .set_style(Style::new().fg(upper).bg(lower));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(colour: Colour, glyphs: GlyphSet) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 4));
        let picture = Luma {
            width: 4,
            height: 4,
            pixels: [0, 80, 160, 240, 240, 160, 80, 0].repeat(2),
        };
        draw(&picture, colour, glyphs, buffer.area, &mut buffer);
        buffer
    }

    #[test]
    fn two_pixels_stand_in_a_cell() {
        let buffer = drawn(Colour::Sixteen, GlyphSet::Unicode);
        // doubled: both halves of a cell are of one pixel
        assert_eq!(buffer[(0, 0)].bg, Color::Black);
        assert_eq!(buffer[(7, 0)].bg, Color::White);
        assert_eq!(buffer[(0, 1)].bg, Color::White);
        let mut small = Buffer::empty(Rect::new(0, 0, 4, 2));
        let picture = Luma {
            width: 4,
            height: 4,
            pixels: [0, 80, 160, 240, 240, 160, 80, 0].repeat(2),
        };
        let area = small.area;
        draw(
            &picture,
            Colour::Sixteen,
            GlyphSet::Unicode,
            area,
            &mut small,
        );
        let cell = &small[(0, 0)];
        assert_eq!(
            (cell.symbol(), cell.fg, cell.bg),
            ("▀", Color::Black, Color::White)
        );
    }

    #[test]
    fn without_colours_it_is_density() {
        let buffer = drawn(Colour::Mono, GlyphSet::Ascii);
        let text: String = buffer
            .content
            .iter()
            .map(ratatui::buffer::Cell::symbol)
            .collect();
        assert!(
            text.is_ascii() && text.contains('@') && text.contains('.'),
            "{text}"
        );
        assert!(buffer.content.iter().all(|cell| cell.bg == Color::Reset));
    }

    #[test]
    fn a_picture_that_is_not_as_it_says_breaks_nothing() {
        for (width, height, pixels) in [(0, 0, vec![]), (9, 9, vec![1]), (1, 1000, vec![7; 1000])] {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 5, 5));
            let picture = Luma {
                width,
                height,
                pixels,
            };
            let area = Rect::new(2, 2, 40, 40);
            draw(
                &picture,
                Colour::Sixteen,
                GlyphSet::Unicode,
                area,
                &mut buffer,
            );
        }
    }
}
