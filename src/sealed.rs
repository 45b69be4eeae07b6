//! Encryption with age (<https://c2sp.org/age>): software keys under a passphrase, and files that
//! leave the room under a passphrase or for recipients. Nothing else names that crate.

use std::io::{Read as _, Write as _};
use std::str::FromStr;

use age::armor::{ArmoredWriter, Format};
use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor, scrypt, x25519};
use zeroize::Zeroizing;

use crate::safe::safe;
use crate::secret::Secret;

/// Work factor for real secrets: scrypt with N = 2^18, 256 MiB and about a second per guess. It is
/// also what the age programs use.
pub const WORK_FACTOR: u8 = 18;
/// Largest work factor accepted when reading: 2^20 takes 1 GiB of memory. A file that asks for
/// more is refused instead of exhausting the machine in the room.
pub const MAX_WORK_FACTOR: u8 = 20;
/// Shortest passphrase that encrypts anything, in bytes of UTF-8.
pub const MIN_PASSPHRASE: u32 = 8;
/// Most recipients of one file.
pub const MAX_RECIPIENTS: usize = 20;

/// First line of every age file.
const FIRST_LINE: &[u8] = b"age-encryption.org/v1\n";
/// First line of an age file in its textual form, which is not read here.
const ARMOURED: &[u8] = b"-----BEGIN AGE ENCRYPTED FILE-----";

/// Size of the pieces in which age encrypts.
const CHUNK: usize = 64 * 1024;

/// Why a file could not be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closed {
    /// The passphrase is not the one.
    WrongPassphrase,
    /// None of the identities is a recipient.
    NoIdentityFits,
    /// The file is at fault: what is said of it goes behind its name.
    Unreadable(String),
}

/// Encrypts `text` under `secret`, with empty lines behind it.
///
/// The empty lines are more than one piece: age's writer keeps the last 64 KiB that it encrypted,
/// and drops them unwiped. With the padding, what it drops is empty lines (`tests/tokens/memory.rs`
/// looks).
pub fn seal(text: &str, secret: &Secret, work_factor: u8) -> std::io::Result<Vec<u8>> {
    let mut recipient = scrypt::Recipient::new(SecretString::from(secret.expose_str()));
    recipient.set_work_factor(work_factor);
    let recipients = std::iter::once(&recipient as &dyn age::Recipient);
    let encryptor = Encryptor::with_recipients(recipients).map_err(std::io::Error::other)?;
    let mut encrypted = Vec::new();
    let mut writer = encryptor.wrap_output(&mut encrypted)?;
    writer.write_all(text.as_bytes())?;
    writer.write_all(&vec![b'\n'; CHUNK])?;
    writer.finish()?;
    Ok(encrypted)
}

/// Decrypts what [`seal`] made; at most `longest` bytes are returned.
pub fn open(
    encrypted: &[u8],
    secret: &Secret,
    longest: usize,
) -> Result<Zeroizing<Vec<u8>>, Closed> {
    let decryptor = Decryptor::new_buffered(encrypted).map_err(|error| closed(&error))?;
    if !decryptor.is_scrypt() {
        return Err(Closed::Unreadable(NO_PASSPHRASE.to_owned()));
    }
    let mut identity = scrypt::Identity::new(SecretString::from(secret.expose_str()));
    identity.set_max_work_factor(MAX_WORK_FACTOR);
    let mut reader = decryptor
        .decrypt(std::iter::once(&identity as &dyn age::Identity))
        .map_err(|error| closed(&error))?;
    // one buffer of full size: one that grows would leave copies behind
    let mut text = Zeroizing::new(vec![0; longest]);
    let mut length = 0;
    loop {
        match reader.read(text.get_mut(length..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) => return Err(damaged(&error)),
        }
    }
    text.truncate(length);
    Ok(text)
}

/// Said of a file that a passphrase cannot open.
pub const NO_PASSPHRASE: &str = "is encrypted, but not under a passphrase";

fn closed(error: &DecryptError) -> Closed {
    Closed::Unreadable(match error {
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed => {
            return Closed::WrongPassphrase;
        }
        DecryptError::Io(error) => return damaged(error),
        DecryptError::ExcessiveWork { required, .. } => {
            format!("asks for scrypt work factor {required}; at most {MAX_WORK_FACTOR} is accepted")
        }
        DecryptError::InvalidHeader | DecryptError::UnknownFormat => {
            "is not an age file, or its beginning is damaged".to_owned()
        }
        DecryptError::InvalidMac => "is damaged: its header was changed".to_owned(),
        DecryptError::NoMatchingKeys => return Closed::NoIdentityFits,
        other => other.to_string(),
    })
}

fn damaged(error: &std::io::Error) -> Closed {
    Closed::Unreadable(format!("is truncated or damaged ({error})"))
}

/// Someone who may open a file: the public half of an age key, `age1…`.
#[derive(Clone, Debug)]
pub struct Recipient(x25519::Recipient);

