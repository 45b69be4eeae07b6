//! Snapshot and timestamp, and what expires.
//!
//! A snapshot lists every targets role as it will be published: staged first, else as it is. What
//! the snapshot before it listed stays listed, or clients would take the new one for a forgery (TUF
//! specification, section 5.5.5); nothing is ever listed with a lower version. What is listed is
//! signed by enough keys, since a signature that is added later changes the digest of the file.

mod due;
mod listed;
mod next;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::keys::Keyring;
use super::place::not_metadata;
use super::words::command;
use super::{Place, RepoError};
use crate::canonical::parse;
use crate::safe::safe;
use crate::tuf::meta::MetaFile;
use crate::tuf::metadata::Metadata;
use crate::tuf::repository::{self, Signers, meta_file};
use crate::tuf::root::{MetadataError, Role};
use crate::tuf::signature::Signature;
use crate::tuf::snapshot::Snapshot;

pub use due::{Due, Why, due, renew};

use next::Next;

/// Metadata that was staged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Whose it is.
    pub role: String,
    /// Its version.
    pub version: u64,
    /// When it expires, as written.
    pub expires: String,
    /// Where it is staged.
    pub path: PathBuf,
    /// How many different keys have signed it.
    pub signed: u32,
    /// How many must.
    pub threshold: u32,
    /// The versions that it lists, by file name.
    pub lists: BTreeMap<String, u64>,
    /// What people should know; whole sentences, safe to show.
    pub notices: Vec<String>,
}

impl Made {
    /// Whether enough keys have signed.
    pub fn complete(&self) -> bool {
        self.threshold > 0 && self.signed >= self.threshold
    }
}

/// Who signs: role, its keys, the payload.
type Sign<'s> = dyn FnMut(&str, &Signers, &[u8]) -> Result<Vec<Signature>, RepoError> + 's;

