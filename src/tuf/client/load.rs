//! The top-level roles, in the order of the specification, and any file that another one lists.

use std::rc::Rc;

use time::OffsetDateTime;

use super::names::Layout;
use super::{ClientError, Earlier, Fetch, Limits, Link, Trust};
use crate::safe::safe;
use crate::tuf::fields::Header;
use crate::tuf::meta::{MetaFile, MetaMismatch};
use crate::tuf::metadata::Metadata;
use crate::tuf::root::{Root, Signed};
use crate::tuf::snapshot::Snapshot;
use crate::tuf::targets::Targets;
use crate::tuf::timestamp::Timestamp;
use crate::tuf::trusted::{NotTrusted, TopLevel, Trusted};

/// The unprefixed name of the timestamp.
pub(super) const TIMESTAMP: &str = "timestamp.json";
/// The unprefixed name of the snapshot.
pub(super) const SNAPSHOT: &str = "snapshot.json";
/// The unprefixed name of the top-level targets.
pub(super) const TARGETS: &str = "targets.json";

/// What every step needs.
#[derive(Clone, Copy)]
pub(super) struct Loading<'f> {
    fetch: &'f dyn Fetch,
    now: OffsetDateTime,
    limits: Limits,
}

impl<'f> Loading<'f> {
    pub(super) fn new(fetch: &'f dyn Fetch, now: OffsetDateTime, limits: Limits) -> Self {
        Self { fetch, now, limits }
    }

    /// Sections 5.3 to 5.6.
    pub(super) fn trust(&self, anchor: &[u8], earlier: Earlier<'_>) -> Result<Trust, ClientError> {
        let (root, chain, root_file) = self.root(anchor)?;
        let layout = Layout::of(root.get());
        // 5.3.10: only the last root's expiry matters
        let newest = root.get();
        self.current(
            &root_file,
            newest.version,
            newest.expires,
            &newest.expires_text,
        )?;
        let mut forgotten = Vec::new();
        let before = Before::read(&root, earlier, &self.limits, &mut forgotten);
        let timestamp = self.timestamp(&root, before.timestamp.as_ref())?;
        let meta = &timestamp.get().snapshot;
        let file = layout.metadata(SNAPSHOT, meta.version)?;
        let bytes = self.listed(&file, TIMESTAMP, meta, self.limits.snapshot)?;
        let snapshot = trusted::<Snapshot>(&root, &file, bytes, self.limits.snapshot)?;
        let header = &snapshot.get().header;
        same_version(&file, TIMESTAMP, meta.version, header.version)?;
        if let Some(before) = &before.snapshot {
            nothing_went_back(&file, before.get(), snapshot.get())?;
        }
        self.header_current(&file, header)?;
        let targets = self.targets(&root, layout, &snapshot, &file)?;
        Ok(Trust {
            chain,
            root,
            timestamp,
            snapshot,
            targets: Rc::new(targets),
            forgotten,
        })
    }

    /// The chain of roots (5.3), and the name of the last one's file.
    pub(super) fn root(
        &self,
        anchor: &[u8],
    ) -> Result<(Trusted<Root>, Vec<Link>, String), ClientError> {
        let read = |bytes: &[u8]| Signed::parse_within(bytes, self.limits.root);
        let signed = read(anchor).map_err(|error| ClientError::Anchor(error.into()))?;
        let mut root = Trusted::first(&signed).map_err(ClientError::Anchor)?;
        let first = root.get().version;
        let mut file = "the root that was given".to_owned();
        let mut chain = vec![link(&root)];
        while let Some(version) = root.get().version.checked_add(1) {
            let name = format!("{version}.root.json");
            let Some(bytes) = self.fetch(&name, self.limits.root)? else {
                break;
            };
            if chain.len() > self.limits.roots {
                return Err(ClientError::TooManyRoots {
                    first,
                    version: root.get().version,
                    limit: self.limits.roots,
                });
            }
            let distrust = |reason| ClientError::NotTrusted {
                file: name.clone(),
                reason,
            };
            let signed = read(&bytes).map_err(|error| distrust(error.into()))?;
            root = root.next(&signed).map_err(distrust)?;
            chain.push(link(&root));
            file = name;
        }
        Ok((root, chain, file))
    }

