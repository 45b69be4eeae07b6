//! Why something was not done, in whole sentences.

use std::path::Path;

/// What kind of answer it is; also the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is not so: something was refused or does not hold (1).
    NotSo,
    /// The words of the call are wrong (2).
    Call,
    /// The surroundings failed: a file, a token, the disk (3).
    Surroundings,
}

/// Something was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{happened} {unchanged} {next}")]
pub struct RepoError {
    /// Whose fault it is.
    pub status: Status,
    /// What happened: the object, the fact; a sentence, safe to show.
    pub happened: String,
    /// What was not changed by it; a sentence.
    pub unchanged: String,
    /// What to do next; a sentence.
    pub next: String,
}

impl RepoError {
    /// Something that is not allowed or does not hold. Nothing was changed.
    pub fn refused(happened: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Status::NotSo, happened, next)
    }

    /// The words of the call are wrong. Nothing was changed.
    pub fn call(happened: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Status::Call, happened, next)
    }

    /// The surroundings failed. Nothing was changed.
    pub fn surroundings(happened: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Status::Surroundings, happened, next)
    }

    /// A file could not be read or written.
    pub fn file(path: &Path, reason: impl std::fmt::Display) -> Self {
        Self::surroundings(
            format!("{}: {reason}.", path.display()),
            "Check the path, the permissions and the space on the disk.",
        )
    }

    /// The same with other words for what was not changed.
    #[must_use]
    pub fn leaving(mut self, unchanged: impl Into<String>) -> Self {
        self.unchanged = unchanged.into();
        self
    }

    fn new(status: Status, happened: impl Into<String>, next: impl Into<String>) -> Self {
        Self {
            status,
            happened: happened.into(),
            unchanged: "Nothing was changed.".to_owned(),
            next: next.into(),
        }
    }
}
