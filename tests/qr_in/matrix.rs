//! Pictures as cameras take them. The whole matrix is in `benches/scan.rs`.

use rootstage::scan::reader::{Effort, read};

use crate::shots::{Around, Dice, full, rows, take};

/// One picture of each row at three and at four pixels to a module: each is read, and right.
#[test]
fn what_cameras_do_to_symbols_is_read() {
    let mut unread = Vec::new();
    let mut taken = 0;
    for (pixels, version, around) in [(3.0, 12, Around::Dark), (4.0, 5, Around::Light)] {
        for (seed, (name, shot)) in (0..).zip(rows(pixels, around)) {
            let mut dice = Dice(1000 + seed);
            let (symbol, text) = full(version, &mut dice);
            let picture = take(&symbol, &shot, &mut dice);
            taken += 1;
            match &read(&picture, Effort::Thorough)[..] {
                [] => unread.push(format!("{name} at {pixels}")),
                [got] => assert_eq!(*got, text, "{name} at {pixels}: a wrong text"),
                more => panic!("{name}: {} texts out of one symbol", more.len()),
            }
        }
    }
    assert!(
        unread.len() * 20 <= taken,
        "{} of {taken} unread: {unread:?}",
        unread.len()
    );
}

#[test]
fn what_is_not_read_in_one_picture_is_read_in_one_of_the_next() {
    let (_, shot) = rows(3.0, Around::Light)
        .into_iter()
        .find(|(name, _)| *name == "blur 0.45")
        .unwrap();
    let mut dice = Dice(5);
    let (symbol, text) = full(12, &mut dice);
    let picture = take(&symbol, &shot, &mut dice);
    let all: Vec<String> = (0..4)
        .flat_map(|number| read(&picture, Effort::Passing(number)))
        .collect();
    assert!(all.contains(&text));
    assert!(all.iter().all(|got| *got == text));
}

#[test]
fn noise_holds_no_text() {
    let mut dice = Dice(3);
    for (width, height) in [(1, 1), (1, 400), (400, 1), (3, 3), (320, 240)] {
        let pixels = (0..width * height).map(|_| dice.bits() as u8).collect();
        let picture = rootstage::ports::Luma {
            width,
            height,
            pixels,
        };
        assert_eq!(read(&picture, Effort::Thorough), Vec::<String>::new());
    }
    let lie = rootstage::ports::Luma {
        width: usize::MAX,
        height: 2,
        pixels: vec![0; 64],
    };
    assert_eq!(read(&lie, Effort::Thorough), Vec::<String>::new());
}
