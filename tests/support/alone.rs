//! A story with cards in a process of its own: the library of the smart card service reads from the
//! environment where the service is.

use std::process::Command;

use crate::cards::{CardRoom, CardSpec};

const DIRECTORY: &str = "ROOTSTAGE_TEST_CARDS";

/// A test whose body gets a room with these cards, in a process that sees no others.
macro_rules! card_story {
    ($(#[doc = $doc:literal])* fn $name:ident($room:ident: $($spec:expr),*) $body:block) => {
        $(#[doc = $doc])*
        #[test]
        fn $name() {
            let name = concat!(module_path!(), "::", stringify!($name));
            crate::alone::alone(name, &[$($spec),*], |$room| $body);
        }
    };
}

/// Runs `story` with a room of cards, in a process of its own: this binary, asked for the one test
/// `name`.
pub fn alone(name: &str, cards: &[CardSpec], story: impl FnOnce(&mut CardRoom)) {
    if let Some(directory) = std::env::var_os(DIRECTORY) {
        let Some(mut room) = CardRoom::new(cards) else {
            return;
        };
        let socket = std::path::Path::new(&directory).join("pcscd.comm");
        std::os::unix::fs::symlink(room.socket(), socket).unwrap();
        return story(&mut room);
    }
    let directory = tempfile::tempdir().unwrap();
    let (_, test) = name.split_once("::").unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(DIRECTORY, directory.path())
        .env("PCSCLITE_CSOCK_NAME", directory.path().join("pcscd.comm"))
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success(),
        "{test} failed in its own process:\n{out}\n{err}"
    );
    assert!(out.contains("1 passed"), "{test} is not a test:\n{out}");
    if err.contains("SKIPPED") {
        eprintln!("{err}");
    }
}
