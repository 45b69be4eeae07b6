//! Tampering: whatever is changed in a finished ceremony is found by the audit.
#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

#[path = "support/forger.rs"]
mod forger;
#[path = "support/room.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the room")]
mod room;
#[path = "support/storyteller.rs"]
mod storyteller;
#[path = "support/world.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the world")]
mod world;
#[path = "support/yubikeys.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the drawer")]
mod yubikeys;

#[path = "tamper/around_the_seal.rs"]
mod around_the_seal;
#[path = "tamper/bytes.rs"]
mod bytes;
#[path = "tamper/days.rs"]
mod days;
#[path = "tamper/files.rs"]
mod files;
#[path = "tamper/yubikeys.rs"]
mod forged_yubikeys;
#[path = "tamper/forgeries.rs"]
mod forgeries;
#[path = "tamper/matrix.rs"]
mod matrix;
#[path = "tamper/media.rs"]
mod media;
#[path = "tamper/recording.rs"]
mod recording;
#[path = "tamper/rewritten.rs"]
mod rewritten;
#[path = "tamper/rules.rs"]
mod rules;
#[path = "tamper/seal.rs"]
mod seal;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rootstage::ceremony::procedure::Procedure;
use rootstage::digest::Sha256;
use rootstage::directory;
use rootstage::transcript::audit::{Artefacts, Auditor, Finding, Scope, Verdict};

use forger::{Loose, chained};
use room::Room;

/// Everything beside the transcript in a ceremony directory.
fn artefacts(dir: &Path) -> Artefacts {
    let part = |name: &str| {
        let mut files = Vec::new();
        let dir = dir.join(name);
        if dir.is_dir() {
            room::each_file(&dir, &mut |path, bytes| {
                let name = path.strip_prefix(&dir).unwrap().display().to_string();
                files.push((name, bytes.to_vec()));
            });
        }
        files.sort();
        files
    };
    Artefacts {
        scope: Scope::Whole,
        metadata: part("metadata"),
        inputs: part("in"),
        outputs: part("out"),
        attestations: part("attestations"),
        seal: fs::read(dir.join("seal.dsse.json")).ok(),
        recording: None,
        trusted: Vec::new(),
    }
}

/// Ids of the rules that fail.
fn failing(findings: &[Finding]) -> Vec<&'static str> {
    let failing = findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Fail);
    failing.map(|finding| finding.rule.id).collect()
}

/// A finished ceremony as it lies on the auditor's desk.
struct Desk {
    room: Room,
    procedure: Arc<Procedure>,
    bytes: Vec<u8>,
    head: Sha256,
}

impl Desk {
    fn new(keyholders: u32, threshold: u32) -> Self {
        Self::of(Room::open(keyholders, threshold))
    }

    fn of(room: Room) -> Self {
        let procedure = Arc::clone(&room.state().procedure);
        Self::with(room, procedure)
    }

    /// A ceremony that began with this procedure.
    fn with(mut room: Room, procedure: Arc<Procedure>) -> Self {
        room.to_the_end().audits_clean();
        let desk = Self {
            procedure,
            bytes: fs::read(room.transcript()).unwrap(),
            head: room.state().head,
            room,
        };
        assert!(desk.failing(&desk.bytes, Some(desk.head)).is_empty());
        // what a forger does not change stays as it is, to the last byte
        assert!(chained(rootstage::ceremony::plan::Mode::Rehearsal, &desk.loose()) == desk.bytes);
        desk
    }

    /// Rules that fail over these bytes instead of the transcript.
    fn failing(&self, bytes: &[u8], head: Option<Sha256>) -> Vec<&'static str> {
        self.verdict(&directory::follow(&self.procedure, bytes, head).unwrap())
    }

    fn verdict(&self, auditor: &Auditor) -> Vec<&'static str> {
        let mut artefacts = artefacts(&self.room.dir());
        artefacts.recording = directory::recording(&self.room.dir(), auditor.marks()).unwrap();
        failing(&auditor.finish(&artefacts))
    }

    /// Rules that fail over the directory with these bytes for a seal.
    fn failing_with_seal(&self, bytes: &[u8]) -> Vec<&'static str> {
        let path = self.room.dir().join("seal.dsse.json");
        let original = fs::read(&path).unwrap();
        fs::write(&path, bytes).unwrap();
        let auditor = directory::follow(&self.procedure, self.bytes.as_slice(), None).unwrap();
        let failing = self.verdict(&auditor);
        fs::write(&path, original).unwrap();
        failing
    }

    /// Lines with their newlines.
    fn lines(&self) -> Vec<&[u8]> {
        self.bytes.split_inclusive(|byte| *byte == b'\n').collect()
    }

    fn loose(&self) -> Vec<Loose> {
        forger::loose(&self.bytes)
    }
}
