//! Writes cells to the terminal through crossterm's commands, one write per frame.
//!
//! It differs from ratatui's own backend in three things: what is the terminal's own colour is not
//! set at all, so that without colours no colour sequence goes out; the terminal is never asked
//! for its cursor, so that one which answers nothing works; and a frame is one write, which the
//! terminal shows in one piece (synchronized output, private mode 2026).

use std::io;

use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::queue;
use crossterm::style::{Attribute, Print, SetAttribute, SetBackgroundColor, SetForegroundColor};
use crossterm::terminal::Clear;
use ratatui::backend::{Backend, ClearType, IntoCrossterm, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};

/// The terminal on standard output.
#[derive(Default)]
pub struct Screen {
    bytes: Vec<u8>,
    behind: Vec<u8>,
}

/// From here on the terminal shows nothing new; terminals that do not know it ignore it.
const BEGIN_AT_ONCE: &[u8] = b"\x1b[?2026h";
/// Everything since then is shown.
const END_AT_ONCE: &[u8] = b"\x1b[?2026l";

/// Columns and rows of the terminal; 80 by 24 where it does not say.
pub fn size() -> (u16, u16) {
    match crossterm::terminal::size() {
        Ok((columns, rows)) if columns > 0 && rows > 0 => (columns, rows),
        _ => (80, 24),
    }
}

/// Width and height of a cell in pixels, where the terminal says so.
pub fn cell_pixels() -> Option<(u16, u16)> {
    let size = crossterm::terminal::window_size().ok()?;
    let width = size.width.checked_div(size.columns)?;
    let height = size.height.checked_div(size.rows)?;
    (width > 0 && height > 0).then_some((width, height))
}

/// Writes all of `bytes` to standard output.
pub fn write_all(mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(rustix::stdio::stdout(), bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(rustix::io::Errno::INTR) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Ok(())
}

impl Screen {
    /// Has `raw` written behind the cells of the next frame.
    pub fn behind(&mut self, raw: Vec<u8>) {
        self.behind = raw;
    }

    /// What was drawn since the last time, for somebody else than the terminal.
    pub fn drawn(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// The attributes of a cell, from nothing.
    fn style(&mut self, cell: &Cell) -> io::Result<()> {
        queue!(self.bytes, SetAttribute(Attribute::Reset))?;
        for (modifier, attribute) in [
            (Modifier::BOLD, Attribute::Bold),
            (Modifier::UNDERLINED, Attribute::Underlined),
            (Modifier::REVERSED, Attribute::Reverse),
        ] {
            if cell.modifier.contains(modifier) {
                queue!(self.bytes, SetAttribute(attribute))?;
            }
        }
        if cell.fg != Color::Reset {
            queue!(self.bytes, SetForegroundColor(cell.fg.into_crossterm()))?;
        }
        if cell.bg != Color::Reset {
            queue!(self.bytes, SetBackgroundColor(cell.bg.into_crossterm()))?;
        }
        Ok(())
    }
}

impl Backend for Screen {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut next = None;
        let mut last: Option<(Color, Color, Modifier)> = None;
        for (x, y, cell) in content {
            if next != Some((x, y)) {
                queue!(self.bytes, MoveTo(x, y))?;
            }
            let style = (cell.fg, cell.bg, cell.modifier);
            if last != Some(style) {
                self.style(cell)?;
                last = Some(style);
            }
            queue!(self.bytes, Print(cell.symbol()))?;
            next = Some((x.saturating_add(1), y));
            if !cell.symbol().is_ascii()
                && unicode_width::UnicodeWidthStr::width(cell.symbol()) != 1
            {
                next = None;
            }
        }
        if last.is_some() {
            queue!(self.bytes, SetAttribute(Attribute::Reset))?;
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        queue!(self.bytes, Hide)
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        queue!(self.bytes, Show)
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        queue!(self.bytes, MoveTo(position.x, position.y))
    }

    fn clear(&mut self) -> io::Result<()> {
        queue!(
            self.bytes,
            SetAttribute(Attribute::Reset),
            Clear(crossterm::terminal::ClearType::All)
        )
    }

    fn clear_region(&mut self, _: ClearType) -> io::Result<()> {
        self.clear()
    }

    fn size(&self) -> io::Result<Size> {
        let (width, height) = size();
        Ok(Size { width, height })
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize {
            columns_rows: self.size()?,
            pixels: Size::ZERO,
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        let raw = std::mem::take(&mut self.behind);
        let cells = std::mem::take(&mut self.bytes);
        if cells.is_empty() && raw.is_empty() {
            return Ok(());
        }
        write_all(&[BEGIN_AT_ONCE, &cells, &raw, END_AT_ONCE].concat())
    }
}

#[cfg(test)]
mod tests {
    use ratatui::backend::Backend;
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;

    use super::Screen;
    use crate::tui::theme::{Colour, Role};

    fn written(colour: Colour) -> String {
        // as the terminal does before its first frame; else `NO_COLOR` of this machine would decide
        crossterm::style::force_color_output(true);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 13));
        for (y, role) in (0..).zip(Role::ALL) {
            buffer.set_string(0, y, "text", role.style(colour));
        }
        let mut screen = Screen::default();
        let cells = buffer.content.iter().enumerate().map(|(i, c)| {
            let (x, y) = buffer.pos_of(i);
            (x, y, c)
        });
        screen.draw(cells).expect("no I/O");
        String::from_utf8(screen.bytes).expect("text")
    }

    #[test]
    fn without_colours_no_colour_sequence_goes_out() {
        let text = written(Colour::Mono);
        let codes: Vec<&str> = text
            .split("\x1b[")
            .filter_map(|s| s.split_once('m').map(|p| p.0))
            .filter(|s| s.bytes().all(|b| b.is_ascii_digit() || b == b';'))
            .flat_map(|s| s.split(';'))
            .collect();
        assert!(
            codes.iter().all(|c| ["0", "1", "7"].contains(c)),
            "{codes:?}"
        );
        assert!(codes.contains(&"7"));
        assert!(!text.contains("\x1b[m"));
        let colourful = written(Colour::Sixteen);
        assert!(
            colourful.contains("\x1b[1m\x1b[7m\x1b[38;5;3m\x1b[48;5;0m"),
            "{colourful:?}"
        );
    }
}
