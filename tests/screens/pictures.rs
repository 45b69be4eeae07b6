//! Snapshots of screens, as text; styles apart.

use ratatui::style::{Color, Modifier};
use rootstage::tui::bindings::BINDINGS;
use rootstage::tui::glyphs::CONSOLE;
use rootstage::tui::keys::Burst;
use rootstage::tui::{Colour, GlyphSet};

use crate::played;
use crate::samples::{asks, frame, named, text};

const OTHERS: [&str; 6] = [
    "working",
    "touch",
    "touch-late",
    "closed",
    "aborted",
    "broken",
];

fn names() -> Vec<&'static str> {
    let own = asks().into_iter().map(|a| a.0).chain(OTHERS);
    own.chain(played::NAMES).collect()
}

#[test]
fn at_80_by_24() {
    for name in names() {
        insta::assert_snapshot!(
            format!("80x24-{name}"),
            text(&named(name, (80, 24), GlyphSet::Unicode))
        );
    }
}

#[test]
fn at_120_by_40() {
    for name in names() {
        insta::assert_snapshot!(
            format!("120x40-{name}"),
            text(&named(name, (120, 40), GlyphSet::Unicode))
        );
    }
}

#[test]
fn overlays() {
    for (name, key) in [
        ("help", "\x1bOP"),
        ("exception", "\x1bOQ"),
        ("skip", "\x1bOR"),
        ("outline", "\x1bOS"),
        ("digests", "\x1b[15~"),
        ("abort", "\x1b[19~"),
        ("leave", "\x03"),
    ] {
        let mut model = named("pin", (80, 24), GlyphSet::Unicode);
        model.input(&Burst::from(key.as_bytes()));
        insta::assert_snapshot!(format!("80x24-over-{name}"), text(&model));
    }
}

/// Every section of a document, as the key for the next one finds it: narrow, wide, and as wide as
/// it must be for what is now and what will be to stand beside each other.
#[test]
fn sections() {
    for (name, size) in [
        ("changes", (80, 24)),
        ("changes", (100, 30)),
        ("changes", (120, 40)),
        ("stop-accepted", (80, 24)),
        ("stop-accepted", (120, 40)),
    ] {
        let mut model = named(name, size, GlyphSet::Unicode);
        let mut pictures = vec![];
        for _ in 0..5 {
            model.input(&Burst::from(&b"\x0e"[..]));
            pictures.push(text(&model));
        }
        assert!(pictures[4].contains("read to the end"), "{}", pictures[4]);
        let (columns, rows) = size;
        insta::assert_snapshot!(
            format!("sections-{columns}x{rows}-{name}"),
            pictures.join("\n")
        );
    }
}

#[test]
fn withdrawing() {
    for name in ["already-signed", "sign-both", "trusted-root"] {
        for (columns, rows) in [(80, 24), (120, 40)] {
            let mut model = named(name, (columns, rows), GlyphSet::Unicode);
            model.input(&Burst::from(&b"\x1b[17~"[..]));
            insta::assert_snapshot!(
                format!("{columns}x{rows}-over-withdraw-{name}"),
                text(&model)
            );
        }
    }
}

#[test]
fn too_small() {
    insta::assert_snapshot!(
        "too_small-touch",
        text(&named("touch", (60, 20), GlyphSet::Unicode))
    );
    insta::assert_snapshot!(text(&named("pin", (60, 20), GlyphSet::Unicode)));
}

/// The other two sets differ from Unicode in their glyphs only, so one screen stands for all.
#[test]
fn other_glyphs() {
    insta::assert_snapshot!("console", text(&named("pin", (80, 24), GlyphSet::Console)));
    insta::assert_snapshot!("ascii", text(&named("pin", (80, 24), GlyphSet::Ascii)));
    for (set, name) in [
        (GlyphSet::Console, "console-touch"),
        (GlyphSet::Ascii, "ascii-touch"),
    ] {
        insta::assert_snapshot!(name, text(&named("touch", (80, 24), set)));
    }
    for size in [(80, 24), (120, 40), (60, 20)] {
        for name in names() {
            assert!(
                text(&named(name, size, GlyphSet::Ascii)).is_ascii(),
                "{name}"
            );
            let console = text(&named(name, size, GlyphSet::Console));
            assert!(
                console.chars().all(|c| c.is_ascii() || CONSOLE.contains(c)),
                "{name}"
            );
            let asked = |set| text(&named(name, size, set)).matches('?').count();
            assert_eq!(
                asked(GlyphSet::Ascii),
                asked(GlyphSet::Unicode),
                "{name}: a glyph is not in the table"
            );
        }
    }
}

#[test]
fn bindings() {
    let table: Vec<String> = BINDINGS
        .iter()
        .map(|b| format!("{:<16} {:?} [{}] {}", b.label, b.act, b.hint, b.help))
        .collect();
    insta::assert_snapshot!(table.join("\n"));
}

#[test]
fn the_rehearsal_banner_is_reversed() {
    for name in ["pin", "mono"] {
        let buffer = frame(&named(name, (80, 24), GlyphSet::Unicode));
        for x in 0..80 {
            assert!(
                buffer[(x, 0)].modifier.contains(Modifier::REVERSED),
                "{name} {x}"
            );
        }
    }
    let buffer = frame(&named("production", (80, 24), GlyphSet::Unicode));
    assert!((0..80).all(|x| !buffer[(x, 0)].modifier.contains(Modifier::REVERSED)));
}

/// Without colour the band is there all the same.
#[test]
fn the_touch_is_reversed_video_over_the_whole_width() {
    for name in ["touch", "touch-mono"] {
        for size in [(80, 24), (120, 40)] {
            let buffer = frame(&named(name, size, GlyphSet::Ascii));
            let reversed =
                |y: u16| (0..size.0).all(|x| buffer[(x, y)].modifier.contains(Modifier::REVERSED));
            // below the banner of the rehearsal, which is reversed as well
            let rows = (1..size.1).filter(|y| reversed(*y)).count();
            assert_eq!(rows, 7, "{name} {size:?}");
        }
    }
}

#[test]
fn mono_has_no_colour_and_colours_are_ansi_names() {
    let buffer = frame(&named("mono", (120, 40), GlyphSet::Unicode));
    assert!(
        buffer
            .content
            .iter()
            .all(|c| c.fg == Color::Reset && matches!(c.bg, Color::Reset | Color::Black))
    );
    for name in names() {
        let buffer = frame(&named(name, (120, 40), GlyphSet::Unicode));
        assert!(
            buffer
                .content
                .iter()
                .all(|c| !matches!(c.fg, Color::Rgb(..) | Color::Indexed(_))
                    && matches!(c.bg, Color::Reset | Color::Black))
        );
    }
    let _ = Colour::Mono;
}
