//! Whose keys judge the content: those of the root that clients trust now, those of the new root,
//! or those of the role.

use std::collections::{BTreeMap, BTreeSet};

use super::event::Count;
use super::import;
use super::state::{Payload, State};
use crate::digest::Sha256;
use crate::safe::safe;
use crate::tuf::key::{KeyId, PublicKey};
use crate::tuf::root::{ListedKey, Role, RoleKeys, Root, Signature};
use crate::tuf::threshold::{Tally, check};

/// Keys of which a number must have signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judge {
    /// What people call it: `root 4 (trusted now)`.
    pub name: String,
    /// The keys, by the ids under which they are listed.
    pub keys: BTreeMap<KeyId, ListedKey>,
    /// Which of them count, and how many are needed.
    pub role: RoleKeys,
}

impl Judge {
    fn of_root(name: String, root: &Root, role: Role) -> Option<Self> {
        Some(Self {
            name,
            keys: root.keys.clone(),
            role: root.role(role)?.clone(),
        })
    }

    /// The ids under which it lists this key.
    pub fn ids(&self, key: Sha256) -> impl Iterator<Item = KeyId> {
        self.members()
            .filter(move |(_, public)| public.fingerprint() == key)
            .map(|(id, _)| id)
    }

    /// The keys that count, with the ids under which they are listed.
    pub fn members(&self) -> impl Iterator<Item = (KeyId, &PublicKey)> {
        let listed = |id: &KeyId| Some((*id, self.keys.get(id)?.public.as_ref().ok()?));
        self.role.keyids.iter().filter_map(listed)
    }

    /// The one threshold check.
    pub fn tally(&self, payload: &[u8], signatures: &[Signature]) -> Tally {
        check(&self.keys, &self.role, payload, signatures)
    }

    /// How many of `signers` count here.
    pub fn count(&self, signers: &BTreeSet<Sha256>) -> u32 {
        let members: BTreeSet<Sha256> = self.members().map(|(_, key)| key.fingerprint()).collect();
        u32::try_from(members.intersection(signers).count()).unwrap_or(u32::MAX)
    }
}

/// Who judges this payload.
pub fn judges(state: &State, payload: &Payload) -> Vec<Judge> {
    let trusted = state.trusted.as_ref().map(|trusted| &trusted.root);
    let now = |root: &Root| format!("root {} (trusted now)", root.version);
    if payload.role == Role::Root.name() {
        let new = Root::parse(&payload.signed).ok();
        let old = trusted.and_then(|root| Judge::of_root(now(root), root, Role::Root));
        let new = new.and_then(|root| {
            let name = match trusted {
                Some(_) => format!("root {} (new)", root.version),
                None => format!("root {}", root.version),
            };
            Judge::of_root(name, &root, Role::Root)
        });
        return old.into_iter().chain(new).collect();
    }
    let top = Role::ALL
        .into_iter()
        .find(|role| role.name() == payload.role);
    let judge = match (top, trusted) {
        (Some(role), Some(root)) => {
            Judge::of_root(format!("{role} in root {}", root.version), root, role)
        }
        (None, _) => delegated(state, &payload.role),
        (Some(_), None) => None,
    };
    judge.into_iter().collect()
}

/// The keys that the delegating metadata names for a delegated role.
fn delegated(state: &State, name: &str) -> Option<Judge> {
    let targets = import::delegator(state).ok()?;
    let delegations = targets.get().delegations.as_ref()?;
    let role = delegations.role(name)?;
    Some(Judge {
        name: format!("{} in targets {}", safe(name), targets.get().header.version),
        keys: delegations.keys.clone(),
        role: role.keys.clone(),
    })
}

/// Fingerprints of the keys that have signed: with the content as it came, and here.
pub fn signers(state: &State) -> BTreeSet<Sha256> {
    let here = state.signatures.keys().filter_map(|name| {
        let held = state.keys.get(name)?;
        held.enrolled.map(|(_, fingerprint)| fingerprint)
    });
    let given = state.payload.iter().flat_map(|payload| &payload.given_by);
    given.copied().chain(here).collect()
}

/// How the signatures stand, for each judge; every one is verified again.
pub fn counts(state: &State) -> Vec<Count> {
    let Some(payload) = &state.payload else {
        return Vec::new();
    };
    let signatures = super::assembly::signatures(state);
    let count = |judge: &Judge| {
        let tally = judge.tally(&payload.bytes, &signatures);
        Count {
            judge: judge.name.clone(),
            counted: u32::try_from(tally.count()).unwrap_or(u32::MAX),
            threshold: tally.threshold(),
        }
    };
    state.judges.iter().map(count).collect()
}

/// Whether every threshold is reached; of no judge it never is.
pub fn reached(counts: &[Count]) -> bool {
    let met = |count: &Count| count.threshold > 0 && count.counted >= count.threshold;
    !counts.is_empty() && counts.iter().all(met)
}

/// The key that metadata lists under this id: the trusted root, then the content itself.
pub fn listed(state: &State, id: KeyId) -> Option<PublicKey> {
    let trusted = state.trusted.as_ref();
    let in_trusted = trusted.and_then(|trusted| trusted.root.keys.get(&id));
    let key = in_trusted.or_else(|| state.judges.iter().find_map(|judge| judge.keys.get(&id)))?;
    key.public.as_ref().ok().cloned()
}
