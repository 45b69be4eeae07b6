//! The verdicts, once the last line is read. A row of the catalogue holds the function that gives its own.

pub mod artefacts;
pub mod attestations;
pub mod keys;
pub mod media;
pub mod recording;
pub mod root;
pub mod seal;

use super::{Anchor, Artefacts, Auditor, CATALOGUE, CHAIN, FOLLOWED, Finding, Rule, Verdict};
use crate::ceremony::event::Opening;
use crate::ceremony::plan::Mode;
use crate::ceremony::state::{Ending, State};
use crate::digest::Sha256;
use crate::safe::counted;

pub type Said = (Verdict, String);

/// One finding for each rule of the catalogue.
pub fn findings(auditor: &Auditor, artefacts: &Artefacts) -> Vec<Finding> {
    let of = |rule| finding(auditor, artefacts, rule);
    CATALOGUE.iter().map(of).collect()
}

pub fn finding(auditor: &Auditor, artefacts: &Artefacts, rule: &Rule) -> Finding {
    let (verdict, sentence) = judge(auditor, artefacts, rule);
    Finding {
        rule: *rule,
        verdict,
        sentence,
    }
}

fn judge(auditor: &Auditor, artefacts: &Artefacts, rule: &Rule) -> Said {
    if let Some(broken) = &auditor.broken
        && *rule != CHAIN
    {
        return fail(format!(
            "not decided, because the transcript is broken ({broken})"
        ));
    }
    if let Some(seen) = auditor.deviations.iter().find(|seen| seen.rule == *rule) {
        return fail(format!("record {}: {}", seen.seq, seen.sentence));
    }
    (rule.verdict)(auditor, artefacts)
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

fn signs(state: &State) -> bool {
    !state.procedure.plan.signs_nothing()
}

fn nothing_signed() -> Said {
    let sentence = "nothing is signed in this ceremony";
    (Verdict::Note, sentence.to_owned())
}

pub fn chain(auditor: &Auditor, _: &Artefacts) -> Said {
    match &auditor.broken {
        Some(broken) => fail(broken.clone()),
        None if auditor.chain.length() == 0 => fail("there is no record"),
        None => pass(format!(
            "{}, each in its place",
            counted(auditor.chain.length(), "record")
        )),
    }
}

pub fn whole(auditor: &Auditor, _: &Artefacts) -> Said {
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

pub fn head(auditor: &Auditor, _: &Artefacts) -> Said {
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
            "the paper's head is that of record {}, and it does not cover what follows: {}",
            record - 1,
            counted(auditor.state.records - record, "record")
        )),
    }
}

pub fn script(auditor: &Auditor, _: &Artefacts) -> Said {
    let there = auditor.state.procedure.script.digest;
    named(auditor, "script.toml", there, |opening| opening.script)
}

pub fn plan(auditor: &Auditor, _: &Artefacts) -> Said {
    let there = auditor.state.procedure.plan.digest;
    named(auditor, "plan.toml", there, |opening| opening.plan)
}

/// Whether the file is the one that the first record names.
fn named(auditor: &Auditor, file: &str, there: Sha256, of: fn(&Opening) -> Sha256) -> Said {
    match auditor.state.opening.as_ref().map(of) {
        None => fail(format!("no record says which {file} it was")),
        Some(recorded) if recorded == there => pass(format!("SHA-256 {there}")),
        Some(recorded) => fail(format!(
            "the record names {recorded}, {file} has the SHA-256 {there}"
        )),
    }
}

pub fn mode(auditor: &Auditor, _: &Artefacts) -> Said {
    pass(match auditor.state.procedure.plan.mode {
        Mode::Production => "a production ceremony",
        Mode::Rehearsal => "A REHEARSAL: nothing in it is for use",
    })
}

pub fn exceptions(auditor: &Auditor, _: &Artefacts) -> Said {
    let mut sentence = match auditor.state.exceptions.len() {
        0 => "no exception was logged".to_owned(),
        1 => "1 exception is on record: read it".to_owned(),
        more => format!("{more} exceptions are on record: read them"),
    };
    if !auditor.unsealed.is_empty() {
        let names = auditor.unsealed.iter().map(|number| format!("E{number}"));
        sentence = format!(
            "{sentence}. The seal does not cover {}, logged after it was stated: only the head on paper answers \
             for that",
            names.collect::<Vec<_>>().join(", ")
        );
    }
    pass(sentence)
}

/// Records that break a rule of their own are named there, and not once more here.
pub fn followed(auditor: &Auditor, _: &Artefacts) -> Said {
    let sentence = match auditor.deviations.first() {
        None => FOLLOWED.sentence.to_owned(),
        Some(_) => {
            "What the script asks was done in its order; records that break another rule are \
                    named there."
                .to_owned()
        }
    };
    match auditor.follow.foreign() {
        None => pass(sentence),
        Some((seq, program)) => (
            Verdict::Note,
            format!(
                "{sentence} By its word {program} wrote record {seq} and others, and this is {}: who was asked what \
                 was compared, the words around it were not.",
                crate::PROGRAM_VERSION
            ),
        ),
    }
}
