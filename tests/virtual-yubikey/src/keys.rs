//! The keys in the slots, by the algorithm bytes of PIV and of Yubico's extensions.

use ed25519_dalek::Signer as _;
use p256::ecdsa::signature::hazmat::PrehashSigner as _;
use p256::pkcs8::EncodePublicKey as _;

use crate::tlv;

/// ECDSA over P-256.
pub const P256: u8 = 0x11;
/// ECDSA over P-384.
pub const P384: u8 = 0x14;
/// Ed25519, since firmware 5.7.
pub const ED25519: u8 = 0xe0;

/// A private key.
pub enum Private {
    /// On P-256.
    P256(Box<p256::ecdsa::SigningKey>),
    /// On P-384.
    P384(Box<p384::ecdsa::SigningKey>),
    /// Ed25519.
    Ed25519(Box<ed25519_dalek::SigningKey>),
}

/// Random bytes from the operating system.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

impl Private {
    /// A new key; `None` where the algorithm is not known.
    pub fn generate(algorithm: u8) -> Option<Self> {
        // a scalar that is not below the order of the curve is as good as never seen
        std::iter::repeat_with(|| match algorithm {
            P384 => Self::read(algorithm, &random::<48>()),
            _ => Self::read(algorithm, &random::<32>()),
        })
        .take(8)
        .flatten()
        .next()
    }

    /// The key of this scalar (or seed, for Ed25519).
    pub fn read(algorithm: u8, secret: &[u8]) -> Option<Self> {
        match algorithm {
            P256 => p256::ecdsa::SigningKey::from_slice(secret)
                .ok()
                .map(|key| Self::P256(Box::new(key))),
            P384 => p384::ecdsa::SigningKey::from_slice(secret)
                .ok()
                .map(|key| Self::P384(Box::new(key))),
            ED25519 => secret
                .try_into()
                .ok()
                .map(|seed| Self::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(seed)))),
            _ => None,
        }
    }

    /// Its scalar or seed.
    pub fn secret(&self) -> Vec<u8> {
        match self {
            Self::P256(key) => key.to_bytes().to_vec(),
            Self::P384(key) => key.to_bytes().to_vec(),
            Self::Ed25519(key) => key.to_bytes().to_vec(),
        }
    }

    /// The public half as the card gives it: an uncompressed point, or 32 bytes.
    pub fn point(&self) -> Vec<u8> {
        match self {
            Self::P256(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Self::P384(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Self::Ed25519(key) => key.verifying_key().to_bytes().to_vec(),
        }
    }

    /// The public half, as GENERATE and GET METADATA tell it.
    pub fn public_element(&self) -> Vec<u8> {
        tlv::element(0x86, &self.point())
    }

    /// `SubjectPublicKeyInfo`, in DER.
    pub fn spki(&self) -> Vec<u8> {
        let document = match self {
            Self::P256(key) => key.verifying_key().to_public_key_der(),
            Self::P384(key) => key.verifying_key().to_public_key_der(),
            Self::Ed25519(key) => key.verifying_key().to_public_key_der(),
        };
        document.expect("public keys have a DER form").into_vec()
    }

    /// The signature: of a digest, as long as it is, for ECDSA (DER); of a message for Ed25519. `None`
    /// where the digest is longer than the curve.
    pub fn sign(&self, challenge: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::P256(key) => {
                let digest = padded::<32>(challenge)?;
                let signature: p256::ecdsa::DerSignature = key.sign_prehash(&digest).ok()?;
                Some(signature.as_bytes().to_vec())
            }
            Self::P384(key) => {
                let digest = padded::<48>(challenge)?;
                let signature: p384::ecdsa::DerSignature = key.sign_prehash(&digest).ok()?;
                Some(signature.as_bytes().to_vec())
            }
            Self::Ed25519(key) => Some(key.sign(challenge).to_bytes().to_vec()),
        }
    }
}

/// A shorter digest is the same number with zeros before it.
fn padded<const N: usize>(digest: &[u8]) -> Option<[u8; N]> {
    let zeros = N.checked_sub(digest.len())?;
    let mut whole = [0; N];
    whole[zeros..].copy_from_slice(digest);
    Some(whole)
}
