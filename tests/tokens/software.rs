//! `file:` names: age files on a real disk.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use rootstage::ceremony::token::{Algorithm, Fault, KeyAttributes, TokenKind, TokenName};
use rootstage::ports::Tokens as _;
use rootstage::token::{AllTokens, check_available};

use crate::hsm::{openssl_accepts, secret};

const PASSPHRASE: &str = "cobalt outing marmalade";

/// A small work factor: the tests are not about scrypt.
fn tokens() -> AllTokens {
    AllTokens::new(2)
}

fn named(path: &Path) -> TokenName {
    TokenName(format!("file:{}", path.display()))
}

/// A directory with one key, labelled `k`.
fn with_key(algorithm: Algorithm) -> (tempfile::TempDir, PathBuf, TokenName) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("root-1.age");
    let name = named(&path);
    tokens()
        .generate(
            &name,
            "k",
            &rootstage::ceremony::token::KeyRequest::new(algorithm),
            &secret(PASSPHRASE),
        )
        .unwrap();
    (directory, path, name)
}

fn storage_reason(fault: Option<Fault>) -> String {
    match fault {
        Some(Fault::Storage { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

fn public_path(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}.pub", path.display()))
}

fn names_in(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn generates_and_signs_with_every_algorithm_and_openssl_agrees() {
    for algorithm in Algorithm::ALL {
        let directory = tempfile::tempdir().unwrap();
        let name = named(&directory.path().join("root-1.age"));
        let pass = secret(PASSPHRASE);
        assert_eq!(tokens().find_key(&name, "k", None), Ok(None));
        let key = tokens()
            .generate(
                &name,
                "k",
                &rootstage::ceremony::token::KeyRequest::new(algorithm),
                &pass,
            )
            .unwrap();
        assert_eq!(
            key.attributes,
            KeyAttributes {
                local: true,
                ..KeyAttributes::default()
            }
        );
        assert_eq!(tokens().find_key(&name, "k", None), Ok(Some(key.clone())));
        assert_eq!(
            tokens().find_key(&name, "k", Some(&pass)),
            Ok(Some(key.clone()))
        );
        assert_eq!(tokens().find_key(&name, "another", None), Ok(None));
        let signature = tokens()
            .sign(&name, "k", None, b"message", &pass, &mut |_| ())
            .unwrap();
        let judge = |message: &[u8]| {
            openssl_accepts(
                directory.path(),
                algorithm,
                &key.public_pem,
                message,
                &signature,
            )
        };
        assert!(judge(b"message") && !judge(b"another"), "{algorithm:?}");
        let (token, label) = (name.clone(), "another".to_owned());
        let absent = Err(Fault::KeyAbsent { token, label });
        assert_eq!(
            tokens().sign(&name, "another", None, b"message", &pass, &mut |_| ()),
            absent
        );
    }
}

#[test]
fn writes_two_files_of_which_one_is_private_and_says_nothing() {
    let (directory, path, _) = with_key(Algorithm::EcdsaP256);
    assert_eq!(names_in(directory.path()), ["root-1.age", "root-1.age.pub"]);
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let bytes = fs::read(&path).unwrap();
    assert!(bytes.starts_with(b"age-encryption.org/v1\n-> scrypt "));
    for plain in [&b"PRIVATE"[..], b"label", PASSPHRASE.as_bytes(), b"\n\n\n"] {
        assert!(
            !bytes.windows(plain.len()).any(|window| window == plain),
            "{plain:?}"
        );
    }
    let public = fs::read_to_string(public_path(&path)).unwrap();
    assert!(
        public.starts_with("label: k\n-----BEGIN PUBLIC KEY-----\n"),
        "{public}"
    );
}

#[test]
fn is_the_file_that_is_to_be() {
    let directory = tempfile::tempdir().unwrap();
    let name = named(&directory.path().join("root-1.age"));
    let token = tokens().identify(&name).unwrap();
    assert_eq!(
        (token.kind, token.serial.as_str()),
        (TokenKind::File, "root-1.age")
    );
    assert_eq!(
        (token.pin.tries_left, token.pin.min_len, token.pin.max_len),
        (None, 8, 256)
    );
    assert_eq!(check_available(&name), Ok(()));
    let nowhere = named(&directory.path().join("nowhere/root-1.age"));
    for fault in [
        tokens().identify(&nowhere).err(),
        check_available(&nowhere).err(),
    ] {
        let Some(Fault::Storage { path, reason }) = fault else {
            panic!("{fault:?}")
        };
        assert!(
            path.ends_with("/nowhere") && reason.contains("No such file"),
            "{path}: {reason}"
        );
    }
    let itself = storage_reason(tokens().identify(&named(directory.path())).err());
    assert!(itself.contains("is a directory"), "{itself}");
}

#[test]
fn never_overwrites() {
    let (_directory, path, name) = with_key(Algorithm::EcdsaP256);
    let before = (
        fs::read(&path).unwrap(),
        fs::read(public_path(&path)).unwrap(),
    );
    let exists = Fault::KeyExists {
        token: name.clone(),
        label: "j".to_owned(),
    };
    let again = tokens().generate(
        &name,
        "j",
        &rootstage::ceremony::token::KeyRequest::new(Algorithm::Ed25519),
        &secret(PASSPHRASE),
    );
    assert_eq!(again, Err(exists));
    assert_eq!(
        (
            fs::read(&path).unwrap(),
            fs::read(public_path(&path)).unwrap()
        ),
        before
    );
    // neither an empty file nor a link that leads nowhere is a free place
    for make in [
        |path: &Path| fs::write(path, "").unwrap(),
        |path: &Path| {
            std::os::unix::fs::symlink("/nowhere", path).unwrap();
        },
    ] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("k.age");
        make(&path);
        let made = tokens().generate(
            &named(&path),
            "k",
            &rootstage::ceremony::token::KeyRequest::new(Algorithm::Ed25519),
            &secret(PASSPHRASE),
        );
        assert!(matches!(made, Err(Fault::KeyExists { .. })), "{made:?}");
        assert_eq!(names_in(directory.path()), ["k.age"]);
    }
}

#[test]
fn of_many_at_once_one_wins_and_its_halves_belong_together() {
    let directory = tempfile::tempdir().unwrap();
    let name = named(&directory.path().join("k.age"));
    let won = std::thread::scope(|scope| {
        let racers: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    tokens().generate(
                        &name,
                        "k",
                        &rootstage::ceremony::token::KeyRequest::new(Algorithm::Ed25519),
                        &secret(PASSPHRASE),
                    )
                })
            })
            .collect();
        racers
            .into_iter()
            .filter_map(|racer| racer.join().unwrap().ok())
            .collect::<Vec<_>>()
    });
    let [key] = won.as_slice() else {
        panic!("{} won", won.len())
    };
    let found = tokens().find_key(&name, "k", Some(&secret(PASSPHRASE)));
    assert_eq!(found.as_ref(), Ok(&Some(key.clone())));
    assert_eq!(names_in(directory.path()), ["k.age", "k.age.pub"]);
}

