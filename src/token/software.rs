//! Software keys: `file:PATH`, a private key in an age file under a passphrase.
//!
//! `PATH` is an age file (<https://c2sp.org/age>) with one scrypt recipient. Inside:
//!
//! ```text
//! label: root-1
//! -----BEGIN PRIVATE KEY-----        PKCS#8 (RFC 5958)
//! …
//! -----END PRIVATE KEY-----
//! (empty lines up to more than 64 KiB)
//! ```
//!
//! so that `age -d PATH | openssl pkey` reads it without this program. `PATH.pub` stands beside it
//! with the same first line and the public half (`SubjectPublicKeyInfo`, PEM): looking for a key
//! needs no passphrase. A key file holds one key, and is never overwritten.
//!
//! The empty lines are there for the reason told at `sealed::seal`.

use std::path::{Path, PathBuf};

use self::private_key::PrivateKey;
use super::public_key::PublicKey;
use crate::ceremony::token::piv::Provisioning;
use crate::ceremony::token::{
    Evidence, Fault, KeyAttributes, KeyRequest, PinState, TokenIdentity, TokenKey, TokenKind,
    TokenName,
};
use crate::ceremony::token_name::ParsedName;
use crate::ports::{Keep, Notice, Tokens};
use crate::sealed;
use crate::secret::{CAPACITY, Secret, Secrets};

mod private_key;
mod store;

pub use crate::sealed::{MAX_WORK_FACTOR, MIN_PASSPHRASE, WORK_FACTOR};

/// Longest label and PEM text together: a P-384 key takes about 310 bytes.
const MAX_TEXT: usize = 4096;
/// Longest key file that is read.
const MAX_FILE: usize = 80 * 1024;

/// The backend for `file:` names.
#[derive(Debug)]
pub struct SoftwareTokens {
    work_factor: u8,
}

impl SoftwareTokens {
    /// `work_factor` is the binary logarithm of scrypt's N for new keys: [`WORK_FACTOR`] for real
    /// ones, small for rehearsals and tests. Held between 1 and [`MAX_WORK_FACTOR`], so that what
    /// is written can be read.
    pub fn new(work_factor: u8) -> Self {
        Self {
            work_factor: work_factor.clamp(1, MAX_WORK_FACTOR),
        }
    }
}

impl Default for SoftwareTokens {
    fn default() -> Self {
        Self::new(WORK_FACTOR)
    }
}

/// The files of one software key.
struct KeyFile<'n> {
    name: &'n TokenName,
    path: PathBuf,
    public_path: PathBuf,
}

impl<'n> KeyFile<'n> {
    fn of(name: &'n TokenName) -> Result<Self, Fault> {
        let path = match super::understood(name)? {
            ParsedName::File(parsed) => PathBuf::from(parsed.path),
            ParsedName::YubiKey(_) | ParsedName::Pkcs11(_) => {
                return Err(Fault::Unsupported {
                    token: name.clone(),
                    reason: "it is not a software key".to_owned(),
                });
            }
        };
        check_directory(&path)?;
        let mut public_path = path.clone().into_os_string();
        public_path.push(".pub");
        Ok(Self {
            name,
            path,
            public_path: public_path.into(),
        })
    }

    fn exists(&self) -> Result<bool, Fault> {
        match std::fs::symlink_metadata(&self.path) {
            Ok(found) if found.is_dir() => {
                Err(storage(&self.path, "is a directory, not a key file"))
            }
            Ok(_) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(storage(&self.path, error)),
        }
    }

    /// Label and public key, from the file in the clear.
    fn public(&self) -> Result<(String, PublicKey), Fault> {
        let bytes = store::read(&self.public_path, MAX_TEXT)?;
        std::str::from_utf8(&bytes)
            .ok()
            .and_then(split_label)
            .and_then(|(label, pem)| Some((label.to_owned(), PublicKey::from_pem(pem)?)))
            .ok_or_else(|| storage(&self.public_path, "is not a label and a public key"))
    }

    /// Label and private key.
    fn open(&self, secret: &Secret) -> Result<(String, PrivateKey), Fault> {
        let encrypted = store::read(&self.path, MAX_FILE)?;
        let text = sealed::open(&encrypted, secret, MAX_FILE).map_err(|closed| match closed {
            sealed::Closed::WrongPassphrase => Fault::PinWrong {
                token: self.name.clone(),
                pin: pin_state(),
            },
            sealed::Closed::NoIdentityFits => storage(&self.path, sealed::NO_PASSPHRASE),
            sealed::Closed::Unreadable(reason) => storage(&self.path, reason),
        })?;
        std::str::from_utf8(&text)
            .ok()
            .and_then(|text| split_label(text.trim_end_matches('\n')))
            .and_then(|(label, pem)| Some((label.to_owned(), PrivateKey::from_pem(pem)?)))
            .ok_or_else(|| storage(&self.path, "holds no label and private key of a known kind"))
    }

    fn key(&self, label: &str, public: &PublicKey) -> Result<TokenKey, Fault> {
        let public_pem = public
            .to_pem()
            .ok_or_else(|| storage(&self.public_path, "cannot be written as PEM"))?;
        Ok(TokenKey {
            piv: None,
            algorithm: public.algorithm(),
            label: label.to_owned(),
            public_pem,
            attributes: KeyAttributes {
                local: true,
                ..KeyAttributes::default()
            },
        })
    }
}

/// Checks that the directory of the key file `path` is there.
pub(super) fn check_directory(path: &Path) -> Result<(), Fault> {
    let directory = store::directory_of(path);
    match std::fs::metadata(directory) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => Err(storage(directory, "is not a directory")),
        Err(error) => Err(storage(directory, error)),
    }
}

