//! The root that comes after one that clients trust: everything of which the plan says nothing
//! stays as it is there, members that this version does not know included.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{NotMade, first, impossible};
use crate::ceremony::plan::{KeyIds, Place, RootPlan};
use crate::ceremony::state::{State, TrustedRoot};
use crate::tuf::diff::{self, Class, Mark};
use crate::tuf::key::{KeyId, PublicKey};
use crate::tuf::policy::{Finding, Level};
use crate::tuf::root::{Role, Root, RootSpec};

/// The `signed` part of the next root.
pub fn content(state: &State, trusted: &TrustedRoot) -> Result<Value, NotMade> {
    let plan = state.procedure.plan.root.as_ref();
    let plan =
        plan.ok_or_else(|| NotMade::Keys(vec!["The plan names no root to make.".to_owned()]))?;
    let mut problems = unaccounted(state, plan, &trusted.root);
    let mut keys = Keys {
        objects: Map::new(),
        trusted: &trusted.root,
        ids: plan.key_ids,
    };
    let mut members = Vec::new();
    for (_, key) in state.procedure.plan.keys() {
        match key.place {
            Place::Leaves(_) => {}
            Place::Stays(id) => members.extend(keys.kept(id)),
            Place::Joins => {
                let held = state.keys.get(&key.name);
                let enrolled = held.filter(|held| held.enrolled.is_some());
                match enrolled.and_then(|held| PublicKey::from_pem(&held.public_pem).ok()) {
                    Some(public) => members.push(keys.add(&public)),
                    None => problems.push(format!(
                        "{} has no enrolled key.",
                        state.procedure.plan.name_of_key(&key.name)
                    )),
                }
            }
        }
    }
    members.extend(plan.keep.iter().filter_map(|kept| keys.kept(kept.keyid)));
    let mut signed = trusted.signed.signed.clone();
    let absent = || impossible(&"the trusted root has no roles");
    let top = signed.as_object_mut().ok_or_else(absent)?;
    let mut roles = top
        .get("roles")
        .and_then(Value::as_object)
        .cloned()
        .ok_or_else(absent)?;
    set_role(&mut roles, Role::Root, &members, plan.threshold);
    for role in [Role::Targets, Role::Snapshot, Role::Timestamp] {
        match first::online(state, plan, role) {
            Err(more) => problems.extend(more),
            Ok(Some(spec)) => {
                let ids: Vec<KeyId> = spec
                    .keys
                    .iter()
                    .map(|entry| keys.known(&entry.key))
                    .collect();
                set_role(&mut roles, role, &ids, spec.threshold);
            }
            Ok(None) => {
                // untouched, but its key objects stay in the root
                let listed = trusted.root.role(role).map(|keys| keys.keyids.clone());
                for id in listed.unwrap_or_default() {
                    keys.keep_object(id);
                }
            }
        }
    }
    if !problems.is_empty() {
        return Err(NotMade::Keys(problems));
    }
    let spec = RootSpec {
        version: plan.version,
        expires: plan.expires,
        consistent_snapshot: plan.consistent_snapshot,
        roles: std::collections::BTreeMap::new(),
    };
    let expires = spec.expires_text().map_err(|error| impossible(&error))?;
    top.insert("roles".to_owned(), Value::Object(roles));
    top.insert("keys".to_owned(), Value::Object(keys.objects));
    top.insert("version".to_owned(), json!(plan.version));
    top.insert("expires".to_owned(), json!(expires));
    top.insert(
        "consistent_snapshot".to_owned(),
        json!(plan.consistent_snapshot),
    );
    Ok(signed)
}

fn set_role(roles: &mut Map<String, Value>, role: Role, ids: &[KeyId], threshold: u32) {
    let hex: Vec<String> = ids.iter().map(KeyId::hex).collect();
    let entry = roles.entry(role.name()).or_insert_with(|| json!({}));
    if let Some(members) = entry.as_object_mut() {
        members.insert("keyids".to_owned(), json!(hex));
        members.insert("threshold".to_owned(), json!(threshold));
    }
}

