//! What changes from one targets file to the next, as values.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Target, Targets};
use crate::canonical::{olpc, parse};
use crate::digest::Sha256;
use crate::tuf::delegations::{After, DelegatedRole, Delegations, Paths};
use crate::tuf::key::{Holders, KeyId};
use crate::tuf::listed::ListedKey;

/// The first of many, and how many there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capped<T> {
    /// The first of them.
    pub shown: Vec<T>,
    /// How many there are, with those that are shown.
    pub total: usize,
}

impl<T> Default for Capped<T> {
    fn default() -> Self {
        Self {
            shown: Vec::new(),
            total: 0,
        }
    }
}

impl<T> Capped<T> {
    fn push(&mut self, cap: usize, item: impl FnOnce() -> T) {
        if self.shown.len() < cap {
            self.shown.push(item());
        }
        self.total += 1;
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }
}

/// One target that is listed in both, and not with the same words.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetChange {
    /// Its path; not escaped.
    pub path: String,
    /// As it was.
    pub old: Target,
    /// As it is.
    pub new: Target,
    /// Whether it is another file: length or digests differ. Otherwise only what is said of it.
    pub content: bool,
    /// Whether `custom` differs in more than its spelling.
    pub custom: bool,
    /// Whether members that this version does not know differ.
    pub extra: bool,
}

/// A key, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyName {
    /// The id under which it is listed.
    pub keyid: KeyId,
    /// Fingerprint of the key, where the key can be used here.
    pub fingerprint: Option<Sha256>,
    /// Who holds it, where that is known.
    pub holder: Option<String>,
}

/// A delegated role, for people.
#[derive(Clone, Debug, PartialEq)]
pub struct RoleView {
    /// Its name; not escaped.
    pub name: String,
    /// Its place in the order in which roles are asked, from 0.
    pub place: usize,
    /// Its keys, in the order of the file.
    pub keys: Vec<KeyName>,
    /// How many different keys must sign.
    pub threshold: u32,
    /// Whether roles after it are asked.
    pub after: After,
    /// The paths about which it is asked; not escaped.
    pub paths: Paths,
}

/// A delegated role that is there in both, and not the same.
#[derive(Clone, Debug, PartialEq)]
pub struct RoleChange {
    /// As it was.
    pub old: RoleView,
    /// As it is.
    pub new: RoleView,
    /// Keys that may sign for it now and could not before, by the key itself.
    pub keys_added: Vec<KeyName>,
    /// Keys that could sign for it before and may not now.
    pub keys_removed: Vec<KeyName>,
    /// Whether members that this version does not know differ.
    pub extra: bool,
}

/// What changes in `delegations`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DelegationChanges {
    /// Roles that are new.
    pub added: Capped<RoleView>,
    /// Roles that are gone.
    pub removed: Capped<RoleView>,
    /// Roles that are another.
    pub changed: Capped<RoleChange>,
    /// The names of the roles that are in both, in the old order and in the new one, where these
    /// differ: who is asked first.
    pub order: Option<(Vec<String>, Vec<String>)>,
    /// Whether `succinct_roles` or members that this version does not know differ.
    pub extra: bool,
}

