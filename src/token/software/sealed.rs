//! Text under a passphrase: age files with one scrypt recipient (<https://c2sp.org/age>).

use std::io::{Read as _, Write as _};

use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor, scrypt};
use zeroize::Zeroizing;

use super::MAX_WORK_FACTOR;
use crate::secret::Secret;

/// Size of the pieces in which age encrypts.
const CHUNK: usize = 64 * 1024;

/// Why a file could not be opened.
pub(super) enum Closed {
    /// The passphrase is not the one.
    WrongPassphrase,
    /// The file is at fault: what is said of it goes behind its name.
    Unreadable(String),
}

/// Encrypts `text` under `secret`, with empty lines behind it.
///
/// The empty lines are more than one piece: age's writer keeps the last 64 KiB that it encrypted,
/// and drops them unwiped. With the padding, what it drops is empty lines (`tests/tokens/memory.rs`
/// looks).
pub(super) fn seal(text: &str, secret: &Secret, work_factor: u8) -> std::io::Result<Vec<u8>> {
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
pub(super) fn open(
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

const NO_PASSPHRASE: &str = "is encrypted, but not under a passphrase";

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
        DecryptError::NoMatchingKeys => NO_PASSPHRASE.to_owned(),
        other => other.to_string(),
    })
}

fn damaged(error: &std::io::Error) -> Closed {
    Closed::Unreadable(format!("is truncated or damaged ({error})"))
}
