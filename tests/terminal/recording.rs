//! `session.cast`: real ceremonies by keys, and what a player shows of them afterwards.

use std::path::Path;
use std::process::Command;

use rustix::process::Signal;
use serde_json::Value;

use super::player::Player;
use super::pty::{LARGE, SMALL, Terminal};
use super::room::{Rehearsal, find, rootstage, said};

const FILE: &str = "session.cast";

/// A recording, played: every line of it is what asciicast 2 says.
pub struct Played {
    /// Number of each kind of event, and the texts of markers.
    pub markers: Vec<String>,
    /// The screen after each frame, row by row.
    pub screens: Vec<Vec<String>>,
    pub title: String,
    /// Seconds until the end.
    pub seconds: f64,
}

impl Played {
    pub fn last(&self) -> &[String] {
        self.screens.last().unwrap()
    }

    pub fn shows(&self, words: &str) -> bool {
        let mut rows = self.screens.iter().flatten();
        rows.any(|row| row.contains(words))
    }
}

fn rows(parser: &vt100::Parser) -> Vec<String> {
    let (_, columns) = parser.screen().size();
    let rows = parser.screen().rows(0, columns);
    rows.map(|row| row.trim_end().to_owned()).collect()
}

pub fn played(path: &Path) -> Played {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.ends_with('\n'), "the last line is whole");
    let mut lines = text.lines();
    let header: Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!(header["version"], 2);
    assert!(header["timestamp"].as_i64().unwrap() > 1_700_000_000);
    let number = |name: &str| u16::try_from(header[name].as_u64().unwrap()).unwrap();
    let mut parser = vt100::Parser::new(number("height"), number("width"), 0);
    let mut played = Played {
        markers: Vec::new(),
        screens: Vec::new(),
        title: header["title"].as_str().unwrap().to_owned(),
        seconds: 0.0,
    };
    for line in lines {
        let (at, code, text): (f64, String, String) = serde_json::from_str(line).unwrap();
        assert!(at >= played.seconds, "time goes on: {line}");
        played.seconds = at;
        match code.as_str() {
            "o" => {
                parser.process(text.as_bytes());
                played.screens.push(rows(&parser));
            }
            "m" => played.markers.push(text),
            "r" => {
                let (width, height) = text.split_once('x').unwrap();
                let size = (height.parse().unwrap(), width.parse().unwrap());
                parser.screen_mut().set_size(size.0, size.1);
            }
            other => panic!("{other} in {line}"),
        }
    }
    played
}

/// What stands on the terminal, with its rows as they are compared.
fn on_screen(terminal: &Terminal) -> Vec<String> {
    let look = terminal.look();
    look.rows
        .iter()
        .map(|row| row.trim_end().to_owned())
        .collect()
}

/// Leaves, and gives the screen that was there last.
fn left(terminal: Terminal) -> Vec<String> {
    terminal.keys("\x03");
    terminal.see("Leave, or stay?");
    let last = on_screen(&terminal);
    terminal.keys("\x03");
    assert_eq!(terminal.end().status.code(), Some(1));
    last
}

fn audit(room: &Rehearsal) -> String {
    let audit = rootstage(&["audit", room.path()]);
    assert!(audit.status.success(), "{}", said(&audit));
    said(&audit)
}

/// Plays to the end, and leaves.
fn to_the_end(terminal: Terminal, room: &Rehearsal) {
    let mut player = Player::new(&terminal, &room.people);
    player.play_out();
    terminal.keys("DONE\r");
    let ended = terminal.end();
    assert!(ended.status.success() && ended.restored, "{}", ended.text);
}

fn nothing_secret(room: &Rehearsal, played: &Played) {
    let bytes = std::fs::read(room.dir.join(FILE)).unwrap();
    for secret in room.people.secrets.values() {
        for part in secret.as_bytes().chunks_exact(8) {
            assert!(!find(&bytes, part), "a secret is in the recording");
            let part = std::str::from_utf8(part).unwrap();
            assert!(!played.shows(part), "a secret was drawn in the recording");
        }
    }
    assert!(!played.shows("•"), "something stands for a secret's length");
}

