//! A repository that the program keeps, and the root keys of those who sign for it elsewhere.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer as _;
use p256::pkcs8::EncodePublicKey as _;
use rootstage::digest::Sha256;
use rootstage::tuf::key::PublicKey;
use rootstage::tuf::root::{Signature, Signed, payload};

use crate::online::{alone, words};

/// Keys of people, which follow from their names.
fn pair(name: &str) -> SigningKey {
    SigningKey::from_slice(&Sha256::of(name.as_bytes()).0).unwrap()
}

fn public(name: &str) -> PublicKey {
    let der = pair(name).verifying_key().to_public_key_der().unwrap();
    PublicKey::from_spki_der(der.as_bytes()).unwrap()
}

/// A directory with a repository in `tuf`, and room for other things beside it.
pub struct Place {
    directory: tempfile::TempDir,
    /// The variables that every call is given besides the path to programs.
    pub variables: Vec<(String, String)>,
}

impl Place {
    pub fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            variables: Vec::new(),
        }
    }

    pub fn at(&self, name: impl AsRef<Path>) -> PathBuf {
        self.directory.path().join(name)
    }

    /// `rootstage repo WORDS --dir tuf`.
    pub fn tries(&self, words: &str) -> Output {
        let mut command = alone(env!("CARGO_BIN_EXE_rootstage"));
        command
            .current_dir(self.directory.path())
            .arg("repo")
            .args(words.split(' '))
            .args(["--dir", "tuf"]);
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        command.output().unwrap()
    }

    /// The same, which must be done.
    pub fn repo(&self, call: &str) -> String {
        let output = self.tries(call);
        assert!(output.status.success(), "repo {call}: {}", words(&output));
        words(&output)
    }

    /// Begins one with a key for each online role, in the clear: no story here is about passphrases.
    pub fn begin(consistent: bool) -> Self {
        let place = Self::new();
        place.repo(&format!("init --consistent-snapshot {consistent}"));
        for role in ["targets", "snapshot", "timestamp"] {
            place.gen_key(role);
        }
        place
    }

    pub fn gen_key(&self, role: &str) {
        self.repo(&format!("gen-key {role} --insecure-plaintext"));
    }

    /// A file with somebody's public key.
    pub fn pem(&self, name: &str) -> String {
        let file = format!("{name}.pem");
        std::fs::write(self.at(&file), public(name).spki_pem()).unwrap();
        file
    }

    /// Stages a root with these root keys added and those taken out, has it signed, and brings it back.
    pub fn root(
        &self,
        add: &[&str],
        remove: &[&str],
        threshold: usize,
        signers: &[&str],
        more: &str,
    ) {
        let mut call = format!("stage-root --expires 365d --threshold root={threshold}");
        for name in add {
            let _ = write!(call, " --root-key {}", self.pem(name));
        }
        for name in remove {
            let _ = write!(call, " --remove root={}", public(name).key_id().hex());
        }
        let carried = self.at("carried.json");
        drop(std::fs::remove_file(&carried));
        self.repo(&format!("{call}{more} -o carried.json"));
        Self::sign(&carried, signers);
        self.repo("import-root carried.json");
    }

    /// What happens in the room: signatures are added to a root.
    pub fn sign(file: &Path, signers: &[&str]) {
        let mut root = Signed::parse(&std::fs::read(file).unwrap()).unwrap();
        let (bytes, _) = payload(&root.signed).unwrap();
        for name in signers {
            let made: p256::ecdsa::Signature = pair(name).sign(&bytes);
            root.put(Signature::new(
                public(name).key_id(),
                made.to_der().as_bytes(),
            ));
        }
        std::fs::write(file, root.to_file()).unwrap();
    }

    /// The key ids of a role in the newest published root.
    pub fn key_ids(&self, role: &str) -> Vec<String> {
        let file = std::fs::read(self.at("tuf/repository/root.json")).unwrap();
        let root: serde_json::Value = serde_json::from_slice(&file).unwrap();
        let ids = root["signed"]["roles"][role]["keyids"].as_array().unwrap();
        ids.iter()
            .map(|id| id.as_str().unwrap().to_owned())
            .collect()
    }

    /// Snapshot and timestamp of what is staged.
    pub fn upkeep(&self) {
        self.repo("snapshot --expires 30d");
        self.repo("timestamp --expires 7d");
    }

    /// The published roots, oldest first, copied to where no commit can change them.
    pub fn roots(&self) -> Vec<PathBuf> {
        let mut roots = Vec::new();
        loop {
            let name = format!("{}.root.json", roots.len() + 1);
            let kept = self.at(format!("trusted-{name}"));
            match std::fs::copy(self.at("tuf/repository").join(&name), &kept) {
                Ok(_) => roots.push(kept),
                Err(_) => return roots,
            }
        }
    }
}
