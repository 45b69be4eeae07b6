//! PKCS#11 tokens (OASIS PKCS#11 v3.1), named by `pkcs11:` URIs.
//!
//! Every operation starts the vendor's module, finds the token by what its name says, does one
//! thing, logs out, closes the session and finalises the module. So a token that was exchanged in
//! between is seen, no login outlives its purpose, and nothing is tried twice.

use std::path::Path;

use self::module::Module;
use self::objects::{Halves, Login};
use self::session::{Access, OpenToken};
use crate::ceremony::token::piv::Provisioning;
use crate::ceremony::token::{
    Evidence, Fault, KeyAttributes, KeyRequest, TokenIdentity, TokenKey, TokenName,
};
use crate::ceremony::token_name::{ParsedName, Pkcs11Name};
use crate::ports::{Keep, Notice, Tokens};
use crate::secret::{Secret, Secrets};

mod certificates;
mod ec;
mod generate;
mod module;
mod objects;
mod session;
mod sign;
mod words;

/// The backend for `pkcs11:` names. Holds nothing between operations.
#[derive(Debug, Default)]
pub struct Pkcs11Tokens;

/// The tokens that the module at `module_path` shows. Spends no PIN try.
///
/// Fails with [`Fault::Module`] where the module cannot be loaded, started or asked.
pub fn list(module_path: &Path) -> Result<Vec<TokenIdentity>, Fault> {
    let module = Module::start(module_path)?;
    let (found, _) = module.tokens().map_err(|error| Fault::Module {
        module: module_path.display().to_string(),
        reason: words::words(&error),
    })?;
    Ok(found
        .iter()
        .map(|found| module::identity(&found.info))
        .collect())
}

fn parsed(token: &TokenName) -> Result<Pkcs11Name, Fault> {
    match super::understood(token)? {
        ParsedName::Pkcs11(parsed) => Ok(parsed),
        ParsedName::YubiKey(_) | ParsedName::File(_) => Err(Fault::Unsupported {
            token: token.clone(),
            reason: "it is not a PKCS#11 token".to_owned(),
        }),
    }
}

/// The parsed name, for work on the key under `label`. A name that says which key it means
/// (`object`) is not used for another.
fn parsed_for(token: &TokenName, label: &str) -> Result<Pkcs11Name, Fault> {
    super::check_label(token, label)?;
    let parsed = parsed(token)?;
    match &parsed.object {
        Some(object) if object != label => Err(Fault::Unsupported {
            token: token.clone(),
            reason: format!("its name says object={object}, and the key asked for is {label}"),
        }),
        _ => Ok(parsed),
    }
}

impl Tokens for Pkcs11Tokens {
    fn identify(&mut self, token: &TokenName) -> Result<TokenIdentity, Fault> {
        let parsed = parsed(token)?;
        let module = Module::start(Path::new(&parsed.module_path))?;
        Ok(module::identity(&module.find(token, &parsed)?.info))
    }

    /// Without `secret`, private objects are hidden on most tokens; then the attributes are those
    /// that the public half tells (`CKA_LOCAL`), and the others stand at the less good answer.
    fn find_key(
        &mut self,
        token: &TokenName,
        label: &str,
        secret: Option<&Secret>,
    ) -> Result<Option<TokenKey>, Fault> {
        let parsed = parsed_for(token, label)?;
        let token = OpenToken::open(token, &parsed, Access::Read)?;
        let login = match secret {
            Some(secret) => {
                token.login(secret)?;
                Login::Done
            }
            None => Login::Not,
        };
        let Halves { public, private } = token.halves(label, login)?;
        let attributes = match (public, private) {
            (Some(_), Some(private)) => token.said_of(private)?.attributes(),
            (Some(_), None) if secret.is_some() => {
                token.still_there()?;
                return Err(token.unsupported(format!(
                    "there is a public key named {label}, and no private key of that name"
                )));
            }
            (Some(public), None) => {
                let local = token.said_of(public)?.local.unwrap_or(false);
                KeyAttributes {
                    local,
                    extractable: true,
                    ..KeyAttributes::default()
                }
            }
            (None, Some(_)) => {
                return Err(token.unsupported(format!(
                    "there is a private key named {label}, and no public key of that name"
                )));
            }
            (None, None) => {
                token.still_there()?;
                return Ok(None);
            }
        };
        let Some(public) = public else {
            return Ok(None);
        };
        let public = token.public_key(public, label)?;
        token.token_key(label, &public, attributes).map(Some)
    }

    fn generate(
        &mut self,
        token: &TokenName,
        label: &str,
        request: &KeyRequest,
        secret: &Secret,
    ) -> Result<TokenKey, Fault> {
        let parsed = parsed_for(token, label)?;
        let token = OpenToken::open(token, &parsed, Access::Write)?;
        generate::generate(&token, label, request.algorithm, secret)
    }

    fn sign(
        &mut self,
        token: &TokenName,
        label: &str,
        expected: Option<&str>,
        message: &[u8],
        secret: &Secret,
        _notice: &mut dyn FnMut(Notice),
    ) -> Result<Vec<u8>, Fault> {
        let parsed = parsed_for(token, label)?;
        let token = OpenToken::open(token, &parsed, Access::Read)?;
        sign::sign(&token, label, expected, message, secret)
    }

    /// What the token says of the key, and the X.509 certificates about it, where the module shows
    /// any (`ykcs11` shows the attestations of `YubiKeys`).
    fn attest(&mut self, token: &TokenName, label: &str) -> Result<Evidence, Fault> {
        let key = self
            .find_key(token, label, None)?
            .ok_or_else(|| Fault::KeyAbsent {
                token: token.clone(),
                label: label.to_owned(),
            })?;
        let parsed = parsed_for(token, label)?;
        let open = OpenToken::open(token, &parsed, Access::Read)?;
        let certificates = certificates::about(&open, &key.public_pem)?;
        Ok(Evidence { key, certificates })
    }

    fn provision(
        &mut self,
        token: &TokenName,
        _act: &Provisioning,
        _secrets: Secrets<'_>,
        _keep: Keep<'_>,
    ) -> Result<TokenIdentity, Fault> {
        Err(super::not_provisioned_here(token))
    }
}
