//! ECDSA signatures (FIPS 186-5) in DER. By the crate `ring`, which verifies
//! five times as fast as `p256` does (`benches/README.md`); that crate reads keys and signatures, and
//! says what is wrong with one. `aws-lc-rs` has the same interface, should `ring` be given up.

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, EcdsaVerificationAlgorithm, UnparsedPublicKey,
};

use super::{KeyKind, SignatureError};

/// `point` is uncompressed.
pub(super) fn p256(point: &[u8], message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
    p256::ecdsa::Signature::from_der(signature)
        .map_err(|_| not_der(KeyKind::EcdsaP256, signature.len(), 64))?;
    made_by(&ECDSA_P256_SHA256_ASN1, point, message, signature)
}

/// The same with P-384 and SHA-384.
pub(super) fn p384(point: &[u8], message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
    p384::ecdsa::Signature::from_der(signature)
        .map_err(|_| not_der(KeyKind::EcdsaP384, signature.len(), 96))?;
    made_by(&ECDSA_P384_SHA384_ASN1, point, message, signature)
}

fn made_by(
    algorithm: &'static EcdsaVerificationAlgorithm,
    point: &[u8],
    message: &[u8],
    signature: &[u8],
) -> Result<(), SignatureError> {
    UnparsedPublicKey::new(algorithm, point)
        .verify(message, signature)
        .map_err(|_| SignatureError::Mismatch)
}

fn not_der(kind: KeyKind, len: usize, raw: usize) -> SignatureError {
    if len == raw {
        SignatureError::Raw(kind)
    } else {
        SignatureError::NotDer { kind, len }
    }
}
