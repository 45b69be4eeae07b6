//! Directories that were made to harm: refused with a sentence, never with a traceback, and soon.

use std::os::unix::fs::symlink;

use crate::venue::{Room, said};
use crate::{copied, rehearsed, verifier};

#[test]
fn files_that_are_not_of_their_form() {
    let room = Room::new();
    let made = rehearsed(&room, "made", &["--keyholders", "2", "--threshold", "1"]);
    let dir = room.at("d");
    let deep = "[".repeat(100_000);
    let member = format!("{{\"signed\":{deep}");
    let nested = format!(
        "{{\"signatures\":[],\"signed\":{{\"_type\":\"root\",\"version\":1,\"x\":{}{}}}}}",
        "[".repeat(500),
        "]".repeat(500)
    );
    let huge = format!(
        "{{\"signatures\":[],\"signed\":{{\"version\":{}}}}}",
        "9".repeat(50_000)
    );
    let twice = "{\"signatures\":[],\"signatures\":[],\"signed\":{}}";
    let half =
        "{\"signatures\":[],\"signed\":{\"_type\":\"root\",\"version\":1,\"x\":\"\\ud800\"}}";
    let float = "{\"signatures\":[],\"signed\":{\"_type\":\"root\",\"version\":1.5}}";
    let types = "{\"signatures\":{},\"signed\":{\"_type\":[],\"version\":true}}";
    let terminal = "{\"signatures\":[{\"keyid\":\"\\u001b[2J\",\"sig\":\"\"}],\"signed\":\
                    {\"_type\":\"root\",\"version\":1,\"keys\":{},\"roles\":{\"root\":{\"keyids\":[],\"threshold\":0}}}}";
    let hostile: [&[u8]; 12] = [
        b"",
        b"\n",
        b"\xff\xfe\x00",
        b"null",
        b"{\"signed\":NaN}",
        member.as_bytes(),
        nested.as_bytes(),
        huge.as_bytes(),
        twice.as_bytes(),
        half.as_bytes(),
        float.as_bytes(),
        types.as_bytes(),
    ];
    for bytes in hostile.into_iter().chain([terminal.as_bytes()]) {
        for file in [
            "transcript.jsonl",
            "metadata/root.json",
            "seal.dsse.json",
            "plan.toml",
            "script.toml",
        ] {
            let _ = std::fs::remove_dir_all(&dir);
            copied(&made, &dir);
            std::fs::write(dir.join(file), bytes).unwrap();
            let Some(said) = verifier(&dir, &[]) else {
                return;
            };
            said.is(1, &["FAIL"]);
            assert!(!said.out.contains('\u{1b}'), "{said:?}");
        }
        // as a root that the auditor brings along: nothing was verified
        let brought = room.write("root.json", bytes);
        let said = verifier(&made, &["--trusted-root", brought.to_str().unwrap()]).unwrap();
        assert!([1, 3].contains(&said.status), "{said:?}");
    }
}

#[test]
fn links_pipes_and_directories_in_the_place_of_files() {
    let room = Room::new();
    let made = rehearsed(&room, "made", &["--keyholders", "2", "--threshold", "1"]);
    let dir = room.at("d");
    for file in [
        "metadata/root.json",
        "seal.dsse.json",
        "plan.toml",
        "transcript.jsonl",
    ] {
        for kind in ["link", "pipe", "directory"] {
            let _ = std::fs::remove_dir_all(&dir);
            copied(&made, &dir);
            let path = dir.join(file);
            std::fs::remove_file(&path).unwrap();
            match kind {
                "link" => symlink(made.join(file), &path).unwrap(),
                "pipe" => {
                    said(room.command("mkfifo").arg(&path)).is(0, &[]);
                }
                _ => std::fs::create_dir(&path).unwrap(),
            }
            let Some(said) = verifier(&dir, &[]) else {
                return;
            };
            let status = if file == "transcript.jsonl" { 3 } else { 1 };
            assert_eq!(said.status, status, "{file} {kind} {said:?}");
        }
    }
    let away = room.at("away");
    verifier(&away, &[])
        .unwrap()
        .is(3, &["Nothing was verified"]);
    verifier(&made, &["--trusted-root", away.to_str().unwrap()])
        .unwrap()
        .is(3, &["Nothing was verified"]);
    verifier(&made, &["--no-such-word"]).unwrap().is(2, &[]);
}
