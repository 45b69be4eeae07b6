//! Certificates for tests, written byte by byte, so that they can be wrong in every way.

use p256::ecdsa::signature::Signer as _;
use p256::pkcs8::EncodePublicKey as _;
use sha2::{Digest as _, Sha256};

/// A key pair that signs certificates.
#[derive(Clone)]
pub enum Key {
    P256(p256::ecdsa::SigningKey),
    P384(Box<p384::ecdsa::SigningKey>),
    Ed25519(Box<ed25519_dalek::SigningKey>),
}

fn digest(of: &str) -> [u8; 32] {
    Sha256::digest(of).into()
}

impl Key {
    pub fn p256(of: &str) -> Self {
        Self::P256(p256::ecdsa::SigningKey::from_slice(&digest(of)).unwrap())
    }

    pub fn p384() -> Self {
        let scalar = [&[0; 16][..], &digest("p384")].concat();
        Self::P384(Box::new(
            p384::ecdsa::SigningKey::from_slice(&scalar).unwrap(),
        ))
    }

    pub fn ed25519() -> Self {
        let key = ed25519_dalek::SigningKey::from_bytes(&digest("ed25519"));
        Self::Ed25519(Box::new(key))
    }

    /// `SubjectPublicKeyInfo` in DER.
    pub fn spki(&self) -> Vec<u8> {
        match self {
            Self::P256(key) => key.verifying_key().to_public_key_der(),
            Self::P384(key) => key.verifying_key().to_public_key_der(),
            Self::Ed25519(key) => key.verifying_key().to_public_key_der(),
        }
        .unwrap()
        .into_vec()
    }

    /// ECDSA in DER, Ed25519 in 64 bytes.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::P256(key) => {
                let made: p256::ecdsa::Signature = key.sign(message);
                made.to_der().as_bytes().to_vec()
            }
            Self::P384(key) => {
                let made: p384::ecdsa::Signature = key.sign(message);
                made.to_der().as_bytes().to_vec()
            }
            Self::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
        }
    }
}

pub fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = content.len();
    let len = match len {
        0..=127 => vec![u8::try_from(len).unwrap()],
        128..=255 => vec![0x81, u8::try_from(len).unwrap()],
        _ => {
            let [high, low] = u16::try_from(len).unwrap().to_be_bytes();
            vec![0x82, high, low]
        }
    };
    [&[tag][..], &len, content].concat()
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

pub fn oid(dotted: &str) -> Vec<u8> {
    let id: x509_cert::der::asn1::ObjectIdentifier = dotted.parse().unwrap();
    tlv(0x06, id.as_bytes())
}

fn name(common: &str) -> Vec<u8> {
    let value = sequence(&[&oid("2.5.4.3"), &tlv(0x0c, common.as_bytes())]);
    sequence(&[&tlv(0x31, &value)])
}

fn algorithm(by: &Key) -> Vec<u8> {
    sequence(&[&oid(match by {
        Key::P256(_) => "1.2.840.10045.4.3.2",
        Key::P384(_) => "1.2.840.10045.4.3.3",
        Key::Ed25519(_) => "1.3.101.112",
    })])
}

/// A certificate to be made.
#[derive(Clone)]
pub struct Draft {
    pub subject: String,
    pub issuer: String,
    /// `SubjectPublicKeyInfo`.
    pub spki: Vec<u8>,
    /// First and last moment of its validity, as `GeneralizedTime`.
    pub valid: [&'static str; 2],
    /// Id, criticality and content of each extension.
    pub extensions: Vec<(String, bool, Vec<u8>)>,
}

impl Draft {
    pub fn new(subject: &str, issuer: &str, key: &Key) -> Self {
        Self {
            subject: subject.to_owned(),
            issuer: issuer.to_owned(),
            spki: key.spki(),
            valid: ["20241201000000Z", "99991231235959Z"],
            extensions: Vec::new(),
        }
    }

    #[must_use]
    pub fn with(mut self, id: &str, critical: bool, content: &[u8]) -> Self {
        self.extensions
            .push((id.to_owned(), critical, content.to_vec()));
        self
    }

