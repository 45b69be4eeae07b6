use std::path::Path;

use p256::pkcs8::der::Decode as _;

use super::*;
use crate::attest::Attestor;
use crate::authority::{Authority, Chain};
use crate::desk::{Fault, Finger, Lie};
use crate::keys::{self, Private};
use crate::state::{FACTORY_MANAGEMENT, FACTORY_PIN, FACTORY_PUK, Memory};

const OTHER: &[u8] = b"24681357";

fn model(firmware: &str) -> Model {
    Model {
        serial: 4711,
        firmware: firmware.parse().unwrap(),
        form_factor: 1,
    }
}

fn with(firmware: &str, memory: Memory) -> Card {
    let desk = Arc::new(Desk::default());
    let chain = Chain::Short;
    let piv = Piv::new(
        model(firmware),
        memory,
        Arc::clone(&desk),
        &Authority::new(),
        chain,
    );
    let mut card = Card::new(model(firmware), desk, piv.unwrap());
    card.power_on();
    select(&mut card);
    card
}

fn card(firmware: &str) -> Card {
    with(firmware, Memory::factory(firmware.parse().unwrap()))
}

fn select(card: &mut Card) {
    ok(card, &[0, 0xa4, 4, 0], &PIV);
}

/// A command with an extended length; data and status word of the answer.
fn send(card: &mut Card, header: &[u8; 4], data: &[u8]) -> (Vec<u8>, u16) {
    let mut bytes = header.to_vec();
    bytes.extend([0, (data.len() >> 8) as u8, data.len() as u8]);
    bytes.extend_from_slice(data);
    bytes.extend([0, 0]);
    if data.is_empty() {
        bytes = [&header[..], &[0, 0, 0]].concat();
    }
    split(&card.transmit(&bytes).unwrap())
}

fn split(answer: &[u8]) -> (Vec<u8>, u16) {
    let (data, sw) = answer.split_last_chunk().unwrap();
    (data.to_vec(), u16::from_be_bytes(*sw))
}

fn sw(card: &mut Card, header: &[u8; 4], data: &[u8]) -> u16 {
    send(card, header, data).1
}

fn ok(card: &mut Card, header: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let (answer, sw) = send(card, header, data);
    assert_eq!(sw, apdu::OK, "{header:02x?}");
    answer
}

fn verify(card: &mut Card, pin: &[u8]) -> u16 {
    sw(card, &[0, 0x20, 0, 0x80], pin)
}

fn pair(first: &[u8], second: &[u8]) -> Vec<u8> {
    [first, second].concat()
}

/// Shows that the factory's management key is known, the one-sided way.
fn authenticate(card: &mut Card) {
    use aes::cipher::{Block, BlockCipherEncrypt as _, KeyInit as _};
    let algorithm = card.piv.seen().management_algorithm;
    let header = [0, 0x87, algorithm, 0x9b];
    let asked = ok(card, &header, &[0x7c, 2, 0x81, 0]);
    let challenge = &asked[4..];
    let response = if algorithm == 3 {
        let mut block = Block::<des::TdesEde3>::try_from(challenge).unwrap();
        let cipher = des::TdesEde3::new_from_slice(&FACTORY_MANAGEMENT).unwrap();
        cipher.encrypt_block(&mut block);
        block.to_vec()
    } else {
        let mut block = Block::<aes::Aes192>::try_from(challenge).unwrap();
        let cipher = aes::Aes192::new_from_slice(&FACTORY_MANAGEMENT).unwrap();
        cipher.encrypt_block(&mut block);
        block.to_vec()
    };
    let data = tlv::element(0x7c, &tlv::element(0x82, &response));
    ok(card, &header, &data);
}

fn generate(card: &mut Card, slot: u8, algorithm: u8, pin: u8, touch: u8) {
    let data = [
        tlv::element(0x80, &[algorithm]),
        tlv::element(0xaa, &[pin]),
        tlv::element(0xab, &[touch]),
    ]
    .concat();
    ok(card, &[0, 0x47, 0, slot], &tlv::element(0xac, &data));
}

