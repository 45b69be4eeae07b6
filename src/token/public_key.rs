//! The public half of a token's key: from what tokens say to PEM, and the check of every signature
//! in software before anybody sees it.

use ed25519_dalek::pkcs8::{DecodePublicKey as _, EncodePublicKey as _};
use p256::ecdsa::signature::Verifier as _;
use p256::pkcs8::LineEnding;
use sha2::{Digest as _, Sha256, Sha384};

use crate::ceremony::token::{Algorithm, Fault, TokenName};

/// A public key that verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PublicKey {
    /// P-256, with SHA-256.
    P256(p256::ecdsa::VerifyingKey),
    /// P-384, with SHA-384.
    P384(p384::ecdsa::VerifyingKey),
    /// Ed25519.
    Ed25519(ed25519_dalek::VerifyingKey),
}

impl PublicKey {
    /// From the point as SEC 1 (section 2.3.3) or RFC 8032 encodes it; `None` where it is not on
    /// the curve.
    pub(super) fn from_point(algorithm: Algorithm, point: &[u8]) -> Option<Self> {
        match algorithm {
            Algorithm::EcdsaP256 => p256::ecdsa::VerifyingKey::from_sec1_bytes(point)
                .ok()
                .map(Self::P256),
            Algorithm::EcdsaP384 => p384::ecdsa::VerifyingKey::from_sec1_bytes(point)
                .ok()
                .map(Self::P384),
            Algorithm::Ed25519 => ed25519_dalek::VerifyingKey::try_from(point)
                .ok()
                .map(Self::Ed25519),
        }
    }

    /// From `SubjectPublicKeyInfo` as PEM; text before the first boundary is skipped.
    pub(super) fn from_pem(pem: &str) -> Option<Self> {
        p256::ecdsa::VerifyingKey::from_public_key_pem(pem)
            .map(Self::P256)
            .or_else(|_| p384::ecdsa::VerifyingKey::from_public_key_pem(pem).map(Self::P384))
            .or_else(|_| ed25519_dalek::VerifyingKey::from_public_key_pem(pem).map(Self::Ed25519))
            .ok()
    }

    /// From `SubjectPublicKeyInfo` as DER.
    pub(super) fn from_spki(der: &[u8]) -> Option<Self> {
        p256::ecdsa::VerifyingKey::from_public_key_der(der)
            .map(Self::P256)
            .or_else(|_| p384::ecdsa::VerifyingKey::from_public_key_der(der).map(Self::P384))
            .or_else(|_| ed25519_dalek::VerifyingKey::from_public_key_der(der).map(Self::Ed25519))
            .ok()
    }

    /// `SubjectPublicKeyInfo` (RFC 5280) as PEM with a final newline; `None` only where the
    /// encoder fails, which it has no reason to.
    pub(super) fn to_pem(&self) -> Option<String> {
        match self {
            Self::P256(key) => key.to_public_key_pem(LineEnding::LF),
            Self::P384(key) => key.to_public_key_pem(LineEnding::LF),
            Self::Ed25519(key) => key.to_public_key_pem(LineEnding::LF),
        }
        .ok()
    }

    /// Refuses a key that is not the one expected, before it signs anything.
    pub(super) fn check_expected(
        &self,
        token: &TokenName,
        label: &str,
        expected: Option<&str>,
    ) -> Result<(), Fault> {
        let right = expected.is_none_or(|pem| Self::from_pem(pem).as_ref() == Some(self));
        if right {
            return Ok(());
        }
        Err(Fault::KeyDiffers {
            token: token.clone(),
            label: label.to_owned(),
        })
    }

    /// Which algorithm it verifies.
    pub(super) fn algorithm(&self) -> Algorithm {
        match self {
            Self::P256(_) => Algorithm::EcdsaP256,
            Self::P384(_) => Algorithm::EcdsaP384,
            Self::Ed25519(_) => Algorithm::Ed25519,
        }
    }

    /// Takes the signature of a PIV card (ECDSA in DER; for Ed25519 the 64 bytes of RFC 8032), and
    /// verifies it over `message`. `None` where it is malformed or does not verify.
    pub(super) fn accept_der(&self, message: &[u8], signature: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::P256(_) => {
                let signature = p256::ecdsa::Signature::from_der(signature).ok()?;
                self.accept(message, &signature.to_bytes())
            }
            Self::P384(_) => {
                let signature = p384::ecdsa::Signature::from_der(signature).ok()?;
                self.accept(message, &signature.to_bytes())
            }
            Self::Ed25519(_) => self.accept(message, signature),
        }
    }

    /// Turns the raw signature of a token (PKCS#11 v3.1, section 6.3.1: `r || s`; for Ed25519 the
    /// 64 bytes of RFC 8032) into the form that TUF carries, and verifies it over `message`.
    /// `None` where it is malformed or does not verify.
    pub(super) fn accept(&self, message: &[u8], raw: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::P256(key) => {
                let signature = p256::ecdsa::Signature::from_slice(raw).ok()?;
                key.verify(message, &signature).ok()?;
                Some(signature.to_der().as_bytes().to_vec())
            }
            Self::P384(key) => {
                let signature = p384::ecdsa::Signature::from_slice(raw).ok()?;
                key.verify(message, &signature).ok()?;
                Some(signature.to_der().as_bytes().to_vec())
            }
            Self::Ed25519(key) => {
                let signature = ed25519_dalek::Signature::from_slice(raw).ok()?;
                key.verify_strict(message, &signature).ok()?;
                Some(raw.to_vec())
            }
        }
    }
}

/// What a token signs for `message`: the digest where the algorithm takes one (every token can
/// sign a digest; not every token can hash), the message itself for Ed25519.
pub(super) fn to_be_signed(algorithm: Algorithm, message: &[u8]) -> Vec<u8> {
    match algorithm {
        Algorithm::EcdsaP256 => Sha256::digest(message).to_vec(),
        Algorithm::EcdsaP384 => Sha384::digest(message).to_vec(),
        Algorithm::Ed25519 => message.to_vec(),
    }
}
