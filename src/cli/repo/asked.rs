//! Passphrases and PINs of online keys, for the commands that sign.
//!
//! `TUF_ROLE_PASSPHRASE` as in go-tuf, then the place that the call names, then the terminal; never
//! an argument.

use std::collections::BTreeMap;

use super::passphrases::Sources;
use crate::answers::SecretSource;
use crate::cli::passphrase::ask;
use crate::cli::{Failure, notice};
use crate::repo::RepoError;
use crate::repo::keys::{Passphrases, variable};
use crate::sealed::MIN_PASSPHRASE;
use crate::secret::Secret;

/// Whether new key files are encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NewFiles {
    /// Under a passphrase.
    #[default]
    Encrypted,
    /// In the clear: the call says so.
    InTheClear,
}

/// Who is asked for passphrases.
pub struct Asked {
    /// What the call names; it may be read once.
    named: Option<Secret>,
    /// What was typed, by what it opens.
    typed: BTreeMap<String, Secret>,
    new_files: NewFiles,
}

/// Who is asked, as the call says.
pub fn passphrases(sources: &Sources) -> Result<Asked, Failure> {
    Ok(Asked {
        named: sources.read()?,
        typed: BTreeMap::new(),
        new_files: NewFiles::default(),
    })
}

impl Asked {
    /// The same, for new key files of this kind.
    #[must_use]
    pub fn writing(mut self, new_files: NewFiles) -> Self {
        self.new_files = new_files;
        self
    }

    /// The value of a variable, where there is one.
    fn of_variable(name: &str) -> Option<Result<Secret, RepoError>> {
        std::env::var_os(name)?;
        let source = SecretSource {
            env: Some(name.to_owned()),
            fd: None,
        };
        Some(source.read().map_err(|reason| {
            RepoError::surroundings(
                format!("the passphrase in {name} could not be read: {reason}."),
                "Set the variable to the passphrase alone.",
            )
        }))
    }
}

impl Passphrases for Asked {
    fn open(&mut self, role: &str, what: &str) -> Result<Secret, RepoError> {
        if let Some(secret) = Self::of_variable(&variable("TUF", role)) {
            return secret;
        }
        if let Some(named) = &self.named {
            return copy(named);
        }
        if let Some(typed) = self.typed.get(what) {
            return copy(typed);
        }
        let secret = ask(&format!("Passphrase or PIN of role {role} ({what})"))
            .map_err(|failure| from_terminal(&failure, role))?;
        let kept = copy(&secret)?;
        self.typed.insert(what.to_owned(), kept);
        Ok(secret)
    }

    fn choose(&mut self, role: &str, what: &str) -> Result<Option<Secret>, RepoError> {
        if self.new_files == NewFiles::InTheClear {
            return Ok(None);
        }
        let variables = [variable("TUF_NEW", role), variable("TUF", role)];
        if let Some(secret) = variables.iter().find_map(|name| Self::of_variable(name)) {
            return strong(secret?, role).map(Some);
        }
        if let Some(named) = &self.named {
            return strong(copy(named)?, role).map(Some);
        }
        let typed =
            |question: String| ask(&question).map_err(|failure| from_terminal(&failure, role));
        let secret = typed(format!("New passphrase of role {role} ({what})"))?;
        let again = typed("The same once more".to_owned())?;
        if secret.expose() != again.expose() {
            return Err(RepoError::refused(
                format!("the two passphrases of role {role} are not the same."),
                "Type it again.",
            ));
        }
        strong(secret, role).map(Some)
    }

    fn notice(&mut self, words: &str) {
        notice(words);
    }
}

fn copy(secret: &Secret) -> Result<Secret, RepoError> {
    Secret::copied_from(secret.expose_str())
        .ok_or_else(|| RepoError::refused("the passphrase is too long.", "Choose a shorter one."))
}

fn strong(secret: Secret, role: &str) -> Result<Secret, RepoError> {
    if secret.chars() >= MIN_PASSPHRASE as usize {
        return Ok(secret);
    }
    Err(RepoError::refused(
        format!("the passphrase for role {role} has fewer than {MIN_PASSPHRASE} characters."),
        "Choose a longer one; several words are easy to remember. No key was made.",
    ))
}

fn from_terminal(failure: &Failure, role: &str) -> RepoError {
    RepoError::surroundings(
        format!("the passphrase of role {role} is needed: {}", failure.words),
        format!("Or set {}.", variable("TUF", role)),
    )
}
