//! PIN and PUK: VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER, tries, reset.

use crate::apdu::{self, Answer, Command, Sw};
use crate::state::{FACTORY_PIN, FACTORY_PUK, Reference};

use super::Piv;

/// Key reference of the PIN.
const PIN: u8 = 0x80;
/// Key reference of the PUK.
const PUK: u8 = 0x81;

impl Piv {
    /// Empty data ask how things stand; P1 FF forgets that the PIN was right.
    pub(super) fn verify(&mut self, command: &Command) -> Answer {
        if command.p2 != PIN {
            return Err(apdu::NO_KEY);
        }
        match (command.p1, &command.data[..]) {
            (0xff, []) => {
                self.pin = false;
                Ok(Vec::new())
            }
            (0, []) if self.pin => Ok(Vec::new()),
            (0, []) if self.memory.pin.left == 0 => Err(apdu::BLOCKED),
            (0, []) => Err(apdu::WRONG_PIN | Sw::from(self.memory.pin.left.min(15))),
            (0, pin) => {
                let pin = eight(pin)?;
                self.memory.counts.verifications += 1;
                self.pin = false;
                try_pin(&mut self.memory.pin, pin, &mut self.memory.counts.wrong)?;
                self.pin = true;
                self.pin_just_now = true;
                Ok(Vec::new())
            }
            _ => Err(apdu::WRONG_PARAMETERS),
        }
    }

    /// The old one and the new one, eight bytes each.
    pub(super) fn change_reference(&mut self, command: &Command) -> Answer {
        let (old, new) = halves(command)?;
        let reference = match command.p2 {
            PIN => &mut self.memory.pin,
            PUK => &mut self.memory.puk,
            _ => return Err(apdu::NO_KEY),
        };
        is_fit(new)?;
        if command.p2 == PIN {
            self.pin = false;
        }
        try_pin(reference, old, &mut self.memory.counts.wrong)?;
        reference.value = new.to_vec();
        Ok(Vec::new())
    }

    /// The PUK and a new PIN, eight bytes each.
    pub(super) fn reset_retry_counter(&mut self, command: &Command) -> Answer {
        if command.p2 != PIN {
            return Err(apdu::NO_KEY);
        }
        let (puk, new) = halves(command)?;
        is_fit(new)?;
        try_pin(&mut self.memory.puk, puk, &mut self.memory.counts.wrong)?;
        self.memory.pin.value = new.to_vec();
        self.memory.pin.left = self.memory.pin.of;
        self.pin = false;
        Ok(Vec::new())
    }

    /// P1 tries for the PIN, P2 for the PUK. Both become those of the factory again.
    pub(super) fn set_retries(&mut self, command: &Command) -> Answer {
        self.wants_management()?;
        if !self.pin {
            return Err(apdu::SECURITY_STATUS);
        }
        if command.p1 == 0 || command.p2 == 0 {
            return Err(apdu::WRONG_DATA);
        }
        let fresh = |value: &[u8], tries| Reference {
            value: value.to_vec(),
            left: tries,
            of: tries,
        };
        self.memory.pin = fresh(FACTORY_PIN, command.p1);
        self.memory.puk = fresh(FACTORY_PUK, command.p2);
        self.pin = false;
        Ok(Vec::new())
    }

    /// Only for a card whose PIN and PUK are both blocked.
    pub(super) fn reset(&mut self, _: &Command) -> Answer {
        if self.memory.pin.left > 0 || self.memory.puk.left > 0 {
            return Err(apdu::CONDITIONS);
        }
        self.memory.reset(self.model.firmware);
        self.deselect();
        Ok(Vec::new())
    }
}

fn eight(bytes: &[u8]) -> Result<&[u8], Sw> {
    if bytes.len() == 8 {
        Ok(bytes)
    } else {
        Err(apdu::WRONG_DATA)
    }
}

fn halves(command: &Command) -> Result<(&[u8], &[u8]), Sw> {
    match command.data.split_at_checked(8) {
        Some((first, second)) if second.len() == 8 && command.p1 == 0 => Ok((first, second)),
        _ => Err(apdu::WRONG_DATA),
    }
}

/// Six bytes at least, and nothing after what fills them up.
fn is_fit(new: &[u8]) -> Result<(), Sw> {
    let length = new.iter().take_while(|byte| **byte != 0xff).count();
    if length >= 6 && new[length..].iter().all(|byte| *byte == 0xff) {
        Ok(())
    } else {
        Err(apdu::WRONG_DATA)
    }
}

/// One try. The last wrong one is answered with no tries left, every later one as blocked.
fn try_pin(reference: &mut Reference, typed: &[u8], wrong: &mut u32) -> Result<(), Sw> {
    if reference.left == 0 {
        return Err(apdu::BLOCKED);
    }
    if reference.value == typed {
        reference.left = reference.of;
        return Ok(());
    }
    reference.left -= 1;
    *wrong += 1;
    Err(apdu::WRONG_PIN | Sw::from(reference.left.min(15)))
}
