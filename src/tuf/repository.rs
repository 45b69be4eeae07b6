//! Metadata that the online side makes: the next version of each role, ready to be signed.
//!
//! What is written here is compact: the signed portion of a file is its canonical form, so that what
//! is hashed, signed and stored are the same bytes. A root is written for people to read
//! ([`super::signature::Signed::to_file`]); it is signed elsewhere.

mod draft;
pub mod targets;
mod upkeep;

use std::collections::BTreeSet;

use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, UtcOffset};

use super::delegations::Delegations;
use super::key::{KeyId, PublicKey};
use super::root::{MetadataError, Role, Root};
use super::signature::Signature;

pub use draft::{DraftError, RootDraft};
pub use targets::TargetsDraft;
pub use upkeep::{meta_file, renewed, snapshot, timestamp};

/// The only form of a time that every client reads.
const EXPIRES: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");

/// An expiry as `YYYY-MM-DDTHH:MM:SSZ`. A fraction or an offset breaks two or three of the four
/// clients in use, so neither is rounded away in silence.
pub fn expires_text(expires: OffsetDateTime) -> Result<String, MetadataError> {
    let refused = || MetadataError::Expiry {
        got: expires.to_string(),
    };
    let fits = expires.offset() == UtcOffset::UTC
        && expires.nanosecond() == 0
        && (0..=9999).contains(&expires.year());
    if !fits {
        return Err(refused());
    }
    expires.format(EXPIRES).map_err(|_| refused())
}

/// Who may sign a role, and how many of them must.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signers {
    /// The usable keys, under the ids by which metadata lists them.
    pub keys: Vec<(KeyId, PublicKey)>,
    /// How many different keys must sign.
    pub threshold: u32,
}

impl Signers {
    /// Those of a top-level role under a root.
    pub fn of(root: &Root, role: Role) -> Self {
        let keys = root.role_keys(role);
        Self {
            keys: keys.map(|(id, key)| (id, key.clone())).collect(),
            threshold: root.role(role).map_or(0, |keys| keys.threshold),
        }
    }

    /// Those of a role that targets metadata delegates to; none where it does not.
    pub fn delegated(delegations: &Delegations, name: &str) -> Self {
        let Some(role) = delegations.role(name) else {
            return Self::default();
        };
        let keys = role.keys.keyids.iter().filter_map(|id| {
            let listed = delegations.keys.get(id)?;
            Some((*id, listed.public.as_ref().ok()?.clone()))
        });
        Self {
            keys: keys.collect(),
            threshold: role.keys.threshold,
        }
    }

    /// How many different keys of these have signed `payload`.
    pub fn signed(&self, payload: &[u8], signatures: &[Signature]) -> u32 {
        let mut counted = BTreeSet::new();
        for signature in signatures {
            let Some((_, key)) = self.keys.iter().find(|(id, _)| *id == signature.keyid) else {
                continue;
            };
            if counted.contains(&key.fingerprint()) {
                continue;
            }
            let valid = signature
                .bytes()
                .is_ok_and(|bytes| key.verify(payload, &bytes).is_ok());
            if valid {
                counted.insert(key.fingerprint());
            }
        }
        u32::try_from(counted.len()).unwrap_or(u32::MAX)
    }

    /// Whether enough of them have. A threshold of zero is never met.
    pub fn met(&self, payload: &[u8], signatures: &[Signature]) -> bool {
        self.threshold > 0 && self.signed(payload, signatures) >= self.threshold
    }
}

/// The file with a signed portion in canonical form and its signatures. Control characters, which
/// the canonical form has as they are and JSON has not, are escaped: what is read from the file has
/// the same canonical form.
pub fn file(signed: &[u8], signatures: &[Signature]) -> Vec<u8> {
    let mut file = Vec::with_capacity(signed.len() + 512);
    file.extend_from_slice(b"{\"signatures\":[");
    for (place, signature) in signatures.iter().enumerate() {
        if place > 0 {
            file.push(b',');
        }
        let keyid = signature.keyid.hex();
        // neither holds anything that JSON escapes: both are hex
        let entry = format!(r#"{{"keyid":"{keyid}","sig":"{}"}}"#, signature.sig);
        file.extend_from_slice(entry.as_bytes());
    }
    file.extend_from_slice(b"],\"signed\":");
    if signed.iter().any(u8::is_ascii_control) {
        file.extend_from_slice(&json_text(signed));
    } else {
        file.extend_from_slice(signed);
    }
    file.extend_from_slice(b"}\n");
    file
}

/// A text in canonical form as JSON: the newlines of a PEM key, and their like, stand in strings only.
pub fn json_text(canonical: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(canonical.len() + 64);
    for byte in canonical {
        match byte {
            b'\n' => text.extend_from_slice(b"\\n"),
            byte if *byte < 0x20 => {
                text.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
            }
            byte => text.push(*byte),
        }
    }
    text
}

#[cfg(test)]
mod tests;
