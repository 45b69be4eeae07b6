//! The replay: the screens of a recorded ceremony, the state at any record, and the real program in a
//! terminal.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "replay/keys.rs"]
mod keys;
#[path = "terminal/pty.rs"]
#[allow(dead_code, reason = "each test file uses the part that it needs")]
mod pty;
#[path = "support/reel.rs"]
mod reel;
#[path = "support/room.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the room")]
mod room;
#[path = "replay/screens.rs"]
mod screens;
#[path = "replay/states.rs"]
mod states;
#[path = "replay/terminal.rs"]
mod terminal;
#[path = "support/world.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the world")]
mod world;
#[path = "support/yubikeys.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the drawer")]
mod yubikeys;

use std::path::Path;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rootstage::directory::{self, Audited};
use rootstage::tui::keys::{Burst, Key};
use rootstage::tui::replay::tape::Tape;
use rootstage::tui::replay::verdict::Verdict;
use rootstage::tui::replay::{Replay, view};
use rootstage::tui::{Colour, GlyphSet, Settings};

/// The ceremony of a directory, audited and wound onto a tape.
fn wound(dir: &Path) -> (Audited, Tape) {
    let mut tape = None;
    let audited = directory::audit_watched(dir, None, Vec::new(), &mut |line, placed, state| {
        tape.get_or_insert_with(|| Tape::new(state.procedure.clone()))
            .push(line, placed, state);
    });
    (audited.unwrap(), tape.unwrap())
}

fn settings() -> Settings {
    Settings {
        glyphs: GlyphSet::Unicode,
        colour: Colour::Mono,
        clock: room::clock,
        strength: |_| (0, ""),
        resume: "rootstage resume ceremony".to_owned(),
        audit: "rootstage audit ceremony".to_owned(),
    }
}

fn replay_of(dir: &Path, size: (u16, u16)) -> Replay {
    let (audited, tape) = wound(dir);
    let verdict = Verdict::of(&audited, "rootstage audit ceremony");
    Replay::new(settings(), tape, audited.chronicle, verdict, size, 0).unwrap()
}

/// Presses keys at the beginning of time.
fn press(replay: &mut Replay, typed: &str) {
    replay.input(&Burst::from(typed.as_bytes()), std::time::Duration::ZERO);
}

fn push(replay: &mut Replay, key: Key) {
    replay.key(key, std::time::Duration::ZERO);
}

/// The frame.
fn drawn(replay: &Replay) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, replay.size.0, replay.size.1));
    view::draw(replay, &mut buffer);
    buffer
}

/// The frame as text.
fn text(replay: &Replay) -> String {
    let buffer = drawn(replay);
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let row: String = (0..buffer.area.width)
            .map(|x| buffer.cell((x, y)).unwrap().symbol())
            .collect();
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}
