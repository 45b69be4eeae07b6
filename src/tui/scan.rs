//! The screen that watches a scan: what the camera sees, how many frames there are, what is missing.
//!
//! [`Scan`] is the part that any screen can hold: it takes what was seen and typed, and draws itself;
//! it knows nothing of cameras or files. [`watch`] is a screen with nothing else on it.

pub mod typing;
mod view;
pub mod watch;

pub use view::counted;

use std::collections::VecDeque;
use std::time::Duration;

use crate::digest::Sha256;
use crate::ports::{Blind, Luma, Sighting};
use crate::qr::{Collector, Progress, Taken};

/// How many of the last new frames tell how fast they come.
const RECENT: usize = 8;

/// After so long without a QR code there is a hint.
const NOTHING: Duration = Duration::from_secs(5);

/// Where texts come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eyes {
    /// Pictures are seen.
    Pictures,
    /// A hand scanner types.
    HandScanner,
}

/// A file on its way in, as it is watched. Times are those since the beginning of the scan.
#[derive(Clone, Debug)]
pub struct Scan {
    collector: Collector,
    eyes: Eyes,
    /// What is looked at, in words.
    source: String,
    preview: Luma,
    pictures: u64,
    last: Option<Taken>,
    /// When a QR code was read last, of whatever.
    seen: Duration,
    /// When the last new frames came.
    arrivals: VecDeque<Duration>,
    ended: Option<Blind>,
}

impl Scan {
    /// Nothing was seen yet.
    pub fn new(eyes: Eyes, source: &str) -> Self {
        Self {
            collector: Collector::default(),
            eyes,
            source: crate::safe::safe(source),
            preview: Luma::default(),
            pictures: 0,
            last: None,
            seen: Duration::ZERO,
            arrivals: VecDeque::new(),
            ended: None,
        }
    }

    /// A picture was looked at. A scanner that waits for its next picture sends one without pixels.
    pub fn sighting(&mut self, sighting: Sighting, at: Duration) {
        self.ended = None;
        if sighting.preview.width > 0 {
            self.preview = sighting.preview;
            self.pictures += 1;
        }
        for text in &sighting.texts {
            self.line(text, at);
        }
    }

    /// A text was read, or typed by a hand scanner.
    pub fn line(&mut self, text: &str, at: Duration) -> Taken {
        let taken = self.collector.take(text);
        self.seen = at;
        if matches!(taken, Taken::New | Taken::Complete) {
            self.arrivals.push_back(at);
            if self.arrivals.len() > RECENT {
                self.arrivals.pop_front();
            }
        }
        self.last = Some(taken);
        taken
    }

    /// The camera gives no more pictures, for this reason; what was received stays.
    pub fn ended(&mut self, why: Blind) {
        self.ended = Some(why);
    }

    /// Why there are no more pictures.
    pub fn trouble(&self) -> Option<&Blind> {
        self.ended.as_ref()
    }

    /// The file and its SHA-256, once all of it is there.
    pub fn file(&self) -> Option<(&[u8], Sha256)> {
        self.collector.file()
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        self.collector.progress()
    }

    /// How long the rest takes if frames go on coming as they did; `None` where that is not known.
    pub fn left(&self, now: Duration) -> Option<Duration> {
        let progress = self.progress();
        let missing = u32::try_from(progress.needed.checked_sub(progress.received)?).ok()?;
        let first = self.arrivals.front()?;
        let between = u32::try_from(self.arrivals.len()).ok()?.checked_sub(1)?;
        (between > 0 && missing > 0)
            .then(|| now.saturating_sub(*first).checked_div(between))?
            .map(|each| each * missing)
    }

    /// What may help, where something does.
    fn hint(&self, now: Duration) -> Option<&'static str> {
        if self.ended.is_some() || self.file().is_some() {
            return None;
        }
        if let Some(Taken::Unreadable(_)) = self.last {
            return Some(match self.eyes {
                Eyes::Pictures => "The last QR code was not read right. Hold the camera still.",
                Eyes::HandScanner => {
                    "The last line was not read right. Is the scanner set to the keyboard layout \
                     of this computer?"
                }
            });
        }
        if self.last == Some(Taken::Foreign) {
            return Some("The last QR code is of something else. It changed nothing.");
        }
        if now.saturating_sub(self.seen) < NOTHING {
            return None;
        }
        Some(match self.eyes {
            Eyes::Pictures => {
                "No QR code is seen. Hold it closer, so that it fills most of the picture; \
                 avoid reflections; make the sender's screen brighter."
            }
            Eyes::HandScanner => "Nothing is typed. Hold the scanner closer, or farther away.",
        })
    }
}

#[cfg(test)]
mod tests;
