//! An open PIV application (NIST SP 800-73-4, part 2, with the extensions of Yubico).

use zeroize::{Zeroize as _, Zeroizing};

use super::apdu::{Command, Status};
use super::replies::{self, Administration, Device, Firmware, Metadata};
use super::tlv;
use crate::ceremony::token::piv::Slot;

/// Longest reply to one APDU: 256 bytes and the status; some readers give a few more.
pub(super) const LONGEST_REPLY: usize = 264;
/// Longest reply that is put together from several. Objects have at most 3072 bytes.
const LONGEST: usize = 4096;

/// The way to a card.
pub(super) trait Transmit: Send {
    /// Sends one APDU; says how many bytes of `reply` are the answer.
    fn transmit(
        &mut self,
        command: &[u8],
        reply: &mut [u8; LONGEST_REPLY],
    ) -> Result<usize, Broken>;

    /// From now on the card holds a PIN or a management key that was shown to it: it is reset, and
    /// not left, when it is closed.
    fn reset_when_done(&mut self);
}

/// Why nothing was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// The card or its reader was taken out.
    Removed,
    /// Another program has the card open.
    Busy,
    /// The service behind the readers is at fault: what is said of it.
    Service(String),
    /// Anything else: what the service said.
    Failed(String),
}

/// Why an act of the card did not come about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Nothing was answered.
    Broken(Broken),
    /// It said no.
    Refused {
        /// To what.
        doing: &'static str,
        /// Its words.
        status: Status,
    },
    /// What it answered is not what the protocol says.
    Malformed {
        /// To what.
        doing: &'static str,
    },
}

impl From<Broken> for Trouble {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

/// What a card answered. It may be a management key: it is wiped when dropped.
pub(super) struct Reply {
    pub(super) body: Zeroizing<Vec<u8>>,
    pub(super) status: Status,
}

impl Reply {
    /// The body, where the card said that it is done.
    pub(super) fn done(self, doing: &'static str) -> Result<Zeroizing<Vec<u8>>, Trouble> {
        match self.status {
            Status::OK => Ok(self.body),
            status => Err(Trouble::Refused { doing, status }),
        }
    }
}

/// The PIV application (SP 800-73-4, part 1, section 2.2), by the part of its name that every
/// firmware takes.
const PIV: &[u8] = &[0xa0, 0x00, 0x00, 0x03, 0x08];
/// Yubico's application for one-time passwords, which knows the serial number on old firmware.
const OTP: &[u8] = &[0xa0, 0x00, 0x00, 0x05, 0x27, 0x20, 0x01];
/// Yubico's application for the device itself.
const MANAGEMENT: &[u8] = &[0xa0, 0x00, 0x00, 0x05, 0x27, 0x47, 0x11, 0x17];

/// Data objects by their tags.
pub(super) mod object {
    /// Yubico's record of how the card is administered.
    pub(in super::super) const ADMINISTRATION: u32 = 0x5f_ff00;
    /// Certificate of the key that attests.
    pub(in super::super) const ATTESTATION: u32 = 0x5f_ff01;
    /// Printed information: behind the PIN, and so the place for the management key.
    pub(in super::super) const PRINTED: u32 = 0x5f_c109;
}

/// The certificate object of a slot (SP 800-73-4, part 1, table 3).
pub(super) fn certificate_object(slot: Slot) -> u32 {
    match slot.reference() {
        0x9a => 0x5f_c105,
        0x9c => 0x5f_c10a,
        0x9d => 0x5f_c10b,
        0x9e => 0x5f_c101,
        // retired keys, 82 to 95
        retired => 0x5f_c10d + u32::from(retired.saturating_sub(0x82)),
    }
}

/// A `YubiKey` with its PIV application selected.
pub(super) struct Card {
    link: Box<dyn Transmit>,
    /// Its serial number.
    pub(super) serial: u32,
    /// Its firmware.
    pub(super) firmware: Firmware,
}

impl Card {
    /// Opens the PIV application of what is at the other end. `None` where that is no `YubiKey`
    /// with a serial number and a PIV application.
    pub(super) fn open(link: Box<dyn Transmit>) -> Result<Option<Self>, Broken> {
        let mut card = Self {
            link,
            serial: 0,
            firmware: Firmware([0; 3]),
        };
        if card.select(PIV)?.status != Status::OK {
            return Ok(None);
        }
        let version = card.send(&Command::new(0xfd, 0, 0))?;
        match Firmware::parse(&version.body) {
            Some(firmware) if version.status == Status::OK => card.firmware = firmware,
            _ => return Ok(None),
        }
        let serial = if card.firmware >= Firmware([5, 0, 0]) {
            card.send(&Command::new(0xf8, 0, 0))?
        } else {
            card.select(OTP)?;
            let serial = card.send(&Command::new(0x01, 0x10, 0))?;
            card.select(PIV)?;
            serial
        };
        match <[u8; 4]>::try_from(serial.body.as_slice()) {
            Ok(bytes) if serial.status == Status::OK => card.serial = u32::from_be_bytes(bytes),
            _ => return Ok(None),
        }
        Ok(Some(card))
    }

    /// Sends a command, in pieces where it is long, and puts the reply together. Nothing is ever
    /// sent twice.
    pub(super) fn send(&mut self, command: &Command) -> Result<Reply, Broken> {
        let mut buffer = Zeroizing::new([0; LONGEST_REPLY]);
        // one allocation of full size: one that grows would leave a copy behind
        let mut body = Zeroizing::new(Vec::with_capacity(LONGEST));
        let mut status = Status::OK;
        for apdu in command.apdus() {
            status = self.exchange(&apdu, &mut buffer, &mut body)?;
            if status != Status::OK {
                break;
            }
        }
        while status.more() {
            let before = body.len();
            status = self.exchange(&[0, 0xc0, 0, 0, 0], &mut buffer, &mut body)?;
            if status.more() && body.len() == before {
                return Err(Broken::Failed(
                    "it says that more is to come, and nothing comes".to_owned(),
                ));
            }
        }
        Ok(Reply { body, status })
    }

