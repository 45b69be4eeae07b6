//! Public keys, and the ids under which TUF metadata names them.
//!
//! A key is counted by the SHA-256 of its `SubjectPublicKeyInfo`, never by its key id: the id also
//! covers how the key object is spelt, so one key can have many (and three of four clients in use
//! count it once for each).

mod error;
mod id;

use std::collections::BTreeMap;
use std::fmt;

use data_encoding::{BASE64, HEXLOWER, HEXLOWER_PERMISSIVE};
use p256::ecdsa::signature::Verifier as _;
use p256::pkcs8::DecodePublicKey as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use crate::ceremony::token::Algorithm;
use crate::digest::Sha256;
use crate::safe::safe;

pub use error::{KeyError, SignatureError};
pub use id::KeyId;

/// What stands before the uncompressed point in a P-256 `SubjectPublicKeyInfo` (RFC 5480).
const P256_SPKI: &[u8] = b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
/// The same for P-384.
const P384_SPKI: &[u8] =
    b"\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00";
/// What stands before the 32 bytes of an Ed25519 key (RFC 8410).
const ED25519_SPKI: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";
/// `rsaEncryption`, to name such keys in messages.
const RSA_OID: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";

const PEM_BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const PEM_END: &str = "-----END PUBLIC KEY-----";

/// A public key of a kind that can sign a root.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    verifier: Verifier,
    /// Always with an uncompressed point, so that one key has one encoding.
    spki: Vec<u8>,
}

#[derive(Clone, PartialEq, Eq)]
enum Verifier {
    P256(p256::ecdsa::VerifyingKey),
    P384(p384::ecdsa::VerifyingKey),
    Ed25519(ed25519_dalek::VerifyingKey),
}

