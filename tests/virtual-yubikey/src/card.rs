//! The card: its applications, chained commands, long answers, and what is made to go wrong.

use std::sync::Arc;

use crate::apdu::{self, Answer, Command};
use crate::desk::{Desk, Mishap};
use crate::piv::Piv;
use crate::state::Firmware;
use crate::tlv;

/// What is printed on it, so to speak.
#[derive(Clone, Debug)]
pub struct Model {
    /// Serial number.
    pub serial: u32,
    /// Firmware.
    pub firmware: Firmware,
    /// Form factor, with 0x80 for a FIPS model.
    pub form_factor: u8,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Application {
    None,
    Piv,
    Management,
    Otp,
}

const PIV: [u8; 5] = [0xa0, 0x00, 0x00, 0x03, 0x08];
const PIV_VERSION: [u8; 6] = [0x00, 0x00, 0x10, 0x00, 0x01, 0x00];
const MANAGEMENT: [u8; 8] = [0xa0, 0x00, 0x00, 0x05, 0x27, 0x47, 0x11, 0x17];
const OTP: [u8; 7] = [0xa0, 0x00, 0x00, 0x05, 0x27, 0x20, 0x01];

/// A card.
pub struct Card {
    model: Model,
    desk: Arc<Desk>,
    piv: Piv,
    selected: Application,
    /// Data of a command of which more follows.
    chained: Vec<u8>,
    /// What is left of a long answer.
    rest: Vec<u8>,
}

impl Card {
    /// A card with this PIV application, on this desk.
    pub fn new(model: Model, desk: Arc<Desk>, piv: Piv) -> Self {
        let card = Self {
            model,
            desk,
            piv,
            selected: Application::None,
            chained: Vec::new(),
            rest: Vec::new(),
        };
        card.show();
        card
    }

    /// The desk on which it lies.
    pub fn desk(&self) -> Arc<Desk> {
        Arc::clone(&self.desk)
    }

    /// Power goes.
    pub fn power_off(&mut self) {
        self.forget();
    }

    /// Power comes, or a reset.
    pub fn power_on(&mut self) {
        self.forget();
        self.desk.change(|table| table.powered = table.present);
    }

    fn forget(&mut self) {
        self.selected = Application::None;
        self.chained.clear();
        self.rest.clear();
        self.piv.deselect();
    }

    fn show(&self) {
        let seen = self.piv.seen();
        self.desk.change(|table| table.seen = seen);
    }

    /// A command as bytes, answered as bytes with the status word at the end; `None` where the card
    /// vanishes.
    pub fn transmit(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        let Some(mut command) = Command::parse(bytes) else {
            return Some(apdu::WRONG_LENGTH.to_be_bytes().to_vec());
        };
        if command.ins != 0xc0 {
            self.rest.clear();
            self.chained.append(&mut command.data);
            if command.goes_on() {
                return Some(apdu::OK.to_be_bytes().to_vec());
            }
            command.data = std::mem::take(&mut self.chained);
        }
        let mishap = self.desk.mishap(&command);
        match mishap {
            Some(Mishap::VanishesBefore) => {
                self.desk.remove();
                return None;
            }
            Some(Mishap::Answers(sw)) => return Some(sw.to_be_bytes().to_vec()),
            Some(Mishap::VanishesAfter) | None => {}
        }
        let answer = self.execute(&command);
        self.show();
        if mishap == Some(Mishap::VanishesAfter) {
            self.desk.remove();
        }
        // pulled out while it waited for a touch
        if !self.desk.table().present {
            return None;
        }
        Some(self.in_pieces(answer, command.longest))
    }

    /// As much as is wanted at once, and how much is left.
    fn in_pieces(&mut self, answer: Answer, longest: usize) -> Vec<u8> {
        let mut data = match answer {
            Ok(data) => data,
            Err(sw) => return sw.to_be_bytes().to_vec(),
        };
        let sw = if data.len() > longest {
            self.rest = data.split_off(longest);
            0x6100 | u16::try_from(self.rest.len().min(0xff)).unwrap_or(0xff)
        } else {
            apdu::OK
        };
        data.extend(sw.to_be_bytes());
        data
    }

    fn execute(&mut self, command: &Command) -> Answer {
        match command.ins {
            0xc0 => {
                let rest = std::mem::take(&mut self.rest);
                if rest.is_empty() {
                    Err(apdu::CONDITIONS)
                } else {
                    Ok(rest)
                }
            }
            0xa4 => self.select(command),
            _ => match self.selected {
                Application::None => Err(apdu::NO_COMMAND),
                Application::Piv => self.piv.execute(command),
                Application::Management => self.management(command),
                Application::Otp => self.otp(command),
            },
        }
    }

    fn select(&mut self, command: &Command) -> Answer {
        if command.p1 != 4 {
            return Err(apdu::WRONG_PARAMETERS);
        }
        let Firmware(major, minor, patch) = self.model.firmware;
        let aid = &command.data[..];
        let (application, answer) = if aid.starts_with(&PIV) {
            let authority = tlv::element(0x79, &tlv::element(0x4f, &PIV));
            let version = tlv::element(0x4f, &PIV_VERSION);
            let answer = tlv::element(0x61, &[version, authority].concat());
            (Application::Piv, answer)
        } else if aid.starts_with(&MANAGEMENT) {
            let words = format!("Virtual mgr - FW version {major}.{minor}.{patch}");
            (Application::Management, words.into_bytes())
        } else if aid.starts_with(&OTP) {
            (Application::Otp, vec![major, minor, patch, 0, 0, 0])
        } else {
            return Err(apdu::NOT_FOUND);
        };
        self.piv.deselect();
        self.selected = application;
        Ok(answer)
    }

    /// The application that tells what kind of card it is.
    fn management(&self, command: &Command) -> Answer {
        let Firmware(major, minor, patch) = self.model.firmware;
        if command.ins != 0x1d {
            return Err(apdu::NO_COMMAND);
        }
        if command.p1 != 0 {
            return Err(apdu::WRONG_PARAMETERS);
        }
        // OTP, FIDO U2F, OpenPGP, PIV, OATH, FIDO2
        let applications = [0x02, 0x3f];
        let elements = [
            tlv::element(0x01, &applications),
            tlv::element(0x02, &self.model.serial.to_be_bytes()),
            tlv::element(0x03, &applications),
            tlv::element(0x04, &[self.model.form_factor]),
            tlv::element(0x05, &[major, minor, patch]),
            tlv::element(0x06, &[0, 0]),
            tlv::element(0x07, &[15]),
            tlv::element(0x08, &[0]),
            tlv::element(0x0a, &[0]),
        ]
        .concat();
        let length = u8::try_from(elements.len()).map_err(|_| apdu::WRONG_DATA)?;
        Ok([&[length][..], &elements].concat())
    }

    /// Of one-time passwords it knows the serial number only.
    fn otp(&self, command: &Command) -> Answer {
        match (command.ins, command.p1) {
            (0x01, 0x10) => Ok(self.model.serial.to_be_bytes().to_vec()),
            (0x03, _) => {
                let Firmware(major, minor, patch) = self.model.firmware;
                Ok(vec![major, minor, patch, 0, 0, 0])
            }
            _ => Err(apdu::NO_COMMAND),
        }
    }
}

#[cfg(test)]
mod tests;
