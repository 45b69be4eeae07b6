//! SHA-256 digests, and the one way in which each form of them is shown and read.
//!
//! People compare a digest as sixteen groups of hex digits or as thirty-two words of the PGP word
//! list (Juola and Zimmermann, 1996). Bytes at even positions are spoken with two-syllable words
//! and those at odd positions with three-syllable ones, so that a word that is dropped, doubled or
//! swapped is noticed at once.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::indexing_slicing))]

mod words;

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::Digest as _;

use crate::safe::safe;

/// A SHA-256 digest (FIPS 180-4), 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sha256(pub [u8; 32]);

/// Why text is not a digest. Positions count from 1, as people do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// Not 64 hexadecimal digits.
    #[error("a SHA-256 digest has 64 hex digits, here are {got}")]
    HexLength {
        /// How many there are.
        got: usize,
    },
    /// A character that is not a hexadecimal digit.
    #[error("character {position} is {found:?}, not a hex digit")]
    HexDigit {
        /// Its place among the digits.
        position: usize,
        /// The character.
        found: char,
    },
    /// An upper-case digit, where digests are written in lower case.
    #[error("digit {position} is {found:?}, but digests are written in lower case")]
    UpperCase {
        /// Its place among the digits.
        position: usize,
        /// The digit.
        found: char,
    },
    /// A word that is not in the PGP word list.
    #[error("word {position}, \"{word}\", is not in the PGP word list")]
    UnknownWord {
        /// Its place.
        position: usize,
        /// The word, shortened and escaped.
        word: String,
    },
    /// A word of the list in the wrong place: a two-syllable word where a three-syllable one
    /// belongs, or the other way round.
    #[error(
        "word {position}, \"{word}\", belongs in an {} place: a word was dropped, doubled or swapped here or just before",
        if position.is_multiple_of(2) { "odd-numbered" } else { "even-numbered" }
    )]
    WrongColumn {
        /// Its place.
        position: usize,
        /// The word as the list writes it.
        word: &'static str,
    },
    /// Every word is right, but there are not 32.
    #[error("a SHA-256 digest has 32 words, here are {got}")]
    WordCount {
        /// How many there are.
        got: usize,
    },
}

impl Sha256 {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self::of_parts(&[bytes])
    }

    /// The digest of the parts one after another. It does not mark where one part ends: where that
    /// matters, the parts must have fixed lengths.
    pub fn of_parts(parts: &[&[u8]]) -> Self {
        let mut stream = Sha256Stream::new();
        for part in parts {
            stream.update(part);
        }
        stream.finish()
    }

    /// 64 lower-case hex digits.
    pub fn hex(&self) -> String {
        HEXLOWER.encode(&self.0)
    }

    /// The first eight hex digits as `abcd ef01`: for a glance at whether this is the same object
    /// as before. Never for checking: others can be made that begin alike.
    pub fn short(&self) -> String {
        self.groups().into_iter().take(2).collect::<Vec<_>>().join(" ")
    }

    /// Sixteen groups of four hex digits, for reading aloud and for paper.
    pub fn groups(&self) -> Vec<String> {
        self.0.chunks(2).map(|pair| HEXLOWER.encode(pair)).collect()
    }

    /// The thirty-two PGP words, capitalised as in the list.
    pub fn words(&self) -> [&'static str; 32] {
        let mut spoken = [""; 32];
        for ((place, word), byte) in spoken.iter_mut().enumerate().zip(self.0) {
            *word = words::word(place, byte);
        }
        spoken
    }

    /// Reads what a person typed or read back: 64 hex digits in either case, or 32 PGP words in
    /// any case; spaces, colons and line breaks between them do not matter.
    pub fn parse(text: &str) -> Result<Self, DigestError> {
        let parts = || text.split(|c: char| c == ':' || c.is_whitespace()).filter(|part| !part.is_empty());
        // no word of the list is spelt with the letters a to f alone
        let hex = parts().next().is_some_and(|first| first.chars().all(|c| c.is_ascii_hexdigit()))
            || text.contains(|c: char| c.is_ascii_digit());
        if hex {
            let digits: String = parts().collect();
            if let Some((at, found)) = digits.chars().enumerate().find(|(_, c)| !c.is_ascii_hexdigit()) {
                return Err(DigestError::HexDigit { position: at + 1, found });
            }
            return strict_hex(&digits.to_ascii_lowercase());
        }
        spoken(parts())
    }
}

/// Exactly 64 lower-case hex digits.
fn strict_hex(digits: &str) -> Result<Sha256, DigestError> {
    for (at, found) in digits.chars().enumerate() {
        match found {
            '0'..='9' | 'a'..='f' => {}
            'A'..='F' => return Err(DigestError::UpperCase { position: at + 1, found }),
            _ => return Err(DigestError::HexDigit { position: at + 1, found }),
        }
    }
    let wrong = || DigestError::HexLength { got: digits.len() };
    let bytes = HEXLOWER.decode(digits.as_bytes()).map_err(|_| wrong())?;
    bytes.try_into().map(Sha256).map_err(|_| wrong())
}

fn spoken<'a>(said: impl Iterator<Item = &'a str>) -> Result<Sha256, DigestError> {
    let mut bytes = Vec::with_capacity(32);
    let mut got = 0;
    for word in said {
        got += 1;
        let Some(entry) = words::find(word) else {
            let word = safe(&word.chars().take(24).collect::<String>());
            return Err(DigestError::UnknownWord { position: got, word });
        };
        if entry.odd == (got % 2 == 1) {
            return Err(DigestError::WrongColumn { position: got, word: entry.word });
        }
        bytes.push(entry.byte);
    }
    bytes.try_into().map(Sha256).map_err(|_| DigestError::WordCount { got })
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.hex())
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha256({})", self.hex())
    }
}

/// Strict: 64 lower-case hex digits and nothing else. What people type goes through
/// [`Sha256::parse`].
impl FromStr for Sha256 {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        strict_hex(text)
    }
}

impl Serialize for Sha256 {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.hex())
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A digest of bytes that come piece by piece.
#[derive(Clone, Default)]
pub struct Sha256Stream(sha2::Sha256);

impl Sha256Stream {
    /// Nothing hashed yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of everything taken.
    pub fn finish(self) -> Sha256 {
        Sha256(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests;
