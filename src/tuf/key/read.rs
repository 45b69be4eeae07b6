//! The forms in which public keys are read.

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use p256::pkcs8::DecodePublicKey as _;
use serde_json::Value;

use super::rsa::Rsa;
use super::{
    ED25519_SPKI, KeyError, KeyKind, P256_SPKI, P384_SPKI, PEM_BEGIN, PEM_END, PublicKey, Verifier,
};
use crate::safe::safe;

/// `rsaEncryption` (RFC 8017, appendix C).
const RSA_OID: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";

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

    /// Reads a DER `SubjectPublicKeyInfo` (RFC 5280, RFC 3279, RFC 5480, RFC 8410). RSA
    /// keys have 2048 to 8192 bits.
    pub fn from_spki_der(der: &[u8]) -> Result<Self, KeyError> {
        if let Some(raw) = der.strip_prefix(ED25519_SPKI) {
            let raw = raw
                .try_into()
                .map_err(|_| KeyError::Unsound(KeyKind::Ed25519))?;
            return Self::from_ed25519_raw(raw);
        }
        if let Ok(key) = p256::ecdsa::VerifyingKey::from_public_key_der(der) {
            return Ok(Self::p256(&key));
        }
        if let Ok(key) = p384::ecdsa::VerifyingKey::from_public_key_der(der) {
            return Ok(Self::p384(&key));
        }
        if der.windows(RSA_OID.len()).any(|part| part == RSA_OID) {
            let (key, spki) = Rsa::read(der)?;
            return Ok(Self::new(Verifier::Rsa(key), spki));
        }
        Err(if der.starts_with(P256_SPKI) {
            KeyError::Unsound(KeyKind::EcdsaP256)
        } else if der.starts_with(P384_SPKI) {
            KeyError::Unsound(KeyKind::EcdsaP384)
        } else {
            KeyError::Unsupported(format!("{} bytes of another kind", der.len()))
        })
    }

    /// Takes the 32 bytes of an Ed25519 key (RFC 8032). Refuses points of small order and
    /// encodings that are not the shortest: with those, one signature fits many messages or one
    /// key has two forms.
    pub fn from_ed25519_raw(raw: [u8; 32]) -> Result<Self, KeyError> {
        let unsound = KeyError::Unsound(KeyKind::Ed25519);
        let key = ed25519_dalek::VerifyingKey::from_bytes(&raw).map_err(|_| unsound.clone())?;
        if key.is_weak() || !is_reduced(raw) {
            return Err(unsound);
        }
        let spki = [ED25519_SPKI, &raw].concat();
        Ok(Self::new(Verifier::Ed25519(key), spki))
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
        let (kind, key) = match (keytype.as_str(), scheme.as_str()) {
            ("ecdsa" | "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256") => {
                (KeyKind::EcdsaP256, Self::from_pem_or_point(&public)?)
            }
            ("ecdsa" | "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384") => {
                (KeyKind::EcdsaP384, Self::from_pem_or_point(&public)?)
            }
            ("ed25519", "ed25519") => {
                let raw = HEXLOWER_PERMISSIVE
                    .decode(public.as_bytes())
                    .ok()
                    .and_then(|raw| raw.try_into().ok());
                let raw = raw.ok_or_else(|| mismatch("what is not 64 hex digits".to_owned()))?;
                (KeyKind::Ed25519, Self::from_ed25519_raw(raw)?)
            }
            ("rsa", "rsassa-pss-sha256") => (KeyKind::Rsa, Self::from_pem(&public)?),
            _ => return Err(mismatch("any key that can be used here".to_owned())),
        };
        if key.kind() != kind {
            return Err(mismatch(format!("an {} key", key.kind_name())));
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
}

/// Whether the y coordinate is below p = 2^255 − 19, as RFC 8032, section 5.1.3 asks.
fn is_reduced(raw: [u8; 32]) -> bool {
    let [first, middle @ .., last] = raw;
    !(first >= 0xed && middle.iter().all(|byte| *byte == 0xff) && last & 0x7f == 0x7f)
}
