use super::*;
use crate::qr::Transfer;
use proptest::prelude::*;

fn frame() -> String {
    let file: Vec<u8> = (0..=255).collect();
    Transfer::new(&file, 400).unwrap().text(0)
}

/// What arrives where a computer takes a US keyboard for one of the rows given.
fn typed(text: &str, keys: &str, arrives: &str) -> String {
    assert_eq!(keys.chars().count(), arrives.chars().count());
    let find = |key: char| keys.chars().zip(arrives.chars()).find(|(us, _)| *us == key);
    text.chars()
        .map(|key| find(key).map_or(key, |(_, arrives)| arrives))
        .collect()
}

/// What is engraved on the keys of a US keyboard, row by row, and what each layout makes of it;
/// first as the scanner types it (shift for letters), then with caps lock or in lower case.
const CAPITALS: &str = "QWERTYUIOPASDFGHJKLZXCVBNM234567";
const SMALL: &str = "qwertyuiopasdfghjklzxcvbnm234567";
const ARRIVES: &[(Layout, &str, &str)] = &[
    (Layout::Us, CAPITALS, SMALL),
    (
        Layout::Qwertz,
        "QWERTZUIOPASDFGHJKLYXCVBNM234567",
        "qwertzuiopasdfghjklyxcvbnm234567",
    ),
    (
        Layout::Azerty,
        "AZERTYUIOPQSDFGHJKLWXCVBN?é\"'(-è",
        "azertyuiopqsdfghjklwxcvbn,é\"'(§è",
    ),
    (
        Layout::Czech,
        "QWERTZUIOPASDFGHJKLYXCVBNMěščřžý",
        "qwertzuiopasdfghjklyxcvbnmľščťžý",
    ),
    (
        Layout::CzechQwerty,
        "QWERTYUIOPASDFGHJKLZXCVBNMěščřžý",
        "qwertyuiopasdfghjklzxcvbnmľščťžý",
    ),
    (
        Layout::Lithuanian,
        "QWERTYUIOPASDFGHJKLZXCVBNMčęėįšų",
        "qwertyuiopasdfghjklzxcvbnmČĘĖĮŠŲ",
    ),
    (Layout::Turkish, SMALL, "qwertyuıopasdfghjklzxcvbnm234567"),
    (
        Layout::Dvorak,
        "\"<>PYFGCRLAOEUIDHTN:QJKXBM234567",
        "',.pyfgcrlaoeuidhtn;qjkxbm234567",
    ),
    (
        Layout::Colemak,
        "QWFPGJLUY:ARSTDHNEIZXCVBKM234567",
        "qwfpgjluy;arstdhneizxcvbkm234567",
    ),
    (
        Layout::Russian,
        "ЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ234567",
        "йцукенгшщзфывапролдячсмить234567",
    ),
];

#[test]
fn a_frame_is_read_under_every_layout_and_the_layout_named() {
    let frame = frame();
    for (layout, shifted, unshifted) in ARRIVES {
        for (keys, arrives) in [(CAPITALS, shifted), (SMALL, unshifted)] {
            let sent = if keys == SMALL {
                frame.to_lowercase()
            } else {
                frame.clone()
            };
            let line = typed(&sent, keys, arrives);
            let Line {
                text,
                layout: found,
            } = read(&line);
            assert_eq!(text.to_uppercase(), frame, "{layout:?}: {line}");
            if *layout != Layout::Turkish || keys == SMALL {
                assert_eq!(found, *layout, "{line}");
            }
        }
    }
    assert_eq!(ARRIVES.len(), Layout::ALL.len());
}

#[test]
fn what_scanners_put_around_is_taken_away() {
    let frame = frame();
    for line in [
        format!("]Q1{frame}"),
        format!("]q3{}\t", frame.to_lowercase()),
        format!("\u{2}{frame}\u{3}\r\n"),
        format!("  {frame} "),
        format!("RSQ {frame}\r"),
    ] {
        let expected = (frame.clone(), Layout::Us);
        let Line { text, layout } = read(&line);
        assert_eq!((text.to_uppercase(), layout), expected, "{line}");
    }
    // German: the bracket arrives as a plus, and the scanner means Y
    let german = typed(&format!("]Q1{frame}"), "YZ]", "ZY+");
    assert_eq!(read(&german).layout, Layout::Qwertz);
}

#[test]
fn a_damaged_line_is_not_a_foreign_one() {
    let frame = frame();
    let short = &frame[..frame.len() - 1];
    for arrives in [CAPITALS, ARRIVES[1].1, ARRIVES[2].1, ARRIVES[7].1] {
        let line = read(&typed(short, CAPITALS, arrives));
        assert_eq!(Frame::parse(&line.text), Err(FrameError::Damaged));
        assert_eq!(line.layout, Layout::Us);
    }
    for other in ["", "https://example.org", "]Q1", "B$2J0400", "yes"] {
        assert_eq!(read(other).text, other);
        assert_eq!(Frame::parse(&read(other).text), Err(FrameError::Foreign));
    }
    let long = "R".repeat(1 << 20);
    assert!(read(&long).text.len() < 5000);
}

