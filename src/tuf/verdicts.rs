//! The threshold check of one role, signature by signature, with names and sentences for people.

use serde::{Deserialize, Serialize};

use super::key::{Holders, KeyId};
use super::root::{Role, Root, Signature};
use super::threshold::{self, Verdict};
use crate::digest::Sha256;
use crate::safe::safe;

/// How a payload stands against one role of one root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// How many different keys must sign.
    pub threshold: u32,
    /// How many have.
    pub signed: usize,
    /// Whether that is enough. A threshold of zero is never met.
    pub met: bool,
    /// Each signature, in the order of the file.
    pub signatures: Vec<Judged>,
}

/// One signature of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// The id under which it stands.
    pub keyid: KeyId,
    /// SHA-256 of the public key, where the root lists a usable one under that id for this role.
    pub key: Option<Sha256>,
    /// Who holds the key, where that is known; safe to show.
    pub holder: Option<String>,
    /// What was found.
    pub verdict: Found,
    /// The same in words, without a full stop; safe to show.
    pub words: String,
}

/// What was found of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// Valid, and it counts.
    Valid,
    /// Valid, and its key has been counted already.
    SameKeyAgain,
    /// A placeholder with nothing in it.
    Empty,
    /// The role has no such key.
    UnknownKey,
    /// The key is of a kind that cannot be checked here.
    UnusableKey,
    /// Not made by this key over this payload, or not in the form that TUF wants.
    Invalid,
}

impl Found {
    /// One or two words for a column.
    pub fn word(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::SameKeyAgain => "same key again",
            Self::Empty => "empty",
            Self::UnknownKey => "unknown key",
            Self::UnusableKey => "unusable key",
            Self::Invalid => "invalid",
        }
    }
}

/// Judges `signatures` over `payload` by the keys that `judge` gives to `role`.
pub fn standing(
    judge: &Root,
    role: Role,
    payload: &[u8],
    signatures: &[Signature],
    holders: &Holders,
) -> Standing {
    let Some(keys) = judge.role(role) else {
        return Standing {
            threshold: 0,
            signed: 0,
            met: false,
            signatures: Vec::new(),
        };
    };
    let tally = threshold::check(&judge.keys, keys, payload, signatures);
    let judged = tally.verdicts().iter().map(|(keyid, verdict)| {
        let (found, words) = described(verdict);
        let listed = keys.keyids.contains(keyid);
        let key = judge.keys.get(keyid).filter(|_| listed);
        let key = key.and_then(|key| key.public.as_ref().ok());
        let key = key.map(super::key::PublicKey::fingerprint);
        Judged {
            keyid: *keyid,
            key,
            holder: key.and_then(|key| holders.get(&key).map(|name| safe(name))),
            verdict: found,
            words,
        }
    });
    Standing {
        threshold: tally.threshold(),
        signed: tally.count(),
        met: tally.met(),
        signatures: judged.collect(),
    }
}

fn described(verdict: &Verdict) -> (Found, String) {
    match verdict {
        Verdict::Counted { .. } => (Found::Valid, "valid".to_owned()),
        Verdict::SameKeyAgain { .. } => (
            Found::SameKeyAgain,
            "valid, but this public key has been counted already".to_owned(),
        ),
        Verdict::Empty => (
            Found::Empty,
            "a placeholder with no signature in it".to_owned(),
        ),
        Verdict::UnknownKey => (
            Found::UnknownKey,
            "not a key of this role in this root".to_owned(),
        ),
        Verdict::UnusableKey(why) => (Found::UnusableKey, format!("not checked: {why}")),
        Verdict::Invalid(why) => (Found::Invalid, format!("not valid: {why}")),
    }
}

#[cfg(test)]
mod tests;
