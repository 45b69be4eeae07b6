//! The management key: shown by challenge and response, replaced, and kept behind the PIN.

use aes::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256};
use des::TdesEde3;
use zeroize::Zeroizing;

use super::apdu::{Command, Status};
use super::card::{Card, Trouble, object};
use super::replies::{self, Firmware};
use super::tlv;

/// The key of every card that comes from the factory: 24 bytes, of whichever algorithm.
const FACTORY: [u8; 24] = [
    1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8,
];
/// Key reference of the management key.
pub(super) const REFERENCE: u8 = 0x9b;
/// Longest block of the algorithms here.
const LONGEST_BLOCK: usize = 16;

/// The algorithm of a management key (SP 800-78-4, table 6-2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cipher {
    /// Triple DES with three keys: 24 bytes.
    TripleDes,
    /// AES with 16 bytes.
    Aes128,
    /// AES with 24 bytes.
    Aes192,
    /// AES with 32 bytes.
    Aes256,
}

impl Cipher {
    const ALL: [(u8, usize, Self); 4] = [
        (0x03, 24, Self::TripleDes),
        (0x08, 16, Self::Aes128),
        (0x0a, 24, Self::Aes192),
        (0x0c, 32, Self::Aes256),
    ];

    fn of(byte: u8) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|(of, _, _)| *of == byte)
            .map(|(_, _, cipher)| cipher)
    }

    fn byte(self) -> u8 {
        match self {
            Self::TripleDes => 0x03,
            Self::Aes128 => 0x08,
            Self::Aes192 => 0x0a,
            Self::Aes256 => 0x0c,
        }
    }

    fn block(self) -> usize {
        match self {
            Self::TripleDes => 8,
            _ => LONGEST_BLOCK,
        }
    }

    fn key_length(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::TripleDes | Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }
}

/// A management key; wiped when dropped.
pub(super) struct ManagementKey {
    cipher: Cipher,
    key: Zeroizing<Vec<u8>>,
}

/// Which way a block goes through a cipher.
#[derive(Clone, Copy)]
enum Way {
    Encrypt,
    Decrypt,
}

impl ManagementKey {
    /// A random one: AES-256, or Triple DES where the firmware has no AES.
    pub(super) fn random(firmware: Firmware) -> Result<Self, String> {
        let cipher = if firmware < Firmware::AES {
            Cipher::TripleDes
        } else {
            Cipher::Aes256
        };
        let mut key = Zeroizing::new(vec![0; cipher.key_length()]);
        getrandom::fill(&mut key).map_err(|error| error.to_string())?;
        Ok(Self { cipher, key })
    }

    /// In hexadecimal digits.
    pub(super) fn hex(&self) -> Zeroizing<String> {
        let mut hex = Zeroizing::new(String::with_capacity(2 * self.key.len()));
        data_encoding::HEXLOWER.encode_append(&self.key, &mut hex);
        hex
    }

    /// One block through the cipher; `None` where it is not one block, or the key is not of the
    /// cipher's length.
    fn through(&self, way: Way, block: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        match self.cipher {
            Cipher::TripleDes => through::<TdesEde3>(&self.key, way, block),
            Cipher::Aes128 => through::<Aes128>(&self.key, way, block),
            Cipher::Aes192 => through::<Aes192>(&self.key, way, block),
            Cipher::Aes256 => through::<Aes256>(&self.key, way, block),
        }
    }
}

fn through<C: KeyInit + BlockCipherEncrypt + BlockCipherDecrypt>(
    key: &[u8],
    way: Way,
    block: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let cipher = C::new_from_slice(key).ok()?;
    let mut out = Array::try_from(block).ok()?;
    match way {
        Way::Encrypt => cipher.encrypt_block(&mut out),
        Way::Decrypt => cipher.decrypt_block(&mut out),
    }
    Some(Zeroizing::new(out.to_vec()))
}

/// What came of showing a management key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Authenticated {
    /// Card and program have shown each other that they have the key.
    Both,
    /// The card has another key.
    Differs,
}

const DOING: &str = "to the management key";

impl Card {
    /// The algorithm of the management key on the card.
    fn management_cipher(&mut self) -> Result<Option<Cipher>, Trouble> {
        let told = self.metadata(REFERENCE)?.and_then(|told| told.algorithm);
        Ok(match told {
            Some(byte) => Cipher::of(byte),
            None if self.firmware >= Firmware::ED25519 => Some(Cipher::Aes192),
            None => Some(Cipher::TripleDes),
        })
    }

    /// The factory's key, of the algorithm that the card has now; `None` where that has another
    /// length, and so cannot be the factory's.
    pub(super) fn factory_key(&mut self) -> Result<Option<ManagementKey>, Trouble> {
        let cipher = self.management_cipher()?;
        Ok(cipher
            .filter(|cipher| cipher.key_length() == FACTORY.len())
            .map(|cipher| ManagementKey {
                cipher,
                key: Zeroizing::new(FACTORY.to_vec()),
            }))
    }

    /// The key that is kept behind the PIN, which must have been shown; `None` where there is none
    /// that fits.
    pub(super) fn kept_key(&mut self) -> Result<Option<ManagementKey>, Trouble> {
        let Some(cipher) = self.management_cipher()? else {
            return Ok(None);
        };
        let Some(printed) = self.object(object::PRINTED)? else {
            return Ok(None);
        };
        let kept = replies::kept_management_key(&printed);
        Ok(kept
            .filter(|key| key.len() == cipher.key_length())
            .map(|key| ManagementKey {
                cipher,
                key: Zeroizing::new(key.to_vec()),
            }))
    }

