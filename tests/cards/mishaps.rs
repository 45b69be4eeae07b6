//! What goes wrong with cards, as programs see it that speak to them through the smart card service.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::cards::{CardRoom, CardSpec};
use crate::installed;

fn room() -> Option<CardRoom> {
    installed("/usr/bin/yubico-piv-tool")?;
    CardRoom::new(&[CardSpec::new(1001)])
}

fn tool(room: &CardRoom, arguments: &str) -> Command {
    let mut command = room.command("yubico-piv-tool");
    command
        .args(arguments.split_whitespace())
        .current_dir(room.home())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn succeeds(room: &CardRoom, arguments: &str) -> bool {
    tool(room, arguments).status().unwrap().success()
}

const GENERATE: &str = "-a generate -s 9a -A ECCP256 --pin-policy=never --touch-policy=always -o p";
const SIGN: &str = "--sign -s 9a -A ECCP256 -H SHA256 -i p -o s -a verify-pin -P 123456";

#[test]
fn a_signature_waits_for_a_touch_and_ends_without_one() {
    let Some(room) = room() else { return };
    let card = room.card(0);
    assert!(succeeds(&room, GENERATE));
    card.touch_wait();
    let mut signing = tool(&room, SIGN).spawn().unwrap();
    card.until("it waits", |status| status.waiting);
    assert!(card.is_waiting() && card.status().signatures == 0);
    card.touch();
    assert!(signing.wait().unwrap().success());
    assert_eq!(card.status().signatures, 1);

    card.touch_timeout(Duration::from_millis(1));
    assert!(!succeeds(&room, SIGN));
    card.touch_deny();
    assert!(!succeeds(&room, SIGN));
    card.touch_timeout(Duration::from_secs(15));
    card.touch_delay(Duration::from_millis(1));
    assert!(succeeds(&room, SIGN));
    let status = card.status();
    assert_eq!((status.signatures, status.touches), (2, 4));
    assert!(!status.waiting);
}

#[test]
fn a_card_that_is_pulled_out_while_it_waits_does_not_sign() {
    let Some(room) = room() else { return };
    let card = room.card(0);
    assert!(succeeds(&room, GENERATE));
    card.touch_wait();
    let mut signing = tool(&room, SIGN).spawn().unwrap();
    card.until("it waits", |status| status.waiting);
    card.remove();
    assert!(!signing.wait().unwrap().success());
    card.insert();
    assert_eq!(card.status().signatures, 0);
    card.touch_auto();
    assert!(succeeds(&room, SIGN));
}

#[test]
fn a_key_may_be_there_after_its_reply_was_lost() {
    let Some(room) = room() else { return };
    let card = room.card(0);
    card.drop_before(0x47);
    assert!(!succeeds(&room, GENERATE));
    assert!(!card.status().present);
    card.insert();
    assert!(card.status().slots.is_empty());
    card.drop_after(0x47);
    assert!(!succeeds(&room, GENERATE));
    card.insert();
    assert!(card.status().slots.contains_key("9a"));
    assert!(succeeds(&room, "-a attest -s 9a -o a"));
}

#[test]
fn a_card_that_is_restarted_remembers() {
    let Some(mut room) = room() else { return };
    assert!(succeeds(&room, GENERATE));
    room.card(0).fail(0x20, 0x6f00, 1);
    assert!(!succeeds(&room, "-a verify-pin -P 123456"));
    assert!(!succeeds(&room, "-a verify-pin -P 654321"));
    let before = room.card(0).status();
    assert_eq!((before.pin_tries, before.verifications), (2, 1));
    room.restart(0);
    assert_eq!(room.card(0).status(), before);
    assert!(succeeds(&room, "-a verify-pin -P 123456"));
}
