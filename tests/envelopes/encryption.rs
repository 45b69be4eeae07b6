//! Encrypted envelopes, with the age programs as judges.

use std::io::{Read as _, Write as _};

use crate::roots::CREATED;
use crate::venue::{ROOTSTAGE, Room, Said, said};

const PASSPHRASE: &str = "granite-otter-velvet-7";

/// Whether the age programs are there.
fn age() -> bool {
    let there = std::process::Command::new("age")
        .arg("--version")
        .output()
        .is_ok();
    let required = ["CI", "ROOTSTAGE_REQUIRE_JUDGES"]
        .iter()
        .any(|set| std::env::var_os(set).is_some());
    assert!(there || !required, "age is not installed: run tests/setup");
    if !there {
        eprintln!("SKIPPED: age is not installed (tests/setup installs it)");
    }
    there
}

/// A key pair of age: its recipient. The identity is in the file.
fn keygen(room: &Room, file: &str) -> String {
    let made = said(room.command("age-keygen").args(["-o", file]));
    assert_eq!(made.status, 0, "{made:?}");
    let line = room.read(file);
    let line = line.lines().find(|line| line.contains("age1")).unwrap();
    line.rsplit(' ').next().unwrap().to_owned()
}

fn pack(room: &Room, output: &str, more: &[&str]) -> Said {
    let call = [
        "envelope",
        "pack",
        "--kind",
        "transcript",
        "t.jsonl",
        "--created",
        CREATED,
        "-o",
        output,
    ];
    said(
        room.command(ROOTSTAGE)
            .args(call)
            .args(more)
            .env("PASS", PASSPHRASE),
    )
}

#[test]
fn several_recipients_and_age_opens_it() {
    if !age() {
        return;
    }
    let room = Room::new();
    room.write("t.jsonl", "{\"record\":1}\n".repeat(9000));
    let (a, b) = (keygen(&room, "a.key"), keygen(&room, "b.key"));
    keygen(&room, "c.key");
    room.write("no.key", "AGE-SECRET-KEY-1QQ\n");
    pack(&room, "plain.rse", &[]).is(0, &[]);
    pack(&room, "e.rse", &["-r", &a, "--recipient", &b]).is(0, &["for recipients"]);
    let plain = std::fs::read(room.at("plain.rse")).unwrap();
    for key in ["a.key", "b.key"] {
        let opened = room
            .command("age")
            .args(["-d", "-i", key, "e.rse"])
            .output()
            .unwrap();
        assert!(opened.status.success() && opened.stdout == plain, "{key}");
        let out = format!("from-{key}");
        room.rootstage(&["envelope", "open", "e.rse", "-o", &out, "--identity", key])
            .is(0, &["for recipients"]);
        assert_eq!(room.read(&format!("{out}/t.jsonl")), room.read("t.jsonl"));
    }
    // and what age encrypts, we open
    let made = said(
        room.command("age")
            .args(["-r", &b, "-o", "by-age.rse", "plain.rse"]),
    );
    assert_eq!(made.status, 0, "{made:?}");
    let inspect = |file: &str, more: &[&str]| {
        room.rootstage(&[&["envelope", "inspect", file], more].concat())
    };
    inspect(
        "by-age.rse",
        &["--identity", "c.key", "--identity", "b.key"],
    )
    .is(0, &["t.jsonl"]);
    inspect("e.rse", &["--identity", "c.key"]).is(1, &["not encrypted for any"]);
    inspect("e.rse", &[]).is(2, &["--identity FILE"]);
    inspect("e.rse", &["--identity", "no.key"]).is(3, &["line 1 of the identity file"]);
    inspect("e.rse", &["--identity", "absent"]).is(3, &["absent"]);
    let secret = room.read("a.key");
    let secret = secret.lines().last().unwrap();
    let refused = pack(&room, "s.rse", &["-r", secret]);
    refused.is(2, &["this is a secret key"]);
    assert!(!refused.err.contains(secret));
    // an encrypted envelope is never written over anything
    pack(&room, "e.rse", &["-r", &a]).is(2, &["left as it is"]);
    // damage anywhere is found
    let whole = std::fs::read(room.at("e.rse")).unwrap();
    for at in [30, 100, whole.len() / 2, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[at] ^= 1;
        room.write("d.rse", damaged);
        let found = inspect("d.rse", &["--identity", "a.key"]);
        assert!(found.status == 1 && found.out.is_empty(), "{at}: {found:?}");
    }
}

