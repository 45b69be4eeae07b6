//! What goes out to different terminals.

use super::pty::{Kind, SMALL, Terminal};
use super::room::Rehearsal;

/// A few screens of a rehearsal; the bytes that went out for them.
fn bytes(kind: Kind) -> Vec<u8> {
    let room = Rehearsal::new();
    let terminal = room.start(kind);
    terminal.see(" To do:");
    terminal.keys("\x1bOS");
    terminal.see(" Outline ");
    terminal.keys("\x1b");
    terminal.see(" To do:");
    terminal.keys("VA\r");
    terminal.see("are you here?");
    terminal.keys("\x03");
    terminal.see("Leave, or stay?");
    terminal.keys("\x03");
    terminal.end().raw
}

/// The parameters of every `CSI … m`.
fn colours(raw: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(raw)
        .split("\x1b[")
        .filter_map(|part| part.split_once('m').map(|p| p.0.to_owned()))
        .filter(|p| p.bytes().all(|b| b.is_ascii_digit() || b == b';'))
        .collect()
}

fn is_colour(parameters: &str) -> bool {
    parameters.split(';').any(|p| {
        p.parse::<u16>()
            .is_ok_and(|n| (30..=49).contains(&n) || (90..=107).contains(&n))
    })
}

#[test]
fn no_color_sends_no_colour() {
    let with = colours(&bytes(SMALL));
    assert!(with.iter().any(|p| is_colour(p)), "{with:?}");
    let without = colours(&bytes(Kind {
        env: &[
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
            ("NO_COLOR", "1"),
        ],
        ..SMALL
    }));
    assert!(!without.iter().any(|p| is_colour(p)), "{without:?}");
    // nor the bare one, which would wipe bold and reverse
    assert!(without.iter().all(|p| !p.is_empty()), "{without:?}");
    assert!(without.iter().any(|p| p == "7"), "{without:?}");
}

#[test]
fn the_console_gets_what_its_fonts_have() {
    let raw = bytes(Kind {
        env: &[("TERM", "linux"), ("LANG", "C.UTF-8")],
        ..SMALL
    });
    let text = String::from_utf8(raw).unwrap();
    let strange: Vec<char> = text
        .chars()
        .filter(|c| !c.is_ascii() && !"─│┌┐└┘├┤┬┴┼█░▒▀▄═║▓·".contains(*c))
        .collect();
    assert!(strange.is_empty(), "{strange:?}");
    assert!(text.contains('─'));
}

#[test]
fn a_plain_locale_gets_seven_bits() {
    for env in [
        &[("TERM", "xterm-256color"), ("LANG", "C")][..],
        &[("TERM", "vt100")],
        &[],
    ] {
        let raw = bytes(Kind { env, ..SMALL });
        assert!(raw.is_ascii(), "{env:?}");
    }
}

/// Nothing answers here anyhow; so nothing may be asked.
#[test]
fn the_terminal_is_asked_nothing() {
    let text = String::from_utf8(bytes(SMALL)).unwrap();
    for query in [
        "\x1b[6n",
        "\x1b[5n",
        "\x1b[c",
        "\x1b[>c",
        "\x1b[?u",
        "\x1b]11;?",
    ] {
        assert!(!text.contains(query), "{query:?}");
    }
}

#[test]
fn too_small_says_so_and_recovers() {
    let room = Rehearsal::new();
    let terminal = room.start(SMALL);
    let before = terminal.see(" To do:");
    terminal.keys("V");
    terminal.see("[V");
    terminal.resize(60, 20);
    let small = terminal.see("too small");
    assert!(
        small.has("60 x 20") && small.has("80 x 24"),
        "{}",
        small.text()
    );
    assert!(small.rows[0].starts_with(" REHEARSAL"));
    terminal.keys("\r\rxyz");
    terminal.resize(80, 24);
    let after = terminal.see("[V");
    assert_eq!(after.records(), before.records());
    terminal.resize(120, 40);
    terminal.wait("the wide screen", |look| {
        look.has("── Quorum") && look.has("[V")
    });
}

#[test]
fn a_wide_screen_has_the_outline_beside_the_question() {
    let room = Rehearsal::new();
    let terminal: Terminal = room.start(super::pty::LARGE);
    let look = terminal.see(" To do:");
    for words in ["Opening", "── Quorum", "Ada Keyholder", "approved", "│"] {
        assert!(look.has(words), "{words}\n{}", look.text());
    }
}
