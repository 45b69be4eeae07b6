//! Nobody leaves by accident; whoever leaves, or is thrown out, comes back to where it was.

use rustix::process::Signal;

use super::player::{Player, head};
use super::pty::{LARGE, SMALL, Terminal};
use super::room::{Rehearsal, rootstage, said};

fn records(terminal: &Terminal) -> u64 {
    terminal.see(" To do:").records()
}

/// Waits until everything typed so far was dealt with: the help opens and closes again.
fn settled(terminal: &Terminal) {
    terminal.keys("\x1bOP");
    terminal.see("── Help");
    terminal.keys("\x1bOP");
    terminal.wait("the question", |look| !look.has("── Help"));
}

#[test]
fn enter_held_down_passes_nothing() {
    let room = Rehearsal::new();
    let terminal = room.start(SMALL);
    let mut player = Player::new(&terminal, &room.people);
    for step in [
        "Welcome",
        "Who is here",
        "Plan and script",
        "The clock",
        "Token presented",
        "Key generated",
    ] {
        let question = player.until(step, |q| q.step.contains(step));
        let before = records(&terminal);
        for _ in 0..10 {
            terminal.keys(&"\r".repeat(100));
        }
        settled(&terminal);
        let look = terminal.see(" To do:");
        assert_eq!(look.records(), before, "{}", look.text());
        assert!(look.has(step), "{}", look.text());
        player.answer(&question);
    }
}

#[test]
fn no_single_key_ends_or_answers_anything() {
    let room = Rehearsal::new();
    let terminal = room.start(SMALL);
    let before = records(&terminal);
    let mut keys: Vec<String> = (0x20..0x7f_u8).map(|b| char::from(b).to_string()).collect();
    keys.extend((1..=26_u8).map(|b| char::from(b).to_string()));
    keys.extend(
        [
            "\x1b", "\x1b[A", "\x1b[B", "\x1b[5~", "\x1b[6~", "\x1bOP", "\x1bOQ", "\x1bOR",
            "\x1bOS", "\x1b[15~", "\x1b[19~", "\x7f",
        ]
        .map(str::to_owned),
    );
    for key in keys {
        terminal.keys(&key);
        // back to the question, and the field empty
        terminal.keys("\x1b");
        terminal.keys("\x1bOS");
        terminal.see("── Outline");
        terminal.keys("\x1b");
        terminal.see("── Answer");
        terminal.keys("\x15");
        let look = terminal.see("To do: Administrator's initials.");
        assert_eq!(look.records(), before, "{key:?}\n{}", look.text());
        assert!(look.has("Step 1 of 26"), "{key:?}\n{}", look.text());
    }
    for key in ["n", "y", "q"] {
        terminal.keys(&format!("{key}\r"));
        let look = terminal.see(&format!(
            "No: Nobody in the plan has the initials \"{key}\"."
        ));
        assert_eq!(look.records(), before, "{key:?}\n{}", look.text());
        terminal.keys("\x15");
        terminal.see("To do: Administrator's initials.");
    }
}

#[test]
fn ctrl_c_asks_and_the_second_one_leaves_and_it_goes_on() {
    let room = Rehearsal::new();
    let terminal = room.start(LARGE);
    let mut player = Player::new(&terminal, &room.people);
    let question = player.until("the roll", |q| q.step.contains("Who is here"));
    terminal.keys("\x03");
    let look = terminal.see("Leave, or stay?");
    assert!(
        look.has(&format!("rootstage resume {}", room.path())) || look.has("rootstage resume"),
        "{}",
        look.text()
    );
    terminal.keys("\x1b");
    terminal.see(" To do:");
    player.answer(&question);
    let title = player.question().unwrap().title().to_owned();
    terminal.keys("\x03");
    terminal.see("Leave, or stay?");
    terminal.keys("\x03");
    let ended = terminal.end();
    assert_eq!(ended.status.code(), Some(1), "{}", ended.text);
    assert!(ended.restored);
    assert!(
        ended
            .text
            .replace('\n', "")
            .contains(&format!("rootstage resume {}", room.path())),
        "{}",
        ended.text
    );
    let transcript = std::fs::read_to_string(room.dir.join("transcript.jsonl")).unwrap();
    let last = transcript.lines().last().unwrap();
    assert!(last.contains("paused") && last.contains("left"), "{last}");
    assert!(!last.contains("fault") && !last.contains("error"), "{last}");

    let terminal = room.resume(LARGE);
    let mut player = Player::new(&terminal, &room.people);
    let again = player.question().unwrap();
    assert_eq!(again.title(), title);
    player.answer(&again);
    player.question().unwrap();
}

