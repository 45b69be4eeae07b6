//! The real program, killed and starved: `kill -9` at its system calls, a file system that takes no
//! more. Whatever was on record stays, and the ceremony goes on to a clean audit.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "crash/disk.rs"]
mod disk;
#[path = "crash/kill.rs"]
mod kill;
#[path = "crash/secrets.rs"]
mod secrets;

use std::path::Path;
use std::process::{Command, Output};

const BINARY: &str = env!("CARGO_BIN_EXE_rootstage");

/// A directory in memory where there is one: what is killed here is a process, not a disk.
fn home() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

fn rootstage(arguments: &[&str], dir: &Path) -> Output {
    Command::new(BINARY)
        .args(arguments)
        .arg(dir)
        .output()
        .unwrap()
}

fn audits_clean(dir: &Path, context: &str) {
    let output = rootstage(&["audit"], dir);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{context}: {said}");
}

/// Bytes of the whole lines of a transcript; none where there is no transcript.
fn whole_lines(dir: &Path) -> Vec<u8> {
    let bytes = std::fs::read(dir.join("transcript.jsonl")).unwrap_or_default();
    let end = bytes
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    bytes[..end].to_vec()
}

/// Whether `strace` is here; where it must be and is not, that is a failure.
fn strace_is_here() -> bool {
    if Command::new("strace").arg("--version").output().is_ok() {
        return true;
    }
    let must = ["CI", "ROOTSTAGE_REQUIRE_JUDGES"]
        .iter()
        .any(|set| std::env::var_os(set).is_some());
    assert!(!must, "strace is not installed: run tests/setup");
    eprintln!("SKIPPED: strace is not installed (tests/setup installs it)");
    false
}
