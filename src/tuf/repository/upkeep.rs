//! Snapshot and timestamp metadata (TUF specification, sections 4.4 and 4.6).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::expires_text;
use crate::canonical::olpc;
use crate::digest::Sha256;
use crate::tuf::hashes::Hashes;
use crate::tuf::meta::MetaFile;
use crate::tuf::root::{MetadataError, SPEC_VERSION};

/// How snapshot and timestamp name a file of these bytes: by version, length and SHA-256.
pub fn meta_file(version: u64, bytes: &[u8]) -> MetaFile {
    MetaFile {
        version,
        length: Some(bytes.len() as u64),
        hashes: Some(Hashes {
            sha256: Some(Sha256::of(bytes)),
            ..Hashes::default()
        }),
    }
}

/// The signed portion of snapshot metadata, canonical. `meta` is by file name, such as
/// `targets.json`; `extra` are members of the version before that this program does not know.
pub fn snapshot(
    version: u64,
    expires: OffsetDateTime,
    meta: &BTreeMap<String, MetaFile>,
    extra: &Map<String, Value>,
) -> Result<Vec<u8>, MetadataError> {
    signed("snapshot", version, expires, meta, extra)
}

/// The signed portion of timestamp metadata, canonical.
pub fn timestamp(
    version: u64,
    expires: OffsetDateTime,
    snapshot: &MetaFile,
    extra: &Map<String, Value>,
) -> Result<Vec<u8>, MetadataError> {
    let meta = BTreeMap::from([("snapshot.json".to_owned(), snapshot.clone())]);
    signed("timestamp", version, expires, &meta, extra)
}

fn signed(
    kind: &str,
    version: u64,
    expires: OffsetDateTime,
    meta: &BTreeMap<String, MetaFile>,
    extra: &Map<String, Value>,
) -> Result<Vec<u8>, MetadataError> {
    let meta: Map<String, Value> = meta
        .iter()
        .map(|(name, file)| (name.clone(), entry(file)))
        .collect();
    let mut signed = extra.clone();
    for (name, value) in [
        ("_type", json!(kind)),
        ("spec_version", json!(SPEC_VERSION)),
        ("version", json!(version)),
        ("expires", json!(expires_text(expires)?)),
        ("meta", Value::Object(meta)),
    ] {
        signed.insert(name.to_owned(), value);
    }
    Ok(olpc(&Value::Object(signed))?)
}

fn entry(file: &MetaFile) -> Value {
    let mut entry = json!({ "version": file.version });
    if let Some(length) = file.length {
        entry["length"] = json!(length);
    }
    if let Some(hashes) = &file.hashes {
        let mut listed = Map::new();
        if let Some(digest) = &hashes.sha256 {
            listed.insert("sha256".to_owned(), json!(digest.hex()));
        }
        if let Some(digest) = &hashes.sha512 {
            listed.insert("sha512".to_owned(), json!(digest.hex()));
        }
        for (name, digest) in &hashes.other {
            listed.insert(name.clone(), json!(digest));
        }
        entry["hashes"] = Value::Object(listed);
    }
    entry
}
