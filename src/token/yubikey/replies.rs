//! What cards answer, read: pure, total, and bounded by the reply itself. A reply that is not what
//! the protocol says is `None`.

use zeroize::Zeroizing;

use super::tlv;
use crate::ceremony::token::Algorithm;
use crate::ceremony::token::piv::{KeyPolicies, PinPolicy, TouchPolicy};

/// Firmware version of a `YubiKey`: major, minor, patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Firmware(pub [u8; 3]);

impl Firmware {
    /// The first with touch policy `cached` and with attestation.
    pub const ATTESTS: Self = Self([4, 3, 0]);
    /// The first that tells what is in a slot (GET METADATA).
    pub const TELLS: Self = Self([5, 3, 0]);
    /// The first that takes AES management keys.
    pub const AES: Self = Self([5, 4, 2]);
    /// The first with Ed25519; from here on the factory's management key is AES-192.
    pub const ED25519: Self = Self([5, 7, 0]);

    /// From the reply to GET VERSION.
    pub fn parse(reply: &[u8]) -> Option<Self> {
        reply.try_into().ok().map(Self)
    }
}

impl std::fmt::Display for Firmware {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}.{patch}")
    }
}

/// The byte by which PIV knows an algorithm of keys (SP 800-78-4, table 6-2; Ed25519 by Yubico).
pub fn algorithm_byte(algorithm: Algorithm) -> u8 {
    match algorithm {
        Algorithm::EcdsaP256 => 0x11,
        Algorithm::EcdsaP384 => 0x14,
        Algorithm::Ed25519 => 0xe0,
    }
}

/// The algorithm of this byte, where it is one that can sign a root here.
pub fn algorithm_of(byte: u8) -> Option<Algorithm> {
    Algorithm::ALL
        .into_iter()
        .find(|algorithm| algorithm_byte(*algorithm) == byte)
}

/// What GET METADATA says of a key or of a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Algorithm, by its byte.
    pub algorithm: Option<u8>,
    /// How the key is used, where both policies are known ones.
    pub policies: Option<KeyPolicies>,
    /// Whether the key was generated on the card (1), and not imported (2).
    pub generated: Option<bool>,
    /// The point of the public key, where it is on a curve.
    pub point: Option<Vec<u8>>,
    /// Whether the secret is the factory's.
    pub factory: Option<bool>,
    /// Tries in all, and tries left.
    pub tries: Option<(u8, u8)>,
}

impl Metadata {
    /// Reads the reply. Elements of tags that are not known are skipped.
    pub fn parse(reply: &[u8]) -> Option<Self> {
        let mut read = Self::default();
        for element in tlv::all(reply)? {
            match (element.tag, element.value) {
                (1, [algorithm]) => read.algorithm = Some(*algorithm),
                (2, [pin, touch]) => read.policies = policies(*pin, *touch),
                (3, [origin]) => read.generated = Some(*origin == 1),
                (4, public) => read.point = tlv::find(public, 0x86).map(<[u8]>::to_vec),
                (5, [factory]) => read.factory = Some(*factory != 0),
                (6, [all, left]) => read.tries = Some((*all, *left)),
                (1..=3 | 5 | 6, _) => return None,
                _ => {}
            }
        }
        Some(read)
    }
}

/// The two bytes of policies, in metadata and in attestations.
pub fn policies(pin: u8, touch: u8) -> Option<KeyPolicies> {
    Some(KeyPolicies {
        pin: PinPolicy::of(pin)?,
        touch: TouchPolicy::of(touch)?,
    })
}

/// The point in the reply to GENERATE ASYMMETRIC KEY PAIR.
pub fn generated_point(reply: &[u8]) -> Option<&[u8]> {
    tlv::find(tlv::only(reply, 0x7f49)?, 0x86)
}

/// What a data object holds, from the reply to GET DATA.
pub fn object(reply: &[u8]) -> Option<&[u8]> {
    tlv::only(reply, 0x53)
}

/// The certificate (DER) in a certificate object, where it is not compressed (SP 800-73-4, part 1,
/// appendix A).
pub fn certificate(object: &[u8]) -> Option<&[u8]> {
    let plain = matches!(tlv::find(object, 0x71), None | Some([0]));
    plain.then(|| tlv::find(object, 0x70)).flatten()
}

