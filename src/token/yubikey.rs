//! `YubiKey`s, through their PIV application, named by `yubikey:SERIAL[/SLOT]`.
//!
//! Every operation looks through the readers, opens the card of that serial number for this program
//! alone, does one thing, and closes the card; where a PIN or a management key was shown, the card
//! is reset, so that no later program finds it open. Nothing is sent twice: no PIN, no PUK, no
//! signature.
//!
//! PIV is spoken here, over the crate `pcsc`, and not by the crate `yubikey` (0.9.0-rc.0), because
//! that crate keeps the PIN in memory that is never wiped and sends it again by itself when it
//! reconnects; panics on replies that are cut short; has one and the same error (`GenericError`) for
//! a reply that was lost and for a refusal; selects the management application when it ends a
//! session, after which later calls fail; and wants a release candidate of `rsa` that does not build
//! beside the `rsa` here. It is a judge of the tests instead.

use crate::ceremony::token::piv::Provisioning;
use crate::ceremony::token::{Evidence, Fault, KeyRequest, TokenIdentity, TokenKey, TokenName};
use crate::ports::{Keep, Notice, Tokens};
use crate::secret::{Secret, Secrets};

mod apdu;
mod card;
mod generate;
mod identity;
mod keys;
mod management;
mod programs;
mod provision;
mod reader;
pub mod replies;
mod search;
mod secrets;
mod session;
mod sign;
pub mod tlv;
mod words;

pub use search::{Present, check_service, list};

use session::{Session, check_length};

/// The backend for `yubikey:` names. Holds nothing between operations.
#[derive(Debug, Default)]
pub struct YubiKeys;

impl Tokens for YubiKeys {
    fn identify(&mut self, token: &TokenName) -> Result<TokenIdentity, Fault> {
        Session::open(token)?.identity()
    }

    /// PIV keeps no labels: the key is the one in the slot of the name, and `label` comes back.
    fn find_key(
        &mut self,
        token: &TokenName,
        label: &str,
        _secret: Option<&Secret>,
    ) -> Result<Option<TokenKey>, Fault> {
        super::check_label(token, label)?;
        let mut session = Session::open(token)?;
        let key = session.key()?;
        key.map(|key| session.token_key(label, &key)).transpose()
    }

    /// Also puts the card's certificate about the key into the slot's certificate object, so that
    /// other programs see the key.
    fn generate(
        &mut self,
        token: &TokenName,
        label: &str,
        request: &KeyRequest,
        secret: &Secret,
    ) -> Result<TokenKey, Fault> {
        super::check_label(token, label)?;
        check_length(token, secret)?;
        generate::generate(&mut Session::open(token)?, label, *request, secret)
    }

    fn sign(
        &mut self,
        token: &TokenName,
        label: &str,
        expected: Option<&str>,
        message: &[u8],
        secret: &Secret,
        notice: &mut dyn FnMut(Notice),
    ) -> Result<Vec<u8>, Fault> {
        super::check_label(token, label)?;
        check_length(token, secret)?;
        let mut session = Session::open(token)?;
        sign::sign(&mut session, label, expected, message, secret, notice)
    }

    fn attest(&mut self, token: &TokenName, label: &str) -> Result<Evidence, Fault> {
        super::check_label(token, label)?;
        Session::open(token)?.evidence(label)
    }

    fn provision(
        &mut self,
        token: &TokenName,
        act: &Provisioning,
        secrets: Secrets<'_>,
        keep: Keep<'_>,
    ) -> Result<TokenIdentity, Fault> {
        provision::provision(&mut Session::open(token)?, act, secrets, keep)
    }
}

#[cfg(test)]
mod tests;
