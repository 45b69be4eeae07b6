//! Encrypting envelopes, and opening those that are encrypted.

use std::path::{Path, PathBuf};

use clap::Args;
use zeroize::Zeroizing;

use super::files;
use crate::ceremony::passphrase::{WEAK_BELOW, strength};
use crate::cli::passphrase::{Source, ask};
use crate::cli::{Failure, notice};
use crate::envelope::limits::{MAX_ENCRYPTED, MAX_FILE};
use crate::envelope::{Envelope, EnvelopeError};
use crate::sealed::{
    self, Closed, Identity, Key, Lock, MAX_RECIPIENTS, MIN_PASSPHRASE, Needs, Recipient,
    WORK_FACTOR,
};
use crate::secret::Secret;

/// Longest identity file that is read, in bytes.
const MAX_IDENTITIES: usize = 64 << 10;

/// Where what opens an encrypted envelope comes from.
#[derive(Debug, Args)]
pub struct Opening {
    /// A file with age identities (X25519), for an envelope encrypted to recipients.
    #[arg(long, value_name = "FILE")]
    identity: Vec<PathBuf>,
    #[command(flatten)]
    source: Source,
}

/// Whether an envelope was encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locked {
    /// It lies open.
    Open,
    /// It is encrypted for recipients.
    ForRecipients,
    /// It is encrypted under a passphrase.
    UnderPassphrase,
}

/// An envelope that was read, and how it lay there.
pub struct Received {
    pub envelope: Envelope,
    pub locked: Locked,
}

/// What opens envelopes.
pub struct Keys {
    identities: Option<Key>,
    /// From the place that was named; typed ones are asked for each file.
    passphrase: Option<Key>,
}

impl Opening {
    /// Reads the identities and the passphrase that were named.
    pub fn keys(&self) -> Result<Keys, Failure> {
        let mut identities = Vec::new();
        for path in &self.identity {
            let file = Zeroizing::new(files::read(path, MAX_IDENTITIES)?);
            identities.extend(Identity::read_all(&file).map_err(|reason| {
                Failure::surroundings(format!("{}: {reason}. Nothing was opened.", path.display()))
            })?);
        }
        Ok(Keys {
            identities: (!identities.is_empty()).then_some(Key::Identities(identities)),
            passphrase: self.source.read()?.map(Key::Passphrase),
        })
    }
}

impl Keys {
    /// Reads an envelope and opens it where it is encrypted.
    pub fn envelope(&self, path: &Path) -> Result<Received, Failure> {
        let file = files::read(path, MAX_ENCRYPTED)?;
        self.opened(path, file)
    }

    /// The same of bytes that were read already.
    pub fn opened(&self, path: &Path, file: Vec<u8>) -> Result<Received, Failure> {
        let (file, locked) = if sealed::is_encrypted(&file) {
            self.decrypted(path, &file)?
        } else {
            (file, Locked::Open)
        };
        let envelope = Envelope::parse(&file).map_err(|error| refused(path, &error))?;
        Ok(Received { envelope, locked })
    }

    fn decrypted(&self, path: &Path, file: &[u8]) -> Result<(Vec<u8>, Locked), Failure> {
        let name = path.display();
        let typed;
        let (key, locked) = match sealed::needs(file).map_err(|closed| shut(path, closed))? {
            Needs::Identity => {
                let key = self.identities.as_ref().ok_or_else(|| {
                    Failure::call(format!(
                        "{name} is encrypted for recipients. Nothing was opened. \
                         Name the file with your identity: --identity FILE."
                    ))
                })?;
                (key, Locked::ForRecipients)
            }
            Needs::Passphrase => {
                let key = if let Some(key) = &self.passphrase {
                    key
                } else {
                    typed = Key::Passphrase(ask(&format!("Passphrase of {name}"))?);
                    &typed
                };
                (key, Locked::UnderPassphrase)
            }
        };
        let file = sealed::decrypt(file, key, MAX_FILE).map_err(|closed| shut(path, closed))?;
        Ok((file, locked))
    }
}

