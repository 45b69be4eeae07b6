//! A whole client visits what is to be published, before anything is touched.

use std::collections::BTreeMap;
use std::rc::Rc;

use time::{Duration, OffsetDateTime};

use super::plan::Plan;
use super::{Place, RepoError, Role, refused};
use crate::repo::published::Files;
use crate::tuf::client::{Client, Earlier, Fetch, Layout, Limits, follow_roots};
use crate::tuf::metadata::Metadata;
use crate::tuf::targets::{Target, Targets};
use crate::tuf::trusted::Trusted;

/// What is published is to be good for at least so long: whoever fetches it must still have time.
const MARGIN: Duration = Duration::hours(1);

/// Snapshots and targets files above these lengths are refused by python-tuf as it comes (its
/// settings can be changed), in bytes.
pub(in crate::repo) const SNAPSHOT_OF_PYTHON_TUF: usize = 2_000_000;
pub(in crate::repo) const TARGETS_OF_PYTHON_TUF: usize = 5_000_000;

/// What clients will fetch: metadata that is new from memory, so that the bytes which are verified
/// are those that are written.
struct Next<'p> {
    plan: &'p Plan,
    there: Files,
}

impl Fetch for Next<'_> {
    fn fetch(&self, name: &str, limit: usize) -> Result<Option<Vec<u8>>, String> {
        match self.plan.fresh.get(name) {
            Some(file) => Ok(Some(file.bytes().to_vec())),
            None => self.there.fetch(name, limit),
        }
    }
}

/// What a client has found.
pub(super) struct Visit {
    /// Targets metadata by role, the top-level one first. One role may be there under several that
    /// delegate to it; the file is the same.
    pub targets: Vec<(String, Rc<Trusted<Targets>>)>,
    pub notices: Vec<String>,
    layout: Layout,
    top: BTreeMap<String, (u64, OffsetDateTime)>,
}

impl Visit {
    /// Every role with its version.
    pub fn roles(&self, plan: &Plan) -> BTreeMap<String, Role> {
        let delegated = self.targets.iter().map(|(role, targets)| {
            let header = &targets.get().header;
            (role.clone(), (header.version, header.expires))
        });
        let all = self.top.clone().into_iter().chain(delegated);
        all.map(|(role, (version, expires))| {
            let new = plan.brings(&role);
            (
                role,
                Role {
                    version,
                    expires,
                    new,
                },
            )
        })
        .collect()
    }

    /// How many targets are listed.
    pub fn listed(&self) -> usize {
        self.targets
            .iter()
            .map(|(_, targets)| targets.get().targets.len())
            .sum()
    }

    /// Everything that is listed under this path.
    pub fn targets_at(&self, path: &str) -> impl Iterator<Item = &Target> {
        let lists = self.targets.iter();
        lists.filter_map(move |(_, targets)| targets.get().targets.get(path))
    }

    /// Whether there is a target that clients of Sigstore look for; they look into the top-level
    /// role only.
    pub fn sigstore(&self) -> bool {
        let top = self.targets.first();
        top.is_some_and(|(_, targets)| offers_sigstore(targets.get()))
    }

    /// How files are named.
    pub fn layout(&self) -> Layout {
        self.layout
    }
}

/// Whether there is a target that clients of Sigstore look for.
pub(in crate::repo) fn offers_sigstore(targets: &Targets) -> bool {
    targets.targets.contains_key("trusted_root.json")
        || targets.targets.values().any(|target| {
            let custom = target.custom.as_deref().unwrap_or_default();
            custom.contains("\"sigstore\"")
        })
}

/// Visits what `plan` comes to, with what is published now in memory. What expires within an hour is
/// refused as well.
///
/// The chain of roots is walked once, from the first root that was ever published. Every later root
/// is a link of it, and what a client that begins there asks for is a part of what was asked on the
/// way: [`Trusted::next`] asks for the root's own threshold, which is all that beginning with it
/// needs, and from there on the chains are the same.
pub(super) fn visit(place: &Place, plan: &Plan, now: OffsetDateTime) -> Result<Visit, RepoError> {
    let next = Next {
        plan,
        there: Files {
            directory: place.repository(),
            ..Files::default()
        },
    };
    let limits = Limits::default();
    let refuse = |error| refused::by_client(place, &error);
    let before = plan.before.as_ref();
    if let Some(first) = before.and_then(|before| before.roots.values().next()) {
        follow_roots(first.bytes(), &next, limits).map_err(refuse)?;
    }
    let earlier = Earlier {
        timestamp: before.and_then(|before| Some(before.timestamp.as_ref()?.bytes())),
        snapshot: before.and_then(|before| Some(before.snapshot.as_ref()?.bytes())),
    };
    let soon = now.saturating_add(MARGIN);
    let anchor = plan.root_file.bytes();
    let mut client = Client::refresh(anchor, &next, soon, limits, earlier).map_err(refuse)?;
    let delegated = client.delegated().map_err(refuse)?;
    let trust = client.trust();
    let mut targets = vec![("targets".to_owned(), Rc::clone(&trust.targets))];
    for role in delegated {
        if !targets.iter().any(|(name, _)| *name == role.name) {
            targets.push((role.name, role.targets));
        }
    }
    for role in &plan.renewed {
        if !targets.iter().any(|(name, _)| name == role) {
            return Err(refused::unreached(place, role));
        }
    }
    let mut notices = trust.forgotten.clone();
    notices.extend(
        plan.fresh
            .iter()
            .filter_map(|(name, file)| large(name, file)),
    );
    let top = trust.standings().map(|standing| {
        let role = standing.role.name().to_owned();
        (role, (standing.version, standing.expires))
    });
    Ok(Visit {
        layout: client.layout(),
        top: top.into(),
        targets,
        notices,
    })
}

/// What is to be said of a file that some clients do not fetch as they come.
pub(in crate::repo) fn large(name: &str, file: &Metadata) -> Option<String> {
    let limit = match file.kind() {
        "snapshot" => SNAPSHOT_OF_PYTHON_TUF,
        "targets" => TARGETS_OF_PYTHON_TUF,
        _ => return None,
    };
    let bytes = file.bytes().len();
    (bytes > limit).then(|| {
        format!(
            "{} has {bytes} bytes: python-tuf, and sigstore-python with it, fetch at most {limit} of it unless they are told otherwise. Delegate parts of it to other roles.",
            crate::safe::safe(name)
        )
    })
}
