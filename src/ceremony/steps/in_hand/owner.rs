//! Whose token it is, by the plan and by what happened so far.

use crate::ceremony::plan::{KeyPlan, Participant, Plan};
use crate::ceremony::state::State;
use crate::ceremony::token::{TokenIdentity, TokenKind};

/// Why this is not the keyholder's token, if it is not.
pub fn wrong_token(
    state: &State,
    holder: &Participant,
    key: &KeyPlan,
    identity: &TokenIdentity,
) -> Option<String> {
    let plan = &state.procedure.plan;
    if let Some(planned) = &key.serial
        && *planned != identity.serial
    {
        return Some(match planned_for(plan, &identity.serial) {
            Some(owner) => format!(
                "You inserted {owner}, serial {}; {} needs the one with serial {planned}.",
                identity.serial,
                holder.name_with(key)
            ),
            None => format!(
                "The plan gives {} the token with serial {planned}; this one says serial {}.",
                holder.name, identity.serial
            ),
        });
    }
    let same =
        |other: &TokenIdentity| other.serial == identity.serial && other.kind == identity.kind;
    let others = state.keys.iter().filter(|(_, held)| same(&held.token));
    let owner = others
        .filter_map(|(name, _)| plan.key(name))
        .find(|(owner, other)| owner.id != holder.id || other.token != key.token);
    if let Some((owner, other)) = owner {
        return Some(format!(
            "This is the token of {}, serial {}; {} needs another.",
            owner.name_with(other),
            identity.serial,
            holder.name_with(key)
        ));
    }
    match state.keys.get(&key.name) {
        Some(held) if !same(&held.token) => Some(format!(
            "The key of {} is on the token with serial {}; this one says serial {}.",
            holder.name_with(key),
            held.token.serial,
            identity.serial
        )),
        _ => None,
    }
}

/// That more than one token is inserted, if so: every serial number, and whose each is.
pub fn two_tokens(
    state: &State,
    holder: &Participant,
    key: &KeyPlan,
    identity: &TokenIdentity,
) -> Option<String> {
    if identity.beside.is_empty() {
        return None;
    }
    let plan = &state.procedure.plan;
    let named = |serial: &String| {
        let owner = planned_for(plan, serial).unwrap_or_else(|| "not in the plan".to_owned());
        format!("serial {} ({owner})", crate::safe::safe(serial))
    };
    let all: Vec<String> = std::iter::once(&identity.serial)
        .chain(&identity.beside)
        .map(named)
        .collect();
    Some(format!(
        "{} tokens are inserted: {}. It is the turn of {}, and one token at a time may be there, so that \
         nobody touches the wrong one.",
        all.len(),
        all.join(", "),
        holder.name_with(key)
    ))
}

/// Whose tokens are there instead of the one that is looked for, as far as the plan knows them;
/// `present` are texts that end in a serial number in parentheses.
pub fn inserted_instead(plan: &Plan, present: &[String]) -> Option<String> {
    let named: Vec<String> = present
        .iter()
        .filter_map(|text| {
            let inside = text.strip_suffix(')')?;
            let serial = inside.rsplit_once('(').map(|(_, serial)| serial)?;
            let owner = planned_for(plan, serial)?;
            Some(format!("{owner}, serial {}", crate::safe::safe(serial)))
        })
        .collect();
    (!named.is_empty()).then(|| format!("You inserted {}.", named.join(" and ")))
}

/// Whose token the plan says that this is, or whose spare.
fn planned_for(plan: &Plan, serial: &str) -> Option<String> {
    plan.keys().find_map(|(person, key)| {
        let who = person.name_with(key);
        let spare = key.spare.as_ref();
        if key.serial.as_deref() == Some(serial) {
            Some(match key.token.kind() {
                Some(TokenKind::File) => format!("the key file of {who}"),
                _ => format!("the token of {who}"),
            })
        } else if spare.is_some_and(|spare| spare.serial.as_deref() == Some(serial)) {
            Some(format!("the spare token of {who}"))
        } else {
            None
        }
    })
}