fn sign(card: &mut Card, slot: u8) -> u16 {
    let inner = [tlv::element(0x82, &[]), tlv::element(0x81, &[7; 32])].concat();
    let data = tlv::element(0x7c, &inner);
    sw(card, &[0, 0x87, keys::P256, slot], &data)
}

#[test]
fn wrong_pins_are_counted_until_it_is_blocked_and_the_puk_unblocks_it() {
    let mut card = card("5.4.3");
    assert_eq!(verify(&mut card, b""), 0x63c3);
    assert_eq!(verify(&mut card, OTHER), 0x63c2);
    assert_eq!(verify(&mut card, FACTORY_PIN), apdu::OK);
    assert_eq!(verify(&mut card, b""), apdu::OK);
    for left in [2, 1, 0] {
        assert_eq!(verify(&mut card, OTHER), 0x63c0 | left);
    }
    assert_eq!(verify(&mut card, FACTORY_PIN), apdu::BLOCKED);
    assert_eq!(verify(&mut card, b""), apdu::BLOCKED);
    let reset = [0, 0x2c, 0, 0x80];
    let wrong = pair(OTHER, OTHER);
    assert_eq!(sw(&mut card, &reset, &wrong), 0x63c2);
    ok(&mut card, &reset, &pair(FACTORY_PUK, OTHER));
    assert_eq!(verify(&mut card, OTHER), apdu::OK);
    let seen = card.piv.seen();
    assert_eq!((seen.pin_tries, seen.puk_tries), (3, 3));
    assert_eq!((seen.verifications, seen.wrong_pins), (7, 5));
    assert!(!seen.pin_factory && seen.puk_factory);
}

#[test]
fn a_pin_of_the_wrong_form_costs_no_try() {
    let mut card = card("5.4.3");
    assert_eq!(verify(&mut card, b"123456"), apdu::WRONG_DATA);
    let change = [0, 0x24, 0, 0x80];
    for new in [b"12345\xff\xff\xff", b"123456\xff7"] {
        let data = pair(FACTORY_PIN, new);
        assert_eq!(sw(&mut card, &change, &data), apdu::WRONG_DATA);
    }
    assert_eq!(verify(&mut card, b""), 0x63c3);
    ok(&mut card, &change, &pair(FACTORY_PIN, OTHER));
    ok(&mut card, &[0, 0x24, 0, 0x81], &pair(FACTORY_PUK, OTHER));
    let seen = card.piv.seen();
    assert!(!seen.pin_factory && !seen.puk_factory);
}

#[test]
fn a_reset_wants_both_blocked_and_leaves_the_attestation_key() {
    let mut card = card("5.7.1");
    authenticate(&mut card);
    generate(&mut card, 0x9c, keys::P256, 3, 1);
    let device = ok(&mut card, &[0, 0xcb, 0x3f, 0xff], &[0x5c, 3, 0x5f, 0xff, 1]);
    assert_eq!(sw(&mut card, &[0, 0xfb, 0, 0], &[]), apdu::CONDITIONS);
    for _ in 0..3 {
        verify(&mut card, OTHER);
        sw(&mut card, &[0, 0x2c, 0, 0x80], &pair(OTHER, OTHER));
    }
    ok(&mut card, &[0, 0xfb, 0, 0], &[]);
    let seen = card.piv.seen();
    assert!(seen.slots.is_empty() && seen.pin_tries == 3 && seen.puk_tries == 3);
    assert_eq!(
        ok(&mut card, &[0, 0xcb, 0x3f, 0xff], &[0x5c, 3, 0x5f, 0xff, 1]),
        device
    );
}

