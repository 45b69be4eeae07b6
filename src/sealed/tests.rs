use age::x25519;

use super::{Closed, Identity, Key, Lock, Needs, Recipient, decrypt, encrypt, is_encrypted, needs};
use crate::secret::Secret;

fn pair() -> (Recipient, Identity) {
    let identity = x25519::Identity::generate();
    (Recipient(identity.to_public()), Identity(identity))
}

fn under(text: &str) -> Lock {
    Lock::Passphrase {
        secret: Secret::copied_from(text).unwrap(),
        work_factor: 2,
    }
}

fn typed(text: &str) -> Key {
    Key::Passphrase(Secret::copied_from(text).unwrap())
}

#[test]
fn each_of_several_recipients_opens_it_and_nobody_else() {
    let (a, a_secret) = pair();
    let (b, b_secret) = pair();
    let (_, stranger) = pair();
    let encrypted = encrypt(b"content", &Lock::Recipients(vec![a, b])).unwrap();
    assert!(is_encrypted(&encrypted) && !is_encrypted(b"content"));
    assert_eq!(needs(&encrypted), Ok(Needs::Identity));
    for identity in [a_secret, b_secret] {
        let key = Key::Identities(vec![identity]);
        assert_eq!(decrypt(&encrypted, &key, 7).unwrap(), b"content");
        assert!(matches!(
            decrypt(&encrypted, &key, 6),
            Err(Closed::Unreadable(_))
        ));
    }
    let key = Key::Identities(vec![stranger]);
    assert_eq!(decrypt(&encrypted, &key, 7), Err(Closed::NoIdentityFits));
    assert_eq!(
        decrypt(&encrypted, &typed("passphrase"), 7),
        Err(Closed::NoIdentityFits)
    );
}

#[test]
fn a_passphrase_opens_it_and_another_does_not() {
    let encrypted = encrypt(b"content", &under("correct horse")).unwrap();
    assert_eq!(needs(&encrypted), Ok(Needs::Passphrase));
    assert_eq!(
        decrypt(&encrypted, &typed("correct horse"), 100).unwrap(),
        b"content"
    );
    assert_eq!(
        decrypt(&encrypted, &typed("correct house"), 100),
        Err(Closed::WrongPassphrase)
    );
    let (_, identity) = pair();
    assert!(decrypt(&encrypted, &Key::Identities(vec![identity]), 100).is_err());
}

#[test]
fn damage_is_found() {
    let encrypted = encrypt(b"content", &under("correct horse")).unwrap();
    let key = typed("correct horse");
    for at in 0..encrypted.len() {
        assert!(decrypt(&encrypted[..at], &key, 100).is_err(), "cut at {at}");
    }
    // the whole header and the first bytes behind it; each costs a run of scrypt
    for at in (0..encrypted.len()).step_by(3) {
        let mut damaged = encrypted.clone();
        damaged[at] ^= 1;
        assert!(decrypt(&damaged, &key, 100).is_err(), "byte {at}");
    }
}

#[test]
fn identity_files_are_read_and_never_repeated() {
    let (recipient, _) = pair();
    assert!(recipient.0.to_string().parse::<Recipient>().is_ok());
    let secret = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
    let file = format!("# created: today\n\n{secret}\n");
    assert_eq!(Identity::read_all(file.as_bytes()).unwrap().len(), 1);
    let error = secret.parse::<Recipient>().unwrap_err();
    assert!(!error.contains("GFPYY"), "{error}");
    assert!("age1qqqq".parse::<Recipient>().is_err());
    assert!("ssh-ed25519 AAAA".parse::<Recipient>().is_err());
    for (file, said) in [
        (String::new(), "no identity"),
        (format!("{secret}X\n"), "line 1"),
        (format!("# c\n{}\n", secret.replace('G', "H")), "line 2"),
        (
            "-----BEGIN AGE ENCRYPTED FILE-----\n".to_owned(),
            "itself encrypted",
        ),
        ("age-encryption.org/v1\n".to_owned(), "itself encrypted"),
    ] {
        let error = Identity::read_all(file.as_bytes()).err().unwrap();
        assert!(error.contains(said), "{error}");
        assert!(!error.contains("FPYY"), "{error}");
    }
    assert!(Identity::read_all(b"\xff").is_err());
}
