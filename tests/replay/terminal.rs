//! The real program in a terminal.

use std::path::Path;
use std::process::Command;

use crate::pty::{Ended, Kind, LARGE, SMALL, Terminal};
use crate::reel;

const BINARY: &str = env!("CARGO_BIN_EXE_rootstage");

/// A finished rehearsal without people.
fn rehearsed(dir: &Path) {
    let done = Command::new(BINARY)
        .args([
            "rehearse",
            "--keyholders",
            "2",
            "--threshold",
            "2",
            "--unattended",
            "--dir",
        ])
        .arg(dir)
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
}

fn start(kind: Kind, dir: &Path, more: &[&str]) -> Terminal {
    let mut args = vec!["replay", dir.to_str().unwrap()];
    args.extend(more);
    Terminal::start(kind, &args, &[])
}

fn quit(terminal: Terminal) -> Ended {
    terminal.keys("q");
    let ended = terminal.end();
    assert!(ended.restored, "{}", ended.text);
    ended
}

/// What is said without a terminal.
fn said(args: &[&str]) -> (Option<i32>, String) {
    let done = Command::new(BINARY).args(args).output().unwrap();
    (
        done.status.code(),
        String::from_utf8_lossy(&done.stderr).into_owned(),
    )
}

#[test]
fn a_whole_replay_by_keys_at_both_sizes() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("ceremony");
    rehearsed(&dir);
    let last = std::fs::read_to_string(dir.join("transcript.jsonl"))
        .unwrap()
        .lines()
        .count()
        - 1;
    for kind in [SMALL, LARGE] {
        let terminal = start(kind, &dir, &[]);
        let look = terminal.see(&format!("REPLAY  0 of {last}"));
        assert!(
            look.rows[0].starts_with(" REHEARSAL ") && look.has("audit passed"),
            "{}",
            look.text()
        );
        assert!(
            look.has("paused 1x") && look.has("Step 1 of"),
            "{}",
            look.text()
        );
        terminal.keys("\x1b[C\x1b[C\x1b[C");
        terminal.see("VA   ]");
        terminal.see(&format!("REPLAY  3 of {last}"));
        terminal.keys("\x1b[D");
        terminal.see(&format!("REPLAY  2 of {last}"));
        terminal.keys("\x1b[B");
        terminal.see("Step 2 of");
        terminal.keys("\x1b[A");
        terminal.see("Step 1 of");
        terminal.keys("]");
        terminal.see("Token presented");
        terminal.keys("2");
        terminal.see("Acts and steps");
        terminal.keys("\t");
        terminal.see("What it changed");
        terminal.keys("\t");
        terminal.see("Transcript head after");
        terminal.keys("1/fingerprint\r");
        terminal.see("\"fingerprint\" hit 1 of ");
        terminal.keys("n");
        terminal.see("\"fingerprint\" hit 2 of ");
        terminal.keys("N");
        terminal.see("\"fingerprint\" hit 1 of ");
        terminal.keys("gs1\r\r");
        terminal.see("what changed is marked");
        terminal.keys("?");
        terminal.see("Every rule that was checked holds");
        terminal.keys("?");
        terminal.wait("the help away", |look| !look.has("Every rule"));
        terminal.keys("e");
        terminal.see("No exception was logged.");
        // from here it plays to its end by itself: the whole day lasted a second
        terminal.keys("++++ ");
        terminal.see(&format!("REPLAY  {last} of {last}"));
        terminal.see("The ceremony is complete.");
        terminal.keys("g5\r");
        terminal.see(&format!("REPLAY  5 of {last}"));
        assert_eq!(quit(terminal).status.code(), Some(0));
    }
}

#[test]
fn play_and_pause() {
    let home = tempfile::tempdir().unwrap();
    reel::write(home.path(), 200);
    let terminal = start(SMALL, home.path(), &["--at", "20"]);
    terminal.see("REPLAY  20 of 199");
    terminal.keys(" ");
    terminal.see("playing 1x");
    terminal.wait("that it moves", |look| !look.has("REPLAY  20 of"));
    terminal.keys(" ");
    terminal.see("paused 1x");
    terminal.keys("+");
    terminal.see("paused 2x");
    terminal.keys("i");
    terminal.see("gaps 10 s");
    // too small says so, and comes back
    terminal.resize(60, 20);
    terminal.see("too small");
    terminal.resize(120, 40);
    terminal.see("paused 2x");
    let ended = quit(terminal);
    // it was not finished: that is no fault, and is said
    assert_eq!(ended.status.code(), Some(0), "{}", ended.text);
    assert!(ended.text.contains("NOT FINISHED"), "{}", ended.text);
}