    fn exchange(
        &mut self,
        apdu: &[u8],
        buffer: &mut [u8; LONGEST_REPLY],
        body: &mut Vec<u8>,
    ) -> Result<Status, Broken> {
        let length = self.link.transmit(apdu, buffer)?;
        let reply = buffer.get(..length).unwrap_or_default();
        // readers differ in what they say of a card that has just gone: some say nothing
        let Some((more, status)) = reply.split_last_chunk::<2>() else {
            return Err(Broken::Failed(
                "it gave no answer; it may have been taken out".to_owned(),
            ));
        };
        if body.len() + more.len() > LONGEST {
            return Err(Broken::Failed(format!(
                "its answer has more than {LONGEST} bytes"
            )));
        }
        body.extend_from_slice(more);
        let status = Status(u16::from_be_bytes(*status));
        buffer.zeroize();
        Ok(status)
    }

    fn select(&mut self, application: &[u8]) -> Result<Reply, Broken> {
        self.send(&Command::new(0xa4, 4, 0).with(application))
    }

    /// Selects the PIV application again, which takes away what a PIN allowed.
    pub(super) fn start_again(&mut self) -> Result<(), Trouble> {
        self.select(PIV)?.done("to the selection of PIV").map(drop)
    }

    /// From now on the card is reset when it is closed.
    pub(super) fn reset_when_done(&mut self) {
        self.link.reset_when_done();
    }

    /// What the management application says of the device; nothing where there is none. The PIV
    /// application is selected again afterwards.
    pub(super) fn device(&mut self) -> Result<Device, Trouble> {
        let mut device = Device::default();
        if self.select(MANAGEMENT)?.status == Status::OK {
            let reply = self.send(&Command::new(0x1d, 0, 0))?;
            if reply.status == Status::OK {
                device = Device::parse(&reply.body).unwrap_or_default();
            }
        }
        self.start_again()?;
        Ok(device)
    }

    /// What the firmware tells of the key or secret with this reference; `None` where there is no
    /// such key, or the firmware tells nothing.
    pub(super) fn metadata(&mut self, reference: u8) -> Result<Option<Metadata>, Trouble> {
        const DOING: &str = "to the question what a slot holds";
        if self.firmware < Firmware::TELLS {
            return Ok(None);
        }
        let reply = self.send(&Command::new(0xf7, 0, reference))?;
        match reply.status {
            Status::NO_SUCH_KEY | Status::NOT_FOUND => Ok(None),
            _ => Metadata::parse(&reply.done(DOING)?)
                .map(Some)
                .ok_or(Trouble::Malformed { doing: DOING }),
        }
    }

    /// What a data object holds; `None` where there is none.
    pub(super) fn object(&mut self, tag: u32) -> Result<Option<Zeroizing<Vec<u8>>>, Trouble> {
        const DOING: &str = "to the reading of an object";
        let mut data = Vec::new();
        tlv::put(&mut data, 0x5c, tag_bytes(&tag.to_be_bytes()));
        let reply = self.send(&Command::new(0xcb, 0x3f, 0xff).with(&data))?;
        if reply.status == Status::NOT_FOUND {
            return Ok(None);
        }
        let body = reply.done(DOING)?;
        match replies::object(&body) {
            // an object is taken away by writing nothing into it
            Some([]) => Ok(None),
            Some(held) => {
                let mut copy = Zeroizing::new(Vec::with_capacity(held.len()));
                copy.extend_from_slice(held);
                Ok(Some(copy))
            }
            None => Err(Trouble::Malformed { doing: DOING }),
        }
    }

    /// Writes a data object. The management key must have been shown.
    pub(super) fn put_object(&mut self, tag: u32, held: &[u8]) -> Result<(), Trouble> {
        let mut data = Zeroizing::new(Vec::with_capacity(held.len() + 16));
        tlv::put(&mut data, 0x5c, tag_bytes(&tag.to_be_bytes()));
        tlv::put(&mut data, 0x53, held);
        self.send(&Command::new(0xdb, 0x3f, 0xff).with_secret(data))?
            .done("to the writing of an object")
            .map(drop)
    }

    /// How the card is administered.
    pub(super) fn administration(&mut self) -> Result<Administration, Trouble> {
        let object = self.object(object::ADMINISTRATION)?;
        Ok(object
            .and_then(|object| Administration::parse(&object))
            .unwrap_or_default())
    }

    /// The certificate in a certificate object (DER); `None` where there is none, or none that is
    /// read here.
    pub(super) fn certificate(&mut self, tag: u32) -> Result<Option<Vec<u8>>, Trouble> {
        let object = self.object(tag)?;
        Ok(object.and_then(|object| replies::certificate(&object).map(<[u8]>::to_vec)))
    }

    /// The certificate with which the card shows that the key in `slot` was generated in it (DER);
    /// `None` where it was not, or the firmware attests nothing.
    pub(super) fn attestation(&mut self, slot: Slot) -> Result<Option<Vec<u8>>, Trouble> {
        let reply = self.send(&Command::new(0xf9, slot.reference(), 0))?;
        Ok(match reply.status {
            Status::OK if !reply.body.is_empty() => Some(reply.body.to_vec()),
            _ => None,
        })
    }
}

/// The three bytes of an object's tag.
fn tag_bytes(tag: &[u8; 4]) -> &[u8] {
    let [_, tag @ ..] = tag;
    tag
}

#[cfg(test)]
pub(super) mod tests;
