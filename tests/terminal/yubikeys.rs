//! The first root on three `YubiKeys` made of software, from the factory's state to the signed root,
//! played by keys, with all that goes wrong on such a day.

use rustix::process::Signal;

use super::cards::Status;
use super::judges::judges;
use super::player::{Player, Question};
use super::pty::{Kind, LARGE, SMALL, Terminal};
use super::room::{find, rootstage, said};
use super::yubikey_room::{PINS, PUK, WRONG, YubiKeyRoom, files};

const ALICE: &str = "Alice Adams";
const BOB: &str = "Bob Brown";
const CAROL: &str = "Carol Clark";
/// GENERATE ASYMMETRIC KEY PAIR and GENERAL AUTHENTICATE, which signs.
const GENERATE: u8 = 0x47;
const SIGN: u8 = 0x87;

#[test]
fn a_first_root_on_yubikeys_at_80_by_24() {
    first_root(SMALL);
}

#[test]
fn a_first_root_on_yubikeys_at_120_by_40() {
    first_root(LARGE);
}

fn first_root(kind: Kind) {
    let Some(room) = YubiKeyRoom::new() else {
        return;
    };
    half_provisioned(&room, kind);
    let terminal = room.resume(kind);
    let mut player = Player::new(&terminal, &room.people);
    let open = player.question().unwrap();
    assert!(open.fields[0].starts_with("New PUK"), "{:#?}", open.fields);
    player.answer(&open);

    wrong_pin(&room, &mut player);
    untouched(&room, &mut player);
    wrong_token(&room, &mut player);
    pulled_while_generating(&room, &mut player);
    two_tokens(&room, &mut player);
    pulled_while_signing(&room, &mut player);

    let head = room.play_out(&mut player);
    terminal.keys("DONE\r");
    let ended = terminal.end();
    assert!(ended.status.success() && ended.restored, "{}", ended.text);

    let dir = room.dir.to_str().unwrap();
    let audit = rootstage(&["audit", dir, "--expect-head", &head]);
    assert!(audit.status.success(), "{}", said(&audit));
    let signed = room.dir.join("metadata/1.root.json");
    for judge in judges() {
        assert!(judge.accepts(&[&signed]), "{}", judge.name);
    }
    for holder in [ALICE, BOB, CAROL] {
        provisioned(&room.card(holder).status());
    }
    copies_are_kept(&room);
    nowhere(&room);
}

/// Whoever keeps the copies can open each, and finds a management key of AES-256, which is in no file.
fn copies_are_kept(room: &YubiKeyRoom) {
    for holder in [ALICE, BOB, CAROL] {
        let serial = room.card(holder).serial();
        let copy = room.dir.join(format!("out/management-key-{serial}.age"));
        let text = age::decrypt(&room.keeper, &std::fs::read(copy).unwrap()).unwrap();
        let text = String::from_utf8(text).unwrap();
        let begin = format!("rootstage management key of YubiKey {serial}: ");
        let key = text.strip_prefix(&begin).unwrap().trim_end();
        assert_eq!(key.len(), 64);
        for path in files(&room.dir) {
            let bytes = std::fs::read(&path).unwrap();
            assert!(!find(&bytes, key.as_bytes()), "{}", path.display());
        }
    }
}

/// The question for a PIN in this step.
fn pin_in<'a>(step: &'a str, holder: &'a str) -> impl Fn(&Question) -> bool + 'a {
    move |q| q.wants_secret() && q.step.contains(holder) && q.step.contains(step)
}

/// The power goes when the first token has its PIN and not yet its PUK.
fn half_provisioned(room: &YubiKeyRoom, kind: Kind) {
    let terminal = room.run(kind);
    let mut player = Player::new(&terminal, &room.people);
    room.until(&mut player, "Alice's PUK", |q| {
        q.fields[0].starts_with("New PUK")
    });
    let card = room.card(ALICE).status();
    assert!(!card.pin_factory && card.puk_factory && card.management_factory);
    terminal.signal(Signal::KILL);
}

/// The first PIN after provisioning is wrong: one try is spent, the tries are on the screen.
fn wrong_pin(room: &YubiKeyRoom, player: &mut Player<'_>) {
    let secret = room.until(player, "Alice's PIN", pin_in("Key generated", ALICE));
    let before = room.card(ALICE).status();
    player.answer_with(&secret, Some(WRONG));
    let again = player.question().unwrap();
    assert!(again.wants_secret() && again.step == secret.step);
    assert!(
        again.says("wrong") && again.says("2 of 3 tries left"),
        "{:#?}",
        again.body
    );
    let after = room.card(ALICE).status();
    assert_eq!(after.pin_tries, before.pin_tries - 1);
    assert_eq!(after.wrong_pins, before.wrong_pins + 1);
    player.answer(&again);
}

/// Nobody touches the token while it proves that it has the key; then somebody does.
fn untouched(room: &YubiKeyRoom, player: &mut Player<'_>) {
    let secret = room.until(player, "Alice's proof", pin_in("can sign", ALICE));
    let card = room.card(ALICE);
    let before = card.status();
    card.touch_deny();
    player.answer(&secret);
    let missed = player.question().unwrap();
    assert!(missed.says("NO TOUCH SEEN"), "{:#?}", missed.body);
    card.touch_wait();
    let secret = if missed.wants_secret() {
        missed
    } else {
        player.answer(&missed);
        room.until(player, "the PIN again", Question::wants_secret)
    };
    player.answer(&secret);
    let look = player.terminal.see("seconds");
    player.terminal.keep("touch now");
    assert!(look.has(ALICE) && look.has("18158855"), "{}", look.text());
    card.touch();
    card.touch_auto();
    let after = card.status();
    assert_eq!(after.pin_tries, before.pin_tries);
    assert_eq!(after.wrong_pins, before.wrong_pins);
}

