//! Verdicts on attestations: what the tokens brought forward is there, and proves what the plan
//! demands.

use serde_json::Value;

use super::artefacts::alike;
use super::{Said, fail, pass};
use crate::ceremony::attested;
use crate::ceremony::plan::KeyName;
use crate::ceremony::state::{Ending, State};
use crate::ceremony::token::Evidence;
use crate::digest::Sha256;
use crate::safe::counted;
use crate::transcript::audit::{Artefacts, Auditor, Scope, Verdict};
use crate::transcript::seal;

fn note(sentence: &str) -> Said {
    (Verdict::Note, sentence.to_owned())
}

/// The files beside the transcript. Words of a verdict may differ between versions of the program:
/// where another one judged, that file is the one that was sealed, and without a seal of it is only looked for.
pub fn evidence(auditor: &Auditor, artefacts: &Artefacts) -> Said {
    let (state, elsewhere) = (&auditor.state, auditor.follow.judged_elsewhere());
    if artefacts.scope == Scope::Record {
        return super::artefacts::record_only();
    }
    let stated = state.seal.as_ref();
    let stated: Option<Value> = stated.and_then(|seal| serde_json::from_slice(&seal.payload).ok());
    let sealed = |name: &str| seal::subject(stated.as_ref()?, &format!("attestations/{name}"));
    for (name, sha256) in &state.attested {
        let words = elsewhere && name.ends_with(attested::VERDICT);
        let wanted = if words { sealed(name) } else { Some(*sha256) };
        match artefacts
            .attestations
            .iter()
            .find(|(known, _)| known == name)
        {
            None => return fail(format!("attestations/{name} is missing")),
            Some((_, bytes)) if wanted.is_some_and(|wanted| Sha256::of(bytes) != wanted) => {
                return fail(format!(
                    "attestations/{name} is not what the transcript leads to"
                ));
            }
            Some(_) => {}
        }
    }
    let mut there = artefacts.attestations.iter();
    if let Some((name, _)) = there.find(|(name, _)| !state.attested.contains_key(name)) {
        let sentence = format!(
            "attestations/{} is there, and the transcript does not lead to it",
            crate::safe::safe(name)
        );
        // They are written before they are on record: an end in between leaves them behind.
        return if state.ending == Some(Ending::Closed) {
            fail(sentence)
        } else {
            note(&sentence)
        };
    }
    match state.attested.len() {
        0 => note("no token was asked for an attestation"),
        files => pass(alike(files)),
    }
}

/// Every key for which the day has a step of attestation.
pub fn verdicts(auditor: &Auditor, _: &Artefacts) -> Said {
    let state = &auditor.state;
    let steps = state.procedure.steps.iter();
    let keys = steps
        .filter(|step| step.kind == attested::KIND)
        .filter_map(|step| step.key.as_ref());
    let (mut proved, mut asked) = (0, 0);
    for name in keys {
        asked += 1;
        let Some(held) = state.keys.get(name) else {
            continue;
        };
        let Some(evidence) = &held.evidence else {
            let plan = &state.procedure.plan;
            let demanded = plan.key(name).map(|(_, key)| attested::required(plan, key));
            if state.ending == Some(Ending::Closed) && demanded.is_some_and(|ids| !ids.is_empty()) {
                return fail(format!("nothing was brought forward for the key of {name}"));
            }
            continue;
        };
        match unmet(state, name, evidence) {
            None => proved += 1,
            Some(why) => return fail(format!("the key of {name}: {why}")),
        }
    }
    match (proved, asked) {
        (_, 0) => note("no key of this ceremony is on a token that attests"),
        (0, _) => note("no key was attested"),
        (keys, _) => pass(format!(
            "{}: what the plan demands holds",
            counted(keys, "key")
        )),
    }
}

/// What the plan demands and does not hold, with what was found.
fn unmet(state: &State, name: &KeyName, evidence: &Evidence) -> Option<String> {
    let (_, key) = state.procedure.plan.key(name)?;
    let verdict = attested::judged(state, name, evidence)?;
    let required = attested::required(&state.procedure.plan, key);
    let id = verdict.unmet(required).into_iter().next()?;
    let found = verdict
        .of(id)
        .map_or("not answered", |check| check.sentence.as_str());
    Some(format!("{id} does not hold: {found}"))
}
