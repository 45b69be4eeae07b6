//! Tokens: the wrong one, the locked one, the one that is pulled out.

use rootstage::ceremony::ask::Form;
use rootstage::ceremony::effect::{Effect, Outcome};
use rootstage::ceremony::refusal::Refusal;
use rootstage::ceremony::token::{Fault, PinState, TokenIdentity, TokenKind, TokenName};

use crate::room::Room;
use crate::world::What;

fn identity(serial: &str, pin: PinState) -> Outcome {
    Outcome::Identified(TokenIdentity {
        kind: TokenKind::File,
        serial: serial.to_owned(),
        label: serial.to_owned(),
        manufacturer: "rootstage".to_owned(),
        model: "staged".to_owned(),
        firmware: "1.0".to_owned(),
        piv: None,
        beside: Vec::new(),
        pin,
    })
}

fn is_identify(effect: &Effect) -> bool {
    matches!(effect, Effect::Identify { .. })
}

fn is_sign(effect: &Effect) -> bool {
    matches!(effect, Effect::Sign { .. })
}

fn is_generate(effect: &Effect) -> bool {
    matches!(effect, Effect::Generate { .. })
}

fn pulled() -> Fault {
    Fault::TokenFailed {
        token: TokenName("file:tokens/keyholder-1.age".to_owned()),
        reason: "CKR_DEVICE_REMOVED".to_owned(),
    }
}

#[test]
fn the_token_is_not_there_yet() {
    let mut room = Room::open(2, 2);
    let absent = Fault::TokenAbsent {
        token: TokenName("file:tokens/keyholder-1.age".to_owned()),
        present: vec!["other (77)".to_owned()],
    };
    room.happens(
        "token.keyholder-1",
        is_identify,
        What::Instead(Outcome::Fault(absent)),
    );
    room.until("token.keyholder-1", "again");
    assert!(room.words().contains("other (77)"), "{}", room.words());
    room.go_on();
    assert_eq!(room.at().1, "identified");
    room.to_the_end().audits_clean();
}

#[test]
fn somebody_elses_token_is_named_and_nothing_is_asked_of_it() {
    let mut room = Room::open(2, 2);
    room.happens(
        "sign.keyholder-1",
        is_identify,
        What::Instead(identity("keyholder-2.age", PinState::default())),
    );
    room.until("sign.keyholder-1", "again");
    assert!(
        room.words().contains("WRONG TOKEN") && room.words().contains("Bruno"),
        "{}",
        room.words()
    );
    room.go_on();
    assert_eq!(room.at().1, "consent");
    room.to_the_end().audits_clean();
}

#[test]
fn the_serial_is_the_one_in_the_plan() {
    let plan =
        crate::room::plan(2, 2).replacen("key_label", "serial = \"keyholder-1.age\"\nkey_label", 1);
    let mut room = Room::with_plan(&plan);
    room.happens(
        "generate.keyholder-1",
        is_identify,
        What::Instead(identity("99", PinState::default())),
    );
    room.until("generate.keyholder-1", "again");
    assert!(
        room.words().contains("this one says serial 99"),
        "{}",
        room.words()
    );
    room.to_the_end().audits_clean();
}

#[test]
fn a_wrong_pin_spends_one_try_and_is_asked_again_in_place() {
    let mut room = Room::open(2, 2);
    room.until("sign.keyholder-1", "secret");
    room.mistyped
        .insert("keyholder-1".to_owned(), "cobalt marmelade".to_owned());
    let signs = room.times(is_sign);
    room.go_on();
    assert_eq!(
        room.at(),
        ("sign.keyholder-1".to_owned(), "secret".to_owned())
    );
    assert_eq!(
        room.times(is_sign),
        signs + 1,
        "one try, and no other by itself"
    );
    assert!(
        room.words().to_lowercase().contains("wrong"),
        "{}",
        room.words()
    );
    room.to_the_end().audits_clean();
}

#[test]
fn the_last_try_takes_two_people() {
    let mut room = Room::open(2, 2);
    let low = PinState {
        final_try: true,
        min_len: 4,
        max_len: 64,
        ..PinState::default()
    };
    room.happens(
        "sign.keyholder-1",
        is_identify,
        What::Instead(identity("keyholder-1.age", low)),
    );
    room.until("sign.keyholder-1", "last-try");
    assert_eq!(room.ask().seats.len(), 2);
    let mut alone = room.usual();
    alone.initials = vec!["AK".to_owned(), "AK".to_owned()];
    room.answer(alone).unwrap_err();
    room.go_on();
    assert_eq!(room.at().1, "secret");
    room.to_the_end().audits_clean();
}

#[test]
fn a_locked_token_is_asked_nothing() {
    let mut room = Room::open(3, 2);
    let locked = PinState {
        locked: true,
        ..PinState::default()
    };
    room.happens(
        "sign.keyholder-2",
        is_identify,
        What::Instead(identity("keyholder-2.age", locked)),
    );
    room.until("sign.keyholder-2", "again");
    assert!(room.words().contains("locked"), "{}", room.words());
    room.skip(&["VA", "WW"]).unwrap();
    room.to_the_end().audits_clean();
}