/// Stages and signs the snapshot.
pub fn snapshot(
    place: &Place,
    keyring: &mut Keyring<'_>,
    expires: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<Made, RepoError> {
    snapshot_with(place, expires, now, &mut |role, signers, payload| {
        keyring.sign(role, &signers.keys, payload)
    })
}

/// Stages and signs the timestamp, over the snapshot that is staged, else over the published one.
pub fn timestamp(
    place: &Place,
    keyring: &mut Keyring<'_>,
    expires: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<Made, RepoError> {
    timestamp_with(place, expires, now, &mut |role, signers, payload| {
        keyring.sign(role, &signers.keys, payload)
    })
}

fn snapshot_with(
    place: &Place,
    expires: OffsetDateTime,
    now: OffsetDateTime,
    sign: &mut Sign<'_>,
) -> Result<Made, RepoError> {
    let next = Next::of(place, Role::Snapshot, expires, now)?;
    let published = next.published.as_ref();
    let mut meta = match published.and_then(|published| published.snapshot.as_ref()) {
        None => BTreeMap::new(),
        Some(before) => read_snapshot(place, before)?.meta,
    };
    let notices = listed::list(place, published, &mut meta, now)?;
    let signed = repository::snapshot(next.version, expires, &meta, &next.before);
    let lists = meta.iter().map(|(name, file)| (name.clone(), file.version));
    next.stage(place, &written(signed)?, lists.collect(), notices, sign)
}

fn timestamp_with(
    place: &Place,
    expires: OffsetDateTime,
    now: OffsetDateTime,
    sign: &mut Sign<'_>,
) -> Result<Made, RepoError> {
    let next = Next::of(place, Role::Timestamp, expires, now)?;
    let published = next.published.as_ref();
    let staged = place.staged_role("snapshot")?.map(|staged| staged.file);
    let before = published.and_then(|published| published.snapshot.as_ref());
    let Some(file) = staged.as_ref().or(before) else {
        return Err(RepoError::refused(
            "there is no snapshot for the timestamp to name.",
            format!(
                "Make one: {}",
                command(place, "snapshot --expires HOW-LONG")
            ),
        ));
    };
    let root = published.map(|published| &published.root);
    let signers = place.signers(Role::Snapshot, root)?;
    let signed = signers.signed(file.payload(), file.signatures());
    if !signers.met(file.payload(), file.signatures()) {
        return Err(not_signed(place, "snapshot", signed, signers.threshold));
    }
    let read = read_snapshot(place, file)?;
    let (version, mut notices) = (read.header.version, Vec::new());
    if read.header.expires <= now {
        notices.push(format!(
            "The snapshot that is named, version {version}, expired at {}: no client accepts it.",
            safe(&read.header.expires_text)
        ));
    }
    let listed = published.and_then(|published| listed_before(published.timestamp.as_ref()?));
    never_lower("snapshot.json", listed.as_ref(), version, file.bytes())?;
    let meta = meta_file(version, file.bytes());
    let signed = repository::timestamp(next.version, expires, &meta, &next.before);
    let lists = BTreeMap::from([("snapshot.json".to_owned(), version)]);
    next.stage(place, &written(signed)?, lists, notices, sign)
}

fn version_of(file: &Metadata) -> Result<u64, MetadataError> {
    let text = file.signed_member("version");
    let text = text.and_then(|text| std::str::from_utf8(text).ok());
    let version = text.and_then(|text| text.parse().ok());
    let version = version.filter(|version| *version > 0);
    version.ok_or_else(|| MetadataError::Absent("version, a whole number from 1,".to_owned()))
}

fn signed_portion(
    place: &Place,
    role: &str,
    file: &Metadata,
) -> Result<Map<String, Value>, RepoError> {
    let text = file.signed_text();
    match parse(text.as_bytes(), text.len()) {
        Ok(Value::Object(signed)) => Ok(signed),
        Ok(_) => Ok(Map::new()),
        Err(error) => {
            let path = place.repository().join(format!("{role}.json"));
            Err(not_metadata(&path, &error))
        }
    }
}

fn read_snapshot(place: &Place, file: &Metadata) -> Result<Snapshot, RepoError> {
    let path = place.staged_path("snapshot");
    Snapshot::read(file).map_err(|error| not_metadata(&path, &error))
}

fn listed_before(timestamp: &Metadata) -> Option<MetaFile> {
    let read = crate::tuf::timestamp::Timestamp::read(timestamp).ok()?;
    Some(read.snapshot)
}

fn written(signed: Result<Vec<u8>, MetadataError>) -> Result<Vec<u8>, RepoError> {
    signed.map_err(|error| {
        RepoError::refused(
            format!("the metadata cannot be written: {error}."),
            "Look at the metadata that is published.",
        )
    })
}

fn not_signed(place: &Place, role: &str, signed: u32, threshold: u32) -> RepoError {
    let name = safe(role);
    RepoError::refused(
        format!(
            "the metadata of role {name} is signed by {signed} of the {threshold} keys that the root or its delegation asks for now; a signature that is added later makes another file of it."
        ),
        format!(
            "Sign it first, or make it anew: {}",
            command(place, &format!("sign {}", super::words::quoted(role)))
        ),
    )
}

/// Refuses a lower version than `before`, and other content under the same version.
fn never_lower(
    listed: &str,
    before: Option<&MetaFile>,
    version: u64,
    bytes: &[u8],
) -> Result<(), RepoError> {
    let Some(before) = before else { return Ok(()) };
    let name = safe(listed);
    if version < before.version {
        return Err(RepoError::refused(
            format!(
                "{name} has version {version}, and version {} is published: clients refuse to go back.",
                before.version
            ),
            "Make it anew: its version is then one more than is published.",
        ));
    }
    if version == before.version && before.check(bytes).is_err() {
        return Err(RepoError::refused(
            format!(
                "{name} version {version} is published already, and with other content: one version never has two contents."
            ),
            "Where it is staged, make it anew; where it is published, somebody has changed it: bring it back from a copy.",
        ));
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod tests;