#[test]
fn advice_names_the_layout_and_says_that_nothing_is_lost() {
    assert_eq!(Layout::Us.advice(), None);
    for layout in &Layout::ALL[1..] {
        let advice = layout.advice().unwrap();
        assert!(
            advice.starts_with("The scanner types as a US keyboard, this computer takes it for a ")
        );
        assert!(advice.contains("is used"), "{advice}");
    }
}

/// Presses `text` from a time on, with so many milliseconds between the keys.
fn press(burst: &mut Burst, at: &mut u64, gap: u64, text: &str) -> Vec<Typed> {
    let mut typed = Vec::new();
    for character in text.chars() {
        let stroke = match character {
            '\r' | '\n' => Stroke::Enter,
            '\t' => Stroke::Tab,
            character => Stroke::Char(character),
        };
        *at += gap;
        typed.extend(burst.press(*at, stroke));
    }
    typed
}

fn keys(text: &str) -> Vec<Typed> {
    let one = |c| {
        Typed::Keys(vec![if c == '\n' {
            Stroke::Enter
        } else {
            Stroke::Char(c)
        }])
    };
    text.chars().map(one).collect()
}

#[test]
fn a_scan_is_one_line_however_it_ends() {
    let (mut burst, mut at) = (Burst::default(), 1000);
    for end in ["\n", "\t", "\r\n", "\t\n"] {
        let typed = press(&mut burst, &mut at, 4, &format!("RSQABCDEF{end}"));
        assert_eq!(typed, [Typed::Scan("RSQABCDEF".to_owned())], "{end:?}");
        assert_eq!(burst.deadline(), None);
    }
    assert_eq!(press(&mut burst, &mut at, 35, "RSQAXYZ"), []);
    assert_eq!(burst.deadline(), Some(at + 101));
    assert_eq!(burst.idle(at + 100), None);
    assert_eq!(
        burst.idle(at + 101),
        Some(Typed::Scan("RSQAXYZ".to_owned()))
    );
}

#[test]
fn two_scans_without_an_end_are_two_lines() {
    let (mut burst, mut at) = (Burst::default(), 0);
    assert_eq!(press(&mut burst, &mut at, 3, "RSQAONE"), []);
    at += 200;
    let first = press(&mut burst, &mut at, 3, "RSQATWO");
    assert_eq!(first, [Typed::Scan("RSQAONE".to_owned())]);
    assert_eq!(
        burst.idle(at + 200),
        Some(Typed::Scan("RSQATWO".to_owned()))
    );
}

#[test]
fn a_person_is_not_a_scanner() {
    let (mut burst, mut at) = (Burst::default(), 0);
    let mut typed = press(&mut burst, &mut at, 90, "yes, please\nq");
    typed.extend(burst.idle(at + 36));
    assert_eq!(typed, keys("yes, please\nq"));
    // three keys at once are released together
    assert_eq!(press(&mut burst, &mut at, 10, "qwe"), []);
    let together = "qwe".chars().map(Stroke::Char).collect();
    assert_eq!(burst.idle(at + 36), Some(Typed::Keys(together)));
    // a key that is held down is not held back until it is let go
    let typed = press(&mut burst, &mut at, 33, &"j".repeat(60));
    let strokes = typed.iter().map(|typed| match typed {
        Typed::Keys(keys) => keys.len(),
        Typed::Scan(line) => panic!("{line}"),
    });
    assert_eq!(strokes.sum::<usize>(), 60);
}

#[test]
fn the_rest_of_an_interrupted_scan_presses_no_key() {
    let (mut burst, mut at) = (Burst::default(), 0);
    press(&mut burst, &mut at, 3, "RSQABCDEFGH");
    at += 150;
    let typed = press(&mut burst, &mut at, 3, "QY\r\n");
    assert_eq!(typed, [Typed::Scan("RSQABCDEFGH".to_owned())]);
    assert_eq!(burst.idle(at + 300), None);
    // afterwards a person is heard again
    at += 600;
    let mut typed = press(&mut burst, &mut at, 90, "q\n");
    typed.extend(burst.idle(at + 36));
    assert_eq!(typed, keys("q\n"));
}

#[test]
fn a_line_without_end_takes_no_memory() {
    let (mut burst, mut at) = (Burst::default(), 0);
    press(&mut burst, &mut at, 1, &"RSQABC".repeat(5000));
    let Some(Typed::Scan(line)) = burst.idle(at + 101) else {
        panic!("no scan");
    };
    assert!(line.len() < 5000);
}

proptest! {
    #[test]
    fn any_line_is_read(line in "\\PC{0,60}", before in 0usize..40) {
        let frame = frame();
        let _ = read(&line);
        let _ = read(&format!("{}{frame}{line}", "x".repeat(before)));
    }

    /// No stroke is lost or invented: everything is given back, or it was a scan's own.
    #[test]
    fn slow_keys_come_back_as_they_were(text in "[a-z]{1,40}", gap in 36u64..400) {
        let (mut burst, mut at) = (Burst::default(), 0);
        let mut typed = press(&mut burst, &mut at, gap, &text);
        typed.extend(burst.idle(at + 36));
        prop_assert_eq!(typed, keys(&text));
    }
}