    /// Section 5.4.
    fn timestamp(
        &self,
        root: &Trusted<Root>,
        before: Option<&Trusted<Timestamp>>,
    ) -> Result<Trusted<Timestamp>, ClientError> {
        let bytes = self
            .fetch(TIMESTAMP, self.limits.timestamp)?
            .ok_or_else(|| missing(TIMESTAMP))?;
        let new = trusted::<Timestamp>(root, TIMESTAMP, bytes, self.limits.timestamp)?;
        if let Some(old) = before {
            let (before, got) = (old.get().header.version, new.get().header.version);
            if got < before {
                return Err(ClientError::Rollback {
                    file: TIMESTAMP.to_owned(),
                    before,
                    got,
                });
            }
            if got == before && old.payload() != new.payload() {
                return Err(ClientError::SameVersion {
                    file: TIMESTAMP.to_owned(),
                    version: got,
                });
            }
            let (before, got) = (old.get().snapshot.version, new.get().snapshot.version);
            if got < before {
                return Err(ClientError::ListedRollback {
                    file: SNAPSHOT.to_owned(),
                    by: TIMESTAMP.to_owned(),
                    before,
                    got,
                });
            }
        }
        self.header_current(TIMESTAMP, &new.get().header)?;
        Ok(new)
    }

    /// Section 5.6, for the top-level role.
    fn targets(
        &self,
        root: &Trusted<Root>,
        layout: Layout,
        snapshot: &Trusted<Snapshot>,
        by: &str,
    ) -> Result<Trusted<Targets>, ClientError> {
        let (file, meta, metadata) = self.role(layout, snapshot.get(), by, TARGETS)?;
        let targets = root
            .delegate::<Targets>(&metadata)
            .map_err(|reason| distrusted(&file, reason))?;
        self.as_listed(&file, by, meta, &targets)?;
        Ok(targets)
    }

    /// The metadata file that the snapshot lists as `listed`, with its length and digests checked:
    /// its full name, how it is listed, and what it holds. Nothing of its signatures is checked.
    pub(super) fn role<'s>(
        &self,
        layout: Layout,
        snapshot: &'s Snapshot,
        by: &str,
        listed: &str,
    ) -> Result<(String, &'s MetaFile, Metadata), ClientError> {
        let meta = snapshot
            .meta
            .get(listed)
            .ok_or_else(|| ClientError::NotListed {
                file: safe(listed),
                by: by.to_owned(),
            })?;
        let name = layout.metadata(listed, meta.version)?;
        let bytes = self.listed(&name, by, meta, self.limits.targets)?;
        let file = safe(&name);
        let metadata = parsed(&file, bytes, self.limits.targets)?;
        Ok((file, meta, metadata))
    }

    /// Whether targets metadata has the version that is listed, and is current.
    pub(super) fn as_listed(
        &self,
        file: &str,
        by: &str,
        meta: &MetaFile,
        targets: &Trusted<Targets>,
    ) -> Result<(), ClientError> {
        let header = &targets.get().header;
        same_version(file, by, meta.version, header.version)?;
        self.header_current(file, header)
    }

    /// A file of this length and with these digests, where they are listed.
    fn listed(
        &self,
        name: &str,
        by: &str,
        meta: &MetaFile,
        limit: usize,
    ) -> Result<Vec<u8>, ClientError> {
        let expected = Self::within(name, meta.length, limit)?;
        let bytes = self.fetch_listed(name, by, meta.length, expected)?;
        meta.check(&bytes)
            .map_err(|mismatch| ClientError::not_as_listed(&safe(name), by, mismatch))?;
        Ok(bytes)
    }

    /// How many bytes are to be read of a file that is listed with `length` bytes.
    pub(super) fn within(
        name: &str,
        length: Option<u64>,
        limit: usize,
    ) -> Result<usize, ClientError> {
        let Some(listed) = length else {
            return Ok(limit);
        };
        usize::try_from(listed)
            .ok()
            .filter(|length| *length <= limit)
            .ok_or_else(|| ClientError::ListedTooLong {
                file: safe(name),
                listed,
                limit,
            })
    }

    /// A file that must be there. Where it is listed with a length, a longer one is not as listed.
    pub(super) fn fetch_listed(
        &self,
        name: &str,
        by: &str,
        length: Option<u64>,
        limit: usize,
    ) -> Result<Vec<u8>, ClientError> {
        match (self.fetch(name, limit), length) {
            (Ok(Some(bytes)), _) => Ok(bytes),
            (Ok(None), _) => Err(missing(name)),
            (Err(ClientError::TooLong { file, .. }), Some(expected)) => {
                let got = expected.saturating_add(1);
                let mismatch = MetaMismatch::Length { expected, got };
                Err(ClientError::not_as_listed(&file, by, mismatch))
            }
            (Err(error), _) => Err(error),
        }
    }

    fn fetch(&self, name: &str, limit: usize) -> Result<Option<Vec<u8>>, ClientError> {
        let fetched = self
            .fetch
            .fetch(name, limit)
            .map_err(|reason| ClientError::Fetch {
                file: safe(name),
                reason: safe(&reason),
            })?;
        match fetched {
            Some(bytes) if bytes.len() > limit => Err(ClientError::TooLong {
                file: safe(name),
                limit,
            }),
            fetched => Ok(fetched),
        }
    }

    fn header_current(&self, file: &str, header: &Header) -> Result<(), ClientError> {
        self.current(file, header.version, header.expires, &header.expires_text)
    }

    fn current(
        &self,
        file: &str,
        version: u64,
        expires: OffsetDateTime,
        text: &str,
    ) -> Result<(), ClientError> {
        if self.now < expires {
            return Ok(());
        }
        Err(ClientError::Expired {
            file: file.to_owned(),
            version,
            expires: safe(text),
            now: self.now,
        })
    }
}

