//! Key files of go-tuf v0.7, two keys in each that is encrypted under `correct-horse`, and what is
//! made here.

mod damaged;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::*;
use crate::repo::Status;
use crate::tuf::key::KeyKind;

/// Somebody who knows one passphrase, and counts how often they are asked.
struct Knows {
    passphrase: &'static str,
    asked: usize,
    heard: Vec<String>,
}

fn knows(passphrase: &'static str) -> Knows {
    Knows {
        passphrase,
        asked: 0,
        heard: Vec::new(),
    }
}

impl Passphrases for Knows {
    fn open(&mut self, _role: &str, _what: &str) -> Result<Secret, RepoError> {
        self.asked += 1;
        Ok(Secret::copied_from(self.passphrase).unwrap())
    }

    fn choose(&mut self, _role: &str, _what: &str) -> Result<Option<Secret>, RepoError> {
        self.asked += 1;
        Ok(Secret::copied_from(self.passphrase).filter(|secret| !secret.is_empty()))
    }

    fn notice(&mut self, words: &str) {
        self.heard.push(words.to_owned());
    }
}

fn place() -> (tempfile::TempDir, Place) {
    let directory = tempfile::tempdir().unwrap();
    let place = Place::create(directory.path()).unwrap();
    (directory, place)
}

fn sample(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/go-tuf");
    std::fs::read(path.join(format!("{name}.json"))).unwrap()
}

