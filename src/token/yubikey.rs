//! `YubiKey`s, through their PIV application.

use crate::ceremony::token::piv::Provisioning;
use crate::ceremony::token::{Evidence, Fault, KeyRequest, TokenIdentity, TokenKey, TokenName};
use crate::ports::{Notice, Provisioned, Tokens};
use crate::secret::{Secret, Secrets};

/// The backend for `yubikey:` names.
#[derive(Debug, Default)]
pub struct YubiKeys;

/// Checks that smart cards can be reached on this machine.
pub fn check_service() -> Result<(), Fault> {
    Err(Fault::ReaderService {
        reason: "not built".to_owned(),
    })
}

fn not_built(token: &TokenName) -> Fault {
    Fault::Unsupported {
        token: token.clone(),
        reason: "not built".to_owned(),
    }
}

impl Tokens for YubiKeys {
    fn identify(&mut self, token: &TokenName) -> Result<TokenIdentity, Fault> {
        Err(not_built(token))
    }

    fn find_key(
        &mut self,
        token: &TokenName,
        _label: &str,
        _secret: Option<&Secret>,
    ) -> Result<Option<TokenKey>, Fault> {
        Err(not_built(token))
    }

    fn generate(
        &mut self,
        token: &TokenName,
        _label: &str,
        _request: &KeyRequest,
        _secret: &Secret,
    ) -> Result<TokenKey, Fault> {
        Err(not_built(token))
    }

    fn sign(
        &mut self,
        token: &TokenName,
        _label: &str,
        _expected: Option<&str>,
        _message: &[u8],
        _secret: &Secret,
        _notice: &mut dyn FnMut(Notice),
    ) -> Result<Vec<u8>, Fault> {
        Err(not_built(token))
    }

    fn attest(&mut self, token: &TokenName, _label: &str) -> Result<Evidence, Fault> {
        Err(not_built(token))
    }

    fn provision(
        &mut self,
        token: &TokenName,
        _act: &Provisioning,
        _secrets: Secrets<'_>,
    ) -> Result<Provisioned, Fault> {
        Err(not_built(token))
    }
}
