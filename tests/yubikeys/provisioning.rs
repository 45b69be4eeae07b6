//! From the factory's state to the keyholder's: power that goes at every act, cards that are pulled
//! out, cards that somebody had before.

use std::process::Command;

use crate::cards::{Card, CardRoom};
use crate::desk::{
    NOTHING, Spent, WHOLE, ada, begun, ends_well, facts, is_provision, prepared, says, spare, step,
};
use crate::installed;
use crate::room::{PIN, PUK, Room};
use crate::world::What;

/// The acts in their order: the instruction that does it (with its second parameter, where several acts
/// have the same), and how the words call it.
const ACTS: [(&str, &str); 4] = [
    ("fa", "tries"),
    ("24:80", "PIN"),
    ("24:81", "PUK"),
    ("ff", "management key"),
];

/// How many of the acts are done, as the card itself knows.
fn done(card: &Card) -> usize {
    let status = card.status();
    // three and three are the factory's tries
    let tries = (status.pin_tries, status.puk_tries) != (3, 3);
    let done = [
        tries,
        !status.pin_factory,
        !status.puk_factory,
        !status.management_factory,
    ];
    let count = done.iter().take_while(|done| **done).count();
    assert!(done[count..].iter().all(|done| !done), "{status:?}");
    count
}

/// What the step must say of a card with so many acts done, and what it must not.
fn state_is_named(room: &Room, count: usize) {
    let words = format!("{}\n{}", room.words(), facts(room));
    if count == 4 {
        assert_eq!(room.at().1, "provisioned", "{words}");
        for line in [
            "PIN: not the factory's",
            "PUK: not the factory's",
            "Management key: not the factory's",
        ] {
            assert!(words.contains(line), "{line}: {words}");
        }
        return;
    }
    assert_eq!(room.at().1, "consent", "{words}");
    let still = [
        "8 tries of the PIN and 5 of the PUK",
        "a new PIN",
        "a new PUK",
        "a random management key",
    ];
    for (number, act) in still.iter().enumerate() {
        assert_eq!(
            words.contains(act),
            number >= count,
            "{count} {act}: {words}"
        );
    }
    for (number, part) in [(1, "PIN"), (2, "PUK"), (3, "Management key")] {
        let line = if number < count {
            format!("{part}: not the factory's")
        } else {
            format!("{part}: the factory's")
        };
        assert!(words.contains(&line), "{count} {line}: {words}");
    }
    let tries = if count > 0 {
        "8 of 8 tries left"
    } else {
        "3 of 3 tries left"
    };
    assert!(words.contains(tries), "{count} {tries}: {words}");
}

/// Plays up to the act with this number.
fn up_to_act(room: &mut Room, number: usize) {
    match number {
        0 => room.until(&step("provision"), "consent"),
        1 => room.until(&step("provision"), "new-pin"),
        _ => room.until(&step("provision"), "new-puk"),
    };
    if number == 3 {
        // the management key follows the PUK by itself
        assert_eq!(room.at().1, "new-puk");
    }
}

/// At the act with this number the card loses its power before or after it has done it, and so does the
/// program, where that is wished.
fn cut(cards: &CardRoom, number: usize, when: &str, program_too: bool) {
    let card = cards.card(0);
    let mut room = begun(cards, 1);
    up_to_act(&mut room, number);
    card.control(&format!("drop {} {when}", ACTS[number].0));
    if program_too {
        if number == 3 {
            // the second act that begins from here
            room.happens(&step("provision"), is_management, What::PowerCutAfter);
        } else {
            room.happens(&step("provision"), is_provision, What::PowerCutAfter);
        }
        assert!(!room.go_on());
        card.insert();
        room.resume().unwrap();
    } else {
        room.go_on();
        assert_eq!(room.at().1, "again", "{}", room.words());
        assert!(room.state().in_doubt.is_some());
        room.skip(&["VA", "WW"]).unwrap_err();
        card.insert();
        room.go_on();
    }
    assert!(room.state().in_doubt.is_none());
    let count = done(card);
    assert_eq!(count, number + usize::from(when == "after"));
    state_is_named(&room, count);
    ends_well(&mut room, cards, 0);
    let mut meant = WHOLE;
    if (number, when) == (0, "before") {
        // the factory's PIN is shown once more: the tries were not set yet
        meant.verifications += 1;
    }
    assert_eq!(NOTHING.since(card), meant, "{} {when}", ACTS[number].1);
    let status = card.status();
    assert_eq!((status.pin_tries, status.puk_tries), (8, 5));
}

fn is_management(effect: &rootstage::ceremony::effect::Effect) -> bool {
    use rootstage::ceremony::effect::Effect;
    use rootstage::ceremony::token::piv::Provisioning;
    matches!(
        effect,
        Effect::Provision {
            act: Provisioning::ManagementKey { .. },
            ..
        }
    )
}

macro_rules! cuts {
    ($($name:ident: $number:expr, $when:expr, $program:expr;)*) => {
        $(card_story! {
            fn $name(cards: ada(), spare()) {
                cut(cards, $number, $when, $program);
            }
        })*
    };
}

