//! Who must sign a root: the threshold of the root before it, and its own (TUF specification,
//! section 6.1 and 5.3.4).
//!
//! A key that both roots have under different ids makes one signature, which stands in the file
//! once for each id: clients look a signature up by the id, on each side.

mod sentences;

use std::collections::BTreeSet;

use serde::Serialize;

use super::key::{Holders, KeyId};
use super::root::{Role, Root, Signature};
use super::threshold::{self, Tally};
use crate::digest::Sha256;
use crate::safe::safe;

/// How a root stands against those who must sign it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Signers {
    /// Under the root that clients trust now; none for a first root.
    pub old: Option<Need>,
    /// Under the keys that it names itself.
    pub new: Need,
    /// Every key that may sign, each once, in the order of the new root and then of the old one.
    pub keys: Vec<Part>,
}

/// One side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Need {
    /// How many different keys must sign.
    pub threshold: u32,
    /// How many have.
    pub signed: u32,
}

/// One key, whatever ids it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// SHA-256 of its `SubjectPublicKeyInfo`.
    pub key: Sha256,
    /// Who holds it, where that is known; safe to show.
    pub holder: Option<String>,
    /// The ids under which the old root has it in its root role.
    pub old_ids: Vec<KeyId>,
    /// The ids under which the new root has it in its root role.
    pub new_ids: Vec<KeyId>,
    /// Whether a valid signature of it is there, under whichever id.
    pub signed: bool,
    /// The ids under which its signature has to stand and does not stand yet, where it has signed.
    pub missing_entries: Vec<KeyId>,
}

impl Need {
    fn of(tally: &Tally) -> Self {
        Self {
            threshold: tally.threshold(),
            signed: u32::try_from(tally.count()).unwrap_or(u32::MAX),
        }
    }

    /// Whether enough keys have signed. A threshold of zero is never met.
    pub fn met(self) -> bool {
        self.threshold > 0 && self.signed >= self.threshold
    }

    /// How many are still needed.
    pub fn missing(self) -> u32 {
        self.threshold.saturating_sub(self.signed)
    }
}

/// Who has signed `payload`, which is that of `new`, and who has not.
pub fn signers(
    old: Option<&Root>,
    new: &Root,
    payload: &[u8],
    signatures: &[Signature],
    holders: &Holders,
) -> Signers {
    let mut keys = Vec::new();
    gather(&mut keys, new, holders, |part| &mut part.new_ids);
    if let Some(old) = old {
        gather(&mut keys, old, holders, |part| &mut part.old_ids);
    }
    let new_tally = tally(new, payload, signatures);
    let old_tally = old.map(|old| tally(old, payload, signatures));
    let valid: BTreeSet<(KeyId, Sha256)> = [Some(&new_tally), old_tally.as_ref()]
        .into_iter()
        .flatten()
        .flat_map(Tally::valid)
        .collect();
    for part in &mut keys {
        part.signed = valid.iter().any(|(_, key)| *key == part.key);
        if part.signed {
            let mut entries = entries(part);
            entries.retain(|id| !valid.contains(&(*id, part.key)));
            part.missing_entries = entries;
        }
    }
    Signers {
        old: old_tally.as_ref().map(Need::of),
        new: Need::of(&new_tally),
        keys,
    }
}

fn tally(judge: &Root, payload: &[u8], signatures: &[Signature]) -> Tally {
    let none = super::root::RoleKeys {
        keyids: Vec::new(),
        threshold: 0,
    };
    let role = judge.role(Role::Root).unwrap_or(&none);
    threshold::check(&judge.keys, role, payload, signatures)
}

fn gather(
    keys: &mut Vec<Part>,
    root: &Root,
    holders: &Holders,
    ids: impl Fn(&mut Part) -> &mut Vec<KeyId>,
) {
    for (id, key) in root.role_keys(Role::Root) {
        let key = key.fingerprint();
        let at = keys.iter().position(|part| part.key == key);
        let at = at.unwrap_or_else(|| {
            keys.push(Part {
                key,
                holder: holders.get(&key).map(|name| safe(name)),
                old_ids: Vec::new(),
                new_ids: Vec::new(),
                signed: false,
                missing_entries: Vec::new(),
            });
            keys.len() - 1
        });
        if let Some(part) = keys.get_mut(at) {
            ids(part).push(id);
        }
    }
}

fn entries(part: &Part) -> Vec<KeyId> {
    let mut ids = part.old_ids.clone();
    ids.extend(part.new_ids.iter().filter(|id| !part.old_ids.contains(id)));
    ids
}

impl Signers {
    /// Every id under which the one signature of this key must stand in the file, those of the old
    /// root first. None for a key that has no part in this.
    pub fn entries(&self, key: Sha256) -> Vec<KeyId> {
        let part = self.keys.iter().find(|part| part.key == key);
        part.map(entries).unwrap_or_default()
    }

    /// Whether clients that trust the old root accept the new one, as far as signatures go.
    pub fn met(&self) -> bool {
        self.new.met() && self.old.is_none_or(Need::met)
    }

    /// For people: each side in one sentence, and what is special about single keys. Long lines;
    /// the caller wraps them.
    pub fn sentences(&self) -> Vec<String> {
        sentences::all(self)
    }
}

#[cfg(test)]
mod tests;