/// The key objects of the new root.
struct Keys<'a> {
    objects: Map<String, Value>,
    trusted: &'a Root,
    ids: KeyIds,
}

impl Keys<'_> {
    /// A key that stays: its object as it is; its id as the plan wants it.
    fn kept(&mut self, id: KeyId) -> Option<KeyId> {
        let listed = self.trusted.keys.get(&id)?;
        let id = match self.ids {
            KeyIds::Keep => id,
            KeyIds::Recompute => listed.computed,
        };
        self.objects.insert(id.hex(), listed.raw.clone());
        Some(id)
    }

    /// The object of a key that a role names which does not change.
    fn keep_object(&mut self, id: KeyId) {
        if let Some(listed) = self.trusted.keys.get(&id) {
            self.objects.insert(id.hex(), listed.raw.clone());
        }
    }

    /// A key that the trusted root does not list.
    fn add(&mut self, key: &PublicKey) -> KeyId {
        self.objects.insert(key.key_id().hex(), key.to_tuf());
        key.key_id()
    }

    /// A key from a file: where the trusted root lists it already, it keeps its id.
    fn known(&mut self, key: &PublicKey) -> KeyId {
        let fingerprint = key.fingerprint();
        let there = self.trusted.keys.iter().find(|(_, listed)| {
            let public = listed.public.as_ref();
            public.is_ok_and(|public| public.fingerprint() == fingerprint)
        });
        match there.map(|(id, _)| *id) {
            Some(id) => self.kept(id).unwrap_or(id),
            None => self.add(key),
        }
    }
}

/// Every root key of the trusted root is spoken for in the plan, once; and no other.
fn unaccounted(state: &State, plan: &RootPlan, trusted: &Root) -> Vec<String> {
    let mut problems = Vec::new();
    let mut named: BTreeSet<KeyId> = BTreeSet::new();
    let held = state.procedure.plan.keys();
    let held = held.filter_map(|(_, key)| key.place.keyid());
    let kept = plan.keep.iter().map(|kept| kept.keyid);
    let removed = plan.remove.iter().map(|removed| removed.keyid);
    let listed = trusted.role(Role::Root).map(|keys| keys.keyids.as_slice());
    let listed = listed.unwrap_or_default();
    for id in held.chain(kept).chain(removed) {
        if !named.insert(id) {
            problems.push(format!("The plan names the key {id} twice."));
        }
        if !listed.contains(&id) {
            problems.push(format!(
                "The plan names the key {id}, which is no root key of the trusted root."
            ));
        }
    }
    for id in listed.iter().filter(|id| !named.contains(id)) {
        problems.push(format!(
            "The plan does not say what becomes of the key {id} of the trusted root: name it as a \
             keyholder's `keyid`, in `root.keep` or in `root.remove`."
        ));
    }
    problems
}

/// What the new root changes that its script is not for.
pub fn beyond_the_script(state: &State, old: &Root, new: &Root) -> Vec<Finding> {
    let script = &state.procedure.script;
    let Some(allowed) = &script.changes else {
        return Vec::new();
    };
    let holders = super::holders(state);
    let diff = diff::diff(
        Some(old),
        new,
        &holders,
        &super::policy(state),
        super::now(state),
    );
    let beyond = diff.changes.into_iter().filter(|change| {
        change.mark != Mark::Kept
            && change.class != Class::Version
            && !allowed.contains(&change.class)
    });
    beyond
        .map(|change| Finding {
            rule: "script.changes",
            level: Level::Stop,
            sentence: format!(
                "The script \"{}\" is not for this change: {}: {} becomes {}.",
                script.name,
                change.what,
                or_nothing(&change.old),
                or_nothing(&change.new)
            ),
        })
        .collect()
}

fn or_nothing(text: &str) -> &str {
    if text.is_empty() { "nothing" } else { text }
}
