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
    // what a run that was killed left aside is told, and stays
    let aside = room.home.path().join(".copy.part");
    fs::create_dir(&aside).unwrap();
    fs::write(aside.join("README.txt"), "half").unwrap();
    publish(&room.dir(), &copy).is(2, &[".copy.part is left over", "Nothing was written"]);
    assert!(aside.join("README.txt").exists() && !copy.exists());
    fs::remove_dir_all(&aside).unwrap();
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
    .is(0, &["written", "Ids tell it"]);
    audit(&copy, &[]).is(0, &[]);
}

/// Ids are in plain letters, whatever the name is.
#[test]
fn ids_tell_without_the_marks_on_letters_and_as_logins() {
    let room = Room::prepared(&plan(2, 2));
    let path = room.home.path().join("plan.toml");
    for (name, id) in [
        ("S\u{f8}ren \u{c5}ngstr\u{f6}m", "soren-1"),
        ("J\u{fc}rgen Gro\u{df}", "jgross"),
        ("Ada King", "ada2"),
    ] {
        let text = plan(2, 2)
            .replace("Ada Keyholder", name)
            .replace("\"keyholder-1\"", &format!("\"{id}\""));
        fs::write(&path, text + SALTED).unwrap();
        let id = format!("The id `{id}`");
        rootstage(&["plan", "check", path.to_str().unwrap()]).is(0, &["KNOW THIS", &id]);
    }
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

/// The program's own umask is for ceremonies; a copy is read by a web server, which is somebody else.
#[test]
fn everybody_may_read_a_copy_whatever_the_umask_is() {
    use std::os::unix::fs::PermissionsExt as _;
    let room = held(&(plan(2, 2) + SALTED));
    for umask in ["077", "000"] {
        let copy = room.home.path().join(format!("copy-{umask}"));
        let call = format!(
            "umask {umask} && exec '{}' report --public '{}' -o '{}'",
            super::ROOTSTAGE,
            room.dir().display(),
            copy.display()
        );
        super::said(std::process::Command::new("sh").args(["-c", &call])).is(0, &["written"]);
        let mode =
            |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        assert_eq!((mode(&copy), mode(&copy.join("metadata"))), (0o755, 0o755));
        crate::room::each_file(&copy, &mut |path, _| {
            assert_eq!(mode(&copy.join(path)), 0o644, "{}", path.display());
        });
    }
}

#[test]
fn what_is_not_sought_is_said_with_the_reason() {
    let text = plan(2, 2).replace("\"root-1\"", "\"abc\"");
    let room = held(&(text + SALTED));
    let said = publish(&room.dir(), &room.home.path().join("copy"));
    said.is(
        0,
        &[
            "not sought in the copy: the label of keyholder-1's key",
            "too short",
            "the token of keyholder-1. Every copy of any ceremony has the same text",
            "Nothing is to be done",
        ],
    );
}
