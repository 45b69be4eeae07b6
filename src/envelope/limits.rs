//! Every limit of an envelope, and which names are plain.

use super::error::ManifestError;
use crate::safe::safe;

/// Most bytes of the unpacked content, manifest and payloads together. The largest targets
/// metadata known of takes 52 MB.
pub const MAX_CONTENT: usize = 64 << 20;
/// Most bytes of a file. What cannot be compressed grows by 5 bytes in 65 535 (RFC 1951,
/// section 3.2.4).
pub const MAX_FILE: usize = MAX_CONTENT + (64 << 10);
/// Most bytes of an encrypted file: age adds 16 bytes in 65 536 and a header.
pub const MAX_ENCRYPTED: usize = MAX_FILE + (128 << 10);
/// Most bytes of the manifest.
pub const MAX_MANIFEST: usize = 64 << 10;
/// Most payloads.
pub const MAX_PAYLOADS: usize = 256;
/// Most bytes of a payload's name.
pub const MAX_NAME: usize = 100;
/// Most bytes of `from`.
pub const MAX_FROM: usize = 100;
/// Most bytes of `note`.
pub const MAX_NOTE: usize = 500;
/// Hex digits of a ceremony's id.
pub const CEREMONY_DIGITS: usize = 32;

/// Characters of a name besides letters and digits of ASCII.
const PUNCTUATION: &str = "._-+@=,";

/// Names that mean a device on Windows, whatever ending follows.
const DEVICES: [&str; 24] = [
    "con", "prn", "aux", "nul", "com0", "com1", "com2", "com3", "com4", "com5", "com6", "com7",
    "com8", "com9", "lpt0", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// Whether a payload may have this name: 1 to [`MAX_NAME`] letters, digits and `._-+@=,` of ASCII,
/// with no two dots in a row, no dot at either end, no `-` at the beginning, and no device of
/// Windows. Such a name means the same file, in the same directory, on every system; two of them
/// that differ are different to the eye.
pub fn check_name(name: &str) -> Result<(), ManifestError> {
    let refused = |reason: &'static str| {
        Err(ManifestError::Name {
            name: shortened(name),
            reason,
        })
    };
    if name.is_empty() {
        return refused("it is empty");
    }
    if name.len() > MAX_NAME {
        return refused("it has more than 100 bytes");
    }
    if name.contains(['/', '\\']) {
        return refused("it holds a slash, so it is a path");
    }
    if !name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || PUNCTUATION.contains(c))
    {
        return refused("only letters and digits of ASCII and ._-+@=, may stand in a name");
    }
    if name.contains("..") {
        return refused("it holds two dots in a row");
    }
    if name.starts_with('.') || name.ends_with('.') {
        return refused("it begins or ends with a dot");
    }
    if name.starts_with('-') {
        return refused("it begins with a hyphen, so commands take it for an option");
    }
    let stem = name.split('.').next().unwrap_or_default();
    if DEVICES.contains(&stem.to_ascii_lowercase().as_str()) {
        return refused("it names a device on Windows");
    }
    Ok(())
}

/// Whether `from` or `note` is one line that shows everything it holds.
pub(super) fn check_line(
    member: &'static str,
    text: &str,
    limit: usize,
) -> Result<(), ManifestError> {
    let reason = if text.is_empty() {
        "it is empty; leave it out"
    } else if text.len() > limit {
        "it is too long"
    } else if safe(text) != text {
        "it holds a control, invisible or reordering character"
    } else {
        return Ok(());
    };
    Err(ManifestError::Line {
        member,
        limit,
        reason,
    })
}

/// Text from outside, for a message.
pub(super) fn shortened(text: &str) -> String {
    let mut shown = safe(&text.chars().take(MAX_NAME).collect::<String>());
    if text.chars().count() > MAX_NAME {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests;
