//! The file: cut, altered, missing, no file at all.

use std::time::Duration;

use super::{Place, model, played, resumed, shown};
use crate::ceremony::event::Event;
use crate::ceremony::recording::{FILE, Mark, Reach};
use crate::ceremony::testing::{at, then};
use crate::tui::recorder::cast::{self, Happening};
use crate::tui::recorder::tape::Tape;

#[test]
fn a_killed_program_goes_on_with_its_recording() {
    let place = Place::new();
    let mut state = at("clock");
    let mut first = model(state.clone());
    place.recorder.film(&mut first);
    place.recorder.begin(&state);
    let mark = place.recorder.mark(&state, Reach::SoFar).unwrap();
    assert_eq!(mark.bytes, place.text().len() as u64);
    then(&mut state, Event::ScreenRecorded(mark));
    let whole = place.text();
    // in the middle of a line, and of what was never flushed
    for torn in [
        "[3.000, \"o\", \"half",
        "\0\0\0\0\n\0\0",
        "[1.000, \"o\"]\nmore\n",
    ] {
        std::fs::write(place.file(), format!("{whole}{torn}")).unwrap();
        let mut state = state.clone();
        resumed(&mut state);
        place.load();
        let mut second = model(state.clone());
        second.resize((100, 30));
        place.recorder.film(&mut second);
        place.recorder.begin(&state);
        assert_eq!(place.recorder.trouble(), None);
        let text = place.text();
        assert!(text.starts_with(&whole) && !text.contains("half") && !text.contains("more\n"));
        assert!(text.contains("\"r\", \"100x30\"]"), "{text}");
        assert!(text.contains("resumed at 2026-12-01T10:00:00.000Z"));
        assert_eq!(played(&text).0, shown(&second));
        let times: Vec<Duration> = text
            .lines()
            .skip(1)
            .map(|line| cast::parse_line(line).unwrap().0)
            .collect();
        assert!(times.is_sorted(), "{times:?}");
    }
}

#[test]
fn a_recording_that_was_altered_is_not_gone_on_with() {
    let place = Place::new();
    let mut state = at("clock");
    place.recorder.film(&mut model(state.clone()));
    place.recorder.begin(&state);
    let mark = place.recorder.mark(&state, Reach::SoFar).unwrap();
    then(&mut state, Event::ScreenRecorded(mark));
    resumed(&mut state);
    let whole = place.text();
    let altered = whole.replacen("Rehearsal", "Tuesday's", 1);
    for (bytes, why) in [
        (Some(altered.as_str()), "not what was recorded before"),
        (
            Some(&whole[..whole.len() - 1]),
            "not what was recorded before",
        ),
        (Some(""), "not what was recorded before"),
        (None, "not there any more"),
    ] {
        match bytes {
            Some(bytes) => std::fs::write(place.file(), bytes).unwrap(),
            None => std::fs::remove_file(place.file()).unwrap(),
        }
        place.load();
        place.recorder.film(&mut model(state.clone()));
        place.recorder.begin(&state);
        let words = place.recorder.trouble().unwrap();
        assert!(
            words.contains(why) && words.contains("The ceremony goes on"),
            "{words}"
        );
        assert_eq!(place.recorder.trouble(), None, "said once");
        assert!(place.recorder.mark(&state, Reach::SoFar).is_none());
        assert_eq!(
            std::fs::read(place.file()).ok().as_deref(),
            bytes.map(str::as_bytes)
        );
    }
}

#[test]
fn links_pipes_and_directories_are_no_recordings() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    for what in 0..3 {
        let place = Place::new();
        let elsewhere = place.dir.path().join("elsewhere");
        std::fs::write(&elsewhere, "kept").unwrap();
        match what {
            0 => std::os::unix::fs::symlink(&elsewhere, place.file()).unwrap(),
            1 => mknodat(
                CWD,
                place.file(),
                FileType::Fifo,
                Mode::from_raw_mode(0o600),
                0,
            )
            .unwrap(),
            _ => std::fs::create_dir(place.file()).unwrap(),
        }
        let mut state = at("clock");
        for resumes in [false, true] {
            if resumes {
                resumed(&mut state);
            }
            place.load();
            place.recorder.begin(&state);
            assert!(place.recorder.trouble().is_some());
        }
        assert_eq!(std::fs::read(&elsewhere).unwrap(), b"kept");
    }
}

#[test]
fn the_longest_recording_ends_with_a_whole_line_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE);
    let mut tape = Tape::begin(&path).unwrap();
    let line = cast::line(Duration::ZERO, &Happening::Output("x".repeat(100)));
    tape.write(&line).unwrap();
    let longer = " ".repeat(usize::try_from(crate::ceremony::recording::LONGEST).unwrap());
    assert!(tape.write(&longer).is_err());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), line);
    let (bytes, sha256) = tape.so_far();
    let mark = Mark {
        bytes,
        sha256,
        ended: false,
    };
    let Err(again) = Tape::go_on(&path, Some(&mark)) else {
        panic!("a line is no header")
    };
    assert!(again.contains("not what was recorded"), "{again}");
}
