use data_encoding::HEXLOWER;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{KeyError, KeyId, KeyKind, PublicKey, SignatureError};
use crate::tuf::testing::{IDS, Pair};

mod rsa;

fn pairs() -> [Pair; 3] {
    [Pair::golden(0), Pair::p384(), Pair::ed25519()]
}

fn point(key: &PublicKey) -> String {
    let len = if key.kind() == KeyKind::EcdsaP256 {
        65
    } else {
        97
    };
    HEXLOWER.encode(&key.spki_der()[key.spki_der().len() - len..])
}

#[test]
fn golden_key() {
    let key = Pair::golden(0).public();
    assert_eq!(
        key.spki_pem(),
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE+9A91KfS/nH/JMr6013A8etp+oP+\n\
         YUlQEMilzOEOXi6Pyzhgb0Zd1SDkKgHKx/Ti0O/tnHANQnMDQWkPrwi0zw==\n-----END PUBLIC KEY-----\n"
    );
    assert_eq!(key.key_id().hex(), IDS[0]);
    assert_eq!(Pair::golden(1).public().key_id().hex(), IDS[1]);
}

#[test]
fn every_form_reads_back_as_the_same_key() {
    for pair in pairs() {
        let key = pair.public();
        let pem = key.spki_pem();
        assert_eq!(PublicKey::from_spki_der(key.spki_der()), Ok(key.clone()));
        for text in [
            pem.clone(),
            pem.trim_end().to_owned(),
            pem.replace('\n', "\r\n"),
        ] {
            assert_eq!(PublicKey::from_pem(&text), Ok(key.clone()));
        }
        let text = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<PublicKey>(&text).unwrap(), key);
        let object = key.to_tuf();
        assert_eq!(PublicKey::from_tuf(&object), Ok(key.clone()));
        // written out by hand in `key_id`, by the canonicaliser here
        assert_eq!(KeyId::of(&object), Ok(key.key_id()));
    }
}

#[test]
fn older_spellings_are_the_same_key_under_another_id() {
    for pair in [Pair::golden(0), Pair::p384()] {
        let key = pair.public();
        let mut object = key.to_tuf();
        object["keytype"] = object["scheme"].clone();
        let mut bare = object.clone();
        bare["keyval"]["public"] = Value::from(point(&key));
        let mut no_newline = object.clone();
        no_newline["keyval"]["public"] = Value::from(key.spki_pem().trim_end());
        let mut algorithms = key.to_tuf();
        algorithms["keyid_hash_algorithms"] = json!(["sha256", "sha512"]);
        for other in [object, bare, no_newline, algorithms] {
            let read = PublicKey::from_tuf(&other).unwrap();
            assert_eq!(read.fingerprint(), key.fingerprint());
            assert_ne!(KeyId::of(&other).unwrap(), key.key_id());
        }
    }
}

#[test]
fn a_compressed_point_is_the_same_key() {
    let key = Pair::golden(0).public();
    let point = &key.spki_der()[27..];
    let parity = 2 + (point[63] & 1);
    let compressed = [
        b"\x30\x39\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x22\x00".as_slice(),
        &[parity],
        &point[..32],
    ]
    .concat();
    assert_eq!(
        PublicKey::from_spki_der(&compressed).unwrap().fingerprint(),
        key.fingerprint()
    );
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut object = Pair::golden(0).public().to_tuf();
        change(&mut object);
        PublicKey::from_tuf(&object).unwrap_err()
    };
    assert_eq!(
        changed(&|o| o["keytype"] = json!(1)),
        KeyError::Member("keytype")
    );
    assert_eq!(
        changed(&|o| o["keyval"] = json!({})),
        KeyError::Member("keyval.public")
    );
    assert!(
        matches!(changed(&|o| o["scheme"] = json!("ecdsa-sha2-nistp384")), KeyError::Mismatch { found, .. } if found == "an ecdsa-p256 key")
    );
    assert!(matches!(
        changed(&|o| o["scheme"] = json!("ed25519")),
        KeyError::Mismatch { .. }
    ));
    assert!(matches!(
        changed(&|o| o["keyval"]["public"] = json!("0400")),
        KeyError::Unsupported(_)
    ));
    assert!(matches!(
        changed(&|o| o["keyval"]["public"] = json!(format!("04{}", "00".repeat(64)))),
        KeyError::Unsound(KeyKind::EcdsaP256)
    ));
    assert!(matches!(
        changed(&|o| o["keyval"]["public"] = json!("hello")),
        KeyError::Pem(_)
    ));
    assert!(matches!(
        changed(&|o| o["keyval"]["public"] = json!("")),
        KeyError::Unsupported(_)
    ));
    assert!(
        matches!(changed(&|o| { o["keytype"] = json!("rsa"); o["scheme"] = json!("rsassa-pss-sha256"); }), KeyError::Mismatch { found, .. } if found == "an ecdsa-p256 key")
    );
    let short = json!({"keytype": "ed25519", "scheme": "ed25519", "keyval": {"public": "aa"}});
    assert!(matches!(
        PublicKey::from_tuf(&short),
        Err(KeyError::Mismatch { .. })
    ));
    assert_eq!(
        PublicKey::from_tuf(&json!([])),
        Err(KeyError::Member("keytype"))
    );
}

