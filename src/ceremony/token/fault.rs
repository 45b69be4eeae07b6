//! What can go wrong with the world, and what may be done about it.

use serde::{Deserialize, Serialize};

use super::{PinState, TokenName};

/// The world broke: a token, a medium, a disk. What it says is words for people in
/// [`crate::report`]; what it means for the ceremony is [`Fault::retry`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Fault {
    /// No token answers to the name.
    #[error("token not found: {token}")]
    TokenAbsent {
        /// What was looked for.
        token: TokenName,
        /// Tokens that are there instead: `label (serial)`.
        present: Vec<String>,
    },
    /// More than one token, or more than one object, answers to the name.
    #[error("{object} is ambiguous on {token}: {found} found")]
    Ambiguous {
        /// What was looked for.
        token: TokenName,
        /// What is there more than once.
        object: String,
        /// How often.
        found: u32,
    },
    /// The PKCS#11 module could not be loaded or started.
    #[error("PKCS#11 module {module}: {reason}")]
    Module {
        /// Path of the module.
        module: String,
        /// What the loader or the module said.
        reason: String,
    },
    /// The PIN or passphrase was wrong; a try was spent where the token counts.
    #[error("wrong PIN or passphrase for {token}")]
    PinWrong {
        /// Which token.
        token: TokenName,
        /// How the PIN stands now.
        pin: PinState,
    },
    /// The PIN was not sent, because it cannot be right. No try was spent.
    #[error("PIN for {token} has {len} bytes, the token takes {min} to {max}")]
    PinLength {
        /// Which token.
        token: TokenName,
        /// Length typed, in bytes.
        len: u32,
        /// Shortest accepted.
        min: u32,
        /// Longest accepted.
        max: u32,
    },
    /// The token's PIN is locked.
    #[error("PIN of {token} is locked")]
    PinLocked {
        /// Which token.
        token: TokenName,
    },
    /// Another program keeps the token to itself.
    #[error("{token} is held by another program")]
    TokenBusy {
        /// Which token.
        token: TokenName,
        /// Programs that could be it: `name (process 123)`.
        programs: Vec<String>,
    },
    /// The service through which smart cards are reached does not answer.
    #[error("smart card service: {reason}")]
    ReaderService {
        /// What was said.
        reason: String,
    },
    /// The PIN was right, the token waited for a touch, and none came. Nothing was signed.
    #[error("{token} was not touched")]
    TouchMissed {
        /// Which token.
        token: TokenName,
    },
    /// A new PIN or PUK that the token or this program does not take. The old one holds.
    #[error("{token} does not take this: {reason}")]
    NewSecretRefused {
        /// Which token.
        token: TokenName,
        /// Why.
        reason: String,
    },
    /// The PUK was wrong; a try was spent.
    #[error("wrong PUK for {token}")]
    PukWrong {
        /// Which token.
        token: TokenName,
        /// Tries left, where the token tells.
        tries_left: Option<u32>,
    },
    /// The PUK is blocked: only a reset, which erases every key, makes the token usable again.
    #[error("PUK of {token} is blocked")]
    PukLocked {
        /// Which token.
        token: TokenName,
    },
    /// A key with this label is already there; nothing was generated.
    #[error("a key named {label} is already on {token}")]
    KeyExists {
        /// Which token.
        token: TokenName,
        /// Label of the key.
        label: String,
    },
    /// The key is not on the token.
    #[error("no key named {label} on {token}")]
    KeyAbsent {
        /// Which token.
        token: TokenName,
        /// Label of the key.
        label: String,
    },
    /// The key under this label is another one than the one that metadata lists. It signed nothing.
    #[error("the key named {label} on {token} is not the one that is listed")]
    KeyDiffers {
        /// Which token.
        token: TokenName,
        /// Label of the key.
        label: String,
    },
    /// The token cannot do what is asked (mechanism, key type).
    #[error("{token} cannot do this: {reason}")]
    Unsupported {
        /// Which token.
        token: TokenName,
        /// What it cannot do.
        reason: String,
    },
    /// The token made a signature that does not verify under its own public key.
    #[error("{token} made a signature that does not verify")]
    BadSignature {
        /// Which token.
        token: TokenName,
    },
    /// The token went away, or failed, in the middle.
    #[error("{token} failed: {reason}")]
    TokenFailed {
        /// Which token.
        token: TokenName,
        /// What it said.
        reason: String,
    },
    /// A file or directory could not be read or written.
    #[error("{path}: {reason}")]
    Storage {
        /// Path of the file.
        path: String,
        /// What the operating system said.
        reason: String,
    },
    /// The medium of a role is not there.
    #[error("{role} medium not found: {medium}")]
    MediumAbsent {
        /// What it is for: `IN`, `OUT`, `LOG`.
        role: String,
        /// Which one was bound to the role, in words.
        medium: String,
        /// Media that are there instead, in words.
        present: Vec<String>,
    },
    /// A medium cannot be used as it is: not mounted, write-protected, without a known file system.
    #[error("{medium} cannot be used: {reason}")]
    MediumUnfit {
        /// Which one, in words.
        medium: String,
        /// Why.
        reason: String,
    },
    /// A medium went away or failed in the middle.
    #[error("{medium} failed: {reason}")]
    MediumFailed {
        /// Which one, in words.
        medium: String,
        /// What the operating system said.
        reason: String,
    },
    /// There is not enough room on a medium. Nothing was written.
    #[error("{medium} has {free} bytes free, {needed} are needed")]
    MediumFull {
        /// Which one, in words.
        medium: String,
        /// Bytes needed.
        needed: u64,
        /// Bytes free.
        free: u64,
    },
    /// A file is not on the medium.
    #[error("{name} is not on {medium}")]
    NotOnMedium {
        /// Which one, in words.
        medium: String,
        /// What was looked for.
        name: String,
        /// What is there.
        there: Vec<String>,
    },
    /// What came in is not what was expected: no envelope, a damaged one, one of another kind.
    #[error("{name}: {reason}")]
    NotTaken {
        /// What came in.
        name: String,
        /// Why it is not taken.
        reason: String,
    },
    /// What was read back is not what was written.
    #[error("{path}: what was read back is not what was written")]
    ReadBackDiffers {
        /// Path of the file.
        path: String,
    },
}

