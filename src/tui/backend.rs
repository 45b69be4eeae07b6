//! Writes cells to the terminal, one write per frame.
//!
//! Our own, and small, for three reasons: without colours no colour sequence at all goes out (the
//! usual library writes a bare `CSI m` under `NO_COLOR`, which wipes bold and reverse); the
//! terminal is never asked for its cursor, so one that answers nothing works; and nothing is
//! buffered beyond a frame.

use std::fmt::Write as _;
use std::io;

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};

/// The terminal on standard output.
#[derive(Default)]
pub struct Screen {
    bytes: Vec<u8>,
}

/// Columns and rows of the terminal; 80 by 24 where it does not say.
pub fn size() -> (u16, u16) {
    match rustix::termios::tcgetwinsize(rustix::stdio::stdout()) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col, size.ws_row),
        _ => (80, 24),
    }
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
    fn put(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn go(&mut self, x: u16, y: u16) {
        self.put(&format!(
            "\x1b[{};{}H",
            y.saturating_add(1),
            x.saturating_add(1)
        ));
    }

    /// The attributes of a cell, from nothing: at most one sequence per run of equal cells.
    fn style(&mut self, cell: &Cell) {
        let mut sequence = String::from("\x1b[0");
        for (modifier, code) in [
            (Modifier::BOLD, ";1"),
            (Modifier::UNDERLINED, ";4"),
            (Modifier::REVERSED, ";7"),
        ] {
            if cell.modifier.contains(modifier) {
                sequence.push_str(code);
            }
        }
        for (colour, base) in [(cell.fg, 30), (cell.bg, 40)] {
            if let Some(number) = ansi(colour) {
                // writing to a String cannot fail
                let _ = write!(sequence, ";{}", base + number);
            }
        }
        sequence.push('m');
        self.put(&sequence);
    }
}

/// Distance of a colour's code from 30 or 40.
fn ansi(colour: Color) -> Option<u16> {
    Some(match colour {
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 60,
        Color::LightRed => 61,
        Color::LightGreen => 62,
        Color::LightYellow => 63,
        Color::LightBlue => 64,
        Color::LightMagenta => 65,
        Color::LightCyan => 66,
        Color::White => 67,
        Color::Reset | Color::Rgb(..) | Color::Indexed(_) => return None,
    })
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
                self.go(x, y);
            }
            let style = (cell.fg, cell.bg, cell.modifier);
            if last != Some(style) {
                self.style(cell);
                last = Some(style);
            }
            self.put(cell.symbol());
            next = Some((x.saturating_add(1), y));
            if !cell.symbol().is_ascii()
                && unicode_width::UnicodeWidthStr::width(cell.symbol()) != 1
            {
                next = None;
            }
        }
        if last.is_some() {
            self.put("\x1b[0m");
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.put("\x1b[?25l");
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.put("\x1b[?25h");
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let position = position.into();
        self.go(position.x, position.y);
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.put("\x1b[0m\x1b[2J");
        Ok(())
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
        let result = write_all(&self.bytes);
        self.bytes.clear();
        result
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
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 12));
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
        assert!(written(Colour::Sixteen).contains(";7;33;40m"));
    }
}
