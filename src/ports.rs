//! The small traits through which the ceremony reaches the world.

use crate::ceremony::token::{Algorithm, Fault, TokenIdentity, TokenKey, TokenName};
use crate::secret::Secret;

/// Everything that holds keys and signs.
///
/// One implementation dispatches on [`TokenName::kind`] to the backends; each backend implements
/// the same trait for the names it understands.
pub trait Tokens {
    /// The token of this name, as it introduces itself. Spends no PIN try.
    fn identify(&mut self, token: &TokenName) -> Result<TokenIdentity, Fault>;

    /// The key with this label, by its public half; `None` where there is none. Refuses more than
    /// one. `secret` is needed only by tokens that hide public objects before login.
    fn find_key(
        &mut self,
        token: &TokenName,
        label: &str,
        secret: Option<&Secret>,
    ) -> Result<Option<TokenKey>, Fault>;

    /// Generates a key pair on the token under `label`, reads its attributes back, and refuses
    /// where a key of that label is already there.
    fn generate(
        &mut self,
        token: &TokenName,
        label: &str,
        algorithm: Algorithm,
        secret: &Secret,
    ) -> Result<TokenKey, Fault>;

    /// Signs `message` (the message itself: hashing is the backend's business) with the key under
    /// `label`. Where its public half is `expected` to be a certain one (PEM), another key under that
    /// label signs nothing. It verifies the signature in software before returning it. ECDSA signatures are
    /// DER, Ed25519 signatures 64 bytes.
    fn sign(
        &mut self,
        token: &TokenName,
        label: &str,
        expected: Option<&str>,
        message: &[u8],
        secret: &Secret,
    ) -> Result<Vec<u8>, Fault>;
}

/// The world outside the ceremony: it performs effects and says what came of them.
pub trait World: Send {
    /// Performs `effect`. What a token signs and what is written to files follows from `state`.
    /// Never panics, never retries by itself; `secret` goes to the token and nowhere else.
    fn perform(
        &mut self,
        effect: &crate::ceremony::effect::Effect,
        state: &crate::ceremony::state::State,
        secret: Option<&Secret>,
    ) -> crate::ceremony::effect::Outcome;
}
