//! Frames as what a terminal would be sent to show one after the other.

use crossterm::style::force_color_output;
use ratatui::backend::Backend as _;
use ratatui::buffer::Buffer;

use crate::tui::backend::Screen;

/// Blank, and without a cursor.
const BLANK: &str = "\x1b[0m\x1b[2J\x1b[H\x1b[?25l";

/// The frames so far.
#[derive(Default)]
pub struct Strip {
    last: Option<Buffer>,
    screen: Screen,
}

impl Strip {
    /// No frame yet: the next one is written in full.
    pub fn new() -> Self {
        // whether colours are used is decided where frames are drawn
        force_color_output(true);
        Self::default()
    }

    /// Columns and rows of the last frame.
    pub fn size(&self) -> Option<(u16, u16)> {
        let area = self.last.as_ref()?.area;
        Some((area.width, area.height))
    }

    /// What brings a terminal from the last frame to this one; empty where nothing has changed. After another
    /// size, or at the beginning, all of it.
    pub fn next(&mut self, frame: Buffer) -> String {
        let known = self.last.take().filter(|last| last.area == frame.area);
        let mut text = String::new();
        let before = known.unwrap_or_else(|| {
            text.push_str(BLANK);
            Buffer::empty(frame.area)
        });
        // writing to memory cannot fail
        let _ = self.screen.draw(before.diff(&frame).into_iter());
        text.push_str(&String::from_utf8_lossy(&self.screen.drawn()));
        self.last = Some(frame);
        text
    }
}
