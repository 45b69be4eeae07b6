//! The wrong card in the reader, none, too many, and one that another program holds.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::desk::{NOTHING, Spent, WHOLE, ada, begun, ends_well, says, spare, step, stranger};

card_story! {
    fn a_whole_ceremony_spends_what_it_says(cards: ada(), spare()) {
        let mut room = begun(cards, 1);
        room.until(&step("token"), "insert");
        says(&room, &["insert your YubiKey, serial 1001"]);
        room.until(&step("provision"), "consent");
        says(&room, &["PIN: the factory's; 3 of 3 tries left", "8 tries of the PIN and 5 of the PUK"]);
        room.until(&step("attest"), "attested");
        says(&room, &["chain: ok", "serial: ok", "touch-policy: ok"]);
        ends_well(&mut room, cards, 0);
        let status = cards.card(0).status();
        assert_eq!(NOTHING.since(cards.card(0)), WHOLE);
        assert_eq!((status.pin_tries, status.puk_tries), (8, 5));
        // the spare stayed in its bag
        let spare = cards.card(1).status();
        assert!(spare.pin_factory && spare.slots.is_empty());
    }
}

card_story! {
    fn no_card_is_there(cards: ada(), spare()) {
        let mut room = begun(cards, 1);
        room.until(&step("token"), "insert");
        cards.card(0).remove();
        room.go_on();
        assert_eq!(room.at().1, "again");
        says(&room, &["NO TOKEN", "the YubiKey 1001", "No PIN try was spent"]);
        // once more is as good, and goes round as often as people want
        room.go_on();
        assert_eq!(room.at().1, "again");
        cards.card(0).insert();
        room.go_on();
        assert_eq!(room.at().1, "identified");
        assert_eq!(Spent::of(cards.card(0)), NOTHING);
        ends_well(&mut room, cards, 0);
        assert_eq!(NOTHING.since(cards.card(0)), WHOLE);
    }
}

card_story! {
    fn the_wrong_card_is_there(cards: ada(), spare(), stranger()) {
        let mut room = begun(cards, 2);
        room.until(&step("token"), "insert");
        cards.card(0).remove();
        for (number, words) in [(1, "the spare token of Ada"), (2, "1077")] {
            cards.card(number).insert();
            room.go_on();
            assert_eq!(room.at().1, "again");
            says(&room, &[words]);
            cards.card(number).remove();
            assert_eq!(Spent::of(cards.card(number)), NOTHING);
        }
        cards.card(0).insert();
        ends_well(&mut room, cards, 0);
        assert_eq!(NOTHING.since(cards.card(0)), WHOLE);
    }
}

card_story! {
    fn two_cards_are_there(cards: ada(), spare(), stranger()) {
        let mut room = begun(cards, 2);
        // at the very first look, and before a PIN is asked
        for (at, question) in [("token", "insert"), ("attest", "attested")] {
            room.until(&step(at), question);
            let before = Spent::of(cards.card(0));
            cards.card(2).insert();
            room.go_on();
            assert_eq!(room.at().1, "again", "{}", room.words());
            says(&room, &["TWO TOKENS", "serial 1001 (the token of Ada", "serial 1077 (not in the plan)"]);
            assert_eq!(before.since(cards.card(0)), NOTHING);
            assert_eq!(Spent::of(cards.card(2)), NOTHING);
            cards.card(2).remove();
            room.go_on();
        }
        ends_well(&mut room, cards, 0);
        assert_eq!(NOTHING.since(cards.card(0)), WHOLE);
    }
}

const HOLDER: &str = "ROOTSTAGE_TEST_HOLDER";

/// The program that holds the card in [`another_program_holds_the_card`].
#[test]
#[ignore = "it is run by another test"]
fn holds_a_card() {
    assert!(std::env::var_os(HOLDER).is_some());
    crate::cards::hold();
}

card_story! {
    fn another_program_holds_the_card(cards: ada(), spare()) {
        let mut room = begun(cards, 1);
        // at the first look, while a key is to be made, and while a signature is
        for (at, question) in [("token", "insert"), ("generate", "secret"), ("sign", "secret")] {
            room.until(&step(at), question);
            let before = Spent::of(cards.card(0));
            // under a name that is in no list of programs
            let program = room.home.path().join("card-hoarder");
            let _ = std::fs::remove_file(&program);
            std::os::unix::fs::symlink(std::env::current_exe().unwrap(), &program).unwrap();
            let mut holder = Command::new(&program)
                .args(["readers::holds_a_card", "--exact", "--ignored", "--nocapture"])
                .env(HOLDER, "1")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut said = BufReader::new(holder.stdout.take().unwrap()).lines();
            assert!(said.any(|line| line.unwrap().contains("held")));
            room.go_on();
            assert_eq!(room.at().1, "again", "{}", room.words());
            says(&room, &[&format!("card-hoarder (process {})", holder.id())]);
            assert_eq!(before.since(cards.card(0)), NOTHING);
            drop(holder.stdin.take());
            holder.wait().unwrap();
            std::fs::remove_file(&program).unwrap();
            room.go_on();
            assert_ne!(room.at().1, "again", "{}", room.words());
        }
        ends_well(&mut room, cards, 0);
        assert_eq!(NOTHING.since(cards.card(0)), WHOLE);
    }
}
