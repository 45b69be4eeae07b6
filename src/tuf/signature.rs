//! Signatures and signed files as they stand on disk.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::key::{KeyId, SignatureError};
use super::root::{MetadataError, payload};
use crate::canonical::{parse, pretty};

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
    /// nobody signs them.
    pub fn parse(bytes: &[u8]) -> Result<Self, MetadataError> {
        Self::parse_within(bytes, MAX_ROOT_BYTES)
    }

    /// The same, of a file with at most `limit` bytes.
    pub fn parse_within(bytes: &[u8], limit: usize) -> Result<Self, MetadataError> {
        let Value::Object(mut file) = parse(bytes, limit)? else {
            return Err(MetadataError::shape("the file", "an object"));
        };
        let signed = file
            .remove("signed")
            .ok_or(MetadataError::Absent("signed".to_owned()))?;
        if !signed.is_object() {
            return Err(MetadataError::shape("signed", "an object"));
        }
        let list = file
            .remove("signatures")
            .ok_or(MetadataError::Absent("signatures".to_owned()))?;
        if let Some((name, _)) = file.iter().next() {
            return Err(MetadataError::shape(
                name,
                "absent: a file has `signed` and `signatures` only",
            ));
        }
        let Value::Array(list) = list else {
            return Err(MetadataError::shape("signatures", "a list"));
        };
        let mut signatures: Vec<Signature> = Vec::with_capacity(list.len());
        for (at, entry) in list.iter().enumerate() {
            let text = |name: &str| {
                let what = format!("signatures[{at}].{name}");
                entry
                    .get(name)
                    .and_then(Value::as_str)
                    .ok_or_else(|| MetadataError::shape(&what, "text"))
            };
            let keyid = text("keyid")?;
            let keyid = keyid.parse().map_err(|reason| MetadataError::KeyId {
                at: format!("signatures[{at}]"),
                reason,
            })?;
            if signatures.iter().any(|other| other.keyid == keyid) {
                return Err(MetadataError::Twice {
                    what: "signatures".to_owned(),
                    keyid,
                });
            }
            signatures.push(Signature {
                keyid,
                sig: text("sig")?.to_owned(),
            });
        }
        payload(&signed)?;
        Ok(Self { signed, signatures })
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
