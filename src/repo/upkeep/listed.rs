//! Every targets role that clients can come to, as a snapshot lists it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{command, never_lower, not_signed, version_of};
use crate::canonical::parse;
use crate::repo::place::{not_metadata, read_within};
use crate::repo::words::quoted;
use crate::repo::{Place, Published, RepoError};
use crate::safe::safe;
use crate::tuf::client::Limits;
use crate::tuf::delegations::Delegations;
use crate::tuf::meta::MetaFile;
use crate::tuf::metadata::Metadata;
use crate::tuf::repository::{Signers, json_text, meta_file};
use crate::tuf::root::Role;

/// One targets role, as it will be published.
pub(super) struct Current {
    /// Where it was read.
    pub path: PathBuf,
    pub file: Metadata,
    pub version: u64,
    /// Whether it is staged; otherwise it is published.
    pub staged: bool,
}

impl Current {
    /// When it expires, where that can be read.
    pub fn expires(&self) -> Option<OffsetDateTime> {
        let text = crate::canonical::raw::text(self.file.signed_member("expires")?)?;
        OffsetDateTime::parse(&text, &Rfc3339).ok()
    }

    /// Whom it delegates to.
    pub fn delegations(&self) -> Result<Option<Delegations>, RepoError> {
        let Some(canonical) = self.file.signed_member("delegations") else {
            return Ok(None);
        };
        let text = json_text(canonical);
        let refused = |error: &dyn std::fmt::Display| not_metadata(&self.path, error);
        let value = parse(&text, text.len()).map_err(|error| refused(&error))?;
        Delegations::read(&value, "delegations", &mut Vec::new())
            .map(Some)
            .map_err(|error| refused(&error))
    }
}

/// The metadata of a role of the type `targets`: staged first, else as `listed`, which is what the
/// published snapshot has.
pub(super) fn current(
    place: &Place,
    published: Option<&Published>,
    role: &str,
    listed: Option<&MetaFile>,
) -> Result<Option<Current>, RepoError> {
    checked_name(role)?;
    let limit = Limits::default().targets;
    let found = match place.staged_role(role)? {
        Some(staged) => Some((staged.path, staged.file, true)),
        None => match (published, listed) {
            (Some(published), Some(meta)) => {
                let name = published.name_of(&format!("{role}.json"), meta.version);
                let path = published.directory().join(name);
                let bytes =
                    read_within(&path, limit)?.ok_or_else(|| damaged(&path, "it is not there"))?;
                let same = meta.check(&bytes);
                same.map_err(|mismatch| damaged(&path, &mismatch.to_string()))?;
                let file = Metadata::parse(bytes, limit);
                let file = file.map_err(|error| not_metadata(&path, &error))?;
                Some((path, file, false))
            }
            _ => None,
        },
    };
    let Some((path, file, staged)) = found else {
        return Ok(None);
    };
    if file.kind() != Role::Targets.name() {
        let words = format!("its type is `{}`, not `targets`", safe(file.kind()));
        return Err(not_metadata(&path, &words));
    }
    let version = version_of(&file).map_err(|error| not_metadata(&path, &error))?;
    Ok(Some(Current {
        path,
        file,
        version,
        staged,
    }))
}

/// Puts every targets role into `meta`, which is what was listed before. Gives what is to be said.
pub(super) fn list(
    place: &Place,
    published: Option<&Published>,
    meta: &mut BTreeMap<String, MetaFile>,
    now: OffsetDateTime,
) -> Result<Vec<String>, RepoError> {
    let before = meta.clone();
    let mut notices = Vec::new();
    let mut reached = BTreeSet::new();
    visit(place, published, &before, &mut |role, visited| {
        reached.insert(role.to_owned());
        let Some(Visited {
            current,
            signers,
            signed,
        }) = visited
        else {
            notices.push(format!(
                "Role {} is delegated to and has no metadata yet: it is not listed, and clients that ask about its paths find nothing.",
                safe(role)
            ));
            return Ok(());
        };
        if signers.threshold == 0 || *signed < signers.threshold {
            return Err(not_signed(place, role, *signed, signers.threshold));
        }
        let name = format!("{role}.json");
        never_lower(
            &name,
            before.get(&name),
            current.version,
            current.file.bytes(),
        )?;
        if current.expires().is_some_and(|expires| expires <= now) {
            notices.push(format!(
                "The metadata of role {} has expired: clients refuse it.",
                safe(role)
            ));
        }
        meta.insert(name, meta_file(current.version, current.file.bytes()));
        Ok(())
    })?;
    for role in staged_roles(place)? {
        if !reached.contains(&role) {
            notices.push(format!(
                "Metadata of role {} is staged and no role delegates to it: it is not listed.",
                safe(&role)
            ));
        }
    }
    Ok(notices)
}

