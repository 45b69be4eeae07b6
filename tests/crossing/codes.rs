//! By QR codes: every code is photographed off a real window.

use std::collections::BTreeSet;
use std::fs;
use std::fs::File;
use std::path::{Path, PathBuf};

use rootstage::digest::Sha256;
use rootstage::envelope::{Envelope, Kind as Carries};

use crate::display::{BITMAP, Display, Running, keep};
use crate::online::{Day, rootstage};
use crate::player::Player;
use crate::pty::{Kind, LARGE, Terminal};
use crate::zbar::{are_there, file, run, text, texts};

const PROGRAMS: &[&str] = &["zbarimg", "Xvfb", "xterm", "import", "xdotool", "script"];
const LARGER: Kind = Kind {
    columns: 200,
    rows: 60,
    ..LARGE
};
/// A font of 6 by 13 pixels.
const SMALL_FONT: &[&str] = &[
    "-fn",
    "-misc-fixed-medium-r-semicondensed--13-120-75-75-c-60-iso10646-1",
];

/// Shows a file in a window of 120 by 40, photographs as many codes as are enough, and reads them by
/// two readers.
fn shown(day: &Day, name: &str) -> PathBuf {
    let shots = day.path(&format!("shots of {name}"));
    fs::create_dir(&shots).unwrap();
    let display = Display::open();
    let path = day.at(name);
    let command = [
        env!("CARGO_BIN_EXE_rootstage"),
        "qr",
        "show",
        "--paused",
        &path,
    ];
    let options = [&["-geometry", "120x40+0+0"][..], BITMAP].concat();
    let _window = Running(display.xterm(&options, &command, &[]));
    let bytes = fs::read(&path).unwrap();
    let mut seen = BTreeSet::new();
    let mut collector = rootstage::qr::Collector::default();
    while collector.file().is_none() {
        if !seen.is_empty() {
            display.keys(".");
        }
        let picture = shots.join(format!("{:02}.png", seen.len()));
        let new = |picture: &Path| text(picture).filter(|text| !seen.contains(text));
        let code = display.until("a code that is new", &picture, new);
        seen.insert(code);
        keep(&picture, &format!("{name}-{:02}", seen.len()));
        for text in &seen {
            collector.take(text);
        }
    }
    assert_eq!(file(&seen), bytes);
    let back = day.at(&format!("back-{name}"));
    rootstage(&["qr", "scan", shots.to_str().unwrap(), "-o", &back]);
    assert_eq!(fs::read(back).unwrap(), bytes);
    shots
}

/// The binary in a real window. What it draws is drawn there, and read here as well.
fn window(
    day: &Day,
    display: &Display,
    kind: Kind,
    options: &[&str],
    arguments: &[String],
) -> Terminal {
    let written = day.at(&format!("written-{}", kind.columns));
    run("mkfifo", &[&written]);
    let quoted: Vec<String> = arguments
        .iter()
        .map(|argument| format!("'{argument}'"))
        .collect();
    let command = format!("{} {}", env!("CARGO_BIN_EXE_rootstage"), quoted.join(" "));
    let geometry = format!("{}x{}+0+0", kind.columns, kind.rows);
    let options = [&["-geometry", &geometry][..], options].concat();
    let script = ["script", "-q", "-f", "-e", "-c", &command, &written];
    let window = display.xterm(&options, &script, &[("SHELL", "/bin/sh")]);
    let written = File::open(&written).unwrap();
    Terminal::elsewhere(kind, window, written, Box::new(display.typist()))
}

/// Waits until a file has come in by the camera, and compares its digest with the sender's. `after`
/// happens once the camera looks no more.
fn comes_in(player: &mut Player<'_>, path: &Path, after: impl FnOnce()) {
    player.until_received();
    let digest = Sha256::of(&fs::read(path).unwrap());
    player.terminal.see(&format!("SHA-256 {}", digest.short()));
    player.terminal.keep("complete");
    after();
    player.terminal.keys("VA\rWW\r");
    let question = player.until("the digest", |question| {
        question.says("Is this what was sent?")
    });
    for word in digest.words() {
        assert!(question.says(word), "{word}: {:#?}", question.body);
    }
    player.answer(&question);
}

