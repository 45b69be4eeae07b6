//! A file system that takes no more: half a record is written, and then nothing.

use std::process::Command;

use crate::{BINARY, audits_clean, home, rootstage, whole_lines};

#[test]
fn a_full_disk_leaves_whole_records_and_the_ceremony_goes_on_elsewhere() {
    // A file may grow to so many blocks of 512 bytes; the key files are as large as the first.
    for blocks in [130, 161, 199] {
        let home = home();
        let dir = home.path().join("ceremony");
        // Ignored, so that the write fails as on a full disk instead of ending the program.
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let output = Command::new("sh")
            .args([
                "-c",
                &script,
                BINARY,
                "rehearse",
                "--keyholders",
                "3",
                "--threshold",
                "2",
                "--unattended",
                "--dir",
            ])
            .arg(&dir)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains("transcript.jsonl"), "{said}");
        let whole = whole_lines(&dir);
        let bytes = std::fs::read(dir.join("transcript.jsonl")).unwrap();
        assert_eq!(bytes, whole, "nothing is half recorded");
        assert!(bytes.len() <= blocks * 512);
        let output = rootstage(&["resume", "--unattended"], &dir);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(whole_lines(&dir).starts_with(&whole));
        audits_clean(&dir, "after a full disk");
    }
}
