//! What is wanted of the ceremony, or was seen of the world. Never stored.

use super::ask::Answer;
use super::effect::Outcome;
use super::event::{Opening, Resumption};
use super::recording::Mark;
use super::token::Fault;

/// A command to the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Open the ceremony.
    Open(Opening),
    /// Go on after an interruption.
    Resume(Resumption),
    /// Take the next step of which nobody has to be asked.
    Continue,
    /// Answer the open ask. A secret travels beside the command, never in it.
    Answer(Answer),
    /// What the world said to the effect in flight.
    Observe(Outcome),
    /// The LOG medium could not be written to.
    LoseLog(Fault),
    /// The recording of the screen is on disk so far.
    CoverRecording(Mark),
    /// Log an exception.
    LogException(ExceptionForm),
    /// Skip the current step: an exception with two people.
    Skip(ExceptionForm),
    /// Leave the screen; the ceremony waits on disk.
    Pause {
        /// Why.
        reason: String,
    },
    /// Withdraw the content from outside, with all that was signed of it, and read other content:
    /// two people and a reason.
    Withdraw {
        /// Initials of the two.
        initials: Vec<String>,
        /// Why.
        reason: String,
    },
    /// End the ceremony for good: two people and a reason.
    Abort {
        /// Initials of the two.
        initials: Vec<String>,
        /// Why.
        reason: String,
    },
}

/// The exception form as filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExceptionForm {
    /// What should have happened.
    pub expected: String,
    /// What happened.
    pub happened: String,
    /// What was decided.
    pub decided: String,
    /// Initials: one person to log, two to skip.
    pub initials: Vec<String>,
}