/// Bob comes forward with Carol's token.
fn wrong_token(room: &YubiKeyRoom, player: &mut Player<'_>) {
    let insert = room.until(player, "Bob's token", |q| {
        q.step.contains("Bob Brown: Token presented")
    });
    // every token that a secret was for has it now
    no_secret_in_memory(player.terminal);
    room.hand(CAROL);
    player.answer(&insert);
    let wrong = player.question().unwrap();
    assert!(wrong.says("the token of Carol Clark"), "{:#?}", wrong.body);
    assert!(wrong.says("31250001"), "{:#?}", wrong.body);
    room.hand(BOB);
    player.answer(&wrong);
    assert_eq!(room.card(CAROL).status().verifications, 0);
}

/// Bob's token is pulled when the key is made; it is there when it comes back.
fn pulled_while_generating(room: &YubiKeyRoom, player: &mut Player<'_>) {
    let secret = room.until(player, "Bob's PIN", pin_in("Key generated", BOB));
    room.card(BOB).drop_after(GENERATE);
    player.answer(&secret);
    let lost = player.question().unwrap();
    player.terminal.keep("pulled while generating");
    assert!(lost.says("31250001"), "{:#?}", lost.body);
    room.pulled();
    room.hand(BOB);
    player.answer(&lost);
    let adopt = room.until(player, "what the token holds", |q| q.says("A KEY IS THERE"));
    player.choose(&adopt, "adopt");
}

/// When Bob is asked for his token, Carol's is still there.
fn two_tokens(room: &YubiKeyRoom, player: &mut Player<'_>) {
    let insert = room.until(player, "Bob's token", |q| {
        q.step.contains("Bob Brown: Signature")
    });
    assert!(
        insert.says("insert your YubiKey, serial 31250001"),
        "{:#?}",
        insert.body
    );
    room.card(CAROL).insert();
    player.answer(&insert);
    let two = player.question().unwrap();
    for words in [
        "TWO TOKENS",
        "31250001",
        "31250002",
        "the token of Carol Clark",
    ] {
        assert!(two.says(words), "{words}: {:#?}", two.body);
    }
    room.card(CAROL).remove();
    player.answer(&two);
}

/// Carol's token is pulled in the middle of her signature.
fn pulled_while_signing(room: &YubiKeyRoom, player: &mut Player<'_>) {
    let secret = room.until(player, "Carol's PIN", pin_in("Signature", CAROL));
    let before = room.card(CAROL).status();
    room.card(CAROL).drop_after(SIGN);
    player.answer(&secret);
    let doubt = player.question().unwrap();
    player.terminal.keep("pulled while signing");
    assert!(doubt.says("A SIGNATURE FAILED"), "{:#?}", doubt.body);
    room.pulled();
    room.hand(CAROL);
    player.choose(&doubt, "sign-again");
    let secret = room.until(player, "Carol's PIN again", Question::wants_secret);
    player.answer(&secret);
    let after = room.card(CAROL).status();
    assert_eq!(after.wrong_pins, before.wrong_pins);
}

/// Nothing of the factory is left, and the key is made as the plan says.
fn provisioned(card: &Status) {
    assert!(!card.pin_factory && !card.puk_factory && !card.management_factory);
    assert_eq!((card.pin_tries, card.puk_tries), (3, 3));
    let slot = &card.slots["9c"];
    assert_eq!((slot.pin, slot.touch), (3, 2));
    assert_eq!(slot.origin, "generated");
}

fn no_secret_in_memory(terminal: &Terminal) {
    let memory = terminal.memory();
    assert!(
        find(&memory, b"PCSCLITE_CSOCK_NAME="),
        "the search finds nothing at all"
    );
    for secret in [PINS[0], PUK, WRONG] {
        assert!(
            !find(&memory, secret.as_bytes()),
            "{secret} is in memory: {}",
            terminal.around(secret.as_bytes())
        );
    }
}

/// No PIN and no PUK is in any file of the ceremony.
fn nowhere(room: &YubiKeyRoom) {
    for path in files(&room.dir) {
        let bytes = std::fs::read(&path).unwrap();
        for secret in PINS.into_iter().chain([PUK, WRONG]) {
            assert!(!find(&bytes, secret.as_bytes()), "{}", path.display());
        }
    }
}

/// One token at a desk, by the same engine and with a record of its own.
#[test]
fn one_yubikey_is_provisioned_at_a_desk() {
    let Some(mut room) = YubiKeyRoom::new() else {
        return;
    };
    let alone = room.people.all.iter().find(|person| person.name == ALICE);
    let alone = alone.unwrap().clone();
    // whatever the seat, the same person takes it
    room.people.all = vec![alone.clone(), alone];
    room.people.rehearsal = false;
    room.hand(ALICE);
    let dir = room.dir.to_str().unwrap();
    let call = [
        "token",
        "provision",
        "yubikey:18158855",
        "--name",
        ALICE,
        "--initials",
        "AA",
        "--dir",
        dir,
    ];
    let terminal = room.start(SMALL, &call);
    let mut player = Player::new(&terminal, &room.people);
    let head = room.play_out(&mut player);
    terminal.keys("DONE\r");
    let ended = terminal.end();
    assert!(ended.status.success() && ended.restored, "{}", ended.text);
    let audit = rootstage(&["audit", dir, "--expect-head", &head]);
    assert!(audit.status.success(), "{}", said(&audit));
    let card = room.card(ALICE).status();
    assert!(!card.pin_factory && !card.puk_factory && !card.management_factory);
    assert_eq!(card.wrong_pins, 0);
    nowhere(&room);
}
