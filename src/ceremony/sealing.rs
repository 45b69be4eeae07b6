//! The seal as the ceremony knows it: what was stated, who has signed it, how many are wanted.

use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::assembly::MetadataFile;
use super::effect::FileDigest;
use super::plan::{KeyName, SealBy};
use super::procedure::BoundStep;
use super::state::{Standing, State};
use super::token::Algorithm;
use super::token::piv::LONGEST_ED25519_MESSAGE;
use crate::digest::Sha256;
use crate::transcript::seal;
use crate::tuf::key::{KeyId, PublicKey};
use crate::tuf::root::Role;

/// Kind of the step in which a keyholder seals.
pub const KIND: &str = "seal";

/// A seal in the making.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealing {
    /// The statement, byte for byte.
    pub payload: Arc<[u8]>,
    /// SHA-256 of it.
    pub sha256: Sha256,
    /// Transcript head that it names.
    pub head: Sha256,
    /// Number of records that this head covers.
    pub records: u64,
    /// Whether its digest was read aloud and compared.
    pub read: bool,
    /// Signatures over it, lower-case hex, by key.
    pub signatures: BTreeMap<KeyName, String>,
    /// The file, once it was written and read back.
    pub written: Option<FileDigest>,
}

impl Sealing {
    /// A statement that nobody has signed.
    pub fn of(statement: &Value, sha256: Sha256, head: Sha256, records: u64) -> Self {
        Self {
            payload: seal::payload(statement).unwrap_or_default().into(),
            sha256,
            head,
            records,
            read: false,
            signatures: BTreeMap::new(),
            written: None,
        }
    }
}

/// The steps in which keyholders seal, with how each stands.
fn steps(state: &State) -> impl Iterator<Item = (&BoundStep, Standing)> {
    let all = state.procedure.steps.iter().zip(&state.standing);
    all.filter(|(step, _)| step.kind == KIND)
        .map(|(step, standing)| (step, *standing))
}

/// Why a key cannot seal, whatever people do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// It was never presented in this ceremony.
    NotInHand,
    /// It signs messages whole, and its token does not take one of so many bytes.
    TooLong(usize),
}

/// What keeps the key of this step from sealing; nothing, where it can be asked.
pub fn hindrance(state: &State, step: &BoundStep) -> Option<Hindrance> {
    let held = step.key.as_ref().and_then(|key| state.keys.get(key));
    let Some(held) = held else {
        return Some(Hindrance::NotInHand);
    };
    let seal = state.seal.as_ref()?;
    let length = seal::pae(&seal.payload).len();
    let public = PublicKey::from_pem(&held.public_pem).ok()?;
    let whole = held.token.piv.is_some() && public.algorithm() == Some(Algorithm::Ed25519);
    (whole && length > LONGEST_ED25519_MESSAGE).then_some(Hindrance::TooLong(length))
}

/// The steps whose keys' tokens do not take so long a statement.
fn too_long(state: &State) -> usize {
    let is_too_long =
        |step: &BoundStep| matches!(hindrance(state, step), Some(Hindrance::TooLong(_)));
    steps(state).filter(|(step, _)| is_too_long(step)).count()
}

/// How many keys are to seal by the plan: of those that are in hand, or as many as a root demands; those whose
/// tokens cannot are not asked. 0 where paper is the only seal, and where the script has no such step.
pub fn wanted(state: &State) -> usize {
    let keys = steps(state).count().saturating_sub(too_long(state));
    match state.procedure.plan.seal.by {
        SealBy::Paper => 0,
        SealBy::All => steps(state)
            .filter(|(step, _)| hindrance(state, step).is_none())
            .count(),
        SealBy::Quorum => keys.min(quorum(state).unwrap_or(keys)),
    }
}