#[test]
fn tries_are_set_with_management_key_and_pin_and_make_both_factory_again() {
    let mut card = card("5.4.3");
    ok(&mut card, &[0, 0x24, 0, 0x80], &pair(FACTORY_PIN, OTHER));
    let set = [0, 0xfa, 5, 8];
    assert_eq!(sw(&mut card, &set, &[]), apdu::SECURITY_STATUS);
    authenticate(&mut card);
    assert_eq!(sw(&mut card, &set, &[]), apdu::SECURITY_STATUS);
    verify(&mut card, OTHER);
    ok(&mut card, &set, &[]);
    let seen = card.piv.seen();
    assert_eq!((seen.pin_tries, seen.puk_tries), (5, 8));
    assert!(seen.pin_factory && seen.puk_factory);
    let told = ok(&mut card, &[0, 0xf7, 0, 0x80], &[]);
    assert_eq!(told, [1, 1, 0xff, 5, 1, 1, 6, 2, 5, 5]);
}

#[test]
fn the_management_key_goes_with_the_firmware_and_can_be_changed() {
    for (firmware, algorithm) in [("5.4.3", 3), ("5.7.1", 10)] {
        let mut card = card(firmware);
        let told = ok(&mut card, &[0, 0xf7, 0, 0x9b], &[]);
        assert_eq!(told, [1, 1, algorithm, 2, 2, 0, 1, 5, 1, 1]);
        let new = [&[12, 0x9b, 32][..], &[9; 32]].concat();
        let set = [0, 0xff, 0xff, 0xff];
        assert_eq!(sw(&mut card, &set, &new), apdu::SECURITY_STATUS);
        authenticate(&mut card);
        assert_eq!(sw(&mut card, &set, &new[..20]), apdu::WRONG_DATA);
        ok(&mut card, &set, &new);
        let seen = card.piv.seen();
        assert!(!seen.management_factory && seen.management_algorithm == 12);
        // the old kind of key is no longer spoken of
        let old = [0, 0x87, algorithm, 0x9b];
        let ask = [0x7c, 2, 0x80, 0];
        assert_eq!(sw(&mut card, &old, &ask), apdu::WRONG_DATA);
    }
    let mut old = card("5.3.0");
    authenticate(&mut old);
    let new = [&[12, 0x9b, 32][..], &[9; 32]].concat();
    assert_eq!(sw(&mut old, &[0, 0xff, 0xff, 0xff], &new), apdu::WRONG_DATA);
}

#[test]
fn a_wrong_answer_to_the_challenge_is_refused_and_so_is_an_old_one() {
    let mut card = card("5.7.1");
    let header = [0, 0x87, 10, 0x9b];
    let wrong = tlv::element(0x7c, &tlv::element(0x82, &[7; 16]));
    assert_eq!(sw(&mut card, &header, &wrong), apdu::WRONG_DATA);
    ok(&mut card, &header, &[0x7c, 2, 0x81, 0]);
    assert_eq!(sw(&mut card, &header, &wrong), apdu::SECURITY_STATUS);
    ok(&mut card, &header, &[0x7c, 2, 0x80, 0]);
    let both = [tlv::element(0x80, &[7; 16]), tlv::element(0x81, &[7; 16])].concat();
    let wrong = tlv::element(0x7c, &both);
    assert_eq!(sw(&mut card, &header, &wrong), apdu::SECURITY_STATUS);
    assert_eq!(
        sw(&mut card, &[0, 0x47, 0, 0x9c], &[0xac, 3, 0x80, 1, 0x11]),
        apdu::SECURITY_STATUS
    );
}