/// What is left of an earlier visit under the newest root.
struct Before {
    timestamp: Option<Trusted<Timestamp>>,
    snapshot: Option<Trusted<Snapshot>>,
}

impl Before {
    fn read(
        root: &Trusted<Root>,
        earlier: Earlier<'_>,
        limits: &Limits,
        forgotten: &mut Vec<String>,
    ) -> Self {
        let mut forget = |error: ClientError| forgotten.push(format!("earlier {error}"));
        let timestamp = earlier
            .timestamp
            .map(|bytes| trusted(root, TIMESTAMP, bytes.to_vec(), limits.timestamp));
        let timestamp = timestamp.and_then(|read| read.map_err(&mut forget).ok());
        let snapshot = earlier
            .snapshot
            .map(|bytes| trusted(root, SNAPSHOT, bytes.to_vec(), limits.snapshot));
        let snapshot = snapshot.and_then(|read| read.map_err(&mut forget).ok());
        Self {
            timestamp,
            snapshot,
        }
    }
}

fn link(root: &Trusted<Root>) -> Link {
    Link {
        version: root.get().version,
        payload: root.payload(),
    }
}

fn missing(name: &str) -> ClientError {
    ClientError::Missing { file: safe(name) }
}

pub(super) fn distrusted(file: &str, reason: NotTrusted) -> ClientError {
    ClientError::NotTrusted {
        file: file.to_owned(),
        reason,
    }
}

fn parsed(file: &str, bytes: Vec<u8>, limit: usize) -> Result<Metadata, ClientError> {
    Metadata::parse(bytes, limit).map_err(|reason| ClientError::Unreadable {
        file: file.to_owned(),
        reason,
    })
}

fn trusted<T: TopLevel>(
    root: &Trusted<Root>,
    file: &str,
    bytes: Vec<u8>,
    limit: usize,
) -> Result<Trusted<T>, ClientError> {
    root.delegate(&parsed(file, bytes, limit)?)
        .map_err(|reason| distrusted(file, reason))
}

fn same_version(file: &str, by: &str, expected: u64, got: u64) -> Result<(), ClientError> {
    if expected == got {
        return Ok(());
    }
    Err(ClientError::MixedVersions {
        file: file.to_owned(),
        by: by.to_owned(),
        expected,
        got,
    })
}

/// 5.5.5: what was listed is still listed, at its version or a later one.
fn nothing_went_back(by: &str, old: &Snapshot, new: &Snapshot) -> Result<(), ClientError> {
    for (file, was) in &old.meta {
        let before = was.version;
        let Some(is) = new.meta.get(file) else {
            return Err(ClientError::Dropped {
                file: safe(file),
                by: by.to_owned(),
                before,
            });
        };
        if is.version < before {
            return Err(ClientError::ListedRollback {
                file: safe(file),
                by: by.to_owned(),
                before,
                got: is.version,
            });
        }
    }
    Ok(())
}
