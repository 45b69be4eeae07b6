//! What leaves: too long for QR codes, onto a medium that is full, write-protected or another one.

use std::fmt::Write as _;
use std::fs;

use rootstage::ceremony::ask::Form;
use rootstage::ceremony::carriage;
use rootstage::ceremony::medium::{MediumRole, Way};
use rootstage::digest::Sha256;
use rootstage::qr::MAX_FILE;
use rootstage::transcript::audit::Verdict;

use super::media::with_media;
use crate::room::{Room, plan};
use crate::world::{insert, pull, stick, with};

/// A plan whose root has so many keys for targets that no QR codes carry it.
fn of_many_keys(transport: &str) -> Room {
    let many = 120;
    let plan = with_media(&plan(2, 2), transport);
    let mut keys = String::new();
    for number in 0..many {
        let _ = write!(keys, "{{ path = \"keys/many-{number}.pem\" }}, ");
    }
    let one = "keys = [{ path = \"keys/targets.pem\" }]";
    let text = plan.replacen(one, &format!("keys = [{keys}]"), 1);
    assert_ne!(text, plan);
    let room = Room::prepared(&text);
    for number in 0..many {
        let key = key(number);
        fs::write(
            room.home.path().join(format!("keys/many-{number}.pem")),
            key,
        )
        .unwrap();
    }
    room
}

/// A public key, another one for each number.
fn key(number: u32) -> String {
    use p256::pkcs8::EncodePublicKey as _;
    let secret = Sha256::of(&number.to_be_bytes());
    let secret = p256::SecretKey::from_slice(&secret.0).unwrap();
    let ending = p256::pkcs8::LineEnding::LF;
    secret.public_key().to_public_key_pem(ending).unwrap()
}

#[test]
fn a_root_that_is_too_long_for_codes_leaves_by_the_other_ways_first() {
    for transport in [
        "out = [\"qr\", \"file\", \"medium\"]",
        "out = [\"medium\", \"file\", \"qr\"]",
    ] {
        let mut room = of_many_keys(transport);
        room.shelf.lock().unwrap().push(stick("sdb1", "out"));
        room.begin().unwrap();
        room.until("write", "written");
        let file = carriage::files(room.state(), Way::Qr).pop().unwrap();
        assert!(file.bytes.len() > MAX_FILE, "{}", file.bytes.len());
        while room.at().0 != "export" {
            room.go_on();
        }
        while room.at().1.starts_with("exported") {
            room.go_on();
        }
        assert_eq!(room.at().0, "export");
        assert_eq!(room.ask().form, Form::Halted);
        let words = room.words();
        for told in [
            "TOO LONG FOR QR CODES",
            &format!("root.rse has {} bytes", file.bytes.len()),
            "at most 16384",
            "It was not shown",
            "Two people may skip this step",
        ] {
            assert!(words.contains(told), "{told}: {words}");
        }
        let ways: Vec<Way> = room.state().exported.keys().copied().collect();
        assert_eq!(ways, [Way::File, Way::Medium]);
        // nobody passes it alone, nor the same person twice
        assert!(room.skip(&["VA", "VA"]).is_err());
        // and it is still there after the power went
        room.resume().unwrap();
        assert_eq!(room.ask().form, Form::Halted);
        room.skip(&["VA", "WW"]).unwrap();
        room.to_the_end().audits_clean();
        let audited = room.audit();
        let mut exceptions = audited.findings.iter();
        let exceptions = exceptions
            .find(|f| f.rule.id == "script.exceptions")
            .unwrap();
        assert_eq!(exceptions.verdict, Verdict::Pass);
        assert!(
            exceptions.sentence.contains("1 exception"),
            "{}",
            exceptions.sentence
        );
    }
}

/// A day whose result leaves on a medium; it waits before it is written.
fn leaving() -> Room {
    let mut room = Room::prepared(&with_media(&plan(2, 2), "out = [\"medium\"]"));
    let sticks = [stick("sdb1", "out"), stick("sdc1", "spare")];
    room.shelf.lock().unwrap().extend(sticks);
    room.begin().unwrap();
    room.until("write", "written");
    room
}

/// Everything that leaves is on this medium, and nothing else.
fn is_on(room: &Room, serial: &str) {
    let files = with(&room.shelf, serial, |stick| stick.files.clone());
    let wanted = carriage::files(room.state(), Way::Medium);
    assert_eq!(files.len(), wanted.len());
    for file in wanted {
        assert_eq!(files[&file.name], file.bytes, "{}", file.name);
    }
}

#[test]
fn out_is_full() {
    let mut room = leaving();
    with(&room.shelf, "out", |stick| stick.free = 700);
    room.until("export", "again");
    let words = room.words();
    assert!(words.contains("bytes free"), "{words}");
    assert!(words.contains("Do not delete anything"), "{words}");
    assert!(room.state().exported.is_empty());
    room.types(&["again"]).unwrap();
    assert_eq!(room.at().1, "again", "it is as full as before");
    room.types(&["another"]).unwrap();
    assert_eq!(room.ask().seats.len(), 2);
    assert!(room.types(&["sdz1"]).is_err());
    room.types(&["sdc1"]).unwrap();
    assert_eq!(room.at().1, "exported-medium");
    is_on(&room, "spare");
    room.to_the_end().audits_clean();
}

#[test]
fn out_is_write_protected() {
    let mut room = leaving();
    with(&room.shelf, "out", |stick| stick.medium.read_only = true);
    room.until("export", "again");
    let words = room.words();
    assert!(words.contains("refuses to be written to"), "{words}");
    assert!(words.contains("Nothing on it was changed"), "{words}");
    assert!(with(&room.shelf, "out", |stick| stick.files.is_empty()));
    // it cannot be chosen anew as it is
    room.types(&["another"]).unwrap();
    assert!(room.types(&["sdb1"]).is_err(), "write-protected");
    room.types(&["back"]).unwrap();
    // the switch is moved back
    with(&room.shelf, "out", |stick| stick.medium.read_only = false);
    room.types(&["again"]).unwrap();
    assert_eq!(room.at().1, "exported-medium");
    is_on(&room, "out");
    room.to_the_end().audits_clean();
}

#[test]
fn out_is_exchanged_for_another() {
    let mut room = leaving();
    pull(&room.shelf, "out");
    // of the same label, in its place
    let mut other = stick("sdb1", "other");
    other.medium.label = "OUT".to_owned();
    room.shelf.lock().unwrap().push(other);
    room.until("export", "again");
    let words = room.words();
    assert!(
        words.contains("serial out") && words.contains("serial other"),
        "{words}"
    );
    assert!(
        words.contains("Nothing was read from another medium"),
        "{words}"
    );
    room.types(&["again"]).unwrap();
    assert_eq!(room.at().1, "again", "it is still another one");
    assert!(with(&room.shelf, "other", |stick| stick.files.is_empty()));
    pull(&room.shelf, "other");
    insert(&room.shelf, "out");
    room.types(&["again"]).unwrap();
    is_on(&room, "out");
    assert_eq!(room.state().media[&MediumRole::Out].serial, "out");
    room.to_the_end().audits_clean();
    assert!(with(&room.shelf, "other", |stick| stick.files.is_empty()));
}
