//! Lines of a hand scanner that come through a pipe.

use std::io::Write as _;
use std::process::Stdio;

use crate::venue::{ROOTSTAGE, Room};
use crate::{envelope, transfer};

/// Runs `qr scan -` with these lines on its standard input: its exit status, and what it said.
fn piped(room: &Room, lines: &[u8]) -> (i32, String) {
    let mut child = room
        .command(ROOTSTAGE)
        .args(["qr", "scan", "-", "-o", "got.rse"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // it may have all it needs before the end
    let _ = child.stdin.take().unwrap().write_all(lines);
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.code().unwrap(),
        String::from_utf8(said).unwrap(),
    )
}

#[test]
fn lines_through_a_pipe_give_the_file() {
    let room = Room::new();
    let file = envelope();
    let transfer = transfer(&file);
    let mut lines = "noise\r\n\n\u{1b}[2J\nhttps://example.com\n"
        .as_bytes()
        .to_vec();
    lines.extend(b"\xff\xfe\n");
    for number in 0..transfer.needed() {
        let text = transfer.text(number + 1).to_lowercase();
        lines.extend(format!("{}\n{text}\r\n", &text[..text.len() - 3]).bytes());
    }
    let (status, said) = piped(&room, &lines);
    assert_eq!(status, 0, "{said}");
    assert_eq!(std::fs::read(room.at("got.rse")).unwrap(), file);
}

#[test]
fn lines_that_end_too_early_write_nothing() {
    let room = Room::new();
    let transfer = transfer(&envelope());
    let (status, said) = piped(&room, transfer.text(0).as_bytes());
    assert_eq!(status, 1, "{said}");
    assert!(
        said.contains(&format!("{} still needed", transfer.needed() - 1)),
        "{said}"
    );
    let (status, said) = piped(&room, b"");
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("no QR code was read"), "{said}");
    assert!(!room.at("got.rse").exists());
}
