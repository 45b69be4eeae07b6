use super::card::tests::{hex, scripted};
use super::card::{Broken, Card, LONGEST_REPLY, Transmit};
use super::session::Session;
use super::*;
use crate::ceremony::token::piv::{KeyPolicies, PinPolicy, Slot, TouchPolicy};
use crate::ceremony::token::{Algorithm, Present as PresentKey};

const PIN: &str = "648219";

fn name() -> TokenName {
    TokenName("yubikey:7".to_owned())
}

fn secret(text: &str) -> Secret {
    Secret::copied_from(text).unwrap()
}

fn session(token: &TokenName, card: Card) -> Session<'_> {
    Session {
        card,
        token,
        slot: Slot::SIGNATURE,
        beside: Vec::new(),
    }
}

/// Metadata of a P-256 key that was generated with PIN and touch always, and its public half.
fn metadata() -> (String, p256::ecdsa::SigningKey) {
    let key = p256::ecdsa::SigningKey::from_slice(&[7; 32]).unwrap();
    let point = key.verifying_key().to_sec1_point(false);
    let point = data_encoding::HEXLOWER.encode(point.as_bytes());
    (format!("010111 02020302 030101 0443 8641{point} 9000"), key)
}

/// What came of a signature, what people were told meanwhile, the APDUs that were sent.
type Signing = (Result<Vec<u8>, Fault>, Vec<Notice>, Vec<Vec<u8>>);

fn sign(replies: &[&str]) -> Signing {
    let (card, asked) = scripted(replies);
    let token = name();
    let mut notices = Vec::new();
    let signed = super::sign::sign(
        &mut session(&token, card),
        "root",
        None,
        b"message",
        &secret(PIN),
        &mut |notice| notices.push(notice),
    );
    let asked = asked.lock().unwrap().clone();
    (signed, notices, asked)
}

#[test]
fn a_signature_comes_right_after_the_pin_and_is_verified() {
    use p256::ecdsa::signature::Signer as _;
    let (metadata, key) = metadata();
    let signature: p256::ecdsa::Signature = key.sign(b"message");
    let der = signature.to_der();
    let length = der.as_bytes().len();
    let digits = data_encoding::HEXLOWER.encode(der.as_bytes());
    let reply = format!("7c{:02x}82{length:02x}{digits}9000", length + 2);
    let (signed, notices, asked) = sign(&[&metadata, "9000", &reply]);
    assert_eq!(signed.unwrap(), der.as_bytes());
    assert_eq!(
        notices,
        [
            Notice::TouchWanted {
                token: name(),
                seconds: 15
            },
            Notice::TouchOver
        ]
    );
    assert_eq!(asked[1], b"reset");
    assert_eq!(asked[2], hex("00200080 08 363438323139ffff"));
    assert_eq!(asked[3][..10], hex("0087119c26 7c2482008120")[..10]);

    let other = reply.replace(&digits[8..12], "0123");
    let (signed, ..) = sign(&[&metadata, "9000", &other]);
    assert_eq!(signed, Err(Fault::BadSignature { token: name() }));
}

#[test]
fn what_a_card_says_to_a_signature_is_told_apart() {
    let (metadata, _) = metadata();
    let at_pin = |status: &str| sign(&[&metadata, status, "010111 0501 00 9000"]);
    assert!(matches!(
        at_pin("63c2").0,
        Err(Fault::PinWrong { pin, .. }) if pin.tries_left == Some(2) && pin.count_low
    ));
    for blocked in ["63c0", "6983"] {
        let (signed, notices, asked) = at_pin(blocked);
        assert_eq!(signed, Err(Fault::PinLocked { token: name() }));
        assert!(notices.is_empty());
        // the PIN is sent once
        let sent = asked.iter().filter(|apdu| apdu.get(1) == Some(&0x20));
        assert_eq!(sent.count(), 1);
    }
    let at_signature = |reply: &str| sign(&[&metadata, "9000", reply]);
    let (signed, notices, _) = at_signature("6982");
    assert_eq!(signed, Err(Fault::TouchMissed { token: name() }));
    assert_eq!(notices.last(), Some(&Notice::TouchOver));
    for reply in [
        "6f00",
        "9000",
        "7c00 9000",
        "7c0482033001 9000",
        "",
        "90",
        "6100",
    ] {
        let (signed, notices, asked) = at_signature(reply);
        assert!(
            matches!(signed, Err(Fault::TokenFailed { .. })),
            "{reply}: {signed:?}"
        );
        assert_eq!(notices.last(), Some(&Notice::TouchOver));
        let sent = asked.iter().filter(|apdu| apdu.get(1) == Some(&0x87));
        assert_eq!(sent.count(), 1, "{reply}");
    }
    // without a touch policy the same status is no missed touch
    let untouched = metadata.replace("02020302", "02020301");
    let (signed, notices, _) = sign(&[&untouched, "9000", "6982"]);
    assert!(matches!(signed, Err(Fault::TokenFailed { .. })));
    assert!(notices.is_empty());
}

#[test]
fn another_key_or_none_gets_no_pin() {
    let (metadata, _) = metadata();
    let (card, asked) = scripted(&[&metadata]);
    let token = name();
    let other = p256::ecdsa::SigningKey::from_slice(&[8; 32]).unwrap();
    let other = super::super::public_key::PublicKey::P256(*other.verifying_key());
    let expected = other.to_pem().unwrap();
    let signed = super::sign::sign(
        &mut session(&token, card),
        "root",
        Some(&expected),
        b"message",
        &secret(PIN),
        &mut |_| (),
    );
    assert!(matches!(signed, Err(Fault::KeyDiffers { .. })));
    assert_eq!(asked.lock().unwrap().len(), 1);
    assert!(matches!(sign(&["6a88"]).0, Err(Fault::KeyAbsent { .. })));
    let rsa = "010107 02020302 030101 9000";
    assert!(matches!(sign(&[rsa]).0, Err(Fault::Unsupported { .. })));
}

