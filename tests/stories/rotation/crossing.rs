//! Content that comes on one medium, and leaves on another.

use std::fs;

use rootstage::ceremony::effect::Effect;
use rootstage::ceremony::medium::{MediumRole, Way};
use rootstage::envelope::Kind;

use super::across::{packed, staged, trusted, with_crossing};
use super::{Holder, first, plan, result, staged_part};
use crate::room::{Room, failing};
use crate::world::{What, insert, pull, stick, with};

const EXPIRES: &str = "2028-01-01T00:00:00Z";

/// A day on which everything crosses on media: IN, OUT, and one more.
fn day(room: &Room, holders: &[Holder], name: &str, staged: &[u8]) -> Room {
    let transport = "[transport]\nin = [\"medium\"]\nout = [\"medium\"]\n";
    let part = staged_part("").replace("root.json", &format!("given/{name}"));
    let part = part.replace("given/trusted.json", "trusted.json");
    let text = plan(&format!("{part}\n{transport}"), holders, "");
    let home = &room.home;
    let mut later = Room::later_prepared(home, "media", &text, &with_crossing());
    let mut incoming = stick("sdb1", "in");
    incoming
        .files
        .insert("trusted.json".to_owned(), trusted(room));
    incoming.files.insert(name.to_owned(), staged.to_vec());
    later
        .shelf
        .lock()
        .unwrap()
        .extend([incoming, stick("sdc1", "out"), stick("sdd1", "third")]);
    later.begin().unwrap();
    later
}

#[test]
fn content_comes_on_one_medium_and_leaves_on_another() {
    let (room, one) = first();
    let holders = [Holder::stays(1, one.get()), Holder::stays(2, one.get())];
    let staged = packed(Kind::StagedRole, &["root.json"], &staged(&room, EXPIRES));
    let mut room = day(&room, &holders, "root-2.rse", &staged);
    let before = with(&room.shelf, "in", |stick| stick.files.clone());
    room.to_the_end().audits_clean();
    assert_eq!(
        with(&room.shelf, "in", |stick| stick.files.clone()),
        before,
        "IN is only read"
    );
    one.next(&result(&room, "2.root.json")).unwrap();
    let out = with(&room.shelf, "out", |stick| stick.files.clone());
    assert!(!out.is_empty());
    for (name, bytes) in &out {
        assert_eq!(
            fs::read(room.dir().join("out").join(name)).unwrap(),
            *bytes,
            "{name}"
        );
    }
    let exported = &room.state().exported[&Way::Medium];
    assert_eq!(exported.len(), 2 * out.len());
    // the envelope that came in is kept, and it counts to its last byte
    let kept = fs::read_dir(room.dir().join("in")).unwrap();
    let kept: Vec<_> = kept.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(kept.len(), 3, "{kept:?}");
    let came = kept
        .iter()
        .find(|path| fs::read(path).unwrap() == staged)
        .unwrap();
    let mut bytes = staged.clone();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(came, &bytes).unwrap();
    assert_eq!(failing(&room.audit()), ["files.in"]);
    fs::write(came, &staged).unwrap();
    // so does what left
    let (name, bytes) = out.iter().next().unwrap();
    let left = room.dir().join("out").join(name);
    fs::write(&left, b"{}").unwrap();
    assert_eq!(failing(&room.audit()), ["files.out"]);
    fs::remove_file(&left).unwrap();
    assert_eq!(failing(&room.audit()), ["files.out"]);
    fs::write(&left, bytes).unwrap();
    room.audits_clean();
}

