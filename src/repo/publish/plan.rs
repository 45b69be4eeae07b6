//! What is to be published, as a value: each metadata file by the name under which clients fetch it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::refused::{self, Stale};
use super::staged::{self, Left};
use super::{Place, RepoError, Scope};
use crate::digest::Sha256;
use crate::repo::Published;
use crate::repo::place::not_metadata;
use crate::tuf::client::Layout;
use crate::tuf::meta::MetaFile;
use crate::tuf::metadata::Metadata;
use crate::tuf::root::{Root, Signed};
use crate::tuf::snapshot::Snapshot;
use crate::tuf::timestamp::Timestamp;
use crate::tuf::trusted::{NotTrusted, Trusted};

/// Metadata by role.
pub(super) type Roles = BTreeMap<String, Rc<Metadata>>;

/// Whether there is anything to publish.
pub(super) enum Planned {
    Publish(Box<Plan>),
    /// Everything staged is published already; `left` is what a commit before did not take away.
    Nothing {
        before: Option<Box<Published>>,
        left: Vec<Left>,
    },
}

/// What clients are to see.
pub(super) struct Plan {
    /// What they see now.
    pub before: Option<Published>,
    /// The root that will be in force.
    pub root: Root,
    /// Its file.
    pub root_file: Rc<Metadata>,
    /// Whether it is new.
    pub new_root: bool,
    /// How files will be named.
    pub layout: Layout,
    /// Metadata files that are not there as they will be, by the names under which clients fetch
    /// them.
    pub fresh: BTreeMap<String, Rc<Metadata>>,
    /// The same under names without versions, which go-tuf reads; where clients fetch those, they
    /// are among `fresh`.
    pub copies: BTreeMap<String, Rc<Metadata>>,
    /// Roles besides root, snapshot and timestamp of which new metadata is published.
    pub renewed: BTreeSet<String>,
    /// Every role whose metadata this brings, and its staged file.
    pub left: Vec<Left>,
}

impl Plan {
    /// The digest of each root's file, by version.
    pub fn roots(&self) -> BTreeMap<u64, Sha256> {
        let mut roots = self.before.as_ref().map(digests).unwrap_or_default();
        roots.insert(self.root.version, Sha256::of(self.root_file.bytes()));
        roots
    }

    /// Names that clients fetch now, or once they see what is new, and that are replaced or become
    /// visible by it; targets besides.
    pub fn visible(&self) -> Vec<&str> {
        let plain = self.plain();
        let seen = |name: &str| {
            plain || name == "timestamp.json" || (self.new_root && name.ends_with(".root.json"))
        };
        let names = self.fresh.keys().map(String::as_str);
        names.filter(|name| seen(name)).collect()
    }

    /// Whether clients fetch names without versions: now, or after this.
    pub fn plain(&self) -> bool {
        let before = self.before.as_ref().map(|before| before.layout);
        self.layout == Layout::Plain || before == Some(Layout::Plain)
    }

    /// Whether one role's metadata comes new into what clients see.
    pub fn brings(&self, role: &str) -> bool {
        self.left.iter().any(|left| left.role == role)
    }
}

/// SHA-256 of each root's file, by version.
pub(super) fn digests(published: &Published) -> BTreeMap<u64, Sha256> {
    let roots = published.roots.iter();
    roots
        .map(|(version, file)| (*version, Sha256::of(file.bytes())))
        .collect()
}

pub(super) fn plan(place: &Place, scope: Scope) -> Result<Planned, RepoError> {
    let before = Published::read(place)?;
    let mut staged = staged::roles(place)?;
    let mut left = Vec::new();
    if scope == Scope::WithoutRoot {
        staged.remove("root");
    }
    for (role, file) in &staged {
        let same = match &before {
            None => false,
            Some(before) => staged::same_as_published(before, role, file)?,
        };
        left.push((Left::new(place, role, file), same));
    }
    let published: BTreeSet<String> = left
        .iter()
        .filter(|(_, same)| *same)
        .map(|(left, _)| left.role.clone())
        .collect();
    let left: Vec<_> = left.into_iter().map(|(left, _)| left).collect();
    staged.retain(|role, _| !published.contains(role));
    if staged.is_empty() {
        let before = before.map(Box::new);
        return Ok(Planned::Nothing { before, left });
    }
    let (root, root_file) = root(place, before.as_ref(), staged.remove("root"))?;
    let new_root = before
        .as_ref()
        .is_none_or(|before| before.root.version != root.version);
    let layout = Layout::of(&root);
    never_lower(place, before.as_ref(), &staged)?;
    let current = Current::of(place, before.as_ref(), &staged)?;
    let mut plan = Plan {
        new_root,
        layout,
        fresh: BTreeMap::new(),
        copies: BTreeMap::new(),
        renewed: BTreeSet::new(),
        left,
        root,
        root_file,
        before,
    };
    plan.name(&staged, &current)?;
    Ok(Planned::Publish(Box::new(plan)))
}

