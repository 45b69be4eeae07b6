//! The bytes of a file: header, compressed content, digest of both.

use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

use super::Payload;
use super::error::EnvelopeError;
use super::limits::{MAX_CONTENT, MAX_FILE, MAX_MANIFEST};
use crate::digest::Sha256;

/// First bytes of a file. The line ends show a transfer that has rewritten line ends, the byte
/// above 127 one that has dropped the eighth bit (as in PNG).
pub const MAGIC: [u8; 7] = *b"\x8aRSE\r\n\x1a";
/// Version of the format, the byte after [`MAGIC`].
pub const VERSION: u8 = 1;

/// As small as DEFLATE gets without spending much more time.
const LEVEL: u8 = 9;

/// What an envelope holds, one part after another: the manifest's line, a line end, the payloads.
pub(super) fn parts<'a>(line: &'a str, payloads: &'a [Payload]) -> Vec<&'a [u8]> {
    let payloads = payloads.iter().map(|payload| payload.bytes.as_slice());
    [line.as_bytes(), b"\n"]
        .into_iter()
        .chain(payloads)
        .collect()
}

/// The file around a content whose length has been checked.
pub(super) fn file(content: &[u8], digest: Sha256) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
    let mut file = Vec::new();
    file.extend_from_slice(&MAGIC);
    file.push(VERSION);
    file.extend_from_slice(&length.to_be_bytes());
    file.extend_from_slice(&digest.0);
    file.extend_from_slice(&compress_to_vec(content, LEVEL));
    let end = Sha256::of(&file);
    file.extend_from_slice(&end.0);
    file
}

/// The content of a file and its digest. Nothing is unpacked before the digest over the whole file
/// has been found right.
pub(super) fn content(file: &[u8]) -> Result<(Vec<u8>, Sha256), EnvelopeError> {
    if file.len() > MAX_FILE {
        return Err(EnvelopeError::FileTooLong {
            limit: MAX_FILE,
            got: file.len(),
        });
    }
    if !file.starts_with(&MAGIC) {
        return Err(EnvelopeError::NotAnEnvelope);
    }
    let short = || EnvelopeError::TooShort { got: file.len() };
    let rest = file.get(MAGIC.len()..).ok_or_else(short)?;
    let (version, rest) = rest.split_first().ok_or_else(short)?;
    if *version != VERSION {
        return Err(EnvelopeError::Version { got: *version });
    }
    let (before, end) = file.split_last_chunk::<32>().ok_or_else(short)?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(short)?;
    let (written, rest) = rest.split_first_chunk::<32>().ok_or_else(short)?;
    let (stream, _) = rest.split_last_chunk::<32>().ok_or_else(short)?;
    let (end, got) = (Sha256(*end), Sha256::of(before));
    if end != got {
        return Err(EnvelopeError::Damaged { written: end, got });
    }
    let declared = u32::from_be_bytes(*length);
    let length = usize::try_from(declared).unwrap_or(usize::MAX);
    if length > MAX_CONTENT {
        return Err(EnvelopeError::ContentTooLong {
            limit: MAX_CONTENT,
            got: u64::from(declared),
        });
    }
    let content = unpacked(stream, length)?;
    let (written, got) = (Sha256(*written), Sha256::of(&content));
    if written != got {
        return Err(EnvelopeError::ContentDigest { written, got });
    }
    Ok((content, got))
}

/// Exactly `declared` bytes out of exactly this stream.
fn unpacked(stream: &[u8], declared: usize) -> Result<Vec<u8>, EnvelopeError> {
    let mut content = vec![0; declared];
    let (status, read, got) = decompress(
        &mut DecompressorOxide::new(),
        stream,
        &mut content,
        0,
        TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF,
    );
    match status {
        TINFLStatus::HasMoreOutput => Err(EnvelopeError::UnpacksToMore { declared }),
        TINFLStatus::Done if read != stream.len() => Err(EnvelopeError::Stream),
        TINFLStatus::Done if got != declared => Err(EnvelopeError::UnpacksToLess { declared, got }),
        TINFLStatus::Done => Ok(content),
        _ => Err(EnvelopeError::Stream),
    }
}

/// The manifest's bytes and those behind its line end.
pub(super) fn manifest_line(content: &[u8]) -> Result<(&[u8], &[u8]), EnvelopeError> {
    let end = content
        .iter()
        .take(MAX_MANIFEST + 1)
        .position(|byte| *byte == b'\n')
        .ok_or(EnvelopeError::NoManifest)?;
    let (line, rest) = content
        .split_at_checked(end)
        .ok_or(EnvelopeError::NoManifest)?;
    Ok((line, rest.get(1..).unwrap_or_default()))
}
