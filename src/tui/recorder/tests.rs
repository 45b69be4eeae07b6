mod files;

use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use time::OffsetDateTime;
use time::macros::datetime;

use super::cast;
use super::strip::Strip;
use super::{REST, Recorder};
use crate::ceremony::ask::{Ask, Form, SecretForm, SecretKind};
use crate::ceremony::event::{Event, Resumption};
use crate::ceremony::recording::{FILE, Reach};
use crate::ceremony::state::State;
use crate::ceremony::testing::{at, then};
use crate::ceremony::token::{PinState, TokenName};
use crate::tui::keys::Burst;
use crate::tui::model::{Model, Overlay};
use crate::tui::settings::{Colour, GlyphSet, Settings};

fn clock() -> OffsetDateTime {
    datetime!(2026-12-01 10:00 UTC)
}

fn settings() -> Settings {
    Settings {
        glyphs: GlyphSet::Unicode,
        colour: Colour::Sixteen,
        clock,
        strength: |_| (77, "strong"),
        resume: String::new(),
        audit: String::new(),
    }
}

fn model(state: State) -> Model {
    Model::new(settings(), state, (80, 24))
}

/// What stands on the screen of a player at the end, and after each event.
fn played(cast: &str) -> (String, Vec<String>) {
    let mut lines = cast.lines();
    let (width, height) = cast::parse_header(lines.next().unwrap()).unwrap();
    let mut parser = vt100::Parser::new(height, width, 0);
    let mut screens = Vec::new();
    for line in lines {
        let (_, size) = cast::parse_line(line).unwrap();
        let (_, code, text): (f64, String, String) = serde_json::from_str(line).unwrap();
        if let Some((width, height)) = size {
            parser.screen_mut().set_size(height, width);
        }
        if code == "o" {
            parser.process(text.as_bytes());
            screens.push(rows(&parser));
        }
    }
    (rows(&parser), screens)
}

