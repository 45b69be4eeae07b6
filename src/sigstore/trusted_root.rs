//! `trusted_root.json`: whose signatures clients accept, and for which times.

use data_encoding::BASE64;
use serde_json::{Map, Value, json};

use super::document::{Document, DocumentError, known, put};
use super::material::{Chain, LogKey, Material};
use super::service::{Kind, Service};
use super::{Instance, Known};
use crate::digest::Sha256;

/// Its name among the targets.
pub const NAME: &str = "trusted_root.json";
const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.trustedroot+json;version=0.1";
/// Every list that clients expect to be there.
const LISTS: [&str; 4] = [
    "tlogs",
    "certificateAuthorities",
    "ctlogs",
    "timestampAuthorities",
];

/// The document. What is not known here stays as it is.
#[derive(Clone, Debug)]
pub struct TrustedRoot(Document);

impl TrustedRoot {
    /// Reads the one that is offered already, or begins one.
    pub fn read(before: Option<&[u8]>) -> Result<Self, DocumentError> {
        Document::read(before, MEDIA_TYPE, &LISTS).map(Self)
    }

    /// What it says of the time of the log with the same id, or of the authority with the same chain.
    pub fn known(&self, service: &Service, material: &Material) -> Option<Known> {
        let (name, id, at) = match material {
            Material::Key(key) => (
                list_of(service.kind)?,
                id_of(service, key),
                "/publicKey/validFor",
            ),
            Material::Chain(chain) => (list_of(service.kind)?, certificates(chain), "/validFor"),
            Material::Nothing => return None,
        };
        let entries = self.0.list(name);
        let entry = entries.iter().find(|entry| is(entry, material, &id))?;
        known(entry.pointer(at)?)
    }

    /// Puts a service in the place of the log with the same id, or of the authority with the same chain;
    /// behind the others where there is none.
    pub fn put(&mut self, instance: &Instance) {
        let (id, entry) = match &instance.material {
            Material::Key(key) => (id_of(&instance.service, key), log(instance, key)),
            Material::Chain(chain) => (certificates(chain), authority(instance, chain)),
            Material::Nothing => return,
        };
        let list = list_of(instance.service.kind).and_then(|name| self.0.list_mut(name));
        if let Some(list) = list {
            put(list, entry, |other| is(other, &instance.material, &id));
        }
    }

    /// The file.
    pub fn to_file(&self) -> Vec<u8> {
        self.0.to_file()
    }
}

fn list_of(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Rekor => Some("tlogs"),
        Kind::Ctfe => Some("ctlogs"),
        Kind::Fulcio => Some("certificateAuthorities"),
        Kind::Tsa => Some("timestampAuthorities"),
        Kind::Oidc => None,
    }
}

/// Whether an entry is about the log with this id, or the authority with this chain.
fn is(entry: &Value, material: &Material, id: &Value) -> bool {
    let at = match material {
        Material::Key(_) => "/logId/keyId",
        _ => "/certChain/certificates",
    };
    entry.pointer(at) == Some(id)
}

/// The id of a log: that of its notes where it has a name (Rekor v2), else that of its key. A log of
/// certificates has the latter always.
fn id_of(service: &Service, key: &LogKey) -> Value {
    let id: Sha256 = match (&service.origin, service.kind) {
        (Some(origin), Kind::Rekor) => key.note_id(origin),
        _ => key.id(),
    };
    json!(BASE64.encode(&id.0))
}

fn certificates(chain: &Chain) -> Value {
    let all = chain
        .ders()
        .map(|der| json!({ "rawBytes": BASE64.encode(der) }));
    Value::Array(all.collect())
}

fn log(instance: &Instance, key: &LogKey) -> Value {
    json!({
        "baseUrl": instance.service.uri,
        "hashAlgorithm": "SHA2_256",
        "publicKey": {
            "rawBytes": BASE64.encode(&key.spki),
            "keyDetails": key.details,
            "validFor": instance.valid_for(),
        },
        "logId": { "keyId": id_of(&instance.service, key) },
    })
}

fn authority(instance: &Instance, chain: &Chain) -> Value {
    let (organization, common_name) = chain.subject();
    let mut subject = Map::new();
    for (name, value) in [("organization", organization), ("commonName", common_name)] {
        if let Some(value) = value {
            subject.insert(name.to_owned(), json!(value));
        }
    }
    json!({
        "subject": subject,
        "uri": instance.service.uri,
        "certChain": { "certificates": certificates(chain) },
        "validFor": instance.valid_for(),
    })
}
