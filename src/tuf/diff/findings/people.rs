//! How many keys, and how many people, a root can lose.

use std::collections::BTreeMap;

use super::Step;
use crate::digest::Sha256;
use crate::safe::safe;
use crate::tuf::policy::{Finding, Level, caution, info, plural};
use crate::tuf::root::Role;

pub(super) fn find(found: &mut Vec<Finding>, step: &Step) {
    let Some(role) = step.new.role(Role::Root) else {
        return;
    };
    let needed = usize::try_from(role.threshold).unwrap_or(usize::MAX);
    let mut keys: Vec<Sha256> = step
        .new
        .role_keys(Role::Root)
        .map(|(_, key)| key.fingerprint())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    if needed == 0 || keys.len() < needed {
        return;
    }
    info(found, "root.loss-tolerance", tolerance(keys.len(), needed));
    let mut held = BTreeMap::<&str, usize>::new();
    for name in keys.iter().filter_map(|key| step.holders.get(key)) {
        *held.entry(name).or_default() += 1;
    }
    for (name, count) in held.iter().filter(|(_, count)| **count > 1) {
        found.push(one_person(&safe(name), *count, keys.len(), needed));
    }
    unsafe_names(found, step, &keys);
}

/// "Any 2 of the 5 keys may be lost; whoever has any 3 of them controls the root."
fn tolerance(have: usize, needed: usize) -> String {
    let controls = match needed {
        1 => "whoever has any one of them controls the root".to_owned(),
        _ if needed == have => "whoever has all of them controls the root".to_owned(),
        _ => format!("whoever has any {needed} of them controls the root"),
    };
    let lost = match have.saturating_sub(needed) {
        0 => format!("None of the {} may be lost", plural(have, "root key")),
        1 => format!("Any one of the {have} root keys may be lost"),
        spare => format!("Any {spare} of the {have} root keys may be lost"),
    };
    format!("{lost}; {controls}.")
}

fn one_person(name: &str, count: usize, have: usize, needed: usize) -> Finding {
    let without = have.saturating_sub(count);
    let (level, first) = if count >= needed {
        (
            Level::Stop,
            format!(
                "{name} holds {count} root keys, and {needed} are needed: one person controls the root."
            ),
        )
    } else {
        (
            Level::Caution,
            format!(
                "{name} holds {count} of the {needed} root keys that are needed: fewer people than keys control the root."
            ),
        )
    };
    let second = if without < needed {
        format!(" Without {name} the root can never be signed.")
    } else {
        format!(" Without {name} there are {without} keys left.")
    };
    Finding {
        rule: "root.keys-of-one-person",
        level,
        sentence: first + &second,
    }
}

fn unsafe_names(found: &mut Vec<Finding>, step: &Step, keys: &[Sha256]) {
    for name in keys.iter().filter_map(|key| step.holders.get(key)) {
        let shown = safe(name);
        if shown != *name {
            let sentence = format!(
                "The name of a keyholder has characters that cannot be seen; it is shown as \"{shown}\"."
            );
            caution(found, "root.text-unsafe", sentence);
        }
    }
}
