//! A file on its way in while a question waits for it: what the camera saw, what a hand scanner typed.

use std::collections::BTreeSet;
use std::time::Instant;

use super::keys::Key;
use super::pen::{Pen, Text};
use super::theme::Role;
use crate::ports::{Blind, Sighting};
use crate::qr::frame::Frame;
use crate::qr::keyboard::{self, Burst, Stroke, Typed};
use crate::qr::{Collector, Progress};
use crate::safe::safe;

/// The file that an open question waits for.
pub struct Receiving {
    collector: Collector,
    /// Tells a hand scanner from a person.
    burst: Burst,
    /// The beginning of its time.
    since: Instant,
    /// What to tell people of the scanner's keyboard layout.
    advice: Option<String>,
    /// Whether a camera looks.
    eye: Eye,
    /// Transfers that were refused: they may still be in front of the camera.
    refused: BTreeSet<[u8; 4]>,
}

/// Whether a camera looks.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Eye {
    /// No picture came yet.
    Closed,
    /// So many pictures came.
    Open(u64),
    /// It does not work.
    Blind(String),
}

impl Receiving {
    /// Nothing was received yet.
    pub fn new(now: Instant) -> Self {
        Self {
            collector: Collector::default(),
            burst: Burst::default(),
            since: now,
            advice: None,
            eye: Eye::Closed,
            refused: BTreeSet::new(),
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
                let mut keys = self.idle_at(u64::MAX);
                keys.push(other);
                return keys;
            }
        };
        let typed = self.burst.press(at, stroke);
        self.sort(typed)
    }

    /// The keys that are clear because of the time alone.
    pub fn idle(&mut self, now: Instant) -> Vec<Key> {
        let at = self.milliseconds(now);
        self.idle_at(at)
    }

    fn idle_at(&mut self, at: u64) -> Vec<Key> {
        let typed = self.burst.idle(at);
        self.sort(typed)
    }

    /// How many milliseconds from `now` something will be clear without another key.
    pub fn waits(&self, now: Instant) -> Option<u64> {
        let at = self.milliseconds(now);
        self.burst
            .deadline()
            .map(|deadline| deadline.saturating_sub(at))
    }

    fn sort(&mut self, typed: impl IntoIterator<Item = Typed>) -> Vec<Key> {
        let mut keys = Vec::new();
        for typed in typed {
            match typed {
                Typed::Scan(line) => self.line(&line),
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
        u64::try_from(now.duration_since(self.since).as_millis()).unwrap_or(u64::MAX)
    }

    /// A hand scanner typed a line.
    fn line(&mut self, line: &str) {
        let line = keyboard::read(line);
        self.advice = line.layout.advice();
        self.text(&line.text);
    }

    /// The camera saw something.
    pub fn sighting(&mut self, sighting: &Sighting) {
        self.eye = match self.eye {
            Eye::Open(pictures) => Eye::Open(pictures.saturating_add(1)),
            _ => Eye::Open(1),
        };
        for text in &sighting.texts {
            self.text(text);
        }
    }

    /// The camera does not work.
    pub fn blind(&mut self, blind: &Blind) {
        self.eye = Eye::Blind(safe(&blind.to_string()));
    }

    fn text(&mut self, text: &str) {
        let refused = Frame::parse(text).is_ok_and(|frame| self.refused.contains(&frame.stream.id));
        if !refused {
            self.collector.take(text);
        }
    }

    /// The file, once it is whole.
    pub fn file(&self) -> Option<&[u8]> {
        self.collector.file().map(|(file, _)| file)
    }

    /// The file was refused: another one is waited for.
    pub fn refuse(&mut self) {
        if let Some((_, digest)) = self.collector.file() {
            let [a, b, c, d, ..] = digest.0;
            self.refused.insert([a, b, c, d]);
            self.collector = Collector::default();
        }
    }

    /// What is said above the fields.
    pub fn lines(&self, pen: Pen, width: usize) -> Text {
        let progress = self.collector.progress();
        let mut text = match self.collector.file() {
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
            None => pen.wrapped(Role::Important, &so_far(&progress), 1, width),
        };
        text.extend(pen.wrapped(
            Role::Dim,
            &format!(
                "{} new, {} again, {} of something else, {} not read right. {}",
                progress.new,
                progress.repeated,
                progress.foreign,
                progress.unreadable,
                self.sees()
            ),
            1,
            width,
        ));
        if progress.contradictions > 0 {
            let words =
                "Some codes contradict the others. Go on: more of them show which are right.";
            text.extend(pen.wrapped(Role::AlertWarn, words, 1, width));
        }
        if let Some(advice) = &self.advice {
            text.extend(pen.wrapped(Role::AlertWarn, advice, 1, width));
        }
        text
    }

    fn sees(&self) -> String {
        match &self.eye {
            Eye::Closed => "No camera looks; a hand scanner types.".to_owned(),
            Eye::Open(1) => "1 picture.".to_owned(),
            Eye::Open(pictures) => format!("{pictures} pictures."),
            Eye::Blind(words) => format!("No camera: {words}"),
        }
    }
}

fn so_far(progress: &Progress) -> String {
    if progress.needed == 0 {
        return "Nothing was read yet.".to_owned();
    }
    format!(
        "{} of {} codes; any {} more",
        progress.received,
        progress.needed,
        progress.needed - progress.received.min(progress.needed)
    )
}

#[cfg(test)]
mod tests;
