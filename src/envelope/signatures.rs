//! Signatures without the file that they are over: small enough for one QR code.
//!
//! ```text
//! {"payload":"<64 hex>","role":"root","signatures":[{"keyid":"<64 hex>","sig":"<hex>"}],"version":2}
//! ```
//!
//! `payload` is the SHA-256 of the canonical bytes that were signed. Written as one canonical line
//! without a line end; read in any layout.

use serde_json::{Map, Value, json};

use super::limits::shortened;
use crate::canonical::{MAX_SAFE_INTEGER, ParseError, line, parse};
use crate::digest::Sha256;
use crate::tuf::metadata::Metadata;
use crate::tuf::root::{MetadataError, Signature};

/// Name of the payload in an envelope of kind `signatures`.
pub const FILE_NAME: &str = "signatures.json";
/// Most bytes of a list.
pub const MAX_BYTES: usize = 256 << 10;
/// Most hex digits of one signature: those of RSA with 8192 bits.
const MAX_SIG: usize = 2048;
/// Most characters of a role's name.
const MAX_ROLE: usize = 100;

/// Signatures over one payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureList {
    /// `_type` of the metadata.
    pub role: String,
    /// Its version.
    pub version: u64,
    /// SHA-256 of the canonical bytes that were signed.
    pub payload: Sha256,
    /// The signatures, at most one for a key id; none is a placeholder.
    pub signatures: Vec<Signature>,
}

/// Why bytes are not a list of signatures.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// They cannot be read.
    #[error(transparent)]
    Json(#[from] ParseError),
    /// A member is absent, of the wrong form, or not known.
    #[error("`{member}` must be {expected}")]
    Member {
        /// Which member.
        member: String,
        /// What it must be.
        expected: &'static str,
    },
    /// The metadata from which the list was to be made is not readable as such.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// There is no signature to carry.
    #[error("it holds no signature")]
    Empty,
}

impl SignatureList {
    /// The signatures of a metadata file. Placeholders are left out.
    pub fn of(metadata: &Metadata) -> Result<Self, ListError> {
        let signatures: Vec<Signature> = metadata
            .signatures()
            .iter()
            .filter(|signature| !signature.sig.is_empty())
            .cloned()
            .collect();
        if signatures.is_empty() {
            return Err(ListError::Empty);
        }
        Ok(Self {
            role: metadata.kind().to_owned(),
            version: version(metadata)?,
            payload: metadata.digest(),
            signatures,
        })
    }

    /// Reads a list of at most [`MAX_BYTES`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ListError> {
        let Value::Object(members) = parse(bytes, MAX_BYTES)? else {
            return Err(wrong("the list", "an object"));
        };
        known(&members, "", &["payload", "role", "signatures", "version"])?;
        let payload = text(&members, "", "payload")?
            .parse()
            .map_err(|_| wrong("payload", "64 lower-case hex digits"))?;
        let role = text(&members, "", "role")?;
        if role.is_empty() || role.chars().count() > MAX_ROLE {
            return Err(wrong("role", "a name of 1 to 100 characters"));
        }
        let version = members
            .get("version")
            .and_then(Value::as_u64)
            .filter(|version| (1..=MAX_SAFE_INTEGER).contains(version))
            .ok_or_else(|| wrong("version", "a whole number from 1"))?;
        let Some(Value::Array(list)) = members.get("signatures") else {
            return Err(wrong("signatures", "a list"));
        };
        let mut signatures: Vec<Signature> = Vec::with_capacity(list.len());
        for (at, entry) in list.iter().enumerate() {
            let signature = one(at, entry)?;
            if signatures
                .iter()
                .any(|other| other.keyid == signature.keyid)
            {
                return Err(wrong(
                    &format!("signatures[{at}].keyid"),
                    "another than those before it",
                ));
            }
            signatures.push(signature);
        }
        if signatures.is_empty() {
            return Err(ListError::Empty);
        }
        Ok(Self {
            role: role.to_owned(),
            version,
            payload,
            signatures,
        })
    }

    /// The canonical line.
    pub fn to_bytes(&self) -> Vec<u8> {
        let signatures: Vec<Value> = self
            .signatures
            .iter()
            .map(|signature| json!({ "keyid": signature.keyid.hex(), "sig": signature.sig }))
            .collect();
        let list = json!({
            "payload": self.payload.hex(),
            "role": self.role,
            "signatures": signatures,
            "version": self.version,
        });
        // the one number in it is within the range of a line
        line(&list).unwrap_or_default().into_bytes()
    }
}

/// Version of a metadata file.
pub(super) fn version(metadata: &Metadata) -> Result<u64, MetadataError> {
    let file = metadata.to_signed()?;
    file.signed
        .get("version")
        .and_then(Value::as_u64)
        .filter(|version| (1..=MAX_SAFE_INTEGER).contains(version))
        .ok_or_else(|| MetadataError::Absent("version, a whole number from 1,".to_owned()))
}

fn one(at: usize, entry: &Value) -> Result<Signature, ListError> {
    let place = format!("signatures[{at}]");
    let Value::Object(members) = entry else {
        return Err(wrong(&place, "an object"));
    };
    let within = format!("{place}.");
    known(members, &within, &["keyid", "sig"])?;
    let keyid = text(members, &within, "keyid")?
        .parse()
        .map_err(|_| wrong(&format!("{within}keyid"), "64 lower-case hex digits"))?;
    let sig = text(members, &within, "sig")?;
    let fits = (2..=MAX_SIG).contains(&sig.len())
        && sig.len().is_multiple_of(2)
        && sig.bytes().all(|c| c.is_ascii_hexdigit());
    if !fits {
        return Err(wrong(
            &format!("{within}sig"),
            "a signature in hex, never empty",
        ));
    }
    Ok(Signature {
        keyid,
        sig: sig.to_owned(),
    })
}

fn text<'a>(
    members: &'a Map<String, Value>,
    within: &str,
    name: &str,
) -> Result<&'a str, ListError> {
    members
        .get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| wrong(&format!("{within}{name}"), "text"))
}

fn known(members: &Map<String, Value>, within: &str, names: &[&str]) -> Result<(), ListError> {
    let mut strange = members
        .keys()
        .filter(|name| !names.contains(&name.as_str()));
    strange.next().map_or(Ok(()), |name| {
        Err(wrong(
            &format!("{within}{}", shortened(name)),
            "absent: it is not known here",
        ))
    })
}

fn wrong(member: &str, expected: &'static str) -> ListError {
    ListError::Member {
        member: member.to_owned(),
        expected,
    }
}

#[cfg(test)]
mod tests;
