//! A file on its way out.

use super::erasure::{self, Symbol};
use super::frame::{DIGEST, Frame, MAX_CHARS, OVERHEAD, Stream, TAG};
use super::{MAX_FILE, MAX_NEEDED};
use crate::digest::Sha256;

/// A file as frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    digest: Sha256,
    stream: Stream,
    /// Symbols of each frame.
    run: usize,
    /// The code word, two bytes a symbol.
    word: Vec<u8>,
}

/// Why a file cannot be carried by QR codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransferError {
    /// It is too long.
    #[error("it has {got} bytes; QR codes carry at most {MAX_FILE}")]
    TooLong {
        /// Its length in bytes.
        got: usize,
    },
    /// It is empty.
    #[error("it is empty")]
    Empty,
    /// The symbols are too small for it.
    #[error("QR codes with {chars} characters are too small for it")]
    SymbolTooSmall {
        /// Characters that one symbol holds.
        chars: usize,
    },
}

impl Transfer {
    /// Divides `file` into frames of at most `chars` characters, all of one length.
    pub fn new(file: &[u8], chars: usize) -> Result<Self, TransferError> {
        let needed = Self::needed_for(file.len(), chars)?;
        let small = TransferError::SymbolTooSmall { chars };
        let digest = Sha256::of(file);
        let carried = [digest.0.as_slice(), file].concat();
        let [a, b, c, ..] = digest.0;
        let stream = Stream {
            id: [a, b, c],
            length: u16::try_from(carried.len()).map_err(|_| small)?,
        };
        let symbols: Vec<Symbol> = carried
            .chunks(2)
            .map(|pair| {
                let mut pair = pair.iter().copied();
                [pair.next().unwrap_or(0), pair.next().unwrap_or(0)]
            })
            .collect();
        Ok(Self {
            digest,
            stream,
            // as small as it can be without one frame more: small codes are read more easily
            run: symbols.len().div_ceil(needed),
            word: erasure::encode(&symbols).ok_or(small)?.concat(),
        })
    }

    /// How many distinct frames of at most `chars` characters give a file of `length` bytes, without making
    /// them.
    pub fn needed_for(length: usize, chars: usize) -> Result<usize, TransferError> {
        if length == 0 {
            return Err(TransferError::Empty);
        }
        if length > MAX_FILE {
            return Err(TransferError::TooLong { got: length });
        }
        // base32: five bytes in eight characters
        let bytes = chars.min(MAX_CHARS).saturating_sub(TAG.len()) * 5 / 8;
        let most = bytes.saturating_sub(OVERHEAD) / 2;
        let symbols = (DIGEST + length).div_ceil(2);
        let needed = (most > 0).then(|| symbols.div_ceil(most));
        needed
            .filter(|needed| *needed <= MAX_NEEDED)
            .ok_or(TransferError::SymbolTooSmall { chars })
    }

    /// SHA-256 of the file: what both sides compare.
    pub fn digest(&self) -> Sha256 {
        self.digest
    }

    /// How many distinct frames give the file again.
    pub fn needed(&self) -> usize {
        self.stream.symbols().div_ceil(self.run)
    }

    /// How many frames there are, about four times as many as are needed; after the last comes the
    /// first again. Where one frame is enough it is the only one.
    pub fn frames(&self) -> usize {
        erasure::frames(self.stream.symbols(), self.run)
    }

    /// The text of a frame by its number from 0; numbers past the last begin again.
    pub fn text(&self, number: usize) -> String {
        let start = number % self.frames() * self.run;
        let body = self.word.get(2 * start..2 * (start + self.run));
        Frame {
            stream: self.stream,
            start: u16::try_from(start).unwrap_or(u16::MAX),
            body: body.unwrap_or_default().to_vec(),
        }
        .text()
    }

    /// Characters of each frame's text.
    pub fn chars(&self) -> usize {
        TAG.len() + ((2 * self.run + OVERHEAD) * 8).div_ceil(5)
    }
}
