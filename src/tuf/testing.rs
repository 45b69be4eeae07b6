//! Keys and roots for the tests beside the code. The keys of the golden vector are
//! d = SHA-256("ceremony-golden-i"), and signing is deterministic (RFC 6979).

use std::collections::BTreeMap;
use std::path::PathBuf;

use p256::ecdsa::signature::Signer as _;
use time::OffsetDateTime;
use time::macros::datetime;

use super::key::PublicKey;
use super::root::{KeyEntry, Role, RoleSpec, RootSpec, Signature, Signed, payload};
use crate::digest::Sha256;

pub const NOW: OffsetDateTime = datetime!(2026-11-23 00:00:00 UTC);
pub const PAYLOAD: &str = "e5c056fe304d67799cd8d975459132cfd6df3a0a242ce388630ab1d0fbf3c8a5";
pub const IDS: [&str; 2] = [
    "7230de227f6fd4105c923990f826842d8768a3332dfb82ed1e0f7eb95dc90edc",
    "8b1decbff5bb5e06ca76d49d36d4494a10713a5cbe84e167ac30fa1779c01ea2",
];
pub const SIGNATURES: [&str; 2] = [
    "304502207dd0fc78bfaaffbaba4768cde8db9c0557f5ee191b947e344fbbe38d6bd4a981022100df9ddbdc2127e36350672e9d0499c784afeee7c77ff0a0454b90c2d04bffa54f",
    "304402203247adb382f5b610b1db9d88092c2b91628fc63242481fe4339c29f0fadc169602202158af4cd800f78190881f25579cb8dc31d252814a60690a60a1759a9282b377",
];

/// A key pair of each kind.
pub enum Pair {
    P256(p256::ecdsa::SigningKey),
    P384(Box<p384::ecdsa::SigningKey>),
    Ed25519(ed25519_dalek::SigningKey),
}

impl Pair {
    pub fn golden(i: u32) -> Self {
        Self::P256(
            p256::ecdsa::SigningKey::from_slice(
                &Sha256::of(format!("ceremony-golden-{i}").as_bytes()).0,
            )
            .unwrap(),
        )
    }

    pub fn p384() -> Self {
        let scalar = [&[0; 16][..], &Sha256::of(b"p384").0].concat();
        Self::P384(Box::new(
            p384::ecdsa::SigningKey::from_slice(&scalar).unwrap(),
        ))
    }

    pub fn ed25519() -> Self {
        Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(
            &Sha256::of(b"ed25519").0,
        ))
    }

    pub fn public(&self) -> PublicKey {
        use p256::pkcs8::EncodePublicKey as _;
        match self {
            Self::P256(key) => PublicKey::from_spki_der(
                key.verifying_key().to_public_key_der().unwrap().as_bytes(),
            ),
            Self::P384(key) => PublicKey::from_spki_der(
                key.verifying_key().to_public_key_der().unwrap().as_bytes(),
            ),
            Self::Ed25519(key) => PublicKey::from_ed25519_raw(key.verifying_key().to_bytes()),
        }
        .unwrap()
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_der().as_bytes().to_vec()
            }
            Self::P384(key) => {
                let signature: p384::ecdsa::Signature = key.sign(message);
                signature.to_der().as_bytes().to_vec()
            }
            Self::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
        }
    }

    pub fn entry(&self, note: &str) -> KeyEntry {
        KeyEntry {
            key: self.public(),
            note: note.to_owned(),
        }
    }
}

pub fn role(pairs: &[&Pair], threshold: u32) -> RoleSpec {
    let keys = pairs
        .iter()
        .enumerate()
        .map(|(i, pair)| pair.entry(&format!("keyholder {}", i + 1)))
        .collect();
    RoleSpec { keys, threshold }
}

/// A root with these root keys; the other roles have the first of them.
pub fn spec(version: u64, pairs: &[&Pair], threshold: u32) -> RootSpec {
    let mut roles: BTreeMap<_, _> = Role::ALL.map(|name| (name, role(&pairs[..1], 1))).into();
    roles.insert(Role::Root, role(pairs, threshold));
    RootSpec {
        version,
        expires: datetime!(2027-11-23 00:00:00 UTC),
        consistent_snapshot: true,
        roles,
    }
}

/// The root of the golden vector.
pub fn golden_spec() -> RootSpec {
    spec(1, &[&Pair::golden(0), &Pair::golden(1)], 2)
}

pub fn signed_by(spec: &RootSpec, pairs: &[&Pair]) -> Signed {
    let mut signed = Signed::unsigned(spec.build().unwrap());
    let (bytes, _) = payload(&signed.signed).unwrap();
    for pair in pairs {
        signed.put(Signature::new(pair.public().key_id(), &pair.sign(&bytes)));
    }
    signed
}

/// A file of the shared test data; says so where there is none.
pub fn data(path: &str) -> Option<Vec<u8>> {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let places = [
        std::env::var_os("ROOTSTAGE_DATA").map(PathBuf::from),
        Some(manifest.join("../shared/data")),
        Some(manifest.join("../../shared/data")),
    ];
    let found = places
        .iter()
        .flatten()
        .find_map(|place| std::fs::read(place.join(path)).ok());
    if found.is_none() {
        eprintln!("SKIPPED: no {path} in ROOTSTAGE_DATA nor in ../shared/data");
    }
    found
}
