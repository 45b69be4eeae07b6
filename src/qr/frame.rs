//! One frame: a text in the alphabet of base32 (RFC 4648, section 6), so that QR codes hold it in
//! their alphanumeric mode and hand scanners type it with letters and digits alone.

use data_encoding::BASE32_NOPAD;

use super::{MAX_FILE, MAX_NEEDED, erasure};

/// First characters of every frame: what it is, and the version of the format as a letter.
pub const TAG: &str = "RSQA";

/// Bytes of a frame besides its body.
pub const OVERHEAD: usize = 11;

/// Characters of the longest frame: what the largest QR code holds (version 40, level L).
pub const MAX_CHARS: usize = 4296;

/// Bytes of the digest before the file.
pub(super) const DIGEST: usize = 32;

/// What tells transfers apart. How large the frames are is no part of it: frames of all sizes of
/// one stream help each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stream {
    /// First three bytes of the SHA-256 of the file.
    pub id: [u8; 3],
    /// Length in bytes of what is carried: the SHA-256 of the file, then the file.
    pub length: u16,
}

impl Stream {
    /// How many symbols of two bytes it has. Any so many symbols of its code word give all.
    pub fn symbols(self) -> usize {
        usize::from(self.length).div_ceil(2)
    }
}

/// A frame that was read right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Of which transfer.
    pub stream: Stream,
    /// Which symbol of the code word is its first: those below [`Stream::symbols`] are the stream
    /// itself, the others make up for them.
    pub start: u16,
    /// Symbols of the code word, one after another, two bytes each.
    pub body: Vec<u8>,
}

/// Why a text is no frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// It is something else.
    #[error("it is not a frame of rootstage")]
    Foreign,
    /// It is a frame of a version that this program does not know.
    #[error("it is a frame of another version of the format")]
    Version,
    /// It was not read right, or typed with another keyboard layout.
    #[error("it is damaged")]
    Damaged,
    /// It contradicts itself.
    #[error("it says of itself what cannot be")]
    Impossible,
}

impl Frame {
    /// The text.
    pub fn text(&self) -> String {
        let mut bytes = Vec::with_capacity(self.body.len() + OVERHEAD);
        bytes.extend_from_slice(&self.stream.id);
        bytes.extend_from_slice(&self.stream.length.to_be_bytes());
        bytes.extend_from_slice(&self.start.to_be_bytes());
        bytes.extend_from_slice(&self.body);
        bytes.extend_from_slice(&checksum(&bytes).to_be_bytes());
        format!("{TAG}{}", BASE32_NOPAD.encode(&bytes))
    }

    /// Reads a text. Upper and lower case are the same, white space around it is nothing.
    pub fn parse(text: &str) -> Result<Self, FrameError> {
        let text = text.trim();
        let (kind, version) = TAG.split_at(TAG.len() - 1);
        let (begin, rest) = text.split_at_checked(kind.len()).unwrap_or_default();
        if !begin.eq_ignore_ascii_case(kind) {
            return Err(FrameError::Foreign);
        }
        let (letter, rest) = rest.split_at_checked(1).ok_or(FrameError::Foreign)?;
        if !letter.eq_ignore_ascii_case(version) {
            let other = letter.chars().all(|letter| letter.is_ascii_alphabetic());
            return Err(if other {
                FrameError::Version
            } else {
                FrameError::Foreign
            });
        }
        // before anything is made of it
        if text.len() > MAX_CHARS {
            return Err(FrameError::Damaged);
        }
        let bytes = BASE32_NOPAD
            .decode(rest.to_ascii_uppercase().as_bytes())
            .map_err(|_| FrameError::Damaged)?;
        let (bytes, check) = bytes.split_last_chunk::<4>().ok_or(FrameError::Damaged)?;
        if checksum(bytes) != u32::from_be_bytes(*check) {
            return Err(FrameError::Damaged);
        }
        let frame = Self::of_bytes(bytes).ok_or(FrameError::Impossible)?;
        frame
            .is_possible()
            .then_some(frame)
            .ok_or(FrameError::Impossible)
    }

    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        let (id, rest) = bytes.split_first_chunk::<3>()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (start, body) = rest.split_first_chunk::<2>()?;
        Some(Self {
            stream: Stream {
                id: *id,
                length: u16::from_be_bytes(*length),
            },
            start: u16::from_be_bytes(*start),
            body: body.to_vec(),
        })
    }

    fn is_possible(&self) -> bool {
        let length = usize::from(self.stream.length);
        let (symbols, run) = (self.stream.symbols(), self.body.len() / 2);
        (DIGEST + 1..=DIGEST + MAX_FILE).contains(&length)
            && self.body.len().is_multiple_of(2)
            && (1..=symbols).contains(&run)
            && symbols.div_ceil(run) <= MAX_NEEDED
            && usize::from(self.start) + run <= erasure::word(symbols)
    }
}

/// CRC-32 (ISO 3309) over the tag and the bytes before it.
fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(TAG.as_bytes());
    crc.update(bytes);
    crc.finalize()
}
