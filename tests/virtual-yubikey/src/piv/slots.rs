//! Keys in slots: generate, import, move, delete, sign.

use crate::apdu::{self, Answer, Command, Sw};
use crate::keys::{self, Private};
use crate::state::{Key, Origin};
use crate::tlv;

use super::{Piv, elements};

/// Whether keys can be in this slot.
fn is_slot(slot: u8) -> bool {
    matches!(slot, 0x9a | 0x9c | 0x9d | 0x9e | 0x82..=0x95 | 0xf9)
}

impl Piv {
    fn is_algorithm(&self, algorithm: u8) -> bool {
        match algorithm {
            keys::P256 | keys::P384 => true,
            keys::ED25519 => self.since(5, 7, 0),
            _ => false,
        }
    }

    /// PIN and touch policy: as asked, or as the slot has them.
    fn policies(slot: u8, asked: &[(u16, &[u8])]) -> Result<(u8, u8), Sw> {
        let of_slot = match slot {
            0x9c => 3,
            0x9e | 0xf9 => 1,
            _ => 2,
        };
        let policy = |tag, usual| match tlv::find(asked, tag) {
            None | Some([0]) => Ok(usual),
            Some(&[policy @ 1..=3]) => Ok(policy),
            Some(_) => Err(apdu::WRONG_DATA),
        };
        Ok((policy(0xaa, of_slot)?, policy(0xab, 1)?))
    }

    pub(super) fn generate(&mut self, command: &Command) -> Answer {
        self.wants_management()?;
        let outer = elements(&command.data)?;
        let inner = elements(tlv::find(&outer, 0xac).ok_or(apdu::WRONG_DATA)?)?;
        let Some(&[algorithm]) = tlv::find(&inner, 0x80) else {
            return Err(apdu::WRONG_DATA);
        };
        if !is_slot(command.p2) || !self.is_algorithm(algorithm) {
            return Err(apdu::WRONG_DATA);
        }
        let (pin, touch) = Self::policies(command.p2, &inner)?;
        let private = Private::generate(algorithm).ok_or(apdu::WRONG_DATA)?;
        let key = Key {
            algorithm,
            secret: private.secret(),
            pin,
            touch,
            origin: Origin::Generated,
        };
        self.memory.keys.insert(command.p2, key);
        Ok(tlv::element(0x7f49, &private.public_element()))
    }

    /// P1 the algorithm, P2 the slot; 06 the scalar, 07 the seed of Ed25519.
    pub(super) fn import(&mut self, command: &Command) -> Answer {
        self.wants_management()?;
        let (algorithm, slot) = (command.p1, command.p2);
        let data = elements(&command.data)?;
        let tag = if algorithm == keys::ED25519 { 7 } else { 6 };
        let secret = tlv::find(&data, tag).ok_or(apdu::WRONG_DATA)?;
        if !is_slot(slot) || !self.is_algorithm(algorithm) {
            return Err(apdu::WRONG_DATA);
        }
        let (pin, touch) = Self::policies(slot, &data)?;
        let private = Private::read(algorithm, secret).ok_or(apdu::WRONG_DATA)?;
        let key = Key {
            algorithm,
            secret: private.secret(),
            pin,
            touch,
            origin: Origin::Imported,
        };
        self.memory.keys.insert(slot, key);
        Ok(Vec::new())
    }

    /// From P2 to P1, or away where P1 is FF. The attestation key can go, and cannot be moved.
    pub(super) fn move_key(&mut self, command: &Command) -> Answer {
        self.wants_management()?;
        let (to, from) = (command.p1, command.p2);
        if !is_slot(from) {
            return Err(apdu::WRONG_PARAMETERS);
        }
        if to != 0xff && (!is_slot(to) || to == 0xf9 || from == 0xf9 || to == from) {
            return Err(apdu::WRONG_PARAMETERS);
        }
        let key = self.memory.keys.remove(&from).ok_or(apdu::NO_KEY)?;
        if to != 0xff {
            self.memory.keys.insert(to, key);
        }
        Ok(Vec::new())
    }

    /// P1 the algorithm, P2 the slot.
    pub(super) fn sign(&mut self, command: &Command, pin_just_now: bool) -> Answer {
        let slot = command.p2;
        if !is_slot(slot) || slot == 0xf9 {
            return Err(apdu::WRONG_PARAMETERS);
        }
        let key = self.memory.keys.get(&slot).ok_or(apdu::NO_KEY)?.clone();
        if key.algorithm != command.p1 {
            return Err(apdu::WRONG_DATA);
        }
        let pin = match key.pin {
            1 => true,
            2 => self.pin,
            _ => self.pin && pin_just_now,
        };
        if !pin {
            return Err(apdu::SECURITY_STATUS);
        }
        let outer = elements(&command.data)?;
        let inner = elements(tlv::find(&outer, 0x7c).ok_or(apdu::WRONG_DATA)?)?;
        let challenge = tlv::find(&inner, 0x81).ok_or(apdu::WRONG_DATA)?;
        self.wants_touch(key.touch)?;
        let signature = key.private().sign(challenge).ok_or(apdu::WRONG_DATA)?;
        self.memory.counts.signatures += 1;
        Ok(tlv::element(0x7c, &tlv::element(0x82, &signature)))
    }
}
