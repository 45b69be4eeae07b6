//! What is staged, and what is taken away once it is published.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::check::Visit;
use super::offers::{Offers, is_as_listed};
use super::plan::Roles;
use super::{Place, RepoError};
use crate::digest::Sha256;
use crate::repo::Published;
use crate::repo::place::TARGETS;
use crate::repo::targets::{Hashed, Standing};
use crate::safe::safe;
use crate::tuf::metadata::Metadata;
use crate::tuf::root::Role;
use crate::tuf::targets::Targets;

/// Most roles that may be staged at a time.
const MAX_ROLES: usize = 10_000;

/// A staged file that is published, now or already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::repo) struct Left {
    /// Whose it is.
    pub role: String,
    path: PathBuf,
    /// What was in it: it is taken away only as long as it is the same.
    digest: Sha256,
}

impl Left {
    pub fn new(place: &Place, role: &str, file: &Metadata) -> Self {
        Self {
            role: role.to_owned(),
            path: place.staged_path(role),
            digest: Sha256::of(file.bytes()),
        }
    }
}

/// The version that stands in a file; 0 where it has none, which no client accepts.
pub(in crate::repo) fn version(file: &Metadata) -> u64 {
    let text = file.signed_member("version");
    let text = text.and_then(|text| std::str::from_utf8(text).ok());
    text.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Metadata that is staged, by role.
pub(in crate::repo) fn roles(place: &Place) -> Result<Roles, RepoError> {
    let directory = place.staged();
    let entries = match std::fs::read_dir(&directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(RepoError::file(&directory, error)),
    };
    let mut roles = BTreeMap::new();
    for entry in entries {
        let entry = entry.map_err(|error| RepoError::file(&directory, error))?;
        let name = entry.file_name();
        let Some(role) = name.to_str().and_then(|name| name.strip_suffix(".json")) else {
            continue;
        };
        if role.is_empty() || role.starts_with('.') {
            continue;
        }
        if roles.len() >= MAX_ROLES {
            return Err(RepoError::refused(
                format!("{} holds more than {MAX_ROLES} roles.", directory.display()),
                "Publish fewer at a time.",
            ));
        }
        if let Some(staged) = place.staged_role(role)? {
            roles.insert(role.to_owned(), Rc::new(staged.file));
        }
    }
    Ok(roles)
}

/// Whether what is staged of a role is, byte for byte, what clients see of it.
pub(in crate::repo) fn same_as_published(
    before: &Published,
    role: &str,
    file: &Metadata,
) -> Result<bool, RepoError> {
    if role == Role::Root.name() {
        let published = before.roots.get(&version(file));
        return Ok(published.is_some_and(|published| published.bytes() == file.bytes()));
    }
    let published = before.role(role)?;
    Ok(published.is_some_and(|published| published.bytes() == file.bytes()))
}

/// Takes staged metadata away; says what could not be.
pub(super) fn take_away(left: &[Left]) -> Vec<String> {
    let mut notices = Vec::new();
    // what names others first: whoever is stopped between finds nothing that names what is gone
    let order = |left: &&Left| match left.role.as_str() {
        "timestamp" => 0,
        "snapshot" => 1,
        "root" => 3,
        _ => 2,
    };
    let mut left: Vec<_> = left.iter().collect();
    left.sort_by_key(order);
    for left in left {
        let same = std::fs::read(&left.path).is_ok_and(|now| Sha256::of(&now) == left.digest);
        if !same {
            continue;
        }
        if let Err(error) = std::fs::remove_file(&left.path) {
            notices.push(remains(&left.path, &error));
        }
    }
    notices
}

/// Takes staged targets away that are published; others stay, as they are not listed yet, or have
/// been changed since.
pub(super) fn take_targets(place: &Place, visit: &Visit, offers: &Offers) -> Vec<String> {
    take_published(place, &|path, file| {
        let mut listed = visit.targets_at(path);
        offers.copied.contains(path) || listed.any(|target| is_as_listed(file, target).is_ok())
    })
}

/// The same where nothing is published anew: what a commit left that was stopped after the switch.
pub(super) fn take_left_targets(
    place: &Place,
    before: &Published,
) -> Result<Vec<String>, RepoError> {
    if is_empty(&place.staged().join(TARGETS)) {
        return Ok(Vec::new());
    }
    let index = Hashed::read(place);
    let mut lists = Vec::new();
    for role in before.listed()?.keys() {
        let file = before.role(role)?;
        lists.extend(file.and_then(|file| Targets::read(&file).ok()));
    }
    Ok(take_published(place, &|path, file| {
        let mut listed = lists.iter().filter_map(|list| list.targets.get(path));
        listed.any(|target| {
            index.check(path, target) == Standing::AsListed || is_as_listed(file, target).is_ok()
        })
    }))
}

/// Takes away what is published of the files below `staged/targets`: path there, and where it is.
fn take_published(place: &Place, is_published: &dyn Fn(&str, &Path) -> bool) -> Vec<String> {
    let top = place.staged().join(TARGETS);
    let mut notices = Vec::new();
    take(&top, "", is_published, &mut notices);
    if is_empty(&top) {
        let _ = std::fs::remove_file(place.staged().join(".hashed"));
    }
    notices
}

fn take(
    directory: &Path,
    prefix: &str,
    is_published: &dyn Fn(&str, &Path) -> bool,
    notices: &mut Vec<String>,
) {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let (Some(name), Ok(kind)) = (name.to_str(), entry.file_type()) else {
            continue;
        };
        let path = format!("{prefix}{name}");
        if kind.is_dir() {
            take(&entry.path(), &format!("{path}/"), is_published, notices);
            // one that is not empty stays
            let _ = std::fs::remove_dir(entry.path());
        } else if kind.is_file()
            && is_published(&path, &entry.path())
            && let Err(error) = std::fs::remove_file(entry.path())
        {
            notices.push(remains(&entry.path(), &error));
        }
    }
}

fn is_empty(directory: &Path) -> bool {
    std::fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_none())
}

fn remains(path: &Path, error: &std::io::Error) -> String {
    format!(
        "{} is published and could not be taken away: {error}. Take it away by hand.",
        safe(&path.display().to_string())
    )
}
