//! PINs and passphrases: wiped when dropped, never cloned, never shown.
//!
//! A [`Secret`] lives in two places only: the entry widget that collects it and the hand-over to a
//! token. It never enters a command, an event or a screen model.

use zeroize::Zeroizing;

/// Longest secret accepted, in bytes. The buffer is allocated once at this size, so that typing
/// never reallocates and leaves a copy behind.
pub const CAPACITY: usize = 256;

/// A PIN or a passphrase.
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// An empty secret with room for [`CAPACITY`] bytes.
    pub fn new() -> Self {
        Self(Zeroizing::new(Vec::with_capacity(CAPACITY)))
    }

    /// Copies `text` into a secret; `None` where it is longer than [`CAPACITY`].
    pub fn copied_from(text: &str) -> Option<Self> {
        let mut secret = Self::new();
        for c in text.chars() {
            if !secret.push(c) {
                return None;
            }
        }
        Some(secret)
    }

    /// Appends a character; `false` and no change where it does not fit.
    pub fn push(&mut self, c: char) -> bool {
        let mut utf8 = [0; 4];
        let bytes = c.encode_utf8(&mut utf8).as_bytes();
        let fits = self.0.len() + bytes.len() <= CAPACITY;
        if fits {
            self.0.extend_from_slice(bytes);
        }
        zeroize::Zeroize::zeroize(&mut utf8);
        fits
    }

    /// Takes the last character away.
    pub fn pop(&mut self) {
        while let Some(byte) = self.0.pop() {
            if byte & 0b1100_0000 != 0b1000_0000 {
                break;
            }
        }
    }

    /// Wipes everything typed so far.
    pub fn clear(&mut self) {
        zeroize::Zeroize::zeroize(&mut *self.0);
    }

    /// The bytes, for the token that needs them.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The text, for the token that needs it.
    pub fn expose_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Number of characters.
    pub fn chars(&self) -> usize {
        self.expose_str().chars().count()
    }

    /// Number of bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What was typed for one effect.
#[derive(Clone, Copy, Default)]
pub struct Secrets<'a> {
    /// The PIN, PUK or passphrase.
    pub secret: Option<&'a Secret>,
    /// A new PIN that is typed together with a PUK.
    pub new_pin: Option<&'a Secret>,
}

impl Default for Secret {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn takes_back_whole_characters() {
        let mut secret = Secret::copied_from("aé").unwrap();
        assert_eq!(secret.chars(), 2);
        secret.pop();
        assert_eq!(secret.expose(), b"a");
        secret.clear();
        assert!(secret.is_empty());
    }

    #[test]
    fn refuses_what_does_not_fit() {
        assert!(Secret::copied_from(&"x".repeat(257)).is_none());
    }
}
