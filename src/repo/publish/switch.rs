//! Carried out: first what nobody can see yet, then everything on the disk, then the switch.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::leftovers::{self, Sites};
use super::offers::{From, Offers};
use super::plan::Plan;
use super::tree::{Failed, Tree};
use super::{Place, RepoError};
use crate::repo::place::TARGETS;
use crate::repo::targets::Progress;
use crate::safe::safe;
use crate::tuf::client::Layout;

const TIMESTAMP: &str = "timestamp.json";
const ROOT: &str = ".root.json";
const UNTOUCHED: &str = "What clients see is as it was.";

/// How clients come to see what is new.
#[derive(Clone, Debug, PartialEq, Eq)]
enum How<'p> {
    /// These names change, one after the other, and only the last one is seen.
    Rename(Vec<&'p str>),
    /// Several are seen: the directory is exchanged for the next one.
    Exchange,
}

pub(super) fn carry_out(
    place: &Place,
    plan: &Plan,
    offers: &Offers,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), RepoError> {
    let sites = Sites::of(place)?;
    let done = match how(plan, offers) {
        How::Rename(last) => by_rename(place, &sites, plan, offers, &last, progress),
        How::Exchange => by_exchange(place, &sites, plan, offers, progress),
    };
    done.map_err(|error| {
        // where this fails as well, the next command tries again
        let _ = leftovers::clear(place);
        error.leaving(UNTOUCHED)
    })
}

fn how<'p>(plan: &'p Plan, offers: &Offers) -> How<'p> {
    let mut visible = plan.visible();
    let files = plan.plain() && !(offers.bring.is_empty() && offers.gone.is_empty());
    if visible == [TIMESTAMP] && !files {
        return How::Rename(visible);
    }
    if plan.before.is_none() && !plan.plain() {
        // without a root there is nothing to visit: it makes a repository of the rest, and comes last
        visible.sort_by_key(|name| name.ends_with(ROOT));
        return How::Rename(visible);
    }
    How::Exchange
}

fn by_rename(
    place: &Place,
    sites: &Sites,
    plan: &Plan,
    offers: &Offers,
    last: &[&str],
    progress: &mut dyn FnMut(Progress),
) -> Result<(), RepoError> {
    let mut prepare = || -> Result<(Tree, Vec<String>), Failed> {
        let mut repository = Tree::open(&sites.repository)?;
        bring_in(place, &mut repository, plan, offers, progress)?;
        for (name, file) in plan.fresh.iter().chain(&plan.copies) {
            if !last.contains(&name.as_str()) {
                repository.write(name, file.bytes())?;
            }
        }
        let parts = last.iter().filter_map(|name| {
            let file = plan.fresh.get(*name)?;
            Some(repository.part(name, &mut |new| new.write_all(file.bytes())))
        });
        let parts = parts.collect::<Result<_, _>>()?;
        repository.flush()?;
        Ok((repository, parts))
    };
    let (mut repository, parts) = prepare().map_err(failed)?;
    for (part, name) in parts.iter().zip(last) {
        repository.take(part, name).map_err(failed)?;
    }
    // it is published; that the name outlives a power cut is all that is left to be done
    let _ = repository.flush_names();
    Ok(())
}

fn by_exchange(
    place: &Place,
    sites: &Sites,
    plan: &Plan,
    offers: &Offers,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), RepoError> {
    leftovers::remove(&sites.next)?;
    let mut prepare = || -> Result<(), Failed> {
        let mut repository = Tree::open(&sites.repository)?;
        if plan.layout == Layout::Consistent {
            bring_in(place, &mut repository, plan, offers, progress)?;
        }
        build(place, sites, plan, offers, &mut repository, progress)
    };
    prepare().map_err(failed)?;
    exchange(sites)?;
    if let Some(parent) = sites.repository.parent() {
        let _ = crate::journal::sync_dir(parent);
    }
    // what is left of what clients saw before; the next command tries again where this fails
    let _ = leftovers::remove(&sites.next);
    Ok(())
}

