use std::time::{Duration, Instant};

use super::Receiving;
use crate::ports::{Luma, Sighting};
use crate::qr::Transfer;
use crate::tui::keys::Key;
use crate::tui::scan::Eyes;

fn file(seed: u8) -> Vec<u8> {
    (0..600u16).map(|n| seed ^ (n * 7 % 251) as u8).collect()
}

fn sees(receiving: &mut Receiving, transfer: &Transfer, number: usize) {
    let sighting = Sighting {
        texts: vec![transfer.text(number)],
        preview: Luma::default(),
    };
    receiving.sighting(sighting, Instant::now());
}

#[test]
fn a_scanner_never_works_as_keys() {
    let begun = Instant::now();
    let mut receiving = Receiving::new(Eyes::HandScanner, begun);
    let transfer = Transfer::new(&file(1), 200).unwrap();
    let mut at = begun;
    for number in 0..transfer.needed() {
        for c in transfer.text(number).chars() {
            at += Duration::from_millis(2);
            assert_eq!(receiving.key(Key::Char(c), at), []);
        }
        assert_eq!(receiving.key(Key::Enter, at), []);
        at += Duration::from_millis(700);
        assert_eq!(receiving.idle(at), []);
    }
    assert_eq!(receiving.file(), Some(file(1).as_slice()));
}

#[test]
fn a_person_types_as_always() {
    let begun = Instant::now();
    let mut receiving = Receiving::new(Eyes::HandScanner, begun);
    let mut at = begun + Duration::from_secs(1);
    assert_eq!(receiving.key(Key::Char('V'), at), []);
    assert!(
        receiving
            .waits(at)
            .is_some_and(|wait| wait.as_millis() <= 50)
    );
    at += Duration::from_millis(200);
    assert_eq!(receiving.idle(at), [Key::Char('V')]);
    assert_eq!(receiving.waits(at), None);
    assert_eq!(receiving.key(Key::Char('A'), at), []);
    // what was held back comes before a key that no scanner types
    assert_eq!(
        receiving.key(Key::F(2), at + Duration::from_millis(1)),
        [Key::Char('A'), Key::F(2)]
    );
    assert_eq!(
        receiving.key(Key::Enter, at + Duration::from_secs(1)),
        [Key::Enter]
    );
}

#[test]
fn what_was_refused_is_passed_over_while_it_is_still_shown() {
    let mut receiving = Receiving::new(Eyes::Pictures, Instant::now());
    let (wrong, right) = (file(1), file(2));
    let transfers = [&wrong, &right].map(|file| Transfer::new(file, 4000).unwrap());
    sees(&mut receiving, &transfers[0], 0);
    assert_eq!(receiving.file(), Some(wrong.as_slice()));
    receiving.refuse();
    sees(&mut receiving, &transfers[0], 0);
    assert_eq!(receiving.file(), None);
    sees(&mut receiving, &transfers[1], 0);
    assert_eq!(receiving.file(), Some(right.as_slice()));
}
