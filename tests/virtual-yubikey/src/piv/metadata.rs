//! GET METADATA, since firmware 5.3: of the PIN, the PUK, the management key, the keys.

use crate::apdu::{self, Answer, Command};
use crate::state::{FACTORY_PIN, FACTORY_PUK, Origin, Reference};
use crate::tlv;

use super::Piv;

impl Piv {
    pub(super) fn metadata(&self, command: &Command) -> Answer {
        let memory = &self.memory;
        if command.p1 != 0 {
            return Err(apdu::WRONG_PARAMETERS);
        }
        match command.p2 {
            0x80 => Ok(reference(&memory.pin, FACTORY_PIN)),
            0x81 => Ok(reference(&memory.puk, FACTORY_PUK)),
            0x9b => {
                let factory = u8::from(memory.management_is_factory(self.model.firmware));
                let touch = if memory.management.touch { 2 } else { 1 };
                Ok([
                    tlv::element(1, &[memory.management.algorithm]),
                    tlv::element(2, &[0, touch]),
                    tlv::element(5, &[factory]),
                ]
                .concat())
            }
            slot => {
                let key = memory.keys.get(&slot).ok_or(apdu::NO_KEY)?;
                let origin = match key.origin {
                    Origin::Generated => 1,
                    Origin::Imported => 2,
                };
                Ok([
                    tlv::element(1, &[key.algorithm]),
                    tlv::element(2, &[key.pin, key.touch]),
                    tlv::element(3, &[origin]),
                    tlv::element(4, &key.private().public_element()),
                ]
                .concat())
            }
        }
    }
}

fn reference(reference: &Reference, factory: &[u8]) -> Vec<u8> {
    let is_factory = u8::from(reference.value == factory);
    [
        tlv::element(1, &[0xff]),
        tlv::element(5, &[is_factory]),
        tlv::element(6, &[reference.of, reference.left]),
    ]
    .concat()
}
