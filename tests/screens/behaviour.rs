//! What keys do, and do not do.

use rootstage::ceremony::command::Command;
use rootstage::ceremony::plan::Mode;
use rootstage::ceremony::refusal::Refusal;
use rootstage::driver::Report;
use rootstage::tui::bindings::BINDINGS;
use rootstage::tui::keys::Burst;
use rootstage::tui::model::{Model, Overlay};
use rootstage::tui::update::Reaction;
use rootstage::tui::{Colour, GlyphSet, Leaving};

use crate::samples::{asks, longest, model, named, settings, state, text};

pub const SMALL: (u16, u16) = (80, 24);

pub fn keys(model: &mut Model, typed: &str) -> Reaction {
    let mut last = Reaction::default();
    for part in typed.split_inclusive(['\r', '\t', '\x03', '\x1b']) {
        last = model.input(&Burst::from(part.as_bytes()));
        if last.order.is_some() || last.leave.is_some() {
            return last;
        }
    }
    last
}

pub fn on(name: &str) -> Model {
    named(name, SMALL, GlyphSet::Unicode)
}

#[test]
fn a_held_enter_passes_nothing() {
    for (name, _, _) in asks() {
        let mut model = on(name);
        for _ in 0..1000 {
            let reaction = model.input(&Burst::from(&b"\r"[..]));
            assert!(
                reaction.order.is_none() && reaction.leave.is_none(),
                "{name}"
            );
        }
    }
    for name in ["closed", "aborted", "broken", "working"] {
        let mut model = on(name);
        let reaction = model.input(&Burst::from(&[b'\r'; 500][..]));
        assert!(
            reaction.order.is_none() && reaction.leave.is_none(),
            "{name}"
        );
    }
}

#[test]
fn no_single_key_sends_anything() {
    for (name, _, _) in asks() {
        for byte in 0_u8..=255 {
            let mut model = on(name);
            let reaction = model.input(&Burst::from(&[byte][..]));
            assert!(
                reaction.order.is_none() && reaction.leave.is_none(),
                "{name} {byte}"
            );
        }
        for binding in BINDINGS {
            let mut model = on(name);
            for key in [
                "\x1bOQ", "\x1bOR", "\x1b[19~", "\x1bOP", "\x1bOS", "\x1b[15~",
            ] {
                assert!(
                    model.input(&Burst::from(key.as_bytes())).order.is_none(),
                    "{name} {}",
                    binding.label
                );
            }
        }
    }
}

#[test]
fn an_answer_takes_every_field() {
    let mut model = on("type-back");
    assert!(
        keys(&mut model, "GENERATE KEY ON 0012\rAA\rWW\r")
            .order
            .is_none()
    );
    assert!(text(&model).contains("✗ differs"));
    // Enter on the last field went to the first one that is wrong
    assert_eq!(model.entry.focus, 0);
    assert!(keys(&mut model, "\x7f1\r\r").order.is_none());
    let order = keys(&mut model, "\r").order.unwrap();
    let Command::Answer(answer) = order.command else {
        panic!()
    };
    assert_eq!(answer.typed, ["GENERATE KEY ON 0011"]);
    assert_eq!(answer.initials, ["AA", "WW"]);
    // sent: nothing more goes out until the driver has spoken
    assert!(keys(&mut model, "AA\rWW\r").order.is_none());
    assert!(text(&model).contains("being put on record"));
}

#[test]
fn keys_behind_the_one_that_sends_are_dropped() {
    let mut model = on("confirm");
    let reaction = model.input(&Burst::from(&b"DD\rWW\r\x1bOQxyz"[..]));
    assert!(reaction.order.is_some() && reaction.flush);
    assert_eq!(model.overlay, None);
}

#[test]
fn a_secret_goes_beside_the_answer_and_is_gone_from_the_form() {
    let mut model = on("pin");
    assert!(
        keys(&mut model, "12345\rBB\r").order.is_none(),
        "too short: no try is spent"
    );
    assert!(text(&model).contains("at least 6"));
    assert!(keys(&mut model, "6\r").order.is_none());
    let order = keys(&mut model, "\r").order.unwrap();
    assert_eq!(order.secret.unwrap().expose(), b"123456");
    let Command::Answer(answer) = order.command else {
        panic!()
    };
    assert!(answer.typed.is_empty());
    assert_eq!(model.entry.fields[0].chars(), 0);
    // refused: the initials are kept, the secret is not
    model.report(Report::Refused(Refusal::SecretMissing {
        holder: rootstage::ceremony::plan::ParticipantId("bob".into()),
    }));
    assert_eq!((model.entry.focus, model.entry.fields[1].text()), (0, "BB"));
}

#[test]
fn a_new_passphrase_is_typed_twice() {
    let mut model = on("new-passphrase");
    assert!(
        keys(&mut model, "correct horse\rcorrect hose\rAA\r")
            .order
            .is_none()
    );
    assert!(text(&model).contains("bits:"));
    assert!(text(&model).contains("differs so far"));
    let mut model = on("new-passphrase");
    let order = keys(&mut model, "correct horse\rcorrect horse\rAA\r")
        .order
        .unwrap();
    assert_eq!(order.secret.unwrap().expose(), b"correct horse");
}

