//! The ids under which metadata names keys.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical::{CanonicalError, olpc};
use crate::digest::{DigestError, Sha256};

/// The name of a key within metadata: 64 lower-case hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(Sha256);

impl KeyId {
    /// The id that is this digest.
    pub(super) fn from_digest(digest: Sha256) -> Self {
        Self(digest)
    }

    /// The id that a key object must have: SHA-256 of the canonical form of the whole object,
    /// unknown members included (TUF specification, section 4.2).
    pub fn of(object: &Value) -> Result<Self, CanonicalError> {
        Ok(Self(Sha256::of(&olpc(object)?)))
    }

    /// 64 lower-case hex digits.
    pub fn hex(&self) -> String {
        self.0.hex()
    }

    /// As a digest, for its other forms.
    pub fn digest(&self) -> Sha256 {
        self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for KeyId {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        text.parse().map(Self)
    }
}
