//! A repository in memory, signed with the keys of the tests, and everything in it alterable.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::digest::Sha256;
use crate::tuf::client::{Client, ClientError, Earlier, Fetch, Limits};
use crate::tuf::hashes::Sha512;
use crate::tuf::key::PublicKey;
use crate::tuf::root::{Role, Signature, Signed, payload};
use crate::tuf::testing::{NOW, Pair, role, signed_by, spec};

pub const LATER: &str = "2027-11-23T00:00:00Z";
pub const PAST: &str = "2026-11-22T23:59:59Z";

/// The files of a repository by name.
#[derive(Clone, Default)]
pub struct Files(pub BTreeMap<String, Vec<u8>>);

impl Fetch for Files {
    fn fetch(&self, name: &str, _: usize) -> Result<Option<Vec<u8>>, String> {
        Ok(self.0.get(name).cloned())
    }
}

pub fn pair(i: u32) -> Pair {
    Pair::golden(i)
}

pub fn sign(signed: Value, pairs: &[Pair]) -> Vec<u8> {
    let mut file = Signed::unsigned(signed);
    let (bytes, _) = payload(&file.signed).unwrap();
    for pair in pairs {
        file.put(Signature::new(pair.public().key_id(), &pair.sign(&bytes)));
    }
    file.to_file()
}

pub fn hashes(bytes: &[u8]) -> Value {
    json!({ "sha256": Sha256::of(bytes).hex(), "sha512": Sha512::of(bytes).hex() })
}

pub fn meta(version: u64, bytes: &[u8]) -> Value {
    json!({ "version": version, "length": bytes.len(), "hashes": hashes(bytes) })
}

pub fn target(bytes: &[u8]) -> Value {
    json!({ "length": bytes.len(), "hashes": hashes(bytes) })
}

