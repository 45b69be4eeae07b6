//! Files to be carried.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rootstage::envelope::{Draft, Envelope, Kind, Payload};
use time::OffsetDateTime;

/// Bytes that cannot be compressed, the same each time.
pub fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let next = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(next).collect()
}

/// An envelope with a payload of so many bytes: its path, and its own bytes.
pub fn envelope(directory: &Path, length: usize) -> (PathBuf, Vec<u8>) {
    let draft = Draft {
        kind: Kind::Transcript,
        ceremony: None,
        created: OffsetDateTime::from_unix_timestamp(1_790_000_000).unwrap(),
        from: None,
        note: None,
        payloads: vec![Payload {
            name: "transcript.jsonl".to_owned(),
            bytes: noise(length),
        }],
    };
    let bytes = Envelope::pack(draft).unwrap().to_file().unwrap();
    let path = directory.join("root-2.rse");
    std::fs::write(&path, &bytes).unwrap();
    (path, bytes)
}

/// The binary, called with these arguments and without a terminal.
pub fn rootstage(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_rootstage"))
        .args(arguments)
        .output()
        .unwrap()
}

/// What it said to stderr.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
