//! What keys do, on a frame that nobody has to wait for.

use std::time::Duration;

use rootstage::tui::keys::Key;
use rootstage::tui::replay::bindings::{Act, BINDINGS};
use rootstage::tui::replay::verdict::Weight;
use rootstage::tui::replay::{Came, Pane, Replay};

use crate::{press, push, reel, replay_of, text};

const SMALL: (u16, u16) = (80, 24);

fn recorded(records: u64) -> Replay {
    let dir = tempfile::tempdir().unwrap();
    reel::write(dir.path(), records);
    replay_of(dir.path(), SMALL)
}

#[test]
fn records_steps_and_acts_are_stepped_through() {
    let mut replay = recorded(400);
    push(&mut replay, Key::Right);
    push(&mut replay, Key::Right);
    push(&mut replay, Key::Left);
    assert_eq!(replay.at(), 1);
    push(&mut replay, Key::Down);
    let second = replay.at();
    assert_eq!(replay.tape.step(second), 1);
    assert_eq!(
        replay.tape.stands(second),
        second,
        "a step begins with its screen"
    );
    push(&mut replay, Key::Down);
    assert_eq!(replay.tape.step(replay.at()), 2);
    // back to the beginning of this one, then of the one before
    push(&mut replay, Key::Right);
    push(&mut replay, Key::Up);
    assert_eq!(replay.tape.step(replay.at()), 2);
    push(&mut replay, Key::Up);
    assert_eq!(replay.at(), second);
    press(&mut replay, "]");
    let act = |replay: &Replay| {
        let step = replay.tape.step(replay.at());
        replay.tape.procedure().steps[step].act
    };
    assert_eq!(act(&replay), 1);
    press(&mut replay, "]");
    assert!(replay.remark.contains("last act"), "{}", replay.remark);
    press(&mut replay, "[");
    assert_eq!((act(&replay), replay.at()), (0, 2), "its first question");
    push(&mut replay, Key::End);
    assert_eq!(replay.at(), 399);
    push(&mut replay, Key::Right);
    assert_eq!(replay.at(), 399);
    push(&mut replay, Key::Home);
    push(&mut replay, Key::Left);
    assert_eq!(replay.at(), 0);
}

#[test]
fn it_goes_where_people_type() {
    let mut replay = recorded(400);
    press(&mut replay, "g123\r");
    assert_eq!(replay.at(), 123);
    press(&mut replay, "gs3\r");
    assert_eq!(replay.tape.step(replay.at()), 2);
    press(&mut replay, "ge2\r");
    let (number, record) = replay.tape.exceptions()[1];
    assert_eq!((number, replay.at()), (2, record));
    press(&mut replay, ":a2\r");
    let step = replay.tape.step(replay.at());
    assert_eq!(replay.tape.procedure().steps[step].act, 1);
    press(&mut replay, "g12:01\r");
    let at = replay.tape.record(replay.at()).unwrap().at;
    let before = replay.tape.record(replay.at() - 1).unwrap().at;
    assert!(
        before < "2026-11-23T12:01" && at >= "2026-11-23T12:01",
        "{before} {at}"
    );
    for (typed, why) in [
        ("g400\r", "There is no record 400: the last is 399."),
        ("gs99\r", "There is no step 99"),
        ("gs20\r", "Step 20 was never reached."),
        ("ga6\r", "Act 6 was never reached."),
        ("ge999\r", "There is no exception E999"),
        ("gtomorrow\r", "names no place"),
        (
            "g2030-01-01\r",
            "Nothing was recorded at that time or later",
        ),
    ] {
        let at = replay.at();
        press(&mut replay, typed);
        assert!(replay.remark.contains(why), "{typed}: {}", replay.remark);
        assert_eq!(replay.at(), at);
        assert!(text(&replay).contains(why));
    }
    // a question that is closed does nothing, and letters in it are letters
    press(&mut replay, "gq\x1b");
    assert_eq!(replay.prompt, None);
}

