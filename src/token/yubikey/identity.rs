//! A `YubiKey` as it introduces itself.

use super::card::{Card, Trouble, certificate_object};
use super::management;
use super::replies::Firmware;
use super::secrets::{LONGEST, SHORTEST, Which};
use crate::ceremony::token::piv::{CardSecret, PivState, Slot};
use crate::ceremony::token::{PinState, TokenIdentity, TokenKind};

/// Everything that the card tells without a PIN. Spends no try.
pub(super) fn identity(card: &mut Card, beside: Vec<String>) -> Result<TokenIdentity, Trouble> {
    let device = card.device()?;
    let piv = piv_state(card)?;
    Ok(TokenIdentity {
        kind: TokenKind::YubiKey,
        serial: card.serial.to_string(),
        label: "YubiKey".to_owned(),
        manufacturer: "Yubico".to_owned(),
        model: device.model(card.firmware),
        firmware: card.firmware.to_string(),
        pin: pin_state(piv.pin),
        piv: Some(piv),
        beside,
    })
}

/// The PIN, in the words that all kinds of tokens have.
pub(super) fn pin_state(pin: CardSecret) -> PinState {
    PinState {
        tries_left: pin.tries_left,
        count_low: matches!((pin.tries_left, pin.tries), (Some(left), Some(all)) if left < all),
        final_try: pin.tries_left == Some(1),
        locked: pin.tries_left == Some(0),
        not_set: false,
        min_len: u32::try_from(SHORTEST).unwrap_or_default(),
        max_len: u32::try_from(LONGEST).unwrap_or_default(),
    }
}

fn piv_state(card: &mut Card) -> Result<PivState, Trouble> {
    let management = card.metadata(management::REFERENCE)?.unwrap_or_default();
    Ok(PivState {
        pin: card.secret(Which::Pin)?,
        puk: card.secret(Which::Puk)?,
        management: CardSecret {
            factory: management.factory,
            ..CardSecret::default()
        },
        management_behind_pin: card.administration()?.behind_pin(),
        in_use: slots_in_use(card)?,
    })
}

fn slots_in_use(card: &mut Card) -> Result<Vec<Slot>, Trouble> {
    let mut used = Vec::new();
    for slot in (0x82..=0x9e).filter_map(Slot::new) {
        if in_use(card, slot)? {
            used.push(slot);
        }
    }
    Ok(used)
}

/// Whether a slot holds a key or a certificate, as far as the firmware tells: before 5.3 an
/// imported key without a certificate is not seen.
pub(super) fn in_use(card: &mut Card, slot: Slot) -> Result<bool, Trouble> {
    Ok(card.metadata(slot.reference())?.is_some()
        || card.object(certificate_object(slot))?.is_some()
        || (card.firmware < Firmware::TELLS && card.attestation(slot)?.is_some()))
}