/// What an ordinary player writes to a terminal, where it is installed.
fn asciinema(path: &Path) -> Option<Vec<String>> {
    let there = Command::new("asciinema").arg("--version").output().is_ok();
    if !there {
        let set = |name: &str| std::env::var_os(name).is_some();
        assert!(
            !["CI", "ROOTSTAGE_REQUIRE_JUDGES"]
                .iter()
                .any(|name| set(name)),
            "asciinema is not installed: run tests/setup"
        );
        eprintln!("SKIPPED: asciinema is not installed (tests/setup installs it)");
        return None;
    }
    // it wants a terminal of its own
    let call = format!("asciinema cat '{}'", path.display());
    let output = Command::new("script")
        .args(["-qec", &call, "/dev/null"])
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    let mut parser = vt100::Parser::new(24, 80, 0);
    parser.process(&output.stdout);
    Some(rows(&parser))
}

#[test]
fn a_ceremony_by_keys_is_recorded_up_to_its_seal_without_a_secret() {
    let room = Rehearsal::new();
    to_the_end(room.start(SMALL), &room);
    let path = room.dir.join(FILE);
    let played = played(&path);
    assert!(played.title.starts_with("REHEARSAL: "), "{}", played.title);
    nothing_secret(&room, &played);
    for words in [
        "Step 1 of 26",
        "Step 21 of 26",
        "[not recorded",
        "Administrator's initials [VA",
    ] {
        assert!(played.shows(words), "{words} was never shown");
    }
    assert!(
        !played.shows("Step 22 of 26"),
        "the seal is behind the recording"
    );
    let begun = |step: &str| played.markers.iter().any(|m| m.starts_with(step));
    assert!(
        begun("step 1 of 26, welcome: ") && begun("step 21 of 26, write: "),
        "{:?}",
        played.markers
    );
    assert!(
        played
            .markers
            .last()
            .unwrap()
            .starts_with("the recording ends here")
    );

    // the last mark is the last thing before the seal, so that the sealed head covers it
    let transcript = std::fs::read_to_string(room.dir.join("transcript.jsonl")).unwrap();
    let records: Vec<Value> = transcript
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let last = records
        .iter()
        .rposition(|r| r["kind"] == "screen-recorded")
        .unwrap();
    assert_eq!(records[last]["body"]["ended"], true);
    assert_eq!(records[last]["actor"], "rootstage");
    assert_eq!(records[last + 1]["kind"], "step-begun");
    assert!(
        records[last + 1]["step"]
            .as_str()
            .unwrap()
            .starts_with("seal.")
    );
    assert!(
        audit(&room).contains("PASS recording.file"),
        "{}",
        audit(&room)
    );
    if let Some(shown) = asciinema(&path) {
        assert_eq!(shown, played.last());
    }

    // one byte, at the end and in the middle
    let whole = std::fs::read(&path).unwrap();
    for at in [whole.len() / 2, whole.len() - 3] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let audit = rootstage(&["audit", room.path()]);
        assert!(
            said(&audit).contains("FAIL recording.file"),
            "{}",
            said(&audit)
        );
    }
}

#[test]
fn the_recording_ends_with_the_very_screen_and_goes_on_in_another_size() {
    let room = Rehearsal::new();
    let terminal = room.start(SMALL);
    let mut player = Player::new(&terminal, &room.people);
    let question = player.until("the roll", |q| q.step.contains("Who is here"));
    player.answer(&question);
    player.question();
    let last = left(terminal);
    let before = played(&room.dir.join(FILE));
    assert_eq!(before.last(), last);
    let audit = said(&rootstage(&["audit", room.path()]));
    assert!(audit.contains("PASS recording.file"), "{audit}");

    let terminal = room.resume(LARGE);
    Player::new(&terminal, &room.people).question();
    terminal.resize(90, 30);
    terminal.wait("the smaller screen", |look| {
        look.rows[29].contains("F1 help")
    });
    let last = left(terminal);
    let after = played(&room.dir.join(FILE));
    assert_eq!(after.last(), last);
    assert!(after.markers.iter().any(|m| m.starts_with("resumed at 20")));
    let text = std::fs::read_to_string(room.dir.join(FILE)).unwrap();
    assert!(text.contains("\"r\", \"120x40\"]") && text.contains("\"r\", \"90x30\"]"));
}