cuts! {
    power_goes_before_the_tries: 0, "before", true;
    power_goes_after_the_tries: 0, "after", true;
    power_goes_before_the_pin: 1, "before", true;
    power_goes_after_the_pin: 1, "after", true;
    power_goes_before_the_puk: 2, "before", true;
    power_goes_after_the_puk: 2, "after", true;
    power_goes_before_the_management_key: 3, "before", true;
    power_goes_after_the_management_key: 3, "after", true;
    the_card_goes_before_the_tries: 0, "before", false;
    the_card_goes_after_the_tries: 0, "after", false;
    the_card_goes_before_the_pin: 1, "before", false;
    the_card_goes_after_the_pin: 1, "after", false;
    the_card_goes_before_the_puk: 2, "before", false;
    the_card_goes_after_the_puk: 2, "after", false;
    the_card_goes_before_the_management_key: 3, "before", false;
    the_card_goes_after_the_management_key: 3, "after", false;
}

/// Yubico's own tool does this with the card, before the ceremony.
fn tool(cards: &CardRoom, arguments: &str) -> Option<()> {
    let program = installed("/usr/bin/yubico-piv-tool")?;
    let mut command: Command = cards.command(program);
    let output = command
        .args(arguments.split_whitespace())
        .current_dir(cards.home())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments}: {said}");
    Some(())
}

/// With a key in slot 9c, and PIN and PUK of its own.
fn used_before(cards: &CardRoom) -> Option<()> {
    tool(cards, "-a generate -s 9c -A ECCP256 -o old.pem")?;
    tool(cards, &format!("-a change-pin -P 123456 -N {PIN}"))?;
    tool(cards, &format!("-a change-puk -P 12345678 -N {PUK}"))
}

card_story! {
    /// It is half of what it should be: PIN and PUK are not the factory's, the management key is.
    fn a_card_that_somebody_began_is_gone_on_with(cards: ada(), spare()) {
        let Some(()) = used_before(cards) else { return };
        let card = cards.card(0);
        let mut room = begun(cards, 1);
        let before = Spent::of(card);
        room.until(&step("provision"), "state");
        says(&room, &["HALF-PROVISIONED", "PIN: not the factory's", "Management key: the factory's", "9c"]);
        assert_eq!(room.ask().seats.len(), 2);
        room.types(&["go-on"]).unwrap();
        // the tries cannot be set any more without a reset, and nobody tries
        room.until(&step("generate"), "overwrite");
        assert_eq!(before.since(card), NOTHING);
        says(&room, &["slot 9c"]);
        assert_eq!(room.ask().seats.len(), 2);
        let old = card.status().slots["9c"].public.clone();
        room.types(&["OVERWRITE 9a OF 1001"]).unwrap_err();
        room.types(&["OVERWRITE 9c OF 1009"]).unwrap_err();
        assert_eq!(card.status().slots["9c"].public, old);
        room.go_on();
        room.until(&step("prove"), "secret");
        assert_ne!(card.status().slots["9c"].public, old);
        ends_well(&mut room, cards, 0);
        let spent = before.since(card);
        assert_eq!((spent.wrong, spent.signatures), (0, 3));
    }
}

card_story! {
    /// All of it is somebody's: kept with a key that is overwritten, or reset to the factory's state.
    fn a_card_that_was_provisioned_before_is_reset(cards: ada(), spare()) {
        let Some(()) = used_before(cards) else { return };
        let card = cards.card(0);
        let mut room = begun(cards, 1);
        room.until(&step("provision"), "state");
        room.types(&["reset"]).unwrap();
        says(&room, &["lost for good"]);
        room.types(&["back"]).unwrap();
        assert_eq!(room.at().1, "state");
        assert_eq!(card.status().pin_tries, 3);
        room.types(&["reset"]).unwrap();
        room.types(&["RESET 1009"]).unwrap_err();
        let before = Spent::of(card);
        room.types(&["RESET 1001"]).unwrap();
        assert_eq!(room.at().1, "consent", "{}", room.words());
        assert!(card.status().slots.is_empty() && card.status().pin_factory);
        // a reset takes place by blocking both, which was meant
        assert!(before.since(card).wrong > 0 || Spent::of(card) == NOTHING);
        let fresh = Spent::of(card);
        ends_well(&mut room, cards, 0);
        assert_eq!(fresh.since(card), WHOLE);
        assert_eq!((card.status().pin_tries, card.status().puk_tries), (8, 5));
    }
}

card_story! {
    /// A reset that loses its power blocks PIN and PUK, and is gone on with.
    fn a_reset_loses_its_power(cards: ada(), spare()) {
        let Some(()) = used_before(cards) else { return };
        let card = cards.card(0);
        for when in ["before", "after"] {
            let mut room = if when == "before" {
                begun(cards, 1)
            } else {
                // the second room has another name in another home
                let mut room = prepared(cards, &crate::desk::plan());
                room.begin().unwrap();
                room
            };
            room.until(&step("provision"), "state");
            room.types(&["reset"]).unwrap();
            card.control(&format!("drop fb {when}"));
            room.types(&["RESET 1001"]).unwrap();
            assert_eq!(room.at().1, "again", "{}", room.words());
            card.insert();
            room.go_on();
            let status = card.status();
            if when == "before" {
                assert_eq!((status.pin_tries, status.puk_tries), (0, 0));
                says(&room, &["THE PIN IS LOCKED", "PUK is blocked as well"]);
                room.types(&["reset"]).unwrap();
                room.types(&["RESET 1001"]).unwrap();
            }
            assert_eq!(room.at().1, "consent", "{when}: {}", room.words());
            assert!(card.status().pin_factory);
            let fresh = Spent::of(card);
            ends_well(&mut room, cards, 0);
            assert_eq!(fresh.since(card), WHOLE);
        }
    }
}
