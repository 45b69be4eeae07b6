//! A first root: its keys are those that were made here, and those of the key files.

use std::collections::BTreeMap;

use super::online_key;
use crate::ceremony::plan::RootPlan;
use crate::ceremony::state::State;
use crate::tuf::key::PublicKey;
use crate::tuf::root::{KeyEntry, Role, RoleSpec, RootSpec};

/// What the plan and the keys lead to; or everything that is missing.
pub fn spec(state: &State) -> Result<RootSpec, Vec<String>> {
    let Some(plan) = &state.procedure.plan.root else {
        return Err(vec!["The plan names no root to make.".to_owned()]);
    };
    let mut problems = Vec::new();
    let mut roles = BTreeMap::new();
    let mut root_keys = Vec::new();
    for (holder, key) in state.procedure.plan.keys() {
        let held = state
            .keys
            .get(&key.name)
            .filter(|held| held.enrolled.is_some())
            .and_then(|held| PublicKey::from_pem(&held.public_pem).ok());
        match held {
            Some(key) => root_keys.push(KeyEntry {
                key,
                note: holder.name.clone(),
            }),
            None => problems.push(format!("{} has no enrolled key.", holder.name)),
        }
    }
    roles.insert(
        Role::Root,
        RoleSpec {
            keys: root_keys,
            threshold: plan.threshold,
        },
    );
    for role in [Role::Targets, Role::Snapshot, Role::Timestamp] {
        match online(state, plan, role) {
            Ok(Some(spec)) => drop(roles.insert(role, spec)),
            Ok(None) => problems.push(format!("The plan names no keys for the role {role}.")),
            Err(more) => problems.extend(more),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(RootSpec {
        version: plan.version,
        expires: plan.expires,
        consistent_snapshot: plan.consistent_snapshot,
        roles,
    })
}

/// An online role as the plan has it; `None` where the plan says nothing of it.
pub fn online(state: &State, plan: &RootPlan, role: Role) -> Result<Option<RoleSpec>, Vec<String>> {
    let Some(wanted) = plan.roles.get(role.name()) else {
        return Ok(None);
    };
    let mut keys = Vec::new();
    let mut problems = Vec::new();
    for file in &wanted.keys {
        match online_key(state, &file.path, file.sha256) {
            Ok(key) => keys.push(KeyEntry {
                key,
                note: format!("{role}, {}", file.path),
            }),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Some(RoleSpec {
        keys,
        threshold: wanted.threshold,
    }))
}