/// Files under names with digests, which nothing that clients see names yet. All further digests
/// first, then the file itself: stopped between, it is still where it was looked for.
fn bring_in(
    place: &Place,
    repository: &mut Tree,
    plan: &Plan,
    offers: &Offers,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), Failed> {
    if plan.layout == Layout::Plain || offers.bring.is_empty() {
        return Ok(());
    }
    let staged = place.staged().join(TARGETS);
    let mut staged = staged.exists().then(|| Tree::open(&staged)).transpose()?;
    let mut published = Tree::open(&place.repository())?;
    for (at, offer) in offers.bring.iter().enumerate() {
        tell(progress, at, offers);
        match (&offer.from, &mut staged, offer.names.split_first()) {
            (From::Staged(path), Some(staged), Some((first, further))) => {
                for name in further {
                    repository.link_in(staged, path, name)?;
                }
                repository.move_in(staged, path, first, offer.readable)?;
            }
            (From::Published(there), ..) => {
                for name in &offer.names {
                    repository.link_in(&mut published, there, name)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The complete next directory: links for what stays, and all that is new.
///
/// What is new comes from `staged` by copy where it has no digest in its name: a file with two names
/// there would be changed here by whoever writes into the staged one.
fn build(
    place: &Place,
    sites: &Sites,
    plan: &Plan,
    offers: &Offers,
    repository: &mut Tree,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), Failed> {
    let made = std::fs::create_dir(&sites.next);
    made.map_err(|error| (sites.next.clone(), from_io(&error)))?;
    let mut next = Tree::unseen(&sites.next)?;
    let mut other: BTreeSet<&str> = offers.gone.iter().map(String::as_str).collect();
    other.extend(plan.fresh.keys().map(String::as_str));
    other.extend(plan.copies.keys().map(String::as_str));
    let by_path = plan.layout == Layout::Plain;
    if by_path {
        let bring = offers.bring.iter().flat_map(|offer| &offer.names);
        other.extend(bring.map(String::as_str));
    }
    keep(&sites.repository, "", &other, repository, &mut next)?;
    for (name, file) in plan.fresh.iter().chain(&plan.copies) {
        next.write(name, file.bytes())?;
    }
    if by_path {
        for (at, offer) in offers.bring.iter().enumerate() {
            tell(progress, at, offers);
            let from = match &offer.from {
                From::Staged(path) => place.staged().join(TARGETS).join(path),
                From::Published(name) => sites.repository.join(name),
            };
            for name in &offer.names {
                next.copy(&from, name)?;
            }
        }
    }
    let rights = std::fs::metadata(&sites.repository).map(|found| found.permissions());
    rights
        .and_then(|rights| std::fs::set_permissions(&sites.next, rights))
        .map_err(|error| (sites.next.clone(), from_io(&error)))?;
    next.flush()
}

/// Says how far it is, once in a while.
fn tell(progress: &mut dyn FnMut(Progress), files: usize, offers: &Offers) {
    if files.is_multiple_of(256) {
        let (of, bytes) = (offers.bring.len(), 0);
        progress(Progress { files, of, bytes });
    }
}

/// Links everything below `directory` but `other` into `next`.
fn keep(
    directory: &Path,
    prefix: &str,
    other: &BTreeSet<&str>,
    repository: &mut Tree,
    next: &mut Tree,
) -> Result<(), Failed> {
    let failed = |error: std::io::Error| (directory.to_owned(), from_io(&error));
    let mut directories = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let file = entry.file_name();
        // no name of TUF is like that, so that it is nothing of ours
        let Some(file) = file.to_str() else {
            return Err((entry.path(), Errno::ILSEQ));
        };
        let name = format!("{prefix}{file}");
        if entry.file_type().map_err(failed)?.is_dir() {
            directories.push(name);
        } else if !(other.contains(name.as_str()) || leftovers::is_part(&name)) {
            next.link_in(repository, &name, &name)?;
        }
    }
    for name in directories {
        let below = directory.join(name.rsplit('/').next().unwrap_or(&name));
        keep(&below, &format!("{name}/"), other, repository, next)?;
    }
    Ok(())
}

fn exchange(sites: &Sites) -> Result<(), RepoError> {
    let exchanged = renameat_with(
        CWD,
        &sites.next,
        CWD,
        &sites.repository,
        RenameFlags::EXCHANGE,
    );
    let shown = safe(&sites.repository.display().to_string());
    match exchanged {
        Ok(()) => Ok(()),
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => Err(RepoError::surroundings(
            format!(
                "the file system of {shown} cannot exchange two directories in one step (renameat2 with RENAME_EXCHANGE), and several files have to change at once."
            ),
            "Keep the repository on a file system that can, such as ext4, xfs, btrfs or tmpfs, and copy `repository` to the host from there.",
        )),
        Err(Errno::BUSY | Errno::XDEV) => Err(RepoError::surroundings(
            format!(
                "{shown} is a mount point, which cannot be exchanged for the next version of it."
            ),
            "Mount the directory above it, or keep the repository elsewhere and copy `repository` to the host from there.",
        )),
        Err(error) => Err(failed((sites.repository.clone(), error))),
    }
}

fn failed((path, error): Failed) -> RepoError {
    let shown = safe(&path.display().to_string());
    let next = match error {
        Errno::NOSPC | Errno::DQUOT => "Make room on the disk, and commit again.",
        Errno::ROFS | Errno::ACCESS | Errno::PERM => {
            "Make the directory writable for whoever runs this, and commit again."
        }
        Errno::ILSEQ => "Take the file away whose name is no UTF-8, and commit again.",
        _ => "Look at the disk and the permissions, and commit again.",
    };
    let reason = std::io::Error::from(error);
    RepoError::surroundings(format!("{shown}: {reason}."), next)
}

fn from_io(error: &std::io::Error) -> Errno {
    Errno::from_io_error(error).unwrap_or(Errno::IO)
}
