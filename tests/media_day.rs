//! Whole rehearsals with media as they are: ext4 in image files, mounted by the program itself, pulled,
//! exchanged, found again.
//!
//! Loop devices and mounting need root; where the kernel does not allow them, a test says SKIPPED.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "support/room.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the room")]
mod room;
#[path = "media/sticks.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the sticks")]
mod sticks;
#[path = "support/world.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the world")]
mod world;
#[path = "support/yubikeys.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the drawer")]
mod yubikeys;

use std::io::{Seek as _, SeekFrom};
use std::path::PathBuf;

use rootstage::ceremony::medium::{MediumRole, Way};
use rootstage::ceremony::state::LogCopy;

use room::{Room, failing, plan};
use sticks::{Stick, image, pull};

/// A rehearsal with real media.
fn day(stick: &Stick, transport: &str) -> Room {
    let plan = plan(2, 2).replacen(
        "[policy]",
        &format!("[transport]\n{transport}\n\n[policy]"),
        1,
    );
    let mut room = Room::prepared(&plan);
    room.sticks = Some(stick.machine.clone());
    room.begin().unwrap();
    room
}

/// Gives the role that is asked about to this stick.
fn choose(room: &mut Room, stick: &Stick) {
    let word = stick.node().rsplit('/').next().unwrap().to_owned();
    room.types(&[&word]).unwrap();
}

/// Where the program has the LOG medium mounted.
fn mounted(stick: &Stick) -> PathBuf {
    let mut entries = std::fs::read_dir(&stick.machine.run).unwrap();
    entries.next().unwrap().unwrap().path()
}

/// What is on the medium is the transcript, and can be audited there.
fn copied(room: &Room, stick: &mut Stick) {
    let transcript = std::fs::read(room.transcript()).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let mut copy = None;
    for (name, bytes) in stick.files() {
        let path = elsewhere.path().join(&name);
        if name.ends_with(".transcript.jsonl") {
            assert!(bytes == transcript, "the copy differs");
            copy = Some(path.clone());
        }
        std::fs::write(path, bytes).unwrap();
    }
    let head = Some(room.state().head);
    let audited = rootstage::directory::audit(&copy.unwrap(), head, Vec::new()).unwrap();
    assert_eq!(failing(&audited), [] as [&str; 0]);
}

#[test]
fn a_log_medium_is_pulled_and_found_again() {
    let Some(mut stick) = Stick::ext4(32) else {
        return;
    };
    let mut room = day(&stick, "log = true");
    room.until("media", "medium-log");
    choose(&mut room, &stick);
    assert_eq!(room.state().log, LogCopy::Kept);
    room.until("sign.keyholder-1", "secret");
    pull(&mounted(&stick));
    room.go_on();
    assert_eq!(room.at().1, "log-lost");
    assert_eq!(
        room.state().signatures.len(),
        1,
        "what was under way is finished"
    );
    room.types(&["attach"]).unwrap();
    assert_eq!(room.state().log, LogCopy::Kept, "{}", room.words());
    // and once more
    room.until("verify", "verified");
    pull(&mounted(&stick));
    room.go_on();
    room.types(&["attach"]).unwrap();
    room.to_the_end().audits_clean();
    // the program let go of it at the end
    stick.is_left_alone();
    copied(&room, &mut stick);
}

#[test]
fn a_ceremony_goes_on_with_a_torn_copy() {
    let Some(mut stick) = Stick::ext4(32) else {
        return;
    };
    let mut room = day(&stick, "log = true");
    room.until("media", "medium-log");
    choose(&mut room, &stick);
    room.until("review.keyholder-2", "review").power_cut();
    let node = stick.node().to_owned();
    let at = stick.mount("mount", &[&node]).unwrap();
    for (name, bytes) in sticks::files_in(&at) {
        if name.ends_with(".transcript.jsonl") {
            let file = std::fs::OpenOptions::new().write(true).open(at.join(name));
            let mut file = file.unwrap();
            file.set_len(bytes.len() as u64 - 30).unwrap();
            file.seek(SeekFrom::End(0)).unwrap();
        }
    }
    stick.unmount();
    room.resume().unwrap();
    assert_eq!(
        room.at(),
        ("review.keyholder-2".to_owned(), "review".to_owned())
    );
    room.to_the_end().audits_clean();
    copied(&room, &mut stick);
}

#[test]
fn an_out_medium_is_swapped_pulled_and_takes_what_leaves_in_the_end() {
    let Some(mut stick) = Stick::ext4(32) else {
        return;
    };
    let mut room = day(&stick, "out = [\"medium\"]");
    room.until("media", "medium-out");
    choose(&mut room, &stick);
    let bound = room.state().media[&MediumRole::Out].clone();
    room.until("write", "written");
    // another one of the same label lies in its place
    let right = stick.image();
    stick.swap(|path| image(path, 32, "mkfs.ext4", &["-q", "-L", "OUT"]));
    room.until("export", "again");
    assert!(room.words().contains("was not found"), "{}", room.words());
    assert_eq!(stick.files(), [], "nothing was written to it");
    let pulled = stick.unplug();
    room.types(&["again"]).unwrap();
    assert_eq!(room.at().1, "again");
    pulled.plug(&[], &right);
    room.types(&["again"]).unwrap();
    assert_eq!(room.at().1, "exported-medium", "{}", room.words());
    assert_eq!(room.state().media[&MediumRole::Out], bound);
    room.to_the_end().audits_clean();
    let there = stick.files();
    assert_eq!(room.state().exported[&Way::Medium].len(), 2 * there.len());
    for (name, bytes) in there {
        assert_eq!(
            std::fs::read(room.dir().join("out").join(name)).unwrap(),
            bytes
        );
    }
    stick.is_left_alone();
}

#[test]
fn a_label_that_misleads_is_written_out_everywhere() {
    if !sticks::tool("mkfs.ext4") {
        return;
    }
    // what turns the line round, moves the cursor, shows nothing
    let label = "\u{1b}[2J\u{202e}GOL\u{200b}\u{7}";
    let Some(stick) = Stick::of(|path| image(path, 32, "mkfs.ext4", &["-q", "-L", label])) else {
        return;
    };
    let written_out = "\\u{1b}[2J\\u{202e}GOL\\u{200b}\\u{7}";
    assert_eq!(stick.medium().label, written_out);
    for verb in [
        &["media", "list", "--all", "--images"][..],
        &["media", "list", "--images", "--json"],
    ] {
        let listed = std::process::Command::new(env!("CARGO_BIN_EXE_rootstage"))
            .args(verb)
            .output()
            .unwrap();
        let said = String::from_utf8(listed.stdout).unwrap();
        assert!(said.contains("202e}GOL"), "{said}");
        assert!(
            said.lines().all(|line| rootstage::safe::safe(line) == line),
            "{said}"
        );
    }
    let mut room = day(&stick, "log = true");
    room.until("media", "medium-log");
    assert!(format!("{:?}", room.ask().facts).contains("202e}GOL"));
    choose(&mut room, &stick);
    room.to_the_end().audits_clean();
    let text = std::fs::read_to_string(room.transcript()).unwrap();
    assert!(text.lines().all(|line| rootstage::safe::safe(line) == line));
    // it is found again by what was written out
    let bound = &room.state().media[&MediumRole::Log];
    assert_eq!(bound.label, written_out);
    stick.is_left_alone();
}
