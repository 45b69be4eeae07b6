//! The keys of online roles: in `keys/ROLE.json` as go-tuf writes them, or on tokens.
//!
//! Signing goes by the public key, never by its id: one key has one id in a root that go-tuf has
//! written (its key objects have `keyid_hash_algorithms`) and another one in a root of a ceremony.
//! go-tuf finds its keys by the id that it computes itself, so that it goes on only with roots that list
//! them as [`Keyring::generate`] says.

mod file;
mod layout;
mod private;
mod secretbox;
mod token;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use self::file::{KeyFile, Opened};
use self::private::PrivateKey;
use self::token::Unsigned;
use super::{Place, RepoError};
use crate::ceremony::token::{Algorithm, TokenName};
use crate::secret::Secret;
use crate::tuf::key::{KeyId, PublicKey};
use crate::tuf::signature::Signature;

/// Who knows passphrases and PINs.
pub trait Passphrases {
    /// The passphrase or PIN that opens the keys of `role` in `what` (a file, a token).
    fn open(&mut self, role: &str, what: &str) -> Result<Secret, RepoError>;

    /// The passphrase for a new key file of `role`. `None` where it is to be written in the clear,
    /// which the caller has asked for in so many words.
    fn choose(&mut self, role: &str, what: &str) -> Result<Option<Secret>, RepoError>;

    /// Hears what people should know meanwhile, such as that a token waits to be touched.
    fn notice(&mut self, words: &str);
}

/// Where a new key is to live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Home {
    /// In `keys/ROLE.json`.
    File,
    /// On a token, under this label. A key that is there already is used as it is.
    Token(TokenName, String),
}

/// The keys of `keys/`. What was opened once stays open, so that nobody is asked twice.
pub struct Keyring<'p> {
    place: &'p Place,
    passphrases: &'p mut dyn Passphrases,
    opened: BTreeMap<String, Option<(Opened, Option<Secret>)>>,
}

impl<'p> Keyring<'p> {
    /// The keys of a place; files are opened when they are needed.
    pub fn new(place: &'p Place, passphrases: &'p mut dyn Passphrases) -> Self {
        Self {
            place,
            passphrases,
            opened: BTreeMap::new(),
        }
    }

    /// Makes a key for a role, and keeps it; gives its key object as it goes into a root. Keys that the
    /// role has already stay.
    pub fn generate(
        &mut self,
        role: &str,
        algorithm: Algorithm,
        home: &Home,
    ) -> Result<Value, RepoError> {
        check_name(role)?;
        match home {
            Home::Token(token, label) => {
                let keys = self.place.keys();
                let on = (token, label.as_str());
                let public = token::take(&keys, role, algorithm, on, self.passphrases)?;
                Ok(public.to_tuf())
            }
            Home::File => {
                let key = PrivateKey::generate(algorithm).map_err(|why| {
                    RepoError::refused(
                        format!("no key of role {role} was made: {why}."),
                        "Choose ecdsa-p256 or ed25519.",
                    )
                })?;
                self.keep(role, &key)?;
                Ok(private::key_object(key.public()))
            }
        }
    }

    /// Writes the file of a role with one more key. An encrypted file stays so, under its passphrase; for
    /// one that anybody can open, who is asked says what it becomes.
    fn keep(&mut self, role: &str, key: &PrivateKey) -> Result<(), RepoError> {
        let path = self.path(role);
        self.read(role)?;
        let before = self.opened.get(role).and_then(Option::as_ref);
        let kept = before.and_then(|(_, secret)| secret.as_ref());
        let chosen = match kept.filter(|secret| !secret.is_empty()) {
            Some(_) => None,
            None => self.passphrases.choose(role, &path.display().to_string())?,
        };
        let secret = chosen.as_ref().or(kept);
        file::write(&path, before.map(|(opened, _)| opened), key, secret)?;
        self.opened.remove(role);
        Ok(())
    }

