//! The screen that watches a hand scanner, in a real terminal.

use crate::pty::{LARGE, SMALL, Terminal};
use crate::venue::Room;
use crate::{envelope, transfer};

fn start(kind: crate::pty::Kind, room: &Room) -> Terminal {
    let output = room.at("got.rse");
    Terminal::start(
        kind,
        &["qr", "scan", "-", "-o", output.to_str().unwrap()],
        &[],
    )
}

#[test]
fn a_hand_scanner_types_a_file_and_never_presses_a_key() {
    let room = Room::new();
    let file = envelope();
    let transfer = transfer(&file);
    let needed = transfer.needed();
    let terminal = start(SMALL, &room);
    terminal.see("Scan the QR codes with the hand scanner");
    // what another sheet holds: keys of this screen among it
    terminal.keys("qqq\rrq\r");
    terminal.see("foreign 2");
    for number in 1..needed {
        terminal.keys(&format!("{}\r", transfer.text(number)));
        terminal.see(&format!("{number} of {needed} frames"));
    }
    terminal.keep("scan");
    // twice the same, then one that makes up for the missing one, as a paste
    terminal.keys(&format!("{}\r", transfer.text(1)));
    terminal.see("repeated 1");
    terminal.keys(&format!(
        "\x1b[200~{}\r\x1b[201~",
        transfer.text(needed + 2)
    ));
    let look = terminal.see("sender's screen");
    for word in transfer.digest().words() {
        assert!(look.has(word), "{word}\n{}", look.text());
    }
    terminal.keep("scan-complete");
    assert!(!room.at("got.rse").exists(), "before anybody has compared");
    terminal.see("it is the same");
    // an Enter right behind a scan is the scanner's; a hand comes later
    std::thread::sleep(std::time::Duration::from_millis(150));
    terminal.keys("\r");
    let ended = terminal.end();
    assert!(ended.status.success(), "{}", ended.text);
    assert!(
        ended.restored && ended.text.contains("got.rse written"),
        "{}",
        ended.text
    );
    assert_eq!(std::fs::read(room.at("got.rse")).unwrap(), file);
}

#[test]
fn a_person_leaves_with_one_key_and_nothing_is_written() {
    let room = Room::new();
    let transfer = transfer(&envelope());
    let needed = transfer.needed();
    for key in ["q", "\x1b", "\x03"] {
        let terminal = start(LARGE, &room);
        terminal.see("Scan the QR codes");
        terminal.keys(&format!("{}\r", transfer.text(0)));
        terminal.see(&format!("1 of {needed} frames"));
        // what a scanner types is over when its line is; a hand comes later
        terminal.see("Nothing is typed");
        terminal.keys(key);
        let ended = terminal.end();
        assert_eq!(ended.status.code(), Some(1), "{}", ended.text);
        assert!(ended.restored);
        assert!(ended.text.contains("still needed"), "{}", ended.text);
    }
    assert!(!room.at("got.rse").exists());
}

#[test]
fn a_camera_that_is_not_there_is_tried_again() {
    let room = Room::new();
    let (output, camera) = (room.at("got.rse"), room.at("camera"));
    std::os::unix::fs::symlink("/dev/null", &camera).unwrap();
    let call = ["qr", "scan", camera.to_str().unwrap(), "-o"];
    let terminal = Terminal::start(
        SMALL,
        &[&call[..], &[output.to_str().unwrap()]].concat(),
        &[],
    );
    terminal.see("this is no");
    terminal.see("try again");
    std::fs::remove_file(&camera).unwrap();
    terminal.keys("r");
    terminal.see("there is no");
    terminal.keys("q");
    let ended = terminal.end();
    assert_eq!(ended.status.code(), Some(1), "{}", ended.text);
}
