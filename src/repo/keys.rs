//! The keys of online roles: in `keys/ROLE.json` as go-tuf writes them, or on tokens.

use super::{Place, RepoError};
use crate::ceremony::token::{Algorithm, TokenName};
use crate::secret::Secret;
use crate::tuf::key::{KeyId, PublicKey};
use crate::tuf::signature::Signature;

/// Who knows passphrases and PINs.
pub trait Passphrases {
    /// The passphrase or PIN that opens the keys of `role` in `what` (a file, a token).
    fn open(&mut self, role: &str, what: &str) -> Result<Secret, RepoError>;

    /// The passphrase for a new key file of `role`. `None` where it is to be written in the clear,
    /// which the caller has asked for in so many words.
    fn choose(&mut self, role: &str, what: &str) -> Result<Option<Secret>, RepoError>;
}

/// Where a new key is to live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Home {
    /// In `keys/ROLE.json`.
    File,
    /// On a token, under this label. A key that is there already is used as it is.
    Token(TokenName, String),
}

/// The keys of `keys/`.
pub struct Keyring<'p> {
    place: &'p Place,
    passphrases: &'p mut dyn Passphrases,
}

impl<'p> Keyring<'p> {
    /// The keys of a place; files are opened when they are needed.
    pub fn new(place: &'p Place, passphrases: &'p mut dyn Passphrases) -> Self {
        Self { place, passphrases }
    }

    /// Makes a key for a role, and keeps it; gives its key object as it goes into a root.
    pub fn generate(
        &mut self,
        role: &str,
        algorithm: Algorithm,
        home: &Home,
    ) -> Result<serde_json::Value, RepoError> {
        let _ = (role, algorithm, home, &self.place, &mut self.passphrases);
        Err(not_yet())
    }

    /// The public halves of the keys of a role.
    pub fn public_keys(&mut self, role: &str) -> Result<Vec<PublicKey>, RepoError> {
        let _ = role;
        Err(not_yet())
    }

    /// Whether `keys/` holds anything for a role; opens nothing.
    pub fn has_keys(&self, role: &str) -> bool {
        let _ = role;
        false
    }

    /// Signs `payload` with every key of `role` that is among `listed`, under the ids given there.
    /// Each signature has been verified. None at all is an error.
    pub fn sign(
        &mut self,
        role: &str,
        listed: &[(KeyId, PublicKey)],
        payload: &[u8],
    ) -> Result<Vec<Signature>, RepoError> {
        let _ = (role, listed, payload);
        Err(not_yet())
    }
}

fn not_yet() -> RepoError {
    RepoError::refused("this part is not built yet.", "Wait.")
}
