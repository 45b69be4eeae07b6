//! The verdicts, once the last line is read.

mod artefacts;
mod attestations;
mod media;
mod recording;
mod seal;

use super::{
    ACCEPTED, APPROVED, ATTESTED, Anchor, Artefacts, Auditor, BASE, CATALOGUE, CHAIN, EVIDENCE,
    EXCEPTIONS, FILES, FOLLOWED, Finding, HEAD, IMPORTED, INPUTS, KEY_IDS, LOG, MEDIA, MODE,
    OUTPUTS, PAYLOAD, POLICY, POSSESSION, RECORDING, Rule, SEAL_COUNT, SEAL_FILE, SEAL_SIGNATURES,
    SEAL_STATEMENT, SIGNATURES, THRESHOLD, TRUSTED, Verdict, WHOLE,
};
use crate::ceremony::assembly;
use crate::ceremony::event::Count;
use crate::ceremony::import;
use crate::ceremony::judge;
use crate::ceremony::plan::Mode;
use crate::ceremony::state::{Ending, State};
use crate::tuf::key::PublicKey;
use crate::tuf::policy::Level;
use crate::tuf::root::Root;

type Said = (Verdict, String);

/// One finding for each rule of the catalogue.
pub fn findings(auditor: &Auditor, artefacts: &Artefacts) -> Vec<Finding> {
    CATALOGUE
        .iter()
        .map(|rule| {
            let (verdict, sentence) = judge(auditor, artefacts, *rule);
            Finding {
                rule: *rule,
                verdict,
                sentence,
            }
        })
        .collect()
}

fn judge(auditor: &Auditor, artefacts: &Artefacts, rule: Rule) -> Said {
    if let Some(broken) = &auditor.broken
        && rule != CHAIN
    {
        return fail(format!(
            "not decided, because the transcript is broken ({broken})"
        ));
    }
    if let Some(seen) = auditor.deviations.iter().find(|seen| seen.rule == rule) {
        return fail(format!("record {}: {}", seen.seq, seen.sentence));
    }
    let state = &auditor.state;
    match rule {
        CHAIN => chain(auditor),
        WHOLE => whole(auditor),
        HEAD => head(auditor),
        MODE => pass(match state.procedure.plan.mode {
            Mode::Production => "a production ceremony",
            Mode::Rehearsal => "A REHEARSAL: nothing in it is for use",
        }),
        EXCEPTIONS => pass(match state.exceptions.len() {
            0 => "no exception was logged".to_owned(),
            1 => "1 exception is on record: read it".to_owned(),
            more => format!("{more} exceptions are on record: read them"),
        }),
        BASE => base(state),
        IMPORTED => imported(state),
        INPUTS => artefacts::inputs(state, artefacts),
        MEDIA => media::bound(state),
        LOG => media::log(state),
        OUTPUTS => artefacts::outputs(state, artefacts),
        ACCEPTED => accepted(state),
        POSSESSION => possession(state),
        EVIDENCE => attestations::evidence(state, artefacts, auditor.follow.foreign()),
        ATTESTED => attestations::verdicts(state),
        KEY_IDS => key_ids(state),
        PAYLOAD => payload(state),
        POLICY => policy(state),
        APPROVED => match state.signatures.keys().find(|name| {
            let holder = state.procedure.plan.key(name).map(|(person, _)| &person.id);
            !holder.is_some_and(|holder| state.approved.contains(holder))
        }) {
            Some(name) => fail(format!("{name} signed without having approved")),
            None => pass(format!("{} approvals are on record", state.approved.len())),
        },
        SIGNATURES => pass(format!("{} signatures verify", state.signatures.len())),
        THRESHOLD => threshold(state),
        TRUSTED => artefacts::trusted(state, artefacts),
        FILES => artefacts::files(state, artefacts),
        SEAL_STATEMENT => seal::statement(state),
        SEAL_SIGNATURES => seal::signatures(state),
        SEAL_COUNT => seal::count(state),
        SEAL_FILE => seal::file(state, artefacts),
        RECORDING => recording::file(auditor, artefacts),
        FOLLOWED => pass(match auditor.follow.foreign() {
            None => FOLLOWED.sentence.to_owned(),
            Some(program) => format!(
                "{} It was held with {program}, this is {}: who was asked what was compared, the words \
                 around it were not.",
                FOLLOWED.sentence,
                crate::PROGRAM_VERSION
            ),
        }),
        other => pass(other.sentence),
    }
}

