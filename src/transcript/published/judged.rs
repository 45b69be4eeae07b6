//! The verdicts on a published copy, rule by rule.

use super::files;
use super::metadata::{self, Content};
use super::sealed as seal;
use super::{Files, Published};
use crate::ceremony::plan::Mode;
use crate::ceremony::script::Script;
use crate::digest::Sha256;
use crate::safe::counted;
use crate::transcript::audit::{
    BASE, CATALOGUE, CHAIN, EXCEPTIONS, FILES, Finding, HEAD, KEY_IDS, MODE, PAYLOAD, Rule, SCRIPT,
    SEAL_COUNT, SEAL_FILE, SEAL_SIGNATURES, SEAL_STATEMENT, SIGNATURES, THRESHOLD, TRUSTED,
    Verdict, WHOLE,
};

pub type Said = (Verdict, String);

pub fn pass(sentence: impl Into<String>) -> Said {
    (Verdict::Pass, sentence.into())
}

pub fn fail(sentence: impl Into<String>) -> Said {
    (Verdict::Fail, sentence.into())
}

pub fn note(sentence: impl Into<String>) -> Said {
    (Verdict::Note, sentence.into())
}

pub fn withheld(what: &str) -> Said {
    note(format!("withheld: {what}"))
}

/// What lies before the auditor, read once.
struct Desk<'a> {
    copy: &'a Published,
    files: &'a Files,
    content: Content,
    sealed: seal::Sealed,
}

/// Gives the verdict on one rule.
type Judge = fn(&Desk) -> Said;

/// The rules of which a published copy shows something, each with the code that decides it here.
const JUDGES: &[(Rule, Judge)] = &[
    (CHAIN, |desk| chain(desk.copy)),
    (WHOLE, |desk| whole(desk.copy)),
    (HEAD, |desk| head(desk.copy)),
    (MODE, |desk| mode(desk.copy, desk.files)),
    (SCRIPT, |desk| script(desk.copy, desk.files, &desk.sealed)),
    (EXCEPTIONS, |desk| exceptions(desk.copy)),
    (BASE, |desk| metadata::base(desk.copy, desk.files)),
    (KEY_IDS, |desk| metadata::key_ids(desk.copy, &desk.content)),
    (PAYLOAD, |desk| metadata::payload(desk.copy, &desk.content)),
    (SIGNATURES, |desk| {
        metadata::signatures(desk.copy, &desk.content, &desk.sealed)
    }),
    (THRESHOLD, |desk| {
        metadata::threshold(desk.copy, desk.files, &desk.content)
    }),
    (TRUSTED, |desk| {
        metadata::trusted(desk.copy, desk.files, &desk.content)
    }),
    (FILES, |desk| {
        files::files(desk.copy, desk.files, &desk.sealed)
    }),
    (SEAL_STATEMENT, |desk| {
        seal::statement(desk.copy, &desk.sealed)
    }),
    (SEAL_SIGNATURES, |desk| {
        seal::signatures(desk.copy, desk.files, &desk.content, &desk.sealed)
    }),
    (SEAL_COUNT, |desk| {
        seal::count(desk.copy, desk.files, &desk.content, &desk.sealed)
    }),
    (SEAL_FILE, |desk| seal::file(desk.copy, desk.files)),
];

/// One finding for each rule of the catalogue.
pub fn findings(copy: &Published, files: &Files) -> Vec<Finding> {
    let desk = Desk {
        copy,
        files,
        content: metadata::content(copy, files),
        sealed: seal::read(files),
    };
    let finding = |rule: &Rule| {
        let judge = JUDGES.iter().find(|(judged, _)| judged == rule);
        let (verdict, sentence) = match (&copy.broken, judge) {
            (Some(broken), _) if *rule != CHAIN => fail(format!(
                "not decided, because the transcript is broken ({broken})"
            )),
            (_, Some((_, judge))) => judge(&desk),
            (_, None) => withheld("it needs records or files that a published copy does not have"),
        };
        Finding {
            rule: *rule,
            verdict,
            sentence,
        }
    };
    CATALOGUE.iter().map(finding).collect()
}

/// What is known of the content, for the rules that need it.
pub fn no_content(content: &Content) -> Option<Said> {
    match content {
        Content::Nothing => Some(note("nothing is signed in this ceremony")),
        Content::Unknown(why) => Some(withheld(why)),
        Content::Wrong(why) => Some(fail(why.clone())),
        Content::Root(_) | Content::Other(_) => None,
    }
}

fn chain(copy: &Published) -> Said {
    match &copy.broken {
        Some(broken) => fail(broken.clone()),
        None if copy.records.is_empty() => fail("there is no record"),
        None => pass(format!(
            "{}, each in its place; {} withheld",
            counted(copy.length(), "record"),
            match copy.withheld() {
                0 => "no body is".to_owned(),
                1 => "the body of 1 is".to_owned(),
                more => format!("the bodies of {more} are"),
            }
        )),
    }
}

