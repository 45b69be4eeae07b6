//! What the ceremony knows of a token: its name, its identity, its keys, the state of its PIN.
//!
//! These are facts about tokens, as they stand in the plan and in the transcript. The tokens
//! themselves are behind [`crate::ports::Tokens`].

use serde::{Deserialize, Serialize};

mod fault;
pub mod piv;

pub use fault::{Fault, Retry};

use piv::{KeyPolicies, PivKey, PivState};

/// The one string that names a token: `yubikey:SERIAL[/SLOT]`, `pkcs11:` URI (RFC 7512) or
/// `file:PATH` (age-encrypted software key). Kept as written in the plan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenName(pub String);

/// The kinds of token that this binary can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenKind {
    /// A `YubiKey`, through its PIV application.
    YubiKey,
    /// A PKCS#11 token, through its vendor's module.
    Pkcs11,
    /// A software key in an age-encrypted file.
    File,
}

impl TokenName {
    /// The scheme before the first colon, where this binary has that kind of token.
    pub fn kind(&self) -> Option<TokenKind> {
        match self.0.split_once(':')?.0 {
            "yubikey" => Some(TokenKind::YubiKey),
            "pkcs11" => Some(TokenKind::Pkcs11),
            "file" => Some(TokenKind::File),
            _ => None,
        }
    }
}

impl std::fmt::Display for TokenName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The kind of key that a token is asked to generate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// ECDSA over NIST P-256 with SHA-256.
    #[serde(rename = "ecdsa-p256")]
    EcdsaP256,
    /// ECDSA over NIST P-384 with SHA-384.
    #[serde(rename = "ecdsa-p384")]
    EcdsaP384,
    /// Ed25519 (RFC 8032).
    #[serde(rename = "ed25519")]
    Ed25519,
}

impl Algorithm {
    /// Every algorithm, in the order in which they are listed to people.
    pub const ALL: [Self; 3] = [Self::EcdsaP256, Self::EcdsaP384, Self::Ed25519];

    /// The name in plans and transcripts.
    pub fn name(self) -> &'static str {
        match self {
            Self::EcdsaP256 => "ecdsa-p256",
            Self::EcdsaP384 => "ecdsa-p384",
            Self::Ed25519 => "ed25519",
        }
    }
}

/// How a token's PIN stands, as far as the token tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one per flag of the token, under its own name"
)]
pub struct PinState {
    /// Tries left, where the token counts them aloud.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tries_left: Option<u32>,
    /// At least one wrong PIN since the last right one (`CKF_USER_PIN_COUNT_LOW`).
    pub count_low: bool,
    /// One more wrong PIN locks the token (`CKF_USER_PIN_FINAL_TRY`).
    pub final_try: bool,
    /// The PIN is locked (`CKF_USER_PIN_LOCKED`).
    pub locked: bool,
    /// The PIN has never been set (`CKF_USER_PIN_INITIALIZED` is clear).
    pub not_set: bool,
    /// Shortest PIN the token takes, in bytes.
    pub min_len: u32,
    /// Longest PIN the token takes, in bytes.
    pub max_len: u32,
}

/// A token as it introduces itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenIdentity {
    /// Which kind of token.
    pub kind: TokenKind,
    /// Serial number as the token gives it; for a software key file, its file name.
    pub serial: String,
    /// Label given to the token when it was initialised; for a file, its file name.
    pub label: String,
    /// Manufacturer as the token gives it.
    pub manufacturer: String,
    /// Model as the token gives it.
    pub model: String,
    /// Firmware version as the token gives it, `major.minor`.
    pub firmware: String,
    /// State of the user PIN.
    pub pin: PinState,
    /// What a PIV card says besides; `None` for other kinds of token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub piv: Option<PivState>,
    /// Serial numbers of other tokens of this kind that are connected at the same time, where the
    /// kind is one of which people have one in hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<String>,
}

/// A key that lives on a token, by its public half.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenKey {
    /// Kind of key.
    pub algorithm: Algorithm,
    /// Label of the key object on the token.
    pub label: String,
    /// `SubjectPublicKeyInfo` as PEM with a final newline.
    pub public_pem: String,
    /// What the token says of the private half.
    pub attributes: KeyAttributes,
    /// What a PIV card says of it; `None` for other kinds of token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub piv: Option<PivKey>,
}

/// A key that a token is asked to generate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyRequest {
    /// Kind of key.
    pub algorithm: Algorithm,
    /// How it is used, on a PIV card; other tokens have no such choice.
    pub policies: Option<KeyPolicies>,
    /// What becomes of a key that is there already.
    pub present: Present,
}

impl KeyRequest {
    /// A key of this kind, where there is none yet.
    pub fn new(algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            policies: None,
            present: Present::Kept,
        }
    }
}

/// What becomes of a key that is where a new one is to be made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Present {
    /// It is kept, and none is made.
    #[default]
    Kept,
    /// It is overwritten; two people have said so.
    Overwritten,
}

impl Present {
    /// Whether it is the usual answer.
    pub fn is_kept(&self) -> bool {
        *self == Self::Kept
    }
}

/// What a token brings forward to show that a key was made inside it and cannot leave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The key, as the token describes it now.
    pub key: TokenKey,
    /// X.509 certificates in PEM: first the one about the key, then the one that signed it, and so
    /// on as far as the token holds them. Empty where the token has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<String>,
}

/// What a token says of a private key (PKCS#11 attributes). For a software key every field but
/// `local` is false, and the reports say so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one per PKCS#11 attribute, under its own name"
)]
pub struct KeyAttributes {
    /// `CKA_LOCAL`: generated on the token.
    pub local: bool,
    /// `CKA_SENSITIVE`: cannot be revealed in plain.
    pub sensitive: bool,
    /// `CKA_ALWAYS_SENSITIVE`: was never otherwise.
    pub always_sensitive: bool,
    /// `CKA_EXTRACTABLE`: can be wrapped out.
    pub extractable: bool,
    /// `CKA_NEVER_EXTRACTABLE`: was never extractable.
    pub never_extractable: bool,
    /// `CKA_ALWAYS_AUTHENTICATE`: the PIN is asked for each signature.
    pub always_authenticate: bool,
}