fn pass(sentence: impl Into<String>) -> Said {
    (Verdict::Pass, sentence.into())
}

fn fail(sentence: impl Into<String>) -> Said {
    (Verdict::Fail, sentence.into())
}

/// Aborted and unfinished ceremonies have no root to judge; that they have none is judged by `WHOLE`.
fn unfinished(state: &State) -> Option<Said> {
    (state.ending != Some(Ending::Closed)).then(|| {
        (
            Verdict::Note,
            "not decided, because the ceremony did not come to its end".to_owned(),
        )
    })
}

fn chain(auditor: &Auditor) -> Said {
    match &auditor.broken {
        Some(broken) => fail(broken.clone()),
        None if auditor.chain.length() == 0 => fail("there is no record"),
        None => pass(format!(
            "{} records, each in its place",
            auditor.chain.length()
        )),
    }
}

fn whole(auditor: &Auditor) -> Said {
    if let Some(bytes) = auditor.torn {
        return fail(format!(
            "the last {bytes} bytes are no complete record; resuming the ceremony cuts them and says so"
        ));
    }
    match auditor.state.ending {
        Some(Ending::Closed) => pass("the ceremony was closed"),
        Some(Ending::Aborted) => {
            fail("the ceremony was ABORTED; the record is complete, a result is not there")
        }
        None => fail(format!(
            "the ceremony was not closed; it stands at step {}",
            auditor.state.step().map_or("", |step| step.id.as_str())
        )),
    }
}

fn head(auditor: &Auditor) -> Said {
    let head = auditor.state.head;
    match &auditor.anchor {
        Anchor::NotGiven => (
            Verdict::Note,
            format!("not compared with paper: give --expect-head. It is {head}"),
        ),
        Anchor::Sought(expected) => fail(format!(
            "paper says {expected}, no record has it; the head is {head}"
        )),
        Anchor::At { record, .. } if *record == auditor.state.records => {
            pass(format!("{head}, as on paper"))
        }
        Anchor::At {
            record,
            only_closing: true,
        } => pass(format!(
            "the paper's head is that of record {}; what follows only closes the ceremony",
            record - 1
        )),
        Anchor::At { record, .. } => fail(format!(
            "the paper's head is that of record {}, and {} records follow that it does not cover",
            record - 1,
            auditor.state.records - record
        )),
    }
}

fn signs(state: &State) -> bool {
    !state.procedure.plan.signs_nothing()
}

fn nothing_signed() -> Said {
    let sentence = "nothing is signed in this ceremony";
    (Verdict::Note, sentence.to_owned())
}

fn base(state: &State) -> Said {
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

fn imported(state: &State) -> Said {
    if state.procedure.plan.staged.is_none() {
        return pass("no content came from outside");
    }
    match (&state.payload, import::content(state)) {
        (None, _) => unfinished(state).unwrap_or_else(|| fail("it was never read")),
        (Some(frozen), Ok(read)) if read.sha256 == frozen.sha256 => pass(format!(
            "SHA-256 {}; {} withdrawn before it",
            frozen.sha256,
            state.defunct.len()
        )),
        (Some(_), Ok(_)) => fail("the content is not what was read"),
        (Some(_), Err(problem)) => fail(problem),
    }
}

fn possession(state: &State) -> Said {
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
    pass(format!("{proofs} proofs verify"))
}

fn key_ids(state: &State) -> Said {
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

fn payload(state: &State) -> Said {
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

fn policy(state: &State) -> Said {
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
        "no rule is broken beyond what was accepted; {} cautions",
        of(Level::Caution)
    ))
}

fn accepted(state: &State) -> Said {
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

fn threshold(state: &State) -> Said {
    if !signs(state) {
        return nothing_signed();
    }
    if let Some(said) = unfinished(state) {
        return said;
    }
    let counts = judge::counts(state);
    let say = |count: &Count| {
        format!(
            "{} of {} needed keys have signed for {}",
            count.counted, count.threshold, count.judge
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