/// The one element of this tag in a dynamic authentication template (tag 7C), from the reply to
/// GENERAL AUTHENTICATE: 80 witness, 82 response.
pub fn authentication(reply: &[u8], tag: u16) -> Option<&[u8]> {
    tlv::find(tlv::only(reply, 0x7c)?, tag)
}

/// What the management application says of the device (READ CONFIG).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Device {
    /// Form factor with the bits for FIPS (80) and Security Key (40).
    pub form_factor: Option<u8>,
}

impl Device {
    /// Reads the reply: a length and that many bytes of elements.
    pub fn parse(reply: &[u8]) -> Option<Self> {
        let (&length, elements) = reply.split_first()?;
        if usize::from(length) != elements.len() {
            return None;
        }
        let form_factor = match tlv::find(elements, 4) {
            Some([form]) => Some(*form),
            _ => None,
        };
        Some(Self { form_factor })
    }

    /// What is certain of the model.
    pub fn model(self, firmware: Firmware) -> String {
        let form = self.form_factor.unwrap_or(0);
        let shape = match form & 0x3f {
            1 => Some("USB-A keychain"),
            2 => Some("USB-A nano"),
            3 => Some("USB-C keychain"),
            4 => Some("USB-C nano"),
            5 => Some("USB-C and Lightning"),
            6 => Some("USB-A, fingerprint"),
            7 => Some("USB-C, fingerprint"),
            _ => None,
        };
        let mut model = match firmware.0[0] {
            major @ (4 | 5) => format!("YubiKey {major}"),
            _ => "YubiKey".to_owned(),
        };
        if form & 0x80 != 0 {
            model.push_str(" FIPS");
        }
        if let Some(shape) = shape {
            model.push_str(" (");
            model.push_str(shape);
            model.push(')');
        }
        model
    }
}

/// Yubico's record of how the card is administered (object 5FFF00), as `ykman`, `yubico-piv-tool`
/// and `ykcs11` keep it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Administration {
    /// Bits: 1 PUK blocked, 2 management key kept behind the PIN.
    pub flags: u8,
    /// When the PIN was changed last: four bytes that are kept as they are.
    pub pin_changed: Option<Vec<u8>>,
}

/// The bit for a management key that is kept behind the PIN.
const BEHIND_PIN: u8 = 2;

impl Administration {
    /// Reads what the object holds.
    pub fn parse(object: &[u8]) -> Option<Self> {
        let mut read = Self::default();
        for element in tlv::all(tlv::only(object, 0x80)?)? {
            match (element.tag, element.value) {
                (0x81, [flags]) => read.flags = *flags,
                (0x83, changed) => read.pin_changed = Some(changed.to_vec()),
                _ => {}
            }
        }
        Some(read)
    }

    /// Whether the management key is kept behind the PIN.
    pub fn behind_pin(&self) -> bool {
        self.flags & BEHIND_PIN != 0
    }

    /// The object that says so. A salt, from which older programs derived the key from the PIN, is
    /// left out: it no longer holds.
    pub fn now_behind_pin(&self) -> Vec<u8> {
        let mut elements = Vec::new();
        tlv::put(&mut elements, 0x81, &[self.flags | BEHIND_PIN]);
        if let Some(changed) = &self.pin_changed {
            tlv::put(&mut elements, 0x83, changed);
        }
        let mut object = Vec::new();
        tlv::put(&mut object, 0x80, &elements);
        object
    }
}

/// The management key in the object PRINTED (5FC109), which the card shows after the PIN.
pub fn kept_management_key(object: &[u8]) -> Option<&[u8]> {
    tlv::find(tlv::only(object, 0x88)?, 0x89)
}

/// What [`kept_management_key`] reads.
pub fn keeping_management_key(key: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut inner = Zeroizing::new(Vec::with_capacity(64));
    tlv::put(&mut inner, 0x89, key);
    let mut object = Zeroizing::new(Vec::with_capacity(64));
    tlv::put(&mut object, 0x88, &inner);
    object
}

#[cfg(test)]
mod tests;
