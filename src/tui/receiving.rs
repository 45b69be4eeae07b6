//! A file on its way in while a question waits for it: what the camera saw, what a hand scanner typed.

use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::glyphs::GlyphSet;
use super::keys::Key;
use super::pen::{Pen, Text};
use super::scan::typing::{Heard, Typing};
use super::scan::{Eyes, Scan};
use super::theme::Role;
use crate::digest::Sha256;
use crate::ports::{Blind, Sighting};
use crate::qr::frame::Frame;

/// What is looked at, in words.
const SOURCE: &str = "The camera";

/// Rows of the picture and the counters where there is room.
pub const ROWS: usize = 14;

/// The file that an open question waits for.
pub struct Receiving {
    scan: Scan,
    eyes: Eyes,
    typing: Typing,
    /// The beginning of its time.
    since: Instant,
    /// Transfers that were refused: they may still be in front of the camera.
    refused: Vec<Sha256>,
}

impl Receiving {
    /// Nothing was received yet.
    pub fn new(eyes: Eyes, now: Instant) -> Self {
        Self {
            scan: Scan::new(eyes, SOURCE),
            eyes,
            typing: Typing::default(),
            since: now,
            refused: Vec::new(),
        }
    }

    /// A key was pressed. The keys that people pressed are given back, late; those of a scanner are
    /// taken.
    pub fn key(&mut self, key: Key, now: Instant) -> Vec<Key> {
        let heard = self.typing.key(key, self.age(now));
        self.sort(heard, now)
    }

    /// The keys that are clear because of the time alone.
    pub fn idle(&mut self, now: Instant) -> Vec<Key> {
        let heard = self.typing.idle(self.age(now));
        self.sort(heard, now)
    }

    /// How long from `now` until something is clear without another key.
    pub fn waits(&self, now: Instant) -> Option<Duration> {
        self.typing.wait(self.age(now))
    }

    fn sort(&mut self, heard: Vec<Heard>, now: Instant) -> Vec<Key> {
        let mut keys = Vec::new();
        for heard in heard {
            match heard {
                Heard::Line(line) => self.line(&line, self.age(now)),
                Heard::Keys(pressed) => keys.extend(pressed),
            }
        }
        keys
    }

    fn age(&self, now: Instant) -> Duration {
        now.duration_since(self.since)
    }

    /// A picture was looked at.
    pub fn sighting(&mut self, mut sighting: Sighting, now: Instant) {
        sighting.texts.retain(|text| !self.was_refused(text));
        self.scan.sighting(sighting, self.age(now));
    }

    /// There are no more pictures.
    pub fn ended(&mut self, why: Blind) {
        self.scan.ended(why);
    }

    /// A hand scanner typed a line.
    fn line(&mut self, line: &str, at: Duration) {
        if !self.was_refused(line) {
            self.scan.line(line, at);
        }
    }

    fn was_refused(&self, text: &str) -> bool {
        let of = |frame: Frame| {
            let mut refused = self.refused.iter();
            refused.any(|digest| digest.0.starts_with(&frame.stream.id))
        };
        Frame::parse(text).is_ok_and(of)
    }

    /// The file, once it is whole.
    pub fn file(&self) -> Option<&[u8]> {
        self.scan.file().map(|(file, _)| file)
    }

    /// The file was refused: another one is waited for.
    pub fn refuse(&mut self) {
        if let Some((_, digest)) = self.scan.file() {
            self.refused.push(digest);
            self.scan = Scan::new(self.eyes, SOURCE);
        }
    }

    /// What is said above the fields.
    pub fn lines(&self, pen: Pen, width: usize) -> Text {
        let mut text = match self.scan.file() {
            Some((file, digest)) => pen.wrapped(
                Role::Ok,
                &format!(
                    "Complete: {} bytes, SHA-256 {}. Initials take it. Its words are compared next.",
                    file.len(),
                    digest.short()
                ),
                1,
                width,
            ),
            None => pen.wrapped(
                Role::Important,
                "The file is not complete yet. A hand scanner may type at any time.",
                1,
                width,
            ),
        };
        if let Some(advice) = self.typing.advice() {
            text.extend(pen.wrapped(Role::AlertWarn, advice, 1, width));
        }
        text
    }

    /// Draws what was received so far, and what the camera sees.
    pub fn draw(&self, look: (Pen, GlyphSet), area: Rect, now: Instant, buffer: &mut Buffer) {
        let (pen, glyphs) = look;
        self.scan.draw(pen, glyphs, area, self.age(now), buffer);
    }
}

#[cfg(test)]
mod tests;
