//! Media that are full, gone, or lie.

use std::fs;

use rootstage::ceremony::effect::{Effect, Outcome};
use rootstage::ceremony::token::Fault;

use crate::room::{Room, failing, plan};
use crate::world::What;

fn is_write(effect: &Effect) -> bool {
    matches!(effect, Effect::WriteMetadata { .. })
}

/// A rehearsal that writes to a stick as well.
fn with_stick() -> Room {
    Room::with_plan(&plan(2, 2).replace(
        "[policy]",
        "[output]\ndirectories = [\"stick\"]\n\n[policy]",
    ))
}

#[test]
fn the_stick_is_not_mounted_and_then_it_is() {
    let mut room = with_stick();
    room.until("write", "again");
    assert!(
        room.words().contains("stick") && room.words().contains("mounted"),
        "{}",
        room.words()
    );
    fs::create_dir(room.home.path().join("stick")).unwrap();
    room.go_on();
    assert_eq!(room.at(), ("write".to_owned(), "written".to_owned()));
    assert_eq!(room.state().written.len(), 4);
    room.to_the_end().audits_clean();
    let stick = fs::read(room.home.path().join("stick/1.root.json")).unwrap();
    assert_eq!(
        stick,
        fs::read(room.dir().join("metadata/root.json")).unwrap()
    );
}

#[test]
fn another_root_on_the_stick_stays_as_it_is() {
    let mut room = with_stick();
    let there = room.home.path().join("stick/root.json");
    fs::create_dir(there.parent().unwrap()).unwrap();
    fs::write(&there, "{}").unwrap();
    room.until("write", "again");
    assert_eq!(fs::read(&there).unwrap(), b"{}");
    fs::remove_file(&there).unwrap();
    room.to_the_end().audits_clean();
}

#[test]
fn what_is_read_back_is_not_what_was_written() {
    let mut room = Room::open(2, 2);
    for lie in [
        Outcome::Fault(Fault::ReadBackDiffers {
            path: "/media/out/root.json".to_owned(),
        }),
        Outcome::Fault(Fault::Storage {
            path: "/media/out".to_owned(),
            reason: "No space left on device".to_owned(),
        }),
        // A world that says it wrote something else, or nothing.
        Outcome::Written(Vec::new()),
    ] {
        room.happens("write", is_write, What::Instead(lie));
    }
    for _ in 0..3 {
        room.until("write", "again");
        assert!(room.state().written.is_empty());
        room.go_on();
    }
    assert_eq!(room.at().1, "written");
    room.to_the_end().audits_clean();
}

#[test]
fn a_file_that_nobody_wrote_is_found() {
    let mut room = Room::open(2, 2);
    room.to_the_end();
    let stray = room.dir().join("metadata/2.root.json");
    fs::write(&stray, "{}").unwrap();
    assert_eq!(failing(&room.audit()), ["root.files"]);
    fs::remove_file(stray).unwrap();
    fs::remove_file(room.dir().join("metadata/1.root.json")).unwrap();
    assert_eq!(failing(&room.audit()), ["root.files"]);
}

#[test]
fn a_key_file_is_missing_and_then_it_is_there() {
    let mut room = Room::open(2, 2);
    let file = room.home.path().join("keys/targets.pem");
    let pem = fs::read(&file).unwrap();
    fs::remove_file(&file).unwrap();
    room.until("assemble", "again");
    assert!(room.words().contains("targets.pem"), "{}", room.words());
    fs::write(&file, pem).unwrap();
    room.to_the_end().audits_clean();
}

#[test]
fn nothing_secret_is_in_the_ceremony_directory() {
    let mut room = Room::open(3, 2);
    room.until("sign.keyholder-1", "secret");
    room.mistyped
        .insert("keyholder-1".to_owned(), "a passphrase mistyped".to_owned());
    room.to_the_end();
    let mut files = 0;
    crate::room::each_file(room.home.path(), &mut |path, bytes| {
        files += 1;
        for secret in [
            &b"cobalt marmalade"[..],
            b"a passphrase mistyped",
            b"PRIVATE KEY",
        ] {
            assert!(
                !bytes.windows(secret.len()).any(|part| part == secret),
                "{}",
                path.display()
            );
        }
    });
    assert!(files > 10, "{files}");
}
