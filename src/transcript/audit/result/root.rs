//! Verdicts on the content: where it comes from, who approved and signed it, and whether that is enough.

use super::{Said, fail, nothing_signed, pass, signs, unfinished};
use crate::ceremony::assembly;
use crate::ceremony::event::Count;
use crate::ceremony::import;
use crate::ceremony::judge;
use crate::ceremony::plan::KeyName;
use crate::safe::counted;
use crate::transcript::audit::{Artefacts, Auditor, Verdict};
use crate::tuf::policy::Level;

pub fn base(auditor: &Auditor, _: &Artefacts) -> Said {
    let state = &auditor.state;
    let plan = &state.procedure.plan;
    match (&plan.trusted, &state.trusted) {
        (None, _) => pass("no root was trusted before this one"),
        (Some(_), None) => unfinished(state).unwrap_or_else(|| fail("it was never read")),
        (Some(_), Some(trusted)) => match import::trusted(state) {
            Ok(again) if again.payload == trusted.payload => pass(format!(
                "version {}, SHA-256 {}",
                trusted.root.version, trusted.payload
            )),
            Ok(_) => fail("another root was read than the one that was trusted"),
            Err(problem) => fail(problem),
        },
    }
}

pub fn imported(auditor: &Auditor, _: &Artefacts) -> Said {
    let state = &auditor.state;
    if state.procedure.plan.staged.is_none() {
        return pass("no content came from outside");
    }
    match (&state.payload, import::content(state)) {
        (None, _) => unfinished(state).unwrap_or_else(|| fail("it was never read")),
        (Some(frozen), Ok(read)) if read.sha256 == frozen.sha256 => {
            pass(match state.defunct.len() {
                0 => format!("SHA-256 {}", frozen.sha256),
                more => format!("SHA-256 {}; {more} withdrawn before it", frozen.sha256),
            })
        }
        (Some(_), Ok(_)) => fail("the content is not what was read"),
        (Some(_), Err(problem)) => fail(problem),
    }
}

pub fn payload(auditor: &Auditor, _: &Artefacts) -> Said {
    let state = &auditor.state;
    if !signs(state) {
        return nothing_signed();
    }
    let Some(made) = &state.payload else {
        return unfinished(state).unwrap_or_else(|| fail("there is no root"));
    };
    if state.procedure.plan.root.is_none() {
        return pass(format!("SHA-256 {}, from outside", made.sha256));
    }
    match assembly::assemble(state) {
        Ok(derived) if derived.signed == made.signed && derived.payload == made.sha256 => {
            pass(format!("SHA-256 {}", made.sha256))
        }
        Ok(_) => fail("the content on record is not what plan and keys lead to"),
        // Policy is judged at the time of assembly; by now a root may be past its bounds.
        Err(_) => pass(format!("SHA-256 {}, derived when it was made", made.sha256)),
    }
}

pub fn policy(auditor: &Auditor, _: &Artefacts) -> Said {
    let state = &auditor.state;
    if !signs(state) {
        return nothing_signed();
    }
    if state.payload.is_none() {
        return unfinished(state).unwrap_or_else(|| fail("there is no root"));
    }
    let of = |level| {
        let found = assembly::findings(state).into_iter();
        found.filter(|finding| finding.level == level).count()
    };
    pass(format!(
        "no rule is broken beyond what was accepted; {}",
        counted(of(Level::Caution), "caution")
    ))
}

pub fn accepted(auditor: &Auditor, _: &Artefacts) -> Said {
    let state = &auditor.state;
    if !signs(state) {
        return nothing_signed();
    }
    let accepted: Vec<&str> = state.accepted.iter().map(String::as_str).collect();
    if accepted.is_empty() {
        pass("nothing had to be accepted")
    } else {
        pass(format!("accepted, read them: {}", accepted.join(", ")))
    }
}

/// Everybody whose key has signed.
pub fn approved(auditor: &Auditor, _: &Artefacts) -> Said {
    let state = &auditor.state;
    let approved = |name: &&KeyName| {
        let holder = state.procedure.plan.key(name).map(|(person, _)| &person.id);
        holder.is_some_and(|holder| state.approved.contains(holder))
    };
    match state.signatures.keys().find(|name| !approved(name)) {
        Some(name) => fail(format!("{name} signed without having approved")),
        None => pass(match state.approved.len() {
            0 => "nobody has approved, and nobody has signed".to_owned(),
            1 => "1 approval is on record".to_owned(),
            more => format!("{more} approvals are on record"),
        }),
    }
}

/// Each was verified when its record was read, in the state before it.
pub fn signatures(auditor: &Auditor, _: &Artefacts) -> Said {
    pass(match auditor.state.signatures.len() {
        0 => "no signature is on record".to_owned(),
        1 => "1 signature verifies".to_owned(),
        more => format!("{more} signatures verify"),
    })
}

pub fn threshold(auditor: &Auditor, _: &Artefacts) -> Said {
    let state = &auditor.state;
    if !signs(state) {
        return nothing_signed();
    }
    if let Some(said) = unfinished(state) {
        return said;
    }
    let counts = judge::counts(state);
    let say = |count: &Count| {
        format!(
            "{} signed for {}, which demands {}",
            counted(count.counted, "key"),
            count.judge,
            count.threshold
        )
    };
    let sentence = counts.iter().map(say).collect::<Vec<_>>().join("; ");
    if judge::reached(&counts) {
        pass(sentence)
    } else if state.procedure.plan.policy.signing_continues {
        (
            Verdict::Note,
            format!("{sentence}; by the plan, signing continues elsewhere"),
        )
    } else {
        fail(format!("only {sentence}"))
    }
}
