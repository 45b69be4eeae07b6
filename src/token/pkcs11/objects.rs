//! Key objects on a token: found by label, read by attribute.

use pkcs11::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};

use super::ec;
use super::session::OpenToken;
use crate::ceremony::token::{Fault, KeyAttributes, TokenKey};
use crate::token::public_key::PublicKey;

/// What the token says of a private key, attribute by attribute: `None` where it does not say.
#[derive(Clone, Copy, Default)]
pub(super) struct Said {
    pub(super) local: Option<bool>,
    pub(super) sensitive: Option<bool>,
    pub(super) always_sensitive: Option<bool>,
    pub(super) extractable: Option<bool>,
    pub(super) never_extractable: Option<bool>,
    pub(super) always_authenticate: Option<bool>,
}

impl Said {
    /// For the record. What the token does not say counts as the less good answer, except
    /// `CKA_ALWAYS_AUTHENTICATE`, whose default in the standard is false.
    pub(super) fn attributes(self) -> KeyAttributes {
        KeyAttributes {
            local: self.local.unwrap_or(false),
            sensitive: self.sensitive.unwrap_or(false),
            always_sensitive: self.always_sensitive.unwrap_or(false),
            extractable: self.extractable.unwrap_or(true),
            never_extractable: self.never_extractable.unwrap_or(false),
            always_authenticate: self.always_authenticate.unwrap_or(false),
        }
    }
}

/// Whether the PIN was shown in this session.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Login {
    /// It was.
    Done,
    /// It was not.
    Not,
}

/// The halves of a key that a token shows.
pub(super) struct Halves {
    pub(super) public: Option<ObjectHandle>,
    pub(super) private: Option<ObjectHandle>,
}

