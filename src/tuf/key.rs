//! Public keys, and the ids under which TUF metadata names them.
//!
//! A key is counted by the SHA-256 of its `SubjectPublicKeyInfo`, never by its key id: the id also
//! covers how the key object is spelt, so one key can have many (and three of four clients in use
//! count it once for each).

mod ecdsa;
mod error;
mod id;
mod kind;
mod read;
mod rsa;
mod verify;

use std::collections::BTreeMap;
use std::fmt;

use data_encoding::{BASE64, HEXLOWER};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use crate::ceremony::token::Algorithm;
use crate::digest::Sha256;

use self::rsa::Rsa;

pub use error::{KeyError, SignatureError};
pub use id::KeyId;
pub use kind::KeyKind;

/// What stands before the uncompressed point in a P-256 `SubjectPublicKeyInfo` (RFC 5480).
const P256_SPKI: &[u8] = b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
/// The same for P-384.
const P384_SPKI: &[u8] =
    b"\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00";
/// What stands before the 32 bytes of an Ed25519 key (RFC 8410).
const ED25519_SPKI: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";

const PEM_BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const PEM_END: &str = "-----END PUBLIC KEY-----";

/// A public key of a kind that can sign metadata.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    verifier: Verifier,
    /// Always with an uncompressed point, so that one key has one encoding.
    spki: Vec<u8>,
    fingerprint: Sha256,
}

#[derive(Clone, PartialEq, Eq)]
enum Verifier {
    /// The point is in `PublicKey::spki`.
    P256,
    /// The same.
    P384,
    Ed25519(ed25519_dalek::VerifyingKey),
    Rsa(Rsa),
}

impl PublicKey {
    fn new(verifier: Verifier, spki: Vec<u8>) -> Self {
        Self {
            fingerprint: Sha256::of(&spki),
            verifier,
            spki,
        }
    }

    fn p256(key: &p256::ecdsa::VerifyingKey) -> Self {
        let point = key.to_sec1_point(false);
        let spki = [P256_SPKI, point.as_bytes()].concat();
        Self::new(Verifier::P256, spki)
    }

    fn p384(key: &p384::ecdsa::VerifyingKey) -> Self {
        let point = key.to_sec1_point(false);
        let spki = [P384_SPKI, point.as_bytes()].concat();
        Self::new(Verifier::P384, spki)
    }

    /// What kind of key it is.
    pub fn kind(&self) -> KeyKind {
        match self.verifier {
            Verifier::P256 => KeyKind::EcdsaP256,
            Verifier::P384 => KeyKind::EcdsaP384,
            Verifier::Ed25519(_) => KeyKind::Ed25519,
            Verifier::Rsa(_) => KeyKind::Rsa,
        }
    }

    /// The name of its kind, for messages: `ecdsa-p256`.
    pub fn kind_name(&self) -> &'static str {
        self.kind().name()
    }

    /// The algorithm by which a token would make such a key; none for a kind that is only verified.
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.kind().algorithm()
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
        self.fingerprint
    }

    /// `keytype`, `scheme` and `keyval.public` as they are written.
    fn tuf_members(&self) -> (&'static str, &'static str, String) {
        match &self.verifier {
            Verifier::P256 => ("ecdsa", "ecdsa-sha2-nistp256", self.spki_pem()),
            Verifier::P384 => ("ecdsa", "ecdsa-sha2-nistp384", self.spki_pem()),
            Verifier::Ed25519(key) => ("ed25519", "ed25519", HEXLOWER.encode(key.as_bytes())),
            Verifier::Rsa(_) => ("rsa", "rsassa-pss-sha256", self.spki_pem()),
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
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({} {})", self.kind_name(), self.fingerprint())
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
