//! Pictures of the replay. Digits of digests, which follow from every word of the script, are drawn
//! as `#`.

use rootstage::ceremony::event::Event;
use rootstage::tui::glyphs::CONSOLE;
use rootstage::tui::keys::Key;
use rootstage::tui::replay::{Pane, Replay};
use rootstage::tui::{Colour, GlyphSet};

use crate::room::{Room, plan};
use crate::{press, push, reel, replay_of, text};

fn recorded(size: (u16, u16)) -> Replay {
    let dir = tempfile::tempdir().unwrap();
    reel::write(dir.path(), 100);
    replay_of(dir.path(), size)
}

/// Hexadecimal words in groups of four as `####`.
fn plain(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_hexdigit);
    let border = |at: Option<usize>| {
        at.and_then(|at| chars.get(at))
            .is_none_or(|c| !c.is_alphanumeric())
    };
    let mut out = chars.clone();
    for at in 0..chars.len() {
        let group = (at..at + 4).all(digit);
        let letters = chars.iter().skip(at).take(4).any(char::is_ascii_digit);
        if group && letters && border(at.checked_sub(1)) && border(Some(at + 4)) {
            out[at..at + 4].fill('#');
        }
    }
    // years are no digests
    let text: String = out.into_iter().collect();
    text.replace("####-", "2026-")
}

/// The panes at a question, its answer, a failure and an exception.
fn pictures(size: (u16, u16)) {
    let name = |what: &str| format!("{}x{}-{what}", size.0, size.1);
    let mut replay = recorded(size);
    let place = |replay: &Replay, wanted: fn(&Event) -> bool| {
        let tape = &replay.tape;
        (0..tape.len())
            .find(|at| wanted(&tape.placed(*at).unwrap().event))
            .unwrap()
    };
    let answered = place(
        &replay,
        |event| matches!(event, Event::Answered { ask, .. } if ask != "read"),
    );
    for (what, at) in [
        ("opened", 0),
        (
            "asked",
            place(&replay, |event| matches!(event, Event::Asked(_))),
        ),
        ("answered", answered),
        (
            "exception",
            place(&replay, |event| matches!(event, Event::ExceptionLogged(_))),
        ),
        (
            "failed",
            place(&replay, |event| matches!(event, Event::Faulted(_))),
        ),
        (
            "came-back",
            place(&replay, |event| matches!(event, Event::Resumed(_))),
        ),
    ] {
        press(&mut replay, &format!("g{at}\r"));
        insta::assert_snapshot!(name(what), plain(&text(&replay)));
    }
    for (what, key) in [("timeline", "2"), ("record", "3")] {
        press(&mut replay, key);
        insta::assert_snapshot!(name(what), plain(&text(&replay)));
    }
    press(&mut replay, "1g");
    insta::assert_snapshot!(name("go-to"), plain(&text(&replay)));
    press(&mut replay, "\x1b?");
    insta::assert_snapshot!(name("help"), plain(&text(&replay)));
}

#[test]
fn at_80_by_24() {
    pictures((80, 24));
}

#[test]
fn at_120_by_40() {
    pictures((120, 40));
}

#[test]
fn other_terminals_get_other_glyphs() {
    for (glyphs, allowed) in [(GlyphSet::Ascii, ""), (GlyphSet::Console, CONSOLE)] {
        let mut replay = recorded((120, 40));
        replay.settings.glyphs = glyphs;
        replay.settings.colour = Colour::Sixteen;
        for key in ["1", "2", "3", "4", "?"] {
            press(&mut replay, key);
            let text = text(&replay);
            let strange = text
                .chars()
                .find(|c| !c.is_ascii() && !allowed.contains(*c));
            assert_eq!(strange, None, "{glyphs:?}\n{text}");
        }
    }
}

/// Secrets are nowhere: where one was typed, the field says so; and every record of a whole ceremony
/// can be drawn, in every view, at both sizes.
#[test]
fn a_whole_rehearsal_is_drawn_record_by_record() {
    let mut room = Room::open(2, 2);
    room.to_the_end();
    let mut withheld = 0;
    for size in [(80, 24), (120, 40)] {
        let mut replay = replay_of(&room.dir(), size);
        assert_eq!(replay.verdict.brief, "audit passed");
        for at in 0..replay.tape.len() {
            assert_eq!(replay.at(), at);
            for pane in Pane::ALL {
                replay.pane = pane;
                let text = text(&replay);
                let last = replay.playback().last();
                assert!(
                    text.contains(&format!(" REPLAY  {at} of {last} ")),
                    "{text}"
                );
                for holder in ["keyholder-1", "keyholder-2"] {
                    assert!(!text.contains(&crate::room::passphrase(holder)));
                }
                withheld += usize::from(text.contains("[not recorded"));
            }
            assert!(!replay.changes().is_empty());
            push(&mut replay, Key::Right);
        }
        replay.pane = Pane::Screen;
        assert!(
            text(&replay).contains("The ceremony is complete."),
            "{}",
            text(&replay)
        );
    }
    assert!(withheld > 4, "{withheld}");
}

/// Every record of a recorded day changed something that has words.
#[test]
fn every_record_has_words_of_its_own() {
    let mut room = Room::prepared(&plan(2, 2));
    room.recorder.load(room.dir(), None);
    room.begin().unwrap();
    room.to_the_end();
    let mut replay = replay_of(&room.dir(), (80, 24));
    let mut marks = 0;
    for _ in 0..replay.tape.len() {
        for change in replay.changes() {
            let words = &change.sentence;
            assert!(!words.starts_with("Nothing but"), "{}", replay.at());
            marks += usize::from(words.starts_with("The recording of the screen is on record"));
        }
        push(&mut replay, Key::Right);
    }
    assert!(marks > 1, "{marks}");
}

/// What a question's fields held on the day, and what the answer led to.
#[test]
fn answers_stand_in_their_fields() {
    let mut room = Room::open(2, 2);
    room.to_the_end();
    let mut replay = replay_of(&room.dir(), (80, 24));
    press(&mut replay, "/answered\r");
    let look = text(&replay);
    assert!(look.contains("Administrator's initials [VA   ]"), "{look}");
    assert!(
        look.contains("Val Administrator answered \"Welcome\" with initials."),
        "{look}"
    );
    press(&mut replay, "/signature-made\r");
    press(&mut replay, "3");
    let look = text(&replay);
    assert!(
        look.contains("proved by a signature that it holds the key"),
        "{look}"
    );
    press(&mut replay, "/content-approved\r");
    let look = text(&replay);
    assert!(look.contains("The content was approved by"), "{look}");
    press(&mut replay, "/signatures-counted\r");
    let look = text(&replay);
    assert!(look.contains("every threshold is reached"), "{look}");
}
