//! Signatures and signed files as they stand on disk.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::key::{KeyId, SignatureError};
use super::metadata::Metadata;
use super::root::MetadataError;
use crate::canonical::pretty;

/// Longest root that clients fetch, in bytes (512 000 in python-tuf and go-tuf; TUF specification,
/// section 5.3.3, asks for some limit).
pub const MAX_ROOT_BYTES: usize = 512_000;

/// One entry of `signatures`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The key that is said to have made it.
    pub keyid: KeyId,
    /// The signature in hex, as read; empty where a tool has left a placeholder.
    pub sig: String,
}

impl Signature {
    /// A signature just made.
    pub fn new(keyid: KeyId, bytes: &[u8]) -> Self {
        Self {
            keyid,
            sig: HEXLOWER.encode(bytes),
        }
    }

    /// The bytes; hex is read in either case.
    pub fn bytes(&self) -> Result<Vec<u8>, SignatureError> {
        HEXLOWER_PERMISSIVE
            .decode(self.sig.as_bytes())
            .map_err(|_| SignatureError::NotHex)
    }
}

/// A file of metadata with the signatures over it, none of which has been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// What is signed: kept whole, with members that this version does not know.
    pub signed: Value,
    /// The signatures, at most one for a key id.
    pub signatures: Vec<Signature>,
}

impl Signed {
    /// Something to sign, with no signature yet.
    pub fn unsigned(signed: Value) -> Self {
        Self {
            signed,
            signatures: Vec::new(),
        }
    }

    /// Reads a file. Refuses more than [`MAX_ROOT_BYTES`], two members of one name, two signatures
    /// of one key id (clients reject such a file), members besides `signed` and `signatures`, and
    /// what has no canonical form. Members of a signature besides `keyid` and `sig` are not kept:
    /// nobody signs them. [`Metadata`] keeps the file as it is.
    pub fn parse(bytes: &[u8]) -> Result<Self, MetadataError> {
        Self::parse_within(bytes, MAX_ROOT_BYTES)
    }

    /// The same, of a file with at most `limit` bytes.
    pub fn parse_within(bytes: &[u8], limit: usize) -> Result<Self, MetadataError> {
        Metadata::read(bytes.to_vec(), limit)?.to_signed()
    }

    /// Adds a signature, in place of an earlier one of the same key id.
    pub fn put(&mut self, signature: Signature) {
        match self
            .signatures
            .iter_mut()
            .find(|other| other.keyid == signature.keyid)
        {
            Some(earlier) => *earlier = signature,
            None => self.signatures.push(signature),
        }
    }

    /// The file: indented, sorted members, signatures in the order in which they stand.
    pub fn to_file(&self) -> Vec<u8> {
        let signatures: Vec<_> = self
            .signatures
            .iter()
            .map(|s| json!({ "keyid": s.keyid.hex(), "sig": s.sig }))
            .collect();
        pretty(&json!({ "signatures": signatures, "signed": self.signed })).into_bytes()
    }
}