#[test]
fn a_generation_cut_short_leaves_no_key_and_can_be_done_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("k.age");
    // what is on disk when the power goes before the private half has its name
    fs::write(
        public_path(&path),
        "label: k\n-----BEGIN PUBLIC KEY-----\nAAAA",
    )
    .unwrap();
    fs::write(directory.path().join(".k.age.new-0011223344556677"), "half").unwrap();
    assert_eq!(tokens().find_key(&named(&path), "k", None), Ok(None));
    let key = tokens().generate(
        &named(&path),
        "k",
        &rootstage::ceremony::token::KeyRequest::new(Algorithm::EcdsaP256),
        &secret(PASSPHRASE),
    );
    assert_eq!(
        tokens().find_key(&named(&path), "k", None),
        Ok(Some(key.unwrap()))
    );
}

#[test]
fn a_wrong_passphrase_is_told_from_a_damaged_file() {
    let (_directory, path, name) = with_key(Algorithm::EcdsaP256);
    let pass = secret(PASSPHRASE);
    let wrong = tokens().sign(
        &name,
        "k",
        None,
        b"m",
        &secret("cobalt outing marmelade"),
        &mut |_| (),
    );
    let Err(Fault::PinWrong { pin, .. }) = wrong else {
        panic!("{wrong:?}")
    };
    assert_eq!((pin.tries_left, pin.count_low), (None, false));

    let whole = fs::read(&path).unwrap();
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let other_recipient = b"age-encryption.org/v1\n-> X25519 CJM36AHmTbdHSuOQL+NESqyVQE75f2e610iRdLPEN20\nC3ZAeY64NXS4QFrksLm3EGz+uPRyI0eQsWw7LWbbYig\n--- ytazqsbmUnPwVWMVx0c1X9iUtGdY4yAB08UQTY2hNCI\n0123456789abcdef";
    let cases: [(&[u8], &str); 7] = [
        (&whole[..whole.len() - 1], "is truncated or damaged"),
        (&whole[..whole.len() / 2], "is truncated or damaged"),
        (&whole[..40], "is truncated or damaged"),
        (&flipped, "is truncated or damaged"),
        (b"", "is truncated or damaged"),
        (b"-----BEGIN PRIVATE KEY-----\n", "age file"),
        (other_recipient, "not under a passphrase"),
    ];
    for (bytes, words) in cases {
        fs::write(&path, bytes).unwrap();
        let reason = storage_reason(
            tokens()
                .sign(&name, "k", None, b"m", &pass, &mut |_| ())
                .err(),
        );
        assert!(reason.contains(words), "{} bytes: {reason}", bytes.len());
    }
    fs::write(&path, vec![b'x'; 1 << 20]).unwrap();
    let reason = storage_reason(
        tokens()
            .sign(&name, "k", None, b"m", &pass, &mut |_| ())
            .err(),
    );
    assert!(reason.contains("longer than"), "{reason}");
}

