//! A repository that does what a test wants, good or bad, served over loopback; and our client as a visitor that
//! remembers what it has accepted.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use ed25519_dalek::Signer as _;
use p256::pkcs8::EncodePublicKey as _;
use rootstage::digest::Sha256;
use rootstage::tuf::client::{Client, ClientError, Earlier, Fetch, Limits};
use rootstage::tuf::key::PublicKey;
use rootstage::tuf::repository::expires_text;
use rootstage::tuf::root::{Signature, Signed, payload};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::online::{Server, get};

/// A key that follows from its number; those of 1000 and more are Ed25519.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(pub u32);

impl Key {
    fn seed(self) -> [u8; 32] {
        Sha256::of(format!("simulated {}", self.0).as_bytes()).0
    }

    pub fn public(self) -> PublicKey {
        if self.0 >= 1000 {
            let key = ed25519_dalek::SigningKey::from_bytes(&self.seed());
            return PublicKey::from_ed25519_raw(key.verifying_key().to_bytes()).unwrap();
        }
        let key = p256::ecdsa::SigningKey::from_slice(&self.seed()).unwrap();
        let der = key.verifying_key().to_public_key_der().unwrap();
        PublicKey::from_spki_der(der.as_bytes()).unwrap()
    }

    pub fn id(self) -> String {
        self.public().key_id().hex()
    }

    fn sign(self, payload: &[u8]) -> Vec<u8> {
        if self.0 >= 1000 {
            let key = ed25519_dalek::SigningKey::from_bytes(&self.seed());
            return key.sign(payload).to_bytes().to_vec();
        }
        let key = p256::ecdsa::SigningKey::from_slice(&self.seed()).unwrap();
        let made: p256::ecdsa::Signature = key.sign(payload);
        made.to_der().as_bytes().to_vec()
    }
}

type Files = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

pub fn in_days(days: i64) -> OffsetDateTime {
    OffsetDateTime::now_utc().replace_nanosecond(0).unwrap() + Duration::days(days)
}

pub fn expiry(days: i64) -> Value {
    json!(expires_text(in_days(days)).unwrap())
}

/// The repository. What is in `signed` is what will be signed next; what was published stays published.
pub struct Repository {
    /// The signed portion of every role as it is worked on.
    pub signed: BTreeMap<String, Value>,
    /// Who signs each.
    pub signers: BTreeMap<String, Vec<Key>>,
    /// Whether snapshot and timestamp list lengths and digests.
    pub digests: bool,
    /// What is served; targets begin with `targets/`.
    files: Files,
    server: Server,
    made: u32,
}

impl Repository {
    /// Version 1 of everything, with a key for each role.
    pub fn new() -> Self {
        let files = Files::default();
        let offered = Arc::clone(&files);
        let server = Server::answering(move |path| {
            offered
                .lock()
                .unwrap()
                .get(path.trim_start_matches('/'))
                .cloned()
        });
        let mut repository = Self {
            signed: BTreeMap::new(),
            signers: BTreeMap::new(),
            digests: false,
            files,
            server,
            made: 0,
        };
        let header = |kind: &str| json!({ "_type": kind, "spec_version": "1.0.34", "version": 1, "expires": expiry(30) });
        let mut root = header("root");
        root["consistent_snapshot"] = json!(true);
        root["keys"] = json!({});
        for role in ["root", "targets", "snapshot", "timestamp"] {
            root["roles"][role] = json!({ "keyids": [], "threshold": 1 });
        }
        let mut targets = header("targets");
        targets["targets"] = json!({});
        let mut snapshot = header("snapshot");
        snapshot["meta"] = json!({ "targets.json": { "version": 1 } });
        let mut timestamp = header("timestamp");
        timestamp["meta"] = json!({ "snapshot.json": { "version": 1 } });
        for (role, signed) in [
            ("root", root),
            ("targets", targets),
            ("snapshot", snapshot),
            ("timestamp", timestamp),
        ] {
            repository.signed.insert(role.to_owned(), signed);
        }
        for role in ["root", "targets", "snapshot", "timestamp"] {
            repository.add_key(role);
        }
        repository.publish(&["root", "targets", "snapshot", "timestamp"]);
        repository
    }

    pub fn role(&mut self, role: &str) -> &mut Value {
        self.signed.get_mut(role).unwrap()
    }

    pub fn set(&mut self, role: &str, member: &str, value: impl Into<Value>) {
        self.role(role)[member] = value.into();
    }

    pub fn version(&self, role: &str) -> u64 {
        self.signed[role]["version"].as_u64().unwrap()
    }

    pub fn fresh_key(&mut self) -> Key {
        self.made += 1;
        Key(self.made)
    }

