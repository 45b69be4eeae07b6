//! Keys, read from the terminal's own bytes.
//!
//! The program reads its terminal itself: the reader of the usual library keeps bytes in a buffer
//! and keys in a queue that nobody wipes, and a PIN would stay there. Here the bytes of one read
//! are a [`Burst`], wiped when dropped, and [`keys`] is a pure function over them that hands out
//! one key at a time and stores none.

use zeroize::Zeroizing;

/// What one read of the terminal gave. Wiped when dropped; never cloned, never shown.
pub struct Burst(Zeroizing<Vec<u8>>);

impl Burst {
    /// Most bytes of one read.
    pub const CAPACITY: usize = 512;

    /// Room for one read.
    pub fn blank() -> Self {
        Self(Zeroizing::new(vec![0; Self::CAPACITY]))
    }

    /// The room that is left after `filled` bytes.
    pub fn room(&mut self, filled: usize) -> &mut [u8] {
        self.0.get_mut(filled..).unwrap_or_default()
    }

    /// Cuts the burst to what was read. What is cut away is zero and stays in the allocation that
    /// is wiped.
    pub fn cut(&mut self, filled: usize) {
        self.0.truncate(filled);
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<&[u8]> for Burst {
    fn from(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }
}

/// One key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A printable character.
    Char(char),
    /// Ctrl with a lower-case letter.
    Ctrl(char),
    /// Alt with a character.
    Alt(char),
    /// F1 to F12.
    F(u8),
    /// Return.
    Enter,
    /// Tab.
    Tab,
    /// Shift-Tab.
    BackTab,
    /// Rubs out the last character.
    Backspace,
    /// Delete.
    Delete,
    /// Insert.
    Insert,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Escape by itself.
    Esc,
}

/// The keys in these bytes, one after the other. Bytes that are no key are passed over.
pub fn keys(bytes: &[u8]) -> Keys<'_> {
    Keys { rest: bytes }
}

/// Whether the bytes end in the middle of a sequence or character, so that a moment's wait may
/// bring the rest of it.
pub fn is_torn(bytes: &[u8]) -> bool {
    let tail = bytes.len().saturating_sub(12);
    let tail = bytes.get(tail..).unwrap_or_default();
    if let Some(at) = tail.iter().rposition(|b| *b == ESC) {
        let rest = tail.get(at..).unwrap_or_default();
        return match rest {
            [ESC] | [ESC, b'[' | b'O'] | [ESC, b'[', b'['] => true,
            [ESC, b'[', parameters @ ..] => parameters.iter().all(|b| (0x20..0x40).contains(b)),
            _ => false,
        };
    }
    let lead = tail.iter().rposition(|b| *b & 0xC0 != 0x80);
    lead.is_some_and(|at| {
        let have = tail.len() - at;
        tail.get(at)
            .is_some_and(|b| utf8_len(*b).is_some_and(|wanted| wanted > have))
    })
}

const ESC: u8 = 0x1b;

/// Iterator over keys. See [`keys`].
pub struct Keys<'a> {
    rest: &'a [u8],
}

impl Iterator for Keys<'_> {
    type Item = Key;

    fn next(&mut self) -> Option<Key> {
        while !self.rest.is_empty() {
            let (key, used) = one(self.rest);
            self.rest = self.rest.get(used.max(1)..).unwrap_or_default();
            if key.is_some() {
                return key;
            }
        }
        None
    }
}

