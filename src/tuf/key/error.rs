//! Why a key cannot be used, and why a signature does not count.

use super::KeyKind;

/// Why a public key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a PEM block with a public key.
    #[error("not a PEM block with a public key: {0}")]
    Pem(&'static str),
    /// Not a `SubjectPublicKeyInfo` of a P-256, P-384, Ed25519 or RSA key.
    #[error("{0}, where a P-256, P-384, Ed25519 or RSA public key is needed")]
    Unsupported(String),
    /// The bytes are not a point on the curve, or one that no honest key has.
    #[error("not a sound {} public key", .0.name())]
    Unsound(KeyKind),
    /// An RSA key that is too short to be safe, too long to be verified in reasonable time, or of a
    /// length that is not a whole number of bytes.
    #[error("an RSA key of {bits} bits, where 2048 to 8192 bits in whole bytes are needed")]
    RsaSize {
        /// Bits of its modulus.
        bits: u32,
    },
    /// A member of a TUF key object is absent or not text.
    #[error("the key object has no text member `{0}`")]
    Member(&'static str),
    /// Key type, scheme and the key itself do not fit together.
    #[error("key type \"{keytype}\" with scheme \"{scheme}\" does not go with {found}")]
    Mismatch {
        /// `keytype` as read.
        keytype: String,
        /// `scheme` as read.
        scheme: String,
        /// What the key is.
        found: String,
    },
}

/// Why a signature does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not a DER-encoded ECDSA signature.
    #[error("not a DER-encoded {} signature ({len} bytes)", .kind.name())]
    NotDer {
        /// What the key is.
        kind: KeyKind,
        /// Length of the signature, in bytes.
        len: usize,
    },
    /// As long as the bare numbers `r` and `s`, which is what tokens give and TUF does not take.
    #[error("a raw {} signature (r and s side by side), where TUF wants DER", .0.name())]
    Raw(KeyKind),
    /// Not as long as a signature of this kind.
    #[error("{len} bytes, where an {} signature has {expected}", .kind.name())]
    Length {
        /// What the key is.
        kind: KeyKind,
        /// Length that it should have, in bytes.
        expected: usize,
        /// Length of the signature, in bytes.
        len: usize,
    },
    /// Well formed, but not made by this key over this message.
    #[error("not made by this key over this payload")]
    Mismatch,
    /// The text in the file is not hexadecimal.
    #[error("not hexadecimal text")]
    NotHex,
}