#[test]
fn a_passphrase_from_the_environment_or_a_descriptor() {
    let room = Room::new();
    room.write("t.jsonl", "{}\n");
    pack(&room, "e.rse", &["--passphrase-env", "PASS"]).is(0, &["under a passphrase"]);
    let with = |words: &str| {
        room.shell(&format!(
            "PASS={PASSPHRASE} WRONG=not-the-passphrase \"$ROOTSTAGE\" envelope inspect e.rse {words}"
        ))
    };
    with("--passphrase-env PASS").is(0, &["t.jsonl"]);
    with(&format!("--passphrase-fd 3 3<<<{PASSPHRASE}")).is(0, &["t.jsonl"]);
    with("--passphrase-env WRONG").is(1, &["not the one", "Nothing was opened"]);
    with("--passphrase-env ABSENT").is(3, &["ABSENT is not set"]);
    with("--passphrase-env PASS --passphrase-fd 3").is(2, &[]);
    room.shell("setsid -w \"$ROOTSTAGE\" envelope inspect e.rse")
        .is(3, &["there is no terminal", "--passphrase-env"]);
    let short = room.shell(
        "P=short \"$ROOTSTAGE\" envelope pack --kind transcript t.jsonl -o s.rse --passphrase-env P",
    );
    short.is(2, &["fewer than 8 bytes"]);
    let both = pack(&room, "s.rse", &["--passphrase-env", "PASS", "-r", "age1x"]);
    both.is(2, &["not both"]);
    pack(&room, "s.rse", &["--passphrase", "-r", "age1x"]).is(2, &[]);
    assert!(!room.at("s.rse").exists());
    for said in [with("--passphrase-env PASS"), short, both] {
        assert!(!said.out.contains(PASSPHRASE) && !said.err.contains(PASSPHRASE));
    }
}

#[test]
fn a_passphrase_from_the_terminal_is_not_echoed() {
    let room = Room::new();
    room.write("t.jsonl", "{}\n");
    let typed = |words: &[&str], lines: &[&str]| {
        let (mut pty, pts) = pty_process::blocking::open().unwrap();
        let command = pty_process::blocking::Command::new(ROOTSTAGE)
            .current_dir(room.path())
            .arg("envelope")
            .args(words);
        let mut child = command.spawn(pts).unwrap();
        let mut seen = Vec::new();
        let mut asked = 0;
        let mut byte = [0; 256];
        // an error is the end of the terminal
        while let Ok(read @ 1..) = pty.read(&mut byte) {
            seen.extend_from_slice(&byte[..read]);
            let questions = seen.windows(2).filter(|two| two == b": ").count();
            if questions > asked && seen.ends_with(b": ") && asked < lines.len() {
                writeln!(pty, "{}", lines[asked]).unwrap();
                asked = questions;
            }
        }
        let status = child.wait().unwrap().code().unwrap();
        let seen = String::from_utf8(seen).unwrap();
        for line in lines {
            assert!(!seen.contains(line), "{seen}");
        }
        (status, seen)
    };
    let pack = [
        "pack",
        "--kind",
        "transcript",
        "t.jsonl",
        "-o",
        "e.rse",
        "--passphrase",
    ];
    let (status, seen) = typed(&pack, &[PASSPHRASE, "something else"]);
    assert!(status == 2 && seen.contains("differ"), "{seen}");
    assert!(!room.at("e.rse").exists());
    let (status, seen) = typed(&pack, &[PASSPHRASE, PASSPHRASE]);
    assert!(status == 0 && seen.contains("e.rse written"), "{seen}");
    let (status, seen) = typed(&["open", "e.rse", "-o", "d"], &[PASSPHRASE]);
    assert!(status == 0 && seen.contains("under a passphrase"), "{seen}");
    assert_eq!(room.read("d/t.jsonl"), "{}\n");
    let (status, seen) = typed(&["inspect", "e.rse"], &["granite-otter-velvet-8"]);
    assert!(status == 1 && seen.contains("not the one"), "{seen}");
}
