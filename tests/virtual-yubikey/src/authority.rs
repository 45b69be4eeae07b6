//! The TEST root, and what stands between it and the cards.

use std::path::Path;
use std::str::FromStr as _;

use p256::pkcs8::der::asn1::{GeneralizedTime, ObjectIdentifier, OctetString};
use p256::pkcs8::der::{DateTime, Decode as _, Encode as _};
use serde::{Deserialize, Serialize};
use x509_cert::SubjectPublicKeyInfo;
use x509_cert::builder::profile::BuilderProfile;
use x509_cert::builder::{Builder as _, CertificateBuilder};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::BasicConstraints;
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::spki::SubjectPublicKeyInfoRef;
use x509_cert::time::{Time, Validity};

use crate::keys::{self, Private};

/// Which certificates stand between the card's and the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    /// None, as before firmware 5.7.4.
    Short,
    /// Two, which are not on the card, as since firmware 5.7.4.
    Long,
}

/// Extensions of Yubico's certificates: 1.3.6.1.4.1.41482.3 and one more number.
pub fn yubico(last: u32, content: &[u8]) -> Extension {
    let id = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.41482.3")
        .push_arc(last)
        .expect("the arc has room");
    extension(id, false, content)
}

fn extension(id: ObjectIdentifier, critical: bool, content: &[u8]) -> Extension {
    Extension {
        extn_id: id,
        critical,
        extn_value: OctetString::new(content).expect("an extension is short"),
    }
}

/// A certificate authority that may sign so many tiers of further ones.
pub fn authority_with(tiers: u8) -> Extension {
    let constraints = BasicConstraints {
        ca: true,
        path_len_constraint: Some(tiers),
    };
    let content = constraints.to_der().expect("constraints have a DER form");
    extension(ObjectIdentifier::new_unwrap("2.5.29.19"), true, &content)
}

/// A key with the name under which it signs.
pub struct Signer<'a> {
    /// The key.
    pub key: &'a Private,
    /// Its name, as in RFC 4514.
    pub name: &'a str,
}

struct Profile {
    subject: Name,
    issuer: Name,
    extensions: Vec<Extension>,
}

impl BuilderProfile for Profile {
    fn get_issuer(&self, _: &Name) -> Name {
        self.issuer.clone()
    }

    fn get_subject(&self) -> Name {
        self.subject.clone()
    }

    fn build_extensions(
        &self,
        _: SubjectPublicKeyInfoRef<'_>,
        _: SubjectPublicKeyInfoRef<'_>,
        _: &x509_cert::TbsCertificate,
    ) -> x509_cert::builder::Result<Vec<Extension>> {
        Ok(self.extensions.clone())
    }
}

/// A certificate in DER, from 2016 to 2052 or to the end of all calendars.
pub fn certificate(
    subject: &str,
    spki: &[u8],
    signer: &Signer<'_>,
    chain: Chain,
    extensions: Vec<Extension>,
) -> Vec<u8> {
    let name = |text: &str| Name::from_str(text).expect("names here are well formed");
    let profile = Profile {
        subject: name(subject),
        issuer: name(signer.name),
        extensions,
    };
    let time = |year, month, day, (hour, minute, second)| {
        let at = DateTime::new(year, month, day, hour, minute, second);
        Time::GeneralTime(GeneralizedTime::from_date_time(at.expect("a real date")))
    };
    let validity = match chain {
        Chain::Short => Validity::new(time(2016, 3, 14, (0, 0, 0)), time(2052, 4, 17, (0, 0, 0))),
        Chain::Long => Validity::new(
            time(2024, 12, 1, (0, 0, 0)),
            time(9999, 12, 31, (23, 59, 59)),
        ),
    };
    let mut serial = keys::random::<16>();
    // positive, and never shorter
    serial[0] = serial[0] & 0x3f | 0x40;
    let serial = SerialNumber::new(&serial).expect("16 bytes are short enough");
    let spki = SubjectPublicKeyInfo::from_der(spki).expect("our own public key");
    let builder =
        CertificateBuilder::new(profile, serial, validity, spki).expect("a certificate begins");
    let certificate = match signer.key {
        Private::P256(key) => builder.build::<_, p256::ecdsa::DerSignature>(&**key),
        Private::P384(key) => builder.build::<_, p384::ecdsa::DerSignature>(&**key),
        Private::Ed25519(_) => unreachable!("no authority here has such a key"),
    };
    certificate
        .and_then(|certificate| Ok(certificate.to_der()?))
        .expect("a certificate is signed")
}

