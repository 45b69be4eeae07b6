//! The recording of the screen: every byte of it, what is taken away from it or added, marks that were forged,
//! a recording that was made anew together with its marks.

use std::fs;
use std::path::PathBuf;

use rootstage::ceremony::event::Event;
use rootstage::ceremony::plan::Mode;
use rootstage::ceremony::recording::Mark;
use rootstage::digest::Sha256;
use rootstage::directory;
use rootstage::transcript::audit::Verdict;

use crate::room::{Room, failing, plan};
use crate::{Desk, Loose, chained};

const RULE: &str = "recording.file";

pub fn recorded() -> Room {
    let mut room = Room::prepared(&plan(1, 1));
    room.recorder.load(room.dir(), None);
    room.begin().unwrap();
    room
}

fn file(room: &Room) -> PathBuf {
    room.dir().join("session.cast")
}

/// Verdict and sentence of the rule.
fn said(room: &Room) -> (Verdict, String) {
    let audited = room.audit();
    let found = audited.findings.iter().find(|f| f.rule.id == RULE);
    let found = found.unwrap();
    (found.verdict, found.sentence.clone())
}

fn mark_of(record: &mut Loose) -> Option<&mut Mark> {
    match &mut record.event {
        Event::ScreenRecorded(mark) => Some(mark),
        _ => None,
    }
}

fn marks(records: &mut [Loose]) -> Vec<Mark> {
    records
        .iter_mut()
        .filter_map(mark_of)
        .map(|mark| *mark)
        .collect()
}

#[test]
fn every_byte_of_the_recording_counts() {
    let desk = Desk::of(recorded());
    let path = file(&desk.room);
    let original = fs::read(&path).unwrap();
    let auditor = directory::follow(&desk.procedure, desk.bytes.as_slice(), None).unwrap();
    assert!(auditor.marks().len() > 3 && auditor.marks().last().unwrap().ended);
    // each of the first thousand, and others up to the end
    let places =
        (0..original.len()).filter(|at| *at < 1000 || at % 23 == 0 || *at + 100 > original.len());
    for place in places {
        let mut bytes = original.clone();
        bytes[place] ^= 1 << (place % 8);
        fs::write(&path, &bytes).unwrap();
        assert_eq!(desk.verdict(&auditor), [RULE], "byte {place}");
    }
    let line = original.iter().position(|b| *b == b'\n').unwrap() + 1;
    for bytes in [
        &original[1..],
        &original[line..],
        &original[..original.len() - 1],
        b"",
        &[&original[..], b"\n"].concat(),
        &[&original[..line], &original[..]].concat(),
    ] {
        fs::write(&path, bytes).unwrap();
        assert_eq!(desk.verdict(&auditor), [RULE]);
    }
    fs::remove_file(&path).unwrap();
    assert_eq!(failing(&desk.room.audit()), [RULE]);
    fs::create_dir(&path).unwrap();
    assert_eq!(failing(&desk.room.audit()), [RULE]);
    fs::remove_dir(&path).unwrap();
    fs::write(&path, &original).unwrap();
    desk.room.audits_clean();
}

#[test]
fn it_is_said_between_which_marks_it_was_altered() {
    let mut room = recorded();
    room.to_the_end();
    let marks = room.audit().auditor.marks().to_vec();
    let mut bytes = fs::read(file(&room)).unwrap();
    let place = usize::try_from(marks[1].bytes).unwrap();
    bytes[place] ^= 1;
    fs::write(file(&room), bytes).unwrap();
    let between = format!(
        "between byte {} and byte {}",
        marks[1].bytes, marks[2].bytes
    );
    assert!(said(&room).1.contains(&between), "{}", said(&room).1);
}

/// Changes records.
type Forgery<'a> = &'a dyn Fn(&mut Vec<Loose>);