/// How a new envelope is encrypted, if it is.
#[derive(Debug, Args)]
pub struct Locking {
    /// Encrypt for this age recipient (age1…); may be given several times.
    #[arg(short, long, value_name = "AGE1…", conflicts_with = "passphrase")]
    recipient: Vec<String>,
    /// Encrypt under a passphrase, asked for at the terminal.
    #[arg(long)]
    passphrase: bool,
    #[command(flatten)]
    source: Source,
}

impl Locking {
    /// Whether the envelope is to be encrypted.
    pub fn is_wanted(&self) -> bool {
        self.passphrase || !self.recipient.is_empty() || self.source.is_named()
    }

    /// Reads what was named; `None` where the envelope stays open.
    pub fn lock(&self) -> Result<Option<Lock>, Failure> {
        if !self.recipient.is_empty() {
            if self.source.is_named() {
                return Err(Failure::call(
                    "an envelope is encrypted for recipients or under a passphrase, not both. \
                     Nothing was written.",
                ));
            }
            return recipients(&self.recipient).map(Some);
        }
        let secret = match self.source.read()? {
            Some(secret) => secret,
            None if self.passphrase => typed_twice()?,
            None => return Ok(None),
        };
        strong_enough(&secret)?;
        Ok(Some(Lock::Passphrase {
            secret,
            work_factor: WORK_FACTOR,
        }))
    }
}

/// Reads recipients.
pub fn recipients(listed: &[String]) -> Result<Lock, Failure> {
    if listed.len() > MAX_RECIPIENTS {
        return Err(Failure::call(format!(
            "--recipient: {} recipients are named, at most {MAX_RECIPIENTS} may be. \
             Nothing was written.",
            listed.len()
        )));
    }
    listed
        .iter()
        .map(|text| text.parse::<Recipient>())
        .collect::<Result<_, _>>()
        .map(Lock::Recipients)
        .map_err(|reason| Failure::call(format!("--recipient: {reason}. Nothing was written.")))
}

fn typed_twice() -> Result<Secret, Failure> {
    let first = ask("Passphrase of the new envelope")?;
    let second = ask("The same once more")?;
    if first.expose() == second.expose() {
        Ok(first)
    } else {
        Err(Failure::call(
            "the two passphrases differ. Nothing was written. Call the command again.",
        ))
    }
}

fn strong_enough(secret: &Secret) -> Result<(), Failure> {
    if secret.len() < MIN_PASSPHRASE as usize {
        return Err(Failure::call(format!(
            "the passphrase has fewer than {MIN_PASSPHRASE} bytes. Nothing was written. \
             Take a longer one."
        )));
    }
    let strength = strength(secret);
    if strength.bits < WEAK_BELOW {
        notice(&format!("the passphrase is {}", strength.words));
    }
    Ok(())
}

/// An envelope that was refused, in words.
fn refused(path: &Path, error: &EnvelopeError) -> Failure {
    let next = match error {
        EnvelopeError::NotAnEnvelope => "Name a file that `envelope pack` has written.",
        EnvelopeError::Version { .. } => "Open it with the version of rootstage that wrote it.",
        EnvelopeError::Damaged { .. }
        | EnvelopeError::TooShort { .. }
        | EnvelopeError::FileTooLong { .. } => "Carry it over again, on another medium.",
        _ => "Do not use it; ask whoever packed it how it was made.",
    };
    Failure::not_so(format!(
        "{}: {error}. Nothing of it was accepted. {next}",
        path.display()
    ))
}

/// An encrypted file that did not open, in words.
fn shut(path: &Path, closed: Closed) -> Failure {
    let name = path.display();
    Failure::not_so(match closed {
        Closed::WrongPassphrase => format!(
            "{name}: the passphrase is not the one it was encrypted under. Nothing was opened. \
             Try again."
        ),
        Closed::NoIdentityFits => format!(
            "{name}: it was not encrypted for any of the identities given. Nothing was opened. \
             Name the identity whose recipient it was packed for."
        ),
        Closed::Unreadable(reason) => {
            format!("{name} {reason}. Nothing was opened. Carry it over again.")
        }
    })
}