/// The key at the front of `bytes`, if it is one, and how many bytes it takes.
fn one(bytes: &[u8]) -> (Option<Key>, usize) {
    match bytes {
        [] => (None, 0),
        [ESC, rest @ ..] => {
            let (key, used) = escaped(rest);
            (key, used + 1)
        }
        [b'\r' | b'\n', ..] => (Some(Key::Enter), 1),
        [b'\t', ..] => (Some(Key::Tab), 1),
        [0x08 | 0x7f, ..] => (Some(Key::Backspace), 1),
        [control @ 0x01..=0x1a, ..] => (Some(Key::Ctrl(char::from(control + 0x60))), 1),
        [0x00..=0x1f, ..] => (None, 1),
        [byte, ..] => {
            let Some(len) = utf8_len(*byte) else {
                return (None, 1);
            };
            let text = bytes.get(..len).and_then(|b| std::str::from_utf8(b).ok());
            match text.and_then(|t| t.chars().next()) {
                Some(c) if c.is_control() => (None, len),
                Some(c) => (Some(Key::Char(c)), len),
                None => (None, 1),
            }
        }
    }
}

/// What follows an Escape.
fn escaped(rest: &[u8]) -> (Option<Key>, usize) {
    match rest {
        // Escape at the end of a read, or pressed twice, is Escape
        [] | [ESC, ..] => (Some(Key::Esc), 0),
        [b'[', b'[', f @ b'A'..=b'E', ..] => (Some(Key::F(f - b'A' + 1)), 3),
        [b'[', b'[', _, ..] => (None, 3),
        [b'[', b'['] => (None, 2),
        [b'[', sequence @ ..] => {
            let (key, used) = csi(sequence);
            (key, used + 1)
        }
        [b'O', last, ..] => (ss3(*last), 2),
        [b'O'] => (Some(Key::Alt('O')), 1),
        other => match one(other) {
            (Some(Key::Char(c)), used) => (Some(Key::Alt(c)), used),
            // Alt with Enter or Backspace is not bound, and must not act as the bare key
            (_, used) => (None, used),
        },
    }
}

fn ss3(last: u8) -> Option<Key> {
    Some(match last {
        b'A' => Key::Up,
        b'B' => Key::Down,
        b'C' => Key::Right,
        b'D' => Key::Left,
        b'F' => Key::End,
        b'H' => Key::Home,
        b'P'..=b'S' => Key::F(last - b'P' + 1),
        _ => return None,
    })
}

/// A control sequence after its introducer: parameters, then a final byte.
fn csi(sequence: &[u8]) -> (Option<Key>, usize) {
    let end = sequence.iter().position(|b| !(0x20..0x40).contains(b));
    let Some(end) = end else {
        return (None, sequence.len());
    };
    let (parameters, last) = (sequence.get(..end), sequence.get(end));
    let (Some(parameters), Some(last)) = (parameters, last) else {
        return (None, sequence.len());
    };
    if !(0x40..0x7f).contains(last) {
        // not a sequence: what broke it off is read again by itself
        return (None, end);
    }
    let number = parameters
        .iter()
        .take_while(|b| b.is_ascii_digit())
        .fold(0_u32, |n, b| {
            n.saturating_mul(10).saturating_add(u32::from(b - b'0'))
        });
    let key = match (last, number) {
        (b'~', 1 | 7) => Some(Key::Home),
        (b'~', 2) => Some(Key::Insert),
        (b'~', 3) => Some(Key::Delete),
        (b'~', 4 | 8) => Some(Key::End),
        (b'~', 5) => Some(Key::PageUp),
        (b'~', 6) => Some(Key::PageDown),
        (b'~', n @ 11..=15) => u8::try_from(n - 10).ok().map(Key::F),
        (b'~', n @ 17..=21) => u8::try_from(n - 11).ok().map(Key::F),
        (b'~', n @ 23..=24) => u8::try_from(n - 12).ok().map(Key::F),
        (b'Z', _) => Some(Key::BackTab),
        (b'A'..=b'H' | b'P'..=b'S', _) => ss3(*last),
        _ => None,
    };
    (key, end + 1)
}

/// Length of the UTF-8 character that begins with `lead`.
fn utf8_len(lead: u8) -> Option<usize> {
    match lead {
        0x00..=0x7f => Some(1),
        0xc2..=0xdf => Some(2),
        0xe0..=0xef => Some(3),
        0xf0..=0xf4 => Some(4),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
