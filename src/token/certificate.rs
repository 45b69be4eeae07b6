//! Certificates as tokens hold them: whose key they are about, who signed them, and what Yubico's
//! attestations say of the key. Nothing is verified here: that is [`crate::attestation`]'s.

use p256::pkcs8::LineEnding;
use x509_cert::Certificate as X509;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Decode as _, Encode as _, pem};

use super::public_key::PublicKey;

/// Usage policy in attestations of Yubico: two bytes, PIN and touch.
const POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.41482.3.8");

/// A certificate on a token.
pub(super) struct Certificate(X509);

impl Certificate {
    /// Reads DER.
    pub(super) fn parse(der: &[u8]) -> Option<Self> {
        X509::from_der(der).ok().map(Self)
    }

    /// The key that it is about, where it is one that can sign a root here.
    pub(super) fn public_key(&self) -> Option<PublicKey> {
        let spki = self.0.tbs_certificate().subject_public_key_info();
        PublicKey::from_spki(&spki.to_der().ok()?)
    }

    /// The bytes of the usage policy: PIN, touch.
    pub(super) fn policy(&self) -> Option<[u8; 2]> {
        let mut extensions = self.0.tbs_certificate().extensions().into_iter().flatten();
        let policy = extensions.find(|extension| extension.extn_id == POLICY)?;
        policy.extn_value.as_bytes().try_into().ok()
    }

    /// Whether it names itself as its issuer.
    pub(super) fn is_of_itself(&self) -> bool {
        self.names(self)
    }

    /// Whether it names `other` as its issuer.
    pub(super) fn names(&self, other: &Self) -> bool {
        self.0.tbs_certificate().issuer() == other.0.tbs_certificate().subject()
    }
}

/// A certificate (DER) as PEM with a final newline; `None` only where the encoder fails, which it
/// has no reason to.
pub(super) fn to_pem(der: &[u8]) -> Option<String> {
    pem::encode_string("CERTIFICATE", LineEnding::LF, der).ok()
}
