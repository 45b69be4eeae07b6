//! What a card remembers without power, as a JSON file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::keys::{self, Private};

/// The PIN, as the factory sets it.
pub const FACTORY_PIN: &[u8] = b"123456\xff\xff";
/// The PUK, as the factory sets it.
pub const FACTORY_PUK: &[u8] = b"12345678";
/// The management key, as the factory sets it: 24 bytes, for Triple DES as for AES-192.
pub const FACTORY_MANAGEMENT: [u8; 24] = [
    1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8,
];

/// A firmware version: major, minor, patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Firmware(pub u8, pub u8, pub u8);

impl std::str::FromStr for Firmware {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Result<Vec<u8>, _> = text.split('.').map(str::parse).collect();
        match numbers.as_deref() {
            Ok(&[major, minor, patch]) => Ok(Self(major, minor, patch)),
            _ => Err(format!("{text} is not a version such as 5.4.3")),
        }
    }
}

impl std::fmt::Display for Firmware {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// A secret with its tries.
#[derive(Clone, Serialize, Deserialize)]
pub struct Reference {
    /// Eight bytes, filled up with 0xFF.
    pub value: Vec<u8>,
    /// Tries left.
    pub left: u8,
    /// Tries after a right one.
    pub of: u8,
}

impl Reference {
    fn factory(value: &[u8]) -> Self {
        Self {
            value: value.to_vec(),
            left: 3,
            of: 3,
        }
    }
}

/// The key that administers the card.
#[derive(Clone, Serialize, Deserialize)]
pub struct Management {
    /// 3 Triple DES, 8 AES-128, 10 AES-192, 12 AES-256.
    pub algorithm: u8,
    /// The key.
    pub key: Vec<u8>,
    /// Whether its use wants a touch.
    pub touch: bool,
}

/// Where a key came from, by Yubico's byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// Made in the card (1).
    Generated,
    /// Brought in from outside (2).
    Imported,
}

/// A key in its slot.
#[derive(Clone, Serialize, Deserialize)]
pub struct Key {
    /// Algorithm byte.
    pub algorithm: u8,
    /// Scalar or seed.
    pub secret: Vec<u8>,
    /// PIN policy: 1 never, 2 once, 3 always.
    pub pin: u8,
    /// Touch policy: 1 never, 2 always, 3 for 15 seconds.
    pub touch: u8,
    /// Where it came from.
    pub origin: Origin,
}

impl Key {
    /// The key itself.
    pub fn private(&self) -> Private {
        Private::read(self.algorithm, &self.secret).expect("only keys that can be read are kept")
    }
}

/// How often something happened, since the card was made.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Counts {
    /// VERIFY with a PIN in it.
    pub verifications: u32,
    /// Wrong PINs and PUKs, in whatever command.
    pub wrong: u32,
    /// Signatures.
    pub signatures: u32,
    /// Touches that were waited for.
    pub touches: u32,
}

/// Everything.
#[derive(Clone, Serialize, Deserialize)]
pub struct Memory {
    /// The PIN.
    pub pin: Reference,
    /// The PUK.
    pub puk: Reference,
    /// The management key.
    pub management: Management,
    /// Keys, by key reference.
    pub keys: BTreeMap<u8, Key>,
    /// Data objects, by their tag.
    pub objects: BTreeMap<u32, Vec<u8>>,
    /// What happened.
    pub counts: Counts,
    #[serde(skip)]
    file: Option<PathBuf>,
}

impl Memory {
    /// As it leaves the factory, but for the attestation key.
    pub fn factory(firmware: Firmware) -> Self {
        Self {
            pin: Reference::factory(FACTORY_PIN),
            puk: Reference::factory(FACTORY_PUK),
            management: Management {
                algorithm: if firmware >= Firmware(5, 7, 0) { 10 } else { 3 },
                key: FACTORY_MANAGEMENT.to_vec(),
                touch: false,
            },
            keys: BTreeMap::new(),
            objects: BTreeMap::new(),
            counts: Counts::default(),
            file: None,
        }
    }

    /// What the file remembers; a card from the factory where there is no file yet.
    pub fn open(file: &Path, firmware: Firmware) -> Result<Self, String> {
        let mut memory = match std::fs::read(file) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| format!("{}: {error}", file.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::factory(firmware),
            Err(error) => return Err(format!("{}: {error}", file.display())),
        };
        memory.file = Some(file.to_owned());
        Ok(memory)
    }

    /// Keeps it; the file is never half written.
    pub fn keep(&self) -> Result<(), String> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let wrong = |error: std::io::Error| format!("{}: {error}", file.display());
        let bytes = serde_json::to_vec(self).map_err(|error| error.to_string())?;
        let beside = file.with_extension("new");
        std::fs::write(&beside, bytes).map_err(wrong)?;
        std::fs::rename(&beside, file).map_err(wrong)
    }

    /// PIV RESET: everything but the attestation key, its certificate, and what happened.
    pub fn reset(&mut self, firmware: Firmware) {
        let mut fresh = Self::factory(firmware);
        if let Some(key) = self.keys.remove(&ATTESTATION) {
            fresh.keys.insert(ATTESTATION, key);
        }
        if let Some(object) = self.objects.remove(&ATTESTATION_OBJECT) {
            fresh.objects.insert(ATTESTATION_OBJECT, object);
        }
        fresh.counts = self.counts.clone();
        fresh.file = self.file.take();
        *self = fresh;
    }

    /// Whether the management key is as the factory set it.
    pub fn management_is_factory(&self, firmware: Firmware) -> bool {
        let factory = Self::factory(firmware).management;
        self.management.algorithm == factory.algorithm && self.management.key == factory.key
    }
}

/// Key reference of the attestation key.
pub const ATTESTATION: u8 = 0xf9;
/// The object that holds its certificate.
pub const ATTESTATION_OBJECT: u32 = 0x5f_ff01;

/// A key with its certificate, as it is stored.
pub fn generated(algorithm: u8) -> Option<Key> {
    let private = keys::Private::generate(algorithm)?;
    Some(Key {
        algorithm,
        secret: private.secret(),
        pin: 1,
        touch: 1,
        origin: Origin::Generated,
    })
}
