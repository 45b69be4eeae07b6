//! A reader written from `assets/envelope-format.md` alone, in Python, as a judge.

use std::fmt::Write as _;
use std::path::Path;

use crate::roots::{pair, root, signed};
use crate::venue::{Room, Said, said};

/// What the reader says; `None` where there is no Python.
fn read(room: &Room, file: &str) -> Option<Said> {
    let reader = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/read_envelope.py");
    let mut python = room.command("python3");
    if python.arg("--version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "python3 is not installed");
        eprintln!("SKIPPED: python3 is not installed");
        return None;
    }
    Some(said(room.command("python3").arg(reader).arg(file)))
}

#[test]
fn it_opens_what_we_pack() {
    let room = Room::new();
    let (a, b) = (pair(0), pair(1));
    let staged = root(1, &[&a, &b], 2);
    room.write("root.json", signed(&staged, &[&a]));
    room.write("a.pem", a.public().spki_pem());
    room.write("b.pem", b.public().spki_pem());
    room.write("empty", "");
    // more than DEFLATE takes in one block, and nothing that it can make shorter
    let mut noise = vec![0; 300_000];
    getrandom::fill(&mut noise).unwrap();
    room.write("noise", noise);
    for (kind, files) in [
        ("staged-role", &["root.json"][..]),
        ("signed-role", &["root.json"]),
        ("signatures", &["root.json"]),
        ("public-keys", &["b.pem", "a.pem"]),
        ("transcript", &["noise", "empty", "root.json"]),
        ("attestations", &["empty"]),
    ] {
        let output = format!("{kind}.rse");
        let call = ["envelope", "pack", "--kind", kind, "-o", &output, "--json"];
        let note = ["--note", "Zo\u{eb} \"quoted\" \\ </script>"];
        let packed = room.rootstage(&[&call[..], files, &note].concat());
        let packed = packed.is(0, &[]).json();
        let Some(judged) = read(&room, &output) else {
            return;
        };
        let mut expected = format!("content {}\n", packed["sha256"].as_str().unwrap());
        for payload in packed["payloads"].as_array().unwrap() {
            let _ = writeln!(
                expected,
                "{} {} {}",
                payload["sha256"].as_str().unwrap(),
                payload["size"],
                payload["name"].as_str().unwrap()
            );
        }
        assert_eq!((judged.status, judged.out), (0, expected), "{kind}");
    }
    // and refuses what we refuse
    let whole = std::fs::read(room.at("signatures.rse")).unwrap();
    for at in (0..whole.len()).step_by(37) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        room.write("d.rse", damaged);
        let judged = read(&room, "d.rse").unwrap();
        assert!(judged.status == 1 && judged.err.contains("refused"), "{at}");
        room.rootstage(&["envelope", "inspect", "d.rse"]).is(1, &[]);
    }
}
