//! Verdicts on the media of the day.

use super::{Said, fail, pass};
use crate::ceremony::state::{Ending, LogCopy};
use crate::transcript::audit::{Artefacts, Auditor, Verdict};

/// Who chose them was judged when that was put on record.
pub fn bound(auditor: &Auditor, _: &Artefacts) -> Said {
    let state = &auditor.state;
    let words: Vec<String> = state
        .media
        .iter()
        .map(|(role, medium)| format!("{}: {}", role.name(), medium.describe()))
        .collect();
    let roles = state.procedure.plan.transport.media();
    let missing = roles.iter().any(|role| !state.media.contains_key(role));
    pass(match (words.as_slice(), missing) {
        ([], false) => "the plan has no media".to_owned(),
        ([], true) => "the media of the plan were never chosen".to_owned(),
        (_, true) => format!("{}; others were never chosen", words.join("; ")),
        (_, false) => words.join("; "),
    })
}

/// How the copy on the LOG medium stood at the end.
pub fn log(auditor: &Auditor, _: &Artefacts) -> Said {
    let state = &auditor.state;
    match &state.log {
        LogCopy::None => pass("no LOG medium was written to"),
        LogCopy::Kept => pass("it was written to up to the last record that is here"),
        LogCopy::GivenUp => pass("two people went on without it: read the exceptions"),
        LogCopy::Detached | LogCopy::Lost(_) if state.ending == Some(Ending::Closed) => {
            fail("the ceremony was closed while it lacked records")
        }
        LogCopy::Detached | LogCopy::Lost(_) => (
            Verdict::Note,
            "it lacks records, because the ceremony did not come to its end".to_owned(),
        ),
    }
}
