//! The key in a slot: what the card tells of it.

use super::card::{Card, Trouble, certificate_object};
use super::replies::{self, Metadata, algorithm_of};
use super::session::Session;
use crate::ceremony::token::piv::{KeyPolicies, PinPolicy, PivKey, Slot};
use crate::ceremony::token::{Evidence, Fault, KeyAttributes, TokenKey};
use crate::token::certificate::{Certificate, to_pem};
use crate::token::public_key::PublicKey;

/// What a slot holds.
pub(super) enum Held {
    /// No key, as far as the firmware tells.
    Nothing,
    /// A key of a kind that cannot sign a root here.
    Other,
    /// A key.
    Key(Key),
}

/// A key, as the card tells.
#[derive(Clone)]
pub(super) struct Key {
    /// Its public half.
    pub(super) public: PublicKey,
    /// How it is used, where the firmware tells.
    pub(super) policies: Option<KeyPolicies>,
    /// Whether it was generated on the card, where the firmware tells.
    pub(super) generated: Option<bool>,
}

impl Key {
    fn of_metadata(told: &Metadata) -> Option<Self> {
        let algorithm = algorithm_of(told.algorithm?)?;
        Some(Self {
            public: PublicKey::from_point(algorithm, told.point.as_deref()?)?,
            policies: told.policies,
            generated: told.generated,
        })
    }

    /// From an attestation, which there is only of keys that were generated on the card.
    fn of_attestation(der: &[u8]) -> Option<Self> {
        let certificate = Certificate::parse(der)?;
        let policies = certificate.policy();
        Some(Self {
            public: certificate.public_key()?,
            policies: policies.and_then(|[pin, touch]| replies::policies(pin, touch)),
            generated: Some(true),
        })
    }

    fn of_certificate(der: &[u8]) -> Option<Self> {
        Some(Self {
            public: Certificate::parse(der)?.public_key()?,
            policies: None,
            generated: None,
        })
    }

    /// What PKCS#11 would say of it. No key leaves the card, whoever made it; one that was imported
    /// has been elsewhere. What the firmware does not tell counts as the less good answer.
    fn attributes(&self) -> KeyAttributes {
        let local = self.generated == Some(true);
        KeyAttributes {
            local,
            sensitive: true,
            always_sensitive: local,
            extractable: false,
            never_extractable: local,
            always_authenticate: matches!(
                self.policies,
                Some(KeyPolicies {
                    pin: PinPolicy::Always | PinPolicy::MatchAlways,
                    ..
                })
            ),
        }
    }
}

/// What `slot` holds: by metadata, and on firmware that has none (before 5.3) by the attestation or
/// else the certificate.
pub(super) fn held(card: &mut Card, slot: Slot) -> Result<Held, Trouble> {
    let known = |key: Option<Key>| key.map_or(Held::Other, Held::Key);
    if card.tells() {
        let told = card.metadata(slot.reference())?;
        return Ok(told.map_or(Held::Nothing, |told| known(Key::of_metadata(&told))));
    }
    if let Some(attestation) = card.attestation(slot)? {
        return Ok(known(Key::of_attestation(&attestation)));
    }
    let certificate = card.certificate(certificate_object(slot))?;
    Ok(certificate.map_or(Held::Nothing, |der| known(Key::of_certificate(&der))))
}

impl Session<'_> {
    /// The key in the slot of the name; `None` where there is none.
    pub(super) fn key(&mut self) -> Result<Option<Key>, Fault> {
        let slot = self.slot;
        match held(&mut self.card, slot).map_err(|trouble| self.fault(trouble))? {
            Held::Nothing => Ok(None),
            Held::Key(key) => Ok(Some(key)),
            Held::Other => Err(self.unsupported(format!(
                "the key in its slot {slot} is of another kind; P-256, P-384 and Ed25519 are used"
            ))),
        }
    }

    /// The facts of a key for the record.
    pub(super) fn token_key(&self, label: &str, key: &Key) -> Result<TokenKey, Fault> {
        let public_pem = key
            .public
            .to_pem()
            .ok_or_else(|| self.unsupported("its public key cannot be written as PEM"))?;
        Ok(TokenKey {
            algorithm: key.public.algorithm(),
            label: label.to_owned(),
            public_pem,
            attributes: key.attributes(),
            piv: Some(PivKey {
                slot: self.slot,
                policies: key.policies,
                generated: key.generated,
            }),
        })
    }

    /// What shows that the key was made inside the card: the card's own certificate about it, and
    /// the certificate of the key that signed that one.
    pub(super) fn evidence(&mut self, label: &str) -> Result<Evidence, Fault> {
        let key = self.key()?.ok_or_else(|| self.key_absent(label))?;
        let slot = self.slot;
        let mut certificates = Vec::new();
        let leaf = self.card.attestation(slot);
        if let Some(leaf) = leaf.map_err(|trouble| self.fault(trouble))? {
            certificates.push(leaf);
            let issuer = self.card.certificate(super::card::object::ATTESTATION);
            certificates.extend(issuer.map_err(|trouble| self.fault(trouble))?);
        }
        Ok(Evidence {
            key: self.token_key(label, &key)?,
            certificates: certificates.iter().filter_map(|der| to_pem(der)).collect(),
        })
    }
}