impl PublicKey {
    /// Reads a PEM block `PUBLIC KEY`, with or without a final newline.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let body = pem
            .trim()
            .strip_prefix(PEM_BEGIN)
            .ok_or(KeyError::Pem("it does not begin as one"))?;
        let body = body
            .strip_suffix(PEM_END)
            .ok_or(KeyError::Pem("it does not end as one"))?;
        let body: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let der = BASE64
            .decode(body.as_bytes())
            .map_err(|_| KeyError::Pem("its body is not base64"))?;
        Self::from_spki_der(&der)
    }

    /// Reads a DER `SubjectPublicKeyInfo` (RFC 5280, RFC 5480, RFC 8410).
    pub fn from_spki_der(der: &[u8]) -> Result<Self, KeyError> {
        if let Some(raw) = der.strip_prefix(ED25519_SPKI) {
            let raw = raw
                .try_into()
                .map_err(|_| KeyError::Unsound(Algorithm::Ed25519))?;
            return Self::from_ed25519_raw(raw);
        }
        if let Ok(key) = p256::ecdsa::VerifyingKey::from_public_key_der(der) {
            return Ok(Self::p256(key));
        }
        if let Ok(key) = p384::ecdsa::VerifyingKey::from_public_key_der(der) {
            return Ok(Self::p384(key));
        }
        Err(KeyError::Unsupported(if der.starts_with(P256_SPKI) {
            return Err(KeyError::Unsound(Algorithm::EcdsaP256));
        } else if der.starts_with(P384_SPKI) {
            return Err(KeyError::Unsound(Algorithm::EcdsaP384));
        } else if der.windows(RSA_OID.len()).any(|part| part == RSA_OID) {
            "an RSA key".to_owned()
        } else {
            format!("{} bytes of another kind", der.len())
        }))
    }

    /// Takes the 32 bytes of an Ed25519 key (RFC 8032). Refuses points of small order and
    /// encodings that are not the shortest: with those, one signature fits many messages or one
    /// key has two forms.
    pub fn from_ed25519_raw(raw: [u8; 32]) -> Result<Self, KeyError> {
        let unsound = KeyError::Unsound(Algorithm::Ed25519);
        let key = ed25519_dalek::VerifyingKey::from_bytes(&raw).map_err(|_| unsound.clone())?;
        if key.is_weak() || !is_reduced(raw) {
            return Err(unsound);
        }
        Ok(Self {
            spki: [ED25519_SPKI, &raw].concat(),
            verifier: Verifier::Ed25519(key),
        })
    }

    /// Reads a TUF key object, in the present spelling and in the older ones: the scheme as key
    /// type, and the bare point in hex of go-tuf before 0.4.
    pub fn from_tuf(object: &Value) -> Result<Self, KeyError> {
        let text = |value: Option<&Value>, name| {
            value
                .and_then(Value::as_str)
                .map(str::to_owned)
                .ok_or(KeyError::Member(name))
        };
        let keytype = text(object.get("keytype"), "keytype")?;
        let scheme = text(object.get("scheme"), "scheme")?;
        let public = text(
            object.get("keyval").and_then(|keyval| keyval.get("public")),
            "keyval.public",
        )?;
        let mismatch = |found: String| KeyError::Mismatch {
            keytype: safe(&keytype),
            scheme: safe(&scheme),
            found,
        };
        let (algorithm, key) = match (keytype.as_str(), scheme.as_str()) {
            ("ecdsa" | "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256") => {
                (Algorithm::EcdsaP256, Self::from_pem_or_point(&public)?)
            }
            ("ecdsa" | "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384") => {
                (Algorithm::EcdsaP384, Self::from_pem_or_point(&public)?)
            }
            ("ed25519", "ed25519") => {
                let raw = HEXLOWER_PERMISSIVE
                    .decode(public.as_bytes())
                    .ok()
                    .and_then(|raw| raw.try_into().ok());
                let raw = raw.ok_or_else(|| mismatch("what is not 64 hex digits".to_owned()))?;
                (Algorithm::Ed25519, Self::from_ed25519_raw(raw)?)
            }
            ("rsa", _) => return Err(KeyError::Unsupported("an RSA key".to_owned())),
            _ => return Err(mismatch("any key that can be used here".to_owned())),
        };
        if key.algorithm() != algorithm {
            return Err(mismatch(format!("an {} key", key.algorithm().name())));
        }
        Ok(key)
    }

    fn from_pem_or_point(public: &str) -> Result<Self, KeyError> {
        let Ok(point) = HEXLOWER_PERMISSIVE.decode(public.as_bytes()) else {
            return Self::from_pem(public);
        };
        // uncompressed points only: a compressed one was never published
        let prefix = match (point.len(), point.first()) {
            (65, Some(4)) => P256_SPKI,
            (97, Some(4)) => P384_SPKI,
            _ => {
                return Err(KeyError::Unsupported(format!(
                    "a point of {} bytes",
                    point.len()
                )));
            }
        };
        Self::from_spki_der(&[prefix, &point].concat())
    }

    fn p256(key: p256::ecdsa::VerifyingKey) -> Self {
        let point = key.to_sec1_point(false);
        Self {
            spki: [P256_SPKI, point.as_bytes()].concat(),
            verifier: Verifier::P256(key),
        }
    }

    fn p384(key: p384::ecdsa::VerifyingKey) -> Self {
        let point = key.to_sec1_point(false);
        Self {
            spki: [P384_SPKI, point.as_bytes()].concat(),
            verifier: Verifier::P384(key),
        }
    }

    /// What kind of key it is.
    pub fn algorithm(&self) -> Algorithm {
        match self.verifier {
            Verifier::P256(_) => Algorithm::EcdsaP256,
            Verifier::P384(_) => Algorithm::EcdsaP384,
            Verifier::Ed25519(_) => Algorithm::Ed25519,
        }
    }

    /// DER `SubjectPublicKeyInfo`, with an uncompressed point.
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// The same as PEM: 64 columns and a final newline (RFC 7468).
    pub fn spki_pem(&self) -> String {
        let mut pem = format!("{PEM_BEGIN}\n");
        // 48 bytes are 64 characters of base64
        for part in self.spki.chunks(48) {
            pem.push_str(&BASE64.encode(part));
            pem.push('\n');
        }
        pem.push_str(PEM_END);
        pem.push('\n');
        pem
    }

    /// SHA-256 of [`Self::spki_der`]: the name by which a key is counted.
    pub fn fingerprint(&self) -> Sha256 {
        Sha256::of(&self.spki)
    }

    /// `keytype`, `scheme` and `keyval.public` as they are written.
    fn tuf_members(&self) -> (&'static str, &'static str, String) {
        match &self.verifier {
            Verifier::P256(_) => ("ecdsa", "ecdsa-sha2-nistp256", self.spki_pem()),
            Verifier::P384(_) => ("ecdsa", "ecdsa-sha2-nistp384", self.spki_pem()),
            Verifier::Ed25519(key) => ("ed25519", "ed25519", HEXLOWER.encode(key.as_bytes())),
        }
    }

    /// The key object as it is written into metadata (TUF specification, section 4.2).
    pub fn to_tuf(&self) -> Value {
        let (keytype, scheme, public) = self.tuf_members();
        json!({ "keytype": keytype, "scheme": scheme, "keyval": { "public": public } })
    }

    /// The id of [`Self::to_tuf`].
    pub fn key_id(&self) -> KeyId {
        let (keytype, scheme, public) = self.tuf_members();
        // the canonical form of `to_tuf`, written out: none of these texts holds `"` or `\`
        let canonical = format!(
            r#"{{"keytype":"{keytype}","keyval":{{"public":"{public}"}},"scheme":"{scheme}"}}"#
        );
        KeyId::from_digest(Sha256::of(canonical.as_bytes()))
    }

    /// Whether `signature` was made by this key over `message`: DER for ECDSA (with SHA-256 for
    /// P-256 and SHA-384 for P-384), 64 bytes for Ed25519, whose checks are the strict ones.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        let algorithm = self.algorithm();
        let len = signature.len();
        match &self.verifier {
            Verifier::P256(key) => {
                let signature = p256::ecdsa::Signature::from_der(signature)
                    .map_err(|_| not_der(algorithm, len, 64))?;
                key.verify(message, &signature)
                    .map_err(|_| SignatureError::Mismatch)
            }
            Verifier::P384(key) => {
                let signature = p384::ecdsa::Signature::from_der(signature)
                    .map_err(|_| not_der(algorithm, len, 96))?;
                key.verify(message, &signature)
                    .map_err(|_| SignatureError::Mismatch)
            }
            Verifier::Ed25519(key) => {
                let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| {
                    SignatureError::Length {
                        algorithm,
                        expected: 64,
                        len,
                    }
                })?;
                key.verify_strict(message, &signature)
                    .map_err(|_| SignatureError::Mismatch)
            }
        }
    }
}

fn not_der(algorithm: Algorithm, len: usize, raw: usize) -> SignatureError {
    if len == raw {
        SignatureError::Raw(algorithm)
    } else {
        SignatureError::NotDer { algorithm, len }
    }
}

/// Whether the y coordinate is below p = 2^255 − 19, as RFC 8032, section 5.1.3 asks.
fn is_reduced(raw: [u8; 32]) -> bool {
    let [first, middle @ .., last] = raw;
    !(first >= 0xed && middle.iter().all(|byte| *byte == 0xff) && last & 0x7f == 0x7f)
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "PublicKey({} {})",
            self.algorithm().name(),
            self.fingerprint()
        )
    }
}

/// As [`PublicKey::spki_pem`].
impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.spki_pem())
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::from_pem(&String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

/// Who holds which key, by [`PublicKey::fingerprint`].
pub type Holders = BTreeMap<Sha256, String>;

#[cfg(test)]
mod tests;
