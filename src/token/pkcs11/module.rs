//! A vendor's module, started for one operation and finalised after it, and the tokens it shows.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pkcs11::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use pkcs11::error::{Error, RvError};
use pkcs11::slot::{Slot, TokenInfo};

use super::words::{code, trimmed, words};
use crate::ceremony::token::{Fault, PinState, TokenIdentity, TokenKind, TokenName};
use crate::ceremony::token_name::Pkcs11Name;

/// Modules that were loaded, by path. They stay loaded to the end of the process: unloading runs
/// other people's destructors in the middle of a ceremony, and their libraries (OpenSSL among
/// them) do not all survive being loaded again.
///
/// The lock is held for as long as a module is started: `C_Initialize` is per process (PKCS#11
/// v3.1, section 5.4.1), so two operations at once would end each other's sessions.
static LOADED: Mutex<Vec<(String, Pkcs11)>> = Mutex::new(Vec::new());

/// A started module. Dropping it finalises the module, which ends every session and makes the
/// module look at its slots anew next time: `SoftHSM` reads its tokens only when it starts.
pub(super) struct Module {
    context: Pkcs11,
    _one_at_a_time: MutexGuard<'static, Vec<(String, Pkcs11)>>,
}

/// A token that was found in a slot.
pub(super) struct Found {
    /// Where it is at this moment.
    pub(super) slot: Slot,
    /// What it says of itself.
    pub(super) info: TokenInfo,
}

impl Module {
    /// Loads the module at `path` where it is not loaded yet, and starts it.
    pub(super) fn start(path: &Path) -> Result<Self, Fault> {
        let name = path.display().to_string();
        let fault = |reason: String| Fault::Module {
            module: name.clone(),
            reason,
        };
        // the list is whole even if a thread ended while it held the lock
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        let known = loaded
            .iter()
            .find(|(path, _)| *path == name)
            .map(|(_, context)| context.clone());
        let context = if let Some(context) = known {
            context
        } else {
            // looked at first, because a loader says "cannot open" of everything
            if let Err(error) = std::fs::metadata(path) {
                return Err(fault(error.to_string()));
            }
            let context = Pkcs11::new(path).map_err(|error| fault(words(&error)))?;
            loaded.push((name.clone(), context.clone()));
            context
        };
        context
            .initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))
            .map_err(|error| fault(words(&error)))?;
        Ok(Self {
            context,
            _one_at_a_time: loaded,
        })
    }

    /// The functions of the module.
    pub(super) fn context(&self) -> &Pkcs11 {
        &self.context
    }

    /// Tokens in all slots, and in words the slots whose token cannot be read: one bad reader must
    /// not hide the others, nor be hidden.
    ///
    /// A token that is neither initialised nor has a serial number is an empty place (`SoftHSM`
    /// always shows one) and is left out.
    pub(super) fn tokens(&self) -> Result<(Vec<Found>, Vec<String>), Error> {
        let mut found = Vec::new();
        let mut unreadable = Vec::new();
        for slot in self.context.get_slots_with_token()? {
            match self.context.get_token_info(slot) {
                Ok(info) => {
                    if info.token_initialized() || !trimmed(info.serial_number()).is_empty() {
                        found.push(Found { slot, info });
                    }
                }
                // it was taken out since the list was made
                Err(error) if code(&error) == Some(RvError::TokenNotPresent) => {}
                Err(error) => unreadable.push(format!("unreadable token: {}", words(&error))),
            }
        }
        Ok((found, unreadable))
    }

    /// The one token that answers to `parsed`.
    pub(super) fn find(&self, token: &TokenName, parsed: &Pkcs11Name) -> Result<Found, Fault> {
        let (found, unreadable) = self.tokens().map_err(|error| failed(token, &error))?;
        let (mut matching, others): (Vec<_>, Vec<_>) = found
            .into_iter()
            .partition(|found| answers(&found.info, parsed));
        match (matching.pop(), matching.len()) {
            (Some(one), 0) => Ok(one),
            (Some(_), more) => Err(Fault::Ambiguous {
                token: token.clone(),
                object: "the token".to_owned(),
                found: u32::try_from(more + 1).unwrap_or(u32::MAX),
            }),
            (None, _) => Err(Fault::TokenAbsent {
                token: token.clone(),
                present: others
                    .iter()
                    .map(|found| {
                        let (label, serial) = (found.info.label(), found.info.serial_number());
                        format!("{} ({})", trimmed(label), trimmed(serial))
                    })
                    .chain(unreadable)
                    .collect(),
            }),
        }
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        // nothing to be done if the module refuses: the operation has its result
        let _ = self.context.clone().finalize();
    }
}

fn answers(info: &TokenInfo, name: &Pkcs11Name) -> bool {
    [
        (&name.token, info.label()),
        (&name.serial, info.serial_number()),
        (&name.manufacturer, info.manufacturer_id()),
        (&name.model, info.model()),
    ]
    .into_iter()
    .all(|(wanted, got)| {
        wanted
            .as_ref()
            .is_none_or(|wanted| trimmed(wanted) == trimmed(got))
    })
}

/// How the token introduces itself.
pub(super) fn identity(info: &TokenInfo) -> TokenIdentity {
    let firmware = info.firmware_version();
    TokenIdentity {
        kind: TokenKind::Pkcs11,
        serial: trimmed(info.serial_number()),
        label: trimmed(info.label()),
        manufacturer: trimmed(info.manufacturer_id()),
        model: trimmed(info.model()),
        firmware: format!("{}.{}", firmware.major(), firmware.minor()),
        piv: None,
        beside: Vec::new(),
        pin: pin_state(info),
    }
}

/// The flags of `CK_TOKEN_INFO` (PKCS#11 v3.1, section 3.2) on the user PIN. The standard has no
/// count of tries left.
pub(super) fn pin_state(info: &TokenInfo) -> PinState {
    PinState {
        tries_left: None,
        count_low: info.user_pin_count_low(),
        final_try: info.user_pin_final_try(),
        locked: info.user_pin_locked(),
        not_set: !info.user_pin_initialized(),
        min_len: u32::try_from(info.min_pin_length()).unwrap_or(u32::MAX),
        max_len: u32::try_from(info.max_pin_length()).unwrap_or(u32::MAX),
    }
}

/// A call that failed, on a token that was there.
pub(super) fn failed(token: &TokenName, error: &Error) -> Fault {
    Fault::TokenFailed {
        token: token.clone(),
        reason: words(error),
    }
}
