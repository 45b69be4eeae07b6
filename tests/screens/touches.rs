//! Touches of tokens: those that are waited for, and those that happen by accident; and the secrets
//! that are typed for tokens.

use rootstage::ceremony::command::Command;
use rootstage::ceremony::effect::Effect;
use rootstage::ceremony::token::TokenName;
use rootstage::ceremony::token::piv::Provisioning;
use rootstage::driver::Report;
use rootstage::ports::Notice;
use rootstage::tui::entry::{Content, Entry, Field};
use rootstage::tui::keys::Burst;
use rootstage::tui::model::{Model, Overlay};
use rootstage::tui::screens::home::Home;
use rootstage::tui::{Colour, GlyphSet, HomeChoice};
use time::Duration;

use crate::behaviour::{SMALL, keys, on};
use crate::samples::{asks, clock, named, settings, text};

/// As it comes from a token: the usual one, one of a short public id, a long one, and one typed with
/// the lock on.
const OTPS: [&str; 4] = [
    "cccccccfhcbelrhifitjtrveenbtnjbvuvhtgnjrkubn\r",
    "fhcbelrhifitjtrveenbtnjbvuvhtgnj\r",
    "cccccccfhcbelrhifitjtrveenbtnjbvuvhtgnjrkubncbde\r",
    "CCCCCCCFHCBELRHIFITJTRVEENBTNJBVUVHTGNJRKUBN\r",
];

/// Each as one read, and as a read for each key.
fn bursts() -> Vec<Vec<&'static str>> {
    OTPS.iter()
        .flat_map(|otp| [vec![*otp], otp.split_inclusive(|_| true).collect()])
        .collect()
}

fn send(model: &mut Model, burst: &[&str]) {
    for part in burst {
        let reaction = model.input(&Burst::from(part.as_bytes()));
        assert!(reaction.order.is_none() && reaction.leave.is_none());
    }
}

/// Where the fields of a screen are.
type Fields = fn(&mut Model) -> &mut Entry;

fn touched_in_every_field(name: &str, model: &mut Model, entry: Fields) {
    for field in 0..entry(model).fields.len() {
        for burst in bursts() {
            // of a long one behind a text, a few characters stay, where they are seen
            let long = burst.concat().len() > 45;
            for before in ["", "12"].into_iter().take(if long { 1 } else { 2 }) {
                entry(model).focus = field;
                entry(model).clear();
                model.input(&Burst::from(before.as_bytes()));
                model.notice = None;
                send(model, &burst);
                let fields = entry(model);
                let left = match fields.fields[field].content {
                    Content::Text(_) => before.len(),
                    // nobody could see what is left of a secret
                    Content::Secret(_) | Content::Veiled => 0,
                };
                assert_eq!(fields.fields[field].chars(), left, "{name} {field}");
                assert_eq!(fields.focus, field, "{name}: its Enter moves nothing");
                let shown = text(model);
                assert!(shown.contains("touched by accident"), "{name}\n{shown}");
            }
        }
        entry(model).clear();
    }
}

#[test]
fn an_accidental_touch_is_taken_out_of_every_field_of_every_question() {
    for (name, _, _) in asks() {
        touched_in_every_field(name, &mut on(name), |model| &mut model.entry);
    }
    for name in ["closed", "aborted", "broken"] {
        touched_in_every_field(name, &mut on(name), |model| &mut model.done);
    }
}

#[test]
fn an_accidental_touch_is_taken_out_of_every_form() {
    let forms: [(&str, &str, Fields); 4] = [
        ("exception", "\x1bOQ", |model| &mut model.drafts[0]),
        ("skip", "\x1bOR", |model| &mut model.drafts[1]),
        ("abort", "\x1b[19~", |model| &mut model.drafts[2]),
        ("withdraw", "\x1b[17~", |model| &mut model.drafts[3]),
    ];
    for (name, key, entry) in forms {
        let mut model = on("already-signed");
        model.input(&Burst::from(key.as_bytes()));
        assert!(model.overlay.is_some(), "{name}");
        touched_in_every_field(name, &mut model, entry);
        assert!(model.overlay.is_some(), "{name}");
    }
}

#[test]
fn an_accidental_touch_does_nothing_where_no_field_has_focus() {
    for name in ["halted", "working", "touch"] {
        for burst in bursts() {
            let mut model = on(name);
            send(&mut model, &burst);
            assert_eq!((model.overlay, model.help), (None, false), "{name}");
        }
    }
    for key in ["\x1bOP", "\x1bOS", "\x1b[15~", "\x03"] {
        for burst in bursts() {
            let mut model = on("pin");
            model.input(&Burst::from(key.as_bytes()));
            let before = (model.overlay, model.help);
            send(&mut model, &burst);
            assert_eq!((model.overlay, model.help), before);
            assert!(model.entry.fields.iter().all(Field::is_empty));
        }
    }
}

