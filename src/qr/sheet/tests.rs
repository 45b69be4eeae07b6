use super::*;

fn caption() -> Caption {
    Caption {
        name: "root-<2>.rse".to_owned(),
        packed: Some("2026-11-23T09:00:00Z".to_owned()),
    }
}

fn file(length: u32) -> Vec<u8> {
    (0..length).map(|n| (n * n % 251) as u8).collect()
}

fn codes_on(page: &Page) -> Vec<(usize, usize, usize)> {
    page.items
        .iter()
        .filter_map(|item| match item {
            Item::Code {
                x,
                y,
                module,
                symbol,
            } => Some((*x, *y, module * symbol.width())),
            Item::Words { .. } => None,
        })
        .collect()
}

#[test]
fn a_root_of_five_keys_is_one_page() {
    let sheets = Sheets::new(&file(1774), &caption(), Paper::A4).unwrap();
    assert_eq!((sheets.needed(), sheets.codes()), (9, 12));
    assert_eq!(sheets.pages().len(), 1);
    assert_eq!(codes_on(&sheets.pages()[0]).len(), 12);
}

#[test]
fn everything_is_on_the_page_and_nothing_on_a_quiet_zone() {
    for (paper, lengths) in [
        (Paper::A4, [1, 300, 1774, 16 << 10].as_slice()),
        (Paper::Letter, [40, 3401].as_slice()),
    ] {
        for length in lengths.iter().copied() {
            let sheets = Sheets::new(&file(length), &caption(), paper).unwrap();
            assert!(
                sheets.codes() == 1 || 3 * (sheets.codes() - sheets.needed()) >= sheets.needed()
            );
            for page in sheets.pages() {
                check(page);
            }
        }
    }
}

fn check(page: &Page) {
    let mut boxes = Vec::new();
    for item in &page.items {
        let (x, y, width, height) = match item {
            Item::Words { x, y, scale, words } => {
                (*x, *y, words.chars().count() * scale * 8, scale * 32 / 3)
            }
            Item::Code {
                x,
                y,
                module,
                symbol,
            } => {
                assert!(*module >= 6, "modules of less than half a millimetre");
                let side = (symbol.width() + 8) * module;
                (x - 4 * module, y - 4 * module, side, side)
            }
        };
        assert!(x >= 150 && x + width <= page.width - 150, "{item:?}");
        assert!(y >= 150 && y + height <= page.height - 150, "{item:?}");
        boxes.push((x, y, x + width, y + height));
    }
    for (n, a) in boxes.iter().enumerate() {
        for b in &boxes[..n] {
            let apart = a.2 <= b.0 || b.2 <= a.0 || a.3 <= b.1 || b.3 <= a.1;
            assert!(apart, "{a:?} {b:?}");
        }
    }
}

#[test]
fn names_are_text_and_nothing_else() {
    let caption = Caption {
        name: "a\u{202e}<script>&\"\n".to_owned(),
        packed: None,
    };
    let sheets = Sheets::new(b"x", &caption, Paper::A4).unwrap();
    for text in [sheets.svg()[0].clone(), sheets.html(&caption)] {
        assert!(!text.contains("<script") && !text.contains('\u{202e}'));
        assert!(text.contains("a\\u{202e}&lt;script&gt;&amp;&quot;\\n"));
    }
}

#[test]
fn a_long_name_is_there_in_full() {
    let caption = Caption {
        name: "ß".repeat(255),
        packed: None,
    };
    let sheets = Sheets::new(&file(3401), &caption, Paper::Letter).unwrap();
    sheets.pages().iter().for_each(check);
    assert_eq!(sheets.svg()[0].matches('ß').count(), 255);
}

#[test]
fn what_is_too_long_or_empty_is_refused() {
    let refused = |file: &[u8]| Sheets::new(file, &caption(), Paper::A4).unwrap_err();
    assert_eq!(refused(b""), SheetError::Transfer(TransferError::Empty));
    let got = (16 << 10) + 1;
    assert_eq!(
        refused(&vec![0; got]),
        SheetError::Transfer(TransferError::TooLong { got })
    );
}

#[test]
fn the_same_file_gives_the_same_pages() {
    let make = || Sheets::new(&file(500), &caption(), Paper::A4).unwrap();
    assert_eq!(make().pdf(), make().pdf());
    assert_eq!(make().png(), make().png());
}