#[test]
fn der_with_anything_after_it_is_refused() {
    for pair in pairs() {
        let longer = [pair.public().spki_der(), &[0]].concat();
        assert!(PublicKey::from_spki_der(&longer).is_err());
        assert!(PublicKey::from_spki_der(&longer[..longer.len() - 2]).is_err());
    }
}

#[test]
fn unsound_ed25519_keys_are_refused() {
    let unsound = Err(KeyError::Unsound(KeyKind::Ed25519));
    let mut identity = [0; 32];
    identity[0] = 1;
    assert_eq!(PublicKey::from_ed25519_raw(identity), unsound);
    assert_eq!(PublicKey::from_ed25519_raw([0; 32]), unsound);
    // y = p + 3 .. p + 18 name points that y = 3 .. 18 name, too
    for low in 0xed..=0xff_u8 {
        for last in [0x7f, 0xff] {
            let mut raw = [0xff; 32];
            (raw[0], raw[31]) = (low, last);
            assert_eq!(PublicKey::from_ed25519_raw(raw), unsound);
        }
    }
}

#[test]
fn signatures_of_each_kind() {
    for pair in pairs() {
        let (key, message) = (pair.public(), b"payload");
        let signature = pair.sign(message);
        assert_eq!(key.verify(message, &signature), Ok(()));
        assert_eq!(
            key.verify(b"payloae", &signature),
            Err(SignatureError::Mismatch)
        );
        assert!(key.verify(message, &[]).is_err());
        assert!(
            key.verify(message, &[signature.as_slice(), &[0]].concat())
                .is_err()
        );
    }
    assert_eq!(
        Pair::golden(0).public().verify(b"x", &[7; 64]),
        Err(SignatureError::Raw(KeyKind::EcdsaP256))
    );
    assert_eq!(
        Pair::p384().public().verify(b"x", &[7; 96]),
        Err(SignatureError::Raw(KeyKind::EcdsaP384))
    );
    assert_eq!(
        Pair::ed25519().public().verify(b"x", &[7; 63]),
        Err(SignatureError::Length {
            kind: KeyKind::Ed25519,
            expected: 64,
            len: 63
        })
    );
}

#[test]
fn key_ids_are_read_strictly() {
    assert_eq!(IDS[0].parse::<KeyId>().unwrap().hex(), IDS[0]);
    assert!(IDS[0].to_uppercase().parse::<KeyId>().is_err());
    assert!(IDS[0][1..].parse::<KeyId>().is_err());
}

proptest! {
    #[test]
    fn every_flipped_bit_is_found(message in prop::collection::vec(any::<u8>(), 1..200), at: prop::sample::Index, bit in 0..8_u32) {
        for pair in pairs() {
            let key = pair.public();
            let signature = pair.sign(&message);
            let mut bad = signature.clone();
            bad[at.index(signature.len())] ^= 1 << bit;
            prop_assert!(key.verify(&message, &bad).is_err());
            let mut other = message.clone();
            other[at.index(message.len())] ^= 1 << bit;
            prop_assert!(key.verify(&other, &signature).is_err());
        }
    }

    #[test]
    fn no_bytes_upset_the_readers(bytes in prop::collection::vec(any::<u8>(), 0..200), text: String) {
        let _ = PublicKey::from_spki_der(&bytes);
        let _ = PublicKey::from_pem(&text);
        let _ = PublicKey::from_tuf(&json!({"keytype": "ecdsa", "scheme": "ecdsa-sha2-nistp256", "keyval": {"public": text}}));
        let _ = Pair::golden(0).public().verify(b"", &bytes);
    }
}