/// Waits for the one code on the ceremony's own screen; gives its photograph.
fn one_code(day: &Day, display: &Display, terminal: &Terminal, name: &str) -> PathBuf {
    let look = terminal.see("One code. It stands still.");
    assert!(look.rows[0].starts_with(" REHEARSAL "), "{}", look.text());
    let picture = day.path(&format!("{name}.png"));
    let sent = fs::read(day.path("day/out/signatures.rse")).unwrap();
    // until it is painted, one of several codes stands there
    display.until("the one code", &picture, |picture| {
        let mut collector = rootstage::qr::Collector::default();
        collector.take(&text(picture)?);
        let (file, _) = collector.file()?;
        assert_eq!(file, sent);
        Some(())
    });
    keep(&picture, name);
    picture
}

#[test]
fn a_root_goes_in_as_codes_and_its_signatures_come_back_as_one() {
    if !are_there(PROGRAMS) {
        return;
    }
    let day = Day::new("in = [\"qr\"]\nout = [\"qr\"]");
    let shots = [shown(&day, "root-1.rse"), shown(&day, "root-2.rse")];
    let camera = day.path("camera");
    fs::rename(&shots[0], &camera).unwrap();

    let people = Day::people();
    let display = Display::open();
    let sixels = [&["-ti", "vt340"][..], BITMAP].concat();
    let mut arguments = day.run().to_vec();
    arguments.extend(["--camera".to_owned(), day.at("camera")]);
    let terminal = window(&day, &display, LARGE, &sixels, &arguments);
    let mut player = Player::new(&terminal, &people);
    comes_in(&mut player, &day.path("root-1.rse"), || {
        fs::rename(&camera, day.path("used")).unwrap();
        fs::rename(&shots[1], &camera).unwrap();
    });
    comes_in(&mut player, &day.path("root-2.rse"), || {});
    player.until("the way back", |question| {
        question.says("leaves as QR codes")
    });
    terminal.keys("\x1b[18~");
    let look = terminal.see("Press x to draw in pixels");
    assert!(look.has("one code instead of"), "{}", look.text());
    terminal.keep("codes");
    terminal.keys("x");
    let by_pixels = one_code(&day, &display, &terminal, "by-pixels");
    // and away again, with nothing left behind
    terminal.keys("\x1b");
    terminal.see("F7 QR codes");
    let cleared = day.path("cleared.png");
    display.until("no code", &cleared, |picture| {
        texts(picture).is_empty().then_some(())
    });
    keep(&cleared, "cleared");
    terminal.keys("\x03");
    terminal.see("again: leave");
    terminal.keys("\x03");
    assert!(terminal.end().restored);

    // the same code in a larger window, without pixels
    let display = Display::open();
    let resume = ["resume".to_owned(), day.at("day")];
    let terminal = window(&day, &display, LARGER, SMALL_FONT, &resume);
    terminal.see("leaves as QR codes");
    terminal.keys("\x1b[18~");
    let by_cells = one_code(&day, &display, &terminal, "by-cells");
    terminal.keys("\x1b");
    terminal.see("F7 QR codes");
    let head = Player::new(&terminal, &people).play_out();
    terminal.keys("DONE\r");
    assert!(terminal.end().restored);

    for (number, picture) in [by_pixels, by_cells].iter().enumerate() {
        let back = day.path(&format!("signatures-{number}.rse"));
        let arguments = [picture.to_str().unwrap(), "-o", back.to_str().unwrap()];
        rootstage(&[&["qr", "scan"], &arguments[..]].concat());
        let envelope = Envelope::parse(&fs::read(&back).unwrap()).unwrap();
        assert_eq!(envelope.manifest().kind, Carries::Signatures);
    }
    day.is_accepted(&day.path("signatures-0.rse"));
    day.audits(&head);
}
