//! Refusals, faults and effects in words, in one place.
//!
//! Every text says what happened, what was not changed by it, and what to do next. The screens, the
//! command line and the paper record take their words from here.

mod effects;
mod faults;
mod media;
mod refusals;
mod tokens;

pub use self::effects::{effect, opening, provisioning};
pub use self::faults::fault;
pub use self::media::log_behind;
pub use self::refusals::refusal;
pub use self::tokens::{pin_words, token_inside, token_words};

/// A failure in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What happened.
    pub happened: String,
    /// What was not changed by it.
    pub unchanged: String,
    /// What to do next.
    pub next: String,
}

/// An act in words, while it goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doing {
    /// What is waited for, in a few words.
    pub title: String,
    /// What is being done.
    pub doing: String,
    /// What to do, or to leave alone, meanwhile.
    pub meanwhile: String,
}

fn words(happened: impl Into<String>, unchanged: &str, next: impl Into<String>) -> Words {
    Words {
        happened: happened.into(),
        unchanged: unchanged.to_owned(),
        next: next.into(),
    }
}

/// The words for a torn last record.
pub fn cut(bytes: u64) -> String {
    format!(
        "The last record was torn by the interruption: {} cut, and that is on record.",
        match bytes {
            1 => "1 byte was".to_owned(),
            more => format!("{more} bytes were"),
        }
    )
}

#[cfg(test)]
#[path = "report/tests.rs"]
mod tests;