#[test]
fn pin_policies_are_kept() {
    let mut card = card("5.4.3");
    authenticate(&mut card);
    for (slot, policy) in [(0x9a, 2), (0x9c, 3), (0x9e, 1)] {
        generate(&mut card, slot, keys::P256, policy, 1);
    }
    assert_eq!(sign(&mut card, 0x9e), apdu::OK);
    assert_eq!(sign(&mut card, 0x9a), apdu::SECURITY_STATUS);
    verify(&mut card, FACTORY_PIN);
    assert_eq!(sign(&mut card, 0x9c), apdu::OK);
    assert_eq!(sign(&mut card, 0x9c), apdu::SECURITY_STATUS);
    assert_eq!(sign(&mut card, 0x9a), apdu::OK);
    verify(&mut card, FACTORY_PIN);
    ok(&mut card, &[0, 0xfd, 0, 0], &[]);
    assert_eq!(sign(&mut card, 0x9c), apdu::SECURITY_STATUS);
    // another application, a reset: it forgets PIN and management key
    verify(&mut card, FACTORY_PIN);
    ok(&mut card, &[0, 0xa4, 4, 0], &MANAGEMENT);
    select(&mut card);
    assert_eq!(sign(&mut card, 0x9a), apdu::SECURITY_STATUS);
    verify(&mut card, FACTORY_PIN);
    card.power_on();
    assert_eq!(sign(&mut card, 0x9a), apdu::NO_COMMAND);
    select(&mut card);
    assert_eq!(sign(&mut card, 0x9a), apdu::SECURITY_STATUS);
    assert_eq!(card.piv.seen().signatures, 3);
}

#[test]
fn touch_policies_are_kept() {
    let mut card = card("5.4.3");
    authenticate(&mut card);
    generate(&mut card, 0x9a, keys::P256, 1, 2);
    generate(&mut card, 0x9e, keys::P256, 1, 3);
    assert_eq!(sign(&mut card, 0x9a), apdu::OK);
    card.desk.change(|table| table.finger = Finger::Deny);
    assert_eq!(sign(&mut card, 0x9a), apdu::SECURITY_STATUS);
    // touched a moment ago
    assert_eq!(sign(&mut card, 0x9e), apdu::OK);
    card.power_on();
    select(&mut card);
    assert_eq!(sign(&mut card, 0x9e), apdu::SECURITY_STATUS);
    let seen = card.piv.seen();
    assert_eq!((seen.signatures, seen.touches), (2, 3));
}

#[test]
fn what_a_firmware_does_not_know_it_refuses() {
    let mut four = card("4.4.5");
    assert_eq!(sw(&mut four, &[0, 0xf7, 0, 0x9c], &[]), apdu::NO_COMMAND);
    assert_eq!(sw(&mut four, &[0, 0xf8, 0, 0], &[]), apdu::NO_COMMAND);
    let mut five = card("5.4.3");
    authenticate(&mut five);
    assert_eq!(sw(&mut five, &[0, 0xf6, 0xff, 0x9c], &[]), apdu::NO_COMMAND);
    let ed25519 = [0xac, 3, 0x80, 1, keys::ED25519];
    assert_eq!(
        sw(&mut five, &[0, 0x47, 0, 0x9c], &ed25519),
        apdu::WRONG_DATA
    );
    assert_eq!(sw(&mut five, &[0, 0xf7, 0, 0x9c], &[]), apdu::NO_KEY);
    assert_eq!(sw(&mut five, &[0, 0x01, 0, 0], &[]), apdu::NO_COMMAND);
}

#[test]
fn keys_are_moved_and_deleted() {
    let mut card = card("5.7.1");
    authenticate(&mut card);
    generate(&mut card, 0x9c, keys::ED25519, 3, 2);
    let before = card.piv.seen().slots["9c"].public.clone();
    ok(&mut card, &[0, 0xf6, 0x82, 0x9c], &[]);
    assert_eq!(card.piv.seen().slots["82"].public, before);
    assert_eq!(sw(&mut card, &[0, 0xf6, 0x82, 0x9c], &[]), apdu::NO_KEY);
    ok(&mut card, &[0, 0xf6, 0xff, 0x82], &[]);
    assert!(card.piv.seen().slots.is_empty());
}

