//! One use of one card: the name under which it was asked for, and its faults.

use super::card::{Card, Trouble};
use super::identity::{identity, pin_state};
use super::search;
use super::secrets::{LONGEST, SHORTEST, Shown, Which};
use super::words;
use crate::ceremony::token::piv::{CardSecret, Slot};
use crate::ceremony::token::{Fault, TokenIdentity, TokenName};
use crate::ceremony::token_name::ParsedName;
use crate::secret::Secret;

/// An open card, for one operation.
pub(super) struct Session<'a> {
    pub(super) card: Card,
    pub(super) token: &'a TokenName,
    pub(super) slot: Slot,
    pub(super) beside: Vec<String>,
}

impl<'a> Session<'a> {
    /// Finds and opens the card of this name.
    pub(super) fn open(token: &'a TokenName) -> Result<Self, Fault> {
        let ParsedName::YubiKey(name) = crate::token::understood(token)? else {
            return Err(Fault::Unsupported {
                token: token.clone(),
                reason: "it is not a YubiKey".to_owned(),
            });
        };
        let chosen = search::choose(token, name.serial)?;
        Ok(Self {
            card: chosen.card,
            token,
            slot: name.slot,
            beside: chosen.beside,
        })
    }

    /// The card, as it introduces itself now.
    pub(super) fn identity(&mut self) -> Result<TokenIdentity, Fault> {
        let beside = self.beside.clone();
        identity(&mut self.card, beside).map_err(|trouble| self.fault(trouble))
    }

    /// `trouble` with this card.
    pub(super) fn fault(&self, trouble: impl Into<Trouble>) -> Fault {
        words::fault(self.token, trouble.into())
    }

    /// The card cannot do what is asked.
    pub(super) fn unsupported(&self, reason: impl Into<String>) -> Fault {
        Fault::Unsupported {
            token: self.token.clone(),
            reason: reason.into(),
        }
    }

    /// There is no key in the slot.
    pub(super) fn key_absent(&self, label: &str) -> Fault {
        Fault::KeyAbsent {
            token: self.token.clone(),
            label: label.to_owned(),
        }
    }

    /// Shows the PIN, once. Its length has been checked ([`check_length`]).
    pub(super) fn show_pin(&mut self, secret: &Secret) -> Result<(), Fault> {
        let shown = self.card.verify(secret.expose());
        match shown.map_err(|broken| self.fault(broken))? {
            Shown::Right => Ok(()),
            Shown::Blocked => Err(Fault::PinLocked {
                token: self.token.clone(),
            }),
            Shown::Wrong(left) => Err(self.pin_wrong(left)),
            Shown::Refused(status) => Err(self.fault(Trouble::Refused {
                doing: "to the PIN",
                status,
            })),
        }
    }

    fn pin_wrong(&mut self, left: u32) -> Fault {
        // the status counts to 15; where the firmware tells more, that is what people hear. The
        // fault is the same where the card went away meanwhile.
        let told = self.card.secret(Which::Pin).unwrap_or_default();
        let pin = CardSecret {
            tries_left: told.tries_left.or(Some(left)),
            ..told
        };
        let pin = crate::ceremony::token::PinState {
            count_low: true,
            ..pin_state(pin)
        };
        Fault::PinWrong {
            token: self.token.clone(),
            pin,
        }
    }
}

/// Refuses a PIN that cannot be right, before anything is sent.
pub(super) fn check_length(token: &TokenName, secret: &Secret) -> Result<(), Fault> {
    if (SHORTEST..=LONGEST).contains(&secret.len()) {
        return Ok(());
    }
    let bytes = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    Err(Fault::PinLength {
        token: token.clone(),
        len: bytes(secret.len()),
        min: bytes(SHORTEST),
        max: bytes(LONGEST),
    })
}