fn whole(copy: &Published) -> Said {
    if let Some(bytes) = copy.torn {
        return fail(format!("the last {bytes} bytes are no complete record"));
    }
    match copy.records.last().map(|(_, kind)| kind.as_str()) {
        Some("ceremony-closed") => pass("the ceremony was closed"),
        Some("aborted") => fail("the ceremony was ABORTED; a result is not there"),
        _ => fail("the ceremony was not closed"),
    }
}

/// Kinds of records that may follow the head on paper: they end the ceremony and change nothing that the head
/// covers.
const CLOSING: [&str; 7] = [
    "asked",
    "answered",
    "step-begun",
    "step-done",
    "paused",
    "resumed",
    "ceremony-closed",
];

fn head(copy: &Published) -> Said {
    let Some(head) = copy.head() else {
        return fail("there is no record");
    };
    let Some(expected) = copy.expected else {
        return note(format!(
            "not compared with paper: give --expect-head. It is {head}"
        ));
    };
    let Some(at) = copy.records.iter().position(|(node, _)| *node == expected) else {
        return fail(format!(
            "paper says {expected}, no record has it; the head is {head}"
        ));
    };
    let after = copy.records.get(at + 1..).unwrap_or_default();
    if after.is_empty() {
        return pass(format!("{head}, as on paper"));
    }
    let before = copy.records.get(..=at).unwrap_or_default();
    let worked = |(_, kind): &(Sha256, String)| kind == "metadata-written";
    let written = before.iter().any(worked) || !copy.has("metadata-written");
    let closing = |(_, kind): &(Sha256, String)| CLOSING.contains(&kind.as_str());
    if written && after.iter().all(closing) {
        return pass(format!(
            "the paper's head is that of record {at}; what follows only closes the ceremony"
        ));
    }
    // with a LOG medium it may be as it should: only the whole directory can tell
    let mending = |(_, kind): &(Sha256, String)| {
        closing(&(Sha256([0; 32]), kind.clone()))
            || [
                "log-lost",
                "log-attached",
                "intended",
                "faulted",
                "media-listed",
                "medium-bound",
            ]
            .contains(&kind.as_str())
    };
    let lost = after
        .iter()
        .any(|(_, kind)| kind == "log-lost" || kind == "log-attached");
    if written && lost && after.iter().all(mending) {
        return note(format!(
            "the paper's head is that of record {at}; what follows is about a LOG medium and closes the ceremony, \
             and whether it does nothing else is withheld"
        ));
    }
    fail(format!(
        "the paper's head is that of record {at}, and it does not cover what follows: {}",
        counted(after.len(), "record")
    ))
}

fn mode(copy: &Published, files: &Files) -> Said {
    let opened = copy.told.opening.as_ref().map(|opening| opening.mode);
    let script = files.script.as_deref().map(Script::parse);
    let script = match script {
        Some(Err(_)) => return fail("script.toml cannot be read"),
        Some(Ok(script)) => Some(script.mode),
        None => None,
    };
    let others = [opened, script];
    if others.into_iter().flatten().any(|other| other != copy.mode) {
        return fail("record and script do not agree");
    }
    let what = match copy.mode {
        Mode::Production => "a production ceremony",
        Mode::Rehearsal => "A REHEARSAL: nothing in it is for use",
    };
    note(format!(
        "{what}, by the domain of its chain; whether the plan says the same is withheld"
    ))
}

fn script(copy: &Published, files: &Files, sealed: &seal::Sealed) -> Said {
    let Some(bytes) = &files.script else {
        return withheld("script.toml");
    };
    let digest = Sha256::of(bytes);
    let recorded = copy.told.opening.as_ref().map(|opening| opening.script);
    let by = match recorded {
        Some(_) => "the first record",
        None => "the seal",
    };
    match recorded.or_else(|| sealed.subject("script.toml")) {
        None => withheld("the first record, which has the digest of the script"),
        Some(there) if there == digest => pass(format!("SHA-256 {digest}, as in {by}")),
        Some(there) => fail(format!(
            "{by} names script {there}, script.toml is {digest}"
        )),
    }
}

fn exceptions(copy: &Published) -> Said {
    let skipped = copy
        .kinds
        .get("step-skipped")
        .map_or(0, |kind| kind.told + kind.withheld);
    let logged = copy.exceptions();
    if skipped > 0 && logged == 0 {
        return fail("steps were skipped, and no exception is on record");
    }
    if logged == 0 {
        return note("no exception and no skipped step is on record");
    }
    note(format!(
        "on record: {} and {}; what they say is withheld",
        counted(logged, "exception"),
        counted(skipped, "skipped step")
    ))
}
