//! The command as people call it: exit statuses, files that are there already, directories that are none.

use std::fs;
use std::process::{Command, Output};

use crate::room::Room;

const ROOTSTAGE: &str = env!("CARGO_BIN_EXE_rootstage");

fn call(room: &Room, words: &[&str]) -> Output {
    Command::new(ROOTSTAGE)
        .current_dir(room.home.path())
        .args(words)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn closed() -> Room {
    let mut room = Room::open(2, 2);
    room.to_the_end();
    room
}

#[test]
fn a_report_is_written_once_and_never_over_another_file() {
    let room = closed();
    let head = room.state().head;
    let words = [
        "report",
        "ceremony",
        "-o",
        "r.html",
        "--expect-head",
        &head.hex(),
    ];
    let output = call(&room, &words);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let path = room.home.path().join("r.html");
    let page = fs::read_to_string(&path).unwrap();
    assert!(page.contains("It was compared with the head that the auditor gave"));
    assert!(said(&output).contains("r.html written"));
    // the same again: nothing is to be written, and that is what is said
    let output = call(&room, &words);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(
        said(&output).contains("r.html is there already, byte for byte: nothing was written"),
        "{}",
        said(&output)
    );
    fs::write(&path, "mine").unwrap();
    let output = call(&room, &words);
    assert_eq!(output.status.code(), Some(3), "{}", said(&output));
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    // without a file it goes to stdout, and is the same
    let output = call(
        &room,
        &[
            "report",
            "ceremony",
            "--expect-head",
            &head.words().join(" "),
        ],
    );
    assert_eq!(String::from_utf8(output.stdout).unwrap(), page);
}

#[test]
fn what_fails_is_reported_all_the_same() {
    let room = closed();
    let signed = room.dir().join("metadata/1.root.json");
    fs::write(&signed, fs::read_to_string(&signed).unwrap() + " ").unwrap();
    let output = call(&room, &["report", "ceremony", "-o", "r.html"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("AUDIT FAILED: root.files"),
        "{}",
        said(&output)
    );
    let page = fs::read_to_string(room.home.path().join("r.html")).unwrap();
    assert!(page.contains("<p class=\"word\">AUDIT FAILED</p>"));
    // another head than the one on paper
    let other = "0".repeat(64);
    let output = call(
        &room,
        &[
            "report",
            "ceremony",
            "--expect-head",
            &other,
            "-o",
            "other.html",
        ],
    );
    assert_eq!(output.status.code(), Some(1));
    let page = fs::read_to_string(room.home.path().join("other.html")).unwrap();
    assert!(page.contains("It is not the one that the auditor gave"));
}

#[test]
fn what_cannot_be_read_has_no_report() {
    let room = closed();
    for (words, status, words_said) in [
        (
            &["report", "nowhere", "-o", "r.html"][..],
            3,
            "Nothing was written.",
        ),
        (
            &["report", "tokens", "-o", "r.html"][..],
            3,
            "Nothing was written.",
        ),
        (
            &[
                "report",
                "ceremony",
                "--expect-head",
                "island",
                "-o",
                "r.html",
            ][..],
            2,
            "Nothing was written.",
        ),
        (
            &["report", "ceremony", "-o", "ceremony/r.html"][..],
            2,
            "stays as it was",
        ),
        (
            &["report", "ceremony", "-o", "ceremony/metadata/r.html"][..],
            2,
            "stays as it was",
        ),
        (
            &["report", "ceremony", "-o", "nowhere/r.html"][..],
            3,
            "nowhere/r.html",
        ),
    ] {
        let output = call(&room, words);
        assert_eq!(
            output.status.code(),
            Some(status),
            "{words:?}: {}",
            said(&output)
        );
        assert!(
            said(&output).contains(words_said),
            "{words:?}: {}",
            said(&output)
        );
        assert!(!room.home.path().join("r.html").exists());
    }
}

#[test]
fn the_ways_to_check_by_hand_are_ways() {
    let room = closed();
    let page = super::report(&room.dir()).0;
    let program = |id: &str| {
        let begin = format!("<pre id=\"{id}\">");
        let program = page
            .split(&begin)
            .nth(1)
            .unwrap()
            .split("</pre>")
            .next()
            .unwrap();
        program
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&amp;", "&")
    };
    assert!(include_str!("../../CEREMONY.md").contains(program("chain").trim_end()));
    for id in ["chain", "unpack"] {
        fs::write(room.dir().join(format!("{id}.py")), program(id)).unwrap();
    }
    let script = "set -e\npython3 chain.py transcript.jsonl\npython3 unpack.py metadata/1.root.json\n\
                  sha256sum payload\nfor key in *.pem; do openssl dgst -sha256 -verify \"$key\" -signature \
                  \"${key%.pem}.sig\" payload; done";
    let output = Command::new("bash")
        .current_dir(room.dir())
        .args(["-c", script])
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{out}{}", said(&output));
    assert!(
        out.contains(&format!("head {}", room.state().head)),
        "{out}"
    );
    assert!(
        out.contains(&room.state().payload.as_ref().unwrap().sha256.hex()),
        "{out}"
    );
    assert_eq!(out.matches("Verified OK").count(), 2, "{out}");
}

#[test]
fn the_paper_script_is_filled_in_with_the_same_ids() {
    let mut room = Room::open(3, 2);
    room.until("sign.keyholder-3", "secret");
    room.skip(&["VA", "WW"]).unwrap();
    room.to_the_end();
    let output = call(
        &room,
        &["report", "ceremony", "--paper", "-o", "paper.html"],
    );
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let page = fs::read_to_string(room.home.path().join("paper.html")).unwrap();
    super::read("paper", &page);
    let output = call(
        &room,
        &["plan", "print", "ceremony/plan.toml", "--format", "html"],
    );
    super::read("paper-before", &String::from_utf8(output.stdout).unwrap());
    let state = room.state();
    let words = super::text(&page);
    for step in &state.procedure.steps {
        assert!(words.contains(&format!(" {} ", step.id)), "{}", step.id);
    }
    for held in state.keys.values() {
        let (_, fingerprint) = held.enrolled.unwrap();
        assert!(words.contains(&fingerprint.groups().join(" ")));
    }
    assert!(words.contains(&state.head.groups().join(" ")));
    assert!(
        words.contains("AK 10:00:00") && words.contains("SKIPPED E1"),
        "{words}"
    );
    assert!(
        words.contains("E1 sign. keyholder-3 as written otherwise to go on")
            || words.contains("E1 sign.keyholder-3 as written otherwise to go on"),
        "{words}"
    );
    // one that fails says so, and is written
    fs::write(room.dir().join("metadata/x"), "").unwrap();
    let output = call(&room, &["report", "ceremony", "--paper"]);
    assert_eq!(output.status.code(), Some(1));
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(
        page.contains("<p class=\"banner\">AUDIT FAILED: root.files."),
        "{}",
        &page[..4000]
    );
}
