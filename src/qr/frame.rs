//! One frame: a text in the alphabet of base32 (RFC 4648, section 6), so that QR codes hold it in
//! their alphanumeric mode and hand scanners type it with letters and digits alone.

use data_encoding::BASE32_NOPAD;

/// First characters of every frame: what it is, and the version of the format as a letter.
pub const TAG: &str = "RSQA";

/// Bytes of a frame besides its body.
pub const OVERHEAD: usize = 12;

/// Bytes of the digest before the file.
const DIGEST: usize = 32;

/// What tells transfers apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shape {
    /// First four bytes of the SHA-256 of the file.
    pub id: [u8; 4],
    /// Length in bytes of what is carried: the SHA-256 of the file, then the file.
    pub length: u16,
    /// Length in bytes of each body; even.
    pub body: u16,
}

impl Shape {
    /// How many frames give the file.
    pub fn needed(self) -> usize {
        usize::from(self.length).div_ceil(usize::from(self.body).max(1))
    }
}

/// A frame that was read right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Of which transfer.
    pub shape: Shape,
    /// Its number: those below [`Shape::needed`] are pieces of the file, the others make up for them.
    pub index: u16,
    /// Its bytes.
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
        bytes.extend_from_slice(&self.shape.id);
        bytes.extend_from_slice(&self.shape.length.to_be_bytes());
        bytes.extend_from_slice(&self.index.to_be_bytes());
        bytes.extend_from_slice(&self.body);
        bytes.extend_from_slice(&checksum(&bytes).to_be_bytes());
        format!("{TAG}{}", BASE32_NOPAD.encode(&bytes))
    }

    /// Reads a text. Upper and lower case are the same, white space around it is nothing.
    pub fn parse(text: &str) -> Result<Self, FrameError> {
        let text = text.trim().to_ascii_uppercase();
        let (kind, version) = TAG.split_at(TAG.len() - 1);
        let rest = text.strip_prefix(kind).ok_or(FrameError::Foreign)?;
        let rest = rest.strip_prefix(version).ok_or(FrameError::Version)?;
        let bytes = BASE32_NOPAD
            .decode(rest.as_bytes())
            .map_err(|_| FrameError::Damaged)?;
        let (bytes, check) = bytes.split_last_chunk::<4>().ok_or(FrameError::Damaged)?;
        if checksum(bytes) != u32::from_be_bytes(*check) {
            return Err(FrameError::Damaged);
        }
        let (id, rest) = bytes.split_first_chunk::<4>().ok_or(FrameError::Damaged)?;
        let (length, rest) = rest.split_first_chunk::<2>().ok_or(FrameError::Damaged)?;
        let (index, body) = rest.split_first_chunk::<2>().ok_or(FrameError::Damaged)?;
        let frame = Self {
            shape: Shape {
                id: *id,
                length: u16::from_be_bytes(*length),
                body: u16::try_from(body.len()).map_err(|_| FrameError::Impossible)?,
            },
            index: u16::from_be_bytes(*index),
            body: body.to_vec(),
        };
        let (needed, longest) = (frame.shape.needed(), super::MAX_FILE + DIGEST);
        let possible = !body.is_empty()
            && body.len().is_multiple_of(2)
            && usize::from(frame.shape.length) > DIGEST
            && usize::from(frame.shape.length) <= longest
            && (1..=super::MAX_NEEDED).contains(&needed)
            && usize::from(frame.index) < super::erasure::frames(needed);
        possible.then_some(frame).ok_or(FrameError::Impossible)
    }
}

/// CRC-32 (ISO 3309) over the tag and the bytes before it.
fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(TAG.as_bytes());
    crc.update(bytes);
    crc.finalize()
}
