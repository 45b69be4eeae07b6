//! RSASSA-PSS with SHA-256 (RFC 8017, section 8.1.2), verification only. The one file that names
//! the crate `rsa`, whose known weakness (RUSTSEC-2023-0071) is one of private keys.

use rsa::pkcs8::{DecodePublicKey as _, EncodePublicKey as _};
use rsa::traits::PublicKeyParts as _;
use rsa::{Pss, PublicKey};

use super::{KeyError, KeyKind, SignatureError};
use crate::digest::Sha256;

/// Bits of a modulus: what clients accept at least, and what is verified in reasonable time.
const BITS: std::ops::RangeInclusive<u32> = 2048..=8192;

/// An RSA public key.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Rsa(PublicKey);

impl Rsa {
    /// Reads a DER `SubjectPublicKeyInfo`; gives the key and its one encoding.
    pub(super) fn read(der: &[u8]) -> Result<(Self, Vec<u8>), KeyError> {
        let unsound = |_| KeyError::Unsound(KeyKind::Rsa);
        let key = PublicKey::from_public_key_der(der).map_err(unsound)?;
        let bits = key.n().bit_width();
        // with a modulus that does not fill its bytes the padding has an edge of its own, and no
        // tool makes such keys
        if !BITS.contains(&bits) || bits % 8 != 0 {
            return Err(KeyError::RsaSize { bits });
        }
        let spki = key
            .to_public_key_der()
            .map_err(|_| KeyError::Unsound(KeyKind::Rsa))?;
        Ok((Self(key), spki.into_vec()))
    }

    /// Whether the signature was made over this message. Its salt may be of any length: 32 bytes
    /// are usual, python-tuf has also written the longest that fits.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        let expected = self.0.size();
        if signature.len() != expected {
            return Err(SignatureError::Length {
                kind: KeyKind::Rsa,
                expected,
                len: signature.len(),
            });
        }
        let scheme = Pss::<sha2::Sha256> {
            salt_len: None,
            ..Pss::new()
        };
        let digest = Sha256::of(message);
        self.0
            .verify(scheme, &digest.0, signature)
            .map_err(|_| SignatureError::Mismatch)
    }
}