impl DelegationChanges {
    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Everything that changes from one targets file to the next.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetsChanges {
    /// Version before, where there was a file before, and after.
    pub version: (Option<u64>, u64),
    /// Expiry before, and after; as written, not escaped.
    pub expires: (Option<String>, String),
    /// Version of the specification, where it changes: before, and after; not escaped.
    pub spec_version: Option<(String, String)>,
    /// Targets that are new.
    pub added: Capped<(String, Target)>,
    /// Targets that are gone.
    pub removed: Capped<(String, Target)>,
    /// Targets that are another.
    pub changed: Capped<TargetChange>,
    /// How many targets stay as they are.
    pub same: usize,
    /// What changes in `delegations`.
    pub delegations: DelegationChanges,
    /// Names of members at the top that this version does not know and that differ; not escaped.
    pub extra: Vec<String>,
}

/// What changes from `old` (nothing, for a first file) to `new`. Of each list the first `cap`
/// entries are given, and how many there are. `holders` says who holds which key.
pub fn targets_changes(
    old: Option<&Targets>,
    new: &Targets,
    holders: &Holders,
    cap: usize,
) -> TargetsChanges {
    let mut changes = TargetsChanges {
        version: (old.map(|old| old.header.version), new.header.version),
        expires: (
            old.map(|old| old.header.expires_text.clone()),
            new.header.expires_text.clone(),
        ),
        spec_version: old
            .map(|old| (&old.header.spec_version, &new.header.spec_version))
            .filter(|(old, new)| old != new)
            .map(|(old, new)| (old.clone(), new.clone())),
        added: Capped::default(),
        removed: Capped::default(),
        changed: Capped::default(),
        same: 0,
        delegations: delegations(
            old.and_then(|old| old.delegations.as_ref()),
            new.delegations.as_ref(),
            holders,
            cap,
        ),
        extra: Vec::new(),
    };
    let none = BTreeMap::new();
    let before = old.map_or(&none, |old| &old.targets);
    for (path, target) in &new.targets {
        match before.get(path) {
            None => changes.added.push(cap, || (path.clone(), target.clone())),
            Some(old) if old == target => changes.same += 1,
            Some(old) => match change(path, old, target) {
                Some(change) => changes.changed.push(cap, || change),
                None => changes.same += 1,
            },
        }
    }
    for (path, target) in before {
        if !new.targets.contains_key(path) {
            changes.removed.push(cap, || (path.clone(), target.clone()));
        }
    }
    let nothing = BTreeMap::new();
    let extra = old.map_or(&nothing, |old| &old.extra);
    let differs = |name: &&String| {
        !same_json(
            extra.get(*name).map(AsRef::as_ref),
            new.extra.get(*name).map(AsRef::as_ref),
        )
    };
    let gone = extra.keys().filter(|name| !new.extra.contains_key(*name));
    changes.extra = new
        .extra
        .keys()
        .chain(gone)
        .filter(differs)
        .cloned()
        .collect();
    changes
}

/// `None` where the two say the same in other spelling.
fn change(path: &str, old: &Target, new: &Target) -> Option<TargetChange> {
    let content = old.length != new.length || old.hashes != new.hashes;
    let custom = !same_json(old.custom.as_deref(), new.custom.as_deref());
    let extra = old.extra.len() != new.extra.len()
        || old.extra.iter().any(|(name, was)| {
            let is = new.extra.iter().find(|(other, _)| other == name);
            !same_json(Some(was), is.map(|(_, is)| &**is))
        });
    (content || custom || extra).then(|| TargetChange {
        path: path.to_owned(),
        old: old.clone(),
        new: new.clone(),
        content,
        custom,
        extra,
    })
}

/// Whether two texts are the same JSON, whatever their layout.
fn same_json(a: Option<&str>, b: Option<&str>) -> bool {
    let canonical = |text: &str| {
        let value: Value = parse(text.as_bytes(), text.len()).ok()?;
        olpc(&value).ok()
    };
    match (a, b) {
        (Some(a), Some(b)) => {
            a == b || canonical(a).is_some_and(|a| canonical(b).is_some_and(|b| a == b))
        }
        (a, b) => a.is_none() && b.is_none(),
    }
}

fn delegations(
    old: Option<&Delegations>,
    new: Option<&Delegations>,
    holders: &Holders,
    cap: usize,
) -> DelegationChanges {
    let mut changes = DelegationChanges::default();
    let was = Roles::of(old, holders);
    let is = Roles::of(new, holders);
    for (name, (place, role)) in &is.by_name {
        match was.by_name.get(name) {
            None => changes.added.push(cap, || is.view(*place, role)),
            Some((old_place, old_role)) => {
                let change = RoleChange {
                    keys_added: is.keys_not_in(role, &was, old_role),
                    keys_removed: was.keys_not_in(old_role, &is, role),
                    extra: old_role.extra != role.extra,
                    old: was.view(*old_place, old_role),
                    new: is.view(*place, role),
                };
                let differs = change.extra
                    || RoleView {
                        place: 0,
                        ..change.old.clone()
                    } != RoleView {
                        place: 0,
                        ..change.new.clone()
                    };
                if differs {
                    changes.changed.push(cap, || change);
                }
            }
        }
    }
    for (name, (place, role)) in &was.by_name {
        if !is.by_name.contains_key(name) {
            changes.removed.push(cap, || was.view(*place, role));
        }
    }
    let (old_order, new_order) = (was.names_in(&is), is.names_in(&was));
    if old_order != new_order {
        changes.order = Some((old_order, new_order));
    }
    let extra = |from: Option<&Delegations>| {
        from.map(|from| (from.succinct.clone(), from.extra.clone()))
            .unwrap_or_default()
    };
    changes.extra = extra(old) != extra(new);
    changes
}

/// The roles of one file, and what names their keys.
struct Roles<'a> {
    delegations: Option<&'a Delegations>,
    by_name: BTreeMap<&'a str, (usize, &'a DelegatedRole)>,
    holders: &'a Holders,
}

impl<'a> Roles<'a> {
    fn of(delegations: Option<&'a Delegations>, holders: &'a Holders) -> Self {
        let roles = delegations
            .map(|all| all.roles.as_slice())
            .unwrap_or_default();
        let by_name = roles.iter().enumerate();
        Self {
            by_name: by_name
                .map(|(place, role)| (role.name.as_str(), (place, role)))
                .collect(),
            delegations,
            holders,
        }
    }

    /// The names that `other` has as well, in this order.
    fn names_in(&self, other: &Roles<'_>) -> Vec<String> {
        let roles = self.delegations.map(|all| all.roles.as_slice());
        let names = roles.unwrap_or_default().iter().map(|role| &role.name);
        names
            .filter(|name| other.by_name.contains_key(name.as_str()))
            .cloned()
            .collect()
    }

    fn key(&self, keyid: KeyId) -> KeyName {
        let listed: Option<&ListedKey> = self.delegations.and_then(|all| all.keys.get(&keyid));
        let fingerprint = listed
            .and_then(|key| key.public.as_ref().ok())
            .map(super::super::key::PublicKey::fingerprint);
        KeyName {
            keyid,
            holder: fingerprint.and_then(|key| self.holders.get(&key).cloned()),
            fingerprint,
        }
    }

    fn keys(&self, role: &DelegatedRole) -> Vec<KeyName> {
        role.keys.keyids.iter().map(|id| self.key(*id)).collect()
    }

    /// The keys of `role` that `there`, a role of `other`, does not have. What cannot be used has
    /// no fingerprint, and goes by its id.
    fn keys_not_in(
        &self,
        role: &DelegatedRole,
        other: &Roles<'_>,
        there: &DelegatedRole,
    ) -> Vec<KeyName> {
        let theirs = other.keys(there);
        let has = |key: &KeyName| {
            theirs.iter().any(|their| match key.fingerprint {
                Some(_) => their.fingerprint == key.fingerprint,
                None => their.fingerprint.is_none() && their.keyid == key.keyid,
            })
        };
        let mut keys = self.keys(role);
        keys.retain(|key| !has(key));
        keys
    }

    fn view(&self, place: usize, role: &DelegatedRole) -> RoleView {
        RoleView {
            name: role.name.clone(),
            place,
            keys: self.keys(role),
            threshold: role.keys.threshold,
            after: role.after,
            paths: role.paths.clone(),
        }
    }
}