impl FromStr for Recipient {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.starts_with("AGE-SECRET-KEY-") {
            // not repeated: what was given is a secret
            return Err("this is a secret key; a recipient begins with age1".to_owned());
        }
        text.parse().map(Self).map_err(|why| {
            format!(
                "{} is not an age recipient of kind X25519: {why}",
                safe(text)
            )
        })
    }
}

/// Under what a file is encrypted.
pub enum Lock {
    /// For each of these, who open it with their identities.
    Recipients(Vec<Recipient>),
    /// Under a passphrase.
    Passphrase {
        /// The passphrase.
        secret: Secret,
        /// Binary logarithm of scrypt's N: [`WORK_FACTOR`].
        work_factor: u8,
    },
}

/// What opens a file.
pub enum Key {
    /// The secret halves of age keys.
    Identities(Vec<Identity>),
    /// The passphrase.
    Passphrase(Secret),
}

/// What a file has to be opened with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// A passphrase.
    Passphrase,
    /// An identity.
    Identity,
}

/// The secret half of an age key; wiped when dropped.
pub struct Identity(x25519::Identity);

impl Identity {
    /// Reads an identity file as `age-keygen` writes it: one `AGE-SECRET-KEY-1…` a line, comments
    /// with `#`. No error repeats what stands in it.
    pub fn read_all(file: &[u8]) -> Result<Vec<Self>, String> {
        if is_encrypted(file) || file.starts_with(ARMOURED) {
            return Err("the identity file is itself encrypted; decrypt it with age".to_owned());
        }
        let text = std::str::from_utf8(file).map_err(|_| "the identity file is not text")?;
        let mut found = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let identity = line.parse().map_err(|_| {
                format!("line {number} of the identity file is no X25519 identity of age")
            })?;
            found.push(Self(identity));
        }
        if found.is_empty() {
            return Err("the identity file holds no identity".to_owned());
        }
        Ok(found)
    }
}

/// Whether a file is encrypted with age, by its first line.
pub fn is_encrypted(file: &[u8]) -> bool {
    file.starts_with(FIRST_LINE)
}

/// Encrypts a file.
pub fn encrypt(file: &[u8], lock: &Lock) -> std::io::Result<Vec<u8>> {
    let encryptor = match lock {
        Lock::Recipients(recipients) => {
            Encryptor::with_recipients(recipients.iter().map(|one| &one.0 as &dyn age::Recipient))
        }
        Lock::Passphrase {
            secret,
            work_factor,
        } => {
            let mut recipient = scrypt::Recipient::new(SecretString::from(secret.expose_str()));
            recipient.set_work_factor(*work_factor);
            Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
        }
    }
    .map_err(std::io::Error::other)?;
    let mut encrypted = Vec::with_capacity(file.len());
    let mut writer = encryptor.wrap_output(&mut encrypted)?;
    writer.write_all(file)?;
    writer.finish()?;
    Ok(encrypted)
}

/// Encrypts a short text for `recipients`, in the textual form of age, which can be printed and
/// pasted.
pub fn encrypt_armoured(text: &[u8], recipients: Vec<Recipient>) -> std::io::Result<String> {
    let encrypted = encrypt(text, &Lock::Recipients(recipients))?;
    let mut writer = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
    writer.write_all(&encrypted)?;
    String::from_utf8(writer.finish()?).map_err(std::io::Error::other)
}

/// What an encrypted file has to be opened with.
pub fn needs(encrypted: &[u8]) -> Result<Needs, Closed> {
    let decryptor = Decryptor::new_buffered(encrypted).map_err(|error| closed(&error))?;
    Ok(if decryptor.is_scrypt() {
        Needs::Passphrase
    } else {
        Needs::Identity
    })
}

/// Decrypts a file of at most `longest` bytes.
pub fn decrypt(encrypted: &[u8], key: &Key, longest: usize) -> Result<Vec<u8>, Closed> {
    let decryptor = Decryptor::new_buffered(encrypted).map_err(|error| closed(&error))?;
    let reader = match key {
        Key::Identities(identities) => {
            decryptor.decrypt(identities.iter().map(|one| &one.0 as &dyn age::Identity))
        }
        Key::Passphrase(secret) => {
            let mut identity = scrypt::Identity::new(SecretString::from(secret.expose_str()));
            identity.set_max_work_factor(MAX_WORK_FACTOR);
            decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity))
        }
    }
    .map_err(|error| closed(&error))?;
    let mut file = Vec::new();
    reader
        .take(longest as u64 + 1)
        .read_to_end(&mut file)
        .map_err(|error| damaged(&error))?;
    if file.len() > longest {
        return Err(Closed::Unreadable(format!(
            "holds more than {longest} bytes"
        )));
    }
    Ok(file)
}

#[cfg(test)]
mod tests;