/// A role at one of those that delegate to it.
pub(super) struct Visited<'v> {
    pub current: &'v Current,
    /// Its keys, as this one gives them to it.
    pub signers: &'v Signers,
    /// How many of them have signed.
    pub signed: u32,
}

/// What is done at each role.
pub(super) type Visit<'v> = dyn FnMut(&str, Option<&Visited<'_>>) -> Result<(), RepoError> + 'v;

/// Every role that can be reached from `targets`, each once for every role that delegates to it.
/// `visit` gets nothing for one that has no metadata yet.
pub(super) fn visit(
    place: &Place,
    published: Option<&Published>,
    before: &BTreeMap<String, MetaFile>,
    visit: &mut Visit<'_>,
) -> Result<(), RepoError> {
    let top = place.signers(Role::Targets, published.map(|published| &published.root))?;
    let mut waiting = VecDeque::from([(Role::Targets.name().to_owned(), top)]);
    let mut seen = BTreeSet::new();
    let most = Limits::default().roles;
    let mut visits = 0;
    while let Some((role, signers)) = waiting.pop_front() {
        visits += 1;
        if visits > most {
            return Err(RepoError::refused(
                format!("more than {most} delegations lead on from targets."),
                "Clients give up long before that: delegate to fewer roles.",
            ));
        }
        let listed = before.get(&format!("{role}.json"));
        let Some(current) = current(place, published, &role, listed)? else {
            if role == Role::Targets.name() {
                return Err(no_targets(place));
            }
            visit(&role, None)?;
            continue;
        };
        visit(
            &role,
            Some(&Visited {
                signed: signers.signed(current.file.payload(), current.file.signatures()),
                current: &current,
                signers: &signers,
            }),
        )?;
        if !seen.insert(role.clone()) {
            continue;
        }
        if let Some(delegations) = current.delegations()? {
            for delegated in &delegations.roles {
                let signers = Signers::delegated(&delegations, &delegated.name);
                waiting.push_back((delegated.name.clone(), signers));
            }
        }
    }
    Ok(())
}

/// Roles besides the top-level ones with metadata in `staged/`.
fn staged_roles(place: &Place) -> Result<Vec<String>, RepoError> {
    let directory = place.staged();
    let entries = match std::fs::read_dir(&directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(RepoError::file(&directory, error)),
    };
    let mut roles = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| RepoError::file(&directory, error))?;
        let name = entry.file_name();
        let role = name.to_str().and_then(|name| name.strip_suffix(".json"));
        if let Some(role) = role.filter(|role| !role.starts_with('.'))
            && !Role::ALL.iter().any(|top| top.name() == role)
        {
            roles.push(role.to_owned());
        }
    }
    roles.sort();
    Ok(roles)
}

/// A role's name becomes the name of a file: no part of it leads elsewhere.
fn checked_name(role: &str) -> Result<(), RepoError> {
    let sound = !role.is_empty()
        && role.len() <= 200
        && !role.starts_with('.')
        && !role
            .chars()
            .any(|c| matches!(c, '/' | '\\') || c.is_control());
    if sound {
        return Ok(());
    }
    Err(RepoError::refused(
        format!(
            "a role of the name {} cannot be kept in a file.",
            quoted(&safe(role))
        ),
        "Take the delegation back, and delegate to a role with another name.",
    ))
}

fn no_targets(place: &Place) -> RepoError {
    RepoError::refused(
        "there is no targets metadata yet, staged or published, so there is nothing for the snapshot to list.",
        format!(
            "Put what is to be offered into staged/targets, and run: {}",
            command(place, "add --expires HOW-LONG")
        ),
    )
}

fn damaged(path: &std::path::Path, why: &str) -> RepoError {
    RepoError::refused(
        format!(
            "{} is published and is not as the published snapshot lists it: {}.",
            path.display(),
            safe(why)
        ),
        "Somebody has changed what is published: bring the file back from a copy.",
    )
}
