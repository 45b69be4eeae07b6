//! `trusted_root.json`: whose signatures clients accept, and for which times.

use data_encoding::BASE64;
use serde_json::{Map, Value, json};

use super::service::Kind;
use super::{DocumentError, Instance, Material, list, opened, put};
use crate::canonical::pretty;

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

/// The document with these services: in the place of those with the same log id or the same chain,
/// behind the others. What is not known here stays.
pub fn merged(before: Option<&[u8]>, services: &[Instance]) -> Result<Vec<u8>, DocumentError> {
    let mut document = opened(before, MEDIA_TYPE)?;
    for name in LISTS {
        list(&mut document, name)?;
    }
    for instance in services {
        let name = match instance.service.kind {
            Kind::Rekor => "tlogs",
            Kind::Ctfe => "ctlogs",
            Kind::Fulcio => "certificateAuthorities",
            Kind::Tsa => "timestampAuthorities",
            Kind::Oidc => continue,
        };
        let list = list(&mut document, name)?;
        match &instance.material {
            Material::Key(_) => {
                let entry = log(instance);
                let id = entry.pointer("/logId/keyId").cloned();
                put(list, entry, |other| {
                    other.pointer("/logId/keyId") == id.as_ref()
                });
            }
            Material::Chain(_) => {
                let entry = authority(instance);
                let chain = entry.pointer("/certChain").cloned();
                put(list, entry, |other| {
                    other.pointer("/certChain") == chain.as_ref()
                });
            }
            Material::Nothing => {}
        }
    }
    Ok(pretty(&Value::Object(document)).into_bytes())
}

fn log(instance: &Instance) -> Value {
    let Material::Key(key) = &instance.material else {
        return Value::Null;
    };
    let id = key.log_id(instance.service.origin.as_deref());
    json!({
        "baseUrl": instance.service.uri,
        "hashAlgorithm": "SHA2_256",
        "publicKey": {
            "rawBytes": BASE64.encode(&key.spki),
            "keyDetails": key.details,
            "validFor": instance.valid_for(),
        },
        "logId": { "keyId": BASE64.encode(&id.0) },
    })
}

fn authority(instance: &Instance) -> Value {
    let Material::Chain(chain) = &instance.material else {
        return Value::Null;
    };
    let (organization, common_name) = chain.subject();
    let mut subject = Map::new();
    for (name, value) in [("organization", organization), ("commonName", common_name)] {
        if let Some(value) = value {
            subject.insert(name.to_owned(), json!(value));
        }
    }
    let certificates: Vec<Value> = chain
        .ders()
        .map(|der| json!({ "rawBytes": BASE64.encode(der) }))
        .collect();
    json!({
        "subject": subject,
        "uri": instance.service.uri,
        "certChain": { "certificates": certificates },
        "validFor": instance.valid_for(),
    })
}