#[test]
fn an_abort_shows_the_head() {
    let room = Rehearsal::new();
    let terminal = room.start(SMALL);
    terminal.see(" To do:");
    terminal.keys("\x1b[19~");
    terminal.see("── Abort");
    terminal.keys("the fire alarm\rABORT CEREMONY\rva\rww");
    terminal.see("Complete. Enter answers.");
    terminal.keys("\r");
    let look = terminal.see("The ceremony was aborted.");
    let head = head(&look);
    assert!(look.rows[0].starts_with(" REHEARSAL "));
    terminal.keys("\x03\x1bq\r");
    terminal.see("type DONE");
    terminal.keys("\x15DONE\r");
    let ended = terminal.end();
    assert_eq!(ended.status.code(), Some(1), "{}", ended.text);
    assert!(
        ended.restored && ended.text.contains("ABORTED"),
        "{}",
        ended.text
    );
    let audit = rootstage(&["audit", room.path(), "--expect-head", &head]);
    assert!(said(&audit).contains("head"), "{}", said(&audit));
}

#[test]
fn signals_give_the_terminal_back() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let room = Rehearsal::new();
        let terminal = room.start(SMALL);
        terminal.see(" To do:");
        terminal.signal(signal);
        let ended = terminal.end();
        assert!(ended.restored, "{signal:?}: {}", ended.text);
        assert_eq!(ended.status.code(), Some(1), "{signal:?}: {}", ended.text);
        assert!(ended.text.contains("rootstage resume"), "{}", ended.text);
        let transcript = std::fs::read_to_string(room.dir.join("transcript.jsonl")).unwrap();
        assert!(
            transcript.lines().last().unwrap().contains("paused"),
            "{signal:?}"
        );
        let terminal = room.resume(SMALL);
        terminal.see(" To do:");
    }
}

#[test]
fn a_torn_last_line_is_cut_and_said() {
    let room = Rehearsal::new();
    let terminal = room.start(SMALL);
    terminal.see(" To do:");
    terminal.signal(Signal::KILL);
    drop(terminal);
    let path = room.dir.join("transcript.jsonl");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend_from_slice(br#"{"seq":3,"at":"2026-"#);
    std::fs::write(&path, &bytes).unwrap();
    let terminal = room.resume(SMALL);
    let mut player = Player::new(&terminal, &room.people);
    let question = player.question().unwrap();
    assert!(question.step.contains("Welcome"));
    player.answer(&question);
    player.question().unwrap();
    terminal.keys("\x03");
    terminal.see("Leave, or stay?");
    terminal.keys("\x03");
    let ended = terminal.end();
    let raw = String::from_utf8_lossy(&ended.raw).into_owned();
    assert!(raw.contains("20 bytes were cut"), "{raw}");
    let transcript = std::fs::read_to_string(&path).unwrap();
    assert!(
        transcript.contains("\"resumed\"") || transcript.contains("resumed"),
        "{transcript}"
    );
}

#[test]
fn an_input_that_ends_pauses() {
    let room = Rehearsal::new();
    let args = ["rehearse", "--dir", room.path()];
    let (terminal, input) = Terminal::start_with_input(SMALL, &args);
    terminal.see(" To do:");
    drop(input);
    let ended = terminal.end();
    assert_eq!(ended.status.code(), Some(1), "{}", ended.text);
    let transcript = std::fs::read_to_string(room.dir.join("transcript.jsonl")).unwrap();
    assert!(
        transcript.lines().last().unwrap().contains("paused"),
        "{transcript}"
    );
}

#[test]
fn without_a_terminal_it_says_so() {
    let room = Rehearsal::new();
    for args in [&[][..], &["rehearse", "--dir", room.path()]] {
        let output = rootstage(args);
        assert_eq!(output.status.code(), Some(3), "{}", said(&output));
        assert!(
            String::from_utf8_lossy(&output.stderr).contains("terminal"),
            "{}",
            said(&output)
        );
    }
}
