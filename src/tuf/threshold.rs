//! The one check that says whether enough keys have signed.
//!
//! Whatever asks "is this signed?" asks here. What is counted is different public keys, by the
//! fingerprint of the key itself: one key under two ids counts once (the specification, section
//! 4.3, asks for different ids only, and three of four clients in use count such a key twice).

use std::collections::{BTreeMap, BTreeSet};

use super::key::{KeyError, KeyId, SignatureError};
use super::root::{ListedKey, RoleKeys, Signature};
use crate::digest::Sha256;

/// What was found of one signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Valid, and the first of its key.
    Counted {
        /// Which key, by the fingerprint of its `SubjectPublicKeyInfo`.
        key: Sha256,
    },
    /// Valid, but its key has been counted already.
    SameKeyAgain {
        /// Which key.
        key: Sha256,
    },
    /// The role does not have this key id, or the root does not list its key.
    UnknownKey,
    /// The role has the key, but it is of a kind that cannot be checked here.
    UnusableKey(KeyError),
    /// A placeholder with no signature in it.
    Empty,
    /// Not a valid signature of this key over this payload.
    Invalid(SignatureError),
}

/// How a payload stands against one role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    verdicts: Vec<(KeyId, Verdict)>,
    counted: BTreeSet<Sha256>,
    threshold: u32,
}

impl Tally {
    /// What was found of each signature, in the order given.
    pub fn verdicts(&self) -> &[(KeyId, Verdict)] {
        &self.verdicts
    }

    /// The different keys that have signed, by fingerprint.
    pub fn counted(&self) -> &BTreeSet<Sha256> {
        &self.counted
    }

    /// The id and the key of every valid signature, the second one of a key included.
    pub fn valid(&self) -> impl Iterator<Item = (KeyId, Sha256)> {
        self.verdicts
            .iter()
            .filter_map(|(id, verdict)| match verdict {
                Verdict::Counted { key } | Verdict::SameKeyAgain { key } => Some((*id, *key)),
                _ => None,
            })
    }

    /// How many have signed.
    pub fn count(&self) -> usize {
        self.counted.len()
    }

    /// How many must sign.
    pub fn threshold(&self) -> u32 {
        self.threshold
    }

    /// How many are still missing.
    pub fn missing(&self) -> usize {
        usize::try_from(self.threshold)
            .unwrap_or(usize::MAX)
            .saturating_sub(self.counted.len())
    }

    /// Whether enough different keys have signed. A threshold of zero is never met.
    pub fn met(&self) -> bool {
        self.threshold > 0 && self.missing() == 0
    }
}

/// A payload with its signatures, of which none is verified twice under one key however many sides
/// count it: a new root is counted by the keys of the root before it and by its own, and most keys
/// are of both.
pub struct Checked<'a> {
    payload: &'a [u8],
    signatures: &'a [Signature],
    /// What was found, by the place of the signature and the fingerprint of the key.
    found: BTreeMap<(usize, Sha256), Result<(), SignatureError>>,
}

impl<'a> Checked<'a> {
    /// Nothing is verified yet.
    pub fn new(payload: &'a [u8], signatures: &'a [Signature]) -> Self {
        Self {
            payload,
            signatures,
            found: BTreeMap::new(),
        }
    }

    /// Counts the different keys of `role` that have signed. `keys` are those of the root that gives
    /// the role its keys, which for a new root is not only the new root itself.
    pub fn tally(&mut self, keys: &BTreeMap<KeyId, ListedKey>, role: &RoleKeys) -> Tally {
        let mut counted = BTreeSet::new();
        let mut verdicts = Vec::with_capacity(self.signatures.len());
        for (at, signature) in self.signatures.iter().enumerate() {
            let verdict = match self.verify(keys, role, at, signature) {
                Ok(key) if counted.insert(key) => Verdict::Counted { key },
                Ok(key) => Verdict::SameKeyAgain { key },
                Err(verdict) => verdict,
            };
            verdicts.push((signature.keyid, verdict));
        }
        Tally {
            verdicts,
            counted,
            threshold: role.threshold,
        }
    }

    /// The fingerprint of the key that made this signature, or why it does not count.
    fn verify(
        &mut self,
        keys: &BTreeMap<KeyId, ListedKey>,
        role: &RoleKeys,
        at: usize,
        signature: &Signature,
    ) -> Result<Sha256, Verdict> {
        let listed = role.keyids.contains(&signature.keyid);
        let key = keys
            .get(&signature.keyid)
            .filter(|_| listed)
            .ok_or(Verdict::UnknownKey)?;
        let key = key
            .public
            .as_ref()
            .map_err(|error| Verdict::UnusableKey(error.clone()))?;
        if signature.sig.is_empty() {
            return Err(Verdict::Empty);
        }
        let fingerprint = key.fingerprint();
        self.found
            .entry((at, fingerprint))
            .or_insert_with(|| {
                let bytes = signature.bytes()?;
                key.verify(self.payload, &bytes)
            })
            .clone()
            .map_err(Verdict::Invalid)?;
        Ok(fingerprint)
    }
}

/// Counts the different keys of `role` that have signed `payload`. `keys` are those of the root
/// that gives the role its keys, which for a new root is not only the new root itself.
pub fn check(
    keys: &BTreeMap<KeyId, ListedKey>,
    role: &RoleKeys,
    payload: &[u8],
    signatures: &[Signature],
) -> Tally {
    Checked::new(payload, signatures).tally(keys, role)
}

#[cfg(test)]
mod tests;
