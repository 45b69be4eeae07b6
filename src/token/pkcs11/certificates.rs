//! X.509 certificates on a token that speak of a key.

use pkcs11::object::{Attribute, AttributeType, CertificateType, ObjectClass};

use super::session::OpenToken;
use crate::ceremony::token::Fault;
use crate::token::certificate::{Certificate, to_pem};
use crate::token::public_key::PublicKey;

/// Most certificates of a token that are read.
const MOST: usize = 256;
/// Longest chain that is followed on the token.
const LONGEST_CHAIN: usize = 8;

/// A certificate object.
struct Object {
    der: Vec<u8>,
    certificate: Certificate,
    /// Whether its label calls it an attestation, as `ykcs11` does.
    attests: bool,
}

/// The certificate about the key (PEM) that another key has signed, in PEM; of several the one that is
/// called an attestation. Behind it come those that signed it, as far as the token has them. A
/// certificate that the key signed for itself shows nothing, and is left out.
pub(super) fn about(token: &OpenToken<'_>, public_pem: &str) -> Result<Vec<String>, Fault> {
    let Some(key) = PublicKey::from_pem(public_pem) else {
        return Ok(Vec::new());
    };
    let objects = all(token)?;
    let mut leaves: Vec<&Object> = objects
        .iter()
        .filter(|object| !object.certificate.is_of_itself())
        .filter(|object| object.certificate.public_key().as_ref() == Some(&key))
        .collect();
    leaves.sort_by_key(|object| !object.attests);
    let mut chain: Vec<&Object> = Vec::new();
    let mut last = leaves.first().copied();
    while let Some(one) = last.filter(|_| chain.len() < LONGEST_CHAIN) {
        chain.push(one);
        last = objects.iter().find(|issuer| {
            one.certificate.names(&issuer.certificate)
                && chain.iter().all(|known| known.der != issuer.der)
        });
    }
    Ok(chain.iter().filter_map(|one| to_pem(&one.der)).collect())
}

fn all(token: &OpenToken<'_>) -> Result<Vec<Object>, Fault> {
    let template = [
        Attribute::Class(ObjectClass::CERTIFICATE),
        Attribute::CertificateType(CertificateType::X_509),
    ];
    let found = token
        .session
        .find_objects(&template)
        .map_err(|error| token.failed(&error))?;
    let mut objects = Vec::new();
    for object in found.into_iter().take(MOST) {
        let (mut der, mut label) = (Vec::new(), Vec::new());
        for attribute in token.read(object, &[AttributeType::Value, AttributeType::Label])? {
            match attribute {
                Attribute::Value(value) => der = value,
                Attribute::Label(value) => label = value,
                _ => {}
            }
        }
        // what cannot be read is about no key that is known here
        if let Some(certificate) = Certificate::parse(&der) {
            let attests = String::from_utf8_lossy(&label).contains("Attestation");
            objects.push(Object {
                der,
                certificate,
                attests,
            });
        }
    }
    Ok(objects)
}
