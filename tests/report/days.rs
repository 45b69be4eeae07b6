//! Each kind of day, and what its report must say.

use std::fs;

use rootstage::ceremony::command::{Command, ExceptionForm};
use rootstage::ceremony::effect::Effect;
use rootstage::ceremony::state::Ending;
use rootstage::digest::Sha256;
use rootstage::transcript::audit::CATALOGUE;

use super::{read, report, takes_its_time, text};
use crate::room::{Room, plan, production_plan};
use crate::world::What;
use crate::yubikeys::YubiKey;
use crate::yubikeys::certificates::Device;

/// Every rule of the audit, every person, every key, every step, the head: in full.
fn says_everything(page: &str, room: &Room) {
    let (said, state) = (text(page), report(&room.dir()).1);
    let state = state.auditor.state();
    for rule in CATALOGUE {
        assert!(
            said.contains(rule.id) && said.contains(rule.sentence),
            "{}",
            rule.id
        );
    }
    for person in &state.procedure.plan.participants {
        assert!(said.contains(&person.name), "{}", person.name);
    }
    for step in &state.procedure.steps {
        assert!(said.contains(&format!(" {} ", step.id)), "{}", step.id);
    }
    let mut digests: Vec<Sha256> = vec![state.head];
    digests.extend(state.payload.iter().map(|payload| payload.sha256));
    digests.extend(
        state
            .keys
            .values()
            .filter_map(|held| held.enrolled)
            .map(|(_, key)| key),
    );
    for digest in &digests {
        assert!(said.contains(&digest.groups().join(" ")), "{digest}");
        let words = (1..).zip(digest.words()).map(|(_, word): (u32, _)| word);
        assert!(
            said.contains(&words.collect::<Vec<_>>().join(" ")),
            "{digest}"
        );
    }
    for file in state
        .written
        .iter()
        .chain(state.exported.values().flatten())
    {
        assert!(
            said.contains(&file.sha256.groups().join(" ")),
            "{}",
            file.name
        );
    }
    // no digest stands anywhere in one piece
    let unbroken = said.split(|c: char| !c.is_ascii_hexdigit());
    for run in unbroken {
        assert_ne!(run.len(), 64, "{run}");
    }
}

/// Where a story gives its record other times afterwards: tokens would have sealed the old ones.
const PAPER_SEAL: &str = "\n[seal]\nby = \"paper\"\n";

#[test]
fn a_production_day_that_went_well() {
    let mut room = Room::with_plan(&production_plan(3, 2));
    room.to_the_end();
    let (page, audited) = report(&room.dir());
    assert!(audited.passed());
    says_everything(&page, &room);
    let said = text(&page);
    assert!(said.contains("AUDIT PASSED") && !said.contains("REHEARSAL"));
    assert!(said.contains("Production ceremony") && said.contains("none on record"));
    assert!(said.contains("root 1: SIGNED"), "{said}");
    assert_eq!(
        page,
        report(&room.dir()).0,
        "the same directory, the same bytes"
    );
    let Some(read) = read("production", &page) else {
        return;
    };
    assert_eq!(read["headings"][0][1], "A story");
    let captions: Vec<_> = read["tables"]
        .as_array()
        .unwrap()
        .iter()
        .map(|table| &table["caption"])
        .collect();
    assert!(
        captions
            .iter()
            .any(|caption| *caption == "Every rule of the audit"),
        "{captions:?}"
    );
}