    /// Lists a key for a top-level role, and lets it sign.
    pub fn add_key(&mut self, role: &str) -> Key {
        let key = self.fresh_key();
        self.list_key(role, key);
        self.signers.entry(role.to_owned()).or_default().push(key);
        key
    }

    pub fn list_key(&mut self, role: &str, key: Key) {
        let root = self.role("root");
        root["keys"][key.id()] = key.public().to_tuf();
        let ids = root["roles"][role]["keyids"].as_array_mut().unwrap();
        ids.push(json!(key.id()));
    }

    pub fn set_threshold(&mut self, role: &str, threshold: u32) {
        self.role("root")["roles"][role]["threshold"] = json!(threshold);
    }

    /// Takes every key from a role.
    pub fn clear_keys(&mut self, role: &str) {
        self.role("root")["roles"][role]["keyids"] = json!([]);
        self.signers.insert(role.to_owned(), Vec::new());
    }

    pub fn rotate(&mut self, role: &str) {
        self.clear_keys(role);
        self.add_key(role);
    }

    /// The file of a role as it would be published now.
    pub fn file(&self, role: &str) -> Vec<u8> {
        let mut signed = Signed::unsigned(self.signed[role].clone());
        let (bytes, _) = payload(&signed.signed).unwrap();
        for key in self.signers.get(role).into_iter().flatten() {
            signed.put(Signature::new(key.public().key_id(), &key.sign(&bytes)));
        }
        signed.to_file()
    }

    /// The name of a role's file.
    fn name(&self, role: &str) -> String {
        let consistent = self.signed["root"]["consistent_snapshot"] == json!(true);
        let version = self.version(role);
        match role {
            "timestamp" => "timestamp.json".to_owned(),
            "root" => format!("{version}.root.json"),
            _ if consistent => format!("{version}.{role}.json"),
            _ => format!("{role}.json"),
        }
    }

    /// Signs and serves roles as they are.
    pub fn publish(&mut self, roles: &[&str]) {
        for role in roles {
            let (name, file) = (self.name(role), self.file(role));
            self.serve(&name, file);
        }
    }

    pub fn serve(&self, name: &str, bytes: Vec<u8>) {
        self.files.lock().unwrap().insert(name.to_owned(), bytes);
    }

    pub fn served(&self, name: &str) -> Vec<u8> {
        self.files.lock().unwrap()[name].clone()
    }

    fn listed(&self, role: &str) -> Value {
        let mut meta = json!({ "version": self.version(role) });
        if self.digests {
            let file = self.file(role);
            meta["length"] = json!(file.len());
            meta["hashes"] = json!({ "sha256": Sha256::of(&file).hex() });
        }
        meta
    }

    pub fn bump(&mut self, role: &str) {
        let next = self.version(role) + 1;
        self.set(role, "version", next);
    }

    /// The next root.
    pub fn next_root(&mut self) {
        self.bump("root");
        self.publish(&["root"]);
    }

    /// The next timestamp, of the snapshot as it is.
    pub fn next_timestamp(&mut self) {
        let listed = self.listed("snapshot");
        self.role("timestamp")["meta"]["snapshot.json"] = listed;
        self.bump("timestamp");
        self.publish(&["timestamp"]);
    }

    /// The next snapshot, of every targets role as it is, and the next timestamp.
    pub fn next_snapshot(&mut self) {
        self.bump("snapshot");
        self.same_snapshot();
    }

    /// A snapshot of the version that it has, of every targets role as it is, and the next timestamp.
    pub fn same_snapshot(&mut self) {
        let roles: Vec<String> = self.targets_roles();
        for role in roles {
            let listed = self.listed(&role);
            self.role("snapshot")["meta"][format!("{role}.json")] = listed;
            self.publish(&[role.as_str()]);
        }
        self.publish(&["snapshot"]);
        self.next_timestamp();
    }

    fn targets_roles(&self) -> Vec<String> {
        let mut roles: Vec<String> = self.signed.keys().cloned().collect();
        roles.retain(|role| !["root", "snapshot", "timestamp"].contains(&role.as_str()));
        roles
    }

    /// Lists a file and serves it.
    pub fn offer(&mut self, role: &str, path: &str, content: &[u8]) {
        let digest = Sha256::of(content).hex();
        self.role(role)["targets"][path] =
            json!({ "length": content.len(), "hashes": { "sha256": digest } });
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        let directory = if directory.is_empty() {
            String::new()
        } else {
            format!("{directory}/")
        };
        self.serve(
            &format!("targets/{directory}{digest}.{name}"),
            content.to_vec(),
        );
    }

