//! A whole transcript before the auditor: verdicts, never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::Arc;

use rootstage::ceremony::plan::{Mode, Outline, Plan, check, rehearsal};
use rootstage::ceremony::procedure::Procedure;
use rootstage::transcript::audit::{Artefacts, Auditor};

fuzz_target!(|bytes: &[u8]| {
    let outline = Outline {
        title: "t".to_owned(),
        location: "l".to_owned(),
        keyholders: 2,
        threshold: 1,
        expires: rootstage_fuzz_time(),
    };
    let Ok(plan) = Plan::parse(rehearsal(&outline).as_bytes()) else {
        return;
    };
    let Ok(script) = check::script_of(&plan, None) else {
        return;
    };
    let mut auditor = Auditor::new(
        Arc::new(Procedure::new(script, plan)),
        Mode::Rehearsal,
        None,
    );
    for line in bytes.split(|byte| *byte == b'\n') {
        auditor.line(line);
    }
    let _ = auditor.finish(&Artefacts {
        metadata: vec![("root.json".to_owned(), bytes.to_vec())],
        ..Artefacts::default()
    });
});

fn rootstage_fuzz_time() -> time::OffsetDateTime {
    time::OffsetDateTime::UNIX_EPOCH + time::Duration::days(30_000)
}
