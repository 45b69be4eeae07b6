//! A file on its way out.

use super::erasure;
use super::frame::{Frame, OVERHEAD, Shape, TAG};
use super::{MAX_FILE, MAX_NEEDED};
use crate::digest::Sha256;

/// A file as frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    digest: Sha256,
    shape: Shape,
    bodies: Vec<Vec<u8>>,
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
        if file.is_empty() {
            return Err(TransferError::Empty);
        }
        if file.len() > MAX_FILE {
            return Err(TransferError::TooLong { got: file.len() });
        }
        let small = TransferError::SymbolTooSmall { chars };
        let digest = Sha256::of(file);
        let stream = [digest.0.as_slice(), file].concat();
        // base32: five bytes in eight characters
        let bytes = chars.saturating_sub(TAG.len()) * 5 / 8;
        let most = bytes.saturating_sub(OVERHEAD) / 2 * 2;
        if most == 0 {
            return Err(small);
        }
        let needed = stream.len().div_ceil(most);
        if needed > MAX_NEEDED {
            return Err(small);
        }
        let body = stream.len().div_ceil(needed).next_multiple_of(2);
        let mut bodies: Vec<Vec<u8>> = stream.chunks(body).map(<[u8]>::to_vec).collect();
        if let Some(last) = bodies.last_mut() {
            last.resize(body, 0);
        }
        bodies.extend(erasure::recovery(&bodies).ok_or(small)?);
        let [a, b, c, d, ..] = digest.0;
        Ok(Self {
            digest,
            shape: Shape {
                id: [a, b, c, d],
                length: u16::try_from(stream.len()).map_err(|_| small)?,
                body: u16::try_from(body).map_err(|_| small)?,
            },
            bodies,
        })
    }

    /// SHA-256 of the file: what both sides compare.
    pub fn digest(&self) -> Sha256 {
        self.digest
    }

    /// How many distinct frames give the file again.
    pub fn needed(&self) -> usize {
        self.shape.needed()
    }

    /// How many frames there are; after the last comes the first again.
    pub fn frames(&self) -> usize {
        self.bodies.len()
    }

    /// The text of a frame by its number from 0; numbers past the last begin again.
    pub fn text(&self, number: usize) -> String {
        let index = number % self.bodies.len().max(1);
        let body = self.bodies.get(index).cloned().unwrap_or_default();
        Frame {
            shape: self.shape,
            index: u16::try_from(index).unwrap_or(u16::MAX),
            body,
        }
        .text()
    }

    /// Characters of each frame's text.
    pub fn chars(&self) -> usize {
        TAG.len() + ((usize::from(self.shape.body) + OVERHEAD) * 8).div_ceil(5)
    }
}
