//! Media: given their roles, lost, exchanged; and the copy of the transcript.

use rootstage::ceremony::command::Command;
use rootstage::ceremony::effect::Effect;
use rootstage::ceremony::medium::MediumRole;
use rootstage::ceremony::state::LogCopy;
use rootstage::driver::Stop;

use crate::room::{Room, failing, plan, production_plan};
use crate::world::{What, insert, pull, stick, with};

/// A plan with media.
pub fn with_media(plan: &str, transport: &str) -> String {
    plan.replacen(
        "[policy]",
        &format!("[transport]\n{transport}\n\n[policy]"),
        1,
    )
}

/// A rehearsal with a LOG medium; two media are inserted.
fn logged() -> Room {
    let mut room = Room::prepared(&with_media(&plan(2, 2), "log = true"));
    room.shelf
        .lock()
        .unwrap()
        .extend([stick("sdb1", "log"), stick("sdc1", "spare")]);
    room.begin().unwrap();
    room
}

fn here(step: &str, ask: &str) -> (String, String) {
    (step.to_owned(), ask.to_owned())
}

/// The copy on this medium.
fn copy_on(room: &Room, serial: &str) -> Vec<u8> {
    with(&room.shelf, serial, |stick| {
        let mut copies = stick.files.iter();
        let copy = copies.find(|(name, _)| name.ends_with(".transcript.jsonl"));
        copy.map_or_else(Vec::new, |(_, bytes)| bytes.clone())
    })
}

/// The copy is the transcript, byte for byte, and can be audited where it is.
fn copied(room: &Room, serial: &str) {
    let transcript = std::fs::read(room.transcript()).unwrap();
    assert!(copy_on(room, serial) == transcript, "the copy differs");
    let elsewhere = tempfile::tempdir().unwrap();
    let files = with(&room.shelf, serial, |stick| stick.files.clone());
    let mut of_the_copy = None;
    for (name, bytes) in files {
        let path = elsewhere.path().join(&name);
        std::fs::write(&path, bytes).unwrap();
        if name.ends_with(".transcript.jsonl") {
            of_the_copy = Some(path);
        }
    }
    let copy = of_the_copy.unwrap();
    let audited = rootstage::directory::audit(&copy, Some(room.state().head), Vec::new()).unwrap();
    if room.state().ending == Some(rootstage::ceremony::state::Ending::Closed) {
        assert_eq!(failing(&audited), [] as [&str; 0]);
    }
    assert_eq!(audited.auditor.state(), room.state());
}

#[test]
fn a_day_with_a_log_medium() {
    let mut room = logged();
    room.until("media", "medium-log");
    assert!(room.words().contains("LOG"), "{}", room.words());
    assert_eq!(room.ask().seats.len(), 2);
    let facts = format!("{:?}", room.ask().facts);
    for told in [
        "sdb1",
        "Acme Stick",
        "serial log",
        "LOG",
        "1048576 bytes",
        "vfat",
    ] {
        assert!(facts.contains(told), "{facts}");
    }
    room.go_on();
    assert_eq!(room.state().log, LogCopy::Kept);
    assert_eq!(room.state().media[&MediumRole::Log].serial, "log");
    copied(&room, "log");
    room.until("sign.keyholder-2", "secret");
    copied(&room, "log");
    room.to_the_end();
    copied(&room, "log");
    room.audits_clean();
}

#[test]
fn an_abort_reaches_the_log_medium() {
    let mut room = logged();
    room.until("review.keyholder-1", "review");
    room.submit(
        Command::Abort {
            initials: vec!["AD".to_owned(), "WI".to_owned()],
            reason: "fire drill".to_owned(),
        },
        None,
    )
    .unwrap_or_else(|_| abort_with_planned(&mut room));
    assert!(room.state().ending.is_some());
    copied(&room, "log");
}

/// The initials of two people in the plan.
fn abort_with_planned(room: &mut Room) -> bool {
    let initials = two(room);
    room.submit(
        Command::Abort {
            initials,
            reason: "fire drill".to_owned(),
        },
        None,
    )
    .unwrap()
}

