//! Directories as `keys staged repository`, with whatever is wanted staged in them, made with the
//! library and keys that follow from their names.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature as Ecdsa, SigningKey};
use p256::pkcs8::EncodePublicKey as _;
use rootstage::canonical::olpc;
use rootstage::digest::Sha256;
use rootstage::repo::verify::{Extent, Verified, verify};
use rootstage::tuf::hashes::Sha512;
use rootstage::tuf::key::PublicKey;
use rootstage::tuf::repository::{expires_text, file, meta_file, snapshot, timestamp};
use rootstage::tuf::root::{Signed, payload};
use rootstage::tuf::signature::Signature;
use serde_json::{Map, Value, json};
use time::{Duration, OffsetDateTime};

pub const BINARY: &str = env!("CARGO_BIN_EXE_rootstage");

/// Now, as a whole second.
pub fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc().replace_nanosecond(0).unwrap()
}

pub fn in_days(days: i64) -> OffsetDateTime {
    now() + Duration::days(days)
}

pub fn pair(name: &str) -> SigningKey {
    SigningKey::from_slice(&Sha256::of(name.as_bytes()).0).unwrap()
}

pub fn public(name: &str) -> PublicKey {
    let der = pair(name).verifying_key().to_public_key_der().unwrap();
    PublicKey::from_spki_der(der.as_bytes()).unwrap()
}

pub fn signature(name: &str, payload: &[u8]) -> Signature {
    let made: Ecdsa = pair(name).sign(payload);
    Signature::new(public(name).key_id(), made.to_der().as_bytes())
}

/// Who signs, by the names of keys, and how files are named.
#[derive(Clone)]
pub struct Who {
    pub consistent: bool,
    pub root: Vec<&'static str>,
    pub online: [&'static str; 3],
}

impl Who {
    pub fn new(consistent: bool) -> Self {
        Self {
            consistent,
            root: vec!["ada", "ben"],
            online: ["targets", "snapshot", "timestamp"],
        }
    }

    /// The signed portion of a root, of which all root keys must sign.
    pub fn root(&self, version: u64) -> Value {
        let names = self.root.iter().chain(&self.online);
        let keys: Map<String, Value> = names
            .map(|name| (public(name).key_id().hex(), public(name).to_tuf()))
            .collect();
        let ids: Vec<_> = self
            .root
            .iter()
            .map(|name| public(name).key_id().hex())
            .collect();
        let online =
            |name: &str| json!({ "keyids": [public(name).key_id().hex()], "threshold": 1 });
        json!({
            "_type": "root", "spec_version": "1.0.34", "version": version,
            "expires": expires_text(in_days(365)).unwrap(),
            "consistent_snapshot": self.consistent, "keys": keys,
            "roles": {
                "root": { "keyids": ids, "threshold": ids.len() },
                "targets": online(self.online[0]),
                "snapshot": online(self.online[1]),
                "timestamp": online(self.online[2]),
            },
        })
    }
}

/// A directory.
pub struct Made {
    pub temporary: tempfile::TempDir,
    pub who: Who,
    /// What is listed by the next targets metadata.
    pub targets: BTreeMap<String, Vec<u8>>,
    pub delegations: Option<Value>,
}

impl Made {
    pub fn new(consistent: bool) -> Self {
        let made = Self {
            temporary: tempfile::tempdir().unwrap(),
            who: Who::new(consistent),
            targets: BTreeMap::new(),
            delegations: None,
        };
        for name in ["keys", "staged/targets", "repository"] {
            fs::create_dir_all(made.path(name)).unwrap();
        }
        made
    }

    /// One with version 1 of everything published: targets `a` and `dir/b`.
    pub fn published(consistent: bool) -> Self {
        let mut made = Self::new(consistent);
        made.root(1, &["ada", "ben"]);
        made.offer("a", b"one");
        made.offer("dir/b", b"two");
        made.rest(1);
        made.commits();
        made
    }

    pub fn dir(&self) -> &Path {
        self.temporary.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir().join(name)
    }

    pub fn stage(&self, role: &str, bytes: &[u8]) {
        fs::write(self.path(&format!("staged/{role}.json")), bytes).unwrap();
    }

    pub fn root(&self, version: u64, by: &[&str]) {
        let mut signed = Signed::unsigned(self.who.root(version));
        let (bytes, _) = payload(&signed.signed).unwrap();
        for name in by {
            signed.put(signature(name, &bytes));
        }
        self.stage("root", &signed.to_file());
    }

    /// Puts a file below `staged/targets`, to be listed.
    pub fn offer(&mut self, path: &str, content: &[u8]) {
        let place = self.path("staged/targets").join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, content).unwrap();
        self.targets.insert(path.to_owned(), content.to_vec());
    }

