//! Signatures under a key.

use super::{KeyKind, P256_SPKI, P384_SPKI, PublicKey, SignatureError, Verifier, ecdsa};

impl PublicKey {
    /// Whether `signature` was made by this key over `message`: DER for ECDSA (with SHA-256 for
    /// P-256 and SHA-384 for P-384), 64 bytes for Ed25519, whose checks are the strict ones, and as
    /// many bytes as the key has for RSA.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        match &self.verifier {
            Verifier::P256 => ecdsa::p256(self.point(P256_SPKI), message, signature),
            Verifier::P384 => ecdsa::p384(self.point(P384_SPKI), message, signature),
            Verifier::Ed25519(key) => {
                let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| {
                    SignatureError::Length {
                        kind: KeyKind::Ed25519,
                        expected: 64,
                        len: signature.len(),
                    }
                })?;
                key.verify_strict(message, &signature)
                    .map_err(|_| SignatureError::Mismatch)
            }
            Verifier::Rsa(key) => key.verify(message, signature),
        }
    }

    /// The uncompressed point of a key on a curve.
    fn point(&self, head: &[u8]) -> &[u8] {
        self.spki.strip_prefix(head).unwrap_or_default()
    }
}
