//! The verdicts, once the last line is read.

use super::{
    APPROVED, Anchor, Artefacts, Auditor, CATALOGUE, CHAIN, EXCEPTIONS, FILES, FOLLOWED, Finding,
    HEAD, KEY_IDS, MODE, PAYLOAD, POLICY, POSSESSION, Rule, SIGNATURES, THRESHOLD, TRUSTED,
    Verdict, WHOLE,
};
use crate::ceremony::assembly;
use crate::ceremony::plan::Mode;
use crate::ceremony::state::{Ending, State};
use crate::tuf::key::PublicKey;
use crate::tuf::root::{Root, Signed};
use crate::tuf::trusted::Trusted;

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
        POSSESSION => possession(state),
        KEY_IDS => key_ids(state),
        PAYLOAD => payload(state),
        POLICY => policy(state),
        APPROVED => match state
            .signatures
            .keys()
            .find(|id| !state.approved.contains(*id))
        {
            Some(id) => fail(format!("{id} signed without having approved")),
            None => pass(format!("{} approvals are on record", state.approved.len())),
        },
        SIGNATURES => pass(format!("{} signatures verify", state.signatures.len())),
        THRESHOLD => threshold(state),
        TRUSTED => trusted(state, artefacts),
        FILES => files(state, artefacts),
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

fn possession(state: &State) -> Said {
    if let Some(said) = unfinished(state) {
        return said;
    }
    for (id, held) in &state.keys {
        let proved = || {
            let key = PublicKey::from_pem(&held.key.public_pem).ok()?;
            let signature = data_encoding::HEXLOWER
                .decode(held.possession.as_ref()?.as_bytes())
                .ok()?;
            key.verify(&state.possession_text(id)?, &signature).ok()
        };
        if proved().is_none() {
            return fail(format!("the possession of {id}'s key is not proved"));
        }
    }
    pass(format!("{} proofs verify", state.keys.len()))
}

fn key_ids(state: &State) -> Said {
    let wrong = state
        .payload
        .as_ref()
        .map(|payload| Root::parse(&payload.signed).map(|root| root.wrong_ids()));
    match wrong {
        None => unfinished(state).unwrap_or_else(|| fail("there is no root")),
        Some(Ok(wrong)) if wrong.is_empty() => pass("every key id is the hash of its key"),
        Some(Ok(wrong)) => fail(format!(
            "{} key ids are not the hash of their key",
            wrong.len()
        )),
        Some(Err(error)) => fail(error.to_string()),
    }
}

fn payload(state: &State) -> Said {
    match (&state.payload, assembly::assemble(state)) {
        (None, _) => unfinished(state).unwrap_or_else(|| fail("there is no root")),
        (Some(made), Ok(derived))
            if derived.signed == made.signed && derived.payload == made.sha256 =>
        {
            pass(format!("SHA-256 {}", made.sha256))
        }
        (Some(_), Ok(_)) => fail("the content on record is not what plan and keys lead to"),
        // Policy is judged at the time of assembly; by now a root may be past its bounds.
        (Some(made), Err(_)) => pass(format!("SHA-256 {}, derived when it was made", made.sha256)),
    }
}

fn policy(state: &State) -> Said {
    if state.payload.is_none() {
        return unfinished(state).unwrap_or_else(|| fail("there is no root"));
    }
    let cautions = assembly::findings(state)
        .into_iter()
        .filter(|finding| finding.level == crate::tuf::policy::Level::Caution)
        .count();
    pass(format!("no rule is broken; {cautions} cautions"))
}

fn threshold(state: &State) -> Said {
    if let Some(said) = unfinished(state) {
        return said;
    }
    match assembly::tally(state) {
        Ok(tally) if tally.met() => pass(format!(
            "{} of {} needed keys have signed",
            tally.count(),
            tally.threshold()
        )),
        Ok(tally) => fail(format!(
            "only {} of {} needed keys have signed",
            tally.count(),
            tally.threshold()
        )),
        Err(problem) => fail(problem),
    }
}

/// The auditor's own roots, oldest first, each followed by the next; the last of them is this
/// ceremony's root, or the one before it.
fn trusted(state: &State, artefacts: &Artefacts) -> Said {
    if artefacts.trusted.is_empty() {
        return (
            Verdict::Note,
            "not compared: give --trusted-root with a root that you trust".to_owned(),
        );
    }
    let Some(ours) = assembly::signed_root(state) else {
        return fail("there is no root to compare");
    };
    let mut last: Option<Trusted<Root>> = None;
    for (path, bytes) in &artefacts.trusted {
        let next = Signed::parse(bytes)
            .map_err(|error| error.to_string())
            .and_then(|signed| {
                match &last {
                    None => Trusted::first(&signed),
                    Some(before) => before.next(&signed),
                }
                .map_err(|error| error.to_string())
            });
        match next {
            Ok(next) => last = Some(next),
            Err(reason) => return fail(format!("{path}: {reason}")),
        }
    }
    let Some(last) = last else {
        return fail("there is no trusted root");
    };
    if state
        .payload
        .as_ref()
        .is_some_and(|made| made.sha256 == last.payload())
    {
        return pass("it is the root that the auditor trusts");
    }
    match last.next(&ours) {
        Ok(_) => pass(format!(
            "it follows version {} that the auditor trusts",
            last.get().version
        )),
        Err(reason) => fail(format!(
            "it does not follow version {}: {reason}",
            last.get().version
        )),
    }
}

fn files(state: &State, artefacts: &Artefacts) -> Said {
    let wanted = assembly::metadata_files(state);
    if state.ending != Some(Ending::Closed) {
        // Before the files were written there must be none.
        return match artefacts.metadata.first() {
            Some((name, _)) if state.written.is_empty() && !state.threshold_reached => fail(
                format!("metadata/{name} is there, and the transcript does not lead to it"),
            ),
            _ => (
                Verdict::Note,
                "not decided, because the ceremony did not come to its end".to_owned(),
            ),
        };
    }
    for file in &wanted {
        match artefacts
            .metadata
            .iter()
            .find(|(name, _)| *name == file.name)
        {
            None => return fail(format!("metadata/{} is missing", file.name)),
            Some((_, bytes)) if *bytes != file.bytes => {
                return fail(format!(
                    "metadata/{} is not what the transcript leads to",
                    file.name
                ));
            }
            Some((_, bytes)) => {
                if let Err(reason) = Signed::parse(bytes)
                    .map_err(|error| error.to_string())
                    .and_then(|signed| Trusted::first(&signed).map_err(|error| error.to_string()))
                {
                    return fail(format!("metadata/{}: {reason}", file.name));
                }
            }
        }
    }
    if let Some((name, _)) = artefacts
        .metadata
        .iter()
        .find(|(name, _)| !wanted.iter().any(|file| file.name == *name))
    {
        return fail(format!(
            "metadata/{name} is there, and the transcript does not lead to it"
        ));
    }
    pass(format!("{} files, byte for byte", wanted.len()))
}
