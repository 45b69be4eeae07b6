//! What people are shown of the content before they sign it.

use super::{first, now, policy, targets};
use crate::ceremony::ask::{Document, Remark};
use crate::ceremony::state::{Payload, State};
use crate::digest::Sha256;
use crate::safe::safe;
use crate::tuf::diff::{self, Change};
use crate::tuf::key::{Holders, KeyId, PublicKey};
use crate::tuf::policy::{self as rules, Finding, Level};
use crate::tuf::root::{Role, Root, RootSpec};
use crate::tuf::rotation;
use crate::tuf::summary;

/// What reviewers should know of the content: the worst first.
pub fn findings(state: &State) -> Vec<Finding> {
    let mut found = match (&state.payload, &state.trusted) {
        (Some(payload), trusted) if payload.role == Role::Root.name() => {
            match (Root::parse(&payload.signed), trusted) {
                (Ok(new), Some(trusted)) => findings_of_next(state, &trusted.root, &new),
                (Ok(new), None) => match first::spec(state) {
                    // made here: the plan knows more of it than the root says
                    Ok(spec) if payload.file.is_none() => findings_of_first(state, &spec),
                    _ => {
                        diff::diff(None, &new, &holders(state), &policy(state), now(state)).findings
                    }
                },
                (Err(error), _) => vec![Finding {
                    rule: "root.unreadable",
                    level: Level::Stop,
                    sentence: format!("The root cannot be read: {error}."),
                }],
            }
        }
        (None, None) => {
            first::spec(state).map_or_else(|_| Vec::new(), |spec| findings_of_first(state, &spec))
        }
        (Some(payload), _) => targets::findings(state, payload),
        _ => Vec::new(),
    };
    found.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    found
}

pub(super) fn findings_of_first(state: &State, spec: &RootSpec) -> Vec<Finding> {
    rules::findings(spec, &policy(state), now(state))
}

pub(super) fn findings_of_next(state: &State, old: &Root, new: &Root) -> Vec<Finding> {
    diff::diff(Some(old), new, &holders(state), &policy(state), now(state)).findings
}

/// Rules whose stop-level findings nobody has accepted, each once.
pub fn unaccepted(state: &State) -> Vec<String> {
    let mut rules: Vec<String> = Vec::new();
    for finding in findings(state) {
        let open = finding.level == Level::Stop && !state.accepted.contains(finding.rule);
        if open && !rules.iter().any(|rule| rule == finding.rule) {
            rules.push(finding.rule.to_owned());
        }
    }
    rules
}

/// All that is read before signing: findings, changes, who must sign, and the content itself.
pub fn document(state: &State, payload: &Payload) -> Document {
    Document {
        title: format!("{}.json", safe(&payload.role)),
        remarks: findings(state).into_iter().map(Remark::from).collect(),
        changes: changes(state),
        signers: signers(state, payload),
        lines: review_lines(state, payload),
    }
}

/// Who must sign, for a root that follows one that clients trust now: two thresholds, in sentences.
fn signers(state: &State, payload: &Payload) -> Vec<String> {
    let Some(trusted) = &state.trusted else {
        return Vec::new();
    };
    if payload.role != Role::Root.name() {
        return Vec::new();
    }
    let Ok(new) = Root::parse(&payload.signed) else {
        return Vec::new();
    };
    let signatures = super::signatures(state);
    let old = Some(&trusted.root);
    rotation::signers(old, &new, &payload.bytes, &signatures, &holders(state)).sentences()
}

/// What the content changes of what clients have now.
pub fn changes(state: &State) -> Vec<Change> {
    let Some(payload) = &state.payload else {
        return Vec::new();
    };
    if payload.role != Role::Root.name() {
        return targets::changes(state, payload);
    }
    let Ok(new) = Root::parse(&payload.signed) else {
        return Vec::new();
    };
    match &state.trusted {
        Some(trusted) => {
            let (holders, policy) = (holders(state), policy(state));
            diff::diff(Some(&trusted.root), &new, &holders, &policy, now(state)).changes
        }
        None => Vec::new(),
    }
}

/// Who holds which key, as far as the plan says.
pub fn holders(state: &State) -> Holders {
    let plan = &state.procedure.plan;
    let mut holders = Holders::new();
    for (_, key) in plan.keys() {
        let held = state.keys.get(&key.name);
        let fingerprint = held
            .and_then(|held| PublicKey::from_pem(&held.public_pem).ok())
            .map(|public| public.fingerprint())
            .or_else(|| fingerprint(state, key.place.keyid()?));
        note(&mut holders, fingerprint, &plan.name_of_key(&key.name));
    }
    let Some(root) = &plan.root else {
        return holders;
    };
    for kept in &root.keep {
        note(&mut holders, fingerprint(state, kept.keyid), &kept.name);
    }
    for gone in &root.remove {
        let name = format!("{} ({})", gone.name, gone.reason.name());
        note(&mut holders, fingerprint(state, gone.keyid), &name);
    }
    for (role, wanted) in &root.roles {
        for file in &wanted.keys {
            let key = super::online_key(state, &file.path, file.sha256).ok();
            let name = format!("{role}, {}", file.path);
            note(&mut holders, key.map(|key| key.fingerprint()), &name);
        }
    }
    holders
}

fn fingerprint(state: &State, id: KeyId) -> Option<Sha256> {
    crate::ceremony::judge::listed(state, id).map(|key| key.fingerprint())
}

fn note(holders: &mut Holders, key: Option<Sha256>, name: &str) {
    let Some(key) = key else { return };
    holders
        .entry(key)
        .and_modify(|there| {
            there.push_str("; ");
            there.push_str(name);
        })
        .or_insert_with(|| name.to_owned());
}

/// The content for human eyes.
pub fn review_lines(state: &State, payload: &Payload) -> Vec<String> {
    if payload.role != Role::Root.name() {
        return plain_lines(payload);
    }
    summary::review_lines(&payload.signed, &holders(state), now(state))
        .unwrap_or_else(|error| vec![format!("The content cannot be shown: {error}")])
}

/// Metadata that is no root, as indented JSON.
fn plain_lines(payload: &Payload) -> Vec<String> {
    let text = crate::canonical::pretty(&payload.signed);
    text.lines().map(safe).collect()
}