    #[must_use]
    pub fn without(mut self, id: &str) -> Self {
        self.extensions.retain(|(other, _, _)| other != id);
        self
    }

    /// A certificate authority with this many others allowed below.
    #[must_use]
    pub fn authority(self, below: u8) -> Self {
        let content = sequence(&[&tlv(0x01, &[0xff]), &tlv(0x02, &[below])]);
        self.with("2.5.29.19", true, &content)
    }

    /// The certificate in DER, signed by `by`.
    pub fn der(&self, by: &Key) -> Vec<u8> {
        let extensions: Vec<u8> = self
            .extensions
            .iter()
            .flat_map(|(id, critical, content)| {
                let critical: &[u8] = if *critical { &[0x01, 0x01, 0xff] } else { &[] };
                sequence(&[&oid(id), critical, &tlv(0x04, content)])
            })
            .collect();
        let extensions = tlv(0xa3, &sequence(&[&extensions]));
        let body = sequence(&[
            &tlv(0xa0, &tlv(0x02, &[2])),
            &tlv(0x02, &[&[0x40], &digest(&self.subject)[..7]].concat()),
            &algorithm(by),
            &name(&self.issuer),
            &sequence(&[
                &tlv(0x18, self.valid[0].as_bytes()),
                &tlv(0x18, self.valid[1].as_bytes()),
            ]),
            &name(&self.subject),
            &self.spki,
            if self.extensions.is_empty() {
                &[]
            } else {
                &extensions
            },
        ]);
        let signature = [&[0][..], &by.sign(&body)].concat();
        sequence(&[&body, &algorithm(by), &tlv(0x03, &signature)])
    }

    /// The same in PEM.
    pub fn pem(&self, by: &Key) -> String {
        pem(&self.der(by))
    }
}

pub fn pem(der: &[u8]) -> String {
    let base64 = data_encoding::BASE64.encode(der);
    let lines: Vec<&str> = base64
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        lines.join("\n")
    )
}

/// A device of firmware 5.7.4 or later: five certificates, from the key's to a root that is no
/// maker's.
pub struct Device {
    pub key: Key,
    pub leaf: Draft,
    pub f9: Draft,
    pub between: [Draft; 2],
    pub root: Draft,
}

pub const FIRMWARE: &str = "1.3.6.1.4.1.41482.3.3";
pub const SERIAL: &str = "1.3.6.1.4.1.41482.3.7";
pub const POLICY: &str = "1.3.6.1.4.1.41482.3.8";
pub const FORM: &str = "1.3.6.1.4.1.41482.3.9";

/// Serial number of [`Device`].
pub const NUMBER: &str = "41482";

impl Default for Device {
    fn default() -> Self {
        let key = Key::p256("key");
        Self {
            leaf: Draft::new("YubiKey PIV Attestation 9c", "PIV Device", &key)
                .with(FIRMWARE, false, &[5, 7, 4])
                .with(SERIAL, false, &[2, 4, 0, 0, 0xa2, 0x0a])
                .with(POLICY, false, &[3, 2])
                .with(FORM, false, &[0x81]),
            f9: Draft::new("PIV Device", "PIV B", &Key::p256("device")).authority(0),
            between: [
                Draft::new("PIV B", "Intermediate B", &Key::p384()).authority(1),
                Draft::new("Intermediate B", "Test Root", &Key::ed25519()).authority(2),
            ],
            root: Draft::new("Test Root", "Test Root", &Key::p256("root")).authority(3),
            key,
        }
    }
}

impl Device {
    pub fn leaf(&self) -> String {
        self.leaf.pem(&Key::p256("device"))
    }

    pub fn device(&self) -> String {
        self.f9.pem(&Key::p384())
    }

    pub fn between(&self) -> [String; 2] {
        [
            self.between[0].pem(&Key::ed25519()),
            self.between[1].pem(&Key::p256("root")),
        ]
    }

    pub fn root(&self) -> String {
        self.root.pem(&Key::p256("root"))
    }
}