impl OpenToken<'_> {
    /// The one object of this class and label, and of the name's `id` where it has one.
    pub(super) fn object(
        &self,
        class: ObjectClass,
        label: &str,
    ) -> Result<Option<ObjectHandle>, Fault> {
        let mut template = vec![
            Attribute::Token(true),
            Attribute::Class(class),
            Attribute::Label(label.as_bytes().to_vec()),
        ];
        if let Some(id) = &self.parsed.id {
            template.push(Attribute::Id(id.clone()));
        }
        self.only_one(&template, || {
            format!("{} named {label}", class_words(class))
        })
    }

    /// The two halves of the key of this label, as far as the token shows them. Most modules give both
    /// halves one label. Where the label names only one (`ykcs11`: "Private key for Digital Signature"
    /// and "Public key for Digital Signature"), the other half is the one object of its class with the
    /// same `CKA_ID`.
    ///
    /// Before login most tokens hide the private half, and with it a label that only that half has.
    /// Then the public half is found by the `id` of the token's name, where that has one.
    ///
    /// Fails where there are several, where the halves have different identifiers, and where the token
    /// itself says that they are of different keys.
    pub(super) fn halves(&self, label: &str, login: Login) -> Result<Halves, Fault> {
        let mut halves = Halves {
            public: self.object(ObjectClass::PUBLIC_KEY, label)?,
            private: self.object(ObjectClass::PRIVATE_KEY, label)?,
        };
        match (halves.public, halves.private) {
            (None, Some(private)) => {
                halves.public = self.other_half(private, ObjectClass::PUBLIC_KEY)?;
            }
            (Some(public), None) => {
                halves.private = self.other_half(public, ObjectClass::PRIVATE_KEY)?;
            }
            (None, None) if login == Login::Not => {
                let id = self.parsed.id.as_deref().unwrap_or_default();
                halves.public = self.of_id(ObjectClass::PUBLIC_KEY, id)?;
            }
            _ => {}
        }
        if let (Some(public), Some(private)) = (halves.public, halves.private) {
            self.check_pair(private, public, label)?;
        }
        Ok(halves)
    }

    /// The one object of `class` with the identifier of `half`.
    fn other_half(
        &self,
        half: ObjectHandle,
        class: ObjectClass,
    ) -> Result<Option<ObjectHandle>, Fault> {
        self.of_id(class, &self.id(half)?)
    }

    /// The one object of `class` with this `CKA_ID`; none for an empty one, which names nothing.
    fn of_id(&self, class: ObjectClass, id: &[u8]) -> Result<Option<ObjectHandle>, Fault> {
        if id.is_empty() {
            return Ok(None);
        }
        let template = [
            Attribute::Token(true),
            Attribute::Class(class),
            Attribute::Id(id.to_vec()),
        ];
        self.only_one(&template, || {
            let id = data_encoding::HEXLOWER.encode(id);
            format!("{} with identifier (CKA_ID) {id}", class_words(class))
        })
    }

    fn only_one(
        &self,
        template: &[Attribute],
        object: impl Fn() -> String,
    ) -> Result<Option<ObjectHandle>, Fault> {
        let found = self
            .session
            .find_objects(template)
            .map_err(|error| self.failed(&error))?;
        match found.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            more => Err(Fault::Ambiguous {
                token: self.name.clone(),
                object: object(),
                found: u32::try_from(more.len()).unwrap_or(u32::MAX),
            }),
        }
    }

    /// Checks that `private` and `public` are a pair by `CKA_ID`, and that no other private key
    /// has that identifier: a token that pairs keys by it could sign with the other one. Where the
    /// private half tells its point, it is the point of the public half.
    fn check_pair(
        &self,
        private: ObjectHandle,
        public: ObjectHandle,
        label: &str,
    ) -> Result<(), Fault> {
        let (private_id, public_id) = (self.id(private)?, self.id(public)?);
        if private_id != public_id {
            return Err(self.unsupported(format!(
                "the private and the public key named {label} have different identifiers (CKA_ID)"
            )));
        }
        self.of_id(ObjectClass::PRIVATE_KEY, &private_id)?;
        let (told, point) = (self.point(private)?, self.point(public)?);
        if !told.is_empty() && told != point {
            return Err(self.unsupported(format!(
                "the private key named {label} is not that of the public key with the same identifier \
                 (CKA_ID)"
            )));
        }
        Ok(())
    }

    /// `CKA_EC_POINT`; empty where the token does not tell. For private keys it is not in the standard.
    fn point(&self, object: ObjectHandle) -> Result<Vec<u8>, Fault> {
        let mut point = Vec::new();
        for attribute in self.read(object, &[AttributeType::EcPoint])? {
            if let Attribute::EcPoint(value) = attribute {
                point = value;
            }
        }
        Ok(point)
    }

    fn id(&self, object: ObjectHandle) -> Result<Vec<u8>, Fault> {
        let mut id = Vec::new();
        for attribute in self.read(object, &[AttributeType::Id])? {
            if let Attribute::Id(value) = attribute {
                id = value;
            }
        }
        Ok(id)
    }

    pub(super) fn read(
        &self,
        object: ObjectHandle,
        attributes: &[AttributeType],
    ) -> Result<Vec<Attribute>, Fault> {
        self.session
            .get_attributes(object, attributes)
            .map_err(|error| self.failed(&error))
    }

    /// The public key in a key object that has a point.
    pub(super) fn public_key(&self, object: ObjectHandle, label: &str) -> Result<PublicKey, Fault> {
        let wanted = [
            AttributeType::KeyType,
            AttributeType::EcParams,
            AttributeType::EcPoint,
        ];
        let (mut kind, mut params, mut point) = (None, Vec::new(), Vec::new());
        // EcParams alone decides the curve: tokens differ in the key type they give Ed25519
        for attribute in self.read(object, &wanted)? {
            match attribute {
                Attribute::KeyType(value) => kind = Some(value),
                Attribute::EcParams(value) => params = value,
                Attribute::EcPoint(value) => point = value,
                _ => {}
            }
        }
        let Some(algorithm) = ec::algorithm_of(&params) else {
            let what = match kind {
                Some(KeyType::EC | KeyType::EC_EDWARDS) => "is on another curve",
                _ => "is not an elliptic-curve key",
            };
            return Err(self.unsupported(format!(
                "the key named {label} {what}; P-256, P-384 and Ed25519 are used"
            )));
        };
        ec::unwrap_point(algorithm, &point)
            .and_then(|point| PublicKey::from_point(algorithm, point))
            .ok_or_else(|| {
                self.unsupported(format!("the public key named {label} has no valid point"))
            })
    }

    /// What the token says of the private key.
    pub(super) fn said_of(&self, private: ObjectHandle) -> Result<Said, Fault> {
        let wanted = [
            AttributeType::Local,
            AttributeType::Sensitive,
            AttributeType::AlwaysSensitive,
            AttributeType::Extractable,
            AttributeType::NeverExtractable,
            AttributeType::AlwaysAuthenticate,
        ];
        let mut said = Said::default();
        for attribute in self.read(private, &wanted)? {
            match attribute {
                Attribute::Local(value) => said.local = Some(value),
                Attribute::Sensitive(value) => said.sensitive = Some(value),
                Attribute::AlwaysSensitive(value) => said.always_sensitive = Some(value),
                Attribute::Extractable(value) => said.extractable = Some(value),
                Attribute::NeverExtractable(value) => said.never_extractable = Some(value),
                Attribute::AlwaysAuthenticate(value) => said.always_authenticate = Some(value),
                _ => {}
            }
        }
        Ok(said)
    }

    /// The facts of a key for the record.
    pub(super) fn token_key(
        &self,
        label: &str,
        public: &PublicKey,
        attributes: KeyAttributes,
    ) -> Result<TokenKey, Fault> {
        let public_pem = public
            .to_pem()
            .ok_or_else(|| self.unsupported("its public key cannot be written as PEM"))?;
        Ok(TokenKey {
            piv: None,
            algorithm: public.algorithm(),
            label: label.to_owned(),
            public_pem,
            attributes,
        })
    }
}

fn class_words(class: ObjectClass) -> &'static str {
    match class {
        ObjectClass::PRIVATE_KEY => "private key",
        ObjectClass::PUBLIC_KEY => "public key",
        _ => "object",
    }
}