    /// The key objects of the keys of a role as they go into metadata, which may need its passphrase: for
    /// those in the file with the members by which go-tuf finds them again.
    pub fn key_objects(&mut self, role: &str) -> Result<Vec<Value>, RepoError> {
        check_name(role)?;
        self.read(role)?;
        let in_file = self.opened.get(role).and_then(Option::as_ref);
        let in_file = in_file.map_or(&[][..], |(opened, _)| &opened.keys);
        let mut objects: Vec<_> = in_file
            .iter()
            .map(|key| private::key_object(key.public()))
            .collect();
        let on_tokens = token::listed(&self.place.keys(), role)?;
        objects.extend(on_tokens.iter().map(|key| key.public().to_tuf()));
        Ok(objects)
    }

    /// Whether the key file of a role is encrypted; `None` where there is none. Opens nothing.
    pub fn is_encrypted(&self, role: &str) -> Result<Option<bool>, RepoError> {
        check_name(role)?;
        let file = KeyFile::read(&self.path(role))?;
        Ok(file.map(|file| file.is_encrypted()))
    }

    /// The public halves of the keys of a role, which may need its passphrase: in an encrypted file
    /// they are encrypted as well.
    pub fn public_keys(&mut self, role: &str) -> Result<Vec<PublicKey>, RepoError> {
        check_name(role)?;
        self.read(role)?;
        let in_file = self.opened.get(role).and_then(Option::as_ref);
        let in_file = in_file.map_or(&[][..], |(opened, _)| &opened.keys);
        let mut keys: Vec<_> = in_file.iter().map(|key| key.public().clone()).collect();
        let on_tokens = token::listed(&self.place.keys(), role)?;
        keys.extend(on_tokens.iter().map(|key| key.public().clone()));
        Ok(keys)
    }

    /// Whether `keys/` holds anything for a role; opens nothing.
    pub fn has_keys(&self, role: &str) -> bool {
        self.path(role).exists() || token::path(&self.place.keys(), role).exists()
    }

    /// Signs `payload` with every key of `role` that is among `listed`, under the ids given there.
    /// Each signature has been verified. None at all is an error.
    pub fn sign(
        &mut self,
        role: &str,
        listed: &[(KeyId, PublicKey)],
        payload: &[u8],
    ) -> Result<Vec<Signature>, RepoError> {
        check_name(role)?;
        self.read(role)?;
        let mut signatures = Vec::new();
        let in_file = self.opened.get(role).and_then(Option::as_ref);
        for key in in_file.map_or(&[][..], |(opened, _)| &opened.keys) {
            for (keyid, _) in of_key(listed, key.public()) {
                let signature = key.sign(payload).unwrap_or_default();
                verified(role, key.public(), payload, &signature)?;
                signatures.push(Signature::new(*keyid, &signature));
            }
        }
        let mut absent = None;
        for key in token::listed(&self.place.keys(), role)? {
            // one signature of a token costs a PIN and a touch: it counts under every id of the key
            let mut ids = of_key(listed, key.public()).peekable();
            if ids.peek().is_none() {
                continue;
            }
            match key.sign(role, payload, self.passphrases) {
                Ok(signature) => {
                    verified(role, key.public(), payload, &signature)?;
                    signatures.extend(ids.map(|(keyid, _)| Signature::new(*keyid, &signature)));
                }
                Err(Unsigned::Absent(error)) => absent = Some(error),
                Err(Unsigned::Failed(error)) => return Err(error),
            }
        }
        match (signatures.is_empty(), absent) {
            (true, Some(error)) => Err(error.leaving("Nothing was signed.")),
            (true, None) => Err(self.nobody(role)),
            (false, absent) => {
                if let Some(error) = absent {
                    // holders of several tokens come one after the other
                    let words = format!(
                        "Role {role} is signed without one token: {}",
                        error.happened
                    );
                    self.passphrases.notice(&words);
                }
                Ok(signatures)
            }
        }
    }

    fn path(&self, role: &str) -> PathBuf {
        self.place.keys().join(format!("{role}.json"))
    }

