//! Keys on the screens of ceremonies over roots that exist: sections, withdrawal, both sides.

use rootstage::ceremony::command::Command;
use rootstage::driver::Report;
use rootstage::tui::GlyphSet;
use rootstage::tui::keys::Burst;
use rootstage::tui::model::{Model, Overlay};

use crate::behaviour::{SMALL, keys, on};
use crate::samples::{named, text};

#[test]
fn a_key_goes_from_section_to_section_and_types_nothing() {
    let mut model = on("changes");
    let top = |model: &Model| text(model).lines().nth(3).unwrap_or_default().to_owned();
    let headings = [
        "── WHAT THE RULES",
        "── WHO MUST SIGN",
        "── WHAT CHANGES",
        "── THE CONTENT",
    ];
    for heading in headings {
        model.input(&Burst::from(&b"\x0e"[..]));
        assert!(
            top(&model).starts_with(heading),
            "{heading}: {}",
            top(&model)
        );
        assert!(!model.read_to_end, "{heading}");
    }
    assert!(text(&model).contains("lines to go"));
    for heading in headings.iter().rev().skip(1) {
        model.input(&Burst::from(&b"\x10"[..]));
        assert!(
            top(&model).starts_with(heading),
            "{heading}: {}",
            top(&model)
        );
    }
    model.input(&Burst::from(&b"\x10\x10"[..]));
    assert_eq!(model.scroll, 0);
    assert!(
        model
            .entry
            .fields
            .iter()
            .all(rootstage::tui::entry::Field::is_empty)
    );
}

#[test]
fn what_is_read_back_stands_beside_its_fields_at_the_end() {
    for size in [SMALL, (100, 30), (120, 40)] {
        let mut model = named("changes", size, GlyphSet::Unicode);
        model.input(&Burst::from(&b"\x1b[F"[..]));
        let shown = text(&model);
        let words = model.state.payload.as_ref().unwrap().sha256.words();
        assert!(words.iter().all(|word| shown.contains(word)), "{shown}");
        assert!(shown.contains("Word 5 [") && model.read_to_end);
    }
}

#[test]
fn withdrawing_takes_a_reason_and_two_people() {
    const WITHDRAW: &[u8] = b"\x1b[17~";
    let mut model = on("already-signed");
    model.input(&Burst::from(WITHDRAW));
    assert_eq!(model.overlay, Some(Overlay::Withdraw));
    let shown = text(&model);
    for words in [
        "metadata/defunct-1.root.json",
        "step 4, Staged root imported",
        "never",
    ] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    assert!(
        keys(&mut model, "\r\rthe wrong file\rDD\r\r")
            .order
            .is_none()
    );
    let order = keys(&mut model, "WW\r").order.unwrap();
    assert_eq!(
        order.command,
        Command::Withdraw {
            initials: vec!["DD".into(), "WW".into()],
            reason: "the wrong file".into()
        }
    );
    let next = crate::played::state("withdrawn").unwrap();
    model.report(Report::State(Box::new(next)));
    assert_eq!(model.overlay, None);
    assert!(text(&model).contains("1 attempt withdrawn"));
    // the next one begins with empty fields
    let next = crate::played::state("already-signed").unwrap();
    model.report(Report::State(Box::new(next)));
    model.input(&Burst::from(WITHDRAW));
    assert!(model.fields().unwrap().fields[0].is_empty());
}

#[test]
fn where_nothing_can_be_withdrawn_it_says_why_and_takes_no_keys() {
    for (name, why) in [
        ("sign-both", "it follows from the plan"),
        ("trusted-root", "there is no content yet"),
        ("confirm", "there is no content yet"),
    ] {
        let mut model = on(name);
        assert!(!text(&model).contains("withdraw"), "{name}: no hint");
        model.input(&Burst::from(&b"\x17"[..]));
        assert!(text(&model).contains(why), "{name}");
        assert!(model.fields().is_none());
        assert!(keys(&mut model, "x\rAA\rBB\r").order.is_none());
        model.input(&Burst::from(&b"\x1b"[..]));
        assert_eq!(model.overlay, None);
    }
    assert!(text(&on("already-signed")).contains("F6 withdraw"));
}

#[test]
fn who_is_still_needed_is_named_on_both_sides_where_people_sign() {
    for (name, words) in [
        (
            "sign-old",
            "old: 2 more of Ada old, Ben, Eve (not here), Chidi (not here);",
        ),
        ("sign-both", "new: 2 more of Ben, Fay, Eve (not here)."),
        (
            "still-missing",
            "old: 1 more of Ben, Eve (not here), Chidi (not here);",
        ),
        (
            "many-keys",
            "new: 1 more of Glex, Hlex, Ilex, Jlex, Klex, Llex, Mlex.",
        ),
    ] {
        let shown = text(&on(name));
        let shown: Vec<&str> = shown.split_whitespace().collect();
        assert!(
            shown.join(" ").contains(words),
            "{name}: {}",
            shown.join(" ")
        );
    }
    assert!(!text(&on("verified")).contains("Still needed"));
    assert!(text(&on("verified")).contains("every threshold is reached"));
}
