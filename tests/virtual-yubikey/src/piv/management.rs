//! The management key: GENERAL AUTHENTICATE with 9B, SET MANAGEMENT KEY.

use aes::cipher::{Block, BlockCipherEncrypt, KeyInit as _};

use crate::apdu::{self, Answer, Command};
use crate::keys;
use crate::state::Management;
use crate::tlv;

use super::{Piv, elements};

/// Whether somebody has shown that they know the key.
#[derive(Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has.
    Stranger,
    /// The card waits for this, as the other side should decipher it.
    Witness(Vec<u8>),
    /// The card waits for this, enciphered.
    Challenge(Vec<u8>),
    /// Somebody has.
    Known,
}

impl Piv {
    pub(super) fn authenticate(&mut self, command: &Command) -> Answer {
        let standing = std::mem::replace(&mut self.management, Standing::Stranger);
        let cipher = Cipher::new(&self.memory.management).ok_or(apdu::WRONG_DATA)?;
        let named = if command.p1 == 0 { 3 } else { command.p1 };
        if named != self.memory.management.algorithm {
            return Err(apdu::WRONG_DATA);
        }
        let outer = elements(&command.data)?;
        let inner = elements(tlv::find(&outer, 0x7c).ok_or(apdu::WRONG_DATA)?)?;
        let (witness, challenge, response) = (
            tlv::find(&inner, 0x80),
            tlv::find(&inner, 0x81),
            tlv::find(&inner, 0x82),
        );
        let answer = match (standing, witness, challenge, response) {
            (_, Some([]), None, _) => {
                let witness = cipher.random();
                let enciphered = cipher.encipher(&witness).ok_or(apdu::WRONG_DATA)?;
                self.management = Standing::Witness(witness);
                tlv::element(0x80, &enciphered)
            }
            (_, None, Some([]), None | Some([])) => {
                let challenge = cipher.random();
                self.management = Standing::Challenge(challenge.clone());
                tlv::element(0x81, &challenge)
            }
            (Standing::Witness(asked), Some(witness), Some(challenge), _) => {
                if witness != asked {
                    return Err(apdu::SECURITY_STATUS);
                }
                let enciphered = cipher.encipher(challenge).ok_or(apdu::WRONG_DATA)?;
                self.wants_touch(if self.memory.management.touch { 2 } else { 1 })?;
                self.management = Standing::Known;
                tlv::element(0x82, &enciphered)
            }
            (Standing::Challenge(asked), None, None, Some(response)) => {
                if cipher.encipher(&asked).as_deref() != Some(response) {
                    return Err(apdu::SECURITY_STATUS);
                }
                self.wants_touch(if self.memory.management.touch { 2 } else { 1 })?;
                self.management = Standing::Known;
                return Ok(Vec::new());
            }
            _ => return Err(apdu::WRONG_DATA),
        };
        Ok(tlv::element(0x7c, &answer))
    }

    /// P2 FF without a touch, FE with one; algorithm, 9B, length, key.
    pub(super) fn set_management_key(&mut self, command: &Command) -> Answer {
        self.wants_management()?;
        let touch = match (command.p1, command.p2) {
            (0xff, 0xff) => false,
            (0xff, 0xfe) => true,
            _ => return Err(apdu::WRONG_PARAMETERS),
        };
        let [algorithm, 0x9b, length, ref key @ ..] = command.data[..] else {
            return Err(apdu::WRONG_DATA);
        };
        let new = Management {
            algorithm,
            key: key.to_vec(),
            touch,
        };
        let known = algorithm == 3 || self.since(5, 4, 2);
        if !known || usize::from(length) != key.len() || Cipher::new(&new).is_none() {
            return Err(apdu::WRONG_DATA);
        }
        self.memory.management = new;
        Ok(Vec::new())
    }
}

enum Cipher {
    Des(des::TdesEde3),
    Aes128(aes::Aes128),
    Aes192(aes::Aes192),
    Aes256(aes::Aes256),
}

impl Cipher {
    fn new(key: &Management) -> Option<Self> {
        let (algorithm, key) = (key.algorithm, &key.key[..]);
        match algorithm {
            3 => des::TdesEde3::new_from_slice(key).ok().map(Self::Des),
            8 => aes::Aes128::new_from_slice(key).ok().map(Self::Aes128),
            10 => aes::Aes192::new_from_slice(key).ok().map(Self::Aes192),
            12 => aes::Aes256::new_from_slice(key).ok().map(Self::Aes256),
            _ => None,
        }
    }

    /// As many random bytes as a block has.
    fn random(&self) -> Vec<u8> {
        match self {
            Self::Des(_) => keys::random::<8>().to_vec(),
            _ => keys::random::<16>().to_vec(),
        }
    }

    fn encipher(&self, block: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Des(cipher) => one(cipher, block),
            Self::Aes128(cipher) => one(cipher, block),
            Self::Aes192(cipher) => one(cipher, block),
            Self::Aes256(cipher) => one(cipher, block),
        }
    }
}

fn one<C: BlockCipherEncrypt>(cipher: &C, block: &[u8]) -> Option<Vec<u8>> {
    let mut block = Block::<C>::try_from(block).ok()?;
    cipher.encrypt_block(&mut block);
    Some(block.to_vec())
}