/// What may be done after a [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Nothing happened; the same act can be tried again at once.
    Safe,
    /// The act may have happened: look first.
    LookFirst,
    /// The same act cannot succeed; another token or an exception is needed.
    Useless,
}

impl Fault {
    /// What may be done after it.
    pub fn retry(&self) -> Retry {
        match self {
            Self::TokenAbsent { .. }
            | Self::TokenBusy { .. }
            | Self::ReaderService { .. }
            | Self::TouchMissed { .. }
            | Self::NewSecretRefused { .. }
            | Self::PukWrong { .. }
            | Self::PinWrong { .. }
            | Self::PinLength { .. }
            | Self::Storage { .. }
            | Self::MediumAbsent { .. }
            | Self::MediumUnfit { .. }
            | Self::MediumFailed { .. }
            | Self::MediumFull { .. }
            | Self::NotOnMedium { .. }
            | Self::NotTaken { .. }
            | Self::ReadBackDiffers { .. }
            | Self::Module { .. } => Retry::Safe,
            Self::TokenFailed { .. } | Self::BadSignature { .. } => Retry::LookFirst,
            Self::Ambiguous { .. }
            | Self::PinLocked { .. }
            | Self::PukLocked { .. }
            | Self::KeyExists { .. }
            | Self::KeyAbsent { .. }
            | Self::KeyDiffers { .. }
            | Self::Unsupported { .. } => Retry::Useless,
        }
    }
}
