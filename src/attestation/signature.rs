//! Whether one key signed one certificate. The one file of this room that names the crate `ring`,
//! which has RSASSA-PKCS1-v1.5, ECDSA and Ed25519 behind one interface.

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA384_ASN1, ECDSA_P384_SHA256_ASN1, ECDSA_P384_SHA384_ASN1,
    ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    UnparsedPublicKey, VerificationAlgorithm,
};
use x509_cert::der::asn1::ObjectIdentifier as Oid;

use super::original::Original;

// RFC 8017, appendix A.2
const RSA: Oid = Oid::new_unwrap("1.2.840.113549.1.1.1");
const RSA_SHA256: Oid = Oid::new_unwrap("1.2.840.113549.1.1.11");
const RSA_SHA384: Oid = Oid::new_unwrap("1.2.840.113549.1.1.12");
const RSA_SHA512: Oid = Oid::new_unwrap("1.2.840.113549.1.1.13");
// RFC 5480, RFC 5758
const EC: Oid = Oid::new_unwrap("1.2.840.10045.2.1");
const P256: Oid = Oid::new_unwrap("1.2.840.10045.3.1.7");
const P384: Oid = Oid::new_unwrap("1.3.132.0.34");
const ECDSA_SHA256: Oid = Oid::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA384: Oid = Oid::new_unwrap("1.2.840.10045.4.3.3");
// RFC 8410: key and signature alike
const EDWARDS: Oid = Oid::new_unwrap("1.3.101.112");

/// Why a certificate is not found to be signed by a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unsigned {
    /// The kind of key or signature, by its object identifiers, is none that is verified here.
    Unknown(String),
    /// The signature is not one of this key over this certificate.
    Mismatch,
}

/// Whether the key of `issuer` made the signature on `certificate`. Names and constraints are
/// looked at elsewhere.
pub(crate) fn verify(certificate: &Original, issuer: &Original) -> Result<(), Unsigned> {
    let body = certificate.body();
    let made_with = certificate.signature_algorithm();
    // RFC 5280, section 4.1.1.2
    if body.signature() != made_with {
        return Err(Unsigned::Mismatch);
    }
    let key = issuer.body().subject_public_key_info();
    let curve = key
        .algorithm
        .parameters
        .as_ref()
        .and_then(|parameters| parameters.decode_as::<Oid>().ok());
    let algorithm: &dyn VerificationAlgorithm = match (key.algorithm.oid, curve, made_with.oid) {
        (RSA, _, RSA_SHA256) => &RSA_PKCS1_2048_8192_SHA256,
        (RSA, _, RSA_SHA384) => &RSA_PKCS1_2048_8192_SHA384,
        (RSA, _, RSA_SHA512) => &RSA_PKCS1_2048_8192_SHA512,
        (EC, Some(P256), ECDSA_SHA256) => &ECDSA_P256_SHA256_ASN1,
        (EC, Some(P256), ECDSA_SHA384) => &ECDSA_P256_SHA384_ASN1,
        (EC, Some(P384), ECDSA_SHA256) => &ECDSA_P384_SHA256_ASN1,
        (EC, Some(P384), ECDSA_SHA384) => &ECDSA_P384_SHA384_ASN1,
        (EDWARDS, _, EDWARDS) => &ED25519,
        (key, _, signature) => {
            return Err(Unsigned::Unknown(format!(
                "key {key}, signature {signature}"
            )));
        }
    };
    let point = key.subject_public_key.as_bytes();
    let signature = certificate.signature().as_bytes();
    let (Some(point), Some(signature)) = (point, signature) else {
        return Err(Unsigned::Mismatch);
    };
    UnparsedPublicKey::new(algorithm, point)
        .verify(certificate.signed(), signature)
        .map_err(|_| Unsigned::Mismatch)
}
