//! Single files with `custom.sigstore`, which cosign before 2.5.1 reads, and later ones where there is no
//! `trusted_root.json`.
//!
//! As soon as one file is tagged for a use, those clients ignore the files that have only the fallback
//! name of that use; so every file is tagged, and what was offered without is tagged as well. The names
//! are the fallback names all the same.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Instance;
use super::material::Material;
use super::service::{Kind, Status};
use crate::digest::Sha256;
use crate::safe::safe;
use crate::tuf::hashes::Hashes;

/// Of the timestamp authority that is offered: these clients read one and no more.
const TSA_LEAF: &str = "tsa_leaf.crt.pem";

/// What is said of a use, and the names that are looked for where nothing is said.
const FALLBACK: [(&str, &[&str]); 3] = [
    ("Rekor", &["rekor.pub"]),
    ("CTFE", &["ctfe.pub"]),
    (
        "Fulcio",
        &[
            "fulcio.crt.pem",
            "fulcio_v1.crt.pem",
            "fulcio_intermediate_v1.crt.pem",
        ],
    ),
];

/// A file to be offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path among the targets.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
    /// What is said of its use.
    pub usage: &'static str,
    /// The member `sigstore` of its `custom`.
    pub said: Value,
}

/// The files of these services. `offered` are paths and digests of what is offered already: a content
/// keeps its name, and no name is given to another content. Notices are whole sentences.
pub fn files(
    services: &[Instance],
    offered: &BTreeMap<String, Hashes>,
) -> (Vec<File>, Vec<String>) {
    let mut names = Names(offered.clone());
    let mut files = Vec::new();
    let mut notices = Vec::new();
    for instance in services {
        let service = &instance.service;
        match (&instance.material, service.kind) {
            (Material::Nothing, _) => {}
            (Material::Key(_), Kind::Rekor) if service.api >= 2 => notices.push(format!(
                "The log {} is in trusted_root.json only: cosign before 2.5.1 does not know logs of version 2.",
                safe(&service.uri)
            )),
            (Material::Key(key), kind) => {
                let (stem, usage) = if kind == Kind::Rekor {
                    ("rekor", "Rekor")
                } else {
                    ("ctfe", "CTFE")
                };
                let bytes = key.pem().into_bytes();
                let path = names.of(stem, ".pub", &bytes);
                files.push(file(path, bytes, usage, instance));
            }
            (Material::Chain(chain), Kind::Fulcio) => {
                let bytes = chain.pems().concat().into_bytes();
                let path = names.of("fulcio", ".crt.pem", &bytes);
                files.push(file(path, bytes, "Fulcio", instance));
            }
            (Material::Chain(chain), _) => {
                let pems = chain.pems();
                let leaf = pems.first().map(String::as_bytes).unwrap_or_default();
                if names.is_other(TSA_LEAF, leaf) {
                    notices.push(format!(
                        "The timestamp authority {} is in trusted_root.json only: cosign before 2.5.1 reads one and no more, and \
                         {TSA_LEAF} is another one's.",
                        safe(&service.uri)
                    ));
                    continue;
                }
                let last = pems.len().saturating_sub(1);
                for (place, pem) in pems.into_iter().enumerate() {
                    let path = match place {
                        0 => TSA_LEAF.to_owned(),
                        _ if place == last => "tsa_root.crt.pem".to_owned(),
                        _ => format!("tsa_intermediate_{}.crt.pem", place - 1),
                    };
                    names.take(&path, pem.as_bytes());
                    files.push(file(path, pem.into_bytes(), "TSA", instance));
                }
            }
        }
    }
    (files, notices)
}

/// Files that are offered under a fallback name without a word of their use, and would be ignored as soon
/// as `files` are offered: path, and what must be said of it. `custom` is what is said of a path now, as
/// JSON text; none where the path is not offered.
pub fn forgotten(
    files: &[File],
    custom: impl Fn(&str) -> Option<Option<String>>,
) -> Vec<(&'static str, Value)> {
    let mut forgotten = Vec::new();
    for (usage, names) in FALLBACK {
        if !files.iter().any(|file| file.usage == usage) {
            continue;
        }
        for name in names {
            let Some(said) = custom(name) else { continue };
            let said: Value =
                serde_json::from_str(said.as_deref().unwrap_or("null")).unwrap_or(Value::Null);
            let is_tagged = said.pointer("/sigstore/usage").is_some();
            if !is_tagged && !files.iter().any(|file| file.path == *name) {
                let said = json!({ "usage": usage, "status": "Active", "uri": "" });
                forgotten.push((*name, said));
            }
        }
    }
    forgotten
}

/// `custom` with this word of Sigstore, beside what was said before.
pub fn custom(before: Option<&str>, said: Value) -> Map<String, Value> {
    let before = before.and_then(|text| serde_json::from_str(text).ok());
    let mut members: Map<String, Value> = before.unwrap_or_default();
    members.insert("sigstore".to_owned(), said);
    members
}

fn file(path: String, bytes: Vec<u8>, usage: &'static str, instance: &Instance) -> File {
    let status = match instance.service.status {
        Status::Active => "Active",
        Status::Expired => "Expired",
    };
    let uri = &instance.service.uri;
    File {
        path,
        bytes,
        usage,
        said: json!({ "usage": usage, "status": status, "uri": uri }),
    }
}

/// Names that are taken, with the digests of what has them.
struct Names(BTreeMap<String, Hashes>);

impl Names {
    /// The name that this content has, or else the first that is free: `rekor.pub`, `rekor_2.pub`.
    fn of(&mut self, stem: &str, ending: &str, bytes: &[u8]) -> String {
        let name = |number: usize| match number {
            1 => format!("{stem}{ending}"),
            _ => format!("{stem}_{number}{ending}"),
        };
        let is_ours = |path: &str| {
            let middle = path
                .strip_prefix(stem)
                .and_then(|rest| rest.strip_suffix(ending));
            let number = middle.and_then(|middle| middle.strip_prefix('_'));
            middle == Some("") || number.is_some_and(|number| number.parse::<usize>().is_ok())
        };
        let mut ours = self.0.keys().filter(|path| is_ours(path));
        let same = ours.find(|path| !self.is_other(path, bytes)).cloned();
        // of more names than are taken one is free
        let mut all = (1..=self.0.len() + 1).map(name);
        let path = same.or_else(|| all.find(|path| !self.0.contains_key(path)));
        let path = path.unwrap_or_else(|| format!("{stem}{ending}"));
        self.take(&path, bytes);
        path
    }

    /// Whether the name is taken by another content.
    fn is_other(&self, path: &str, bytes: &[u8]) -> bool {
        let taken = self.0.get(path);
        taken.is_some_and(|hashes| hashes.check(bytes).is_err())
    }

    fn take(&mut self, path: &str, bytes: &[u8]) {
        let hashes = Hashes {
            sha256: Some(Sha256::of(bytes)),
            ..Hashes::default()
        };
        self.0.insert(path.to_owned(), hashes);
    }
}