#[test]
fn a_long_answer_comes_in_pieces_and_a_long_command_goes_in_pieces() {
    let mut card = card("5.4.3");
    authenticate(&mut card);
    let content: Vec<u8> = (0..600_u16).map(|n| n as u8).collect();
    let data = [
        tlv::element(0x5c, &[0x5f, 0xc1, 5]),
        tlv::element(0x53, &content),
    ]
    .concat();
    let mut pieces = data.chunks(255).peekable();
    while let Some(piece) = pieces.next() {
        let cla = if pieces.peek().is_some() { 0x10 } else { 0 };
        let bytes = [&[cla, 0xdb, 0x3f, 0xff, piece.len() as u8], piece].concat();
        assert_eq!(split(&card.transmit(&bytes).unwrap()).1, apdu::OK);
    }
    let (mut read, mut sw) = split(
        &card
            .transmit(&[0, 0xcb, 0x3f, 0xff, 5, 0x5c, 3, 0x5f, 0xc1, 5, 0])
            .unwrap(),
    );
    while sw & 0xff00 == 0x6100 {
        let (more, next) = split(&card.transmit(&[0, 0xc0, 0, 0, 0]).unwrap());
        read.extend(more);
        sw = next;
    }
    assert_eq!(sw, apdu::OK);
    assert_eq!(read, tlv::element(0x53, &content));
}

