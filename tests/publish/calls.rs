//! What the command refuses, and what it says.

use std::fs;

use super::room::{Room, plan};
use super::{audit, publish, rootstage};

pub const SALTED: &str = "\n[publish]\nsalt = \"70870b5b93d97bc836407780bb803800\"\n";

pub fn held(plan: &str) -> Room {
    let mut room = Room::with_plan(plan);
    room.to_the_end();
    room
}

#[test]
fn what_cannot_be_published_is_refused_and_nothing_is_written() {
    let mut room = Room::with_plan(&(plan(2, 2) + SALTED));
    let copy = room.home.path().join("copy");
    publish(&room.dir(), &copy).is(
        1,
        &["AUDIT FAILED: transcript.whole", "Nothing was written"],
    );
    room.to_the_end();
    let bytes = fs::read(room.transcript()).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    fs::write(
        room.transcript(),
        text.replacen("\"seq\":4", "\"seq\":5", 1),
    )
    .unwrap();
    publish(&room.dir(), &copy).is(1, &["transcript.chain", "Nothing was written"]);
    fs::write(room.transcript(), bytes).unwrap();
    fs::create_dir(&copy).unwrap();
    publish(&room.dir(), &copy).is(2, &["exists already", "Nothing was written"]);
    fs::remove_dir(&copy).unwrap();
    publish(&room.dir(), &room.dir().join("copy")).is(2, &["in the ceremony directory"]);
    let dir = room.dir();
    let dir = dir.to_str().unwrap();
    rootstage(&["report", "--public", dir]).is(2, &["--output"]);
    assert!(!copy.exists());
    // no part of it is left behind where it cannot be written
    let nowhere = room.home.path().join("not/there");
    publish(&room.dir(), &nowhere).is(3, &[]);
    publish(&room.dir(), &copy).is(0, &["written"]);
    let parts = fs::read_dir(room.home.path()).unwrap();
    let left = parts.filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".part")
    });
    assert_eq!(left.count(), 0);
}

#[test]
fn a_copy_can_be_audited_and_nothing_else() {
    let room = held(&(plan(2, 2) + SALTED));
    let copy = room.home.path().join("copy");
    publish(&room.dir(), &copy).is(0, &[]);
    let at = copy.to_str().unwrap();
    rootstage(&["audit", at]).is(
        0,
        &[
            "AUDIT PASSED (PUBLISHED COPY, REHEARSAL)",
            "Nothing vouches",
        ],
    );
    rootstage(&["resume", at]).is(1, &["is a published copy"]);
    rootstage(&["report", at]).is(1, &["is a published copy"]);
    publish(&copy, &room.home.path().join("again")).is(1, &["is a published copy"]);
    assert_eq!(
        audit(&copy, &[]).json()["not_covered"],
        serde_json::json!(["README.txt", "report.html"])
    );
}

/// The digest of a recording whose beginning could be guessed would confirm the guess.
#[test]
fn the_recording_stays_at_home_and_so_does_its_digest() {
    let mut room = Room::prepared(&(plan(2, 2) + SALTED));
    room.recorder.load(room.dir(), None);
    room.begin().unwrap();
    room.to_the_end();
    let copy = room.home.path().join("copy");
    publish(&room.dir(), &copy).is(0, &["screen-recorded"]);
    assert!(!copy.join("session.cast").exists());
    let mark = room.state().recording.unwrap().sha256;
    let groups = mark.groups().join(" ");
    crate::room::each_file(&copy, &mut |path, bytes| {
        let text = String::from_utf8_lossy(bytes);
        assert!(
            !text.contains(&mark.hex()) && !text.contains(&groups),
            "{}",
            path.display()
        );
    });
}

#[test]
fn ids_that_tell_of_people_are_refused_unless_they_agree() {
    let plan = plan(2, 2)
        .replace("keyholder-1", "ada")
        .replace("administrator\"\nname", "va\"\nname");
    let room = held(&(plan + SALTED));
    let copy = room.home.path().join("copy");
    publish(&room.dir(), &copy).is(
        1,
        &["The id `ada` has a part of the name of ada", "--accept-ids"],
    );
    assert!(!copy.exists());
    let (from, to) = (room.dir(), copy.to_str().unwrap());
    rootstage(&[
        "report",
        "--public",
        "--accept-ids",
        from.to_str().unwrap(),
        "-o",
        to,
    ])
    .is(0, &["written", "accepted in ids"]);
    audit(&copy, &[]).is(0, &[]);
}

#[test]
fn a_plan_is_told_beforehand() {
    let room = Room::prepared(&plan(2, 2));
    let path = room.home.path().join("plan.toml");
    let check = |text: String| {
        fs::write(&path, text).unwrap();
        rootstage(&["plan", "check", path.to_str().unwrap()])
    };
    let told = plan(2, 2).replace("keyholder-1", "ada");
    check(told.clone() + SALTED).is(0, &["KNOW THIS", "The id `ada`"]);
    check(plan(2, 2)).is(0, &["`publish.salt` is not set"]);
    let said = check(plan(2, 2) + SALTED);
    said.is(0, &[]);
    assert!(!said.out.contains("KNOW THIS"), "{said:?}");
    check(plan(2, 2) + "\n[seal]\nstatement = \"full\"\n" + SALTED)
        .is(1, &["`seal.statement` is \"full\""]);
    check(plan(2, 2) + "\n[seal]\nstatement = \"full\"\n[publish]\nwithhold = []\n").is(0, &[]);
    check(plan(2, 2) + "\n[publish]\nsalt = \"0000\"\n").is(1, &["32 random"]);
    check(plan(2, 2) + "\n[publish]\nwithhold = [\"name\"]\n").is(1, &["publish.withhold"]);
}
