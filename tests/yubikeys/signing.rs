//! Touches, removals and the last try, where signatures are made.

use std::time::Duration;

use rootstage::ports::Notice;

use crate::desk::{
    NOTHING, ONE_SIGNATURE, Spent, ada, begun, ends_well, is_sign, says, spare, step,
};
use crate::world::What;

card_story! {
    fn a_touch_is_missed_and_then_given_late(cards: ada(), spare()) {
        let card = cards.card(0);
        let mut room = begun(cards, 1);
        for at in ["prove", "sign"] {
            room.until(&step(at), "secret");
            let before = Spent::of(card);
            card.touch_deny();
            for missed in 1..=2 {
                room.go_on();
                assert_eq!(room.at().1, "secret");
                says(&room, &["NO TOUCH SEEN", &format!("Failures in this step: {missed}")]);
                assert_eq!(card.status().pin_tries, 8);
            }
            card.touch_delay(Duration::from_millis(700));
            room.go_on();
            assert_ne!(room.at(), (step(at), "secret".to_owned()));
            let meant = Spent { verifications: 3, wrong: 0, signatures: 1, touches: 3 };
            assert_eq!(before.since(card), meant);
            card.touch_auto();
        }
        ends_well(&mut room, cards, 0);
    }
}

card_story! {
    /// Before the signature is made nothing is signed; after it, it may count and was never seen. Both
    /// are a doubt that two people settle, and one more signature that they meant.
    fn it_goes_at_the_signature(cards: ada(), spare()) {
        let card = cards.card(0);
        let mut room = begun(cards, 1);
        for at in ["prove", "sign"] {
            for (when, made) in [("before", 0), ("after", 1)] {
                for program_too in [false, true] {
                    room.until(&step(at), "secret");
                    let before = Spent::of(card);
                    card.control(&format!("drop 87:9c {when}"));
                    if program_too {
                        room.happens(&step(at), is_sign, What::PowerCutAfter);
                    }
                    room.go_on();
                    let spent = before.since(card);
                    assert_eq!((spent.verifications, spent.wrong, spent.signatures), (1, 0, made));
                    card.insert();
                    if program_too {
                        room.resume().unwrap();
                    } else {
                        says(&room, &["No signature is on record"]);
                    }
                    assert_eq!(room.at().1, "doubt", "{}", room.words());
                    room.go_on();
                    // nothing more is spent until somebody types the PIN once more
                    let spent = before.since(card);
                    assert_eq!((spent.verifications, spent.signatures), (1, made));
                }
            }
            room.until(&step(at), "secret");
            let before = Spent::of(card);
            room.go_on();
            assert_eq!(before.since(card), ONE_SIGNATURE);
        }
        ends_well(&mut room, cards, 0);
        assert_eq!(card.status().pin_tries, 8);
        assert_eq!(Spent::of(card).wrong, 0);
    }
}

card_story! {
    fn the_last_try_takes_two_people(cards: ada(), spare()) {
        let card = cards.card(0);
        let mut room = begun(cards, 1);
        room.until(&step("sign"), "secret");
        let before = Spent::of(card);
        for wrong in 1..=7u8 {
            room.mistyped.insert("keyholder-1".to_owned(), "999999".to_owned());
            room.go_on();
            assert_eq!(card.status().pin_tries, 8 - wrong);
        }
        assert_eq!(room.at().1, "last-try");
        says(&room, &["ONE PIN TRY LEFT"]);
        assert_eq!(room.ask().seats.len(), 2);
        let mut alone = room.usual();
        alone.initials[1] = alone.initials[0].clone();
        room.answer(alone).unwrap_err();
        // what cannot be a PIN is not sent
        room.go_on();
        room.mistyped.insert("keyholder-1".to_owned(), "12345".to_owned());
        room.go_on();
        assert_eq!(card.status().pin_tries, 1);
        room.until(&step("sign"), "secret");
        room.go_on();
        let meant = Spent { verifications: 8, wrong: 7, signatures: 1, touches: 1 };
        assert_eq!(before.since(card), meant);
        ends_well(&mut room, cards, 0);
        assert_eq!(card.status().pin_tries, 8);
    }
}

card_story! {
    /// What the screen needs to say TOUCH NOW comes before the touch, and its end after it.
    fn the_room_is_told_when_to_touch(cards: ada(), spare()) {
        use rootstage::ports::Tokens as _;
        let mut room = begun(cards, 1);
        room.until(&step("sign"), "secret");
        room.power_cut();
        let card = cards.card(0);
        card.touch_wait();
        let mut notices = Vec::new();
        let token = rootstage::ceremony::token::TokenName("yubikey:1001".to_owned());
        let pin = rootstage::secret::Secret::copied_from(crate::room::PIN).unwrap();
        let before = Spent::of(card);
        std::thread::scope(|scope| {
            scope.spawn(|| card.touch());
            let mut tokens = rootstage::token::AllTokens::default();
            let hear = &mut |notice| notices.push(notice);
            tokens.sign(&token, "root", None, b"message", &pin, hear).unwrap();
        });
        assert!(matches!(notices[0], Notice::TouchWanted { .. }), "{notices:?}");
        assert_eq!(notices.last(), Some(&Notice::TouchOver));
        assert_eq!(before.since(card), ONE_SIGNATURE);
        card.touch_auto();
        let before = Spent::of(card);
        room.resume().unwrap();
        assert_eq!(before.since(card), NOTHING);
        ends_well(&mut room, cards, 0);
    }
}