    /// Opens the file of a role, once. The empty passphrase is tried first, as go-tuf does.
    fn read(&mut self, role: &str) -> Result<(), RepoError> {
        if self.opened.contains_key(role) {
            return Ok(());
        }
        let path = self.path(role);
        let found = match KeyFile::read(&path)? {
            None => None,
            Some(file) => {
                if file.is_open_to_others() {
                    self.passphrases.notice(&format!(
                        "{} can be read by others on this machine: chmod 600 {}",
                        path.display(),
                        super::words::path(&path)
                    ));
                }
                let empty = Secret::new();
                if let Some(opened) = file.open(&empty)? {
                    Some((opened, file.is_encrypted().then_some(empty)))
                } else {
                    let secret = self.passphrases.open(role, &path.display().to_string())?;
                    let opened = file.open(&secret)?.ok_or_else(|| wrong(role, &path))?;
                    Some((opened, Some(secret)))
                }
            }
        };
        self.opened.insert(role.to_owned(), found);
        Ok(())
    }

    fn nobody(&self, role: &str) -> RepoError {
        let keys = self.place.keys();
        if self.has_keys(role) {
            return RepoError::refused(
                format!(
                    "none of the keys of role {role} in {} is one that is listed for it, so that none of their \
                     signatures would count.",
                    keys.display()
                ),
                "Bring in the root that lists them (repo import-root), or stage one (repo stage-root); for a delegated \
                 role, delegate to them (repo delegate).",
            )
            .leaving("Nothing was signed.");
        }
        let next = if role == "root" {
            "Root keys are not kept here: bring the staged root to its ceremony (rootstage sign), and take the \
             signatures with repo import-root."
                .to_owned()
        } else {
            let make = super::words::command(self.place, &format!("gen-key {role}"));
            format!("Make one: {make}")
        };
        RepoError::refused(
            format!("{} has no key of role {role}.", keys.display()),
            next,
        )
        .leaving("Nothing was signed.")
    }
}

fn of_key<'l>(
    listed: &'l [(KeyId, PublicKey)],
    key: &PublicKey,
) -> impl Iterator<Item = &'l (KeyId, PublicKey)> {
    let fingerprint = key.fingerprint();
    listed
        .iter()
        .filter(move |(_, other)| other.fingerprint() == fingerprint)
}

fn verified(
    role: &str,
    key: &PublicKey,
    payload: &[u8],
    signature: &[u8],
) -> Result<(), RepoError> {
    key.verify(payload, signature).map_err(|error| {
        RepoError::surroundings(
            format!(
                "a signature of role {role} by the key {} does not verify: {error}.",
                key.fingerprint().short()
            ),
            "Try again; if it stays so, the key or its token is damaged.",
        )
        .leaving("The signature was thrown away.")
    })
}

fn wrong(role: &str, path: &std::path::Path) -> RepoError {
    RepoError::refused(
        format!(
            "{} cannot be opened: the passphrase is wrong, or the file is damaged.",
            path.display()
        ),
        format!(
            "Give the passphrase of role {role}: in the variable {}, with --passphrase-env or --passphrase-fd, or at the \
             terminal.",
            variable("TUF", role)
        ),
    )
    .leaving("Nothing was signed.")
}

/// The variable in which the passphrase of a role is looked for: `TUF_TARGETS_PASSPHRASE`.
pub fn variable(prefix: &str, role: &str) -> String {
    let role: String = role
        .chars()
        .map(|c| match c.to_ascii_uppercase() {
            c if c.is_ascii_alphanumeric() => c,
            _ => '_',
        })
        .collect();
    format!("{prefix}_{role}_PASSPHRASE")
}

/// Names of roles are names of files: letters, digits, `.`, `-`, `_`, and no dot first.
pub fn check_name(role: &str) -> Result<(), RepoError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let sound = !role.is_empty()
        && role.len() <= 100
        && !role.starts_with(['.', '-'])
        && !role.ends_with(".tokens")
        && role.chars().all(plain);
    if sound {
        return Ok(());
    }
    Err(RepoError::call(
        format!("{} is no name of a role here.", crate::safe::safe(role)),
        "Use up to 100 letters, digits, dots, dashes and underscores.",
    ))
}

#[cfg(test)]
mod tests;
