//! The screen of `qr show`: keys, windows, and the ways out.

use rustix::process::Signal;

use crate::files::envelope;
use crate::pty::{Kind, LARGE, SMALL, Terminal};

struct Room {
    _directory: tempfile::TempDir,
    path: String,
    digest: rootstage::digest::Sha256,
}

fn room(length: usize) -> Room {
    let directory = tempfile::tempdir().unwrap();
    let (path, bytes) = envelope(directory.path(), length);
    Room {
        path: path.to_str().unwrap().to_owned(),
        digest: rootstage::digest::Sha256::of(&bytes),
        _directory: directory,
    }
}

impl Room {
    fn start(&self, kind: Kind, more: &[&str]) -> Terminal {
        let mut arguments = vec!["qr", "show", &self.path];
        arguments.extend(more);
        Terminal::start(kind, &arguments, &[])
    }
}

/// Waits until the digest stands beside the code, as hex and as words.
fn compare(terminal: &Terminal, digest: rootstage::digest::Sha256) {
    terminal.wait("the digest", |look| {
        digest.groups().iter().all(|group| look.has(group))
            && digest.words().iter().all(|word| look.has(word))
    });
}

#[test]
fn it_moves_by_itself_and_by_keys() {
    let room = room(1500);
    for (kind, version) in [(SMALL, "Version 5:"), (LARGE, "Version 13:")] {
        let terminal = room.start(kind, &[]);
        terminal.see("6 frames a second");
        compare(&terminal, room.digest);
        terminal.see(version);
        terminal.see("Frame 2 of");
        terminal.see("Frame 4 of");
        terminal.keys("+");
        terminal.see("7 frames a second");
        terminal.keys("--");
        terminal.see("5 frames a second");
        terminal.keys(" ");
        let look = terminal.see("Paused");
        let text = look.text();
        let (_, counter) = text.split_once("Frame ").unwrap();
        let number: usize = counter.split(' ').next().unwrap().parse().unwrap();
        terminal.keys(".");
        terminal.see(&format!("Frame {} of", number + 1));
        terminal.keys("\x1b[D\x1b[D");
        terminal.see(&format!("Frame {} of", number - 1));
        terminal.keys("?");
        terminal.see("Close the help.");
        terminal.keys("\x1b");
        terminal.see("Paused");
        terminal.keys("q");
        let ended = terminal.end();
        assert_eq!(ended.status.code(), Some(0));
        assert!(ended.restored);
        assert!(
            ended.text.contains(&room.digest.groups()[..4].join(" ")),
            "{}",
            ended.text
        );
    }
}

#[test]
fn density_and_cells_are_chosen_by_keys() {
    let room = room(1500);
    let terminal = room.start(LARGE, &["--paused"]);
    terminal.see("; any 5 are enough");
    terminal.keys("s");
    terminal.see("; any 6 are enough");
    terminal.keys("m");
    terminal.see("; any 5 are enough");
    terminal.keys("mmmm");
    terminal.see("No larger code fits");
    terminal.keys("w");
    terminal.see("Version 3:");
    terminal.keys("w");
    terminal.see("Version 13:");
    // a terminal that says nothing of pixels
    terminal.keys("x");
    terminal.see("Asking the terminal");
    terminal.keys("\x1b[?62;22c");
    terminal.see("it draws no");
    terminal.keys("\x03");
    assert!(terminal.end().restored);
}

#[test]
fn windows_change_and_nothing_is_lost() {
    let room = room(1500);
    let terminal = room.start(SMALL, &["--paused"]);
    terminal.see("In a window of 120 x 40");
    terminal.resize(60, 20);
    terminal.see("It has 60 x 20. Needed: 80 x 24.");
    terminal.resize(120, 40);
    terminal.see("Version 13:");
    terminal.resize(200, 60);
    terminal.see("; any 3 are enough");
    terminal.resize(80, 24);
    terminal.see("Version 5:");
    compare(&terminal, room.digest);
    terminal.keys("q");
    assert!(terminal.end().restored);
}

#[test]
fn signals_and_a_terminal_that_goes_away_leave_it_as_it_was() {
    let room = room(1500);
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let terminal = room.start(SMALL, &[]);
        terminal.see("Frame 2 of");
        terminal.signal(signal);
        let ended = terminal.end();
        assert_eq!(ended.status.code(), Some(1), "{signal:?}");
        assert!(ended.restored, "{signal:?}");
        assert!(ended.text.contains("ended by signal"), "{}", ended.text);
    }
    let (terminal, input) = Terminal::start_with_input(SMALL, &["qr", "show", &room.path]);
    terminal.see("Frame 2 of");
    drop(input);
    assert_eq!(terminal.end().status.code(), Some(1));
}

#[test]
fn a_code_has_its_colours_whatever_the_theme_and_comes_in_one_piece() {
    let room = room(1500);
    let kind = Kind {
        env: &[
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
            ("NO_COLOR", "1"),
        ],
        ..SMALL
    };
    let terminal = room.start(kind, &[]);
    terminal.see("Frame 3 of");
    terminal.keys("q");
    let raw = String::from_utf8(terminal.end().raw).unwrap();
    let colours: std::collections::BTreeSet<&str> = raw
        .split("\x1b[")
        .filter_map(|part| part.split_once('m').map(|(codes, _)| codes))
        .filter(|codes| codes.starts_with("38") || codes.starts_with("48"))
        .collect();
    let black_and_white = ["38;5;16", "38;5;231", "48;5;16", "48;5;231"];
    assert_eq!(colours.into_iter().collect::<Vec<_>>(), black_and_white);
    let begun = raw.matches("\x1b[?2026h").count();
    assert!(begun >= 3);
    assert_eq!(begun, raw.matches("\x1b[?2026l").count());
}

#[test]
fn a_locale_without_utf_8_gets_whole_cells_and_nothing_outside_ascii() {
    let room = room(10);
    let kind = Kind {
        env: &[("TERM", "xterm"), ("LANG", "C")],
        ..LARGE
    };
    let terminal = room.start(kind, &["--paused"]);
    terminal.see("Version 3:");
    terminal.keys("q");
    assert!(terminal.end().raw.is_ascii());
}