#[test]
fn a_killed_ceremony_is_recorded_to_its_end() {
    let room = Rehearsal::new();
    for wanted in [
        "Who is here",
        "Key generated",
        "Content reviewed",
        "Signature",
    ] {
        let terminal = match wanted {
            "Who is here" => room.start(SMALL),
            _ => room.resume(SMALL),
        };
        let mut player = Player::new(&terminal, &room.people);
        let question = player.until(wanted, |q| q.step.contains(wanted) || q.says(wanted));
        if question.wants_secret() {
            terminal.keys("half a pass");
            terminal.see("•");
        }
        terminal.signal(Signal::KILL);
        terminal.end();
        let cut = played(&room.dir.join(FILE));
        assert!(cut.shows(wanted), "{wanted} is in the recording");
    }
    to_the_end(room.resume(SMALL), &room);
    let played = played(&room.dir.join(FILE));
    nothing_secret(&room, &played);
    assert_eq!(
        played
            .markers
            .iter()
            .filter(|m| m.starts_with("resumed at"))
            .count(),
        4
    );
    assert!(
        audit(&room).contains("PASS recording.file"),
        "{}",
        audit(&room)
    );
}

/// In a mount namespace nobody else sees nothing of it; but the test looks from outside.
struct Mounted(std::path::PathBuf);

impl Mounted {
    fn mount(arguments: &[&str], at: &Path) -> Option<Self> {
        let done = Command::new("mount")
            .args(arguments)
            .arg(at)
            .output()
            .ok()?;
        if done.status.success() {
            return Some(Self(at.to_owned()));
        }
        let why = String::from_utf8_lossy(&done.stderr).into_owned();
        eprintln!("SKIPPED: nothing can be mounted here: {}", why.trim());
        None
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// A ceremony that was left early, goes on with a recording that cannot be written, and comes to its end.
fn ends_without(room: &Rehearsal, why: &str) {
    let terminal = room.resume(SMALL);
    terminal.wait("the notice", |look| {
        let text: Vec<&str> = look
            .rows
            .iter()
            .flat_map(|row| row.split_whitespace())
            .collect();
        let text = text.join(" ").replace("┃ ", "");
        text.contains("The screen is not recorded from here on") && text.contains(why)
    });
    to_the_end(terminal, room);
}

fn begun() -> Rehearsal {
    let room = Rehearsal::new();
    let terminal = room.start(SMALL);
    Player::new(&terminal, &room.people).question();
    left(terminal);
    room
}

#[test]
fn a_recording_that_cannot_be_written_stops_nothing() {
    let room = begun();
    let path = room.dir.join(FILE);
    let whole = std::fs::read(&path).unwrap();
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o444)).unwrap();
    // to an administrator a file is read-only only where its file system is
    let file = path.to_str().unwrap();
    let bound = Mounted::mount(&["--bind", file], &path);
    let again = bound.as_ref().map(|_| {
        Command::new("mount")
            .args(["-o", "remount,ro,bind", file])
            .status()
    });
    if bound.is_none() && rustix::process::geteuid().is_root() {
        return;
    }
    drop(again);
    ends_without(&room, "");
    assert_eq!(std::fs::read(&path).unwrap(), whole);
    assert!(
        audit(&room).contains("PASS recording.file"),
        "{}",
        audit(&room)
    );
}

#[test]
fn a_full_disk_ends_the_recording_with_a_whole_line_on_record() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("SKIPPED: a small file system takes an administrator");
        return;
    }
    let room = begun();
    let path = room.dir.join(FILE);
    let small = tempfile::tempdir().unwrap();
    let Some(_small) = Mounted::mount(&["-t", "tmpfs", "-o", "size=32k", "none"], small.path())
    else {
        return;
    };
    let there = small.path().join(FILE);
    std::fs::copy(&path, &there).unwrap();
    let Some(_bound) = Mounted::mount(&["--bind", there.to_str().unwrap()], &path) else {
        return;
    };
    let terminal = room.resume(SMALL);
    let mut player = Player::new(&terminal, &room.people);
    player.until("the notice", |_| {
        terminal
            .look()
            .has("The screen is not recorded from here on")
    });
    let mut player = Player::new(&terminal, &room.people);
    let question = player.question().unwrap();
    player.answer(&question);
    player.play_out();
    terminal.keys("DONE\r");
    assert!(terminal.end().status.success());
    nothing_secret(&room, &played(&path));
    let transcript = std::fs::read_to_string(room.dir.join("transcript.jsonl")).unwrap();
    let last = transcript
        .lines()
        .rfind(|line| line.contains("screen-recorded"))
        .unwrap();
    assert!(last.contains("\"ended\":true"), "{last}");
    assert!(
        audit(&room).contains("PASS recording.file"),
        "{}",
        audit(&room)
    );
}
