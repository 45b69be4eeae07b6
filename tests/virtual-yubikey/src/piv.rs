//! The PIV application: NIST SP 800-73-4, part 2, with Yubico's extensions.

use std::sync::Arc;
use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;

use crate::apdu::{self, Answer, Command};
use crate::attest::Attestor;
use crate::authority::{Authority, Chain};
use crate::card::Model;
use crate::desk::{Desk, Lie, Seen, SlotSeen, Touch};
use crate::keys;
use crate::state::{self, ATTESTATION, ATTESTATION_OBJECT, Firmware, Memory, Origin};
use crate::tlv;

mod management;
mod metadata;
mod objects;
mod pins;
mod slots;

/// How long a touch holds where the policy says `cached`.
const CACHED: Duration = Duration::from_secs(15);

/// The application, with what it remembers while there is power.
pub struct Piv {
    model: Model,
    memory: Memory,
    desk: Arc<Desk>,
    attestor: Attestor,
    /// The PIN was right since the application was selected.
    pin: bool,
    /// It was right in the command before this one.
    pin_just_now: bool,
    management: management::Standing,
    touched: Option<Instant>,
}

impl Piv {
    /// The application of this card; where it has no attestation key yet, it gets one.
    pub fn new(
        model: Model,
        mut memory: Memory,
        desk: Arc<Desk>,
        authority: &Authority,
        chain: Chain,
    ) -> Result<Self, String> {
        if !memory.objects.contains_key(&ATTESTATION_OBJECT) {
            let key = state::generated(keys::P256).ok_or("no attestation key")?;
            let fips = model.form_factor & 0x80 != 0;
            let certificate = authority.device(&key.private().spki(), chain, fips);
            memory.keys.insert(ATTESTATION, key);
            memory
                .objects
                .insert(ATTESTATION_OBJECT, objects::certificate(&certificate));
            memory.keep()?;
        }
        Ok(Self {
            model,
            memory,
            desk,
            attestor: Attestor::new(chain),
            pin: false,
            pin_just_now: false,
            management: management::Standing::Stranger,
            touched: None,
        })
    }

    /// Another application is selected, or power goes.
    pub fn deselect(&mut self) {
        self.pin = false;
        self.pin_just_now = false;
        self.management = management::Standing::Stranger;
        self.touched = None;
    }

    /// Executes a whole command.
    pub fn execute(&mut self, command: &Command) -> Answer {
        let pin_just_now = std::mem::take(&mut self.pin_just_now);
        let answer = match command.ins {
            0x20 => self.verify(command),
            0x24 => self.change_reference(command),
            0x2c => self.reset_retry_counter(command),
            0x47 => self.generate(command),
            0x87 if command.p2 == 0x9b => self.authenticate(command),
            0x87 => self.sign(command, pin_just_now),
            0xcb => self.read_object(command),
            0xdb => self.write_object(command),
            0xf6 if self.since(5, 7, 0) => self.move_key(command),
            0xf7 if self.since(5, 3, 0) => self.metadata(command),
            0xf8 if self.since(5, 0, 0) => Ok(self.model.serial.to_be_bytes().to_vec()),
            0xf9 if self.since(4, 3, 0) => self.attest(command),
            0xfa => self.set_retries(command),
            0xfb => self.reset(command),
            0xfd => {
                let Firmware(major, minor, patch) = self.model.firmware;
                Ok(vec![major, minor, patch])
            }
            0xfe => self.import(command),
            0xff => self.set_management_key(command),
            _ => Err(apdu::NO_COMMAND),
        };
        // what is told was also kept: a test that cannot keep it must not go on
        self.memory.keep().expect("the state file can be written");
        answer
    }

    fn since(&self, major: u8, minor: u8, patch: u8) -> bool {
        self.model.firmware >= Firmware(major, minor, patch)
    }

    fn wants_management(&self) -> Result<(), apdu::Sw> {
        if self.management == management::Standing::Known {
            Ok(())
        } else {
            Err(apdu::SECURITY_STATUS)
        }
    }

    /// A touch, as this policy wants it.
    fn wants_touch(&mut self, policy: u8) -> Result<(), apdu::Sw> {
        let cached = policy == 3 && self.touched.is_some_and(|at| at.elapsed() < CACHED);
        if policy < 2 || cached {
            return Ok(());
        }
        self.memory.counts.touches += 1;
        let seen = self.seen();
        self.desk.change(|table| table.seen = seen);
        if self.desk.wait_for_touch() == Touch::Given {
            self.touched = Some(Instant::now());
            Ok(())
        } else {
            Err(apdu::SECURITY_STATUS)
        }
    }

    /// P1 names the slot; the answer is the certificate, as it is.
    fn attest(&mut self, command: &Command) -> Answer {
        let lies = self.desk.table().lies.clone();
        let (Some(key), Some(device)) = (
            self.memory.keys.get(&command.p1),
            self.memory.keys.get(&ATTESTATION),
        ) else {
            return Err(apdu::WRONG_DATA);
        };
        self.attestor
            .attest(&self.model, command.p1, key, &device.private(), &lies)
            .ok_or(apdu::WRONG_DATA)
    }

    fn lies(&self, lie: Lie) -> bool {
        self.desk.table().lies.contains(&lie)
    }

    /// The card, as it is seen from outside.
    pub fn seen(&self) -> Seen {
        let memory = &self.memory;
        let slots = memory
            .keys
            .iter()
            .filter(|(slot, _)| **slot != ATTESTATION)
            .map(|(slot, key)| {
                let seen = SlotSeen {
                    algorithm: match key.algorithm {
                        keys::P256 => "p256",
                        keys::P384 => "p384",
                        _ => "ed25519",
                    },
                    pin: key.pin,
                    touch: key.touch,
                    origin: match key.origin {
                        Origin::Generated => "generated",
                        Origin::Imported => "imported",
                    },
                    public: HEXLOWER.encode(&key.private().point()),
                };
                (format!("{slot:02x}"), seen)
            })
            .collect();
        Seen {
            serial: self.model.serial,
            firmware: self.model.firmware.to_string(),
            pin_tries: memory.pin.left,
            puk_tries: memory.puk.left,
            verifications: memory.counts.verifications,
            wrong_pins: memory.counts.wrong,
            signatures: memory.counts.signatures,
            touches: memory.counts.touches,
            pin_factory: memory.pin.value == state::FACTORY_PIN,
            puk_factory: memory.puk.value == state::FACTORY_PUK,
            management_factory: memory.management_is_factory(self.model.firmware),
            management_algorithm: memory.management.algorithm,
            slots,
        }
    }
}

/// The elements of a command's data.
fn elements(data: &[u8]) -> Result<Vec<(u16, &[u8])>, apdu::Sw> {
    tlv::elements(data).ok_or(apdu::WRONG_DATA)
}