#[test]
fn ctrl_c_asks_and_the_second_one_leaves() {
    for name in ["confirm", "pin", "halted", "working"] {
        let mut model = on(name);
        assert!(keys(&mut model, "\x03").leave.is_none());
        assert!(text(&model).contains("paused and on disk"), "{name}");
        keys(&mut model, "\x1b");
        assert_eq!(model.overlay, None);
        keys(&mut model, "\x03");
        let reaction = keys(&mut model, "\x03");
        assert_eq!(reaction.leave, Some(Leaving::Paused));
        assert_eq!(
            reaction.order.unwrap().command,
            Command::Pause {
                reason: "left".to_owned()
            }
        );
    }
}

#[test]
fn the_end_is_left_by_a_word_only() {
    let mut model = on("aborted");
    assert!(keys(&mut model, "\x03\x03\x1b\r").leave.is_none());
    assert!(keys(&mut model, "DONE\r").leave == Some(Leaving::Aborted));
    assert!(keys(&mut on("closed"), "DONE\r").leave == Some(Leaving::Closed));
    assert!(matches!(
        keys(&mut on("broken"), "DONE\r").leave,
        Some(Leaving::Broken(_))
    ));
}

#[test]
fn the_head_is_in_full_at_every_end() {
    for name in ["closed", "aborted", "broken"] {
        let model = on(name);
        let shown = text(&model);
        let head = model.state.head;
        for part in head.groups().iter().map(String::as_str).chain(head.words()) {
            assert!(shown.contains(part), "{name}: {part}\n{shown}");
        }
        assert!(shown.contains("42 records"), "{name}");
    }
}

#[test]
fn an_abort_takes_two_people_a_reason_and_a_phrase() {
    let mut model = on("confirm");
    assert!(model.input(&Burst::from(&b"\x1b[19~"[..])).order.is_none());
    assert!(text(&model).contains("End the ceremony for good"));
    assert!(
        keys(&mut model, "token lost\rabort ceremony\rAA\rBB\r")
            .order
            .is_none()
    );
    model.input(&Burst::from(&b"\x15"[..]));
    assert!(keys(&mut model, "ABORT CEREMONY\r\r").order.is_none());
    let order = keys(&mut model, "\r").order.unwrap();
    assert_eq!(
        order.command,
        Command::Abort {
            initials: vec!["AA".into(), "BB".into()],
            reason: "token lost".into()
        }
    );
}

#[test]
fn an_exception_is_one_key_away_and_esc_loses_nothing() {
    for (name, _, _) in asks() {
        let mut model = on(name);
        model.input(&Burst::from(&b"\x1bOQ"[..]));
        assert_eq!(model.overlay, Some(Overlay::Exception), "{name}");
        model.input(&Burst::from(&b"a PIN\rthe wrong"[..]));
        model.input(&Burst::from(&b"\x1b"[..]));
        assert_eq!(model.overlay, None);
        model.input(&Burst::from(&b"\x05"[..]));
        let order = keys(&mut model, " one\ragain\rDD\r").order.unwrap();
        let Command::LogException(form) = order.command else {
            panic!()
        };
        assert_eq!(
            (form.expected.as_str(), form.happened.as_str()),
            ("a PIN", "the wrong one")
        );
        let mut next = model.state.clone();
        let exception = rootstage::ceremony::event::Exception {
            number: 1,
            expected: form.expected,
            happened: form.happened,
            decided: form.decided,
            by: vec![],
        };
        next.exceptions.push(exception.into());
        model.report(Report::State(Box::new(next)));
        assert_eq!(model.overlay, None);
        assert!(text(&model).contains("E1 is on record"), "{name}");
    }
}

#[test]
fn skipping_takes_two_people() {
    let mut model = on("confirm");
    model.input(&Burst::from(&b"\x1bOR"[..]));
    let order = keys(&mut model, "a\rb\rc\rAA\rBB\r").order.unwrap();
    let Command::Skip(form) = order.command else {
        panic!()
    };
    assert_eq!(form.initials, ["AA", "BB"]);
}

#[test]
fn a_refusal_is_shown_in_place_and_what_was_typed_is_kept() {
    let mut model = on("words");
    keys(&mut model, "quota\rmiser\rwrong\rDD\rWW\r");
    model.report(Report::Refused(Refusal::WordDiffers {
        of: "plan.toml".into(),
        position: 30,
        typed: "wrong".into(),
    }));
    let shown = text(&model);
    assert!(
        shown.contains("No: Word 30 of plan.toml is not \"wrong\""),
        "{shown}"
    );
    assert!(shown.contains("Nothing was recorded"));
    assert!(shown.contains("[wrong"));
}

