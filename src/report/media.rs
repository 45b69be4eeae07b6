//! Faults of media and of what comes in, in words.

use super::{Words, words};
use crate::ceremony::token::Fault;
use crate::safe::safe;

/// What is to be known at the end, where the copy on the LOG medium lacks the last records.
pub fn log_behind(fault: &Fault) -> String {
    format!(
        "THE LOG MEDIUM LACKS THE LAST RECORDS. {} The ceremony directory has every record. Write on the label of the \
         LOG medium that its end is missing. Then make a whole copy: insert a medium that works, and in the ceremony \
         directory run rootstage media write DEVICE transcript.jsonl plan.toml script.toml",
        super::fault(fault).happened
    )
}

/// The words of a fault of this kind.
pub fn fault(fault: &Fault) -> Words {
    match fault {
        Fault::MediumAbsent {
            role,
            medium,
            present,
        } => {
            let others = if present.is_empty() {
                "No other medium is there.".to_owned()
            } else {
                format!("There instead: {}.", safe(&present.join("; ")))
            };
            words(
                format!(
                    "The {} medium, {}, was not found. {others}",
                    safe(role),
                    safe(medium)
                ),
                "Nothing was read from another medium, and nothing was written to one.",
                "Insert the medium that is named, wait a moment, and try again.",
            )
        }
        Fault::MediumUnfit { medium, reason } => words(
            format!("{} cannot be used: {}", safe(medium), safe(reason)),
            "Nothing on it was changed.",
            "Put right what is named, or take another medium. Then try again.",
        ),
        Fault::MediumFailed { medium, reason } => words(
            format!(
                "{} went away or failed in the middle: {}",
                safe(medium),
                safe(reason)
            ),
            "Nothing on it counts before it was read back; no file is left half-written under its name.",
            "Insert it again, or take another one and put the bad one aside with a label. Then try again.",
        ),
        Fault::MediumFull {
            medium,
            needed,
            free,
        } => words(
            // some count as free what cannot be had
            if free < needed {
                format!(
                    "{} has {free} bytes free, and {needed} are needed.",
                    safe(medium)
                )
            } else {
                format!(
                    "{} took no more, although it says that it has {free} bytes free and {needed} are needed.",
                    safe(medium)
                )
            },
            "No file on it counts as written, and no file that was there before was changed.",
            "Take an empty medium. Do not delete anything in this room.",
        ),
        Fault::NotOnMedium {
            medium,
            name,
            there,
        } => {
            let others = if there.is_empty() {
                "It is empty.".to_owned()
            } else {
                format!("On it are: {}.", safe(&there.join(", ")))
            };
            words(
                format!("{} is not on {}. {others}", safe(name), safe(medium)),
                "Nothing was taken from it.",
                "Insert the medium on which it is, or have it written anew under the name of the plan.",
            )
        }
        Fault::NotTaken { name, reason } => words(
            format!("{} is not taken: {}", safe(name), safe(reason)),
            "Nothing of it was used.",
            "Ask whoever sent it to send it again, and compare the digest with them.",
        ),
        other => words(other.to_string(), "Nothing was changed.", "Try again."),
    }
}
