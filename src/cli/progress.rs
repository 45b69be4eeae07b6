//! How far something long is, in one line on a terminal that goes away again. On a pipe nothing is
//! written.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// A line is drawn again after this time, not before.
const REDRAW: Duration = Duration::from_millis(100);
/// What ends before this is not spoken of.
const PATIENCE: Duration = Duration::from_millis(300);

/// What takes so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Files are hashed.
    Hashing,
    /// Files are moved, linked or copied.
    Publishing,
}

/// One line on stderr.
pub struct Line {
    began: Instant,
    drawn: Option<Instant>,
    on: bool,
}

impl Line {
    /// Nothing is drawn yet.
    pub fn new() -> Self {
        let term = std::env::var("TERM").unwrap_or_default();
        Self {
            began: Instant::now(),
            drawn: None,
            on: std::io::stderr().is_terminal() && term != "dumb",
        }
    }

    /// Draws it, where it is time to. Of `Publishing` no bytes are counted.
    pub fn draw(&mut self, doing: Doing, files: usize, of: usize, bytes: u64) {
        let (now, since) = (Instant::now(), self.began.elapsed());
        let due = self
            .drawn
            .map_or(since >= PATIENCE, |drawn| now - drawn >= REDRAW);
        if !self.on || !due {
            return;
        }
        self.drawn = Some(now);
        // a carriage return and "erase to the end of the line" (ECMA-48), nothing else
        let text = words(doing, files, of, bytes, since);
        let _ = write!(std::io::stderr(), "\r{text}\x1b[K");
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.drawn.is_some() {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}

fn words(doing: Doing, files: usize, of: usize, bytes: u64, since: Duration) -> String {
    if doing == Doing::Publishing {
        return format!("Publishing: {files} of {of} files");
    }
    let milliseconds = u64::try_from(since.as_millis()).unwrap_or(u64::MAX).max(1);
    let rate = bytes.saturating_mul(1_000) / milliseconds;
    format!(
        "Hashing: {files} of {of} files, {}, {} a second",
        size(bytes),
        size(rate)
    )
}

/// A number of bytes for people: `999 B`, `1.5 MB`.
pub fn size(bytes: u64) -> String {
    let mut unit = 1;
    for name in ["B", "kB", "MB", "GB", "TB"] {
        if bytes < unit * 1_000 || name == "TB" {
            if unit == 1 {
                return format!("{bytes} {name}");
            }
            let tenths = bytes / (unit / 10);
            return format!("{}.{} {name}", tenths / 10, tenths % 10);
        }
        unit *= 1_000;
    }
    format!("{bytes} B")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_rates_are_for_people() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (102_400_000, "102.4 MB"),
            (1_999_999_999, "1.9 GB"),
            (u64::MAX, "18446744.0 TB"),
        ] {
            assert_eq!(size(bytes), text);
        }
        assert_eq!(
            words(Doing::Hashing, 2, 100, 5_000_000, Duration::from_secs(2)),
            "Hashing: 2 of 100 files, 5.0 MB, 2.5 MB a second"
        );
        assert_eq!(
            words(Doing::Publishing, 2, 100, 0, Duration::from_secs(2)),
            "Publishing: 2 of 100 files"
        );
    }
}
