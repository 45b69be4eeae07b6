//! The keys of each role in two roots, matched by the key itself.

use std::collections::BTreeSet;

use super::{KeyChange, Mark};
use crate::digest::Sha256;
use crate::safe::safe;
use crate::tuf::key::{Holders, KeyId};
use crate::tuf::root::{Role, Root};

/// By what a key is known again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Identity {
    Key(Sha256),
    /// Of a key that cannot be read here, or that the root does not list.
    Id(KeyId),
}

impl Identity {
    fn of(root: &Root, id: KeyId) -> Self {
        let public = root.keys.get(&id).and_then(|key| key.public.as_ref().ok());
        public.map_or(Self::Id(id), |key| Self::Key(key.fingerprint()))
    }
}

/// Every key of every role, role by role in the new root's order, with those that leave behind
/// those that stay; then the keys that no role uses.
pub(super) fn compare(old: Option<&Root>, new: &Root, holders: &Holders) -> Vec<KeyChange> {
    let mut keys = Vec::new();
    for role in Role::ALL {
        let ids = |root: &Root| root.role(role).map(|keys| keys.keyids.clone());
        let old_ids = old.and_then(ids).unwrap_or_default();
        let new_ids = ids(new).unwrap_or_default();
        keys.extend(matched(Some(role), old, &old_ids, new, &new_ids, holders));
    }
    let old_ids = old.map(unused).unwrap_or_default();
    keys.extend(matched(None, old, &old_ids, new, &unused(new), holders));
    keys
}

/// The ids of keys that a root lists for no role.
pub(super) fn unused(root: &Root) -> Vec<KeyId> {
    let used: BTreeSet<_> = root.roles.values().flat_map(|keys| &keys.keyids).collect();
    let listed = root.keys.keys();
    listed.filter(|id| !used.contains(id)).copied().collect()
}

fn matched(
    role: Option<Role>,
    old: Option<&Root>,
    old_ids: &[KeyId],
    new: &Root,
    new_ids: &[KeyId],
    holders: &Holders,
) -> Vec<KeyChange> {
    let mut found: Vec<(Identity, KeyChange)> = Vec::new();
    let sides = [
        (Some(new), new_ids, Mark::Added),
        (old, old_ids, Mark::Removed),
    ];
    for (root, ids, side) in sides {
        let Some(root) = root else { continue };
        for id in ids {
            let identity = Identity::of(root, *id);
            let at = found.iter().position(|(other, _)| *other == identity);
            let at = at.unwrap_or_else(|| {
                found.push((identity, blank(role, root, *id, holders)));
                found.len() - 1
            });
            if let Some((_, key)) = found.get_mut(at) {
                match side {
                    Mark::Added => key.new_ids.push(*id),
                    _ => key.old_ids.push(*id),
                }
            }
        }
    }
    let mut keys: Vec<_> = found.into_iter().map(|(_, key)| key).collect();
    for key in &mut keys {
        key.mark = mark(&key.old_ids, &key.new_ids);
    }
    keys
}

fn mark(old: &[KeyId], new: &[KeyId]) -> Mark {
    let set = |ids: &[KeyId]| ids.iter().copied().collect::<BTreeSet<_>>();
    match (old.is_empty(), new.is_empty()) {
        (true, _) => Mark::Added,
        (false, true) => Mark::Removed,
        (false, false) if set(old) == set(new) => Mark::Kept,
        (false, false) => Mark::Changed,
    }
}

fn blank(role: Option<Role>, root: &Root, id: KeyId, holders: &Holders) -> KeyChange {
    let listed = root.keys.get(&id);
    let public = listed.and_then(|key| key.public.as_ref().ok());
    let fingerprint = public.map(crate::tuf::key::PublicKey::fingerprint);
    let kind = match (listed, public) {
        (None, _) => "not listed in the root",
        (Some(_), None) => "of a kind that cannot be used here",
        (Some(_), Some(key)) => key.kind_name(),
    };
    KeyChange {
        role,
        mark: Mark::Kept,
        holder: fingerprint.and_then(|key| holders.get(&key).map(|name| safe(name))),
        kind: kind.to_owned(),
        fingerprint,
        old_ids: Vec::new(),
        new_ids: Vec::new(),
    }
}

impl KeyChange {
    /// ` of Ada (ecdsa-p256)`, or ` (ecdsa-p256)` where no holder is named.
    pub fn whose(&self) -> String {
        let holder = self.holder.as_ref();
        let holder = holder.map_or_else(String::new, |holder| format!(" of {holder}"));
        format!("{holder} ({})", self.kind)
    }

    /// `Ada`, or the short id where no holder is named.
    pub fn holder_or_id(&self) -> String {
        let id = || self.new_ids.iter().chain(&self.old_ids).next();
        self.holder.clone().unwrap_or_else(|| {
            id().map_or_else(
                || "a key without an id".to_owned(),
                |id| format!("key {}", id.digest().short()),
            )
        })
    }
}
