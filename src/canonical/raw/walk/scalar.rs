//! Strings, numbers and words.

use super::super::string::{escape, plain};
use super::{Name, Unreadable, Walk};
use crate::canonical::CanonicalError;
use crate::safe::safe;

impl Walk<'_> {
    /// A string: as it stands where nothing in it is escaped.
    pub(super) fn string(&mut self) -> Result<Name, Unreadable> {
        let start = self.at + 1;
        let end = start + plain(self.text, start);
        if self.text.get(end) == Some(&b'"') {
            self.at = end + 1;
            return Ok(Name::Text { start, end });
        }
        self.escaped()
    }

    /// A string with something escaped in it, read from its beginning.
    fn escaped(&mut self) -> Result<Name, Unreadable> {
        self.flush();
        self.out.push(b'"');
        self.at += 1;
        let start = self.decoded.len();
        loop {
            let end = self.at + plain(self.text, self.at);
            let part = self.text.get(self.at..end).unwrap_or_default();
            self.decoded.extend_from_slice(part);
            self.out.extend_from_slice(part);
            self.at = end;
            match self.byte() {
                Some(b'"') => break,
                Some(b'\\') => {
                    let (c, end) = escape(self.text, self.at)?;
                    let mut utf8 = [0; 4];
                    let utf8 = c.encode_utf8(&mut utf8).as_bytes();
                    self.decoded.extend_from_slice(utf8);
                    if matches!(c, '"' | '\\') {
                        self.out.push(b'\\');
                    }
                    self.out.extend_from_slice(utf8);
                    self.at = end;
                }
                Some(_) => {
                    return Err(self.wrong(
                        "control character (\\u0000-\\u001F) found while parsing a string",
                    ));
                }
                None => return Err(self.wrong("EOF while parsing a string")),
            }
        }
        self.out.push(b'"');
        self.at += 1;
        self.copied = self.at;
        let end = self.decoded.len();
        Ok(Name::Decoded { start, end })
    }

    /// A number. One that is not whole, or has more than 64 bits, is remembered with its place.
    pub(super) fn number(&mut self) -> Result<(), Unreadable> {
        let start = self.at;
        let mut whole = true;
        if self.byte() == Some(b'-') {
            self.at += 1;
        }
        if self.byte() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.byte() == Some(b'.') {
            whole = false;
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            whole = false;
            self.at += 1;
            if matches!(self.byte(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        let written = self.text.get(start..self.at).unwrap_or_default();
        if !(whole && fits(written)) && self.refused.is_none() {
            self.refused = Some(CanonicalError::NotInteger {
                path: self.path(),
                got: shortened(written),
            });
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Unreadable> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let len = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += len;
        if len == 0 {
            return Err(self.wrong("invalid number"));
        }
        Ok(())
    }

    pub(super) fn word(&mut self, word: &[u8]) -> Result<(), Unreadable> {
        if self.text.get(self.at..self.at + word.len()) != Some(word) {
            return Err(self.wrong("expected value"));
        }
        self.at += word.len();
        Ok(())
    }
}

/// Whether a whole number has one form only and 64 bits at most.
fn fits(written: &[u8]) -> bool {
    if written.len() < 19 {
        return written != b"-0";
    }
    let text = std::str::from_utf8(written).unwrap_or_default();
    text.parse::<u64>().is_ok() || text.parse::<i64>().is_ok()
}

/// A number for a message: numbers may be as long as the file.
fn shortened(written: &[u8]) -> String {
    const LONGEST: usize = 40;
    let shown = written.get(..LONGEST).unwrap_or(written);
    let mut shown = safe(&String::from_utf8_lossy(shown));
    if written.len() > LONGEST {
        shown.push('…');
    }
    shown
}