#[test]
fn a_key_is_not_made_where_it_cannot_be() {
    let token = name();
    let generate = |replies: &[&str], request: KeyRequest| {
        let (card, asked) = scripted(replies);
        let made =
            super::generate::generate(&mut session(&token, card), "root", request, &secret(PIN));
        let pin_sent = asked
            .lock()
            .unwrap()
            .iter()
            .any(|apdu| apdu.get(1) == Some(&0x20));
        (made, pin_sent)
    };
    let request = KeyRequest::new(Algorithm::EcdsaP256);
    let ed25519 = KeyRequest::new(Algorithm::Ed25519);
    let (made, sent) = generate(&[], ed25519);
    let words = made.unwrap_err().to_string();
    assert!(
        words.contains("5.7") && words.contains("5.4.3") && !sent,
        "{words}"
    );
    let (made, sent) = generate(&[&metadata().0], request);
    assert!(matches!(made, Err(Fault::KeyExists { .. })) && !sent);
    // no management key behind the PIN, and none of the factory
    let (made, sent) = generate(&["6a88", "6a82", "6a82", "01010c 9000"], request);
    let words = made.unwrap_err().to_string();
    assert!(words.contains("ykman") && !sent, "{words}");
    let overwritten = KeyRequest {
        present: PresentKey::Overwritten,
        policies: Some(KeyPolicies {
            pin: PinPolicy::Once,
            touch: TouchPolicy::Never,
        }),
        ..request
    };
    let factory = "010103 050101 9000";
    let (made, sent) = generate(
        &[&metadata().0, "6a82", factory, "63c1", "6a88"],
        overwritten,
    );
    assert!(matches!(made, Err(Fault::PinWrong { .. })) && sent);
}

/// A card that opens as it should and then answers noise.
struct Noise {
    opening: usize,
    seed: u64,
}

impl Noise {
    fn next(&mut self) -> u64 {
        // xorshift64: the same noise at every run
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed
    }
}

impl Transmit for Noise {
    fn transmit(&mut self, _: &[u8], reply: &mut [u8; LONGEST_REPLY]) -> Result<usize, Broken> {
        let opening = ["9000", "050701 9000", "00000007 9000"];
        let (metadata, _) = metadata();
        let usual = [
            metadata.as_str(),
            "9000",
            "63c2",
            "6a82",
            "6982",
            "6d00",
            "7c0a8008 0102030405060708 9000",
            "7c128010 000102030405060708090a0b0c0d0e0f 9000",
            "53 02 80 00 9000",
            "01010a 050101 9000",
            "6105",
            "",
        ];
        let opened = self.opening == opening.len();
        let mut answer = if let Some(first) = opening.get(self.opening) {
            self.opening += 1;
            hex(first)
        } else {
            let which = usize::try_from(self.next() % 16).unwrap();
            usual.get(which).map_or_else(Vec::new, |usual| hex(usual))
        };
        if opened && self.next().is_multiple_of(4) && !answer.is_empty() {
            let at = usize::try_from(self.next()).unwrap_or_default() % answer.len();
            answer[at] = self.next().to_le_bytes()[0];
        }
        reply[..answer.len()].copy_from_slice(&answer);
        Ok(answer.len())
    }

    fn reset_when_done(&mut self) {}
}

#[test]
fn noise_is_a_fault_and_never_a_panic() {
    let token = name();
    let pin = secret(PIN);
    let both = Secrets {
        secret: Some(&pin),
        new_pin: Some(&pin),
    };
    let acts = [
        Provisioning::Reset,
        Provisioning::Tries { pin: 5, puk: 5 },
        Provisioning::Pin,
        Provisioning::Puk,
        Provisioning::ManagementKey { escrow: Vec::new() },
        Provisioning::Unblock,
    ];
    for seed in 1..400_u64 {
        let open = |offset: u64| {
            let noise = Noise {
                opening: 0,
                seed: (seed * 100 + offset).wrapping_mul(0x9e37_79b9_7f4a_7c15),
            };
            // the first noise comes once it is open
            Card::open(Box::new(noise)).unwrap().unwrap()
        };
        let mut faults = Vec::new();
        faults.extend(session(&token, open(0)).identity().err());
        faults.extend(session(&token, open(1)).evidence("root").err());
        let signed = super::sign::sign(
            &mut session(&token, open(2)),
            "root",
            None,
            b"message",
            &pin,
            &mut |_| (),
        );
        faults.push(signed.unwrap_err());
        let request = KeyRequest {
            present: PresentKey::Overwritten,
            ..KeyRequest::new(Algorithm::Ed25519)
        };
        let mut generating = session(&token, open(3));
        let made = super::generate::generate(&mut generating, "root", request, &pin);
        faults.push(made.unwrap_err());
        for (offset, act) in (4..).zip(&acts) {
            let mut provisioning = session(&token, open(offset));
            let done =
                super::provision::provision(&mut provisioning, act, both, &mut |_, _| Ok(()));
            faults.extend(done.err());
        }
        assert!(faults.iter().all(|fault| !fault.to_string().is_empty()));
        assert!(faults.iter().all(|fault| !fault.to_string().contains(PIN)));
    }
}
