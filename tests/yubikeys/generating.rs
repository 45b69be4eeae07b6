//! A card that goes while it makes a key.

use crate::desk::{ONE_SIGNATURE, Spent, ada, begun, ends_well, is_generate, says, spare, step};
use crate::world::What;

/// What is spent from the question for the PIN on: once to generate, and three signatures.
fn meant(generations: u32) -> Spent {
    Spent {
        verifications: ONE_SIGNATURE.verifications * 3 + generations,
        wrong: 0,
        signatures: 3,
        touches: 3,
    }
}

card_story! {
    /// Nothing was made: the card says that its slot is empty, and the PIN is asked once more.
    fn it_goes_before_the_key_is_made(cards: ada(), spare()) {
        let card = cards.card(0);
        for program_too in [false, true] {
            let mut room = if program_too {
                crate::desk::return_to_factory(card);
                let mut room = crate::desk::prepared(cards, &crate::desk::plan());
                room.begin().unwrap();
                room
            } else {
                begun(cards, 1)
            };
            room.until(&step("generate"), "secret");
            let before = Spent::of(card);
            card.drop_before(0x47);
            if program_too {
                room.happens(&step("generate"), is_generate, What::PowerCutAfter);
            }
            let went_on = room.go_on();
            assert_eq!(went_on, !program_too);
            assert!(card.status().slots.is_empty());
            card.insert();
            if program_too {
                room.resume().unwrap();
            } else {
                assert_eq!(room.at().1, "again", "{}", room.words());
                assert!(room.state().in_doubt.is_some());
                room.go_on();
            }
            assert!(room.state().in_doubt.is_none());
            assert_eq!(room.at().1, "consent", "{}", room.words());
            ends_well(&mut room, cards, 0);
            assert_eq!(before.since(card), meant(2));
        }
    }
}

card_story! {
    /// The key was made and its answer lost: it is found without a PIN, and two people adopt it.
    fn it_goes_after_the_key_is_made(cards: ada(), spare()) {
        let card = cards.card(0);
        for program_too in [false, true] {
            let mut room = if program_too {
                crate::desk::return_to_factory(card);
                let mut room = crate::desk::prepared(cards, &crate::desk::plan());
                room.begin().unwrap();
                room
            } else {
                begun(cards, 1)
            };
            room.until(&step("generate"), "secret");
            let before = Spent::of(card);
            card.drop_after(0x47);
            if program_too {
                room.happens(&step("generate"), is_generate, What::PowerCutAfter);
            }
            room.go_on();
            let made = card.status().slots["9c"].public.clone();
            card.insert();
            if program_too {
                room.resume().unwrap();
            } else {
                assert_eq!(room.at().1, "again", "{}", room.words());
                room.go_on();
            }
            assert_eq!(room.at().1, "adopt", "{}", room.words());
            says(&room, &["A KEY IS THERE"]);
            assert_eq!(room.ask().seats.len(), 2);
            ends_well(&mut room, cards, 0);
            assert_eq!(card.status().slots["9c"].public, made);
            assert_eq!(before.since(card), meant(1));
        }
    }
}