fn two(room: &Room) -> Vec<String> {
    let people = room.planned().participants.iter().take(2);
    people.map(|person| person.initials.clone()).collect()
}

#[test]
fn no_medium_is_there_and_then_the_right_one() {
    let mut room = logged();
    pull(&room.shelf, "log");
    pull(&room.shelf, "spare");
    room.until("media", "medium-log");
    assert!(room.words().contains("No medium"), "{}", room.words());
    room.types(&["look"]).unwrap();
    assert!(room.words().contains("No medium"), "{}", room.words());
    insert(&room.shelf, "log");
    room.types(&["look"]).unwrap();
    room.types(&["sdb1"]).unwrap();
    assert_eq!(room.state().log, LogCopy::Kept);
    room.to_the_end().audits_clean();
    copied(&room, "log");
}

#[test]
fn a_medium_is_exchanged_between_look_and_word() {
    let mut room = logged();
    room.until("media", "medium-log");
    // another one of the same label takes its place
    pull(&room.shelf, "log");
    let mut other = stick("sdb1", "other");
    other.medium.label = "LOG".to_owned();
    room.shelf.lock().unwrap().push(other);
    room.types(&["sdb1"]).unwrap();
    assert_eq!(room.at(), here("media", "again"));
    assert!(room.state().media.is_empty());
    assert!(with(&room.shelf, "other", |stick| stick.files.is_empty()));
    room.go_on();
    assert_eq!(room.at(), here("media", "medium-log"));
    room.to_the_end().audits_clean();
}

#[test]
fn media_that_cannot_have_a_role_are_not_offered() {
    let plan = with_media(
        &plan(2, 2),
        "in = [\"file\", \"medium\"]\nout = [\"medium\"]\nlog = true",
    );
    let mut room = Room::prepared(&plan);
    let mut protected = stick("sdd1", "protected");
    protected.medium.read_only = true;
    let mut blank = stick("sde1", "blank");
    blank.medium.filesystem = String::new();
    room.shelf.lock().unwrap().extend([
        stick("sdb1", "in"),
        stick("sdc1", "out"),
        protected,
        blank,
        stick("sdf1", "log"),
    ]);
    room.begin().unwrap();
    room.until("media", "medium-in");
    assert!(room.types(&["sde1"]).is_err(), "no file system");
    room.types(&["sdb1"]).unwrap();
    assert_eq!(room.at(), here("media", "medium-out"));
    let facts = format!("{:?}", room.ask().facts);
    assert!(facts.contains("it is the IN medium"), "{facts}");
    assert!(facts.contains("write-protected"), "{facts}");
    for refused in ["sdb1", "sdd1", "sdz1", ""] {
        assert!(room.types(&[refused]).is_err(), "{refused}");
    }
    room.types(&["sdc1"]).unwrap();
    assert!(room.types(&["sdc1"]).is_err(), "it is OUT");
    room.types(&["sdf1"]).unwrap();
    assert_eq!(room.state().media.len(), 3);
    assert_eq!(room.state().log, LogCopy::Kept);
    // nothing was written to the others
    assert!(with(&room.shelf, "in", |stick| stick.files.is_empty()));
    assert!(with(&room.shelf, "out", |stick| stick.files.is_empty()));
}

#[test]
fn one_person_cannot_give_a_medium_its_role() {
    let mut room = logged();
    room.until("media", "medium-log");
    let mut answer = room.usual();
    answer.initials[1] = answer.initials[0].clone();
    assert!(matches!(room.answer(answer), Err(Stop::Refused(_))));
    assert!(room.state().media.is_empty());
}

#[test]
fn images_are_no_media_on_the_real_day() {
    let plan = with_media(&production_plan(2, 2), "log = true");
    let mut room = Room::prepared(&plan);
    let mut image = stick("loop3", "image");
    image.medium.image = true;
    room.shelf.lock().unwrap().push(image);
    room.begin().unwrap();
    room.until("media", "medium-log");
    assert!(room.types(&["loop3"]).is_err());
    assert!(room.words().contains("No medium"), "{}", room.words());
    let two = two(&room);
    room.skip(&two.iter().map(String::as_str).collect::<Vec<_>>())
        .unwrap();
    assert_eq!(room.state().log, LogCopy::None);
}

