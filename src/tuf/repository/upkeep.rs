//! Snapshot and timestamp metadata (TUF specification, sections 4.4 and 4.6).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::expires_text;
use crate::canonical::{olpc, raw};
use crate::digest::Sha256;
use crate::tuf::hashes::{Hashes, Sha512};
use crate::tuf::meta::MetaFile;
use crate::tuf::root::{MetadataError, SPEC_VERSION};

/// How snapshot and timestamp name a file of these bytes: by version, length, SHA-256 and SHA-512. tough wants
/// the first, and go-tuf v0.7 commits what others have staged only where it finds the second.
pub fn meta_file(version: u64, bytes: &[u8]) -> MetaFile {
    MetaFile {
        version,
        length: Some(bytes.len() as u64),
        hashes: Some(Hashes {
            sha256: Some(Sha256::of(bytes)),
            sha512: Some(Box::new(Sha512::of(bytes))),
            ..Hashes::default()
        }),
    }
}

/// The signed portion of snapshot metadata, canonical. `meta` is by file name, such as
/// `targets.json`; `before` is the signed portion of the version before, of which the members that
/// this program does not know are kept, at the top and in each entry that is still there.
pub fn snapshot(
    version: u64,
    expires: OffsetDateTime,
    meta: &BTreeMap<String, MetaFile>,
    before: &Map<String, Value>,
) -> Result<Vec<u8>, MetadataError> {
    signed("snapshot", version, expires, meta, before)
}

/// The signed portion of timestamp metadata, canonical; `before` as for a snapshot.
pub fn timestamp(
    version: u64,
    expires: OffsetDateTime,
    snapshot: &MetaFile,
    before: &Map<String, Value>,
) -> Result<Vec<u8>, MetadataError> {
    let meta = BTreeMap::from([("snapshot.json".to_owned(), snapshot.clone())]);
    signed("timestamp", version, expires, &meta, before)
}

/// A signed portion in canonical form with another version and expiry and nothing else changed, with
/// no tree of values: targets metadata may list a hundred thousand files.
pub fn renewed(
    canonical: &[u8],
    version: u64,
    expires: OffsetDateTime,
) -> Result<Vec<u8>, MetadataError> {
    let place = |name: &str| {
        let found = raw::member(canonical, name);
        found.ok_or_else(|| MetadataError::Absent(name.to_owned()))
    };
    // in the order of the canonical form
    let (first, second) = (place("expires")?, place("version")?);
    let part = |range: std::ops::Range<usize>| canonical.get(range).unwrap_or_default();
    Ok([
        part(0..first.start),
        format!("\"{}\"", expires_text(expires)?).as_bytes(),
        part(first.end..second.start),
        version.to_string().as_bytes(),
        part(second.end..canonical.len()),
    ]
    .concat())
}

fn signed(
    kind: &str,
    version: u64,
    expires: OffsetDateTime,
    meta: &BTreeMap<String, MetaFile>,
    before: &Map<String, Value>,
) -> Result<Vec<u8>, MetadataError> {
    let listed = before.get("meta").and_then(Value::as_object);
    let meta: Map<String, Value> = meta
        .iter()
        .map(|(name, file)| {
            let was = listed.and_then(|listed| listed.get(name)?.as_object());
            (name.clone(), entry(file, was))
        })
        .collect();
    let mut signed = before.clone();
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

fn entry(file: &MetaFile, was: Option<&Map<String, Value>>) -> Value {
    let mut entry = was.cloned().unwrap_or_default();
    entry.retain(|name, _| !["version", "length", "hashes"].contains(&name.as_str()));
    entry.insert("version".to_owned(), json!(file.version));
    if let Some(length) = file.length {
        entry.insert("length".to_owned(), json!(length));
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
        entry.insert("hashes".to_owned(), Value::Object(listed));
    }
    Value::Object(entry)
}
