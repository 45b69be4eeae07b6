//! A rehearsal that nobody attends but for the cards: the binary plays it from an answers file, and
//! somebody puts the right card into the reader. Then others say what they see on the cards.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rootstage::ceremony::event::Event;
use rootstage::transcript::Record;
use serde_json::Value;
use time::OffsetDateTime;

use crate::cards::{CardRoom, CardSpec};
use crate::desk::{DEMANDED, NOTHING, Spent, WHOLE};
use crate::installed;
use crate::judges::judges;
use crate::room::{PIN, PUK, each_file, online_key};

/// Serial numbers of the keyholders' cards.
const SERIALS: [u32; 3] = [1001, 1002, 1003];
/// Their keys.
const ALGORITHMS: [&str; 3] = ["ecdsa-p256", "ecdsa-p256", "ed25519"];
/// Their firmware.
const FIRMWARE: [&str; 3] = ["5.4.3", "5.7.1", "5.7.4"];

fn specs() -> [CardSpec; 3] {
    let [old, new, newer] = SERIALS.map(CardSpec::new);
    [
        old.firmware(FIRMWARE[0]),
        new.firmware(FIRMWARE[1]),
        newer.firmware(FIRMWARE[2]).long_chain(),
    ]
}

/// A directory with the plan, the answers, and what both name.
fn prepared(cards: &CardRoom) -> tempfile::TempDir {
    let home = crate::room::home();
    let at = |name: &str| home.path().join(name);
    std::fs::create_dir(at("keys")).unwrap();
    for (number, role) in (1u8..).zip(["targets", "snapshot", "timestamp"]) {
        std::fs::write(at(&format!("keys/{role}.pem")), online_key(number)).unwrap();
    }
    std::fs::copy(cards.test_root(), at("test-root.pem")).unwrap();
    std::fs::copy(cards.test_intermediates(), at("between.pem")).unwrap();
    let mut plan = crate::room::plan(3, 2);
    for (number, (serial, algorithm)) in (1..).zip(SERIALS.iter().zip(ALGORITHMS)) {
        plan = plan.replace(
            &format!("token = \"file:tokens/keyholder-{number}.age\""),
            &format!("token = \"yubikey:{serial}\" # {number}"),
        );
        let (before, after) = plan.split_once(&format!("# {number}\n")).unwrap();
        let own = format!("algorithm = \"{algorithm}\"");
        plan = before.to_owned() + "\n" + &after.replacen("algorithm = \"ecdsa-p256\"", &own, 1);
    }
    // the binary has the clock of the machine
    let expires = (OffsetDateTime::now_utc() + time::Duration::days(300)).date();
    plan = plan
        .replace("2027-11-30T12:00:00Z", &format!("{expires}T12:00:00Z"))
        .replace(
            "clock_tolerance_minutes = 2",
            "clock_tolerance_minutes = 2\n[policy.provisioning]\npin_tries = 8\npuk_tries = 5",
        );
    let demanded = DEMANDED
        .map(|id| format!("\"attestation.{id}\""))
        .join(", ");
    plan = format!(
        "{plan}\n[policy.attestation]\nrequired = [{demanded}]\ntest_roots = [\"test-root.pem\"]\n\
         intermediates = [\"between.pem\"]\n"
    );
    std::fs::write(at("plan.toml"), plan).unwrap();
    let secrets = |number| {
        format!(
            "[secret.keyholder-{number}]\nenv = \"STORY_PIN\"\n[puk.keyholder-{number}]\nenv = \"STORY_PUK\"\n"
        )
    };
    let answers = format!(
        "as_asked = true\n{}",
        (1..=3).map(secrets).collect::<String>()
    );
    std::fs::write(at("answers.toml"), answers).unwrap();
    home
}

fn rootstage(cards: &CardRoom, home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rootstage"));
    command
        .args(arguments)
        .current_dir(home)
        .env("PCSCLITE_CSOCK_NAME", cards.socket())
        .env("STORY_PIN", PIN)
        .env("STORY_PUK", PUK)
        .stdin(Stdio::null());
    command
}

/// What a program says; it must succeed.
fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}: {}\n{out}{err}",
        output.status
    );
    out
}

/// The keyholder whose step is the last one on record, from 0.
fn whose_turn(transcript: &Path) -> Option<usize> {
    let text = std::fs::read_to_string(transcript).ok()?;
    let last = text.lines().rev().find(|line| line.ends_with('}'))?;
    let record: Value = serde_json::from_str(last).ok()?;
    let step = record["step"].as_str()?;
    let number: usize = step.split_once(".keyholder-")?.1.parse().ok()?;
    number.checked_sub(1)
}

/// Waits until the service has seen that a card is gone.
fn until_gone(cards: &CardRoom, number: usize) {
    let reader = cards.card(number).reader();
    loop {
        let text = said(
            cards
                .command("opensc-tool")
                .arg("--list-readers")
                .current_dir(cards.home()),
        );
        let line = text.lines().find(|line| line.contains(&reader));
        if line.is_none_or(|line| !line.contains("Yes")) {
            return;
        }
    }
}

