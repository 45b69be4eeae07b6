//! A certificate together with the very bytes that were read: its signature and its digest are over
//! these, and the crate that takes it apart would write some of them otherwise (times before 2050,
//! for one).

use x509_cert::Certificate as X509;
use x509_cert::TbsCertificate;
use x509_cert::der::asn1::BitString;
use x509_cert::der::pem::{LineEnding, decode_vec, encode_string};
use x509_cert::der::{Decode as _, Reader as _, SliceReader};
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::CertificateError;
use crate::digest::Sha256;
use crate::safe::safe;

/// The label of RFC 7468, section 5.
const LABEL: &str = "CERTIFICATE";
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// A certificate and its bytes.
#[derive(Clone, Debug)]
pub(crate) struct Original {
    read: X509,
    der: Vec<u8>,
    /// Where the signed part begins and ends in `der`.
    signed: std::ops::Range<usize>,
}

impl PartialEq for Original {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Original {
    /// Reads one certificate in DER.
    pub(crate) fn from_der(der: Vec<u8>) -> Result<Self, CertificateError> {
        let unreadable =
            |error: x509_cert::der::Error| CertificateError::Unreadable(safe(&error.to_string()));
        let read = X509::from_der(&der).map_err(unreadable)?;
        let signed = signed_part(&der).map_err(unreadable)?;
        Ok(Self { read, der, signed })
    }

    /// Reads every certificate of a text in PEM; what stands around them is not looked at (RFC 7468,
    /// section 2).
    pub(crate) fn all_from_pem(text: &[u8]) -> Result<Vec<Self>, CertificateError> {
        let text = std::str::from_utf8(text)
            .map_err(|_| CertificateError::Unreadable("neither DER nor text".to_owned()))?;
        let mut found = Vec::new();
        let mut rest = text;
        while let Some((_, from)) = rest.split_once(BEGIN) {
            let (inside, after) = from.split_once(END).ok_or_else(|| {
                CertificateError::Unreadable("a certificate without its end".to_owned())
            })?;
            rest = after;
            let block = format!("{BEGIN}{inside}{END}\n");
            let (_, der) = decode_vec(block.as_bytes())
                .map_err(|error| CertificateError::Unreadable(safe(&error.to_string())))?;
            found.push(Self::from_der(der)?);
        }
        Ok(found)
    }

    /// The certificate in DER, as it was read.
    pub(crate) fn der(&self) -> &[u8] {
        &self.der
    }

    pub(crate) fn body(&self) -> &TbsCertificate {
        self.read.tbs_certificate()
    }

    pub(crate) fn signature_algorithm(&self) -> &AlgorithmIdentifierOwned {
        self.read.signature_algorithm()
    }

    pub(crate) fn signature(&self) -> &BitString {
        self.read.signature()
    }

    /// The bytes that are signed.
    pub(crate) fn signed(&self) -> &[u8] {
        self.der.get(self.signed.clone()).unwrap_or_default()
    }

    /// SHA-256 of the whole certificate.
    pub(crate) fn digest(&self) -> Sha256 {
        Sha256::of(&self.der)
    }

    /// The certificate as PEM.
    pub(crate) fn pem(&self) -> String {
        encode_string(LABEL, LineEnding::LF, &self.der).unwrap_or_default()
    }

    /// The subject, as RFC 4514 writes it; safe to show.
    pub(crate) fn subject(&self) -> String {
        safe(&self.body().subject().to_string())
    }

    /// The issuer, written alike.
    pub(crate) fn issuer(&self) -> String {
        safe(&self.body().issuer().to_string())
    }
}

/// Where the first element of the outer sequence is, with its header.
fn signed_part(der: &[u8]) -> x509_cert::der::Result<std::ops::Range<usize>> {
    let mut reader = SliceReader::new(der)?;
    x509_cert::der::Header::decode(&mut reader)?;
    let from = usize::try_from(reader.position())?;
    let len = reader.tlv_bytes()?.len();
    Ok(from..from + len)
}