/// A certificate as PEM.
pub fn pem(der: &[u8]) -> String {
    let text = data_encoding::BASE64.encode(der);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in text.as_bytes().chunks(64) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem + "-----END CERTIFICATE-----\n"
}

/// Subject of the root.
pub const ROOT: &str = "CN=TEST PIV Root CA of virtual cards,O=TEST only";
const INTERMEDIATE: &str = "CN=TEST Attestation Intermediate A 1,O=TEST only";
const ISSUER: &str = "CN=TEST PIV Attestation A 1,O=TEST only";

/// The keys of the authorities and their certificates.
#[derive(Serialize, Deserialize)]
pub struct Authority {
    root: Vec<u8>,
    issuer: Vec<u8>,
    root_certificate: Vec<u8>,
    /// The one that signs cards, then the one that signed it.
    intermediates: [Vec<u8>; 2],
}

impl Authority {
    /// A new one.
    pub fn new() -> Self {
        let key = |algorithm| Private::generate(algorithm).expect("a known algorithm");
        let (root, between, issuer) = (key(keys::P384), key(keys::P384), key(keys::P256));
        let by_root = Signer {
            key: &root,
            name: ROOT,
        };
        let by_between = Signer {
            key: &between,
            name: INTERMEDIATE,
        };
        let long = Chain::Long;
        let tiers = |tiers| vec![authority_with(tiers)];
        Self {
            root_certificate: certificate(ROOT, &root.spki(), &by_root, long, tiers(3)),
            intermediates: [
                certificate(ISSUER, &issuer.spki(), &by_between, long, tiers(1)),
                certificate(INTERMEDIATE, &between.spki(), &by_root, long, tiers(2)),
            ],
            root: root.secret(),
            issuer: issuer.secret(),
        }
    }

    /// The one of this directory, which all its cards share; the first card makes it.
    pub fn open(directory: &Path) -> Result<Self, String> {
        let wrong = |error: std::io::Error| format!("{}: {error}", directory.display());
        std::fs::create_dir_all(directory).map_err(wrong)?;
        let file = directory.join("test-authority.json");
        let own = |name: &str| directory.join(format!("{name}.{}", std::process::id()));
        if !file.exists() {
            let fresh = own("authority");
            let json = serde_json::to_vec(&Self::new()).map_err(|error| error.to_string())?;
            std::fs::write(&fresh, json).map_err(wrong)?;
            match std::fs::hard_link(&fresh, &file) {
                Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                    return Err(wrong(error));
                }
                // made here, or by a card that was faster
                _ => std::fs::remove_file(&fresh).map_err(wrong)?,
            }
        }
        let bytes = std::fs::read(&file).map_err(wrong)?;
        let authority: Self = serde_json::from_slice(&bytes)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        let between: String = authority.intermediates.iter().map(|der| pem(der)).collect();
        for (name, text) in [
            ("test-root.pem", pem(&authority.root_certificate)),
            ("test-intermediates.pem", between),
        ] {
            let fresh = own(name);
            std::fs::write(&fresh, text).map_err(wrong)?;
            std::fs::rename(&fresh, directory.join(name)).map_err(wrong)?;
        }
        Ok(authority)
    }

    /// The certificate of a card.
    pub fn device(&self, spki: &[u8], chain: Chain, fips: bool) -> Vec<u8> {
        let (algorithm, secret, name) = match chain {
            Chain::Short => (keys::P384, &self.root, ROOT),
            Chain::Long => (keys::P256, &self.issuer, ISSUER),
        };
        let key = Private::read(algorithm, secret).expect("our own key");
        let signer = Signer { key: &key, name };
        certificate(DEVICE, spki, &signer, chain, device_extensions(fips))
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

/// Subject of a card's own certificate.
pub const DEVICE: &str = "CN=Yubico PIV Attestation";

/// Extensions of a card's own certificate.
pub fn device_extensions(fips: bool) -> Vec<Extension> {
    let mut extensions = vec![authority_with(0)];
    if fips {
        extensions.push(yubico(10, &[0x05, 0x00]));
    }
    extensions
}
