//! What can be computed of how the page looks: contrast, and that nothing is loaded.

use std::collections::BTreeMap;

/// The style sheets, with what their pairs of colours are called.
const STYLE: &str = include_str!("../../src/document/style.css");

/// Colours of a block `:root { … }`.
fn colours(block: &str) -> BTreeMap<String, [f64; 3]> {
    let mut found = BTreeMap::new();
    for declaration in block.split(';') {
        let Some((name, value)) = declaration.trim().rsplit_once(": #") else {
            continue;
        };
        let name = name.rsplit("--").next().unwrap().to_owned();
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&value[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        found.insert(name, [channel(0), channel(2), channel(4)]);
    }
    found
}

/// Contrast of two colours (WCAG 2.2, definition of contrast ratio).
fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let light = |c: [f64; 3]| 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2] + 0.05;
    let (one, other) = (light(one), light(other));
    one.max(other) / one.min(other)
}

#[test]
fn every_colour_of_text_is_seen_on_every_ground_it_stands_on() {
    let blocks: Vec<&str> = STYLE
        .split(":root {")
        .skip(1)
        .map(|rest| rest.split('}').next().unwrap())
        .collect();
    let [light, dark] = blocks.as_slice() else {
        panic!("two sets of colours")
    };
    for (mode, block) in [("light", light), ("dark", dark)] {
        let colours = colours(block);
        let grounds = ["paper", "panel", "good-panel", "bad-panel"];
        for ink in ["ink", "soft", "link", "good", "bad", "warn"] {
            for ground in grounds {
                let ratio = contrast(colours[ink], colours[ground]);
                assert!(ratio >= 4.5, "{mode}: {ink} on {ground}: {ratio:.2}");
            }
        }
        // what is drawn and means something (WCAG 2.2, success criterion 1.4.11)
        for drawn in ["took", "over", "budget", "except"] {
            let ratio = contrast(colours[drawn], colours["paper"]);
            assert!(ratio >= 3.0, "{mode}: {drawn}: {ratio:.2}");
        }
    }
}

#[test]
fn the_style_loads_nothing_and_prints_light() {
    for word in ["http", "url(", "@import", "@font-face"] {
        assert!(!STYLE.contains(word), "{word}");
    }
    assert!(STYLE.contains("@media screen and (prefers-color-scheme: dark)"));
    assert!(STYLE.contains("thead { display: table-header-group; }"));
}

#[test]
fn every_colour_of_the_paper_is_seen_on_white() {
    const PAPER: &str = include_str!("../../src/ceremony/paper/style.css");
    let mut inks = 0;
    for declaration in PAPER.split([';', '{', '}']) {
        let Some(value) = declaration.trim().strip_prefix("color: #") else {
            continue;
        };
        let doubled = |value: &str| value.chars().flat_map(|c| [c, c]).collect::<String>();
        let value = if value.len() == 3 {
            doubled(value)
        } else {
            value.to_owned()
        };
        let colours = colours(&format!("--ink: #{value}; --paper: #ffffff;"));
        let ratio = contrast(colours["ink"], colours["paper"]);
        assert!(ratio >= 4.5, "{value}: {ratio:.2}");
        inks += 1;
    }
    assert!(inks > 5);
    for word in ["http", "url(", "@import", "@font-face"] {
        assert!(!PAPER.contains(word), "{word}");
    }
}
