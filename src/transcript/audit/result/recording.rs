//! Verdict on the recording of the screen.

use super::{Said, fail, pass};
use crate::ceremony::recording::{FILE, Mark};
use crate::transcript::audit::{Artefacts, Auditor, Recording, Scope, Verdict};

/// Whether the file is what the marks say, as far as they reach.
pub fn file(auditor: &Auditor, artefacts: &Artefacts) -> Said {
    match (auditor.marks(), &artefacts.recording, artefacts.scope) {
        ([], None, _) => note("no recording is on record, and none is here"),
        ([], Some(file), _) => note(format!(
            "{FILE} is here ({} bytes), and no record covers it: it shows nothing",
            file.length
        )),
        ([.., last], None, Scope::Record) => note(format!(
            "not compared, because {FILE} is not part of this copy; its first {} bytes have SHA-256 {}",
            last.bytes, last.sha256
        )),
        (_, None, Scope::Whole) => fail(format!("{FILE} is on record and not here")),
        (marks @ [.., last], Some(file), _) => compared(marks, last, file),
    }
}

fn compared(marks: &[Mark], last: &Mark, file: &Recording) -> Said {
    // the first one that does not hold says where the file was altered
    let mut held = 0;
    for mark in marks {
        if file.length < mark.bytes {
            return fail(format!(
                "{FILE} has {} bytes, and {} are on record",
                file.length, last.bytes
            ));
        }
        if file.prefixes.get(&mark.bytes) != Some(&mark.sha256) {
            return fail(format!(
                "{FILE} is not what was recorded: it was altered between byte {held} and byte {}",
                mark.bytes
            ));
        }
        held = mark.bytes;
    }
    let more = file.length - held;
    match (last.ended, more) {
        (_, 0) => pass(format!("{held} bytes, SHA-256 {}", last.sha256)),
        (true, _) => fail(format!(
            "{more} bytes were added to {FILE} behind the end of the recording, byte {held}"
        )),
        (false, _) => note(format!(
            "the first {held} bytes are as on record; the last {more} bytes are not covered, because the \
             recording did not come to its end on record"
        )),
    }
}

fn note(sentence: impl Into<String>) -> Said {
    (Verdict::Note, sentence.into())
}
