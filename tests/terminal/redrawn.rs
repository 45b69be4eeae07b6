//! `replay --cast`: a recording of a ceremony that nobody recorded.

use super::recording::played;
use super::room::{rootstage, said};

struct Unattended {
    home: tempfile::TempDir,
}

impl Unattended {
    fn new() -> Self {
        let room = Self {
            home: tempfile::tempdir().unwrap(),
        };
        let dir = room.path("d");
        let held = rootstage(&[
            "rehearse",
            "--unattended",
            "--keyholders",
            "2",
            "--threshold",
            "2",
            "--dir",
            &dir,
        ]);
        assert!(held.status.success(), "{}", said(&held));
        room
    }

    fn path(&self, name: &str) -> String {
        self.home.path().join(name).to_str().unwrap().to_owned()
    }
}

/// Exit status, and everything that was said.
fn replay(more: &[&str]) -> (Option<i32>, String) {
    let output = rootstage(&[&["replay"], more].concat());
    (output.status.code(), said(&output))
}

#[test]
fn a_ceremony_without_people_is_drawn_from_its_transcript() {
    let room = Unattended::new();
    let (dir, cast) = (room.path("d"), room.path("a.cast"));
    assert!(!room.home.path().join("d/session.cast").exists());
    let (status, words) = replay(&[&dir, "--cast", &cast]);
    assert_eq!(status, Some(0), "{words}");
    let shown = played(cast.as_ref());
    assert!(
        shown.title.ends_with(", drawn from its transcript"),
        "{}",
        shown.title
    );
    for step in 1..=26 {
        let marker = format!("step {step} of 26, ");
        assert!(
            shown.markers.iter().any(|m| m.starts_with(&marker)),
            "{marker}"
        );
    }
    for words in [
        " REHEARSAL ",
        "Administrator's initials [VA",
        "[not recorded",
        "The ceremony is complete",
    ] {
        assert!(shown.shows(words), "{words} was never shown");
    }
    assert!(
        shown.seconds > 26.0 && shown.seconds < 600.0,
        "{}",
        shown.seconds
    );
    // the same, each time and in another place; in another size
    let (again, wide) = (room.path("b.cast"), room.path("c.cast"));
    assert_eq!(replay(&[&dir, "--cast", &again]).0, Some(0));
    assert_eq!(
        std::fs::read(&cast).unwrap(),
        std::fs::read(&again).unwrap()
    );
    assert_eq!(
        replay(&[&dir, "--cast", &wide, "--size", "120x40", "--idle", "1"]).0,
        Some(0)
    );
    let wide = played(wide.as_ref());
    assert_eq!(wide.last().len(), 40);
    assert!(wide.seconds <= shown.seconds);
    // the transcript with its plan and script is enough
    let copy = format!("{dir}/transcript.jsonl");
    let from_copy = room.path("e.cast");
    assert_eq!(replay(&[&copy, "--cast", &from_copy]).0, Some(0));
    assert_eq!(
        std::fs::read(&cast).unwrap(),
        std::fs::read(&from_copy).unwrap()
    );
}

#[test]
fn a_broken_chain_is_said_and_drawn_as_far_as_it_holds() {
    let room = Unattended::new();
    let (dir, cast) = (room.path("d"), room.path("a.cast"));
    let path = room.home.path().join("d/transcript.jsonl");
    let whole = std::fs::read_to_string(&path).unwrap();
    let step = whole.find("\"show.keyholder-1\"").unwrap();
    let mut bytes = whole.clone().into_bytes();
    bytes[step + 3] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let (status, words) = replay(&[&dir, "--cast", &cast]);
    assert_eq!(status, Some(1));
    assert!(
        words.contains("AUDIT FAILED: transcript.chain") && words.contains("as far as the chain"),
        "{words}"
    );
    let shown = played(cast.as_ref());
    assert!(shown.shows("Step 7 of 26") && !shown.shows("Step 9 of 26"));
    assert_eq!(
        shown.markers.last().unwrap(),
        "the transcript is broken from here on"
    );
    // not one record holds
    std::fs::write(&path, whole.replacen('{', "[", 1)).unwrap();
    let (status, words) = replay(&[&dir, "--cast", &room.path("b.cast")]);
    assert!(
        status == Some(1) && words.contains("nothing to show"),
        "{words}"
    );
    assert!(!room.home.path().join("b.cast").exists());
}

#[test]
fn what_cannot_be_drawn_or_written_is_said() {
    let room = Unattended::new();
    let dir = room.path("d");
    for (call, status, what) in [
        (vec![&*dir, "--cast", "x.cast", "--at", "3"], 2, "--at"),
        (
            vec![&*dir, "--cast", &room.path("d/x.cast")],
            2,
            "ceremony directory, which stays as it was",
        ),
        (
            vec![&*dir, "--cast", &room.path("x.cast"), "--size", "40x10"],
            2,
            "a size is",
        ),
        (vec![&*dir, "--size", "80x24"], 2, "--cast"),
        (
            vec![&*room.path("none"), "--cast", &room.path("x.cast")],
            3,
            "Nothing was written",
        ),
        (
            vec![&*dir, "--cast", &room.path("none/x.cast")],
            3,
            "none/x.cast",
        ),
    ] {
        let (got, words) = replay(&call);
        assert!(
            got == Some(status) && words.contains(what),
            "{call:?}: {got:?} {words}"
        );
    }
    assert!(!room.home.path().join("x.cast").exists());
}
