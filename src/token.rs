//! Tokens behind [`crate::ports::Tokens`]: which backend answers to which name.

use std::path::{Path, PathBuf};

pub use crate::ceremony::token_name::{NameProblem, check_name};

use crate::ceremony::token::piv::Provisioning;
use crate::ceremony::token::{
    Evidence, Fault, KeyRequest, TokenIdentity, TokenKey, TokenKind, TokenName,
};
use crate::ceremony::token_name::{ParsedName, parse};
use crate::ports::{Keep, Notice, Tokens};
use crate::secret::{Secret, Secrets};

mod certificate;
pub mod pkcs11;
mod public_key;
pub mod software;
pub mod yubikey;

/// Every kind of token of this binary, by its name.
pub struct AllTokens {
    /// Names that begin with `yubikey:`.
    pub yubikey: yubikey::YubiKeys,
    /// Names that begin with `pkcs11:`.
    pub pkcs11: pkcs11::Pkcs11Tokens,
    /// Names that begin with `file:`.
    pub software: software::SoftwareTokens,
}

impl AllTokens {
    /// All backends; `work_factor` is that of new software keys (see
    /// [`software::SoftwareTokens::new`]).
    pub fn new(work_factor: u8) -> Self {
        Self {
            yubikey: yubikey::YubiKeys,
            pkcs11: pkcs11::Pkcs11Tokens,
            software: software::SoftwareTokens::new(work_factor),
        }
    }

    /// The backend for `name`. A name of no known kind goes to the software backend, which
    /// refuses it like every other name that it cannot read.
    fn backend(&mut self, name: &TokenName) -> &mut dyn Tokens {
        match name.kind() {
            Some(TokenKind::YubiKey) => &mut self.yubikey,
            Some(TokenKind::Pkcs11) => &mut self.pkcs11,
            Some(TokenKind::File) | None => &mut self.software,
        }
    }
}

impl Default for AllTokens {
    fn default() -> Self {
        Self::new(software::WORK_FACTOR)
    }
}

impl Tokens for AllTokens {
    fn identify(&mut self, token: &TokenName) -> Result<TokenIdentity, Fault> {
        self.backend(token).identify(token)
    }

    fn find_key(
        &mut self,
        token: &TokenName,
        label: &str,
        secret: Option<&Secret>,
    ) -> Result<Option<TokenKey>, Fault> {
        self.backend(token).find_key(token, label, secret)
    }

    fn generate(
        &mut self,
        token: &TokenName,
        label: &str,
        request: &KeyRequest,
        secret: &Secret,
    ) -> Result<TokenKey, Fault> {
        self.backend(token).generate(token, label, request, secret)
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
        self.backend(token)
            .sign(token, label, expected, message, secret, notice)
    }

    fn attest(&mut self, token: &TokenName, label: &str) -> Result<Evidence, Fault> {
        self.backend(token).attest(token, label)
    }

    fn provision(
        &mut self,
        token: &TokenName,
        act: &Provisioning,
        secrets: Secrets<'_>,
        keep: Keep<'_>,
    ) -> Result<TokenIdentity, Fault> {
        self.backend(token).provision(token, act, secrets, keep)
    }
}

/// Where distributions put the modules that people are likely to use.
const USUAL_MODULES: [&str; 8] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/libykcs11.so",
    "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so",
    "/usr/lib/x86_64-linux-gnu/pkcs11/yubihsm_pkcs11.so",
    "/usr/lib/aarch64-linux-gnu/libykcs11.so",
    "/usr/lib/aarch64-linux-gnu/opensc-pkcs11.so",
    "/usr/lib/aarch64-linux-gnu/pkcs11/yubihsm_pkcs11.so",
    "/usr/safenet/lunaclient/lib/libCryptoki2_64.so",
];

/// PKCS#11 modules at their usual places on this machine, for `token list` without a module. A
/// ceremony never uses it: the plan names the module.
pub fn usual_modules() -> Vec<PathBuf> {
    USUAL_MODULES
        .into_iter()
        .map(PathBuf::from)
        .filter(|path| path.is_file())
        .collect()
}

/// Everything present behind each of `modules`, or why that module could not be asked.
pub fn list(modules: &[PathBuf]) -> Vec<(PathBuf, Result<Vec<TokenIdentity>, Fault>)> {
    modules
        .iter()
        .map(|module| (module.clone(), pkcs11::list(module)))
        .collect()
}

/// Checks that this machine could use `name` on the day, without any token: the module is there,
/// loads and starts; the directory of the key file exists.
pub fn check_available(name: &TokenName) -> Result<(), Fault> {
    match understood(name)? {
        ParsedName::YubiKey(_) => yubikey::check_service(),
        ParsedName::Pkcs11(parsed) => pkcs11::list(Path::new(&parsed.module_path)).map(|_| ()),
        ParsedName::File(parsed) => software::check_directory(Path::new(&parsed.path)),
    }
}

/// The label of the key that a name means by itself: that of a software key, the `object` of a URI, and
/// `SERIAL-SLOT` of a `YubiKey`, which has no labels and one key in each slot.
pub fn label_of(name: &TokenName) -> Option<String> {
    match understood(name).ok()? {
        ParsedName::YubiKey(parsed) => Some(format!("{}-{}", parsed.serial, parsed.slot)),
        ParsedName::Pkcs11(parsed) => parsed.object,
        ParsedName::File(_) => software::label_of(name),
    }
}

/// The parsed name; a name that cannot be understood is something that no token can do.
fn understood(name: &TokenName) -> Result<ParsedName, Fault> {
    parse(name).map_err(|problem| Fault::Unsupported {
        token: name.clone(),
        reason: problem.to_string(),
    })
}

/// What a token answers that comes provisioned by other means.
fn not_provisioned_here(token: &TokenName) -> Fault {
    Fault::Unsupported {
        token: token.clone(),
        reason: "it is brought into service with its maker's own tools, before the ceremony"
            .to_owned(),
    }
}

/// Labels go to tokens, plans and first lines of files: text on one line, and not nothing.
fn check_label(token: &TokenName, label: &str) -> Result<(), Fault> {
    let reason = match label {
        "" => "a key needs a label",
        _ if label.chars().any(char::is_control) => {
            "a key's label is text without control characters"
        }
        _ if label.trim() != label => "a key's label neither begins nor ends with a space",
        _ => return Ok(()),
    };
    Err(Fault::Unsupported {
        token: token.clone(),
        reason: reason.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_which_key_it_means_where_it_can() {
        for (name, label) in [
            ("yubikey:18158855", Some("18158855-9c")),
            ("yubikey:18158855/82", Some("18158855-82")),
            ("pkcs11:token=a;object=k?module-path=/m.so", Some("k")),
            ("pkcs11:token=a?module-path=/m.so", None),
            ("yubikey:x", None),
        ] {
            let found = label_of(&TokenName(name.to_owned()));
            assert_eq!(found.as_deref(), label, "{name}");
        }
    }
}
