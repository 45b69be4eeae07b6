//! Adding: find, hash, list, sign, stage.

use std::collections::BTreeMap;

use super::hash::{self, Finished, Work};
use super::index::{Entry, Hashed};
use super::read::hashes;
use super::role::{Making, Sign};
use super::stage::Incoming;
use super::walk::{Origin, Walk, fits};
use super::{Added, Addition, Digests, Manner, Progress};
use crate::repo::place::TARGETS;
use crate::repo::{Place, Published, RepoError};
use crate::safe::safe;
use crate::tuf::client::Layout;
use crate::tuf::repository::targets::{Before, custom};
use crate::tuf::targets::Target;

pub(super) fn with(
    place: &Place,
    additions: &[Addition],
    manner: &Manner,
    sign: &mut Sign<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Added, RepoError> {
    let said = Said::of(manner)?;
    let published = Published::read(place)?;
    let mut making = Making::of(place, published.as_ref(), &manner.role)?;
    let incoming = Incoming::new(place)?;
    let walk = found(place, additions, &incoming)?;
    let mut index = Hashed::read(place);
    let draft = &making.draft;
    let maybe = |path: &str, length| {
        let listed = draft.targets().get(path);
        published.is_some() && listed.is_some_and(|listed| listed.length == length)
    };
    let is_published = |path: &str, target: &Target| {
        maybe(path, target.length)
            && draft
                .targets()
                .get(path)
                .is_some_and(|listed| listed.hashes == target.hashes)
            && published
                .as_ref()
                .is_some_and(|published| holds(published, path, target))
    };
    let work = Work {
        digests: manner.digests,
        index: &index,
        incoming: &incoming,
        published: &is_published,
        maybe: &maybe,
    };
    let mut files = hash::all(&work, &walk, progress)?;
    made(
        &mut files,
        additions,
        manner.digests,
        &incoming,
        &is_published,
    )?;

    let mut added = Added::default();
    let mut empty = 0_usize;
    for file in &files {
        let earlier = making.draft.targets().get(&file.path);
        let said = said.of_path(&file.path);
        let target = Target {
            length: file.length,
            hashes: file.hashes.clone(),
            custom: said.or_else(|| earlier.and_then(|earlier| earlier.custom.clone())),
            extra: Vec::new(),
        };
        let before = making.draft.list(file.path.clone(), target);
        match before.map_err(|error| cannot(&file.path, &error.to_string()))? {
            Before::Absent => added.new += 1,
            Before::Other => added.changed += 1,
            Before::Same => added.same += 1,
        }
        added.bytes += file.read;
        empty += usize::from(file.length == 0);
    }
    // signed before the first file gets its name: nothing but the disk can fail after that
    let sealed = making.seal(place, manner.expires, sign)?;

    let moved = files.iter().filter(|file| file.incoming.is_some()).count();
    for file in files {
        let entry = match file.incoming {
            None => file.entry,
            Some(copy) => {
                let stamp = incoming.place(copy, &file.path).map_err(|error| {
                    let unchanged = format!("The metadata was not changed; of {moved} files some are below staged/targets already.");
                    error.leaving(unchanged)
                })?;
                Some(Entry {
                    stamp,
                    hashes: file.hashes,
                })
            }
        };
        index.put(file.path, entry);
    }
    index.write(place)?;
    sealed.stage(place)?;
    added.version = sealed.version;
    added.signed = sealed.signed;
    added.threshold = sealed.threshold;
    added.notices = sealed.notices;
    if empty > 0 {
        added.notices.push(format!(
            "{empty} of the files are empty; see whether they are meant to be."
        ));
    }
    if manner.digests == Digests::Sha512 {
        added.notices.push(
            "The files are listed with SHA-512 alone: tough, and what is built on it, refuses them."
                .to_owned(),
        );
    }
    Ok(added)
}

/// What is said of the files, as JSON text.
struct Said<'m> {
    manner: &'m Manner,
    by_path: BTreeMap<&'m str, Box<str>>,
    of_all: Option<Box<str>>,
}

impl<'m> Said<'m> {
    fn of(manner: &'m Manner) -> Result<Self, RepoError> {
        let text = |members| {
            custom(members).map_err(|error| {
                RepoError::call(
                    format!("what is to be said of the files (`custom`) cannot be: {error}."),
                    "Write a JSON object with members, and whole numbers only.",
                )
            })
        };
        let by_path = manner.custom.iter();
        let by_path = by_path.map(|(path, said)| Ok((path.as_str(), text(said)?)));
        Ok(Self {
            manner,
            by_path: by_path.collect::<Result<_, RepoError>>()?,
            of_all: manner.custom_for_all.as_ref().map(text).transpose()?,
        })
    }

