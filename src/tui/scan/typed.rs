//! What a hand scanner types, told apart from the keys of people by its speed.
//!
//! A hand scanner is a keyboard. What it types must never be taken for keys: whatever comes faster
//! than fingers, or in one piece as a paste does, is text up to its Enter. A key by itself is a key.

use std::time::Duration;

use crate::tui::keys::{Key, keys};

/// Characters that are closer together were not typed by fingers.
const FINGERS: Duration = Duration::from_millis(50);

/// A line that is not ended within this time has no end: the scanner sends none.
const LULL: Duration = Duration::from_millis(600);

/// Most characters of a line; the largest QR code holds 4,296.
const LONGEST: usize = 8192;

/// What was heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// A line of a scanner, or of a paste.
    Line(String),
    /// A key of a person.
    Key(Key),
}

/// Tells them apart. Times are those since some beginning.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    text: String,
    /// Whether `text` came too fast for fingers.
    burst: bool,
    last: Duration,
}

impl Typed {
    /// The bytes of one read of the terminal, and when it was.
    pub fn bytes(&mut self, bytes: &[u8], at: Duration) -> Vec<Heard> {
        let mut heard = self.quiet(at);
        // what stands in the queue for longer than `LULL` is over, and `quiet` has ended it
        let close = at.saturating_sub(self.last) < FINGERS && self.last != Duration::ZERO;
        let several = keys(bytes).nth(1).is_some();
        if several || close {
            self.burst = true;
        }
        self.last = at;
        for key in keys(bytes) {
            match key {
                Key::Char(c) if self.text.len() < LONGEST => self.text.push(c),
                Key::Enter | Key::Tab if self.burst => heard.extend(self.end()),
                // neither a scanner nor a paste presses keys
                _ if self.burst => {}
                other => heard.push(Heard::Key(other)),
            }
        }
        if !self.burst || !self.text.is_empty() {
            return heard;
        }
        // the line has ended, and with it the burst, unless more follows at once
        self.burst = false;
        heard
    }

    /// What is over by now.
    pub fn quiet(&mut self, at: Duration) -> Vec<Heard> {
        let since = at.saturating_sub(self.last);
        let over = if self.burst { LULL } else { FINGERS };
        if since < over {
            return Vec::new();
        }
        if self.burst {
            let line = self.end();
            self.burst = false;
            return line.into_iter().collect();
        }
        let keys = std::mem::take(&mut self.text);
        keys.chars().map(|c| Heard::Key(Key::Char(c))).collect()
    }

    /// How long until [`Self::quiet`] has something to say; `None` where nothing waits.
    pub fn wait(&self, at: Duration) -> Option<Duration> {
        if self.text.is_empty() && !self.burst {
            return None;
        }
        let over = if self.burst { LULL } else { FINGERS };
        Some(over.saturating_sub(at.saturating_sub(self.last)))
    }

    fn end(&mut self) -> Option<Heard> {
        let line = std::mem::take(&mut self.text);
        (!line.is_empty()).then_some(Heard::Line(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn line(text: &str) -> Heard {
        Heard::Line(text.to_owned())
    }

    fn key(c: char) -> Heard {
        Heard::Key(Key::Char(c))
    }

    #[test]
    fn a_key_of_a_person_is_a_key_a_moment_later() {
        let mut typed = Typed::default();
        assert_eq!(typed.bytes(b"q", ms(1000)), []);
        assert_eq!(typed.wait(ms(1010)), Some(ms(40)));
        assert_eq!(typed.quiet(ms(1049)), []);
        assert_eq!(typed.quiet(ms(1050)), [key('q')]);
        assert_eq!(typed.wait(ms(1051)), None);
        // and the next one at the speed of fingers
        assert_eq!(typed.bytes(b"r", ms(1150)), []);
        assert_eq!(typed.bytes(b"s", ms(1250)), [key('r')]);
        assert_eq!(typed.quiet(ms(1300)), [key('s')]);
    }

    #[test]
    fn a_scanner_is_a_line_whatever_it_types() {
        let mut typed = Typed::default();
        let mut heard = Vec::new();
        for (at, byte) in (0..).zip(*b"qQr\x03\x1bq7\r") {
            heard.extend(typed.bytes(&[byte], ms(2000 + at * 8)));
        }
        assert_eq!(heard, [line("qQrq7")]);
        // in pieces as reads give them
        assert_eq!(typed.bytes(b"RSQ", ms(3000)), []);
        assert_eq!(typed.bytes(b"AB\rRS", ms(3004)), [line("RSQAB")]);
        assert_eq!(typed.bytes(b"QC\n", ms(3008)), [line("RSQC")]);
        assert_eq!(typed.bytes(b"q", ms(4000)), []);
        assert_eq!(typed.quiet(ms(4060)), [key('q')]);
    }

    #[test]
    fn a_scanner_without_enter_ends_by_its_silence() {
        let mut typed = Typed::default();
        typed.bytes(b"RSQAB", ms(1000));
        assert_eq!(typed.quiet(ms(1500)), []);
        assert_eq!(typed.wait(ms(1500)), Some(ms(100)));
        assert_eq!(typed.quiet(ms(1600)), [line("RSQAB")]);
    }

    #[test]
    fn a_paste_is_lines() {
        let mut typed = Typed::default();
        let heard = typed.bytes(b"\x1b[200~RSQA1\rq\rRSQA2\r\x1b[201~", ms(1000));
        assert_eq!(heard, [line("RSQA1"), line("q"), line("RSQA2")]);
    }

    #[test]
    fn keys_that_are_no_characters_act_at_once() {
        let mut typed = Typed::default();
        assert_eq!(typed.bytes(b"\x03", ms(900)), [Heard::Key(Key::Ctrl('c'))]);
        assert_eq!(typed.bytes(b"\r", ms(1900)), [Heard::Key(Key::Enter)]);
        assert_eq!(typed.bytes(b"\x1b", ms(2900)), [Heard::Key(Key::Esc)]);
    }

    #[test]
    fn a_line_without_end_does_not_grow() {
        let mut typed = Typed::default();
        for at in 0..200 {
            typed.bytes(&[b'A'; 512], ms(1000 + at));
        }
        let heard = typed.bytes(b"\r", ms(1201));
        assert!(matches!(&heard[..], [Heard::Line(line)] if line.len() == LONGEST));
    }
}
