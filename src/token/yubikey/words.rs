//! What went wrong with a card, as faults for people.

use super::card::{Broken, Trouble};
use super::programs;
use crate::ceremony::token::{Fault, TokenName};
use crate::safe::safe;

/// `trouble` with `token`.
pub(super) fn fault(token: &TokenName, trouble: Trouble) -> Fault {
    let failed = |reason: String| Fault::TokenFailed {
        token: token.clone(),
        reason,
    };
    match trouble {
        Trouble::Broken(Broken::Removed) => {
            failed("it was taken out, or lost its connection".to_owned())
        }
        Trouble::Broken(Broken::Busy) => busy(token),
        Trouble::Broken(Broken::Service(reason)) => Fault::ReaderService { reason },
        Trouble::Broken(Broken::Failed(reason)) => failed(safe(&reason)),
        Trouble::Refused { doing, status } => failed(format!("{doing} it answered: {status}")),
        Trouble::Malformed { doing } => {
            failed(format!("{doing} it gave an answer that makes no sense"))
        }
    }
}

/// `token`, or a card that may be it, is open in another program.
pub(super) fn busy(token: &TokenName) -> Fault {
    Fault::TokenBusy {
        token: token.clone(),
        programs: programs::with_smart_cards(),
    }
}