pub fn keys(pairs: &[Pair]) -> Value {
    let keys = pairs.iter().map(Pair::public);
    keys.map(|key: PublicKey| (key.key_id().hex(), key.to_tuf()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

pub fn delegated(name: &str, pairs: &[Pair], threshold: u32, paths: &[&str], stop: bool) -> Value {
    let ids: Vec<_> = pairs
        .iter()
        .map(|pair| pair.public().key_id().hex())
        .collect();
    json!({ "name": name, "keyids": ids, "threshold": threshold, "terminating": stop, "paths": paths })
}

pub fn signed_targets(
    version: u64,
    expires: &str,
    targets: &Value,
    delegations: Option<Value>,
) -> Value {
    let mut signed = json!({
        "_type": "targets", "spec_version": "1.0.34", "version": version, "expires": expires,
        "targets": targets,
    });
    if let Some(delegations) = delegations {
        signed["delegations"] = delegations;
    }
    signed
}

/// How a repository is made. Keys: root 0 and 1, targets 2, snapshot 3, timestamp 4.
pub struct Maker {
    pub consistent: bool,
    /// Version and expiry of targets, snapshot, timestamp.
    pub targets: (u64, &'static str),
    pub snapshot: (u64, &'static str),
    pub timestamp: (u64, &'static str),
    pub listed: Value,
    pub delegations: Option<Value>,
    /// Delegated roles: name, signed portion, signers.
    pub roles: Vec<(String, Value, Vec<Pair>)>,
    /// What is done to the signed portions of snapshot and timestamp before they are signed.
    pub alter_snapshot: fn(&mut Value),
    pub alter_timestamp: fn(&mut Value),
    pub signers: [Vec<Pair>; 3],
}

impl Default for Maker {
    fn default() -> Self {
        Self {
            consistent: true,
            targets: (1, LATER),
            snapshot: (1, LATER),
            timestamp: (1, LATER),
            listed: json!({ "dir/a.txt": target(b"a"), "b": target(b"b") }),
            delegations: None,
            roles: Vec::new(),
            alter_snapshot: |_| (),
            alter_timestamp: |_| (),
            signers: [vec![pair(2)], vec![pair(3)], vec![pair(4)]],
        }
    }
}

pub fn root(version: u64, consistent: bool, online: [u32; 3]) -> Vec<u8> {
    let (a, b) = (pair(0), pair(1));
    let mut spec = spec(version, &[&a, &b], 2);
    spec.consistent_snapshot = consistent;
    let of = |i: u32| role(&[&pair(i)], 1);
    for (name, i) in [Role::Targets, Role::Snapshot, Role::Timestamp]
        .into_iter()
        .zip(online)
    {
        spec.roles.insert(name, of(i));
    }
    signed_by(&spec, &[&a, &b]).to_file()
}

impl Maker {
    pub fn files(&self) -> Files {
        let prefix = |version: u64, name: &str| {
            if self.consistent {
                format!("{version}.{name}")
            } else {
                name.to_owned()
            }
        };
        let mut files = Files::default();
        let mut listed = serde_json::Map::new();
        let top = signed_targets(
            self.targets.0,
            self.targets.1,
            &self.listed,
            self.delegations.clone(),
        );
        let mut roles: Vec<(&str, Value, &[Pair])> = vec![("targets", top, &self.signers[0])];
        for (name, signed, signers) in &self.roles {
            roles.push((name, signed.clone(), signers));
        }
        for (name, signed, signers) in roles {
            let version = signed["version"].as_u64().unwrap();
            let bytes = sign(signed, signers);
            listed.insert(format!("{name}.json"), meta(version, &bytes));
            files
                .0
                .insert(prefix(version, &format!("{name}.json")), bytes);
        }
        let mut snapshot = json!({
            "_type": "snapshot", "spec_version": "1.0.34", "version": self.snapshot.0,
            "expires": self.snapshot.1, "meta": listed,
        });
        (self.alter_snapshot)(&mut snapshot);
        let bytes = sign(snapshot, &self.signers[1]);
        let mut timestamp = json!({
            "_type": "timestamp", "spec_version": "1.0.34", "version": self.timestamp.0,
            "expires": self.timestamp.1,
            "meta": { "snapshot.json": meta(self.snapshot.0, &bytes) },
        });
        (self.alter_timestamp)(&mut timestamp);
        files
            .0
            .insert(prefix(self.snapshot.0, "snapshot.json"), bytes);
        files.0.insert(
            "timestamp.json".to_owned(),
            sign(timestamp, &self.signers[2]),
        );
        files.0.insert(
            "1.root.json".to_owned(),
            root(1, self.consistent, [2, 3, 4]),
        );
        for (path, content) in [("dir/a.txt", b"a"), ("b", b"b")] {
            if self.consistent {
                let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
                let directory = if directory.is_empty() {
                    String::new()
                } else {
                    format!("{directory}/")
                };
                for digest in [Sha256::of(content).hex(), Sha512::of(content).hex()] {
                    files.0.insert(
                        format!("targets/{directory}{digest}.{name}"),
                        content.to_vec(),
                    );
                }
            } else {
                files.0.insert(format!("targets/{path}"), content.to_vec());
            }
        }
        files
    }
}

pub fn visit(files: &Files) -> Result<Client<'_>, ClientError> {
    visit_again(files, None)
}

/// A visit after an earlier one to `before`.
pub fn visit_again<'f>(
    files: &'f Files,
    before: Option<&Files>,
) -> Result<Client<'f>, ClientError> {
    let file = |name: &str| {
        let found = before?.0.iter().find(|(file, _)| file.ends_with(name));
        found.map(|(_, bytes)| bytes.as_slice())
    };
    let earlier = Earlier {
        timestamp: file("timestamp.json"),
        snapshot: file("snapshot.json"),
    };
    let anchor = &files.0["1.root.json"];
    Client::refresh(anchor, files, NOW, Limits::default(), earlier)
}

pub fn refused(files: &Files, before: Option<&Files>) -> ClientError {
    visit_again(files, before).err().expect("a refusal")
}
