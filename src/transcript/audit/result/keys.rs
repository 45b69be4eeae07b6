//! Verdicts on the keys: that they were in hand, and that they are named by what they are.

use super::{Said, fail, nothing_signed, pass, signs, unfinished};
use crate::transcript::audit::{Artefacts, Auditor, Verdict};
use crate::tuf::key::PublicKey;
use crate::tuf::root::Root;

pub fn possession(auditor: &Auditor, _: &Artefacts) -> Said {
    let state = &auditor.state;
    if let Some(said) = unfinished(state) {
        return said;
    }
    let mut proofs = 0;
    for (name, held) in &state.keys {
        let Some(possession) = &held.possession else {
            // a key that existed before shows with its signature over the content that it is there
            if held.generated.is_some() {
                return fail(format!("the possession of {name}'s key is not proved"));
            }
            continue;
        };
        let proved = || {
            let key = PublicKey::from_pem(&held.public_pem).ok()?;
            let signature = data_encoding::HEXLOWER.decode(possession.as_bytes()).ok()?;
            key.verify(&state.possession_text(name)?, &signature).ok()
        };
        if proved().is_none() {
            return fail(format!(
                "the proof of possession of {name}'s key does not verify"
            ));
        }
        proofs += 1;
    }
    pass(match proofs {
        0 => "no key was made here, so that none had to be proved".to_owned(),
        1 => "1 proof verifies".to_owned(),
        more => format!("{more} proofs verify"),
    })
}

pub fn ids(auditor: &Auditor, _: &Artefacts) -> Said {
    let state = &auditor.state;
    if !signs(state) {
        return nothing_signed();
    }
    let roots = state
        .payload
        .iter()
        .filter(|payload| payload.role == "root");
    if state.payload.is_some() && roots.count() == 0 {
        return (Verdict::Note, "the content is no root".to_owned());
    }
    let wrong = state
        .payload
        .as_ref()
        .map(|payload| Root::parse(&payload.signed).map(|root| root.wrong_ids()));
    match wrong {
        None => unfinished(state).unwrap_or_else(|| fail("there is no root")),
        Some(Ok(wrong)) if wrong.is_empty() => pass("every key id is the hash of its key"),
        // in content from outside it is a finding, which two people accepted
        Some(Ok(wrong)) if state.procedure.plan.staged.is_some() => (
            Verdict::Note,
            format!("{} key ids are not the hash of their key", wrong.len()),
        ),
        Some(Ok(wrong)) => fail(format!(
            "{} key ids are not the hash of their key",
            wrong.len()
        )),
        Some(Err(error)) => fail(error.to_string()),
    }
}