#[test]
fn a_card_remembers_in_its_file() {
    let directory =
        std::env::temp_dir().join(format!("virtual-yubikey-state-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let file = directory.join("card.json");
    let open = |file: &Path| Memory::open(file, Firmware(5, 4, 3)).unwrap();
    let mut first = with("5.4.3", open(&file));
    authenticate(&mut first);
    generate(&mut first, 0x9c, keys::P256, 3, 2);
    verify(&mut first, OTHER);
    let device = ok(
        &mut first,
        &[0, 0xcb, 0x3f, 0xff],
        &[0x5c, 3, 0x5f, 0xff, 1],
    );
    let before = first.piv.seen();
    drop(first);
    let mut second = with("5.4.3", open(&file));
    let after = second.piv.seen();
    assert_eq!((after.pin_tries, after.wrong_pins), (2, 1));
    assert_eq!(after.slots["9c"].public, before.slots["9c"].public);
    assert_eq!(
        ok(
            &mut second,
            &[0, 0xcb, 0x3f, 0xff],
            &[0x5c, 3, 0x5f, 0xff, 1]
        ),
        device
    );
    std::fs::write(&file, "{").unwrap();
    assert!(Memory::open(&file, Firmware(5, 4, 3)).is_err());
    std::fs::remove_dir_all(&directory).unwrap();
}

fn attest(card: &mut Card) -> x509_cert::Certificate {
    let der = ok(card, &[0, 0xf9, 0x9c, 0], &[]);
    x509_cert::Certificate::from_der(&der).unwrap()
}

/// Content of a Yubico extension.
fn extension(certificate: &x509_cert::Certificate, last: &str) -> Vec<u8> {
    let id = format!("1.3.6.1.4.1.41482.3.{last}");
    let extensions = certificate.tbs_certificate().extensions().unwrap();
    let found = extensions.iter().find(|e| e.extn_id.to_string() == id);
    found.unwrap().extn_value.as_bytes().to_vec()
}

fn key_of(certificate: &x509_cert::Certificate) -> Vec<u8> {
    use p256::pkcs8::der::Encode as _;
    let spki = certificate.tbs_certificate().subject_public_key_info();
    spki.to_der().unwrap()
}

#[test]
fn attestations_are_true_until_they_are_told_to_lie() {
    let mut card = card("5.4.3");
    assert_eq!(sw(&mut card, &[0, 0xf9, 0x9c, 0], &[]), apdu::WRONG_DATA);
    authenticate(&mut card);
    generate(&mut card, 0x9c, keys::P384, 3, 2);
    let honest = attest(&mut card);
    let subject = honest.tbs_certificate().subject().to_string();
    assert_eq!(subject, "CN=YubiKey PIV Attestation 9c");
    assert_eq!(extension(&honest, "3"), [5, 4, 3]);
    assert_eq!(extension(&honest, "7"), [2, 2, 0x12, 0x67]);
    assert_eq!(extension(&honest, "8"), [3, 2]);
    assert_eq!(extension(&honest, "9"), [1]);
    let lie = |card: &Card, lie| card.desk.change(|table| table.lies = vec![lie]);

    lie(&card, Lie::Serial(1));
    assert_eq!(extension(&attest(&mut card), "7"), [2, 1, 1]);
    lie(&card, Lie::Key);
    assert_ne!(key_of(&attest(&mut card)), key_of(&honest));
    lie(&card, Lie::Slot);
    let subject = attest(&mut card).tbs_certificate().subject().to_string();
    assert_eq!(subject, "CN=YubiKey PIV Attestation 9a");
    lie(&card, Lie::Policy);
    assert_eq!(extension(&attest(&mut card), "8"), [1, 1]);
    let read = [0, 0xcb, 0x3f, 0xff];
    let device = [0x5c, 3, 0x5f, 0xff, 1];
    let before = ok(&mut card, &read, &device);
    lie(&card, Lie::Chain);
    assert_ne!(ok(&mut card, &read, &device), before);
}

#[test]
fn an_imported_key_is_attested_by_liars_only() {
    let mut card = card("5.7.1");
    authenticate(&mut card);
    let private = Private::generate(keys::P256).unwrap();
    let data = tlv::element(6, &private.secret());
    ok(&mut card, &[0, 0xfe, keys::P256, 0x9c], &data);
    assert_eq!(card.piv.seen().slots["9c"].origin, "imported");
    assert_eq!(sw(&mut card, &[0, 0xf9, 0x9c, 0], &[]), apdu::WRONG_DATA);
    card.desk.change(|table| table.lies = vec![Lie::Imported]);
    assert_eq!(key_of(&attest(&mut card)), private.spki());
}

#[test]
fn a_card_vanishes_before_or_after_it_has_done_its_work() {
    for (mishap, tries) in [(Mishap::VanishesBefore, 3), (Mishap::VanishesAfter, 2)] {
        let mut card = card("5.4.3");
        card.desk.change(|table| {
            table.faults.push(Fault {
                ins: 0x20,
                p2: None,
                nth: 1,
                mishap,
            });
        });
        let bytes = [&[0, 0x20, 0, 0x80, 8], OTHER].concat();
        assert_eq!(card.transmit(&bytes), None);
        assert!(!card.desk.table().present);
        assert_eq!(card.piv.seen().pin_tries, tries);
    }
}

#[test]
fn a_status_word_that_was_wished_for_comes_and_nothing_is_done() {
    let mut card = card("5.4.3");
    card.desk.change(|table| {
        table.faults.push(Fault {
            ins: 0x20,
            p2: None,
            nth: 1,
            mishap: Mishap::Answers(0x6f00),
        });
    });
    assert_eq!(verify(&mut card, OTHER), 0x6f00);
    assert_eq!(verify(&mut card, b""), 0x63c3);
}

#[test]
fn both_chains_lead_to_one_root() {
    let authority = Authority::new();
    let key = Private::generate(keys::P256).unwrap();
    let issuer = |chain| {
        let der = authority.device(&key.spki(), chain, true);
        let certificate = x509_cert::Certificate::from_der(&der).unwrap();
        assert_eq!(extension(&certificate, "10"), [5, 0]);
        certificate.tbs_certificate().issuer().to_string()
    };
    assert_eq!(issuer(Chain::Short), crate::authority::ROOT);
    assert!(issuer(Chain::Long).starts_with("CN=TEST PIV Attestation A 1"));
    assert_eq!(Attestor::new(Chain::Long).chain, Chain::Long);
}
