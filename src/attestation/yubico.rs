//! What a `YubiKey` writes into the attestation of a PIV key: extensions under
//! 1.3.6.1.4.1.41482.3 (developers.yubico.com, "PIV attestation" and "Yubico attestation OIDs").

use x509_cert::der::asn1::ObjectIdentifier as Oid;

use super::original::Original;
use crate::ceremony::token::piv::Slot;

/// Three raw bytes: major, minor, patch.
const FIRMWARE: Oid = Oid::new_unwrap("1.3.6.1.4.1.41482.3.3");
/// An INTEGER, often with more leading zeros than DER allows.
const SERIAL: Oid = Oid::new_unwrap("1.3.6.1.4.1.41482.3.7");
/// Two raw bytes: PIN policy, touch policy.
const POLICY: Oid = Oid::new_unwrap("1.3.6.1.4.1.41482.3.8");
/// One raw byte; the highest bit says FIPS.
const FORM: Oid = Oid::new_unwrap("1.3.6.1.4.1.41482.3.9");
/// On device certificates of FIPS tokens.
const FIPS: Oid = Oid::new_unwrap("1.3.6.1.4.1.41482.3.10");

/// How every subject of an attestation begins; the slot follows.
const SUBJECT: &str = "CN=YubiKey PIV Attestation ";

/// The bit of the form factor that says FIPS.
const FIPS_BIT: u8 = 0x80;

/// Form factors by their numbers.
pub(super) const FORMS: [(u8, &str); 7] = [
    (1, "USB-A keychain"),
    (2, "USB-A nano"),
    (3, "USB-C keychain"),
    (4, "USB-C nano"),
    (5, "Lightning and USB-C"),
    (6, "USB-A Bio"),
    (7, "USB-C Bio"),
];

/// What stands in an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field<T> {
    /// There is no such extension.
    Absent,
    /// There is one that cannot be read, or more than one.
    Malformed,
    /// This.
    Is(T),
}

impl<T: Copy> Field<T> {
    pub(super) fn is(self) -> Option<T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Absent | Self::Malformed => None,
        }
    }
}

/// What a certificate about a key says of the key and the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// Slot of the key; absent where it is no attestation of a PIV key.
    pub slot: Field<Slot>,
    /// Firmware: major, minor, patch.
    pub firmware: Field<[u8; 3]>,
    /// Serial number of the device.
    pub serial: Field<u32>,
    /// Bytes of the PIN policy and the touch policy.
    pub policy: Field<[u8; 2]>,
    /// Form factor with its highest bit.
    pub form: Field<u8>,
}

impl Said {
    pub(super) fn of(certificate: &Original) -> Self {
        let subject = certificate.body().subject().to_string();
        Self {
            slot: match subject.strip_prefix(SUBJECT).map(Slot::parse) {
                None => Field::Absent,
                Some(None) => Field::Malformed,
                Some(Some(slot)) => Field::Is(slot),
            },
            firmware: raw(certificate, FIRMWARE),
            serial: match only(certificate, SERIAL) {
                Field::Is(bytes) => integer(bytes).map_or(Field::Malformed, Field::Is),
                Field::Absent => Field::Absent,
                Field::Malformed => Field::Malformed,
            },
            policy: raw(certificate, POLICY),
            form: match raw(certificate, FORM) {
                Field::Is([form]) => Field::Is(form),
                Field::Absent => Field::Absent,
                Field::Malformed => Field::Malformed,
            },
        }
    }

    /// The form factor without the bit for FIPS.
    pub(super) fn form_number(&self) -> Field<u8> {
        match self.form {
            Field::Is(form) => Field::Is(form & !FIPS_BIT),
            other => other,
        }
    }

    /// Whether the form factor says FIPS.
    pub(super) fn form_says_fips(&self) -> bool {
        self.form.is().is_some_and(|form| form & FIPS_BIT != 0)
    }
}

/// Whether a device certificate says that the device is FIPS certified.
pub(super) fn device_says_fips(device: &Original) -> bool {
    only(device, FIPS) != Field::Absent
}

fn raw<const N: usize>(certificate: &Original, id: Oid) -> Field<[u8; N]> {
    match only(certificate, id) {
        Field::Is(bytes) => bytes.try_into().map_or(Field::Malformed, Field::Is),
        Field::Absent => Field::Absent,
        Field::Malformed => Field::Malformed,
    }
}

/// The content of the one extension of this id.
fn only(certificate: &Original, id: Oid) -> Field<&[u8]> {
    let extensions = certificate.body().extensions();
    let mut found = extensions
        .into_iter()
        .flatten()
        .filter(|extension| extension.extn_id == id);
    match (found.next(), found.next()) {
        (None, _) => Field::Absent,
        (Some(extension), None) => Field::Is(extension.extn_value.as_bytes()),
        (Some(_), Some(_)) => Field::Malformed,
    }
}

/// A positive INTEGER of at most 32 bits. Devices write it in four bytes with leading zeros, which
/// strict DER forbids.
fn integer(bytes: &[u8]) -> Option<u32> {
    let [0x02, len, content @ ..] = bytes else {
        return None;
    };
    if content.is_empty() || content.len() > 5 || content.len() != usize::from(*len) {
        return None;
    }
    if content.first().is_some_and(|first| first & 0x80 != 0) {
        return None;
    }
    let value = content
        .iter()
        .fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    u32::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_are_integers_with_any_leading_zeros() {
        let number = |hex: &str| integer(&data_encoding::HEXLOWER.decode(hex.as_bytes()).unwrap());
        assert_eq!(number("020401151507"), Some(18_158_855));
        assert_eq!(number("02040000c790"), Some(0xc790));
        assert_eq!(number("020500ffffffff"), Some(u32::MAX));
        for bad in [
            "",
            "02",
            "0200",
            "0204011515",
            "02050100000000",
            "0204ff151507",
            "040401151507",
            "02040115150700",
        ] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }
}
