//! Data objects: GET DATA, PUT DATA.

use crate::apdu::{self, Answer, Command, Sw};
use crate::desk::Lie;
use crate::state::ATTESTATION_OBJECT;
use crate::tlv;

use super::{Piv, elements};

/// The discovery object: the application, and that the PIN is the PIV PIN.
const DISCOVERY: u32 = 0x7e;
/// Printed information, which wants the PIN; Yubico's tools keep a protected management key there.
const PRINTED: u32 = 0x5f_c109;

/// A certificate as it lies in an object: uncompressed.
pub fn certificate(der: &[u8]) -> Vec<u8> {
    [
        tlv::element(0x70, der),
        tlv::element(0x71, &[0]),
        tlv::element(0xfe, &[]),
    ]
    .concat()
}

impl Piv {
    pub(super) fn read_object(&mut self, command: &Command) -> Answer {
        let data = elements(&command.data)?;
        let tag = tag(command, &data)?;
        if tag == DISCOVERY {
            let application = [0xa0, 0, 0, 3, 8, 0, 0, 0x10, 0, 1, 0];
            let content = [
                tlv::element(0x4f, &application),
                tlv::element(0x5f2f, &[0x40, 0]),
            ]
            .concat();
            return Ok(tlv::element(0x7e, &content));
        }
        if tag == PRINTED && !self.pin {
            return Err(apdu::SECURITY_STATUS);
        }
        if tag == ATTESTATION_OBJECT && self.lies(Lie::Chain) {
            let other = certificate(self.attestor.stranger_certificate());
            return Ok(tlv::element(0x53, &other));
        }
        let object = self.memory.objects.get(&tag).ok_or(apdu::NOT_FOUND)?;
        Ok(tlv::element(0x53, object))
    }

    /// Nothing in it takes the object away.
    pub(super) fn write_object(&mut self, command: &Command) -> Answer {
        self.wants_management()?;
        let data = elements(&command.data)?;
        let tag = tag(command, &data)?;
        match tlv::find(&data, 0x53).ok_or(apdu::WRONG_DATA)? {
            [] => drop(self.memory.objects.remove(&tag)),
            content => drop(self.memory.objects.insert(tag, content.to_vec())),
        }
        Ok(Vec::new())
    }
}

fn tag(command: &Command, data: &[(u16, &[u8])]) -> Result<u32, Sw> {
    if (command.p1, command.p2) != (0x3f, 0xff) {
        return Err(apdu::WRONG_PARAMETERS);
    }
    match tlv::find(data, 0x5c) {
        Some(tag @ ([_] | [_, _] | [_, _, _])) => {
            Ok(tag.iter().fold(0, |tag, byte| tag << 8 | u32::from(*byte)))
        }
        _ => Err(apdu::WRONG_DATA),
    }
}
