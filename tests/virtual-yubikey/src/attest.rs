//! Attestations: certificates about keys in slots, and the lies about them.

use crate::authority::{self, Chain, Signer, certificate, device_extensions, yubico};
use crate::card::Model;
use crate::desk::Lie;
use crate::keys::{self, Private};
use crate::state::{Firmware, Key, Origin};

/// The device's word for its keys.
pub struct Attestor {
    /// Which validity is copied.
    pub chain: Chain,
    /// A key that belongs to no chain, for those who lie.
    stranger: Private,
    stranger_certificate: Vec<u8>,
}

impl Attestor {
    /// For a device with this chain.
    pub fn new(chain: Chain) -> Self {
        let stranger = Private::generate(keys::P256).expect("a known algorithm");
        let signer = Signer {
            key: &stranger,
            name: authority::DEVICE,
        };
        let stranger_certificate = certificate(
            authority::DEVICE,
            &stranger.spki(),
            &signer,
            chain,
            device_extensions(false),
        );
        Self {
            chain,
            stranger,
            stranger_certificate,
        }
    }

    /// The device certificate of those who lie about the chain.
    pub fn stranger_certificate(&self) -> &[u8] {
        &self.stranger_certificate
    }

    /// The attestation of the key in this slot; `None` for a key that came from outside.
    pub fn attest(
        &self,
        model: &Model,
        slot: u8,
        key: &Key,
        device: &Private,
        lies: &[Lie],
    ) -> Option<Vec<u8>> {
        let lies_of = |lie| lies.contains(&lie);
        if key.origin == Origin::Imported && !lies_of(Lie::Imported) {
            return None;
        }
        let serial = lies.iter().find_map(|lie| match lie {
            Lie::Serial(serial) => Some(*serial),
            _ => None,
        });
        let public = if lies_of(Lie::Key) {
            Private::generate(key.algorithm)?.spki()
        } else {
            key.private().spki()
        };
        let named = match slot {
            slot if !lies_of(Lie::Slot) => slot,
            0x9a => 0x9c,
            _ => 0x9a,
        };
        let policies = if lies_of(Lie::Policy) {
            [1, 1]
        } else {
            [key.pin, key.touch]
        };
        let key = if lies_of(Lie::Chain) {
            &self.stranger
        } else {
            device
        };
        let Firmware(major, minor, patch) = model.firmware;
        let extensions = vec![
            yubico(3, &[major, minor, patch]),
            yubico(7, &integer(serial.unwrap_or(model.serial))),
            yubico(8, &policies),
            yubico(9, &[model.form_factor]),
        ];
        let signer = Signer {
            key,
            name: authority::DEVICE,
        };
        let subject = format!("CN=YubiKey PIV Attestation {named:02x}");
        Some(certificate(
            &subject, &public, &signer, self.chain, extensions,
        ))
    }
}

/// A DER INTEGER.
fn integer(number: u32) -> Vec<u8> {
    let bytes = u64::from(number).to_be_bytes();
    // no leading zeros but the one that keeps it positive
    let from = (0..7)
        .find(|&at| bytes[at] != 0 || bytes[at + 1] & 0x80 != 0)
        .unwrap_or(7);
    let digits = &bytes[from..];
    [&[2, digits.len() as u8][..], digits].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_as_short_as_der_wants_them_and_stay_positive() {
        assert_eq!(integer(0), [2, 1, 0]);
        assert_eq!(integer(127), [2, 1, 127]);
        assert_eq!(integer(128), [2, 2, 0, 128]);
        assert_eq!(integer(18_158_855), [2, 4, 1, 0x15, 0x15, 7]);
        assert_eq!(integer(u32::MAX), [2, 5, 0, 255, 255, 255, 255]);
    }
}
