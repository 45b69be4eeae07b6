//! Verdicts on the seal: every signature again, and the file byte for byte.

use super::{Said, artefacts, fail, pass, unfinished};
use crate::ceremony::plan::SealBy;
use crate::ceremony::sealing::{self, KIND};
use crate::ceremony::state::{Standing, State};
use crate::safe::counted;
use crate::transcript::audit::{Artefacts, Auditor, Scope, Verdict};
use crate::transcript::seal::FILE;

/// Why no seal is expected, where none is.
fn unsealed(state: &State) -> Option<Said> {
    let note = |sentence: &str| Some((Verdict::Note, sentence.to_owned()));
    if state.procedure.plan.seal.by == SealBy::Paper {
        return note("by the plan, the head on paper is the only seal: give --expect-head");
    }
    let steps = &state.procedure.steps;
    if !steps.iter().any(|step| step.kind == KIND) {
        return note(
            "the script has no seal; the head on paper is the only one: give --expect-head",
        );
    }
    unfinished(state)
}

/// Why nobody has sealed what was stated, where no token could.
fn beyond_all(state: &State) -> Option<Said> {
    let seal = state.seal.as_ref()?;
    let nobody = seal.signatures.is_empty() && sealing::least(state) == 0;
    nobody.then(|| {
        (
            Verdict::Note,
            "no token could sign so long a statement; the head on paper is the only seal: give --expect-head"
                .to_owned(),
        )
    })
}

/// The statement names the record before it; that it is the one that belongs there was judged with its
/// record.
pub fn statement(auditor: &Auditor, _: &Artefacts) -> Said {
    let state = &auditor.state;
    match &state.seal {
        None => unsealed(state).unwrap_or_else(|| fail("nothing was stated")),
        Some(seal) => pass(format!(
            "it names the head of the first {} and {}; {} after it, for which the head on paper answers",
            counted(seal.records, "record"),
            seal.head,
            counted(state.records.saturating_sub(seal.records), "record")
        )),
    }
}

/// Every signature, once more.
pub fn signatures(auditor: &Auditor, _: &Artefacts) -> Said {
    let state = &auditor.state;
    let Some(seal) = &state.seal else {
        return unsealed(state).unwrap_or_else(|| fail("there is no seal"));
    };
    if let Some(said) = beyond_all(state) {
        return said;
    }
    let wrong = sealing::not_verifying(state);
    if let Some(name) = wrong.first() {
        return fail(format!("the seal of {name} does not verify"));
    }
    let listed = seal.signatures.keys().filter(|name| {
        let fingerprint = state.held_key(name).map(|key| key.fingerprint());
        let lists = |judge: &crate::ceremony::judge::Judge| {
            fingerprint.is_some_and(|key| judge.ids(key).next().is_some())
        };
        state.judges.iter().any(lists)
    });
    let sealed = match seal.signatures.len() {
        1 => "1 seal verifies".to_owned(),
        more => format!("{more} seals verify"),
    };
    pass(if state.judges.is_empty() {
        format!("{sealed}; no content is there that lists these keys")
    } else {
        format!(
            "{sealed}; {} of these keys may sign the content",
            listed.count()
        )
    })
}

/// As many as the plan wants: fewer only where two people left a step out, and never fewer than a quorum.
pub fn count(auditor: &Auditor, _: &Artefacts) -> Said {
    let state = &auditor.state;
    if let Some(said) = unsealed(state).or_else(|| beyond_all(state)) {
        return said;
    }
    let sealed = state.seal.as_ref().map_or(0, |seal| seal.signatures.len());
    let (wanted, least) = (sealing::wanted(state), sealing::least(state));
    let steps = state.procedure.steps.iter().zip(&state.standing);
    let skipped: Vec<&str> = steps
        .filter(|(step, standing)| step.kind == KIND && **standing == Standing::Skipped)
        .map(|(step, _)| step.id.as_str())
        .collect();
    if sealed >= wanted && sealed >= least {
        pass(format!("{sealed} of {wanted} wanted"))
    } else if sealed >= least && sealed + skipped.len() >= wanted {
        pass(format!(
            "{sealed} of {wanted} wanted; left out by two people, read the exceptions: {}",
            skipped.join(", ")
        ))
    } else {
        fail(format!(
            "only {sealed} of {wanted} wanted, and at least {least} are needed: what is left is the head on paper"
        ))
    }
}

/// The file is the one that the transcript leads to.
pub fn file(auditor: &Auditor, artefacts: &Artefacts) -> Said {
    let state = &auditor.state;
    if artefacts.scope == Scope::Record {
        return artefacts::record_only();
    }
    match (sealing::file(state), &artefacts.seal) {
        (Some(wanted), Some(there)) if wanted.bytes == *there => {
            pass(format!("{FILE}, byte for byte"))
        }
        (Some(_), Some(_)) if !sealing::complete(state) => {
            fail(format!("{FILE} is there before everybody has sealed"))
        }
        (Some(_), Some(_)) => fail(format!("{FILE} is not the seal on record")),
        (Some(_), None) => unfinished(state).unwrap_or_else(|| fail(format!("{FILE} is missing"))),
        (None, Some(_)) => fail(format!(
            "{FILE} is there, and the transcript does not lead to it"
        )),
        (None, None) => unsealed(state)
            .or_else(|| beyond_all(state))
            .unwrap_or_else(|| fail("nobody has sealed")),
    }
}