#[test]
fn an_interrupted_ceremony_and_a_torn_last_line() {
    let home = tempfile::tempdir().unwrap();
    reel::write(home.path(), 80);
    let path = home.path().join("transcript.jsonl");
    let good = std::fs::read(&path).unwrap();
    std::fs::write(&path, &good[..good.len() - 20]).unwrap();
    let terminal = start(LARGE, home.path(), &[]);
    let look = terminal.see("REPLAY  0 of 78");
    assert!(
        look.has("NOT FINISHED") && look.has("bytes torn"),
        "{}",
        look.text()
    );
    terminal.keys("e");
    terminal.see("Exception E1 was logged by Wim Witness");
    let ended = quit(terminal);
    assert_eq!(ended.status.code(), Some(0), "{}", ended.text);
    let words = ended.text.replace('\n', "");
    assert!(words.contains("resuming the ceremony cuts them"), "{words}");
}

#[test]
fn a_byte_in_the_middle() {
    let home = tempfile::tempdir().unwrap();
    reel::write(home.path(), 80);
    let path = home.path().join("transcript.jsonl");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let terminal = start(SMALL, home.path(), &[]);
    terminal.see("CHAIN BROKEN after record");
    terminal.keys("$");
    terminal.see("CHAIN BROKEN after record");
    let ended = quit(terminal);
    assert_eq!(ended.status.code(), Some(1), "{}", ended.text);
    let words = ended.text.replace('\n', "");
    assert!(
        words.contains("The chain breaks") && words.contains("Get another copy"),
        "{words}"
    );
}

#[test]
fn a_file_beside_the_record_that_is_not_the_one_on_record() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("ceremony");
    rehearsed(&dir);
    std::fs::write(dir.join("metadata/root.json"), "{}").unwrap();
    let terminal = start(SMALL, &dir, &[]);
    terminal.see("AUDIT FAILED: root.files");
    assert_eq!(quit(terminal).status.code(), Some(1));
}

#[test]
fn the_copy_on_a_log_medium() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("ceremony");
    rehearsed(&dir);
    for (from, to) in [
        ("plan.toml", "stick.plan.toml"),
        ("script.toml", "stick.script.toml"),
        ("transcript.jsonl", "stick.transcript.jsonl"),
    ] {
        std::fs::copy(dir.join(from), home.path().join(to)).unwrap();
    }
    let terminal = start(SMALL, &home.path().join("stick.transcript.jsonl"), &[]);
    terminal.see("audit passed");
    terminal.keys("$");
    terminal.see("The ceremony is complete.");
    assert_eq!(quit(terminal).status.code(), Some(0));
}

#[test]
fn what_cannot_be_replayed_says_why_and_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    let nowhere = home.path().join("nowhere");
    let (status, words) = said(&["replay", nowhere.to_str().unwrap()]);
    assert_eq!(status, Some(3), "{words}");
    assert!(
        words.contains("Nothing is replayed") && words.contains("Name a ceremony directory"),
        "{words}"
    );
    let dir = home.path().join("ceremony");
    reel::write(&dir, 10);
    let path = dir.to_str().unwrap();
    let (status, words) = said(&["replay", path, "--at", "10"]);
    assert_eq!(status, Some(2), "{words}");
    assert!(words.contains("Name one from 0 to 9"), "{words}");
    let (status, words) = said(&["replay", path, "--at", "ten"]);
    assert_eq!(status, Some(2), "{words}");
    let (status, words) = said(&["replay", path]);
    assert_eq!(status, Some(3), "{words}");
    assert!(
        words.contains("terminal") && words.contains("Nothing is replayed"),
        "{words}"
    );
    std::fs::write(dir.join("transcript.jsonl"), "").unwrap();
    let (status, words) = said(&["replay", path]);
    assert_eq!(status, Some(1), "{words}");
    assert!(words.contains("no record to replay"), "{words}");
    std::fs::write(dir.join("transcript.jsonl"), "{}\n").unwrap();
    let (status, words) = said(&["replay", path]);
    assert_eq!(status, Some(1), "{words}");
    assert!(words.contains("The chain breaks"), "{words}");
    std::fs::remove_file(dir.join("plan.toml")).unwrap();
    let (status, words) = said(&["replay", path]);
    assert_eq!(status, Some(3), "{words}");
    assert!(
        words.contains("plan.toml or script.toml is missing"),
        "{words}"
    );
}

#[test]
fn colours_and_none() {
    let home = tempfile::tempdir().unwrap();
    reel::write(home.path(), 30);
    let coloured = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains("\x1b[38;5;");
    let with = start(SMALL, home.path(), &[]);
    with.see("REPLAY");
    assert!(coloured(&quit(with).raw));
    let kind = Kind {
        env: &[
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
            ("NO_COLOR", "1"),
        ],
        ..SMALL
    };
    let without = start(kind, home.path(), &[]);
    without.see("REPLAY");
    assert!(!coloured(&quit(without).raw));
}

#[test]
fn the_home_screen_leads_to_it_and_back() {
    let home = tempfile::tempdir().unwrap();
    reel::write(home.path(), 30);
    let terminal = Terminal::start(SMALL, &[], &[]);
    terminal.see("Replay a ceremony");
    terminal.keys("4");
    terminal.see("Directory [");
    terminal.keys(&format!("{}\r", home.path().display()));
    terminal.see("REPLAY  0 of 29");
    terminal.keys("q");
    terminal.see("Quit");
    terminal.keys("8");
    assert!(terminal.end().status.success());
}