#[test]
fn a_new_question_drops_what_was_typed_before_it() {
    let mut model = on("confirm");
    model.input(&Burst::from(&b"DD"[..]));
    let next = state(Mode::Rehearsal, 1, Some(asks()[3].2.clone()));
    let reaction = model.report(Report::State(Box::new(next.clone())));
    assert!(reaction.flush);
    assert!(
        model
            .entry
            .fields
            .iter()
            .all(rootstage::tui::entry::Field::is_empty)
    );
    // the same question once more leaves the fields alone
    model.input(&Burst::from(&b"quota"[..]));
    assert!(!model.report(Report::State(Box::new(next))).flush);
    assert_eq!(model.entry.fields[0].text(), "quota");
}

#[test]
fn a_document_is_read_to_its_end_before_an_answer_counts() {
    let mut model = on("review");
    assert!(keys(&mut model, "APPROVE\rAA\rWW\r").order.is_none());
    assert!(text(&model).contains("was not read to its end"));
    for _ in 0..40 {
        model.input(&Burst::from(&b"\x1b[6~"[..]));
    }
    assert!(text(&model).contains("read to the end"));
    let order = keys(&mut model, "\r").order.unwrap();
    let Command::Answer(answer) = order.command else {
        panic!()
    };
    assert!(answer.read_to_end);
}

#[test]
fn the_longest_question_shows_its_fields_at_every_size() {
    for (columns, rows) in [(80, 24), (81, 30), (100, 26), (120, 40), (118, 34)] {
        let model = model(longest(), 9, (columns, rows), GlyphSet::Unicode);
        let shown = text(&model);
        for field in &model.entry.fields {
            assert!(
                shown.contains(&format!("{} [", field.label)),
                "{columns}x{rows} {}\n{shown}",
                field.label
            );
        }
        for always in [
            "REHEARSAL",
            "14:32 UTC",
            "Step 10 of 22",
            "next: ",
            "Signatures 0/2",
            "No payload yet",
            "Transcript",
            "F1 help",
        ] {
            assert!(shown.contains(always), "{columns}x{rows} {always}\n{shown}");
        }
    }
}

#[test]
fn a_long_refusal_hides_no_field() {
    let mut model = model(longest(), 9, SMALL, GlyphSet::Unicode);
    model.report(Report::Refused(Refusal::PhraseDiffers {
        expected: "x ".repeat(300),
        typed: "y ".repeat(300),
    }));
    let shown = text(&model);
    for field in &model.entry.fields {
        assert!(
            shown.contains(&format!("{} [", field.label)),
            "{}\n{shown}",
            field.label
        );
    }
}

#[test]
fn the_rehearsal_is_on_every_screen() {
    for size in [(80, 24), (120, 40), (60, 20), (20, 5)] {
        let mut model = named("pin", size, GlyphSet::Unicode);
        for typed in [
            "", "\x1bOP", "\x1b", "\x1bOQ", "\x1b", "\x1bOR", "\x1b", "\x1bOS", "\x1b", "\x1b[15~",
            "\x1b", "\x1b[19~", "\x1b", "\x03",
        ] {
            model.input(&Burst::from(typed.as_bytes()));
            assert!(text(&model).contains("REHEARSAL"), "{size:?} {typed:?}");
        }
    }
    assert!(text(&named("working", SMALL, GlyphSet::Unicode)).contains("REHEARSAL"));
    assert!(text(&on("broken")).contains("REHEARSAL"));
    assert!(!text(&on("production")).contains("REHEARSAL"));
}

#[test]
fn help_shows_every_binding() {
    let mut model = named("confirm", (80, 60), GlyphSet::Unicode);
    model.input(&Burst::from(&b"\x1bOP"[..]));
    let shown = text(&model);
    for binding in BINDINGS {
        assert!(
            shown.contains(binding.label) && shown.contains(binding.help),
            "{}",
            binding.label
        );
    }
}

#[test]
fn too_small_takes_no_answer_and_recovers() {
    let mut model = on("confirm");
    model.input(&Burst::from(&b"DD\rW"[..]));
    model.resize((60, 20));
    assert!(text(&model).contains("Needed: 80 x 24"));
    assert!(model.input(&Burst::from(&b"W\r"[..])).order.is_none());
    model.resize(SMALL);
    assert!(text(&model).contains("[DD"));
    assert!(keys(&mut model, "W\r").order.is_some());
}

#[test]
fn no_size_panics() {
    for columns in (0..140).step_by(23) {
        for rows in (0..50).step_by(7) {
            for name in ["longest", "closed", "working", "pin"] {
                let mut model = named(name, (columns, rows), GlyphSet::Unicode);
                text(&model);
                model.input(&Burst::from(&b"\x1bOP\x1b[6~"[..]));
                text(&model);
            }
        }
    }
}

#[test]
fn hostile_text_does_not_reach_the_screen() {
    let (_, _, mut ask) = asks().remove(0);
    ask.title = "a\u{1b}[2J\u{202e}b".to_owned();
    ask.words.push("c\u{7}d\ne".to_owned());
    ask.facts[0].value = "\u{200b}".to_owned();
    let model = model(ask, 0, SMALL, GlyphSet::Unicode);
    let shown = text(&model);
    assert!(!shown.contains(['\u{1b}', '\u{202e}', '\u{7}', '\u{200b}']));
    assert!(shown.contains("\\u{1b}"));
    let _ = settings(GlyphSet::Ascii, Colour::Mono);
}