#[test]
fn a_token_pulled_while_signing_leaves_a_doubt_that_people_settle() {
    for done in [false, true] {
        let mut room = Room::open(2, 2);
        room.until("sign.keyholder-1", "secret");
        let what = if done {
            What::DoneBut(pulled())
        } else {
            What::Instead(Outcome::Fault(pulled()))
        };
        room.happens("sign.keyholder-1", is_sign, what);
        let signs = room.times(is_sign);
        room.go_on();
        assert_eq!(room.at().1, "doubt");
        assert!(
            room.words().contains("SIGNATURE FAILED"),
            "{}",
            room.words()
        );
        assert!(!room.words().contains("interrupted"), "{}", room.words());
        // It cannot be walked past, and nothing was repeated.
        assert!(matches!(
            room.skip(&["VA", "WW"]),
            Err(Refusal::NotSkippable { .. })
        ));
        assert_eq!(room.times(is_sign), signs + usize::from(done));
        room.go_on();
        assert_eq!(
            room.at().1,
            "consent",
            "what is signed is typed back once more"
        );
        room.to_the_end().audits_clean();
    }
}

#[test]
fn a_signature_that_does_not_verify_is_no_signature() {
    let mut room = Room::open(2, 2);
    room.until("sign.keyholder-2", "secret");
    room.happens(
        "sign.keyholder-2",
        is_sign,
        What::Instead(Outcome::Signature(vec![0x30; 70])),
    );
    room.go_on();
    assert_eq!(room.at().1, "doubt");
    assert!(room.words().contains("does not verify"), "{}", room.words());
    assert_eq!(room.state().signatures.len(), 1);
    room.to_the_end().audits_clean();
}

#[test]
fn a_token_pulled_while_generating_is_looked_at_first() {
    for made in [true, false] {
        let mut room = Room::open(2, 2);
        room.until("generate.keyholder-1", "secret");
        let what = if made {
            What::DoneBut(pulled())
        } else {
            What::Instead(Outcome::Fault(pulled()))
        };
        room.happens("generate.keyholder-1", is_generate, what);
        room.go_on();
        assert_eq!(room.at().1, "again");
        assert!(room.state().in_doubt.is_some());
        room.go_on();
        assert_eq!(room.at().1, "secret");
        assert!(
            room.words().contains("nothing is generated by looking"),
            "{}",
            room.words()
        );
        room.go_on();
        if made {
            assert_eq!(room.at().1, "adopt");
            assert_eq!(room.ask().seats.len(), 2);
            room.go_on();
        }
        let next = if made {
            "show.keyholder-1"
        } else {
            "generate.keyholder-1"
        };
        assert_eq!(room.at().0, next);
        assert_eq!(room.times(is_generate), usize::from(made));
        room.to_the_end().audits_clean();
        assert_eq!(room.times(is_generate), 2);
    }
}

#[test]
fn a_key_that_was_there_before_is_not_overwritten() {
    let mut room = Room::open(2, 2);
    let file = room.home.path().join("tokens/keyholder-1.age");
    std::fs::write(&file, "something of somebody").unwrap();
    room.until("generate.keyholder-1", "secret");
    room.go_on();
    assert_eq!(room.at().1, "again");
    assert!(room.words().contains("already"), "{}", room.words());
    assert_eq!(std::fs::read(&file).unwrap(), b"something of somebody");
    assert!(matches!(
        room.skip(&["VA", "WW"]),
        Err(Refusal::NotSkippable { .. })
    ));
    // They move it away and go on.
    std::fs::remove_file(&file).unwrap();
    room.to_the_end().audits_clean();
}

#[test]
fn a_found_key_of_another_kind_is_not_taken_for_the_one_that_was_asked_for() {
    let mut room = Room::open(2, 2);
    room.until("generate.keyholder-1", "secret");
    room.happens("generate.keyholder-1", is_generate, What::PowerCutBefore);
    assert!(!room.go_on());
    // Looking finds an Ed25519 key of the same label, that was there before.
    let stranger = rootstage::ceremony::token::TokenKey {
        piv: None,
        algorithm: rootstage::ceremony::token::Algorithm::Ed25519,
        label: "root-1".to_owned(),
        public_pem: String::new(),
        attributes: rootstage::ceremony::token::KeyAttributes::default(),
    };
    room.happens(
        "",
        |e| matches!(e, Effect::FindKey { .. }),
        What::Instead(Outcome::Found(Some(stranger))),
    );
    room.resume().unwrap();
    assert!(matches!(room.ask().form, Form::Secret(_)));
    room.go_on();
    assert!(room.state().keys.is_empty());
    assert_eq!(
        room.at(),
        ("generate.keyholder-1".to_owned(), "consent".to_owned())
    );
    room.to_the_end().audits_clean();
}
