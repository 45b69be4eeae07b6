//! The virtual `YubiKey`, judged by programs that we did not write: Yubico's own, `OpenSC`, and the
//! Rust crate of the same name.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]
#![allow(dead_code, reason = "the support modules serve several test programs")]

use std::path::{Path, PathBuf};
use std::process::Command;

#[path = "support/cards.rs"]
mod cards;

#[path = "cards/yubico.rs"]
mod judges;
#[path = "cards/mishaps.rs"]
mod mishaps;
#[path = "cards/room.rs"]
mod room;

/// What a program says; it must succeed.
fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{text}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

/// A judge that `tests/judges/setup` installs; `None` where it is not there.
fn judge(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/judges")
        .join(path);
    installed(path)
}

/// A program or module of a Debian package; `None` where it is not there.
fn installed(path: impl Into<PathBuf>) -> Option<PathBuf> {
    let path = path.into();
    if path.exists() {
        return Some(path);
    }
    let required = ["CI", "ROOTSTAGE_REQUIRE_JUDGES"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    let path = path.display();
    assert!(!required, "{path} is not there: run tests/setup");
    eprintln!("SKIPPED: {path} is not there: run tests/setup");
    None
}
