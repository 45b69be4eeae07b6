//! `repo delegate`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::add::future;
use super::passphrases::Sources;
use super::when::When;
use super::{Where, asked};
use crate::canonical::parse;
use crate::cli::{Failure, notice, now, print, print_json};
use crate::repo::keys::Keyring;
use crate::repo::targets::{self, Delegation, DelegationChange};
use crate::repo::words::{command, counted, path as quoted};
use crate::repo::{Place, RepoError};
use crate::safe::safe;
use crate::tuf::delegations::After;
use crate::tuf::key::{KeyId, PublicKey};
use crate::tuf::repository::expires_text;

/// Largest file of a public key.
const MAX_KEY_BYTES: u64 = 64_000;

/// Arguments of `repo delegate`.
#[derive(Debug, Args)]
pub struct Delegate {
    /// The delegated role.
    #[arg(value_name = "ROLE")]
    role: String,
    #[command(flatten)]
    place: Where,
    /// Paths for which it may vouch: shell patterns in which no wildcard stands for a slash.
    #[arg(long, value_name = "PATTERN")]
    path: Vec<String>,
    /// Its keys: PEM or a TUF key object. Those in `keys/ROLE.json` are taken where none is named.
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// How many of its keys must sign.
    #[arg(long, value_name = "N", default_value_t = 1)]
    threshold: u32,
    /// Roles after it are not asked about its paths.
    #[arg(long)]
    terminating: bool,
    /// Take the delegation back.
    #[arg(long, conflicts_with_all = ["path", "key", "terminating"])]
    remove: bool,
    /// The role that delegates.
    #[arg(long, value_name = "ROLE", default_value = "targets")]
    by: String,
    /// When the metadata of the delegating role expires.
    #[arg(long, value_name = "WHEN")]
    expires: When,
    #[command(flatten)]
    sources: Sources,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Delegate {
    pub fn run(&self) -> Result<(), Failure> {
        let expires = future(self.expires, now())?;
        let place = Place::locked(&self.place.dir)?;
        let mut passphrases = asked::passphrases(&self.sources)?;
        let mut keyring = Keyring::new(&place, &mut passphrases);
        let change = if self.remove {
            DelegationChange::Remove(self.role.clone())
        } else {
            DelegationChange::Set(Delegation {
                name: self.role.clone(),
                keys: self.keys(&mut keyring)?,
                threshold: self.threshold,
                paths: self.path.clone(),
                after: if self.terminating {
                    After::Stop
                } else {
                    After::GoOn
                },
            })
        };
        let made = targets::delegate(&place, &mut keyring, &self.by, &change, expires)?;
        for words in &made.notices {
            notice(words);
        }
        let complete = made.signed >= made.threshold;
        let next = command(&place, "snapshot --expires 30d");
        let expires = expires_text(expires).unwrap_or_default();
        if self.json {
            let keyids: Vec<String> = made.keyids.iter().map(KeyId::hex).collect();
            print_json(&json!({
                "by": self.by,
                "role": self.role,
                "delegated": !self.remove,
                "keyids": keyids,
                "version": made.version,
                "expires": expires,
                "signed": made.signed,
                "threshold": made.threshold,
                "complete": complete,
                "notices": made.notices,
                "next": complete.then_some(next),
            }));
            return Ok(());
        }
        let what = if self.remove {
            format!("{} takes its delegation to {} back.", self.by, self.role)
        } else {
            format!(
                "{} delegates to {}, which has {}, of which {} must sign.",
                self.by,
                self.role,
                counted(made.keyids.len(), "key", "keys"),
                self.threshold
            )
        };
        print(&format!(
            "{}\nStaged {} version {}, which expires at {expires}, signed by {} ({} needed).",
            safe(&what),
            safe(&self.by),
            made.version,
            counted(made.signed as usize, "key", "keys"),
            made.threshold,
        ));
        if complete {
            print(&format!("Next: {next}"));
        }
        Ok(())
    }

    /// The key objects that are named, else those in `keys/`; none keeps what the role has.
    fn keys(&self, keyring: &mut Keyring<'_>) -> Result<Vec<Value>, RepoError> {
        if !self.key.is_empty() {
            return self.key.iter().map(|path| key(path)).collect();
        }
        if !keyring.has_keys(&self.role) {
            return Ok(Vec::new());
        }
        keyring.key_objects(&self.role)
    }
}

/// A public key as PEM or as a key object of TUF.
fn key(path: &Path) -> Result<Value, RepoError> {
    let refused = |why: String| {
        RepoError::refused(
            format!("{} holds no key that can be used: {why}.", quoted(path)),
            "Name a file with a public key: PEM, or a TUF key object.",
        )
    };
    let length = std::fs::metadata(path).map_err(|error| RepoError::file(path, error))?;
    if length.len() > MAX_KEY_BYTES {
        return Err(refused(format!("it has more than {MAX_KEY_BYTES} bytes")));
    }
    let text = std::fs::read_to_string(path).map_err(|error| RepoError::file(path, error))?;
    if text.trim_start().starts_with('{') {
        let object = parse(text.as_bytes(), text.len());
        let object = object.map_err(|error| refused(safe(&error.to_string())))?;
        PublicKey::from_tuf(&object).map_err(|error| refused(error.to_string()))?;
        return Ok(object);
    }
    let key = PublicKey::from_pem(&text).map_err(|error| refused(error.to_string()))?;
    Ok(key.to_tuf())
}
