//! The online side, and the people in the room.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::judges::judges;
use crate::player::{People, Person};

/// A root that is trusted, the next one that is staged, and what a ceremony needs to sign it.
pub struct Day {
    pub place: tempfile::TempDir,
}

impl Day {
    /// Everything is made; `transport` is how files cross.
    pub fn new(transport: &str) -> Self {
        let day = Self {
            place: tempfile::tempdir().unwrap(),
        };
        // made by the program itself: another ceremony before, and its tokens
        let made = day.at("made");
        rootstage(&[
            "rehearse",
            "--script",
            "sign-staged",
            "--keyholders",
            "2",
            "--threshold",
            "2",
            "--unattended",
            "--dir",
            &made,
        ]);
        let plan = fs::read_to_string(day.path("made/plan.toml")).unwrap();
        fs::write(
            day.path("made/day.toml"),
            format!("{plan}\n[transport]\n{transport}\n"),
        )
        .unwrap();
        day.packed("signed-role", &day.trusted(), "root-1.rse");
        day.packed(
            "staged-role",
            &day.at("made/staged/root.json"),
            "root-2.rse",
        );
        day
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    pub fn at(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn packed(&self, kind: &str, file: &str, name: &str) {
        let output = self.at(name);
        rootstage(&["envelope", "pack", "--kind", kind, file, "-o", &output]);
    }

    /// The root that clients trust.
    fn trusted(&self) -> String {
        self.at("made/before/metadata/1.root.json")
    }

    /// The arguments that begin the ceremony.
    pub fn run(&self) -> [String; 4] {
        let words = ["run", &self.at("made/day.toml"), "--dir", &self.at("day")];
        words.map(str::to_owned)
    }

    /// Everybody in the room, and their passphrases.
    pub fn people() -> People {
        let person = |name: &str, initials: &str, duty: &str| Person {
            name: name.to_owned(),
            initials: initials.to_owned(),
            duty: duty.to_owned(),
        };
        let secret = |name: &str, number: u8| {
            let secret = format!("rehearsal of keyholder-{number}");
            (name.to_owned(), secret)
        };
        People {
            all: vec![
                person("Val Administrator", "VA", "administrator"),
                person("Wim Witness", "WW", "witness"),
                person("Ada Keyholder", "AK", "keyholder"),
                person("Bruno Keyholder", "BK", "keyholder"),
            ],
            secrets: [secret("Ada Keyholder", 1), secret("Bruno Keyholder", 2)].into(),
            rehearsal: true,
        }
    }

    /// What came back makes a root that is trusted after the one before: by our own program, and by
    /// clients that we did not write.
    pub fn is_accepted(&self, signatures: &Path) {
        let (staged, trusted) = (self.at("made/staged/root.json"), self.trusted());
        let next = self.at("2.root.json");
        let signatures = signatures.to_str().unwrap();
        let merge = ["envelope", "merge", &staged, signatures, "-o", &next];
        rootstage(&[&merge[..], &["--trusted", &trusted]].concat());
        rootstage(&["root", "verify", &next, "--trusted", &trusted]);
        for judge in judges() {
            assert!(judge.accepts(&[&trusted, &next]), "{}", judge.name);
            assert!(!judge.accepts(&[&trusted, &staged]), "{}", judge.name);
        }
    }

    /// The ceremony's directory passes, and so does the head that was written down.
    pub fn audits(&self, head: &str) {
        rootstage(&["audit", &self.at("day"), "--expect-head", head]);
    }
}

/// Runs the binary, which must do what it is asked.
pub fn rootstage(arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_rootstage"))
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{arguments:?}: {:?}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
