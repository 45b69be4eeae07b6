//! A file on its way in while a question waits for it: what the camera saw, what a hand scanner typed.

use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::glyphs::GlyphSet;
use super::keys::Key;
use super::pen::{Pen, Text};
use super::scan::{Eyes, Scan};
use super::theme::Role;
use crate::digest::Sha256;
use crate::ports::{Blind, Sighting};
use crate::qr::frame::Frame;
use crate::qr::keyboard::{self, Burst, Stroke, Typed};

/// What is looked at, in words.
const SOURCE: &str = "The camera";

/// Rows of the picture and the counters where there is room.
pub const ROWS: usize = 14;

/// The file that an open question waits for.
pub struct Receiving {
    scan: Scan,
    eyes: Eyes,
    /// Tells a hand scanner from a person.
    burst: Burst,
    /// The beginning of its time.
    since: Instant,
    /// What to tell people of the scanner's keyboard layout.
    advice: Option<String>,
    /// Transfers that were refused: they may still be in front of the camera.
    refused: Vec<Sha256>,
}

impl Receiving {
    /// Nothing was received yet.
    pub fn new(eyes: Eyes, now: Instant) -> Self {
        Self {
            scan: Scan::new(eyes, SOURCE),
            eyes,
            burst: Burst::default(),
            since: now,
            advice: None,
            refused: Vec::new(),
        }
    }

    /// A key was pressed. The keys that people pressed are given back, late; those of a scanner are
    /// taken.
    pub fn key(&mut self, key: Key, now: Instant) -> Vec<Key> {
        let at = self.milliseconds(now);
        let stroke = match key {
            Key::Char(c) => Stroke::Char(c),
            Key::Enter => Stroke::Enter,
            Key::Tab => Stroke::Tab,
            // no scanner types these: what was held back comes first
            other => {
                let mut keys = self.idle_at(u64::MAX, self.age(now));
                keys.push(other);
                return keys;
            }
        };
        let typed = self.burst.press(at, stroke);
        self.sort(typed, self.age(now))
    }

    /// The keys that are clear because of the time alone.
    pub fn idle(&mut self, now: Instant) -> Vec<Key> {
        let at = self.milliseconds(now);
        self.idle_at(at, self.age(now))
    }

    fn idle_at(&mut self, at: u64, age: Duration) -> Vec<Key> {
        let typed = self.burst.idle(at);
        self.sort(typed, age)
    }

    /// How many milliseconds from `now` something will be clear without another key.
    pub fn waits(&self, now: Instant) -> Option<u64> {
        let at = self.milliseconds(now);
        self.burst
            .deadline()
            .map(|deadline| deadline.saturating_sub(at))
    }

    fn sort(&mut self, typed: impl IntoIterator<Item = Typed>, age: Duration) -> Vec<Key> {
        let mut keys = Vec::new();
        for typed in typed {
            match typed {
                Typed::Scan(line) => self.line(&line, age),
                Typed::Keys(strokes) => {
                    keys.extend(strokes.into_iter().map(|stroke| match stroke {
                        Stroke::Char(c) => Key::Char(c),
                        Stroke::Enter => Key::Enter,
                        Stroke::Tab => Key::Tab,
                    }))
                }
            }
        }
        keys
    }

    fn milliseconds(&self, now: Instant) -> u64 {
        u64::try_from(self.age(now).as_millis()).unwrap_or(u64::MAX)
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
        let line = keyboard::read(line);
        self.advice = line.layout.advice();
        if !self.was_refused(&line.text) {
            self.scan.line(&line.text, at);
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
                    "Complete: {} bytes, SHA-256 {}. Initials take it.",
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
        if let Some(advice) = &self.advice {
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
