//! `repo add`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::passphrases::Sources;
use super::when::When;
use super::{Where, asked};
use crate::canonical::parse;
use crate::cli::progress::{Doing, Line, size};
use crate::cli::{Failure, notice, now, print, print_json};
use crate::repo::keys::Keyring;
use crate::repo::targets::{self, Added, Addition, Digests, Manner, Progress};
use crate::repo::words::{command, counted, path as quoted};
use crate::repo::{Place, RepoError, sigstore};
use crate::safe::safe;
use crate::tuf::repository::expires_text;

/// Digests that are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-512 alone; tough refuses such targets.
    Sha512,
    /// Both.
    Both,
}

/// Arguments of `repo add`.
#[derive(Debug, Args)]
pub struct Add {
    /// Files or directories below `staged/targets` that are added; everything there where nothing is
    /// named.
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    #[command(flatten)]
    place: Where,
    /// When the role's metadata expires: a date, a time of UTC, or how long from now (90d).
    #[arg(long, value_name = "WHEN")]
    expires: When,
    /// A file, or all that is in a directory, from elsewhere; copied below `staged/targets`.
    #[arg(long, value_name = "PATH")]
    from: Vec<PathBuf>,
    /// The directory of what is offered into which they come.
    #[arg(long, value_name = "PATH", requires = "from")]
    into: Option<String>,
    /// The role that lists them.
    #[arg(long, value_name = "ROLE", default_value = "targets")]
    role: String,
    /// Digests that are listed.
    #[arg(long, value_enum, value_name = "HASH", default_value_t = Hash::Sha256)]
    hash: Hash,
    /// What is said of every file that is added: a JSON object.
    #[arg(long, value_name = "JSON")]
    custom: Option<String>,
    /// A service of Sigstore: fulcio=CHAIN.pem,uri=URL; rekor=KEY.pub,uri=URL[,origin=NAME][,api=1|2]; ctfe=KEY.pub,uri=URL;
    /// tsa=CHAIN.pem,uri=URL; oidc=URL; each with [,start=TIME][,end=TIME][,status=active|expired]. What is not
    /// said of the times of a service that is offered already stays; a log with an origin has version 2. A file
    /// or URL with a comma cannot be written.
    #[arg(long, value_name = "SERVICE")]
    sigstore: Vec<String>,
    /// Who runs the services, as `signing_config.v0.2.json` says it.
    #[arg(long, value_name = "NAME", requires = "sigstore")]
    operator: Option<String>,
    #[command(flatten)]
    sources: Sources,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Add {
    pub fn run(&self) -> Result<(), Failure> {
        let now = now();
        let expires = future(self.expires, now)?;
        let place = Place::locked(&self.place.dir)?;
        let mut manner = Manner {
            role: self.role.clone(),
            expires,
            digests: match self.hash {
                Hash::Sha256 => Digests::Sha256,
                Hash::Sha512 => Digests::Sha512,
                Hash::Both => Digests::Both,
            },
            custom: BTreeMap::new(),
            custom_for_all: self.custom.as_deref().map(object).transpose()?,
        };
        let mut additions = self.additions()?;
        let mut notices = Vec::new();
        if !self.sigstore.is_empty() {
            self.sigstore(&place, now, &mut additions, &mut manner, &mut notices)?;
        }
        let mut passphrases = asked::passphrases(&self.sources)?;
        let mut keyring = Keyring::new(&place, &mut passphrases);
        let mut line = Line::new();
        let mut progress = |at: Progress| line.draw(Doing::Hashing, at.files, at.of, at.bytes);
        let added = targets::add(&place, &mut keyring, &additions, &manner, &mut progress);
        drop(line);
        let added = added?;
        notices.extend(added.notices.iter().cloned());
        self.report(&place, &added, &notices, expires);
        Ok(())
    }

    fn additions(&self) -> Result<Vec<Addition>, RepoError> {
        let into = self
            .into
            .as_deref()
            .map_or("", |into| into.trim_end_matches('/'));
        let mut additions: Vec<Addition> = self
            .paths
            .iter()
            .map(|path| Addition::InPlace(path.trim_end_matches('/').to_owned()))
            .collect();
        for from in &self.from {
            let path = if from.is_dir() {
                into.to_owned()
            } else {
                let name = from.file_name().and_then(|name| name.to_str());
                let name = name.ok_or_else(|| {
                    RepoError::call(
                        format!("{} has no name that metadata can hold.", quoted(from)),
                        "Name a file whose name is UTF-8.",
                    )
                })?;
                if into.is_empty() {
                    name.to_owned()
                } else {
                    format!("{into}/{name}")
                }
            };
            additions.push(Addition::From(from.clone(), path));
        }
        if additions.is_empty() && self.sigstore.is_empty() {
            additions.push(Addition::InPlace(String::new()));
        }
        Ok(additions)
    }

    /// What the services of Sigstore add.
    fn sigstore(
        &self,
        place: &Place,
        now: OffsetDateTime,
        additions: &mut Vec<Addition>,
        manner: &mut Manner,
        notices: &mut Vec<String>,
    ) -> Result<(), RepoError> {
        let operator = self.operator.as_deref();
        let offer = sigstore::additions(place, &self.sigstore, operator, now)?;
        additions.extend(offer.additions);
        manner.custom.extend(offer.custom);
        notices.extend(offer.notices);
        Ok(())
    }

    fn report(&self, place: &Place, added: &Added, notices: &[String], expires: OffsetDateTime) {
        for words in notices {
            notice(words);
        }
        let complete = added.signed >= added.threshold;
        let next = command(place, "snapshot --expires 30d");
        let expires = expires_text(expires).unwrap_or_default();
        if self.json {
            print_json(&json!({
                "role": self.role,
                "version": added.version,
                "expires": expires,
                "new": added.new,
                "changed": added.changed,
                "same": added.same,
                "bytes_hashed": added.bytes,
                "signed": added.signed,
                "threshold": added.threshold,
                "complete": complete,
                "notices": notices,
                "next": complete.then_some(next),
            }));
            return;
        }
        print(&format!(
            "Added to {}: {} new, {} changed, {} as before; {} hashed.\nStaged {} version {}, which expires at {expires}, signed by {} ({} needed).",
            safe(&self.role),
            added.new,
            added.changed,
            added.same,
            size(added.bytes),
            safe(&self.role),
            added.version,
            counted(added.signed as usize, "key", "keys"),
            added.threshold,
        ));
        if complete {
            print(&format!("Next: {next}"));
        }
    }
}

/// An expiry that lies ahead.
pub(super) fn future(when: When, now: OffsetDateTime) -> Result<OffsetDateTime, RepoError> {
    let (expires, next) = (
        when.from(now),
        "Write a date, a time of UTC, or how long from now: --expires 90d",
    );
    let text = expires_text(expires)
        .map_err(|error| RepoError::call(format!("--expires: {error}."), next))?;
    if expires <= now {
        return Err(RepoError::call(
            format!(
                "--expires: {text} is not in the future, and clients refuse metadata that has expired."
            ),
            next,
        ));
    }
    Ok(expires)
}

fn object(text: &str) -> Result<Map<String, Value>, RepoError> {
    let wrong = |why: &str| {
        RepoError::call(
            format!("--custom: {}.", safe(why)),
            "Write a JSON object with members: --custom '{\"owner\": \"build\"}'",
        )
    };
    match parse(text.as_bytes(), text.len()) {
        Ok(Value::Object(members)) if !members.is_empty() => Ok(members),
        Ok(Value::Object(_)) => Err(wrong(
            "the object is empty, and tough rejects metadata that holds such a one",
        )),
        Ok(_) => Err(wrong("that is JSON and no object")),
        Err(error) => Err(wrong(&error.to_string())),
    }
}