    /// Card and program show each other that they have `key` (SP 800-73-4, part 2, appendix A.1).
    /// The card counts no tries.
    pub(super) fn authenticate(&mut self, key: &ManagementKey) -> Result<Authenticated, Trouble> {
        self.reset_when_done();
        let malformed = || Trouble::Malformed { doing: DOING };
        let ask =
            |cipher: Cipher, data: &[u8]| Command::new(0x87, cipher.byte(), REFERENCE).with(data);
        let reply = self.send(&ask(key.cipher, &[0x7c, 2, 0x80, 0]))?;
        // the key on the card is of another algorithm
        if matches!(reply.status, Status::BAD_DATA | Status(0x6a86)) {
            return Ok(Authenticated::Differs);
        }
        let reply = reply.done(DOING)?;
        let witness = replies::authentication(&reply, 0x80)
            .filter(|witness| witness.len() == key.cipher.block())
            .and_then(|witness| key.through(Way::Decrypt, witness))
            .ok_or_else(malformed)?;
        let mut challenge = [0; LONGEST_BLOCK];
        let challenge = challenge
            .get_mut(..key.cipher.block())
            .ok_or_else(malformed)?;
        getrandom::fill(challenge)
            .map_err(|error| super::card::Broken::Failed(error.to_string()))?;
        let mut inner = Zeroizing::new(Vec::with_capacity(64));
        tlv::put(&mut inner, 0x80, &witness);
        tlv::put(&mut inner, 0x81, challenge);
        let mut data = Vec::new();
        tlv::put(&mut data, 0x7c, &inner);
        let reply = self.send(&ask(key.cipher, &data))?;
        if matches!(
            reply.status,
            Status::NOT_ALLOWED | Status::BAD_DATA | Status(0x6300 | 0x6985)
        ) {
            return Ok(Authenticated::Differs);
        }
        let reply = reply.done(DOING)?;
        let expected = key.through(Way::Encrypt, challenge).ok_or_else(malformed)?;
        match replies::authentication(&reply, 0x82) {
            Some(response) if response == expected.as_slice() => Ok(Authenticated::Both),
            Some(_) => Ok(Authenticated::Differs),
            None => Err(malformed()),
        }
    }

    /// Puts `key` in place of the management key, which must have been shown, and keeps it behind
    /// the PIN. First it is kept, then it is set: whatever interrupts this, the card still has a key
    /// that is known. Then both show each other that they have it.
    pub(super) fn replace_management_key(
        &mut self,
        key: &ManagementKey,
    ) -> Result<Authenticated, Trouble> {
        let administration = self.administration()?;
        self.put_object(object::PRINTED, &replies::keeping_management_key(&key.key))?;
        self.put_object(object::ADMINISTRATION, &administration.now_behind_pin())?;
        let mut data = Zeroizing::new(Vec::with_capacity(3 + key.key.len()));
        data.push(key.cipher.byte());
        tlv::put(&mut data, u16::from(REFERENCE), &key.key);
        self.send(&Command::new(0xff, 0xff, 0xff).with_secret(data))?
            .done("to the new management key")?;
        self.authenticate(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ciphers_are_those_of_the_standards() {
        // FIPS 197, appendix C; Triple DES: NIST SP 800-20, table A.1 with the key of parity bits
        let plain: Vec<u8> = (0..16).map(|i| i * 0x11).collect();
        for (cipher, expected) in [
            (Cipher::Aes128, "69c4e0d86a7b0430d8cdb78070b4c55a"),
            (Cipher::Aes192, "dda97ca4864cdfe06eaf70a0ec0d7191"),
            (Cipher::Aes256, "8ea2b7ca516745bfeafc49904b496089"),
        ] {
            let length = u8::try_from(cipher.key_length()).unwrap();
            let key = ManagementKey {
                cipher,
                key: Zeroizing::new((0..length).collect()),
            };
            let encrypted = key.through(Way::Encrypt, &plain).unwrap();
            assert_eq!(data_encoding::HEXLOWER.encode(&encrypted), expected);
            assert_eq!(*key.through(Way::Decrypt, &encrypted).unwrap(), plain);
            assert!(key.through(Way::Encrypt, &plain[1..]).is_none());
        }
        let key = ManagementKey {
            cipher: Cipher::TripleDes,
            key: Zeroizing::new(vec![1; 24]),
        };
        let encrypted = key.through(Way::Encrypt, &[0x80, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(
            data_encoding::HEXLOWER.encode(&encrypted.unwrap()),
            "95f8a5e5dd31d900"
        );
    }

    #[test]
    fn ciphers_go_by_their_bytes() {
        for (byte, length, cipher) in Cipher::ALL {
            assert_eq!(Cipher::of(byte), Some(cipher));
            assert_eq!((cipher.byte(), cipher.key_length()), (byte, length));
        }
        assert_eq!(Cipher::of(0x11), None);
    }

    #[test]
    fn random_keys_fit_the_firmware() {
        let old = ManagementKey::random(Firmware([4, 4, 5])).unwrap();
        assert_eq!((old.cipher, old.hex().len()), (Cipher::TripleDes, 48));
        let new = ManagementKey::random(Firmware([5, 4, 3])).unwrap();
        assert_eq!((new.cipher, new.hex().len()), (Cipher::Aes256, 64));
        assert_ne!(
            new.hex(),
            ManagementKey::random(Firmware([5, 4, 3])).unwrap().hex()
        );
    }
}
