//! Kinds of keys.

use crate::ceremony::token::Algorithm;

/// A kind of public key whose signatures can be verified. Tokens and plans choose among the
/// [`Algorithm`]s, which are fewer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// ECDSA over NIST P-256 with SHA-256.
    EcdsaP256,
    /// ECDSA over NIST P-384 with SHA-384.
    EcdsaP384,
    /// Ed25519 (RFC 8032).
    Ed25519,
    /// RSASSA-PSS with SHA-256 (RFC 8017, section 8.1), 2048 to 8192 bits.
    Rsa,
}

impl KeyKind {
    /// The name in messages, which for an [`Algorithm`] is its own.
    pub fn name(self) -> &'static str {
        self.algorithm().map_or("rsa", Algorithm::name)
    }

    /// The algorithm by which a token makes such a key; none for RSA, which is only verified.
    pub fn algorithm(self) -> Option<Algorithm> {
        match self {
            Self::EcdsaP256 => Some(Algorithm::EcdsaP256),
            Self::EcdsaP384 => Some(Algorithm::EcdsaP384),
            Self::Ed25519 => Some(Algorithm::Ed25519),
            Self::Rsa => None,
        }
    }
}
