//! Lengths and digests by which metadata names other files (TUF specification, sections 4.4 to 4.6).

use std::fmt;

use data_encoding::HEXLOWER;
use sha2::Digest as _;

use super::root::MetadataError;
use crate::digest::Sha256;
use crate::safe::safe;

/// Most digests that one file may be listed with.
pub const MAX_HASHES: usize = 16;

/// A SHA-512 digest (FIPS 180-4), 64 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Sha512([u8; 64]);

impl Sha512 {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha512::digest(bytes).into())
    }

    /// The digest of these 64 bytes, computed elsewhere.
    pub fn from_bytes(digest: [u8; 64]) -> Self {
        Self(digest)
    }

    /// The 64 bytes.
    pub fn bytes(&self) -> &[u8; 64] {
        &self.0
    }

    /// 128 lower-case hex digits.
    pub fn hex(&self) -> String {
        HEXLOWER.encode(&self.0)
    }
}

impl fmt::Debug for Sha512 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sha512({})", self.hex())
    }
}

/// The digests under which a file is listed, by algorithm. Never empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hashes {
    /// `sha256`.
    pub sha256: Option<Sha256>,
    /// `sha512`.
    pub sha512: Option<Box<Sha512>>,
    /// Algorithms that are not checked here, with what stands for them: as read, not escaped.
    pub other: Vec<(String, String)>,
}

/// Why bytes are not the file that was listed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// The digest is another one.
    #[error("its {algorithm} is {got}, listed is {expected}")]
    Mismatch {
        /// `sha256` or `sha512`.
        algorithm: &'static str,
        /// The digest listed, in hex.
        expected: String,
        /// The digest of the bytes, in hex.
        got: String,
    },
    /// No digest of an algorithm that can be computed here.
    #[error("it is listed with {0} only, and neither sha256 nor sha512")]
    Unknown(String),
}

impl Hashes {
    /// Adds one digest; `at` is where it stands. Digests are lower-case hex: clients compare the
    /// text, and one of them refuses anything else.
    pub(super) fn put(
        &mut self,
        algorithm: &str,
        hex: &str,
        at: impl FnOnce() -> String,
    ) -> Result<(), MetadataError> {
        match algorithm {
            "sha256" => {
                let digest = hex
                    .parse()
                    .map_err(|_| MetadataError::shape(&at(), "64 lower-case hex digits"))?;
                self.sha256 = Some(digest);
            }
            "sha512" => {
                let bytes = HEXLOWER.decode(hex.as_bytes()).ok();
                let digest = bytes
                    .and_then(|bytes| bytes.try_into().ok())
                    .ok_or_else(|| MetadataError::shape(&at(), "128 lower-case hex digits"))?;
                self.sha512 = Some(Box::new(Sha512(digest)));
            }
            _ if self.other.len() < MAX_HASHES => {
                self.other.push((algorithm.to_owned(), hex.to_owned()));
            }
            _ => return Err(MetadataError::shape(&at(), "one of few digests")),
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sha256.is_none() && self.sha512.is_none() && self.other.is_empty()
    }

    /// The digests of algorithms that are known here, in hex, the SHA-256 first: what stands before
    /// the names of files in a repository with `consistent_snapshot`.
    pub fn known_hex(&self) -> Vec<String> {
        let sha256 = self.sha256.iter().map(Sha256::hex);
        sha256
            .chain(self.sha512.iter().map(|digest| digest.hex()))
            .collect()
    }

    /// Whether `bytes` have every digest of a known algorithm, of which there must be one.
    pub fn check(&self, bytes: &[u8]) -> Result<(), HashError> {
        if self.sha256.is_none() && self.sha512.is_none() {
            let names: Vec<_> = self.other.iter().map(|(name, _)| safe(name)).collect();
            return Err(HashError::Unknown(names.join(", ")));
        }
        if let Some(expected) = &self.sha256 {
            let got = Sha256::of(bytes);
            if got != *expected {
                return Err(HashError::Mismatch {
                    algorithm: "sha256",
                    expected: expected.hex(),
                    got: got.hex(),
                });
            }
        }
        if let Some(expected) = &self.sha512 {
            let got = Sha512::of(bytes);
            if got != **expected {
                return Err(HashError::Mismatch {
                    algorithm: "sha512",
                    expected: expected.hex(),
                    got: got.hex(),
                });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
