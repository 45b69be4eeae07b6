//! The files beside the transcript.

use std::fs;

use rootstage::directory;

use crate::Desk;
use crate::room::failing;

/// Every byte of a file changed in turn: the audit of the directory never passes.
fn every_byte_of(name: &str, step: usize, rules: &[&str]) {
    let desk = Desk::new(2, 2);
    let path = desk.room.dir().join(name);
    let original = fs::read(&path).unwrap();
    for place in (0..original.len()).step_by(step) {
        let mut bytes = original.clone();
        bytes[place] ^= 1 << (place % 7);
        fs::write(&path, &bytes).unwrap();
        match directory::audit(&desk.room.dir(), None, Vec::new()) {
            // Where a plan cannot be read any more, nothing else is audited.
            Err(error) => assert!(
                matches!(&error, directory::DirectoryError::NotWhatRan { rule, .. } if rules.contains(&rule.id)),
                "{error}"
            ),
            Ok(audited) => {
                let failing = failing(&audited);
                assert!(
                    rules.iter().any(|rule| failing.contains(rule)),
                    "{name}, byte {place}: {failing:?}"
                );
            }
        }
    }
    fs::write(&path, &original).unwrap();
    desk.room.audits_clean();
}

#[test]
fn every_byte_of_the_root_counts() {
    every_byte_of("metadata/root.json", 7, &["root.files"]);
    every_byte_of("metadata/1.root.json", 101, &["root.files"]);
}

#[test]
fn every_byte_of_plan_and_script_counts() {
    every_byte_of("plan.toml", 5, &["plan.digest"]);
    every_byte_of("script.toml", 67, &["script.digest"]);
}

#[test]
fn files_that_nobody_wrote_are_found() {
    let desk = Desk::new(2, 2);
    for name in [
        "root.json.bak",
        ".root.json.part",
        "2.root.json",
        "timestamp.json",
    ] {
        let path = desk.room.dir().join("metadata").join(name);
        fs::write(&path, "{}").unwrap();
        assert_eq!(failing(&desk.room.audit()), ["root.files"], "{name}");
        fs::remove_file(path).unwrap();
    }
    desk.room.audits_clean();
}

#[test]
fn a_rehearsal_is_not_a_ceremony() {
    use crate::{Desk, chained};
    use rootstage::ceremony::event::Event;
    use rootstage::ceremony::plan::Mode;

    let desk = Desk::new(2, 2);
    // The plan is dressed up: its digest is another.
    let path = desk.room.dir().join("plan.toml");
    let plan = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        plan.replace("mode = \"rehearsal\"", "mode = \"production\""),
    )
    .unwrap();
    let found = failing(&desk.room.audit());
    assert!(
        found.contains(&"plan.digest") && found.contains(&"ceremony.mode"),
        "{found:?}"
    );
    fs::write(&path, plan).unwrap();
    // The first record is dressed up and everything chained anew: plan and script say otherwise.
    let mut records = desk.loose();
    match &mut records[0].event {
        Event::CeremonyOpened(opening) => opening.mode = Mode::Production,
        other => panic!("{other:?}"),
    }
    let found = desk.failing(&chained(Mode::Production, &records), None);
    assert!(found.contains(&"ceremony.mode"), "{found:?}");
    // Chained as the rehearsal that it is, or was: the first record does not fit the chain.
    assert!(
        !desk
            .failing(&chained(Mode::Rehearsal, &records), None)
            .is_empty()
    );
    let original = desk.loose();
    assert!(
        !desk
            .failing(&chained(Mode::Production, &original), None)
            .is_empty()
    );
    // Chained anew with other salt it is the same ceremony with another head: seal and paper know.
    let mut salted = original.clone();
    for record in &mut salted {
        record.salt = [7; 16];
    }
    let same = chained(Mode::Rehearsal, &salted);
    let found = desk.failing(&same, None);
    assert!(found.contains(&"seal.statement"), "{found:?}");
    let found = desk.failing(&same, Some(desk.head));
    assert!(found.contains(&"transcript.head"), "{found:?}");
}
