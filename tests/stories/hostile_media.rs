//! Media that name themselves so that a reader is misled: what moves the cursor, reorders a line or
//! shows nothing is written out wherever people read it.

use std::fmt::Write as _;

use rootstage::ceremony::medium::MediumRole;
use rootstage::ceremony::paper::Paper;
use rootstage::ceremony::paper::html::html;
use rootstage::ceremony::paper::markdown::markdown;
use rootstage::ceremony::state::LogCopy;
use rootstage::safe::safe;

use super::media::with_media;
use crate::room::{Room, plan};
use crate::world::{Stick, insert, pull, stick, with};

/// Moves the cursor, rings, turns the line round, ends it, hides itself; and is long.
fn name(of: &str) -> String {
    format!(
        "{of}\u{1b}[2J\u{7}\u{202e}GOL\u{2066}\r\n\u{200b}\u{feff}\u{9b}31m\u{e0041}<b>&amp;{}",
        "W".repeat(200)
    )
}

/// A medium all of whose texts are such.
fn hostile(place: &str, serial: &str) -> Stick {
    let mut stick = stick(place, serial);
    let medium = &mut stick.medium;
    medium.label = name("LOG");
    medium.model = name("Acme");
    medium.uuid = name("0000");
    medium.filesystem = name("vfat");
    medium.mounted = Some(name("/media/"));
    stick
}

/// Nothing in it misleads a reader.
fn is_plain(what: &str, text: &str) {
    for line in text.split('\n') {
        assert_eq!(safe(line), line, "{what}");
    }
}

/// Everything that the open question shows.
fn shown(room: &Room) -> String {
    let ask = room.ask();
    let mut text = room.words();
    for fact in &ask.facts {
        let _ = write!(text, "\n{}: {}", fact.label, fact.value);
    }
    if let rootstage::ceremony::ask::Form::Choose { options } = &ask.form {
        for option in options {
            let _ = write!(text, "\n{}: {}", option.key, option.meaning);
        }
    }
    text
}

fn day() -> Room {
    let ways = "out = [\"medium\"]\nlog = true";
    let mut room = Room::prepared(&with_media(&plan(2, 2), ways));
    let sticks = [
        hostile("sdb1", "out"),
        hostile("sdc1", "log"),
        hostile("sdd1", &name("serial")),
    ];
    room.shelf.lock().unwrap().extend(sticks);
    room.begin().unwrap();
    room
}

#[test]
fn questions_show_every_character_of_a_medium() {
    let mut room = day();
    room.until("media", "medium-out");
    let text = shown(&room);
    is_plain("the list", &text);
    // nothing was left out, and the long ones are whole
    for told in [
        &name("LOG"),
        &name("Acme"),
        &name("0000"),
        &name("vfat"),
        &name("/media/"),
        &name("serial"),
    ] {
        assert!(text.contains(&safe(told)), "{told:?}: {text}");
    }
    room.types(&["sdb1"]).unwrap();
    is_plain("the second list", &shown(&room));
    room.types(&["sdc1"]).unwrap();
    // lost, absent, full, another one in its place
    room.until("review.keyholder-1", "review");
    pull(&room.shelf, "log");
    room.go_on();
    assert_eq!(room.at().1, "log-lost");
    is_plain("a lost LOG medium", &shown(&room));
    room.types(&["another"]).unwrap();
    is_plain("the choice of another", &shown(&room));
    room.types(&["back"]).unwrap();
    insert(&room.shelf, "log");
    room.types(&["attach"]).unwrap();
    assert_eq!(room.state().log, LogCopy::Kept);
    room.until("write", "written");
    with(&room.shelf, "out", |stick| stick.free = 9);
    while room.at().0 != "export" {
        room.go_on();
    }
    assert_eq!(room.at().1, "again");
    is_plain("a full OUT medium", &shown(&room));
    pull(&room.shelf, "out");
    room.types(&["again"]).unwrap();
    is_plain("an absent OUT medium", &shown(&room));
    insert(&room.shelf, "out");
    with(&room.shelf, "out", |stick| stick.free = 1 << 20);
    room.types(&["again"]).unwrap();
    is_plain("what was exported", &shown(&room));
    // given up: the words of the fault go into the exception log
    pull(&room.shelf, "log");
    room.go_on();
    room.types(&["without"]).unwrap();
    room.types(&["WITHOUT LOG"]).unwrap();
    for exception in &room.state().exceptions {
        is_plain("the exception log", &exception.happened);
    }
    room.to_the_end().audits_clean();
    assert_eq!(room.state().media[&MediumRole::Log].label, name("LOG"));
    for finding in &room.audit().findings {
        is_plain(finding.rule.id, &finding.sentence);
    }
}

#[test]
fn transcript_and_paper_hold_no_character_that_moves_a_cursor() {
    let mut room = day();
    // the port gives texts that are safe already; so do these
    for stick in room.shelf.lock().unwrap().iter_mut() {
        let medium = &mut stick.medium;
        let texts = [
            &mut medium.label,
            &mut medium.model,
            &mut medium.serial,
            &mut medium.uuid,
            &mut medium.filesystem,
        ];
        for text in texts {
            *text = safe(text);
        }
        medium.mounted = medium.mounted.as_deref().map(safe);
    }
    room.until("media", "medium-out");
    room.types(&["sdb1"]).unwrap();
    room.types(&["sdc1"]).unwrap();
    room.to_the_end().audits_clean();
    // a terminal that shows the file obeys nothing in it
    let text = std::fs::read_to_string(room.transcript()).unwrap();
    is_plain("the transcript", &text);
    let paper = Paper::of_day(&room.state().procedure);
    is_plain("paper", &html(&paper));
    is_plain("paper", &markdown(&paper));
}
