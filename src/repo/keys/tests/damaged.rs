//! Key files that are damaged, or not what they seem.

use super::*;

#[test]
fn a_damaged_file_is_refused_and_nothing_of_it_is_repeated() {
    let encrypted = String::from_utf8(sample("ed25519")).unwrap();
    let clear = String::from_utf8(sample("ed25519-clear")).unwrap();
    let cases = [
        (String::new(), "is no key file"),
        ("[]".to_owned(), "is no key file"),
        (encrypted.replace("scrypt", "argon2"), "not with scrypt"),
        (
            encrypted.replace("nacl/secretbox", "aes"),
            "not with scrypt",
        ),
        // more memory than any machine has
        (
            encrypted.replace("65536", "1152921504606846976"),
            "scrypt parameters",
        ),
        (
            encrypted.replace("\"p\": 1", "\"p\": 64"),
            "scrypt parameters",
        ),
        (
            encrypted.replace("\"nonce\": \"", "\"nonce\": \"!"),
            "not base64",
        ),
        (
            clear.replace("b9ff2533", "b9ff2534"),
            "do not belong together",
        ),
        (clear.replace("b9ff2533", "zz"), "not hex"),
        (clear.replace("\"ed25519\"", "\"ed448\""), "not known here"),
        (clear.replace("\"keyval\"", "\"value\""), "no list of keys"),
    ];
    for (bytes, expected) in cases {
        let (_directory, place) = place();
        put(&place, bytes.as_bytes());
        let mut who = knows("correct-horse");
        let error = Keyring::new(&place, &mut who).public_keys("targets");
        let words = error.unwrap_err().to_string();
        assert!(words.contains(expected), "{words}");
        assert!(words.contains("targets.json"), "{words}");
        assert!(!words.contains("b9ff"), "{words}");
    }
    // one changed byte of what is encrypted
    let at = encrypted.find("\"ciphertext\": \"").unwrap() + 20;
    let mut bytes = encrypted.into_bytes();
    bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    let (_directory, place) = place();
    put(&place, &bytes);
    let mut who = knows("correct-horse");
    let error = Keyring::new(&place, &mut who).public_keys("targets");
    assert!(error.unwrap_err().to_string().contains("damaged"));
}

#[test]
fn every_part_of_a_key_is_looked_at() {
    let of = |name: &str| String::from_utf8(sample(name)).unwrap();
    let (p256, rsa) = (
        of("ecdsa-sha2-nistp256-clear"),
        of("rsassa-pss-sha256-clear"),
    );
    let other = of("ed25519-clear");
    let cases = [
        (
            p256.replace("EC PRIVATE KEY", "PRIVATE KEY"),
            "not PEM `EC PRIVATE KEY`",
        ),
        (
            p256.replace(
                "\"private\": \"-----BEGIN EC",
                "\"private\": \"\\u002d----BEGIN EC",
            ),
            "is no text",
        ),
        (
            p256.replace("\"private\": \"", "\"private\": 7, \"x\": \""),
            "is no text",
        ),
        (p256.replace("\"ecdsa\"", "\"rsa\""), "not known here"),
        (
            p256.replace("BEGIN PUBLIC KEY", "BEGIN KEY"),
            "public half cannot be read",
        ),
        (
            rsa.replace("RSA PRIVATE KEY-----\\n", "RSA PRIVATE KEY-----\\nA"),
            "RSA key that is not",
        ),
        (
            rsa.replace("RSA PRIVATE KEY", "PRIVATE KEY"),
            "not PEM `RSA PRIVATE KEY`",
        ),
        (
            other.replace("0c12153fe3e9c7", "0c12153fe3e9"),
            "not 64 bytes long",
        ),
    ];
    for (text, expected) in cases {
        let (_directory, place) = place();
        put(&place, text.as_bytes());
        let words = Keyring::new(&place, &mut knows("")).public_keys("targets");
        let words = words.unwrap_err().to_string();
        assert!(words.contains(expected), "{words}");
        assert!(
            !words.contains("MHcCAQ") && !words.contains("b9ff"),
            "{words}"
        );
    }
    // the name of the kind before version 1.0.32 of the specification
    let (_directory, place) = place();
    let old = p256.replace("\"ecdsa\"", "\"ecdsa-sha2-nistp256\"");
    put(&place, old.as_bytes());
    let mut who = knows("");
    let keys = Keyring::new(&place, &mut who)
        .public_keys("targets")
        .unwrap();
    assert_eq!(keys[0].kind(), KeyKind::EcdsaP256);
}
