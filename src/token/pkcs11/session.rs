//! A session with one token: opened, logged in, logged out and closed within one operation.

use std::path::Path;

use pkcs11::error::{Error, RvError};
use pkcs11::session::{Session, UserType};
use pkcs11::slot::{Slot, TokenInfo};
use pkcs11::types::AuthPin;

use super::module::{Module, failed, pin_state};
use super::words::{code, words};
use crate::ceremony::token::{Fault, TokenName};
use crate::ceremony::token_name::Pkcs11Name;
use crate::secret::Secret;

/// Whether anything is to be written to the token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Objects are read and used.
    Read,
    /// Objects are made.
    Write,
}

/// An open session. Dropping it logs out and closes it, and then finalises the module: the order
/// of the fields is the order in which they end.
pub(super) struct OpenToken<'n> {
    pub(super) session: Session,
    pub(super) slot: Slot,
    pub(super) info: TokenInfo,
    pub(super) name: &'n TokenName,
    pub(super) parsed: &'n Pkcs11Name,
    pub(super) module: Module,
}

impl<'n> OpenToken<'n> {
    /// Finds the token of this name and opens a session with it. Spends no PIN try.
    pub(super) fn open(
        name: &'n TokenName,
        parsed: &'n Pkcs11Name,
        access: Access,
    ) -> Result<Self, Fault> {
        let module = Module::start(Path::new(&parsed.module_path))?;
        let found = module.find(name, parsed)?;
        let context = module.context();
        let session = match access {
            Access::Read => context.open_ro_session(found.slot),
            Access::Write => context.open_rw_session(found.slot),
        }
        .map_err(|error| failed(name, &error))?;
        Ok(Self {
            session,
            slot: found.slot,
            info: found.info,
            name,
            parsed,
            module,
        })
    }

    /// Logs the user in. What cannot succeed is refused before it costs a try.
    pub(super) fn login(&self, secret: &Secret) -> Result<(), Fault> {
        self.check_pin(secret)?;
        self.send_pin(UserType::User, secret)
    }

    /// Logs in once more for the operation that was just begun on a key with
    /// `CKA_ALWAYS_AUTHENTICATE` (PKCS#11 v3.1, section 5.6.8).
    pub(super) fn login_again(&self, secret: &Secret) -> Result<(), Fault> {
        self.send_pin(UserType::ContextSpecific, secret)
    }

    fn check_pin(&self, secret: &Secret) -> Result<(), Fault> {
        let pin = pin_state(&self.info);
        if pin.locked {
            return Err(Fault::PinLocked {
                token: self.name.clone(),
            });
        }
        if pin.not_set {
            return Err(self.unsupported("its PIN has never been set"));
        }
        if self.pin_on_the_device(secret) {
            return Ok(());
        }
        // some modules leave the longest length at zero, which no token means
        let max = if pin.max_len == 0 {
            u32::MAX
        } else {
            pin.max_len
        };
        let len = u32::try_from(secret.len()).unwrap_or(u32::MAX);
        if len < pin.min_len.max(1) || len > max {
            let token = self.name.clone();
            return Err(Fault::PinLength {
                token,
                len,
                min: pin.min_len.max(1),
                max,
            });
        }
        Ok(())
    }

    /// A token with a pad of its own asks for the PIN itself, where none was typed here
    /// (`CKF_PROTECTED_AUTHENTICATION_PATH`).
    fn pin_on_the_device(&self, secret: &Secret) -> bool {
        secret.is_empty() && self.info.protected_authentication_path()
    }

    fn send_pin(&self, user: UserType, secret: &Secret) -> Result<(), Fault> {
        // the one copy that the module's interface needs; `AuthPin` wipes it
        let pin = (!self.pin_on_the_device(secret)).then(|| AuthPin::from(secret.expose_str()));
        self.session
            .login(user, pin.as_ref())
            .map_err(|error| self.login_fault(&error))
    }

    fn login_fault(&self, error: &Error) -> Fault {
        let token = self.name.clone();
        match code(error) {
            // a length or a character that the token refuses may have cost a try all the same
            Some(RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange) => {
                let now = self.module.context().get_token_info(self.slot);
                let pin = pin_state(now.as_ref().unwrap_or(&self.info));
                Fault::PinWrong { token, pin }
            }
            Some(RvError::PinLocked) => Fault::PinLocked { token },
            Some(RvError::UserPinNotInitialized | RvError::PinExpired) => Fault::Unsupported {
                token,
                reason: words(error),
            },
            _ => failed(self.name, error),
        }
    }

    /// Whether the token still answers, asked after something was not found on it: a token that
    /// is taken out can look like an empty one.
    pub(super) fn still_there(&self) -> Result<(), Fault> {
        let answer = self.session.get_session_info().map(|_| ());
        answer
            .and_then(|()| self.module.context().get_token_info(self.slot).map(|_| ()))
            .map_err(|error| failed(self.name, &error))
    }

    /// The token cannot do this.
    pub(super) fn unsupported(&self, reason: impl Into<String>) -> Fault {
        Fault::Unsupported {
            token: self.name.clone(),
            reason: reason.into(),
        }
    }

    /// The call failed.
    pub(super) fn failed(&self, error: &Error) -> Fault {
        failed(self.name, error)
    }
}

impl Drop for OpenToken<'_> {
    fn drop(&mut self) {
        // not logged in is not an error here; the session closes next in any case
        let _ = self.session.logout();
    }
}