#[test]
fn a_file_that_asks_for_too_much_work_is_refused_at_once() {
    let (_directory, path, name) = with_key(Algorithm::EcdsaP256);
    let whole = fs::read(&path).unwrap();
    let end = whole
        .windows(3)
        .position(|window| window == b" 2\n")
        .unwrap();
    let dear = [&whole[..end], b" 21\n", &whole[end + 3..]].concat();
    fs::write(&path, dear).unwrap();
    let reason = storage_reason(
        tokens()
            .sign(&name, "k", None, b"m", &secret(PASSPHRASE), &mut |_| ())
            .err(),
    );
    assert_eq!(
        reason,
        "asks for scrypt work factor 21; at most 20 is accepted"
    );
}

#[test]
fn a_passphrase_for_a_new_key_has_eight_bytes_at_least() {
    let directory = tempfile::tempdir().unwrap();
    let name = named(&directory.path().join("k.age"));
    let short = tokens().generate(
        &name,
        "k",
        &rootstage::ceremony::token::KeyRequest::new(Algorithm::EcdsaP256),
        &secret("7 bytes"),
    );
    assert_eq!(
        short,
        Err(Fault::PinLength {
            token: name.clone(),
            len: 7,
            min: 8,
            max: 256
        })
    );
    let unnamed = tokens().generate(
        &name,
        " k",
        &rootstage::ceremony::token::KeyRequest::new(Algorithm::EcdsaP256),
        &secret(PASSPHRASE),
    );
    assert!(
        matches!(unnamed, Err(Fault::Unsupported { .. })),
        "{unnamed:?}"
    );
    assert!(names_in(directory.path()).is_empty());
}

#[test]
fn an_exchanged_public_half_is_noticed_and_a_missing_one_made_up_for() {
    let (_directory, path, name) = with_key(Algorithm::EcdsaP256);
    let pass = secret(PASSPHRASE);
    let key = tokens().find_key(&name, "k", None).unwrap();
    fs::remove_file(public_path(&path)).unwrap();
    assert!(storage_reason(tokens().find_key(&name, "k", None).err()).contains("No such file"));
    assert_eq!(tokens().find_key(&name, "k", Some(&pass)), Ok(key));
    assert!(
        tokens()
            .sign(&name, "k", None, b"m", &pass, &mut |_| ())
            .is_ok()
    );

    let (_elsewhere, other, _) = with_key(Algorithm::EcdsaP256);
    fs::copy(public_path(&other), public_path(&path)).unwrap();
    for fault in [
        tokens().find_key(&name, "k", Some(&pass)).err(),
        tokens()
            .sign(&name, "k", None, b"m", &pass, &mut |_| ())
            .err(),
    ] {
        assert!(storage_reason(fault).starts_with("is not the public half of the key in"));
    }
}

/// The word of another program on the format; `age` asks for passphrases on a terminal only, so
/// the library reads it here, and openssl reads what was in it.
#[test]
fn what_is_inside_is_pkcs8_that_openssl_reads() {
    let (directory, path, name) = with_key(Algorithm::EcdsaP256);
    let identity = age::scrypt::Identity::new(age::secrecy::SecretString::from(PASSPHRASE));
    let text = age::decrypt(&identity, &fs::read(&path).unwrap()).unwrap();
    assert!(text.starts_with(b"label: k\n-----BEGIN PRIVATE KEY-----\n"));
    let plain = directory.path().join("plain");
    fs::write(&plain, text).unwrap();
    let openssl = Command::new("openssl")
        .args(["pkey", "-pubout", "-in"])
        .arg(&plain)
        .output();
    let key = tokens().find_key(&name, "k", None).unwrap().unwrap();
    assert_eq!(
        String::from_utf8(openssl.unwrap().stdout).unwrap(),
        key.public_pem
    );
}