#[test]
fn exceptions_follow_one_another() {
    let mut replay = recorded(400);
    let all: Vec<usize> = replay.tape.exceptions().iter().map(|(_, at)| *at).collect();
    assert!(all.len() > 3);
    for record in &all {
        press(&mut replay, "e");
        assert_eq!(replay.at(), *record);
    }
    press(&mut replay, "e");
    assert!(replay.remark.contains("No exception was logged after"));
    for record in all.iter().rev().skip(1) {
        press(&mut replay, "E");
        assert_eq!(replay.at(), *record);
    }
    press(&mut replay, "!");
    assert_eq!(replay.remark, "The audit objects to no record.");
}

#[test]
fn a_search_counts_and_goes_round() {
    let mut replay = recorded(400);
    press(&mut replay, "/TELEPHONE\r");
    let exceptions: Vec<usize> = replay.tape.exceptions().iter().map(|(_, at)| *at).collect();
    assert_eq!(replay.search.as_ref().unwrap().hits(), exceptions);
    assert_eq!(replay.at(), exceptions[0]);
    let of = exceptions.len();
    assert!(
        text(&replay).contains(&format!("\"TELEPHONE\" hit 1 of {of}")),
        "{}",
        text(&replay)
    );
    press(&mut replay, "n");
    assert_eq!(replay.at(), exceptions[1]);
    press(&mut replay, "pp");
    assert_eq!(replay.at(), exceptions[of - 1]);
    press(&mut replay, "n");
    assert_eq!(replay.at(), exceptions[0]);
    press(&mut replay, "/nowhere to be found\r");
    assert!(
        replay.remark.contains("is in no record"),
        "{}",
        replay.remark
    );
    // records name people by ids: who searches for a name finds them
    press(&mut replay, "/wim witness\r");
    let hits = replay.search.as_ref().unwrap().hits();
    assert!(exceptions.iter().all(|at| hits.contains(at)));
    // and steps by theirs
    press(&mut replay, "/who is here\r");
    assert_eq!(replay.tape.record(replay.at()).unwrap().step, "roll-call");
    // digests are not searched: a short word of them stands anywhere
    press(&mut replay, "/salt\r");
    assert!(
        replay.remark.contains("is in no record"),
        "{}",
        replay.remark
    );
}

#[test]
fn a_long_search_is_done_in_slices() {
    let mut replay = recorded(9_000);
    press(&mut replay, "/telephone\r");
    let searched = |replay: &Replay| {
        let search = replay.search.as_ref().unwrap();
        (search.is_done(&replay.tape), search.hits().len())
    };
    let (done, first) = searched(&replay);
    assert!(!done && first > 0);
    assert_eq!(replay.wait(Duration::ZERO), Some(Duration::ZERO));
    assert!(text(&replay).contains("so far"));
    while !searched(&replay).0 {
        replay.tick(Duration::ZERO);
    }
    assert_eq!(searched(&replay).1, replay.tape.exceptions().len());
    assert_eq!(replay.wait(Duration::ZERO), None);
}

#[test]
fn it_plays_by_the_clock_that_it_is_given() {
    let mut replay = recorded(100);
    press(&mut replay, "g10\r");
    push(&mut replay, Key::Char(' '));
    assert!(text(&replay).contains("playing 1x"));
    let mut now = Duration::ZERO;
    let mut frames = 0;
    while let Some(wait) = replay.wait(now) {
        now += wait;
        replay.tick(now);
        frames += 1;
    }
    assert_eq!(replay.at(), 99);
    // an interruption of twenty minutes lasted two seconds
    assert!(
        now < Duration::from_mins(2) && now > Duration::from_secs(20),
        "{now:?}"
    );
    assert!(frames > 10);
    assert!(text(&replay).contains("paused"));
    // a step by hand is a rest
    push(&mut replay, Key::Char(' '));
    assert!(replay.playback().plays());
    push(&mut replay, Key::Right);
    assert!(!replay.playback().plays());
    press(&mut replay, "++++i");
    assert!(text(&replay).contains("max") && text(&replay).contains("gaps 10 s"));
    press(&mut replay, "-");
    assert!(text(&replay).contains("60x"));
}

#[test]
fn every_binding_is_in_the_help_and_every_act_does_no_harm() {
    let mut replay = recorded(120);
    press(&mut replay, "?");
    let mut help = String::new();
    for _ in 0..5 {
        help.push_str(&text(&replay));
        push(&mut replay, Key::PageDown);
    }
    for binding in BINDINGS {
        assert!(help.contains(binding.help), "{}", binding.help);
    }
    press(&mut replay, "?");
    for binding in BINDINGS {
        for key in binding.keys {
            let came = replay.key(*key, Duration::ZERO);
            assert_eq!(came == Came::Quit, binding.act == Act::Quit, "{key:?}");
            text(&replay);
            push(&mut replay, Key::Esc);
            push(&mut replay, Key::Esc);
        }
    }
}

