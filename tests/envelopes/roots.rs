//! Roots and keys to sign them with.

use std::collections::BTreeMap;

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature as Ecdsa, SigningKey};
use p256::pkcs8::EncodePublicKey as _;
use rootstage::digest::Sha256;
use rootstage::tuf::key::PublicKey;
use rootstage::tuf::root::{KeyEntry, Role, RoleSpec, RootSpec, Signature, Signed, payload};
use time::macros::datetime;

use crate::venue::Room;

/// The time that every envelope of these tests bears.
pub const CREATED: &str = "2026-11-23T09:00:00Z";

/// A key pair, always the same.
pub struct Pair(SigningKey);

pub fn pair(number: u8) -> Pair {
    let scalar = Sha256::of(format!("ceremony-golden-{number}").as_bytes());
    Pair(SigningKey::from_slice(&scalar.0).unwrap())
}

impl Pair {
    pub fn public(&self) -> PublicKey {
        let der = self.0.verifying_key().to_public_key_der().unwrap();
        PublicKey::from_spki_der(der.as_bytes()).unwrap()
    }

    pub fn id(&self) -> String {
        self.public().key_id().hex()
    }

    pub fn sign(&self, signed: &mut Signed) {
        let (bytes, _) = payload(&signed.signed).unwrap();
        let signature: Ecdsa = self.0.sign(&bytes);
        signed.put(Signature::new(
            self.public().key_id(),
            signature.to_der().as_bytes(),
        ));
    }
}

/// A root with these keys in every role, which nobody has signed.
pub fn root(version: u64, keys: &[&Pair], threshold: u32) -> Signed {
    let keys = keys.iter().map(|pair| KeyEntry {
        key: pair.public(),
        note: String::new(),
    });
    let spec = RoleSpec {
        keys: keys.collect(),
        threshold,
    };
    let spec = RootSpec {
        version,
        expires: datetime!(2036-11-23 00:00:00 UTC),
        consistent_snapshot: true,
        roles: Role::ALL
            .iter()
            .map(|role| (*role, spec.clone()))
            .collect::<BTreeMap<_, _>>(),
    };
    Signed::unsigned(spec.build().unwrap())
}

/// The same, signed.
pub fn signed(root: &Signed, by: &[&Pair]) -> Vec<u8> {
    let mut root = root.clone();
    for pair in by {
        pair.sign(&mut root);
    }
    root.to_file()
}

/// A root in the room.
pub fn read_root(room: &Room, name: &str) -> Signed {
    Signed::parse(room.read(name).as_bytes()).unwrap()
}