#[test]
fn what_is_not_wanted_is_not_taken() {
    let (room, one) = first();
    let staged = staged(&room, EXPIRES);
    let mut encrypted = b"age-encryption.org/v1\n".to_vec();
    encrypted.extend([7; 100]);
    let mut damaged = packed(Kind::StagedRole, &["root.json"], &staged);
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    let key = crate::room::online_key(1);
    for (number, (bytes, says)) in [
        (encrypted, "encrypted"),
        (damaged, "not taken"),
        (staged.clone(), "no envelope"),
        (
            packed(Kind::PublicKeys, &["a.pem"], key.as_bytes()),
            "kind public-keys",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let holders = [Holder::stays(1, one.get()), Holder::stays(2, one.get())];
        let mut bad = day(&room, &holders, "root-2.rse", &bytes);
        bad.until("import", "again");
        assert!(bad.words().contains(says), "{number}: {}", bad.words());
        assert!(bad.state().payload.is_none());
        // the right one on the same medium goes on
        let right = packed(Kind::StagedRole, &["root.json"], &staged);
        with(&bad.shelf, "in", |stick| {
            stick.files.insert("root-2.rse".to_owned(), right)
        });
        bad.until("import", "imported");
        drop(bad);
        fs::remove_dir_all(room.home.path().join("media")).unwrap();
    }
}

#[test]
fn in_is_exchanged_for_another_of_the_same_label() {
    let (room, one) = first();
    let holders = [Holder::stays(1, one.get()), Holder::stays(2, one.get())];
    let staged = staged(&room, EXPIRES);
    let mut room = day(&room, &holders, "root.json", &staged);
    room.until("media", "medium-out");
    pull(&room.shelf, "in");
    let mut other = stick("sdb1", "other");
    other.medium.label = "IN".to_owned();
    other.files = with(&room.shelf, "in", |stick| stick.files.clone());
    room.shelf.lock().unwrap().push(other);
    // OUT is still that one
    room.types(&["sdc1"]).unwrap();
    assert_eq!(room.at(), ("trusted".to_owned(), "again".to_owned()));
    assert!(room.words().contains("serial other"), "{}", room.words());
    assert!(room.state().inputs.is_empty());
    room.types(&["another"]).unwrap();
    assert_eq!(room.at().1, "medium-in");
    room.types(&["back"]).unwrap();
    assert_eq!(room.at().1, "again");
    room.types(&["another"]).unwrap();
    room.types(&["sdb1"]).unwrap();
    assert_eq!(room.state().media[&MediumRole::In].serial, "other");
    assert_eq!(room.at().0, "trusted");
    assert_ne!(room.at().1, "again");
    room.to_the_end().audits_clean();
}

#[test]
fn out_is_pulled_full_and_exchanged() {
    let (room, one) = first();
    let holders = [Holder::stays(1, one.get()), Holder::stays(2, one.get())];
    let staged = staged(&room, EXPIRES);
    let mut room = day(&room, &holders, "root.json", &staged);
    room.until("write", "written");
    pull(&room.shelf, "out");
    room.until("export", "again");
    assert!(room.state().exported.is_empty());
    insert(&room.shelf, "out");
    with(&room.shelf, "out", |stick| stick.free = 50);
    room.types(&["again"]).unwrap();
    assert_eq!(room.at().1, "again");
    assert!(room.words().contains("bytes free"), "{}", room.words());
    room.types(&["another"]).unwrap();
    room.types(&["sdd1"]).unwrap();
    assert_eq!(room.state().media[&MediumRole::Out].serial, "third");
    assert_eq!(room.at().1, "exported-medium");
    assert!(with(&room.shelf, "third", |stick| !stick.files.is_empty()));
    room.to_the_end().audits_clean();
}

#[test]
fn the_power_goes_while_it_leaves() {
    for what in [What::PowerCutBefore, What::PowerCutAfter] {
        let (room, one) = first();
        let holders = [Holder::stays(1, one.get()), Holder::stays(2, one.get())];
        let staged = staged(&room, EXPIRES);
        let mut room = day(&room, &holders, "root.json", &staged);
        room.happens(
            "export",
            |effect| matches!(effect, Effect::Export { .. }),
            what,
        );
        room.until_dark();
        room.resume().unwrap();
        assert_eq!(room.at().1, "exported-medium");
        room.to_the_end().audits_clean();
    }
}