    /// Serves other content for a file, without a word in the metadata.
    pub fn replace(&self, path: &str, content: &[u8]) {
        let name = path.rsplit('/').next().unwrap();
        let mut files = self.files.lock().unwrap();
        let names: Vec<String> = files
            .keys()
            .filter(|file| file.starts_with("targets/") && file.ends_with(&format!(".{name}")))
            .cloned()
            .collect();
        assert!(!names.is_empty());
        for file in names {
            files.insert(file, content.to_vec());
        }
    }

    /// Delegates paths to a role, which is made with a key where it is not there.
    pub fn delegate(&mut self, by: &str, role: &str, paths: &[&str], terminating: bool) {
        if !self.signed.contains_key(role) {
            let targets = json!({
                "_type": "targets", "spec_version": "1.0.34", "version": 1, "expires": expiry(30),
                "targets": {},
            });
            self.signed.insert(role.to_owned(), targets);
            let key = self.fresh_key();
            self.signers.insert(role.to_owned(), vec![key]);
        }
        let key = self.signers[role][0];
        let delegator = self.role(by);
        if delegator.get("delegations").is_none() {
            delegator["delegations"] = json!({ "keys": {}, "roles": [] });
        }
        delegator["delegations"]["keys"][key.id()] = key.public().to_tuf();
        let roles = delegator["delegations"]["roles"].as_array_mut().unwrap();
        roles.push(json!({
            "name": role, "keyids": [key.id()], "threshold": 1, "terminating": terminating,
            "paths": paths,
        }));
    }

    /// What has been asked since this was called last: `2.root`, `timestamp`, without the status.
    pub fn asked(&self) -> Vec<String> {
        let asked = self.server.asked();
        asked
            .iter()
            .map(|line| line[5..].trim_end_matches(".json").to_owned())
            .collect()
    }

    /// A visitor that trusts root 1.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.server.address(), self.served("1.root.json"))
    }
}

/// Files over HTTP, each of which is remembered.
struct Fetcher {
    at: SocketAddr,
    seen: RefCell<BTreeMap<String, Vec<u8>>>,
}

impl Fetch for Fetcher {
    fn fetch(&self, name: &str, limit: usize) -> Result<Option<Vec<u8>>, String> {
        let found = get(self.at, name, limit)?;
        if let Some(bytes) = &found {
            self.seen
                .borrow_mut()
                .insert(name.to_owned(), bytes.clone());
        }
        Ok(found)
    }
}

/// Our client with a memory: what it has accepted is where the next visit begins. A refusal changes nothing.
pub struct Visitor {
    at: SocketAddr,
    pub root: Vec<u8>,
    timestamp: Option<Vec<u8>>,
    snapshot: Option<Vec<u8>>,
    /// Versions of root, timestamp, snapshot, targets; 0 before the first visit.
    pub versions: [u64; 4],
    pub now: OffsetDateTime,
}

impl Visitor {
    pub fn new(at: SocketAddr, root: Vec<u8>) -> Self {
        Self {
            at,
            root,
            timestamp: None,
            snapshot: None,
            versions: [0; 4],
            now: OffsetDateTime::now_utc(),
        }
    }

    pub fn refresh(&mut self) -> Result<(), ClientError> {
        self.visit(|_| Ok(()))
    }

    /// A file; `None` where nobody lists it.
    pub fn download(&mut self, path: &str) -> Result<Option<Vec<u8>>, ClientError> {
        self.visit(|client| {
            let Some(found) = client.find(path)? else {
                return Ok(None);
            };
            client.download(path, &found.target).map(Some)
        })
    }

    fn visit<T>(
        &mut self,
        then: impl FnOnce(&mut Client<'_>) -> Result<T, ClientError>,
    ) -> Result<T, ClientError> {
        let fetcher = Fetcher {
            at: self.at,
            seen: RefCell::default(),
        };
        let earlier = Earlier {
            timestamp: self.timestamp.as_deref(),
            snapshot: self.snapshot.as_deref(),
        };
        let mut client =
            Client::refresh(&self.root, &fetcher, self.now, Limits::default(), earlier)?;
        let trust = client.trust();
        let versions = [
            trust.root.get().version,
            trust.timestamp.get().header.version,
            trust.snapshot.get().header.version,
            trust.targets.get().header.version,
        ];
        let consistent = trust.root.get().consistent_snapshot;
        let seen = fetcher.seen.borrow().clone();
        let snapshot = if consistent {
            format!("{}.snapshot.json", versions[2])
        } else {
            "snapshot.json".to_owned()
        };
        if let Some(root) = seen.get(&format!("{}.root.json", versions[0])) {
            self.root.clone_from(root);
        }
        self.timestamp = seen.get("timestamp.json").cloned();
        self.snapshot = seen.get(&snapshot).cloned();
        self.versions = versions;
        then(&mut client)
    }
}