#[test]
fn the_log_medium_is_pulled_while_a_pin_is_asked() {
    let mut room = logged();
    room.until("sign.keyholder-1", "secret");
    pull(&room.shelf, "log");
    room.go_on();
    // what was under way is finished
    assert_eq!(room.at(), here("sign.keyholder-1", "log-lost"));
    assert_eq!(room.state().signatures.len(), 1);
    assert!(room.words().contains("Nothing is lost"), "{}", room.words());
    assert!(matches!(room.state().log, LogCopy::Lost(_)));
    assert!(
        room.skip(&["KA", "KB"]).is_err(),
        "the LOG medium comes first"
    );
    // it is not there yet
    room.types(&["attach"]).unwrap();
    assert_eq!(room.at(), here("sign.keyholder-1", "log-lost"));
    insert(&room.shelf, "log");
    room.types(&["attach"]).unwrap();
    assert_eq!(room.state().log, LogCopy::Kept);
    copied(&room, "log");
    room.to_the_end().audits_clean();
    copied(&room, "log");
}

#[test]
fn the_open_question_comes_back_as_it_was() {
    let mut room = logged();
    // a fault of the step's own is not forgotten either
    room.until("sign.keyholder-1", "secret");
    room.mistyped
        .insert("keyholder-1".to_owned(), "a passphrase mistyped".to_owned());
    pull(&room.shelf, "log");
    room.go_on();
    assert_eq!(room.at().1, "log-lost");
    let fault = room.state().here.fault.clone();
    assert!(fault.is_some());
    insert(&room.shelf, "log");
    room.types(&["attach"]).unwrap();
    assert_eq!(room.at(), here("sign.keyholder-1", "secret"));
    assert_eq!(room.state().signatures.len(), 0);
    room.to_the_end().audits_clean();
    copied(&room, "log");
}

#[test]
fn the_log_medium_is_pulled_while_a_token_signs_and_once_more() {
    let mut room = logged();
    for (signed, step) in ["sign.keyholder-1", "sign.keyholder-2"].iter().enumerate() {
        room.happens(
            step,
            |effect| matches!(effect, Effect::Sign { .. }),
            What::PulledMeanwhile("log"),
        );
        // facts that follow from one another share a flush: by then the next step may have begun
        while room.at().1 != "log-lost" {
            room.go_on();
        }
        assert_eq!(room.state().signatures.len(), signed + 1);
        insert(&room.shelf, "log");
        room.types(&["attach"]).unwrap();
        copied(&room, "log");
    }
    assert_eq!(room.state().signatures.len(), 2);
    room.to_the_end().audits_clean();
    copied(&room, "log");
}

#[test]
fn a_full_log_medium_makes_way_for_another() {
    let mut room = logged();
    room.until("review.keyholder-1", "review");
    with(&room.shelf, "log", |stick| stick.free = 10);
    room.go_on();
    assert_eq!(room.at().1, "log-lost");
    assert!(room.words().contains("bytes free"), "{}", room.words());
    room.types(&["attach"]).unwrap();
    assert_eq!(room.at().1, "log-lost", "it is as full as before");
    room.types(&["another"]).unwrap();
    assert_eq!(room.at().1, "medium-log");
    assert_eq!(room.ask().seats.len(), 2);
    room.types(&["back"]).unwrap();
    assert_eq!(room.at().1, "log-lost");
    room.types(&["another"]).unwrap();
    room.types(&["look"]).unwrap();
    room.types(&["sdc1"]).unwrap();
    assert_eq!(room.state().media[&MediumRole::Log].serial, "spare");
    assert_eq!(room.state().log, LogCopy::Kept);
    copied(&room, "spare");
    room.to_the_end().audits_clean();
    copied(&room, "spare");
    // what the first one has is the beginning of the transcript
    let transcript = std::fs::read(room.transcript()).unwrap();
    assert!(transcript.starts_with(&copy_on(&room, "log")));
}