/// How many must have sealed whatever was decided in the room: fewer than the root demands show nothing.
/// Where its signatures come together at several places, one. Tokens that cannot are not counted.
pub fn least(state: &State) -> usize {
    if state.procedure.plan.seal.by == SealBy::Paper {
        return 0;
    }
    let most = if state.procedure.plan.policy.signing_continues {
        1
    } else {
        quorum(state).unwrap_or(1).max(1)
    };
    let able = steps(state).count().saturating_sub(too_long(state));
    able.min(most)
}

/// The threshold of the root that is made or signed here; where none is, of the one that is trusted, or else of
/// what judges the content.
fn quorum(state: &State) -> Option<usize> {
    let plan = &state.procedure.plan;
    let made = plan.root.as_ref().map(|root| root.threshold);
    let is_root = state
        .payload
        .as_ref()
        .is_some_and(|payload| payload.role == Role::Root.name());
    // the new root's is the last
    let signed = || {
        let judge = state.judges.last().filter(|_| is_root)?;
        Some(judge.role.threshold)
    };
    let trusted = || {
        let trusted = state.trusted.as_ref()?;
        Some(trusted.root.role(Role::Root)?.threshold)
    };
    let judged = || state.judges.iter().map(|judge| judge.role.threshold).max();
    let threshold = made.or_else(signed).or_else(trusted).or_else(judged)?;
    usize::try_from(threshold).ok()
}

/// Whether as many have sealed as the plan wants.
pub fn enough(state: &State) -> bool {
    let signed = state.seal.as_ref().map_or(0, |seal| seal.signatures.len());
    signed >= wanted(state)
}

/// Whether nobody is still to be asked.
pub fn complete(state: &State) -> bool {
    let signed = |step: &BoundStep| {
        let key = step.key.as_ref();
        let seal = state.seal.as_ref();
        seal.zip(key)
            .is_some_and(|(seal, key)| seal.signatures.contains_key(key))
    };
    let open = |(step, standing): (&BoundStep, Standing)| {
        let waits = matches!(standing, Standing::Waiting | Standing::Running);
        waits && hindrance(state, step).is_none() && !signed(step)
    };
    enough(state) || !steps(state).any(open)
}

/// The file with the signatures so far, in the order of the plan's keys; `None` where there is none.
pub fn file(state: &State) -> Option<MetadataFile> {
    let seal = state.seal.as_ref()?;
    let signed = state.procedure.plan.keys().filter_map(|(_, key)| {
        let sig = seal.signatures.get(&key.name)?;
        Some(seal::Signed {
            keyid: state.held_key_id(&key.name)?.hex(),
            sig: data_encoding::HEXLOWER.decode(sig.as_bytes()).ok()?,
        })
    });
    let signed: Vec<seal::Signed> = signed.collect();
    (!signed.is_empty()).then(|| MetadataFile {
        name: seal::FILE.to_owned(),
        bytes: seal::envelope(&seal.payload, &signed),
    })
}

/// Keys whose signature over the statement is on record and does not verify.
pub fn not_verifying(state: &State) -> Vec<&KeyName> {
    let Some(seal) = &state.seal else {
        return Vec::new();
    };
    let message = seal::pae(&seal.payload);
    let verifies = |name: &KeyName, sig: &String| {
        let key = state.held_key(name)?;
        let sig = data_encoding::HEXLOWER.decode(sig.as_bytes()).ok()?;
        key.verify(&message, &sig).ok()
    };
    let wrong = seal.signatures.iter();
    wrong
        .filter(|(name, sig)| verifies(name, sig).is_none())
        .map(|(name, _)| name)
        .collect()
}

impl State {
    /// The public half of a key that is in hand.
    pub fn held_key(&self, name: &KeyName) -> Option<PublicKey> {
        PublicKey::from_pem(&self.keys.get(name)?.public_pem).ok()
    }

    /// The id of a key that is in hand: that under which published metadata lists it, or else its own.
    pub fn held_key_id(&self, name: &KeyName) -> Option<KeyId> {
        let held = self.keys.get(name)?;
        let listed = held.enrolled.map(|(id, _)| id);
        listed.or_else(|| Some(self.held_key(name)?.key_id()))
    }
}

#[cfg(test)]
mod tests;