fn put(place: &Place, bytes: &[u8]) {
    let path = place.keys().join("targets.json");
    std::fs::write(&path, bytes).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// The ids that go-tuf printed when it made the keys.
const SAMPLES: [(&str, KeyKind, &[&str]); 6] = [
    (
        "ed25519",
        KeyKind::Ed25519,
        &["7cd020e7da5eb811", "837d96ace66271b9"],
    ),
    (
        "ecdsa-sha2-nistp256",
        KeyKind::EcdsaP256,
        &["05075ee199b8d9e6", "12ec4f8e940c8db7"],
    ),
    (
        "rsassa-pss-sha256",
        KeyKind::Rsa,
        &["b99d9caf45b50e00", "300ccbdeb01beb12"],
    ),
    ("ed25519-clear", KeyKind::Ed25519, &["01d4a3501d696640"]),
    (
        "ecdsa-sha2-nistp256-clear",
        KeyKind::EcdsaP256,
        &["ef4e79bb79fbdc7c"],
    ),
    (
        "rsassa-pss-sha256-clear",
        KeyKind::Rsa,
        &["7771b817a3ab7440"],
    ),
];

#[test]
fn key_files_of_go_tuf_sign_under_the_ids_that_it_gave_them() {
    for (name, kind, ids) in SAMPLES {
        let (_directory, place) = place();
        put(&place, &sample(name));
        let mut who = knows("correct-horse");
        let mut ring = Keyring::new(&place, &mut who);
        let keys = ring.public_keys("targets").unwrap();
        let listed: Vec<(KeyId, PublicKey)> = keys
            .iter()
            .map(|key| (KeyId::of(&private::key_object(key)).unwrap(), key.clone()))
            .collect();
        for ((id, key), expected) in listed.iter().zip(ids) {
            assert!(id.hex().starts_with(expected), "{name}: {}", id.hex());
            assert_eq!(key.kind(), kind);
        }
        assert_eq!(listed.len(), ids.len());
        let signatures = ring.sign("targets", &listed, b"payload").unwrap();
        assert_eq!(signatures.len(), ids.len());
        for (signature, (id, key)) in signatures.iter().zip(&listed) {
            assert_eq!(signature.keyid, *id);
            key.verify(b"payload", &signature.bytes().unwrap()).unwrap();
        }
        // only the keys that are listed sign
        let one = ring.sign("targets", &listed[..1], b"payload").unwrap();
        assert_eq!(one.len(), 1);
        let encrypted = !name.ends_with("-clear");
        assert_eq!(who.asked, usize::from(encrypted), "asked once");
        assert!(who.heard.is_empty());
    }
}

#[test]
fn a_key_is_made_and_kept_beside_those_that_are_there() {
    for algorithm in [Algorithm::EcdsaP256, Algorithm::Ed25519] {
        let (_directory, place) = place();
        put(&place, &sample("ecdsa-sha2-nistp256"));
        let mut who = knows("correct-horse");
        let mut ring = Keyring::new(&place, &mut who);
        let before = ring.public_keys("targets").unwrap();
        let object = ring.generate("targets", algorithm, &Home::File).unwrap();
        let made = PublicKey::from_tuf(&object).unwrap();
        assert_eq!(made.algorithm(), Some(algorithm));
        let mut again = knows("correct-horse");
        let keys = Keyring::new(&place, &mut again).public_keys("targets");
        assert_eq!(keys.unwrap(), [before, vec![made]].concat());
        let path = place.keys().join("targets.json");
        let bits = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(bits & 0o777, 0o600);
    }
}

#[test]
fn a_new_file_is_encrypted_unless_the_call_says_otherwise() {
    for (passphrase, expected) in [("correct-horse", true), ("", false)] {
        let (_directory, place) = place();
        let mut who = knows(passphrase);
        let mut ring = Keyring::new(&place, &mut who);
        assert!(!ring.has_keys("snapshot"));
        let object = ring
            .generate("snapshot", Algorithm::Ed25519, &Home::File)
            .unwrap();
        assert!(ring.has_keys("snapshot"));
        let text = std::fs::read_to_string(place.keys().join("snapshot.json")).unwrap();
        let file: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(file["encrypted"], expected);
        assert!(text.starts_with("{\n\t\"encrypted\": ") && text.ends_with("}\n"));
        assert_eq!(text.contains("\"private\""), !expected);
        let public = PublicKey::from_tuf(&object).unwrap();
        assert_eq!(ring.public_keys("snapshot").unwrap(), [public]);
    }
}

#[test]
fn a_wrong_passphrase_says_whose_and_where_and_signs_nothing() {
    let (_directory, place) = place();
    put(&place, &sample("ed25519"));
    let mut who = knows("wrong-horse");
    let error = Keyring::new(&place, &mut who)
        .sign("targets", &[], b"payload")
        .unwrap_err();
    assert_eq!(error.status, Status::NotSo);
    let words = error.to_string();
    for part in [
        "keys/targets.json",
        "passphrase is wrong",
        "Nothing was signed",
        "TUF_TARGETS_PASSPHRASE",
    ] {
        assert!(words.contains(part), "{words}");
    }
    assert!(!words.contains("horse"));
}

#[test]
fn a_file_in_the_clear_is_added_to_as_its_owner_says() {
    for (passphrase, encrypted) in [("", false), ("correct-horse", true)] {
        let (_directory, place) = place();
        let text = String::from_utf8(sample("rsassa-pss-sha256-clear")).unwrap();
        let text = text.replace("\"scheme\"", "\"x-note\": \"kept\", \"scheme\"");
        put(&place, text.as_bytes());
        let mut who = knows(passphrase);
        let mut ring = Keyring::new(&place, &mut who);
        assert_eq!(ring.is_encrypted("targets").unwrap(), Some(false));
        let object = ring
            .generate("targets", Algorithm::EcdsaP256, &Home::File)
            .unwrap();
        assert_eq!(ring.is_encrypted("targets").unwrap(), Some(encrypted));
        let objects = ring.key_objects("targets").unwrap();
        assert_eq!((objects.len(), &objects[1]), (2, &object));
        let file = std::fs::read(place.keys().join("targets.json")).unwrap();
        assert_eq!(*layout::indented(&[&file]), file);
        if !encrypted {
            let file: Value = serde_json::from_slice(&file).unwrap();
            assert_eq!(file["data"][0]["x-note"], "kept");
        }
    }
}

#[test]
fn a_file_that_others_can_read_is_said() {
    let (_directory, place) = place();
    put(&place, &sample("ed25519-clear"));
    let path = place.keys().join("targets.json");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let mut who = knows("");
    Keyring::new(&place, &mut who)
        .public_keys("targets")
        .unwrap();
    assert_eq!(who.heard.len(), 1);
    assert!(who.heard[0].contains("chmod 600"), "{}", who.heard[0]);
}

#[test]
fn nobody_signs_without_a_key_or_for_a_root_that_does_not_list_it() {
    let (_directory, place) = place();
    let mut who = knows("correct-horse");
    let mut ring = Keyring::new(&place, &mut who);
    let none = ring
        .sign("timestamp", &[], b"payload")
        .unwrap_err()
        .to_string();
    assert!(none.contains("has no key of role timestamp"), "{none}");
    assert!(none.contains("gen-key timestamp"), "{none}");
    ring.generate("timestamp", Algorithm::Ed25519, &Home::File)
        .unwrap();
    let strange = ring
        .sign("timestamp", &[], b"payload")
        .unwrap_err()
        .to_string();
    assert!(strange.contains("is listed for it"), "{strange}");
}

#[test]
fn names_of_roles_stay_in_the_directory_of_keys() {
    let (_directory, place) = place();
    let mut who = knows("correct-horse");
    let mut ring = Keyring::new(&place, &mut who);
    for name in [
        "",
        ".",
        "..",
        "../targets",
        "a/b",
        "-x",
        "a\u{202e}b",
        "x.tokens",
    ] {
        let refused = ring
            .generate(name, Algorithm::Ed25519, &Home::File)
            .unwrap_err();
        assert_eq!(refused.status, Status::Call, "{name}");
    }
    assert_eq!(variable("TUF", "my-builds.2"), "TUF_MY_BUILDS_2_PASSPHRASE");
}

#[test]
fn a_key_on_a_token_signs_and_is_found_again() {
    let (directory, place) = place();
    let name = format!("file:{}", directory.path().join("online.age").display());
    let home = Home::Token(TokenName(name), "targets-1".to_owned());
    let mut who = knows("");
    let clear = Keyring::new(&place, &mut who).generate("targets", Algorithm::EcdsaP256, &home);
    assert!(
        clear
            .unwrap_err()
            .to_string()
            .contains("never in the clear")
    );
    let mut who = knows("correct-horse");
    let mut ring = Keyring::new(&place, &mut who);
    let object = ring
        .generate("targets", Algorithm::EcdsaP256, &home)
        .unwrap();
    assert_eq!(
        ring.key_objects("targets").unwrap(),
        std::slice::from_ref(&object)
    );
    // the second time the key is there already
    let again = ring
        .generate("targets", Algorithm::EcdsaP256, &home)
        .unwrap();
    assert_eq!(object, again);
    let key = PublicKey::from_tuf(&object).unwrap();
    assert_eq!(
        ring.public_keys("targets").unwrap(),
        std::slice::from_ref(&key)
    );
    let listed = [(KeyId::of(&object).unwrap(), key)];
    assert_eq!(ring.sign("targets", &listed, b"payload").unwrap().len(), 1);
    std::fs::remove_file(directory.path().join("online.age")).unwrap();
    let gone = ring.sign("targets", &listed, b"payload").unwrap_err();
    assert_eq!(gone.status, Status::Surroundings);
}
