//! Certificates with which a token's maker vouches for keys that were made inside it.
//!
//! [`read`] says what certificates say of themselves, and [`matches()`] puts them beside the keys of a
//! root, by the public key alone. Whether anybody vouches for that is the business of
//! [`verdict::verdict`]: it follows the certificates to a pinned root of the maker, and compares what
//! they say with what the ceremony knows.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::indexing_slicing))]

mod advisories;
pub mod chain;
mod original;
mod own_words;
mod piv;
mod roots;
mod signature;
#[cfg(test)]
#[path = "../tests/support/certificates.rs"]
pub(crate) mod testing;
pub mod verdict;
mod yubico;

use serde::Serialize;
use x509_cert::der::Encode as _;

use crate::digest::Sha256;
use crate::safe::safe;
use crate::tuf::key::{KeyId, PublicKey};
use crate::tuf::root::Root;

// certificates of services are taken apart and verified as those of tokens are
pub(crate) use original::Original;
pub(crate) use signature::{Unsigned, verify};

/// Longest file of certificates that is read, in bytes. An attestation has about 1000.
pub const MAX_CERTIFICATE_BYTES: usize = 65_536;

/// Most certificates that one file may hold.
pub const MAX_CERTIFICATES: usize = 16;

/// Why bytes are not certificates.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// More bytes than a file of certificates may have.
    #[error("{0} bytes, where a file of certificates has at most {MAX_CERTIFICATE_BYTES}")]
    TooLong(usize),
    /// More certificates than a file may have.
    #[error("{0} certificates, where at most {MAX_CERTIFICATES} are read")]
    TooMany(usize),
    /// Not a DER or PEM certificate.
    #[error("not an X.509 certificate: {0}")]
    Unreadable(String),
}

/// What a certificate says. None of it has been checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// SHA-256 of the public key's `SubjectPublicKeyInfo`; none where the key is of a kind that
    /// cannot sign a root here.
    pub key: Option<Sha256>,
    /// That key itself.
    pub public_key: Option<PublicKey>,
    /// SHA-256 of the whole certificate (DER).
    pub digest: Sha256,
    /// The subject, as RFC 4514 writes it; safe to show.
    pub subject: String,
    /// The issuer, written alike.
    pub issuer: String,
    /// The certificate's serial number in hex.
    pub serial: String,
    /// The serial number of the `YubiKey` that the certificate names.
    pub yubikey_serial: Option<u32>,
    /// The certificate itself, as PEM.
    #[serde(skip)]
    pub pem: String,
}

/// Reads a file with one certificate in DER, or with one or more in PEM (RFC 7468).
pub fn read(bytes: &[u8]) -> Result<Vec<Certificate>, CertificateError> {
    parsed(bytes)?
        .iter()
        .map(|certificate| {
            let unreadable = |error: x509_cert::der::Error| {
                CertificateError::Unreadable(safe(&error.to_string()))
            };
            described(certificate).map_err(unreadable)
        })
        .collect()
}

/// The certificates themselves.
fn parsed(bytes: &[u8]) -> Result<Vec<Original>, CertificateError> {
    if bytes.len() > MAX_CERTIFICATE_BYTES {
        return Err(CertificateError::TooLong(bytes.len()));
    }
    // a SEQUENCE, which no text begins with
    let found = if bytes.first() == Some(&0x30) {
        vec![Original::from_der(bytes.to_vec())?]
    } else {
        Original::all_from_pem(bytes)?
    };
    if found.is_empty() {
        return Err(CertificateError::Unreadable(
            "there is none in the file".to_owned(),
        ));
    }
    if found.len() > MAX_CERTIFICATES {
        return Err(CertificateError::TooMany(found.len()));
    }
    Ok(found)
}

fn described(certificate: &Original) -> x509_cert::der::Result<Certificate> {
    let body = certificate.body();
    let spki = body.subject_public_key_info().to_der()?;
    let key = PublicKey::from_spki_der(&spki).ok();
    Ok(Certificate {
        key: key.as_ref().map(PublicKey::fingerprint),
        public_key: key,
        digest: certificate.digest(),
        subject: certificate.subject(),
        issuer: certificate.issuer(),
        serial: body.serial_number().to_string(),
        yubikey_serial: yubico::Said::of(certificate).serial.is(),
        pem: certificate.pem(),
    })
}

/// A certificate that was found in some place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Where; safe to show.
    pub place: String,
    /// What it says.
    #[serde(flatten)]
    pub certificate: Certificate,
}

/// Certificates beside the keys of a root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Matches {
    /// Every key that the root lists and that can be used here, with the certificates about it.
    pub keys: Vec<(KeyId, Vec<Found>)>,
    /// Certificates about no key of this root.
    pub others: Vec<Found>,
}

/// Puts certificates beside the keys of `root` that they are about.
pub fn matches(root: &Root, found: &[Found]) -> Matches {
    let listed = root.keys.iter().filter_map(|(id, key)| {
        let key = key.public.as_ref().ok()?;
        Some((*id, key.fingerprint()))
    });
    let listed: Vec<_> = listed.collect();
    let keys = listed.iter().map(|(id, fingerprint)| {
        let about = found
            .iter()
            .filter(|found| found.certificate.key == Some(*fingerprint));
        (*id, about.cloned().collect())
    });
    let keys = keys.collect();
    let is_listed = |found: &Found| {
        listed
            .iter()
            .any(|(_, fingerprint)| found.certificate.key == Some(*fingerprint))
    };
    Matches {
        keys,
        others: found
            .iter()
            .filter(|found| !is_listed(found))
            .cloned()
            .collect(),
    }
}

#[cfg(test)]
mod tests;
