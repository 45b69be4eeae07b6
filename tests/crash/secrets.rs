//! No secret in any file of the ceremony.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use p256::pkcs8::{EncodePublicKey as _, LineEnding};
use rootstage::ceremony::plan::{Outline, rehearsal};

use crate::{BINARY, audits_clean, home};

fn passphrase(number: u32) -> String {
    format!("quartz umbrella {number} lantern")
}

/// The name and the bytes of every file.
fn files(dir: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
}

#[test]
fn passphrases_of_an_answers_file_are_nowhere() {
    let home = home();
    for sub in ["tokens", "keys"] {
        std::fs::create_dir(home.path().join(sub)).unwrap();
    }
    for (number, role) in (1u8..).zip(["targets", "snapshot", "timestamp"]) {
        let key = p256::SecretKey::from_slice(&[number; 32]).unwrap();
        let pem = key.public_key().to_public_key_pem(LineEnding::LF).unwrap();
        std::fs::write(home.path().join(format!("keys/{role}.pem")), pem).unwrap();
    }
    let plan = rehearsal(&Outline {
        title: "Answers from a file".to_owned(),
        location: "Room 1".to_owned(),
        keyholders: 3,
        threshold: 2,
        expires: time::OffsetDateTime::now_utc() + time::Duration::days(365),
    });
    std::fs::write(home.path().join("plan.toml"), plan).unwrap();
    let mut answers = "as_asked = true\n".to_owned();
    for number in 1..=3 {
        let _ = writeln!(
            answers,
            "[secret.keyholder-{number}]\nenv = \"STORY_PASSPHRASE_{number}\""
        );
    }
    std::fs::write(home.path().join("answers.toml"), answers).unwrap();
    let mut command = Command::new(BINARY);
    for number in 1..=3 {
        command.env(format!("STORY_PASSPHRASE_{number}"), passphrase(number));
    }
    let output = command
        .current_dir(home.path())
        .args([
            "run",
            "plan.toml",
            "--dir",
            "ceremony",
            "--answers",
            "answers.toml",
        ])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    audits_clean(&home.path().join("ceremony"), "answers");
    let mut found = vec![
        ("stderr".to_owned(), output.stderr),
        ("stdout".to_owned(), output.stdout),
    ];
    files(home.path(), &mut found);
    assert!(found.len() > 12);
    for (name, bytes) in found {
        for number in 1..=3 {
            let secret = passphrase(number).into_bytes();
            // As it is, and as hex.
            let hex = data_encoding::HEXLOWER.encode(&secret).into_bytes();
            for needle in [secret, hex] {
                assert!(
                    !bytes.windows(needle.len()).any(|part| part == needle),
                    "{name}"
                );
            }
        }
        assert!(
            !bytes.windows(11).any(|part| part == b"PRIVATE KEY"),
            "{name}"
        );
    }
}
