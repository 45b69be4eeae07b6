//! Refusals in words.

use super::{Words, words};
use crate::ceremony::refusal::Refusal;
use crate::safe::safe;

const NOTHING: &str = "Nothing was recorded and nothing changed.";

/// The words of a refusal.
#[expect(
    clippy::too_many_lines,
    reason = "one arm per variant: the words stand together"
)]
pub fn refusal(refusal: &Refusal) -> Words {
    match refusal {
        Refusal::NothingToAnswer { title } => words(
            format!("\"{}\" cannot be answered.", safe(title)),
            NOTHING,
            "Log an exception (F2), skip the step with two people (F3), or abort (F8).",
        ),
        Refusal::NotReadToEnd { title } => words(
            format!("\"{}\" was not read to its end.", safe(title)),
            NOTHING,
            "Read on with PgDn until the last line was on screen, then answer again.",
        ),
        Refusal::Incomplete { wanted, got } => words(
            format!("The answer has {got} of {wanted} parts."),
            NOTHING,
            "Fill every field, then press Enter on the last one.",
        ),
        Refusal::NoSuchChoice { typed, choices } => words(
            format!("\"{}\" is none of the choices.", safe(typed)),
            NOTHING,
            format!("Type one of: {}.", safe(&choices.join(", "))),
        ),
        Refusal::PhraseDiffers { expected, typed } => words(
            format!("\"{}\" is not the phrase.", safe(typed)),
            NOTHING,
            format!(
                "Type exactly, with the same capitals and spaces: {}",
                safe(expected)
            ),
        ),
        Refusal::WordDiffers {
            of,
            position,
            typed,
        } => words(
            format!(
                "Word {position} of {} is not \"{}\".",
                safe(of),
                safe(typed)
            ),
            NOTHING,
            "Compare the word with the grid once more. If paper and screen differ, stop and log an exception (F2).",
        ),
        Refusal::NotATime { typed } => words(
            format!("\"{}\" is not a time of day.", safe(typed)),
            NOTHING,
            "Read UTC off a watch and type it with four digits, such as 09:05.",
        ),
        Refusal::UnknownInitials { typed, role } if typed.is_empty() => words(
            format!("The initials of the {} are missing.", safe(role)),
            NOTHING,
            format!(
                "Let the {} type the initials that stand in the plan.",
                safe(role)
            ),
        ),
        Refusal::UnknownInitials { typed, role } => words(
            format!("Nobody in the plan has the initials \"{}\".", safe(typed)),
            NOTHING,
            format!(
                "Let the {} type the initials that stand in the plan.",
                safe(role)
            ),
        ),
        Refusal::WrongPerson { name, role } => words(
            format!("{} is not the {} here.", safe(name), safe(role)),
            NOTHING,
            format!(
                "Let the {} whose turn it is type their own initials.",
                safe(role)
            ),
        ),
        Refusal::NotPresent { name } => words(
            format!("{} was absent when the roll was called.", safe(name)),
            NOTHING,
            "If they have come since, let them log that as an exception (F2) with their own initials; \
             from then on they can answer.",
        ),
        Refusal::SamePersonTwice { name } => words(
            format!(
                "{} was named twice; these are seats of two people.",
                safe(name)
            ),
            NOTHING,
            "Let the second person type their own initials.",
        ),
        Refusal::NotSkippable { step, because } => words(
            format!("Step {} cannot be skipped: {}", safe(step), safe(because)),
            NOTHING,
            "Do the step, or abort the ceremony (F8).",
        ),
        Refusal::EmptyField { field } => words(
            format!("The field \"{}\" is empty.", safe(field)),
            NOTHING,
            "Write a sentence that an auditor will understand a year from now.",
        ),
        Refusal::OutOfPlace { command, because } => words(
            format!("{} is not possible now: {}", safe(command), safe(because)),
            NOTHING,
            "Answer what the screen asks. The outline (F4) shows where the ceremony stands.",
        ),
        Refusal::NothingReceived => words(
            "No file was received, or it is larger than QR codes carry.",
            NOTHING,
            "Let the program read QR codes until it says that the file is complete.",
        ),
        Refusal::SecretMissing { holder } => words(
            format!(
                "No PIN or passphrase was given for the token of {}.",
                safe(&holder.0)
            ),
            "No PIN try was spent, and nothing was recorded.",
            "Let the keyholder type it, and then the initials.",
        ),
    }
}