#[test]
fn marks_that_were_forged_are_found() {
    let desk = Desk::of(recorded());
    let judged = |forge: &dyn Fn(&mut Vec<Loose>)| {
        let mut records = desk.loose();
        forge(&mut records);
        let failing = desk.failing(&chained(Mode::Rehearsal, &records), None);
        assert!(
            failing.contains(&"seal.statement"),
            "the seal covers the marks: {failing:?}"
        );
        failing
    };
    let is_mark = |record: &Loose| matches!(record.event, Event::ScreenRecorded(_));
    let at = |records: &[Loose]| records.iter().position(is_mark).unwrap();
    let forgeries: [Forgery<'_>; 6] = [
        &|records| {
            let at = at(records);
            mark_of(&mut records[at]).unwrap().sha256 = Sha256([7; 32]);
        },
        &|records| {
            let at = at(records);
            mark_of(&mut records[at]).unwrap().bytes += 1;
        },
        &|records| {
            let at = at(records);
            records[at].actor = "administrator".to_owned();
        },
        // it would have ended there
        &|records| {
            let at = at(records);
            mark_of(&mut records[at]).unwrap().ended = true;
        },
        // twice the same
        &|records| {
            let at = at(records);
            let again = records[at].clone();
            records.insert(at, again);
        },
        // longer than any recording
        &|records| {
            let last = records.iter().rposition(is_mark).unwrap();
            mark_of(&mut records[last]).unwrap().bytes = 1 << 52;
        },
    ];
    for (number, forge) in forgeries.iter().enumerate() {
        let failing = judged(forge);
        assert!(failing.contains(&RULE), "{number}: {failing:?}");
    }
    // without its end, or without any mark, the seal is one of another record
    judged(&|records| {
        let last = records.iter().rposition(is_mark).unwrap();
        records.remove(last);
    });
    judged(&|records| records.retain(|record| !is_mark(record)));
}

/// Somebody who can write the directory, with the program and without the tokens.
#[test]
fn a_recording_that_was_made_anew_with_its_marks_fails_on_the_seal_and_on_paper() {
    let desk = Desk::of(recorded());
    let text = fs::read_to_string(file(&desk.room)).unwrap();
    let other = text.replace("Ada", "Eve");
    assert_ne!(text, other);
    fs::write(file(&desk.room), &other).unwrap();
    let mut records = desk.loose();
    for mark in records.iter_mut().filter_map(mark_of) {
        let bytes = usize::try_from(mark.bytes).unwrap();
        mark.sha256 = Sha256::of(&other.as_bytes()[..bytes]);
    }
    let forged = chained(Mode::Rehearsal, &records);
    let failing = desk.failing(&forged, None);
    assert!(
        !failing.contains(&RULE) && failing.contains(&"seal.statement"),
        "{failing:?}"
    );
    assert!(
        desk.failing(&forged, Some(desk.head))
            .contains(&"transcript.head")
    );
}

#[test]
fn a_mark_behind_the_seal_is_found() {
    let desk = Desk::of(recorded());
    let mut records = desk.loose();
    let last = *marks(&mut records).last().unwrap();
    let at = records
        .iter()
        .position(|record| matches!(record.event, Event::SealWritten { .. }))
        .unwrap();
    let mut late = records[at].clone();
    late.event = Event::ScreenRecorded(Mark {
        bytes: last.bytes + 1,
        ..last
    });
    late.actor = "rootstage".to_owned();
    records.insert(at + 1, late);
    let failing = desk.failing(&chained(Mode::Rehearsal, &records), None);
    assert!(failing.contains(&RULE), "{failing:?}");
}

#[test]
fn what_no_mark_covers_is_said() {
    // nothing recorded, and then a file that somebody put there
    let mut room = Room::open(1, 1);
    room.to_the_end().audits_clean();
    assert!(said(&room).1.contains("none is here"));
    fs::write(file(&room), "{\"version\": 2}\n").unwrap();
    let (verdict, sentence) = said(&room);
    assert!(
        verdict == Verdict::Note && sentence.contains("it shows nothing"),
        "{sentence}"
    );
    // a ceremony that stands still in the middle: all of it covered, some not, and what is covered altered
    let mut room = recorded();
    while room.state().recording.is_none() {
        room.go_on();
    }
    let whole = fs::read(file(&room)).unwrap();
    assert_eq!(said(&room).0, Verdict::Pass, "{}", said(&room).1);
    fs::write(file(&room), [&whole[..], b"[9.0, \"o\", \"x\"]\n"].concat()).unwrap();
    let (verdict, sentence) = said(&room);
    assert!(
        verdict == Verdict::Note && sentence.contains("the last 16 bytes are not covered"),
        "{sentence}"
    );
    fs::write(file(&room), &whole[..whole.len() - 1]).unwrap();
    assert_eq!(said(&room).0, Verdict::Fail);
    fs::remove_file(file(&room)).unwrap();
    assert_eq!(said(&room).0, Verdict::Fail);
}

#[test]
fn a_copy_of_the_record_alone_says_what_the_recording_must_be() {
    let mut room = recorded();
    room.to_the_end();
    let last = *room.audit().auditor.marks().last().unwrap();
    let audited = directory::audit(&room.transcript(), None, Vec::new()).unwrap();
    let found = audited.findings.iter().find(|f| f.rule.id == RULE).unwrap();
    assert_eq!(found.verdict, Verdict::Note);
    assert!(
        found.sentence.contains(&last.sha256.hex()),
        "{}",
        found.sentence
    );
}