/// Plays the plan; meanwhile the card of the one whose turn it is is put into its reader, and no other
/// is in one.
fn played(cards: &CardRoom, home: &Path) {
    let over = AtomicBool::new(false);
    let transcript = home.join("ceremony/transcript.jsonl");
    for number in 0..SERIALS.len() {
        cards.card(number).remove();
    }
    let run = [
        "run",
        "plan.toml",
        "--dir",
        "ceremony",
        "--answers",
        "answers.toml",
    ];
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut there: Option<usize> = None;
            while !over.load(Ordering::Relaxed) {
                let turn = whose_turn(&transcript);
                if let Some(card) = turn.filter(|_| turn != there) {
                    if let Some(other) = there {
                        cards.card(other).remove();
                        until_gone(cards, other);
                    }
                    // not waited for: the program does that
                    cards.card(card).control("insert");
                    there = turn;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        let output = rootstage(cards, home, &run).output().unwrap();
        over.store(true, Ordering::Relaxed);
        let err = String::from_utf8_lossy(&output.stderr);
        let out = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{}\n{out}\n{err}", output.status);
        for secret in [PIN, PUK] {
            assert!(!out.contains(secret) && !err.contains(secret));
        }
    });
    for number in 0..SERIALS.len() {
        cards.card(number).insert();
    }
}

/// What the transcript has of a card: its firmware at the last look, its key in PEM.
fn on_record(home: &Path, serial: u32) -> (String, String) {
    let text = std::fs::read_to_string(home.join("ceremony/transcript.jsonl")).unwrap();
    let (mut firmware, mut pem, mut current) = (String::new(), String::new(), String::new());
    for line in text.lines() {
        match Record::parse(line).unwrap().event().unwrap() {
            Event::TokenIdentified(identity) => {
                current.clone_from(&identity.serial);
                if identity.serial == serial.to_string() {
                    firmware.clone_from(&identity.firmware);
                }
            }
            Event::KeyGenerated(key) if current == serial.to_string() => pem = key.public_pem,
            _ => {}
        }
    }
    (firmware, pem)
}

/// The bytes of a public key in PEM.
fn der(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with('-'));
    let text: String = lines.collect();
    data_encoding::BASE64.decode(text.as_bytes()).unwrap()
}

/// A judge that `tests/judges/setup` installs.
fn judge(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/judges")
        .join(path);
    installed(path.to_str().unwrap()).map(PathBuf::from)
}

/// The crate of the same name sees what we have put on the card.
fn the_crate_sees(cards: &CardRoom, number: usize, pem: &str) {
    let Some(judge) = judge("rust_yubikey/target/debug/judge-yubikey") else {
        return;
    };
    let serial = SERIALS[number].to_string();
    let text = said(
        cards
            .command(judge)
            .args([&serial, "look"])
            .current_dir(cards.home()),
    );
    let algorithm = ["EccP256", "EccP256", "Ed25519"][number];
    for line in [
        format!("version {}", FIRMWARE[number]),
        "tries 8".to_owned(),
        format!("algorithm Asymmetric({algorithm})"),
        "policies Some((Always, Always))".to_owned(),
        format!("spki {}", data_encoding::HEXLOWER.encode(&der(pem))),
        "certificate CN=YubiKey PIV Attestation 9c".to_owned(),
    ] {
        assert!(text.lines().any(|said| said == line), "{line}: {text}");
    }
}

