//! What a static host needs, and what has no business on it.

mod walk;

use std::collections::BTreeSet;

use super::{Grade, Roles, Verified};
use crate::repo::publish::large;
use crate::repo::words::counted;
use crate::repo::{Published, RepoError};
use crate::safe::safe;
use crate::tuf::client::Layout;

/// Most names that are given in one sentence.
const NAMED: usize = 5;

pub(super) fn look(
    found: &mut Verified,
    published: &Published,
    roles: Option<&Roles>,
) -> Result<(), RepoError> {
    first_root(found, published);
    unversioned(found, published)?;
    sizes(found, published)?;
    let known = Known::of(published, roles)?;
    urls(found, &known);
    let seen = walk::walk(published.directory(), &known)?;
    seen.say(found);
    found.host = host(published);
    Ok(())
}

fn first_root(found: &mut Verified, published: &Published) {
    let first = published.roots.keys().next().copied().unwrap_or(1);
    if first == 1 {
        let words = format!("Every root is there, from 1 to {}.", published.root.version);
        found.note("layout", Grade::Pass, words);
    } else {
        let words = format!(
            "The first root that is there is version {first}: clients that trust an earlier one come to no other."
        );
        found.note("layout", Grade::Caution, words);
    }
}

/// Names without versions: go-tuf reads them, and people do.
fn unversioned(found: &mut Verified, published: &Published) -> Result<(), RepoError> {
    let mut roles = vec!["root".to_owned()];
    if published.layout == Layout::Consistent {
        roles.push("snapshot".to_owned());
        roles.extend(published.listed()?.into_keys());
    }
    let (mut differ, mut absent) = (Vec::new(), Vec::new());
    for role in &roles {
        let newest = if role == "root" {
            published.roots.values().next_back().cloned()
        } else {
            published.role(role)?
        };
        let Some(newest) = newest else { continue };
        let name = format!("{role}.json");
        match std::fs::read(published.directory().join(&name)) {
            Ok(copy) if copy == newest.bytes() => {}
            Ok(_) => differ.push(safe(&name)),
            Err(_) => absent.push(safe(&name)),
        }
    }
    if !differ.is_empty() {
        let words = format!(
            "{} differ from the newest version: go-tuf would go on from the wrong one.",
            differ.join(", ")
        );
        found.note("layout", Grade::Fail, words);
    }
    if !absent.is_empty() {
        let words = format!(
            "{} are not there: no client needs them, go-tuf goes on from them.",
            absent.join(", ")
        );
        found.note("layout", Grade::Caution, words);
    }
    if differ.is_empty() && absent.is_empty() {
        let words = "The copies without a version in their name are those of the newest version.";
        found.note("layout", Grade::Pass, words);
    }
    Ok(())
}

fn sizes(found: &mut Verified, published: &Published) -> Result<(), RepoError> {
    let listed = published.listed()?.into_keys();
    for role in listed.chain(["snapshot".to_owned()]) {
        let file = published.role(&role)?;
        if let Some(words) = file.and_then(|file| large(&format!("{role}.json"), &file)) {
            found.note("layout", Grade::Caution, words);
        }
    }
    Ok(())
}

/// Names that belong there.
pub(super) struct Known {
    /// Roles whose metadata may stand there, in any version.
    pub roles: BTreeSet<String>,
    /// Names of targets that clients ask for.
    pub targets: BTreeSet<String>,
    /// Whether the targets could be read at all.
    pub complete: bool,
}

impl Known {
    fn of(published: &Published, roles: Option<&Roles>) -> Result<Self, RepoError> {
        let mut known = Self {
            roles: ["root", "snapshot", "timestamp", "targets"]
                .map(str::to_owned)
                .into(),
            targets: BTreeSet::new(),
            complete: roles.is_some(),
        };
        known.roles.extend(published.listed()?.into_keys());
        for (_, targets) in roles.unwrap_or_default() {
            for (path, target) in &targets.get().targets {
                let names = published.layout.target(path, target);
                known.targets.extend(names.unwrap_or_default());
            }
        }
        Ok(known)
    }
}

/// Names that are not the same in a URL as they are on the disk.
fn urls(found: &mut Verified, known: &Known) {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/".contains(c);
    let odd: Vec<_> = known
        .targets
        .iter()
        .filter(|name| !name.chars().all(plain))
        .collect();
    if odd.is_empty() {
        let words = "No name needs escaping in a URL.";
        found.note("layout", Grade::Pass, words);
        return;
    }
    let shown: Vec<_> = odd.iter().take(NAMED).map(|name| safe(name)).collect();
    let words = format!(
        "{} escaping in a URL, which hosts and clients do not all do alike: {}{}",
        counted(odd.len(), "name needs", "names need"),
        shown.join(", "),
        if odd.len() > NAMED {
            ", and more."
        } else {
            "."
        }
    );
    found.note("layout", Grade::Caution, words);
}

fn host(published: &Published) -> Vec<String> {
    let next = published.root.version.saturating_add(1);
    let long = match published.layout {
        Layout::Consistent => {
            "N.root.json, N.targets.json, N.snapshot.json and their like, and everything below targets/, never change: Cache-Control: public, max-age=31536000, immutable."
        }
        Layout::Plain => {
            "N.root.json never changes: Cache-Control: public, max-age=31536000, immutable. Everything else changes under its name: no caching, or clients meet half of a new version."
        }
    };
    [
        format!(
            "{next}.root.json, which is not there, must be answered with 404; with 403, as object stores answer without the right to list, cosign stops."
        ),
        "timestamp.json is fetched on every visit: Cache-Control: no-cache, or max-age of some minutes at most; the same for every name without a version.".to_owned(),
        long.to_owned(),
        "Files are served as they are: no compression that changes lengths, no rewriting, no page with status 200 in place of a missing file.".to_owned(),
        "Where a host takes files one by one, upload in this order: targets, then delegated and top-level targets metadata, then snapshots, then roots, timestamp.json last; delete nothing before that.".to_owned(),
    ]
    .into()
}