    /// Signed targets metadata of a role with these targets.
    pub fn list(
        targets: &BTreeMap<String, Vec<u8>>,
        version: u64,
        expires: OffsetDateTime,
        by: &str,
        delegations: Option<&Value>,
    ) -> Vec<u8> {
        let listed: Map<String, Value> = targets
            .iter()
            .map(|(path, content)| {
                let hashes = json!({
                    "sha256": Sha256::of(content).hex(), "sha512": Sha512::of(content).hex()
                });
                (
                    path.clone(),
                    json!({ "length": content.len(), "hashes": hashes }),
                )
            })
            .collect();
        let mut signed = json!({
            "_type": "targets", "spec_version": "1.0.34", "version": version,
            "expires": expires_text(expires).unwrap(), "targets": listed,
        });
        if let Some(delegations) = delegations {
            signed["delegations"] = delegations.clone();
        }
        let payload = olpc(&signed).unwrap();
        file(&payload, &[signature(by, &payload)])
    }

    pub fn stage_targets(&self, version: u64, expires: OffsetDateTime) {
        let delegations = self.delegations.as_ref();
        let by = self.who.online[0];
        self.stage(
            "targets",
            &Self::list(&self.targets, version, expires, by, delegations),
        );
    }

    /// The newest file of a role besides root: staged, else published.
    pub fn newest(&self, role: &str) -> Vec<u8> {
        let staged = fs::read(self.path(&format!("staged/{role}.json")));
        staged.unwrap_or_else(|_| fs::read(self.path(&format!("repository/{role}.json"))).unwrap())
    }

    pub fn stage_snapshot(&self, version: u64, roles: &[&str], expires: OffsetDateTime) {
        let meta = roles
            .iter()
            .map(|role| {
                let bytes = self.newest(role);
                let read: Value = serde_json::from_slice(&bytes).unwrap();
                let version = read["signed"]["version"].as_u64().unwrap();
                (format!("{role}.json"), meta_file(version, &bytes))
            })
            .collect();
        let payload = snapshot(version, expires, &meta, &Map::new()).unwrap();
        self.stage(
            "snapshot",
            &file(&payload, &[signature(self.who.online[1], &payload)]),
        );
    }

    pub fn stage_timestamp(&self, version: u64, expires: OffsetDateTime) {
        let bytes = self.newest("snapshot");
        let read: Value = serde_json::from_slice(&bytes).unwrap();
        let meta = meta_file(read["signed"]["version"].as_u64().unwrap(), &bytes);
        let payload = timestamp(version, expires, &meta, &Map::new()).unwrap();
        self.stage(
            "timestamp",
            &file(&payload, &[signature(self.who.online[2], &payload)]),
        );
    }

    /// Everything but the root, in this version.
    pub fn rest(&self, version: u64) {
        self.stage_targets(version, in_days(90));
        self.stage_snapshot(version, &["targets"], in_days(30));
        self.stage_timestamp(version, in_days(7));
    }

    /// `repo VERB --dir DIR …`.
    pub fn repo(&self, words: &[&str]) -> Output {
        repo(self.dir(), words)
    }

    pub fn commits(&self) -> Output {
        let output = self.repo(&["commit"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        output
    }

    /// Refused, and clients see what they saw; the words of it.
    pub fn is_refused(&self, status: i32) -> String {
        let before = listing(&self.path("repository"));
        let output = self.repo(&["commit"]);
        let said = text(&output);
        assert_eq!(output.status.code(), Some(status), "{said}");
        assert_eq!(listing(&self.path("repository")), before, "{said}");
        assert!(output.stdout.is_empty(), "{said}");
        said
    }

    pub fn verified(&self) -> Verified {
        verified(self.dir())
    }
}

pub fn repo(dir: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(BINARY);
    command.arg("repo").args(words).arg("--dir").arg(dir);
    command.output().unwrap()
}

pub fn text(output: &Output) -> String {
    [&output.stdout[..], &output.stderr[..]]
        .map(String::from_utf8_lossy)
        .concat()
}

/// As clients see it; everything must hold.
pub fn verified(dir: &Path) -> Verified {
    let repository = dir.join("repository");
    let found = verify(&repository, &[], Extent::Clients, now(), &mut |_| ()).unwrap();
    assert!(found.passed(), "{:#?}", found.checks);
    found
}

/// Every file below a directory with its content.
pub fn listing(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    collect(directory, "", &mut found);
    found
}

fn collect(directory: &Path, prefix: &str, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{name}/"), found);
        } else {
            found.insert(name, fs::read(entry.path()).unwrap());
        }
    }
}

/// A copy of a whole directory.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let new = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &new);
        } else {
            fs::copy(entry.path(), new).unwrap();
        }
    }
}