#[test]
fn two_people_go_on_without_a_log_medium() {
    let mut room = logged();
    room.until("review.keyholder-1", "review");
    pull(&room.shelf, "log");
    room.go_on();
    room.types(&["without"]).unwrap();
    assert_eq!(room.at().1, "log-without");
    room.types(&["back"]).unwrap();
    room.types(&["without"]).unwrap();
    let mut alone = room.usual();
    alone.initials[1] = alone.initials[0].clone();
    assert!(room.answer(alone).is_err());
    room.types(&["WITHOUT LOG"]).unwrap();
    assert_eq!(room.state().log, LogCopy::GivenUp);
    assert_eq!(room.state().exceptions.len(), 1);
    room.to_the_end().audits_clean();
}

#[test]
fn a_ceremony_that_goes_on_attaches_its_log_medium_first() {
    let mut room = logged();
    room.until("review.keyholder-2", "review");
    room.power_cut();
    // a torn line is on the copy, and one record of the transcript is not
    with(&room.shelf, "log", |stick| {
        let mut files = stick.files.iter_mut();
        let (_, copy) = files
            .find(|(name, _)| name.ends_with(".transcript.jsonl"))
            .unwrap();
        copy.truncate(copy.len() - 30);
    });
    pull(&room.shelf, "log");
    room.resume().unwrap();
    assert_eq!(room.at(), here("review.keyholder-2", "log-lost"));
    // and once more before anybody answers
    room.resume().unwrap();
    assert_eq!(room.at(), here("review.keyholder-2", "log-lost"));
    insert(&room.shelf, "log");
    room.types(&["attach"]).unwrap();
    assert_eq!(room.at(), here("review.keyholder-2", "review"));
    copied(&room, "log");
    room.resume().unwrap();
    assert_eq!(room.at(), here("review.keyholder-2", "review"));
    copied(&room, "log");
    room.to_the_end().audits_clean();
    copied(&room, "log");
}

#[test]
fn the_power_goes_at_every_open_question_of_a_day_with_a_log_medium() {
    let mut room = logged();
    while room.state().ending.is_none() {
        let open = room.at();
        room.resume().unwrap();
        assert_eq!(room.at(), open);
        room.go_on();
    }
    copied(&room, "log");
    room.audits_clean();
}

#[test]
fn the_log_medium_fails_at_every_open_question() {
    let mut room = logged();
    room.until("media", "medium-log");
    room.go_on();
    while room.state().ending.is_none() {
        pull(&room.shelf, "log");
        room.go_on();
        if room.state().ending.is_some() {
            break;
        }
        assert_eq!(room.at().1, "log-lost");
        insert(&room.shelf, "log");
        room.types(&["attach"]).unwrap();
    }
    // the very last records are the only ones that nobody can be asked about any more
    let transcript = std::fs::read(room.transcript()).unwrap();
    assert!(transcript.starts_with(&copy_on(&room, "log")));
    assert!(room.log_behind());
    room.audits_clean();
}

#[test]
fn the_power_goes_while_the_log_medium_is_attached() {
    for what in [What::PowerCutBefore, What::PowerCutAfter] {
        let mut room = logged();
        room.happens("media", |effect| *effect == Effect::AttachLog, what);
        room.until_dark();
        room.resume().unwrap();
        assert_eq!(room.state().log, LogCopy::Kept);
        copied(&room, "log");
        room.to_the_end().audits_clean();
        copied(&room, "log");
    }
}

#[test]
fn the_paper_head_covers_a_log_medium_that_fails_afterwards() {
    let mut room = logged();
    room.until("head", "head");
    let paper = room.ask().digest.as_ref().unwrap().sha256;
    pull(&room.shelf, "log");
    room.go_on();
    assert_eq!(room.at().1, "log-lost");
    room.resume().unwrap();
    insert(&room.shelf, "log");
    room.types(&["attach"]).unwrap();
    room.to_the_end().audits_clean();
    assert_eq!(failing(&room.audit_with_head(paper)), [] as [&str; 0]);
}