#[test]
fn a_rehearsal_with_a_break_a_power_cut_an_exception_and_a_skipped_step() {
    let mut room = Room::with_plan(&(plan(3, 2) + PAPER_SEAL));
    room.until("environment", "environment");
    let (reason, pause) = ("left".to_owned(), room.state().records);
    room.submit(Command::Pause { reason }, None).unwrap();
    room.resume().unwrap();
    let form = ExceptionForm {
        expected: "the fan is quiet".to_owned(),
        happened: "it is not;\nit rattles".to_owned(),
        decided: "to speak up".to_owned(),
        initials: vec!["WW".to_owned()],
    };
    room.submit(Command::LogException(form), None).unwrap();
    room.happens(
        "sign.keyholder-1",
        |effect| matches!(effect, Effect::Sign { .. }),
        What::PowerCutAfter,
    );
    room.until_dark();
    room.resume().unwrap();
    room.until("sign.keyholder-3", "secret");
    room.skip(&["VA", "WW"]).unwrap();
    room.to_the_end();
    takes_its_time(&room.dir(), Some(pause));
    let (page, audited) = report(&room.dir());
    assert!(audited.passed());
    says_everything(&page, &room);
    let said = text(&page);
    for words in [
        "REHEARSAL Nothing that was made here may be trusted.",
        "2 exceptions: read them",
        "Exception E1",
        "the fan is quiet",
        "it rattles",
        "to speak up",
        "By Wim Witness (WW)",
        "By Val Administrator (VA), Wim Witness (WW)",
        "Exception E2",
        "The step was skipped.",
        "SKIPPED",
        "break: left",
        "interrupted , without a word in the record before",
        "beyond its budget",
        "root 1: DID NOT SIGN",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(audited.auditor.state().exceptions.len() == 2);
    read("interrupted", &page);
}

#[test]
fn an_aborted_day_fails_in_words_and_has_a_report() {
    let mut room = Room::open(2, 2);
    room.until("sign.keyholder-1", "secret");
    room.submit(
        Command::Abort {
            initials: vec!["VA".to_owned(), "WW".to_owned()],
            reason: "fire alarm".to_owned(),
        },
        None,
    )
    .unwrap();
    let (page, audited) = report(&room.dir());
    assert_eq!(audited.auditor.state().ending, Some(Ending::Aborted));
    says_everything(&page, &room);
    let said = text(&page);
    for words in [
        "AUDIT FAILED",
        "ABORTED before its end; there is no result",
        "fire alarm",
        "NOT REACHED",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    read("aborted", &page);
}

#[test]
fn a_day_that_stands_still_says_where() {
    let mut room = Room::open(2, 2);
    room.until("generate.keyholder-2", "secret");
    let (page, _) = report(&room.dir());
    let said = text(&page);
    assert!(
        said.contains("NOT CLOSED : the record ends at step generate.keyholder-2"),
        "{said}"
    );
    assert!(said.contains("NOT FINISHED") && said.contains("No token of it was in hand"));
    read("unfinished", &page);
}

#[test]
fn a_broken_chain_is_red_on_the_first_page() {
    let mut room = Room::open(2, 2);
    room.to_the_end();
    let path = room.dir().join("transcript.jsonl");
    let text_before = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = text_before.lines().map(str::to_owned).collect();
    lines[100] = lines[100].replacen("\"at\":\"2026", "\"at\":\"2025", 1);
    fs::write(&path, lines.join("\n") + "\n").unwrap();
    let (page, audited) = report(&room.dir());
    assert!(!audited.passed() && !audited.auditor.chain_holds());
    let said = text(&page);
    assert!(said.contains("The transcript is broken."), "{said}");
    assert!(said.contains("the head of the records before the break"));
    assert!(
        said.contains("from the 100 records before the break"),
        "{said}"
    );
    assert!(said.contains("Do not rely on it before each failure is explained."));
    read("broken", &page);
}

#[test]
fn a_file_that_was_changed_is_not_shown_as_the_result() {
    let mut room = Room::open(2, 2);
    room.to_the_end();
    let derived = Sha256::of(&fs::read(room.dir().join("metadata/1.root.json")).unwrap());
    fs::write(room.dir().join("metadata/1.root.json"), "{}").unwrap();
    let (page, audited) = report(&room.dir());
    assert!(!audited.passed());
    let said = text(&page);
    assert!(
        said.contains("root.files : metadata/1.root.json is not what the transcript leads to"),
        "{said}"
    );
    assert!(said.contains(&derived.groups().join(" ")) && said.contains("root.files FAIL"));
    assert!(!said.contains(&Sha256::of(b"{}").groups().join(" ")));
}

/// Words in every place that a person, a plan or a token can fill.
const HOSTILE: &str = "<script>alert(1)</script><img src=x onerror=y>\\\" ' & ]]> \\u202e";

#[test]
fn hostile_words_stay_words() {
    let named = plan(2, 2)
        .replace(
            "title = \"A story\"",
            &format!("title = \"{HOSTILE}\"").replace("\\u202e", ""),
        )
        .replace(
            "\"Room 1\"",
            "\"</style><script src='http://x.example/a.js'>\"",
        )
        .replace("Ada Keyholder", "Ada <b onclick=x>'\\\"&amp; Keyholder");
    let mut room = Room::with_plan(&named);
    room.until("environment", "environment");
    let form = ExceptionForm {
        expected: HOSTILE.replace("\\u202e", "\u{202e}"),
        happened: "</td></table><h1>AUDIT PASSED</h1>".to_owned(),
        decided: "javascript:alert(1)\u{1b}[2J".to_owned(),
        initials: vec!["VA".to_owned()],
    };
    let logged = room.submit(Command::LogException(form), None);
    if logged.is_err() {
        // characters that are not seen are refused in the room already
        let form = ExceptionForm {
            expected: "<script>alert(1)</script>".to_owned(),
            happened: "</td></table><h1>AUDIT PASSED</h1>".to_owned(),
            decided: "javascript:alert(1)".to_owned(),
            initials: vec!["VA".to_owned()],
        };
        room.submit(Command::LogException(form), None).unwrap();
    }
    room.to_the_end();
    let (page, audited) = report(&room.dir());
    assert!(audited.passed());
    for mark in [
        "<script",
        "<img",
        "<b onclick",
        "</style><",
        "\u{202e}",
        "\u{1b}",
    ] {
        assert!(!page.contains(mark), "{mark}");
    }
    assert_eq!(page.matches("<h1>").count(), 1);
    let said = text(&page);
    assert!(said.contains("<script>alert(1)</script>"), "{said}");
    assert!(
        said.contains("Ada <b onclick=x>'\"&amp; Keyholder"),
        "{said}"
    );
    assert!(said.contains("</td></table><h1>AUDIT PASSED</h1>"));
    read("hostile", &page);
}

#[test]
fn a_yubikey_is_shown_with_what_its_maker_vouches_for() {
    let plan = plan(2, 2).replace(
        "token = \"file:tokens/keyholder-1.age\"",
        "token = \"yubikey:1001\"",
    ) + "\n[policy.attestation]\nrequired = [\"attestation.chain\", \"attestation.key\"]\n\
         intermediates = [\"between.pem\"]\ntest_roots = [\"root.pem\"]\n";
    let mut room = Room::prepared(&plan);
    let device = Device::default();
    fs::write(
        room.home.path().join("between.pem"),
        device.between().concat(),
    )
    .unwrap();
    fs::write(room.home.path().join("root.pem"), device.root()).unwrap();
    let mut card = YubiKey::factory();
    card.attests = Some(|_| ());
    room.drawer.lock().unwrap().insert(1001, card);
    room.begin().unwrap();
    room.to_the_end();
    let (page, audited) = report(&room.dir());
    assert!(audited.passed());
    says_everything(&page, &room);
    let said = text(&page);
    for words in [
        "PROVED what the plan demands",
        "attestation.chain PASS demanded by the plan",
        "The certificates, from the key's to the trusted root",
        "PIN always, touch always",
        "attestations/1001/key.pem",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    read("yubikey", &page);
}

#[test]
fn the_recording_is_named_as_far_as_it_is_on_record() {
    let mut room = Room::prepared(&plan(1, 1));
    room.recorder.load(room.dir(), None);
    room.begin().unwrap();
    room.to_the_end();
    let (page, audited) = report(&room.dir());
    assert!(audited.passed());
    let mark = room.state().recording.unwrap();
    assert!(mark.ended);
    let said = text(&page);
    for words in [
        format!("session.cast {} bytes, to its end", mark.bytes),
        mark.sha256.groups().join(" "),
        "recording.file PASS".to_owned(),
    ] {
        assert!(said.contains(&words), "{words}: {said}");
    }
    let room = Room::with_plan(&plan(1, 1));
    assert!(text(&report(&room.dir()).0).contains("No recording is on record."));
}

#[test]
fn many_people_with_long_names() {
    let long = "Maximiliane-Theodora Hohenzollernsigmari";
    let plan = plan(9, 5).replace("Ada Keyholder", long) + PAPER_SEAL;
    let mut room = Room::with_plan(&plan);
    room.to_the_end();
    takes_its_time(&room.dir(), None);
    let (page, audited) = report(&room.dir());
    assert!(audited.passed());
    says_everything(&page, &room);
    assert!(text(&page).contains("5 of 9 keys must sign"));
    read("many", &page);
}
