//! One signature at a desk, and the signatures of two desks brought together.

use std::fs;

use crate::venue::{ROOTSTAGE, Room, Said, said};

const ANSWERS: &str = "as_asked = true\n[secret.keyholder]\nenv = \"PASS\"\n";

/// A staged root 2, and the root 1 and the tokens of a rehearsal before it.
fn staged() -> Room {
    let room = Room::new();
    room.rootstage(&[
        "rehearse",
        "--script",
        "sign-staged",
        "--unattended",
        "--dir",
        "d",
    ])
    .is(0, &["REHEARSAL, closed"]);
    fs::write(room.at("answers.toml"), ANSWERS).unwrap();
    fs::copy(room.at("d/staged/root.json"), room.at("root.json")).unwrap();
    fs::copy(
        room.at("d/before/metadata/1.root.json"),
        room.at("1.root.json"),
    )
    .unwrap();
    room
}

fn sign(room: &Room, number: u32, more: &[&str]) -> Said {
    let token = format!("file:d/before/tokens/keyholder-{number}.age");
    let dir = format!("desk-{number}");
    let mut words = vec![
        "sign",
        "root.json",
        "--token",
        &token,
        "--name",
        "Ada K",
        "--initials",
        "AK",
        "--dir",
        &dir,
        "--answers",
        "answers.toml",
    ];
    words.extend(more);
    let secret = format!("rehearsal of keyholder-{number}");
    said(room.command(ROOTSTAGE).args(&words).env("PASS", &secret))
}

#[test]
fn two_desks_sign_and_their_signatures_are_brought_together() {
    let room = staged();
    let trusted = ["--trusted", "1.root.json"];
    for number in [1, 2] {
        sign(&room, number, &trusted).is(0, &["1 of 2 needed: root 1 (trusted now)"]);
        let dir = format!("desk-{number}");
        room.rootstage(&["audit", &dir])
            .is(0, &["AUDIT PASSED", "signing continues elsewhere"]);
    }
    let one = "desk-1/metadata/root.json";
    let both = ["root", "verify", one, "--trusted", "1.root.json"];
    room.rootstage(&both).is(1, &["NOT ENOUGH"]);
    let two = "desk-2/metadata/root.json";
    room.rootstage(&[
        "envelope",
        "merge",
        one,
        two,
        "-o",
        "whole.json",
        "--trusted",
        "1.root.json",
    ])
    .is(0, &[]);
    room.rootstage(&["root", "verify", "whole.json", "--trusted", "1.root.json"])
        .is(0, &[]);
    let signed = |file: &str| {
        let text = fs::read_to_string(room.at(file)).unwrap();
        text[text.find("\"signed\"").unwrap()..].to_owned()
    };
    assert_eq!(
        signed("root.json").trim_end(),
        signed("whole.json").trim_end()
    );
}

#[test]
fn what_cannot_be_signed_is_refused_before_a_pin_is_asked() {
    let room = staged();
    let trusted = ["--trusted", "1.root.json"];
    // a key that nobody listed
    room.rootstage(&[
        "rehearse",
        "--unattended",
        "--keyholders",
        "2",
        "--threshold",
        "1",
        "--dir",
        "other",
    ])
    .is(0, &[]);
    fs::copy(
        room.at("other/tokens/keyholder-1.age.pub"),
        room.at("d/before/tokens/keyholder-3.age.pub"),
    )
    .unwrap();
    sign(&room, 3, &trusted).is(1, &["would count for nothing", "Nothing was signed"]);
    // a root that does not come first, without the one before it
    sign(&room, 1, &[]).is(1, &["needs people", "comes version 1"]);
    // a trusted root that is not there, a file that is no metadata
    sign(&room, 2, &["--trusted", "absent.json"]).is(3, &["absent.json"]);
    fs::write(room.at("root.json"), "{\"signed\": 1}").unwrap();
    sign(&room, 2, &trusted).is(1, &["root.json", "Nothing was signed"]);
    assert!(!room.at("desk-2").exists(), "nothing was begun");
}