#[test]
fn enter_goes_to_what_changed() {
    let mut replay = recorded(400);
    let shown = |replay: &mut Replay, kind: &str| {
        let tape = &replay.tape;
        let record = (0..tape.len())
            .find(|at| tape.record(*at).unwrap().kind == kind)
            .unwrap();
        press(replay, &format!("g{record}\r\r"));
        (replay.pane, marked(replay))
    };
    let (pane, words) = shown(&mut replay, "asked");
    assert_eq!(pane, Pane::Screen);
    assert!(words.contains("Welcome."), "{words}");
    let (pane, words) = shown(&mut replay, "answered");
    assert_eq!(pane, Pane::Screen);
    assert!(words.contains("VA"), "{words}");
    let (pane, words) = shown(&mut replay, "step-done");
    assert_eq!(pane, Pane::Timeline);
    assert!(words.contains("[x]"), "{words}");
    let (pane, words) = shown(&mut replay, "exception-logged");
    assert_eq!(pane, Pane::Board);
    assert!(words.contains("telephone"), "{words}");
    let (pane, words) = shown(&mut replay, "roll-called");
    assert_eq!(pane, Pane::Board);
    assert!(words.contains("Keyholder"), "{words}");
    // the next record is drawn without marks
    push(&mut replay, Key::Right);
    assert_eq!(marked(&replay), "");
    replay.resize((120, 40));
    let (pane, words) = shown(&mut replay, "step-done");
    assert_eq!(pane, Pane::Screen, "the timeline is beside it");
    assert!(words.contains("[x]"), "{words}");
}

/// The words in the middle that are marked.
fn marked(replay: &Replay) -> String {
    let buffer = crate::drawn(replay);
    let mut words = String::new();
    // without the banner of a rehearsal, which is reversed as well
    for y in 3..buffer.area.height - 1 {
        for x in 0..buffer.area.width {
            let cell = buffer.cell((x, y)).unwrap();
            if cell.modifier.contains(ratatui::style::Modifier::REVERSED) && cell.symbol() != " " {
                words.push_str(cell.symbol());
            } else if !words.ends_with(' ') && !words.is_empty() {
                words.push(' ');
            }
        }
    }
    words.trim().to_owned()
}

#[test]
fn what_does_not_hold_is_said_in_every_frame() {
    let dir = tempfile::tempdir().unwrap();
    reel::write(dir.path(), 100);
    let path = dir.path().join("transcript.jsonl");
    let good = std::fs::read_to_string(&path).unwrap();
    // one byte of the middle
    std::fs::write(
        &path,
        good.replacen("It was switched off", "It was switched oft", 1),
    )
    .unwrap();
    let mut replay = replay_of(dir.path(), SMALL);
    let last = replay.tape.len() - 1;
    assert!(last < 99 && replay.verdict.weight == Weight::Bad);
    for key in ["1", "2", "3", "4", "?", " ", "g99\r"] {
        press(&mut replay, key);
        let text = text(&replay);
        assert!(
            text.contains(&format!("CHAIN BROKEN after record {last}")),
            "{text}"
        );
        assert!(text.starts_with(" REHEARSAL "), "{text}");
    }
    replay.resize((60, 20));
    let small = text(&replay);
    assert!(
        small.contains("too small") && small.contains("CHAIN BROKEN"),
        "{small}"
    );
    assert!(
        small.contains("60 x 20") && small.contains("REHEARSAL"),
        "{small}"
    );
    // a last line that was torn is no fault of the record
    std::fs::write(&path, &good[..good.len() - 30]).unwrap();
    let replay = replay_of(dir.path(), SMALL);
    assert_eq!(replay.verdict.weight, Weight::Known);
    assert_eq!(replay.tape.len(), 99);
    let text = text(&replay);
    assert!(
        text.contains("NOT FINISHED") && text.contains("bytes torn"),
        "{text}"
    );
}
