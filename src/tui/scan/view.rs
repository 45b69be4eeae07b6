//! How a scan is drawn.
//!
//! ```text
//!  what the camera sees          9 of 11 frames; 2 still needed
//!                                ━━━━━━━━━━━━━━━━━━━━━━━━━───────
//!                                about 1 s left
//!                                ████·█████·
//!                                new 9  repeated 4  foreign 0  unreadable 1
//! ```

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::{Eyes, Scan};
use crate::qr::Progress;
use crate::tui::glyphs::GlyphSet;
use crate::tui::pen::{Pen, Text};
use crate::tui::theme::Role;
use crate::tui::widgets::{digest, picture};

/// Columns of the digest in words.
const DIGEST: u16 = 74;

/// Most rows of the grid of frames.
const GRID: usize = 6;

impl Scan {
    /// Draws it into `area`: best 74 columns and 18 rows or more.
    pub fn draw(&self, pen: Pen, glyphs: GlyphSet, area: Rect, now: Duration, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let mut area = area;
        if self.eyes == Eyes::Pictures && self.file().is_none() {
            let half = Rect {
                width: area.width / 2,
                ..area
            };
            picture::draw(&self.preview, pen.0, glyphs, half, buffer);
            area.x += half.width + 1;
            area.width = area.width.saturating_sub(half.width + 1);
        }
        let text = self.text(pen, usize::from(area.width), now);
        for (y, line) in (area.y..area.bottom()).zip(text) {
            buffer.set_line(area.x, y, &line, area.width);
        }
    }

    fn text(&self, pen: Pen, width: usize, now: Duration) -> Text {
        let progress = self.progress();
        let mut text = Vec::new();
        if let Some((file, sha256)) = self.file() {
            text.push(pen.line(
                Role::Ok,
                format!(
                    "All {} frames are here: a file of {} bytes.",
                    progress.needed,
                    file.len()
                ),
            ));
            text.extend(pen.wrapped(
                Role::Important,
                "Compare its SHA-256 with the one on the sender's screen:",
                0,
                width,
            ));
            text.push(Line::default());
            if width >= usize::from(DIGEST) {
                text.extend(digest::grid(pen, &sha256));
            } else {
                text.extend(pen.wrapped(Role::Important, &sha256.groups().join(" "), 0, width));
                text.extend(pen.wrapped(Role::Important, &sha256.words().join(" "), 0, width));
            }
            return text;
        }
        text.extend(pen.wrapped(Role::Title, &self.headline(&progress), 0, width));
        if let Some(done) = (progress.received * width).checked_div(progress.needed) {
            text.push(Line::from(vec![
                pen.span(Role::Guidance, "━".repeat(done.min(width))),
                pen.span(Role::Dim, "─".repeat(width.saturating_sub(done))),
            ]));
            let left = self.left(now).map_or_else(String::new, seconds);
            text.push(pen.line(Role::Text, left));
            text.extend(grid(pen, &progress, width));
        }
        text.push(Line::default());
        let counters = format!(
            "new {}, repeated {}, foreign {}, unreadable {}",
            progress.new, progress.repeated, progress.foreign, progress.unreadable
        );
        text.extend(pen.wrapped(Role::Dim, &counters, 0, width));
        if self.eyes == Eyes::Pictures {
            let pictures = format!("pictures {}", self.pictures);
            text.push(pen.line(Role::Dim, pictures));
        }
        text.push(Line::default());
        if let Some(blind) = &self.ended {
            text.extend(pen.wrapped(Role::AlertError, &blind.to_string(), 0, width));
        }
        if let Some(hint) = self.hint(now) {
            text.extend(pen.wrapped(Role::AlertWarn, hint, 0, width));
        }
        text
    }

    fn headline(&self, progress: &Progress) -> String {
        match (progress.needed, self.eyes) {
            (0, Eyes::Pictures) => format!("{}: looking for QR codes", self.source),
            (0, Eyes::HandScanner) => {
                "Scan the QR codes with the hand scanner, in any order".to_owned()
            }
            (needed, _) => counted(progress.received, needed),
        }
    }
}

/// How far it is, in words.
pub fn counted(received: usize, needed: usize) -> String {
    let missing = needed.saturating_sub(received);
    format!("{received} of {needed} frames; {missing} still needed")
}

fn seconds(left: Duration) -> String {
    match left.as_secs() {
        0 => "about a second left".to_owned(),
        seconds @ 1..120 => format!("about {} s left", seconds + 1),
        seconds => format!("about {} min left", seconds / 60 + 1),
    }
}

/// A mark for each frame that carries a piece of the file; of the others only how many there are.
fn grid(pen: Pen, progress: &Progress, width: usize) -> Text {
    let mut text = Vec::new();
    let (needed, width) = (progress.needed, width.max(1));
    let is_there = |number: usize| {
        u16::try_from(number).is_ok_and(|number| progress.frames.binary_search(&number).is_ok())
    };
    // several frames share a mark where there are more than places
    let share = needed.div_ceil(width * GRID).max(1);
    let marks: Vec<bool> = (0..needed)
        .step_by(share)
        .map(|from| (from..(from + share).min(needed)).all(is_there))
        .collect();
    for row in marks.chunks(width) {
        let row: String = row
            .iter()
            .map(|there| if *there { '█' } else { '·' })
            .collect();
        text.push(pen.line(Role::Guidance, row));
    }
    let others = progress
        .frames
        .iter()
        .filter(|frame| usize::from(**frame) >= needed);
    match others.count() {
        0 => {}
        n => text.push(pen.line(
            Role::Dim,
            format!(
                "and {n} of {} that make up for missing ones",
                progress.all.saturating_sub(needed)
            ),
        )),
    }
    text
}
