//! Whether payloads are what their kind says, before they are packed.

use super::Payload;
use super::limits::MAX_CONTENT;
use super::manifest::Kind;
use super::signatures::{ListError, SignatureList};
use crate::tuf::key::{KeyError, PublicKey};
use crate::tuf::metadata::Metadata;
use crate::tuf::root::MetadataError;
use crate::tuf::signature::MAX_ROOT_BYTES;

/// What no envelope may carry: the beginnings of private keys as PEM (RFC 7468) and of age's
/// identities. Both are ASCII in every tool that writes them.
const PRIVATE: [&[u8]; 2] = [b"PRIVATE KEY-----", b"AGE-SECRET-KEY-"];

/// Why a payload does not belong into an envelope of its kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContentsError {
    /// It holds a private key.
    #[error("it holds a private key, which never crosses the air gap")]
    PrivateKey,
    /// It is not metadata.
    #[error("it is not TUF metadata: {0}")]
    Metadata(#[from] MetadataError),
    /// A root that no client fetches.
    #[error("it is a root of {got} bytes; clients fetch at most {MAX_ROOT_BYTES}")]
    RootTooLong {
        /// Its length in bytes.
        got: usize,
    },
    /// It is to be a signed role, and nobody has signed it.
    #[error("it is to be a signed role, and it holds no signature")]
    Unsigned,
    /// It is not a list of signatures.
    #[error("it is not a list of signatures: {0}")]
    Signatures(#[from] ListError),
    /// It is not a public key.
    #[error("it is not a public key as PEM: {0}")]
    Key(#[from] KeyError),
    /// It is not text.
    #[error("it is not a public key as PEM: it is not text")]
    NotText,
}

/// Reads a metadata file, as envelopes carry it and as it lies on disk.
pub fn metadata(bytes: Vec<u8>) -> Result<Metadata, ContentsError> {
    let metadata = Metadata::parse(bytes, MAX_CONTENT)?;
    let got = metadata.bytes().len();
    if metadata.kind() == "root" && got > MAX_ROOT_BYTES {
        return Err(ContentsError::RootTooLong { got });
    }
    Ok(metadata)
}

/// Checks one payload. Transcripts and attestations are not looked into: the audit does that.
pub fn check(kind: Kind, payload: &Payload) -> Result<(), ContentsError> {
    let holds = |what: &[u8]| payload.bytes.windows(what.len()).any(|part| part == what);
    if PRIVATE.iter().any(|what| holds(what)) {
        return Err(ContentsError::PrivateKey);
    }
    match kind {
        Kind::StagedRole => drop(metadata(payload.bytes.clone())?),
        Kind::SignedRole => {
            let metadata = metadata(payload.bytes.clone())?;
            if metadata.signatures().iter().all(|one| one.sig.is_empty()) {
                return Err(ContentsError::Unsigned);
            }
        }
        Kind::Signatures => drop(SignatureList::parse(&payload.bytes)?),
        Kind::PublicKeys => {
            let text = std::str::from_utf8(&payload.bytes).map_err(|_| ContentsError::NotText)?;
            PublicKey::from_pem(text)?;
        }
        Kind::Transcript | Kind::Attestations => {}
    }
    Ok(())
}