fn rows(parser: &vt100::Parser) -> String {
    let (_, width) = parser.screen().size();
    let rows = parser.screen().rows(0, width);
    rows.map(|row| row.trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

fn shown(model: &Model) -> String {
    let (width, height) = model.size;
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    crate::tui::view::draw(model, &mut buffer);
    let mut parser = vt100::Parser::new(height, width, 0);
    parser.process(Strip::new().next(buffer).as_bytes());
    rows(&parser)
}

struct Place {
    dir: tempfile::TempDir,
    recorder: Recorder,
}

impl Place {
    fn new() -> Self {
        let place = Self {
            dir: tempfile::tempdir().unwrap(),
            recorder: Recorder::default(),
        };
        place.load();
        place
    }

    fn load(&self) {
        self.recorder
            .load(self.dir.path().to_owned(), Some("xterm-256color"));
    }

    fn file(&self) -> std::path::PathBuf {
        self.dir.path().join(FILE)
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.file()).unwrap()
    }
}

fn resumed(state: &mut State) {
    then(
        state,
        Event::Resumed(Resumption {
            program: crate::PROGRAM_VERSION.to_owned(),
            cut_bytes: 0,
        }),
    );
}

#[test]
fn a_recording_shows_the_very_screens() {
    let place = Place::new();
    let mut first = model(at("welcome"));
    place.recorder.film(&mut first);
    assert!(
        !place.file().exists(),
        "nothing before the ceremony is on disk"
    );
    place.recorder.begin(&first.state);
    let mut second = model(at("clock"));
    second.moment = first.moment + Duration::from_mins(1);
    place.recorder.film(&mut second);
    let (last, screens) = played(&place.text());
    assert_eq!(screens, [shown(&first), shown(&second)]);
    assert_eq!(last, shown(&second));
    let text = place.text();
    assert!(text.starts_with(
        "{\"env\":{\"TERM\":\"xterm-256color\"},\"height\":24,\"timestamp\":1796119200,"
    ));
    assert!(text.contains("\"title\":\"REHEARSAL: Rehearsal (ceremony 0000"));
    assert!(
        text.contains("\"m\", \"step 5 of 33, clock: The clock is right\"]"),
        "{text}"
    );
    assert!(text.contains("\n[60."), "seconds since the beginning");
}

#[test]
fn frames_that_come_too_soon_become_one() {
    let place = Place::new();
    let mut model = model(at("welcome"));
    place.recorder.begin(&model.state);
    place.recorder.film(&mut model);
    let begun = model.moment;
    for (n, milliseconds) in (0..).zip([1, 5, 9, 30]) {
        model.moment = begun + Duration::from_millis(milliseconds);
        model.overlay = Some([Overlay::Outline, Overlay::Digests][n % 2]);
        place.recorder.film(&mut model);
    }
    assert_eq!(played(&place.text()).1.len(), 1);
    let wait = place
        .recorder
        .due(begun + Duration::from_millis(30))
        .unwrap();
    assert_eq!(wait + Duration::from_millis(30), REST);
    place.recorder.catch_up(begun + REST);
    assert_eq!(played(&place.text()).0, shown(&model));
    assert_eq!(played(&place.text()).1.len(), 2);
    assert_eq!(place.recorder.due(begun + REST), None);
    // an hour at a second of which nobody types: what it costs is in CEREMONY.md
    let before = place.text().len();
    for minute in 1..=60 {
        model.moment = begun + Duration::from_mins(minute);
        model.now = clock() + Duration::from_mins(minute);
        place.recorder.film(&mut model);
        place.recorder.film(&mut model);
    }
    let hour = place.text().len() - before;
    println!("an hour without a key: {hour} bytes");
    assert!((1000..16 * 1024).contains(&hour), "{hour} bytes");
}

fn secret_ask(kind: SecretKind) -> Ask {
    Ask::new(
        "pin",
        "A secret",
        Form::Secret(SecretForm {
            kind,
            token: TokenName("yubikey:15422467".to_owned()),
            serial: "15422467".to_owned(),
            pin: PinState::default(),
        }),
    )
}

#[test]
fn a_secret_leaves_no_trace_of_itself_nor_of_its_length_nor_of_when_it_was_typed() {
    for kind in [
        SecretKind::Pin,
        SecretKind::Passphrase,
        SecretKind::NewPassphrase,
        SecretKind::NewPin,
        SecretKind::NewPuk,
        SecretKind::PukAndNewPin,
    ] {
        let mut state = at("clock");
        then(&mut state, Event::Asked(secret_ask(kind)));
        let place = Place::new();
        let mut model = model(state);
        place.recorder.begin(&model.state);
        place.recorder.film(&mut model);
        let empty = place.text();
        assert!(played(&empty).0.contains("[not recorded"), "{kind:?}");
        for key in [
            "4", "8", "1", "5", "1", "6", "\x7f", "2", "3", "\t", "9", "\x15",
        ] {
            model.moment += Duration::from_secs(1);
            model.input(&Burst::from(key.as_bytes()));
            place.recorder.film(&mut model);
            assert_eq!(place.text(), empty, "{kind:?} after {key:?}");
        }
        // the screen itself says that keys arrive, and not how many there were
        model.entry.focus = 0;
        model.entry.clear();
        let mut masks = Vec::new();
        for key in ["1", "2", "3", "4", "5", "6", "7"] {
            model.input(&Burst::from(key.as_bytes()));
            let row = shown(&model);
            let row = row
                .lines()
                .find(|row| row.contains('•'))
                .unwrap()
                .to_owned();
            masks.push(
                row.split_once('[')
                    .unwrap()
                    .1
                    .split_once(']')
                    .unwrap()
                    .0
                    .to_owned(),
            );
        }
        assert_ne!(masks[0], masks[1]);
        assert_eq!([&masks[0], &masks[1]], [&masks[2], &masks[5]], "{masks:?}");
    }
}

#[test]
fn after_the_last_mark_nothing_is_recorded() {
    let place = Place::new();
    let mut state = at("clock");
    let mut one = model(state.clone());
    place.recorder.film(&mut one);
    let mark = place.recorder.mark(&state, Reach::ToTheEnd).unwrap();
    assert!(mark.ended);
    let whole = place.text();
    assert!(
        whole.ends_with("\"m\", \"the recording ends here; what follows is in the transcript\"]\n")
    );
    one.moment = Instant::now() + Duration::from_secs(9);
    one.overlay = Some(Overlay::Outline);
    place.recorder.film(&mut one);
    assert!(place.recorder.mark(&state, Reach::ToTheEnd).is_none());
    then(&mut state, Event::ScreenRecorded(mark));
    resumed(&mut state);
    place.load();
    place.recorder.film(&mut model(state.clone()));
    place.recorder.begin(&state);
    assert_eq!((place.text(), place.recorder.trouble()), (whole, None));
}

#[test]
fn only_a_name_of_a_terminal_is_kept() {
    assert_eq!(
        cast::harmless("xterm-256color").as_deref(),
        Some("xterm-256color")
    );
    for term in ["", "a b", "x\x1b[2J", &"x".repeat(41)] {
        assert_eq!(cast::harmless(term), None);
    }
}
