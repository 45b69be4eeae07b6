//! A whole repository, verified as a client does it (TUF specification 1.0.34, section 5).
//!
//! From any root that is trusted: every root after it, then timestamp, snapshot and targets, then
//! the delegated roles as they are asked for. Nothing here touches a file or a network: files come
//! through [`Fetch`], and the time is given.
//!
//! It is stricter than the clients in use in these points, and never laxer: keys are counted as
//! keys, not as key ids; a timestamp of a version that was seen before must be the same one; a chain
//! of more roots than clients follow is an error, not the end of the chain; a search that is given up
//! is an error, not "not found".

mod error;
mod load;
mod names;
mod targets;

use std::collections::BTreeMap;
use std::rc::Rc;

use time::OffsetDateTime;

use super::fields::Header;
use super::root::{Role, Root};
use super::signature::MAX_ROOT_BYTES;
use super::snapshot::Snapshot;
use super::targets::Targets;
use super::threshold::Tally;
use super::timestamp::{MAX_TIMESTAMP_BYTES, Timestamp};
use super::trusted::Trusted;
use crate::digest::Sha256;

pub use error::ClientError;
pub use names::{Layout, MAX_NAME_BYTES, is_inside};
pub use targets::Delegate;

/// Where the files of a repository come from: a directory, an archive, a map in memory.
pub trait Fetch {
    /// The file of this name, which has no part that leads out of the repository; targets begin
    /// with `targets/`. `None` where it is certain that there is no such file. Of a file of more
    /// than `limit` bytes, the first `limit + 1` are enough: it is refused. An error is a sentence
    /// for people.
    fn fetch(&self, name: &str, limit: usize) -> Result<Option<Vec<u8>>, String>;
}

/// How much is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a root.
    pub root: usize,
    /// Bytes of a timestamp.
    pub timestamp: usize,
    /// Bytes of a snapshot.
    pub snapshot: usize,
    /// Bytes of a targets file, delegated ones included.
    pub targets: usize,
    /// Bytes of one target.
    pub target: usize,
    /// Roots after the first.
    pub roots: usize,
    /// Delegated roles, where all of them are visited ([`Client::delegated`]).
    pub roles: usize,
}

impl Default for Limits {
    /// Root, timestamp and number of roots as python-tuf and go-tuf have them. The others are
    /// wider than the defaults of clients (2 MB and 5 MB in python-tuf), which are settings there.
    fn default() -> Self {
        Self {
            root: MAX_ROOT_BYTES,
            timestamp: MAX_TIMESTAMP_BYTES,
            snapshot: 64_000_000,
            targets: 64_000_000,
            target: 2_000_000_000,
            roots: 256,
            roles: 10_000,
        }
    }
}

/// What a client has from its last visit: the files as they were then. (The root that it trusted
/// then is the one to begin with: an older one could hide those after it.) What is not signed by the
/// keys that the newest root names does not count any more, so new keys are the way out after
/// versions have been raised by somebody who had the old ones (section 5.3.11, fast-forward).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Earlier<'a> {
    /// `timestamp.json`.
    pub timestamp: Option<&'a [u8]>,
    /// `snapshot.json`.
    pub snapshot: Option<&'a [u8]>,
}

/// One root of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its version.
    pub version: u64,
    /// Digest of its payload.
    pub payload: Sha256,
}

/// What has been verified.
#[derive(Clone, Debug)]
pub struct Trust {
    /// Every root, from the one that was given to the one in force.
    pub chain: Vec<Link>,
    /// The root in force.
    pub root: Trusted<Root>,
    /// The timestamp.
    pub timestamp: Trusted<Timestamp>,
    /// The snapshot.
    pub snapshot: Trusted<Snapshot>,
    /// The top-level targets.
    pub targets: Rc<Trusted<Targets>>,
    /// Files of an earlier visit that did not count any more, each with the reason.
    pub forgotten: Vec<String>,
}

/// How one role stands, for a report.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing<'a> {
    /// The role.
    pub role: Role,
    /// Version of its metadata.
    pub version: u64,
    /// When clients stop accepting it.
    pub expires: OffsetDateTime,
    /// The same as written; not escaped.
    pub expires_text: &'a str,
    /// Digest of what was signed.
    pub payload: Sha256,
    /// Who has signed.
    pub tally: &'a Tally,
}

impl Trust {
    /// The four top-level roles.
    pub fn standings(&self) -> [Standing<'_>; 4] {
        let root = self.root.get();
        [
            Standing {
                role: Role::Root,
                version: root.version,
                expires: root.expires,
                expires_text: &root.expires_text,
                payload: self.root.payload(),
                tally: self.root.tally(),
            },
            standing(Role::Targets, &self.targets.get().header, &self.targets),
            standing(Role::Snapshot, &self.snapshot.get().header, &self.snapshot),
            standing(
                Role::Timestamp,
                &self.timestamp.get().header,
                &self.timestamp,
            ),
        ]
    }
}

fn standing<'a, T>(role: Role, header: &'a Header, trusted: &'a Trusted<T>) -> Standing<'a> {
    Standing {
        role,
        version: header.version,
        expires: header.expires,
        expires_text: &header.expires_text,
        payload: trusted.payload(),
        tally: trusted.tally(),
    }
}

/// Follows the roots alone, from the trusted root `anchor` (bytes of a file) to the last one: which
/// root that is, and the chain that led there. Expiry does not matter here (section 5.3.10 looks at
/// the last one, in [`Client::refresh`]).
pub fn follow_roots(
    anchor: &[u8],
    fetch: &dyn Fetch,
    limits: Limits,
) -> Result<(Trusted<Root>, Vec<Link>), ClientError> {
    // no expiry is looked at, so that no time is needed
    let loading = load::Loading::new(fetch, OffsetDateTime::UNIX_EPOCH, limits);
    let (root, chain, _) = loading.root(anchor)?;
    Ok((root, chain))
}

/// A client that has verified the top-level roles, and can go on to targets.
pub struct Client<'f> {
    fetch: &'f dyn Fetch,
    now: OffsetDateTime,
    limits: Limits,
    layout: Layout,
    trust: Trust,
    /// Delegated metadata by delegating role, role.
    loaded: BTreeMap<(String, String), Rc<Trusted<Targets>>>,
}

impl<'f> Client<'f> {
    /// Verifies the top-level roles of a repository at the time `now`, from the trusted root
    /// `anchor` (bytes of a file) on.
    pub fn refresh(
        anchor: &[u8],
        fetch: &'f dyn Fetch,
        now: OffsetDateTime,
        limits: Limits,
        earlier: Earlier<'_>,
    ) -> Result<Self, ClientError> {
        let trust = load::Loading::new(fetch, now, limits).trust(anchor, earlier)?;
        Ok(Self {
            fetch,
            now,
            limits,
            layout: Layout::of(trust.root.get()),
            trust,
            loaded: BTreeMap::new(),
        })
    }

    /// What has been verified of the top-level roles.
    pub fn trust(&self) -> &Trust {
        &self.trust
    }

    /// How the repository names its files.
    pub fn layout(&self) -> Layout {
        self.layout
    }
}

#[cfg(test)]
mod tests;