/// It began while the token was at work, and its end came when the question was there.
#[test]
fn an_accidental_touch_over_two_screens_is_known() {
    let mut model = on("working");
    let (begin, end) = OTPS[0].split_at(30);
    model.input(&Burst::from(begin.as_bytes()));
    let state = model.state.clone();
    model.report(Report::State(Box::new(state)));
    send(&mut model, &[end]);
    assert!(model.entry.fields.iter().all(Field::is_empty));
    assert_eq!(model.entry.focus, 0);
    assert!(text(&model).contains("touched by accident"));
}

#[test]
fn what_a_person_types_is_left_alone() {
    // a long word of the sixteen characters, and Enter
    let mut model = on("confirm");
    model.input(&Burst::from(
        &b"\x1bOQbehind the needle curtain: drundelfinger\r"[..],
    ));
    assert_eq!(model.drafts[0].focus, 1);
    assert!(model.drafts[0].text(0).ends_with("drundelfinger"));
    // a path that ends with one of the sixteen, right before a touch
    let mut model = on("confirm");
    model.input(&Burst::from(&b"\x1bOQthe bell"[..]));
    model.input(&Burst::from(OTPS[0].as_bytes()));
    assert_eq!(model.drafts[0].text(0), "the bell");
    // right after a touch without Enter, initials and the person's own Enter
    let mut model = on("confirm");
    model.input(&Burst::from(&OTPS[0].as_bytes()[..44]));
    model.input(&Burst::from(&b"WW\r"[..]));
    assert_eq!(model.entry.fields[0].text(), "WW");
    assert_eq!(model.entry.focus, 1);
}

#[test]
fn the_home_screen_knows_accidental_touches() {
    for burst in bursts().into_iter().filter(|b| b.concat().len() <= 45) {
        let mut home = Home::new(
            settings(GlyphSet::Unicode, Colour::Sixteen),
            SMALL,
            String::new(),
        );
        let typed = |home: &mut Home, text: &str| home.input(&Burst::from(text.as_bytes()));
        for part in &burst {
            assert_eq!(typed(&mut home, part), None, "nothing is chosen");
        }
        assert!(home.notice.contains("touched by accident"));
        assert_eq!(typed(&mut home, "1/plan.toml"), None);
        home.notice.clear();
        for part in &burst {
            assert_eq!(typed(&mut home, part), None);
        }
        assert!(home.notice.contains("touched by accident"));
        let chosen = typed(&mut home, "\r/d\r");
        let (plan, dir) = ("/plan.toml".to_owned(), "/d".to_owned());
        assert_eq!(chosen, Some(HomeChoice::Start { plan, dir }));
    }
}

fn wanted(seconds: u16) -> Report {
    Report::Notice(Notice::TouchWanted {
        token: TokenName("yubikey:18158855".to_owned()),
        seconds,
    })
}

#[test]
fn seconds_are_counted_only_while_a_touch_is_waited_for() {
    let mut model = on("working");
    assert!(model.touch.is_none());
    model.report(wanted(15));
    let begun = clock();
    for (gone, left, next) in [
        (0, 15, Some(1000)),
        (1, 15, Some(999)),
        (999, 15, Some(1)),
        (1000, 14, Some(1000)),
        (14_999, 1, Some(1)),
        (15_000, 0, None),
        (3_600_000, 0, None),
        // the clock was set back
        (-5000, 15, Some(1000)),
    ] {
        let now = begun + Duration::milliseconds(gone);
        let touch = model.touch.as_ref().unwrap();
        assert_eq!(touch.left(now), left, "{gone}");
        let next = next.map(std::time::Duration::from_millis);
        assert_eq!(touch.next_change(now), next, "{gone}");
    }
    model.tick(begun + Duration::seconds(14));
    assert!(text(&model).contains(" 1 second left"));
    model.tick(begun + Duration::seconds(15));
    assert!(text(&model).contains("Still waiting for the token"));
    model.report(Report::Notice(Notice::TouchOver));
    assert!(model.touch.is_none());
    let shown = text(&model);
    assert!(shown.contains("WAITING FOR THE TOKEN") && !shown.contains("seconds left"));
}

#[test]
fn whatever_the_driver_says_next_ends_the_touch() {
    let state = on("pin").state;
    for report in [
        Report::State(Box::new(state)),
        Report::Working(Effect::ReadClock),
        Report::Broken("gone".to_owned()),
    ] {
        let mut model = on("touch");
        model.report(report);
        assert!(model.touch.is_none());
        assert!(!text(&model).contains("seconds left"));
    }
}

