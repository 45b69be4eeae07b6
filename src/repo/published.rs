//! What clients see: the directory `repository`, or what is to take its place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::place::{TARGETS, not_metadata, read_within};
use super::{Place, RepoError};
use crate::tuf::client::{Fetch, Layout, Limits};
use crate::tuf::metadata::Metadata;
use crate::tuf::root::{MetadataError, Root};
use crate::tuf::signature::MAX_ROOT_BYTES;
use crate::tuf::snapshot::Snapshot;
use crate::tuf::timestamp::Timestamp;

/// Files as clients would fetch them: those of a directory, and others in their place.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// Where the others are looked for.
    pub directory: PathBuf,
    /// Files by the name under which clients fetch them.
    pub instead: BTreeMap<String, PathBuf>,
}

impl Files {
    /// Where the file of this name is.
    pub fn path(&self, name: &str) -> PathBuf {
        let instead = self.instead.get(name).cloned();
        instead.unwrap_or_else(|| self.directory.join(name))
    }
}

impl Fetch for Files {
    fn fetch(&self, name: &str, limit: usize) -> Result<Option<Vec<u8>>, String> {
        // one byte more than `limit` is refused by the client in its own words
        let path = self.path(name);
        let file = match std::fs::File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("{}: {error}", path.display())),
        };
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::Read::take(file, limit as u64 + 1), &mut bytes)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Some(bytes))
    }
}

/// What is published: every root, and the metadata that the timestamp leads to. Nothing of it has
/// been verified; [`super::verify`] does that.
#[derive(Debug)]
pub struct Published {
    /// The files of every root, by version, without a gap from the first to the last.
    pub roots: BTreeMap<u64, Metadata>,
    /// The newest root.
    pub root: Root,
    /// How files are named.
    pub layout: Layout,
    /// The timestamp, where there is one.
    pub timestamp: Option<Metadata>,
    /// The snapshot that it names.
    pub snapshot: Option<Metadata>,
    directory: PathBuf,
}

impl Published {
    /// Reads what `place` has published; `None` before the first commit.
    pub fn read(place: &Place) -> Result<Option<Self>, RepoError> {
        Self::in_directory(&place.repository())
    }

    /// The same, of a directory that is hosted.
    pub fn in_directory(directory: &Path) -> Result<Option<Self>, RepoError> {
        let roots = roots(directory)?;
        let Some((_, newest)) = roots.last_key_value() else {
            return Ok(None);
        };
        let path = directory.join("root.json");
        let refused = |error: MetadataError| not_metadata(&path, &error);
        let signed = newest.to_signed().map_err(refused)?;
        let root = Root::parse(&signed.signed).map_err(refused)?;
        let mut published = Self {
            layout: Layout::of(&root),
            root,
            roots,
            timestamp: None,
            snapshot: None,
            directory: directory.to_owned(),
        };
        published.timestamp = published.metadata("timestamp.json")?;
        if let Some(timestamp) = &published.timestamp {
            let read = Timestamp::read(timestamp)
                .map_err(|error| not_metadata(&directory.join("timestamp.json"), &error))?;
            let name = published.name_of("snapshot.json", read.snapshot.version);
            published.snapshot = published.metadata(&name)?;
        }
        Ok(Some(published))
    }

    /// The metadata of a role besides root and timestamp, as the snapshot names it.
    pub fn role(&self, role: &str) -> Result<Option<Metadata>, RepoError> {
        if role == "snapshot" {
            return Ok(self.snapshot.clone());
        }
        if role == "timestamp" {
            return Ok(self.timestamp.clone());
        }
        let listed = format!("{role}.json");
        let Some(snapshot) = &self.snapshot else {
            return Ok(None);
        };
        let read = Snapshot::read(snapshot)
            .map_err(|error| not_metadata(&self.directory.join("snapshot.json"), &error))?;
        match read.meta.get(&listed) {
            None => Ok(None),
            Some(meta) => self.metadata(&self.name_of(&listed, meta.version)),
        }
    }

