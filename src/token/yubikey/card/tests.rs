use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::*;

/// A card that answers what it was told to, and remembers what it was asked.
pub(in super::super) struct Script {
    replies: VecDeque<Result<Vec<u8>, Broken>>,
    asked: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Transmit for Script {
    fn transmit(
        &mut self,
        command: &[u8],
        reply: &mut [u8; LONGEST_REPLY],
    ) -> Result<usize, Broken> {
        self.asked.lock().unwrap().push(command.to_vec());
        let answer = self.replies.pop_front().unwrap_or(Err(Broken::Removed))?;
        reply[..answer.len()].copy_from_slice(&answer);
        Ok(answer.len())
    }

    fn reset_when_done(&mut self) {
        self.asked.lock().unwrap().push(b"reset".to_vec());
    }
}

/// Bytes of hexadecimal digits.
pub(in super::super) fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.split_whitespace().collect();
    data_encoding::HEXLOWER_PERMISSIVE
        .decode(digits.as_bytes())
        .unwrap()
}

/// The APDUs that were sent.
type Sent = Arc<Mutex<Vec<Vec<u8>>>>;

fn script(replies: &[&str]) -> (Box<Script>, Sent) {
    let asked = Arc::default();
    let replies = replies.iter().map(|reply| Ok(hex(reply))).collect();
    let link = Script {
        replies,
        asked: Arc::clone(&asked),
    };
    (Box::new(link), asked)
}

/// A card of firmware 5.4.3 that answers `replies` once it is open.
pub(in super::super) fn scripted(replies: &[&str]) -> (Card, Arc<Mutex<Vec<Vec<u8>>>>) {
    let opening = ["9000", "050403 9000", "00000007 9000"];
    let (link, asked) = script(&[&opening, replies].concat());
    let card = Card::open(link).unwrap().unwrap();
    asked.lock().unwrap().clear();
    (card, asked)
}

#[test]
fn a_yubikey_is_opened_by_its_own_words() {
    let (link, asked) = script(&["61 02", "0102 9000", "050701 9000", "01151507 9000"]);
    let card = Card::open(link).unwrap().unwrap();
    assert_eq!(
        (card.serial, card.firmware),
        (18_158_855, Firmware([5, 7, 1]))
    );
    assert_eq!(
        *asked.lock().unwrap(),
        [
            hex("00a40400 05 a000000308"),
            hex("00c0000000"),
            hex("00fd000000"),
            hex("00f8000000")
        ]
    );
}

#[test]
fn old_firmware_tells_its_serial_number_elsewhere() {
    let (link, asked) = script(&["9000", "040405 9000", "9000", "00000009 9000", "9000"]);
    assert_eq!(Card::open(link).unwrap().unwrap().serial, 9);
    assert_eq!(asked.lock().unwrap()[3], hex("0001100000"));
}

#[test]
fn what_is_no_yubikey_is_passed_over() {
    for replies in [
        &["6a82"][..],
        &["9000", "6d00"],
        &["9000", "0504 9000"],
        &["9000", "05040300 9000"],
        &["9000", "050403 9000", "6d00"],
        &["9000", "050403 9000", "000007 9000"],
        &["9000", "040405 9000", "6a82", "6d00", "9000"],
    ] {
        assert!(
            Card::open(script(replies).0).unwrap().is_none(),
            "{replies:?}"
        );
    }
}

#[test]
fn a_reply_that_is_none_is_a_failure() {
    for replies in [
        &[""][..],
        &["90"],
        &["9000", ""],
        &["9000", "050403 9000", "07"],
    ] {
        let failed = Card::open(script(replies).0).err();
        assert!(matches!(failed, Some(Broken::Failed(_))), "{replies:?}");
    }
    assert_eq!(Card::open(script(&[]).0).err(), Some(Broken::Removed));
}

#[test]
fn long_answers_are_put_together_and_bounded() {
    let piece = format!("{}6100", "aa".repeat(256));
    let (mut card, asked) = scripted(&[&piece, &piece, "bb 9000"]);
    let reply = card.send(&Command::new(0xf9, 0x9c, 0)).unwrap();
    assert_eq!((reply.body.len(), reply.status), (513, Status::OK));
    assert_eq!(asked.lock().unwrap().len(), 3);

    let (mut card, asked) = scripted(&vec![piece.as_str(); 100]);
    let reply = card.send(&Command::new(0xf9, 0x9c, 0));
    assert!(matches!(reply.err(), Some(Broken::Failed(words)) if words.contains("4096")));
    assert_eq!(asked.lock().unwrap().len(), 17);

    let (mut card, _) = scripted(&["6100"; 100]);
    assert!(card.send(&Command::new(0xf9, 0x9c, 0)).is_err());
}

#[test]
fn a_chain_ends_where_the_card_says_no() {
    let (mut card, asked) = scripted(&["9000", "6982", "9000"]);
    let put = card.put_object(object::PRINTED, &[7; 600]);
    assert!(matches!(
        put,
        Err(Trouble::Refused {
            status: Status::NOT_ALLOWED,
            ..
        })
    ));
    assert_eq!(asked.lock().unwrap().len(), 2);
}

#[test]
fn what_slots_and_objects_hold_is_told_apart() {
    let (mut card, asked) = scripted(&["6a88", "6a82", "01 02 11 9000", "6f00"]);
    assert_eq!(card.metadata(0x9c), Ok(None));
    assert_eq!(card.metadata(0x9c), Ok(None));
    assert!(matches!(
        card.metadata(0x9c),
        Err(Trouble::Malformed { .. })
    ));
    assert!(matches!(card.metadata(0x9c), Err(Trouble::Refused { .. })));
    assert_eq!(asked.lock().unwrap()[0], hex("00f7009c00"));

    let (mut card, asked) = scripted(&["6a82", "5300 9000", "53 02 aa 9000", "9000", "5301aa9000"]);
    assert_eq!(card.object(object::PRINTED), Ok(None));
    assert_eq!(card.object(object::PRINTED), Ok(None));
    for _ in 0..2 {
        let held = card.object(object::PRINTED);
        assert!(matches!(held, Err(Trouble::Malformed { .. })));
    }
    let held = card.object(object::PRINTED).unwrap().unwrap();
    assert_eq!(held.as_slice(), [0xaa]);
    assert_eq!(asked.lock().unwrap()[0], hex("00cb3fff055c035fc109"));
}

#[test]
fn certificates_have_their_places() {
    for (slot, tag) in [
        ("9a", 0x5f_c105),
        ("9c", 0x5f_c10a),
        ("9d", 0x5f_c10b),
        ("9e", 0x5f_c101),
        ("82", 0x5f_c10d),
        ("95", 0x5f_c120),
    ] {
        assert_eq!(certificate_object(Slot::parse(slot).unwrap()), tag);
    }
}

#[test]
fn an_attestation_that_there_is_not_is_none() {
    let (mut card, _) = scripted(&["6a80", "9000", "3000 9000"]);
    assert_eq!(card.attestation(Slot::SIGNATURE), Ok(None));
    assert_eq!(card.attestation(Slot::SIGNATURE), Ok(None));
    assert_eq!(card.attestation(Slot::SIGNATURE), Ok(Some(vec![0x30, 0])));
}