    /// `None` where nothing new is said.
    fn of_path(&self, path: &str) -> Option<Box<str>> {
        if self.manner.custom.is_empty() {
            return self.of_all.clone();
        }
        self.by_path
            .get(path)
            .cloned()
            .or_else(|| self.of_all.clone())
    }
}

/// Every file that is to be read; each path once.
fn found(place: &Place, additions: &[Addition], incoming: &Incoming) -> Result<Walk, RepoError> {
    let targets = place.staged().join(TARGETS);
    let mut walk = Walk::default();
    for addition in additions {
        match addition {
            Addition::InPlace(path) => walk.below(&targets, path)?,
            Addition::From(from, path) => walk.elsewhere(from, path)?,
            Addition::Made(path, _) => fits(&targets.join(path), path)?,
        }
    }
    let made = additions.iter().filter_map(|addition| match addition {
        Addition::Made(path, _) => Some(path.as_str()),
        _ => None,
    });
    if additions.len() > 1 {
        once(&mut walk, made.clone())?;
    }
    let from = walk.folders.iter();
    let from = from.filter(|folder| folder.origin == Origin::Elsewhere);
    for path in from
        .flat_map(|folder| &folder.paths)
        .map(String::as_str)
        .chain(made)
    {
        incoming.fits(path)?;
    }
    Ok(walk)
}

/// Of a file that was named twice in place one mention is dropped; a path that would get two
/// contents is refused.
fn once<'a>(walk: &mut Walk, made: impl Iterator<Item = &'a str>) -> Result<(), RepoError> {
    let mut seen: BTreeMap<String, Origin> = BTreeMap::new();
    let twice = |path: &str| {
        RepoError::refused(
            format!(
                "two of the files that are to be added would both be {}.",
                safe(path)
            ),
            "Add one of them, or give them different paths with --into.",
        )
    };
    for path in made {
        if seen.insert(path.to_owned(), Origin::Elsewhere).is_some() {
            return Err(twice(path));
        }
    }
    for folder in &mut walk.folders {
        let mut kept = Vec::with_capacity(folder.paths.len());
        for path in folder.paths.drain(..) {
            match (seen.get(&path), folder.origin) {
                (None, origin) => {
                    seen.insert(path.clone(), origin);
                    kept.push(path);
                }
                (Some(Origin::Staged), Origin::Staged) => {}
                _ => return Err(twice(&path)),
            }
        }
        folder.paths = kept;
    }
    walk.files = walk.folders.iter().map(|folder| folder.paths.len()).sum();
    Ok(())
}

/// Files that were made here.
fn made(
    files: &mut Vec<Finished>,
    additions: &[Addition],
    digests: Digests,
    incoming: &Incoming,
    published: &dyn Fn(&str, &Target) -> bool,
) -> Result<(), RepoError> {
    for addition in additions {
        let Addition::Made(path, bytes) = addition else {
            continue;
        };
        let target = Target {
            length: bytes.len() as u64,
            hashes: hashes(digests, bytes),
            custom: None,
            extra: Vec::new(),
        };
        let copy = if published(path, &target) {
            None
        } else {
            let written = incoming.write(bytes);
            let copy = written.map_err(|error| RepoError::file(incoming.directory(), error))?;
            Some(copy)
        };
        files.push(Finished {
            path: path.clone(),
            length: target.length,
            hashes: target.hashes,
            entry: None,
            incoming: copy,
            read: target.length,
        });
    }
    Ok(())
}

/// Whether every file is there under which clients may fetch the target.
fn holds(published: &Published, path: &str, target: &Target) -> bool {
    let layout: Layout = published.layout;
    let Ok(names) = layout.target(path, target) else {
        return false;
    };
    let is_there = |name: &String| {
        let found = published.directory().join(name).symlink_metadata();
        found.is_ok_and(|found| found.is_file() && found.len() == target.length)
    };
    !names.is_empty() && names.iter().all(is_there)
}

fn cannot(what: &str, why: &str) -> RepoError {
    RepoError::refused(
        format!("{} cannot be listed: {why}.", safe(what)),
        "Rename it, or take the other one off the list.",
    )
}
