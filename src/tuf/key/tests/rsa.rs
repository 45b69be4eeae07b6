//! RSA signatures that other tools made.

use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use crate::tuf::key::{KeyError, KeyId, KeyKind, PublicKey, SignatureError};

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../../../tests/data/rsa/pss.json")).unwrap()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

#[test]
fn signatures_of_other_tools_are_verified_whatever_their_salt() {
    let vectors = vectors();
    let message = text(&vectors, "message").as_bytes();
    let mut valid = 0;
    for vector in vectors["signatures"].as_array().unwrap() {
        let key = PublicKey::from_pem(text(vector, "public")).unwrap();
        let signature = HEXLOWER.decode(text(vector, "sig").as_bytes()).unwrap();
        let found = key.verify(message, &signature);
        if vector["valid"] == true {
            assert_eq!(found, Ok(()), "{vector}");
            valid += 1;
        } else {
            assert_eq!(found, Err(SignatureError::Mismatch), "{vector}");
        }
        assert_eq!(
            key.verify(b"another message", &signature),
            Err(SignatureError::Mismatch)
        );
        for at in [0, signature.len() / 2, signature.len() - 1] {
            let mut bad = signature.clone();
            bad[at] ^= 1;
            assert_eq!(key.verify(message, &bad), Err(SignatureError::Mismatch));
        }
        for bad in [&signature[1..], &[&[0], &signature[..]].concat(), &[]] {
            assert!(matches!(
                key.verify(message, bad),
                Err(SignatureError::Length {
                    kind: KeyKind::Rsa,
                    ..
                })
            ));
        }
        let too_large = vec![0xff; signature.len()];
        assert_eq!(
            key.verify(message, &too_large),
            Err(SignatureError::Mismatch)
        );
    }
    assert_eq!(valid, 8);
}

#[test]
fn the_forms_of_a_key() {
    let vectors = vectors();
    let pem = text(&vectors["signatures"][0], "public");
    let key = PublicKey::from_pem(pem).unwrap();
    assert_eq!(
        (key.kind(), key.kind_name(), key.algorithm()),
        (KeyKind::Rsa, "rsa", None)
    );
    assert_eq!(key.spki_pem(), pem);
    assert_eq!(PublicKey::from_spki_der(key.spki_der()), Ok(key.clone()));
    assert_eq!(
        key.to_tuf(),
        json!({"keytype": "rsa", "scheme": "rsassa-pss-sha256", "keyval": {"public": pem}})
    );
    assert_eq!(PublicKey::from_tuf(&key.to_tuf()), Ok(key.clone()));
    assert_eq!(KeyId::of(&key.to_tuf()), Ok(key.key_id()));
    let mut other = key.to_tuf();
    other["scheme"] = "rsa-pkcs1v15-sha256".into();
    assert!(matches!(
        PublicKey::from_tuf(&other),
        Err(KeyError::Mismatch { .. })
    ));
    other["keytype"] = "ecdsa".into();
    other["scheme"] = "ecdsa-sha2-nistp256".into();
    assert!(
        matches!(PublicKey::from_tuf(&other), Err(KeyError::Mismatch { found, .. }) if found == "an rsa key")
    );
}

#[test]
fn keys_of_other_sizes_and_damaged_ones_are_refused() {
    let vectors = vectors();
    for refused in vectors["refused"].as_array().unwrap() {
        let bits = u32::try_from(refused["bits"].as_u64().unwrap()).unwrap();
        assert_eq!(
            PublicKey::from_pem(text(refused, "public")),
            Err(KeyError::RsaSize { bits })
        );
    }
    let pem = text(&vectors["signatures"][0], "public");
    let der = PublicKey::from_pem(pem).unwrap().spki_der().to_vec();
    let mut even = der.clone();
    // the modulus ends before the exponent 65537
    let last = even.len() - 6;
    even[last] &= 0xfe;
    for bad in [&even[..], &der[..der.len() - 1], &[&der[..], &[0]].concat()] {
        assert_eq!(
            PublicKey::from_spki_der(bad),
            Err(KeyError::Unsound(KeyKind::Rsa))
        );
    }
}