fn storage(path: &Path, reason: impl std::fmt::Display) -> Fault {
    Fault::Storage {
        path: path.display().to_string(),
        reason: format!("{reason}"),
    }
}

/// A file counts no tries.
fn pin_state() -> PinState {
    let max_len = u32::try_from(CAPACITY).unwrap_or(u32::MAX);
    PinState {
        min_len: MIN_PASSPHRASE,
        max_len,
        ..PinState::default()
    }
}

/// Takes `label: …` and the rest apart.
fn split_label(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix("label: ")?.split_once('\n')
}

/// The label of a software key, from its public half.
pub(super) fn label_of(name: &TokenName) -> Option<String> {
    let (label, _) = KeyFile::of(name).ok()?.public().ok()?;
    Some(label)
}

impl Tokens for SoftwareTokens {
    /// The token is the file that is to be: it need not exist, its directory must.
    fn identify(&mut self, token: &TokenName) -> Result<TokenIdentity, Fault> {
        let file = KeyFile::of(token)?;
        file.exists()?;
        let name = file
            .path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Ok(TokenIdentity {
            kind: TokenKind::File,
            serial: name.clone(),
            label: name,
            manufacturer: "rootstage".to_owned(),
            model: "software key (age, scrypt)".to_owned(),
            firmware: "1.0".to_owned(),
            piv: None,
            beside: Vec::new(),
            pin: pin_state(),
        })
    }

    /// Without `secret` the public file is believed; with it, the two files are compared, and a
    /// public file that is missing is made up for from the private one.
    fn find_key(
        &mut self,
        token: &TokenName,
        label: &str,
        secret: Option<&Secret>,
    ) -> Result<Option<TokenKey>, Fault> {
        super::check_label(token, label)?;
        let file = KeyFile::of(token)?;
        if !file.exists()? {
            // a public file alone is what a generation leaves that was cut short: there is no key
            return Ok(None);
        }
        let (found, public) = match secret {
            None => file.public()?,
            Some(secret) => {
                let (found, private) = file.open(secret)?;
                if store::is_there(&file.public_path) {
                    check_halves(&file, &found, &private)?;
                }
                (found, private.public())
            }
        };
        if found == label {
            file.key(label, &public).map(Some)
        } else {
            Ok(None)
        }
    }

    fn generate(
        &mut self,
        token: &TokenName,
        label: &str,
        request: &KeyRequest,
        secret: &Secret,
    ) -> Result<TokenKey, Fault> {
        super::check_label(token, label)?;
        let file = KeyFile::of(token)?;
        if file.exists()? {
            return Err(Fault::KeyExists {
                token: token.clone(),
                label: label.to_owned(),
            });
        }
        let pin = pin_state();
        let len = u32::try_from(secret.len()).unwrap_or(u32::MAX);
        if !(pin.min_len..=pin.max_len).contains(&len) {
            let (token, min, max) = (token.clone(), pin.min_len, pin.max_len);
            return Err(Fault::PinLength {
                token,
                len,
                min,
                max,
            });
        }
        let private = PrivateKey::generate(request.algorithm)
            .map_err(|reason| storage(&file.path, reason))?;
        let key = file.key(label, &private.public())?;
        let text = private
            .to_text(label, MAX_TEXT)
            .ok_or_else(|| storage(&file.path, "the label is too long for the file"))?;
        let encrypted = sealed::seal(&text, secret, self.work_factor)
            .map_err(|error| storage(&file.path, error))?;
        let public = format!("label: {label}\n{}", key.public_pem);
        match store::write_both(&file.path, &encrypted, &file.public_path, public.as_bytes())? {
            store::Written::New => Ok(key),
            store::Written::WasThere => Err(Fault::KeyExists {
                token: token.clone(),
                label: label.to_owned(),
            }),
        }
    }

    fn sign(
        &mut self,
        token: &TokenName,
        label: &str,
        expected: Option<&str>,
        message: &[u8],
        secret: &Secret,
        _notice: &mut dyn FnMut(Notice),
    ) -> Result<Vec<u8>, Fault> {
        super::check_label(token, label)?;
        let file = KeyFile::of(token)?;
        let absent = || Fault::KeyAbsent {
            token: token.clone(),
            label: label.to_owned(),
        };
        if !file.exists()? {
            return Err(absent());
        }
        let (found, private) = file.open(secret)?;
        if found != label {
            return Err(absent());
        }
        if store::is_there(&file.public_path) {
            check_halves(&file, &found, &private)?;
        }
        private.public().check_expected(token, label, expected)?;
        let bad = || Fault::BadSignature {
            token: token.clone(),
        };
        let raw = private.sign(message).ok_or_else(bad)?;
        private.public().accept(message, &raw).ok_or_else(bad)
    }

    /// The token's own words are all there is.
    fn attest(&mut self, token: &TokenName, label: &str) -> Result<Evidence, Fault> {
        let key = self
            .find_key(token, label, None)?
            .ok_or_else(|| Fault::KeyAbsent {
                token: token.clone(),
                label: label.to_owned(),
            })?;
        Ok(Evidence {
            key,
            certificates: Vec::new(),
        })
    }

    fn provision(
        &mut self,
        token: &TokenName,
        _act: &Provisioning,
        _secrets: Secrets<'_>,
        _keep: Keep<'_>,
    ) -> Result<TokenIdentity, Fault> {
        Err(super::not_provisioned_here(token))
    }
}

/// Refuses a public file that is not the other half of the private key: somebody exchanged one.
fn check_halves(file: &KeyFile<'_>, label: &str, private: &PrivateKey) -> Result<(), Fault> {
    if file.public()? == (label.to_owned(), private.public()) {
        return Ok(());
    }
    let key_file = file.path.display();
    Err(storage(
        &file.public_path,
        format!("is not the public half of the key in {key_file}"),
    ))
}
