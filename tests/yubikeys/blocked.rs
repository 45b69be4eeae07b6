//! PINs that are blocked, PUKs that are blocked as well, and the spare that takes over.

use crate::desk::{NOTHING, Spent, WHOLE, ada, begun, ends_well, says, spare, step};
use crate::room::Room;

/// Wrong PINs until none is left.
fn block(room: &mut Room, at: &str) {
    while room.at().1 != "again" {
        if room.at().1 == "secret" {
            room.mistyped
                .insert("keyholder-1".to_owned(), "999999".to_owned());
        }
        room.go_on();
    }
    assert_eq!(room.at().0, step(at));
    says(room, &["THE PIN IS LOCKED"]);
}

card_story! {
    fn a_blocked_pin_is_replaced_with_the_puk(cards: ada(), spare()) {
        let card = cards.card(0);
        let mut room = begun(cards, 1);
        for at in ["generate", "prove", "sign"] {
            room.until(&step(at), "secret");
            let before = Spent::of(card);
            block(&mut room, at);
            let meant = Spent { verifications: 8, wrong: 8, ..NOTHING };
            assert_eq!(before.since(card), meant);
            assert_eq!(card.status().pin_tries, 0);
            // looking costs nothing
            room.types(&["again"]).unwrap();
            assert_eq!(before.since(card), meant);
            room.types(&["unblock"]).unwrap();
            assert_eq!(room.ask().seats.len(), 2);
            room.mistyped.insert("puk of keyholder-1".to_owned(), "11111111".to_owned());
            room.go_on();
            assert_eq!(card.status().puk_tries, 4);
            says(&room, &["PUK", "4 of 5 tries left"]);
            room.types(&["unblock"]).unwrap();
            room.go_on();
            assert_ne!(room.at().1, "again", "{}", room.words());
            let status = card.status();
            assert_eq!((status.pin_tries, status.puk_tries), (8, 5));
        }
        ends_well(&mut room, cards, 0);
        assert_eq!(Spent::of(card).signatures, 3);
    }
}

card_story! {
    fn an_unblocking_that_loses_its_power_is_looked_up(cards: ada(), spare()) {
        let card = cards.card(0);
        let mut room = begun(cards, 1);
        for (at, when) in [("generate", "before"), ("prove", "after")] {
            room.until(&step(at), "secret");
            block(&mut room, at);
            room.types(&["unblock"]).unwrap();
            card.control(&format!("drop 2c {when}"));
            room.go_on();
            assert_eq!(room.at().1, "again", "{}", room.words());
            card.insert();
            room.go_on();
            assert!(room.state().in_doubt.is_none());
            assert_eq!(card.status().puk_tries, 5);
            if when == "before" {
                says(&room, &["THE PIN IS LOCKED"]);
                room.types(&["unblock"]).unwrap();
                room.go_on();
            }
            assert_eq!(card.status().pin_tries, 8);
        }
        ends_well(&mut room, cards, 0);
    }
}

card_story! {
    fn where_the_puk_is_blocked_too_the_spare_takes_over(cards: ada(), spare()) {
        let card = cards.card(0);
        let mut room = begun(cards, 1);
        room.until(&step("prove"), "secret");
        block(&mut room, "prove");
        for left in (0..5u8).rev() {
            room.types(&["unblock"]).unwrap();
            room.mistyped.insert("puk of keyholder-1".to_owned(), "11111111".to_owned());
            room.go_on();
            assert_eq!(card.status().puk_tries, left);
        }
        says(&room, &["PUK BLOCKED"]);
        room.go_on();
        says(&room, &["The PUK is blocked as well"]);
        room.types(&["unblock"]).unwrap_err();
        assert_eq!(Spent::of(card).wrong, 13);
        room.types(&["spare"]).unwrap();
        room.types(&["DEAD 1009"]).unwrap_err();
        room.types(&["DEAD 1001"]).unwrap();
        assert_eq!(room.at(), (step("token"), "insert".to_owned()));
        says(&room, &["serial 1009"]);
        // the dead one is still in its reader
        room.go_on();
        assert_eq!(room.at().1, "again");
        card.remove();
        cards.card(1).insert();
        ends_well(&mut room, cards, 1);
        assert_eq!(NOTHING.since(cards.card(1)), WHOLE);
        assert_eq!(Spent::of(card).signatures, 0);
        assert_eq!(room.state().exceptions.len(), 1);
        crate::desk::no_secret_is_written(&room, cards, 0);
    }
}
