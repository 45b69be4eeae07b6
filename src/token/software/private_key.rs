//! A private key in memory: made, written, read, used, wiped.

use ed25519_dalek::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use p256::ecdsa::signature::Signer as _;
use p256::pkcs8::LineEnding;
use zeroize::Zeroizing;

use crate::ceremony::token::Algorithm;
use crate::token::public_key::PublicKey;

/// A private key. Each variant wipes itself when dropped.
pub(super) enum PrivateKey {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    // boxed: its expanded form would be copied with every move, and each copy left behind
    Ed25519(Box<ed25519_dalek::SigningKey>),
}

impl PrivateKey {
    /// A new key from the operating system's randomness; the error is in words.
    pub(super) fn generate(algorithm: Algorithm) -> Result<Self, String> {
        // a random string is no scalar of the curve with probability 2^-32 (P-256); eight times
        // in a row means that the randomness is broken
        for _ in 0..8 {
            let mut seed = Zeroizing::new([0; 48]);
            getrandom::fill(&mut *seed).map_err(|error| format!("no randomness: {error}"))?;
            let key = match algorithm {
                Algorithm::EcdsaP256 => seed
                    .get(..32)
                    .and_then(|seed| p256::ecdsa::SigningKey::from_slice(seed).ok())
                    .map(Self::P256),
                Algorithm::EcdsaP384 => p384::ecdsa::SigningKey::from_slice(&*seed)
                    .ok()
                    .map(Self::P384),
                Algorithm::Ed25519 => seed.first_chunk().map(|seed| {
                    Self::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(seed)))
                }),
            };
            if let Some(key) = key {
                return Ok(key);
            }
        }
        Err("the randomness of this machine makes no key".to_owned())
    }

    /// From PKCS#8 as PEM, of any algorithm known here.
    pub(super) fn from_pem(pem: &str) -> Option<Self> {
        p256::ecdsa::SigningKey::from_pkcs8_pem(pem)
            .map(Self::P256)
            .or_else(|_| p384::ecdsa::SigningKey::from_pkcs8_pem(pem).map(Self::P384))
            .or_else(|_| {
                ed25519_dalek::SigningKey::from_pkcs8_pem(pem)
                    .map(|key| Self::Ed25519(Box::new(key)))
            })
            .ok()
    }

    /// The label and PKCS#8 as PEM, at most `longest` bytes. Allocated once, so that no shorter
    /// copy is left behind.
    pub(super) fn to_text(&self, label: &str, longest: usize) -> Option<Zeroizing<String>> {
        let pem = match self {
            Self::P256(key) => key.to_pkcs8_pem(LineEnding::LF),
            Self::P384(key) => key.to_pkcs8_pem(LineEnding::LF),
            Self::Ed25519(key) => key.to_pkcs8_pem(LineEnding::LF),
        }
        .ok()?;
        let mut text = Zeroizing::new(String::with_capacity(longest));
        if "label: \n".len() + label.len() + pem.len() > longest {
            return None;
        }
        for part in ["label: ", label, "\n", &pem] {
            text.push_str(part);
        }
        Some(text)
    }

    /// The public half.
    pub(super) fn public(&self) -> PublicKey {
        match self {
            Self::P256(key) => PublicKey::P256(*key.verifying_key()),
            Self::P384(key) => PublicKey::P384(*key.verifying_key()),
            Self::Ed25519(key) => PublicKey::Ed25519(key.verifying_key()),
        }
    }

    /// The raw signature (`r || s`, or RFC 8032); ECDSA nonces are those of RFC 6979.
    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature = key.try_sign(message).ok()?;
                Some(signature.to_vec())
            }
            Self::P384(key) => {
                let signature: p384::ecdsa::Signature = key.try_sign(message).ok()?;
                Some(signature.to_vec())
            }
            Self::Ed25519(key) => Some(key.try_sign(message).ok()?.to_bytes().to_vec()),
        }
    }
}
