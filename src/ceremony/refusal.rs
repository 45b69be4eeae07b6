//! "No, because …": nothing was recorded, nothing changed.

use super::plan::ParticipantId;

/// Why a command was refused. Nothing changed by it. The words for people are in [`crate::report`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The ask cannot be answered; only an exception, a skip or an abort leads on.
    #[error("nothing can be answered at \"{title}\"")]
    NothingToAnswer {
        /// Title of the ask.
        title: String,
    },
    /// The document was not read to its end.
    #[error("\"{title}\" was not read to its end")]
    NotReadToEnd {
        /// Title of the ask.
        title: String,
    },
    /// The answer has too few or too many parts.
    #[error("the answer has {got} parts of {wanted}")]
    Incomplete {
        /// Parts wanted.
        wanted: u32,
        /// Parts given.
        got: u32,
    },
    /// The typed word is none of the choices.
    #[error("\"{typed}\" is none of {choices:?}")]
    NoSuchChoice {
        /// What was typed.
        typed: String,
        /// What can be typed.
        choices: Vec<String>,
    },
    /// The phrase was not typed back exactly.
    #[error("typed \"{typed}\", asked for \"{expected}\"")]
    PhraseDiffers {
        /// What was asked for.
        expected: String,
        /// What was typed.
        typed: String,
    },
    /// A read-back word is not the one at that position.
    #[error("word {position} of {of} is not \"{typed}\"")]
    WordDiffers {
        /// What the digest is of.
        of: String,
        /// One-based position.
        position: u8,
        /// What was typed.
        typed: String,
    },
    /// Not a time of day.
    #[error("\"{typed}\" is not a time HH:MM")]
    NotATime {
        /// What was typed.
        typed: String,
    },
    /// Nobody in the plan has these initials.
    #[error("nobody has the initials \"{typed}\"")]
    UnknownInitials {
        /// What was typed.
        typed: String,
        /// Whose initials were wanted.
        role: String,
    },
    /// The person may not answer in this seat.
    #[error("{name} is not the {role} here")]
    WrongPerson {
        /// Name of the person.
        name: String,
        /// What the seat is for.
        role: String,
    },
    /// The person was not in the room when the roll was called.
    #[error("{name} was absent at the roll call")]
    NotPresent {
        /// Name of the person.
        name: String,
    },
    /// Two seats were taken by one person.
    #[error("{name} cannot answer twice")]
    SamePersonTwice {
        /// Name of the person.
        name: String,
    },
    /// The step cannot be skipped.
    #[error("step {step} cannot be skipped: {because}")]
    NotSkippable {
        /// Step id.
        step: String,
        /// Why not.
        because: String,
    },
    /// A field of the exception form is empty.
    #[error("the field \"{field}\" is empty")]
    EmptyField {
        /// Name of the field.
        field: String,
    },
    /// The command does not fit the state of the ceremony.
    #[error("{command} is not possible now: {because}")]
    OutOfPlace {
        /// What was tried.
        command: String,
        /// Why it does not fit.
        because: String,
    },
    /// No file was received.
    #[error("no file was received")]
    NothingReceived,
    /// The secret was not given.
    #[error("no secret was given for {holder}'s token")]
    SecretMissing {
        /// Whose token.
        holder: ParticipantId,
    },
}