impl Plan {
    fn name(&mut self, staged: &Roles, current: &Current) -> Result<(), RepoError> {
        if self.new_root {
            let root = Rc::clone(&self.root_file);
            let name = format!("{}.root.json", self.root.version);
            self.fresh.insert(name, Rc::clone(&root));
            self.copies.insert("root.json".to_owned(), root);
        }
        if let Some(timestamp) = staged.get("timestamp") {
            let name = "timestamp.json".to_owned();
            self.fresh.insert(name, Rc::clone(timestamp));
        }
        let renamed = self
            .before
            .as_ref()
            .is_some_and(|before| before.layout != self.layout);
        for (role, version) in &current.versions {
            let file = match (staged.get(role), &self.before) {
                (Some(file), _) => Some(Rc::clone(file)),
                (None, Some(before)) if renamed => before.role(role)?.map(Rc::new),
                _ => None,
            };
            // one that is neither here nor there is missed by the client, in its own words
            let Some(file) = file else { continue };
            let listed = format!("{role}.json");
            if self.layout == Layout::Consistent {
                let name = format!("{version}.{listed}");
                self.fresh.insert(name, Rc::clone(&file));
                self.copies.insert(listed, file);
            } else {
                self.fresh.insert(listed, file);
            }
        }
        let besides = staged.keys().filter(|role| !is_top(role));
        self.renewed = besides.cloned().collect();
        Ok(())
    }
}

fn is_top(role: &str) -> bool {
    ["root", "snapshot", "timestamp"].contains(&role)
}

/// The root that will be in force: the staged one, which follows the published one, or that.
fn root(
    place: &Place,
    before: Option<&Published>,
    staged: Option<Rc<Metadata>>,
) -> Result<(Root, Rc<Metadata>), RepoError> {
    let newest = before.and_then(|before| Some((before, before.roots.values().next_back()?)));
    let Some(file) = staged else {
        return match newest {
            Some((before, file)) => Ok((before.root.clone(), Rc::new(file.clone()))),
            None => Err(refused::no_root(place)),
        };
    };
    let path = place.staged_path("root");
    let signed = file
        .to_signed()
        .map_err(|error| not_metadata(&path, &error))?;
    let Ok(root) = Root::parse(&signed.signed) else {
        return Err(refused::unfinished(place, signed.signed));
    };
    let trusted = match newest {
        None => Trusted::first(&signed),
        Some((before, newest)) => {
            if before.root.version.checked_add(1) != Some(root.version) {
                return Err(refused::wrong_root(
                    place,
                    before.root.version,
                    root.version,
                ));
            }
            let newest: Signed = newest
                .to_signed()
                .map_err(|error| not_metadata(&place.repository().join("root.json"), &error))?;
            let newest = Trusted::first(&newest);
            newest.and_then(|newest| newest.next(&signed))
        }
    };
    match trusted {
        Ok(_) => Ok((root, file)),
        Err(NotTrusted::Threshold { .. }) => {
            let before = before.map(|before| &before.root);
            Err(refused::unsigned_root(place, before, &root, &file))
        }
        Err(error) => Err(not_metadata(&path, &error)),
    }
}

/// Versions never go back and one version never has two contents, whatever keys have signed.
fn never_lower(place: &Place, before: Option<&Published>, staged: &Roles) -> Result<(), RepoError> {
    let Some(before) = before else { return Ok(()) };
    for (role, file) in staged {
        let Some(published) = before.role(role)? else {
            continue;
        };
        let (was, is) = (staged::version(&published), staged::version(file));
        if is <= was {
            return Err(refused::not_newer(place, role, is, was));
        }
    }
    Ok(())
}

/// The snapshot that will be in force, and what it lists.
struct Current {
    /// Versions of snapshot and of every role that it lists.
    versions: BTreeMap<String, u64>,
}

impl Current {
    fn of(place: &Place, before: Option<&Published>, staged: &Roles) -> Result<Self, RepoError> {
        let published = before.and_then(|before| before.snapshot.as_ref());
        let Some(snapshot) = staged.get("snapshot").map(Rc::as_ref).or(published) else {
            return Err(refused::absent(place, "snapshot"));
        };
        let path = place.staged_path("snapshot");
        let read = Snapshot::read(snapshot).map_err(|error| not_metadata(&path, &error))?;
        for (role, file) in staged.iter().filter(|(role, _)| !is_top(role)) {
            if !names(read.meta.get(&format!("{role}.json")), file) {
                let name = read.meta.get(&format!("{role}.json"));
                let named = name.map(|meta| meta.version);
                return Err(refused::stale(place, Stale::Snapshot, role, file, named));
            }
        }
        let published = before.and_then(|before| before.timestamp.as_ref());
        let Some(timestamp) = staged.get("timestamp").map(Rc::as_ref).or(published) else {
            return Err(refused::absent(place, "timestamp"));
        };
        let path = place.staged_path("timestamp");
        let named = Timestamp::read(timestamp)
            .map_err(|error| not_metadata(&path, &error))?
            .snapshot;
        if !names(Some(&named), snapshot) {
            let version = Some(named.version);
            return Err(refused::stale(
                place,
                Stale::Timestamp,
                "snapshot",
                snapshot,
                version,
            ));
        }
        let mut versions: BTreeMap<String, u64> = read
            .meta
            .iter()
            .filter_map(|(name, meta)| Some((name.strip_suffix(".json")?.to_owned(), meta.version)))
            .filter(|(role, _)| !is_top(role))
            .collect();
        versions.insert("snapshot".to_owned(), read.header.version);
        Ok(Self { versions })
    }
}

/// Whether this very file is the one that is named.
fn names(named: Option<&MetaFile>, file: &Metadata) -> bool {
    named.is_some_and(|named| {
        named.version == staged::version(file) && named.check(file.bytes()).is_ok()
    })
}