    /// What the snapshot lists: each targets role with its version. Nothing before the first
    /// snapshot.
    pub fn listed(&self) -> Result<BTreeMap<String, u64>, RepoError> {
        let Some(snapshot) = &self.snapshot else {
            return Ok(BTreeMap::new());
        };
        let read = Snapshot::read(snapshot)
            .map_err(|error| not_metadata(&self.directory.join("snapshot.json"), &error))?;
        let role = |name: String| Some(name.strip_suffix(".json")?.to_owned());
        let listed = read.meta.into_iter();
        Ok(listed
            .filter_map(|(name, meta)| Some((role(name)?, meta.version)))
            .collect())
    }

    /// Version and expiry of every role, the root and those that the snapshot lists; what cannot be
    /// read is left out.
    pub fn standing(&self) -> Result<BTreeMap<String, (u64, OffsetDateTime)>, RepoError> {
        let root = (self.root.version, self.root.expires);
        let mut standing = BTreeMap::from([("root".to_owned(), root)]);
        let top = ["snapshot", "timestamp"].map(str::to_owned);
        for role in self.listed()?.into_keys().chain(top) {
            if let Some(found) = self.role(&role)?.and_then(|file| header(&file)) {
                standing.insert(role, found);
            }
        }
        Ok(standing)
    }

    /// Whether the top-level role lists a target that clients of Sigstore look for.
    pub fn offers_sigstore(&self) -> Result<bool, RepoError> {
        let Some(file) = self.role("targets")? else {
            return Ok(false);
        };
        let read = crate::tuf::targets::Targets::read(&file);
        Ok(read.is_ok_and(|targets| super::publish::offers_sigstore(&targets)))
    }

    /// The name under which version `version` of a metadata file besides root and timestamp is
    /// published.
    pub fn name_of(&self, listed: &str, version: u64) -> String {
        match self.layout {
            Layout::Consistent => format!("{version}.{listed}"),
            Layout::Plain => listed.to_owned(),
        }
    }

    /// The directory that is served.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Where the files are that are offered.
    pub fn targets(&self) -> PathBuf {
        self.directory.join(TARGETS)
    }

    fn metadata(&self, name: &str) -> Result<Option<Metadata>, RepoError> {
        metadata(&self.directory.join(name), Limits::default().targets)
    }
}

/// Version and expiry, as far as they can be read.
pub(super) fn header(file: &Metadata) -> Option<(u64, OffsetDateTime)> {
    let text = |name| std::str::from_utf8(file.signed_member(name)?).ok();
    let expires = text("expires")?.trim_matches('"');
    let expires = OffsetDateTime::parse(expires, &Rfc3339).ok()?;
    Some((text("version")?.parse().ok()?, expires))
}

/// Every `N.root.json` from the lowest version up, and `root.json` where it is the only one.
fn roots(directory: &Path) -> Result<BTreeMap<u64, Metadata>, RepoError> {
    let mut roots = BTreeMap::new();
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(roots),
        Err(error) => return Err(RepoError::file(directory, error)),
    };
    for entry in entries {
        let entry = entry.map_err(|error| RepoError::file(directory, error))?;
        let name = entry.file_name();
        let version = name
            .to_str()
            .and_then(|name| name.strip_suffix(".root.json"))
            .and_then(|version| version.parse::<u64>().ok());
        if let Some(version) = version
            && let Some(file) = metadata(&entry.path(), MAX_ROOT_BYTES)?
        {
            roots.insert(version, file);
        }
    }
    let versions = roots.keys().zip(roots.keys().skip(1));
    if let Some((before, after)) = versions.clone().find(|(a, b)| **a + 1 != **b) {
        return Err(RepoError::refused(
            format!(
                "{} has {before}.root.json and {after}.root.json and none between: a client with root {before} comes to no other.",
                directory.display()
            ),
            "Bring the roots between back from a copy of the repository.",
        ));
    }
    Ok(roots)
}

fn metadata(path: &Path, limit: usize) -> Result<Option<Metadata>, RepoError> {
    let Some(bytes) = read_within(path, limit)? else {
        return Ok(None);
    };
    let file = Metadata::parse(bytes, limit).map_err(|error| not_metadata(path, &error))?;
    Ok(Some(file))
}
