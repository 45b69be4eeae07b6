//! A whole chain of roots, version by version.
//!
//! Each root is judged under its own keys and under those of the version before it (TUF
//! specification, section 5.3.4). A broken link does not end the examination: what holds before it
//! and after it is said, too. That the first root is the right one cannot be seen from files.

mod verdict;

use std::collections::BTreeMap;

use serde::Serialize;
use time::OffsetDateTime;

use super::diff::{Mark, diff};
use super::key::Holders;
use super::metadata::Metadata;
use super::policy::{Finding, Policy};
use super::root::{MetadataError, Role, Root};
use super::verdicts::{Standing, standing};
use crate::digest::Sha256;
use crate::safe::safe;

/// Rules that ask whether a root should be signed today: of one that was published long ago they
/// say nothing.
const OF_THE_DAY: [&str; 5] = [
    "root.expired",
    "root.expiry-short",
    "root.expiry-long",
    "root.expiry-implausible",
    "root.old-expired",
];

/// A file of the chain, as it was found.
pub struct Source {
    /// How people call it, such as its path.
    pub name: String,
    /// What is in it.
    pub file: Result<Metadata, MetadataError>,
}

/// A chain of roots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct History {
    /// The roots, by version.
    pub links: Vec<Link>,
    /// Versions that are missing between them: the first and the last of each gap.
    pub gaps: Vec<(u64, u64)>,
    /// Files that are not roots: name and reason.
    pub unreadable: Vec<(String, String)>,
    /// Files with a version that another one has already. The other one is a link.
    pub repeated: Vec<Repeated>,
    /// What is to be said of the last root and today.
    pub last: String,
}

/// A second file of the same version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Repeated {
    /// The file.
    pub name: String,
    /// Its version.
    pub version: u64,
    /// Whether the very same content is signed. If not, somebody has shown two roots of one
    /// version.
    pub same_content: bool,
}

/// One version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The file.
    pub name: String,
    /// The version.
    pub version: u64,
    /// SHA-256 of the canonical payload that is signed.
    pub payload: Sha256,
    /// When clients stop accepting it, as written.
    pub expires: String,
    /// Under the keys that it names itself.
    pub own: Standing,
    /// Under the keys of the version before it; none where that is not among the files.
    pub before: Option<Standing>,
    /// Root keys that come with this version: holders, or short ids.
    pub keys_in: Vec<String>,
    /// Root keys that leave with this version.
    pub keys_out: Vec<String>,
    /// What is to be said of it, without what only matters on the day of signing.
    pub findings: Vec<Finding>,
}

impl Link {
    /// Whether it is signed by enough of its own keys, and of those before it where they are known.
    pub fn holds(&self) -> bool {
        self.own.met && self.before.as_ref().is_none_or(|before| before.met)
    }
}

/// Examines a chain, in whatever order the files are given. `now` is for the expiry of the last.
pub fn history(sources: Vec<Source>, holders: &Holders, now: OffsetDateTime) -> History {
    let mut unreadable = Vec::new();
    let mut repeated = Vec::new();
    let mut roots = BTreeMap::<u64, (String, Metadata, Root)>::new();
    for Source { name, file } in sources {
        let name = safe(&name);
        let read = file.and_then(|file| {
            let root = Root::parse(&file.to_signed()?.signed)?;
            Ok((file, root))
        });
        match read {
            Err(why) => unreadable.push((name, why.to_string())),
            Ok((file, root)) => match roots.get(&root.version) {
                Some((_, other, _)) => repeated.push(Repeated {
                    name,
                    version: root.version,
                    same_content: other.digest() == file.digest(),
                }),
                None => drop(roots.insert(root.version, (name, file, root))),
            },
        }
    }
    let mut links = Vec::new();
    let mut gaps = Vec::new();
    let mut before: Option<&Root> = None;
    for (name, file, root) in roots.values() {
        let follows = |old: &&Root| old.version.checked_add(1) == Some(root.version);
        let old = before.filter(follows);
        if let Some(earlier) = before.filter(|_| old.is_none()) {
            gaps.push((
                earlier.version.saturating_add(1),
                root.version.saturating_sub(1),
            ));
        }
        links.push(link(name, file, root, old, before.is_some(), holders));
        before = Some(root);
    }
    let last = before.map_or_else(
        || "There is no root among the files.".to_owned(),
        |root| verdict::expiry(root, now),
    );
    History {
        links,
        gaps,
        unreadable,
        repeated,
        last,
    }
}

fn link(
    name: &str,
    file: &Metadata,
    root: &Root,
    old: Option<&Root>,
    after_a_gap: bool,
    holders: &Holders,
) -> Link {
    let under = |judge| {
        standing(
            judge,
            Role::Root,
            file.payload(),
            file.signatures(),
            holders,
        )
    };
    // the time does not matter: the rules that look at it are left out
    let step = diff(old, root, holders, &Policy::default(), root.expires);
    let of = |mark: Mark| {
        let keys = step.keys.iter();
        let keys = keys.filter(|key| key.role == Some(Role::Root) && key.mark == mark);
        keys.map(super::diff::KeyChange::holder_or_id).collect()
    };
    let (keys_in, keys_out) = (of(Mark::Added), of(Mark::Removed));
    let mut findings = step.findings;
    findings.retain(|finding| {
        let late_first = after_a_gap && finding.rule == "root.first-version";
        !OF_THE_DAY.contains(&finding.rule) && !late_first
    });
    Link {
        name: name.to_owned(),
        version: root.version,
        payload: file.digest(),
        expires: safe(&root.expires_text),
        own: under(root),
        before: old.map(under),
        keys_in,
        keys_out,
        findings,
    }
}

#[cfg(test)]
mod tests;