/// Yubico's tools say the same of the card as the transcript.
fn yubico_sees(cards: &CardRoom, number: usize, pem: &str) {
    let (Some(ykman), Some(tool)) = (
        judge(".venv/bin/ykman"),
        installed("/usr/bin/yubico-piv-tool"),
    ) else {
        return;
    };
    let home = cards.home();
    let serial = SERIALS[number].to_string();
    let ykman = |words: &str| {
        let mut command = cards.command(&ykman);
        command
            .args(["--device", &serial])
            .args(words.split(' '))
            .current_dir(home);
        said(&mut command)
    };
    let text = ykman("piv info");
    let management = if number == 0 { "TDES" } else { "AES192" };
    for words in [
        format!("PIV version:              {}", FIRMWARE[number]),
        "PIN tries remaining:      8/8".to_owned(),
        "PUK tries remaining:      5/5".to_owned(),
        "Management key is stored on the YubiKey, protected by PIN".to_owned(),
        "Slot 9C (SIGNATURE)".to_owned(),
        "YubiKey PIV Attestation 9c".to_owned(),
    ] {
        assert!(text.contains(&words), "{words}: {text}");
    }
    assert!(!text.contains("WARNING"), "{management}: {text}");
    let text = ykman("piv keys info 9c");
    for line in [
        "Origin:                 GENERATED",
        "PIN required for use:   ALWAYS",
        "Touch required for use: ALWAYS",
    ] {
        assert!(text.contains(line), "{text}");
    }
    let text = ykman("piv keys export 9c -");
    assert_eq!(der(text.trim()), der(pem));
    // of Ed25519 that version of the other tool knows nothing
    if number == 0 {
        let reader = cards.card(number).reader();
        let mut status = cards.command(tool);
        let text = said(
            status
                .args(["-a", "status", "-r", &reader])
                .current_dir(home),
        );
        for words in [
            "Slot 9c",
            "YubiKey PIV Attestation 9c",
            "PIN tries left:\t8",
            "Serial Number:\t1001",
            "Version:\t5.4.3",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
    }
}

#[test]
fn a_first_root_on_three_cards_by_an_answers_file() {
    let Some(cards) = CardRoom::new(&specs()) else {
        return;
    };
    let home = prepared(&cards);
    played(&cards, home.path());

    let mut audit = rootstage(&cards, home.path(), &["audit", "ceremony", "--json"]);
    let audit: Value = serde_json::from_str(&said(&mut audit)).unwrap();
    assert_eq!(audit["passed"], true, "{audit}");
    let rules = audit["rules"].as_array().unwrap();
    let of = |id: &str| &rules.iter().find(|rule| rule["id"] == id).unwrap()["verdict"];
    for id in ["attestation.evidence", "attestation.verdict"] {
        assert_eq!(of(id), "pass", "{audit}");
    }

    let root = home.path().join("ceremony/metadata/root.json");
    for judge in judges() {
        assert!(judge.accepts(&[&root]), "{}", judge.name);
    }
    let root: Value = serde_json::from_slice(&std::fs::read(&root).unwrap()).unwrap();
    assert_eq!(root["signatures"].as_array().unwrap().len(), 3);

    for (number, serial) in SERIALS.into_iter().enumerate() {
        let card = cards.card(number);
        assert_eq!(NOTHING.since(card), WHOLE, "{serial}");
        let status = card.status();
        assert_eq!((status.pin_tries, status.puk_tries), (8, 5));
        let (firmware, pem) = on_record(home.path(), serial);
        assert_eq!(
            (firmware, status.firmware.as_str()),
            (FIRMWARE[number].to_owned(), FIRMWARE[number])
        );
        let before = Spent::of(card);
        yubico_sees(&cards, number, &pem);
        the_crate_sees(&cards, number, &pem);
        assert_eq!(before.since(card), NOTHING, "a judge has spent something");
        // what the root lists is what is on the cards
        let listed = root["signed"]["keys"].as_object().unwrap().values();
        let there = listed
            .filter(|key| key["keyval"]["public"] == pem.as_str())
            .count();
        assert!(there == 1 || ALGORITHMS[number] == "ed25519", "{pem}");
        no_secret_is_written(&cards, number, &home.path().join("ceremony"));
    }
}

fn no_secret_is_written(cards: &CardRoom, number: usize, ceremony: &Path) {
    let secrets = crate::desk::secrets(cards, number);
    each_file(ceremony, &mut |path, bytes| {
        for secret in &secrets {
            let there = bytes.windows(secret.len()).any(|window| window == secret);
            assert!(!there, "a secret is in {}", path.display());
        }
    });
}

/// What an unattended run cannot know ends it, and what was set stays: the next run goes on.
#[test]
fn without_a_puk_the_run_stops_before_anything_is_asked_of_the_card() {
    let Some(cards) = CardRoom::new(&specs()) else {
        return;
    };
    let home = prepared(&cards);
    for number in 1..SERIALS.len() {
        cards.card(number).remove();
    }
    let answers = std::fs::read_to_string(home.path().join("answers.toml")).unwrap();
    let without = answers.replace("[puk.keyholder-1]\nenv = \"STORY_PUK\"\n", "");
    std::fs::write(home.path().join("without.toml"), without).unwrap();
    let run = [
        "run",
        "plan.toml",
        "--dir",
        "ceremony",
        "--answers",
        "without.toml",
    ];
    let output = rootstage(&cards, home.path(), &run).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(
        err.contains("keyholder-1") && err.contains("Nothing was asked of the token"),
        "{err}"
    );
    let status = cards.card(0).status();
    // tries and PIN were set before; the PUK is still the factory's
    assert_eq!(
        (status.pin_factory, status.puk_factory, status.wrong_pins),
        (false, true, 0)
    );
    // what is there is what the other file finds, and it goes on to where the next card is wanted
    let resume = ["resume", "ceremony", "--answers", "answers.toml"];
    let output = rootstage(&cards, home.path(), &resume).output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(err.contains("1002"), "{err}");
    let status = cards.card(0).status();
    assert!(!status.puk_factory && !status.management_factory);
    assert_eq!((status.wrong_pins, status.signatures), (0, 1));
}