#[test]
fn nothing_hides_that_a_touch_is_waited_for() {
    let mut model = on("working");
    model.input(&Burst::from(&b"\x1bOQa PIN"[..]));
    model.report(wanted(15));
    assert!(model.overlay.is_none() && text(&model).contains("15 seconds left"));
    // opened again on purpose, it leaves a line
    for key in ["\x1bOQ", "\x03", "\x1bOS", "\x1bOP"] {
        model.input(&Burst::from(key.as_bytes()));
        let shown = text(&model);
        assert!(
            shown.contains("TOUCH NOW: The YubiKey 18158855."),
            "{key:?}\n{shown}"
        );
        model.input(&Burst::from(&b"\x1b"[..]));
        assert!(text(&model).contains("15 seconds left"));
    }
    model.report(Report::Notice(Notice::TouchOver));
    assert_eq!(model.overlay, Some(Overlay::Exception), "it comes back");
    assert_eq!(model.drafts[0].fields[0].text(), "a PIN");
}

#[test]
fn a_touch_is_drawn_at_every_size() {
    for columns in (1..140).step_by(7) {
        for rows in 1..50 {
            let mut model = named("touch", (columns, rows), GlyphSet::Unicode);
            let shown = text(&model);
            assert!(columns < 80 || rows < 24 || shown.contains("9 seconds left"));
            model.resize(SMALL);
            assert!(text(&model).contains("9 seconds left"));
        }
    }
}

#[test]
fn a_yubikey_that_makes_a_key_is_not_to_be_touched() {
    let mut model = on("pin");
    model.report(Report::Working(Effect::Provision {
        token: TokenName("yubikey:18158855".to_owned()),
        act: Provisioning::Reset,
    }));
    assert!(text(&model).contains("do not touch it now"));
}

#[test]
fn a_new_pin_is_typed_twice_and_its_length_is_looked_at_first() {
    for (name, label) in [
        ("new-pin", "New PIN of Alice"),
        ("new-puk", "New PUK of 18158855"),
    ] {
        let mut model = on(name);
        assert!(text(&model).contains(label));
        assert!(text(&model).contains("6 to 8 characters"));
        let people = if name == "new-pin" {
            "AA\r"
        } else {
            "AA\rWW\r"
        };
        for typed in ["12345\r12345\r", "123456789\r123456789\r"] {
            let typed = format!("{typed}{people}");
            let mut model = on(name);
            assert!(keys(&mut model, &typed).order.is_none(), "{name} {typed}");
            assert_eq!(model.entry.focus, 0, "{name} {typed}");
        }
        assert!(
            keys(&mut model, &format!("135790\r135791\r{people}"))
                .order
                .is_none()
        );
        assert!(text(&model).contains("differs so far"), "{}", text(&model));
        assert_eq!(model.entry.focus, 1, "where it differs");
        let rest = if name == "new-pin" {
            "\x7f0\r\r"
        } else {
            "\x7f0\r\r\r"
        };
        let order = keys(&mut model, rest).order.unwrap();
        assert_eq!(order.secret.unwrap().expose(), b"135790");
        assert!(order.new_pin.is_none());
        assert!(model.entry.fields[..2].iter().all(|f| f.chars() == 0));
    }
}

#[test]
fn a_puk_and_a_new_pin_go_out_together() {
    let mut model = on("unblock");
    assert!(text(&model).contains("The PIN is locked."));
    let order = keys(&mut model, "12345678\r135790\r135790\rAA\r")
        .order
        .unwrap();
    assert_eq!(order.secret.unwrap().expose(), b"12345678");
    assert_eq!(order.new_pin.unwrap().expose(), b"135790");
    let Command::Answer(answer) = order.command else {
        panic!()
    };
    assert!(answer.typed.is_empty());
    assert!(model.entry.fields[..3].iter().all(|f| f.chars() == 0));
}

#[test]
fn leaving_and_esc_wipe_what_was_typed_of_a_secret() {
    for name in ["pin", "new-passphrase", "new-pin", "new-puk", "unblock"] {
        for typed in ["\x1b", "\x03\x03"] {
            let mut model = on(name);
            model.input(&Burst::from(&b"135790"[..]));
            assert_eq!(model.entry.fields[0].chars(), 6);
            keys(&mut model, typed);
            assert_eq!(model.entry.fields[0].chars(), 0, "{name} {typed:?}");
        }
    }
}

#[test]
fn tries_are_always_spoken_of() {
    let mut model = on("pin");
    assert!(text(&model).contains("2 tries left"));
    let ask = model.state.asking.as_mut().unwrap();
    if let rootstage::ceremony::ask::Form::Secret(form) = &mut ask.form {
        form.pin.tries_left = None;
        form.pin.count_low = false;
    }
    assert!(text(&model).contains("does not tell how many tries"));
}
