//! Single files with `custom.sigstore`, which cosign before 2.5.1 reads, and later ones where there is no
//! `trusted_root.json`.
//!
//! As soon as one file is tagged for a use, clients ignore those that have the fallback names of that
//! use; so every file is tagged. The names are the fallback names all the same.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::service::{Kind, Status};
use super::{Instance, Material};
use crate::digest::Sha256;

/// A file to be offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path among the targets.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
    /// `custom`.
    pub custom: Map<String, Value>,
}

/// The files of these services. `offered` are paths and digests of what is offered already: a content keeps
/// its name, and no name is given to another content. Notices are whole sentences.
pub fn files(
    services: &[Instance],
    offered: &BTreeMap<String, Option<Sha256>>,
) -> (Vec<File>, Vec<String>) {
    let mut names = offered.clone();
    let mut files = Vec::new();
    let mut notices = Vec::new();
    let mut tsa = offered.contains_key("tsa_leaf.crt.pem");
    for instance in services {
        match (&instance.material, instance.service.kind) {
            (Material::Key(key), kind) => {
                let pem = pem_of(&key.spki);
                let (stem, usage) = if kind == Kind::Rekor {
                    ("rekor", "Rekor")
                } else {
                    ("ctfe", "CTFE")
                };
                files.push(file(
                    &mut names,
                    stem,
                    ".pub",
                    pem.into_bytes(),
                    usage,
                    instance,
                ));
            }
            (Material::Chain(chain), Kind::Fulcio) => {
                let pem = chain.pems().concat();
                files.push(file(
                    &mut names,
                    "fulcio",
                    ".crt.pem",
                    pem.into_bytes(),
                    "Fulcio",
                    instance,
                ));
            }
            (Material::Chain(chain), _) => {
                let pems = chain.pems();
                let leaf = pems.first().map(|pem| Sha256::of(pem.as_bytes()));
                let same = offered.get("tsa_leaf.crt.pem").copied().flatten() == leaf;
                if tsa && !same {
                    notices.push(format!(
                        "The timestamp authority {} is in trusted_root.json only: cosign before 2.5.1 reads one and no more.",
                        crate::safe::safe(&instance.service.uri)
                    ));
                    continue;
                }
                tsa = true;
                let last = pems.len().saturating_sub(1);
                for (place, pem) in pems.into_iter().enumerate() {
                    let path = match place {
                        0 => "tsa_leaf.crt.pem".to_owned(),
                        _ if place == last => "tsa_root.crt.pem".to_owned(),
                        _ => format!("tsa_intermediate_{}.crt.pem", place - 1),
                    };
                    files.push(File {
                        path,
                        bytes: pem.into_bytes(),
                        custom: custom("TSA", instance),
                    });
                }
            }
            (Material::Nothing, _) => {}
        }
    }
    (files, notices)
}

fn file(
    names: &mut BTreeMap<String, Option<Sha256>>,
    stem: &str,
    ending: &str,
    bytes: Vec<u8>,
    usage: &str,
    instance: &Instance,
) -> File {
    let digest = Some(Sha256::of(&bytes));
    let name = |number: u32| match number {
        1 => format!("{stem}{ending}"),
        _ => format!("{stem}_{number}{ending}"),
    };
    let path = (1..=u32::MAX)
        .map(name)
        .find(|path| names.get(path).is_none_or(|known| *known == digest))
        .unwrap_or_else(|| name(1));
    names.insert(path.clone(), digest);
    File {
        path,
        bytes,
        custom: custom(usage, instance),
    }
}

fn custom(usage: &str, instance: &Instance) -> Map<String, Value> {
    let status = match instance.service.status {
        Status::Active => "Active",
        Status::Expired => "Expired",
    };
    let said = json!({ "usage": usage, "status": status, "uri": instance.service.uri });
    Map::from_iter([("sigstore".to_owned(), said)])
}

fn pem_of(spki: &[u8]) -> String {
    let mut pem = "-----BEGIN PUBLIC KEY-----\n".to_owned();
    // 48 bytes are 64 characters of base64 (RFC 7468)
    for part in spki.chunks(48) {
        pem.push_str(&data_encoding::BASE64.encode(part));
        pem.push('\n');
    }
    pem.push_str("-----END PUBLIC KEY-----\n");
    pem
}
