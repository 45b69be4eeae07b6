//! Every file that is offered, under every name by which clients may ask for it.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::streamed::{self, Progress};
use super::{Grade, Roles, Verified};
use crate::repo::words::counted;
use crate::safe::safe;
use crate::tuf::client::Layout;
use crate::tuf::targets::Target;

/// Most files that are named one by one.
const NAMED: usize = 20;

pub(super) fn offered(
    found: &mut Verified,
    directory: &Path,
    layout: Layout,
    roles: &Roles,
    progress: &mut dyn FnMut(Progress),
) {
    let mut jobs: Vec<(PathBuf, &Target, String)> = Vec::new();
    let mut bad = Vec::new();
    let mut copies: usize = 0;
    for (role, targets) in roles {
        for (path, target) in &targets.get().targets {
            found.targets += 1;
            let names = match layout.target(path, target) {
                Ok(names) if names.is_empty() => {
                    bad.push(format!(
                        "{}: no digest is listed that is known here",
                        safe(path)
                    ));
                    continue;
                }
                Ok(names) => names,
                Err(error) => {
                    bad.push(format!("listed by {}: {error}", safe(role)));
                    continue;
                }
            };
            copies += names.len();
            // copies that are one file with several names are hashed once
            let mut seen: BTreeSet<(u64, u64)> = BTreeSet::new();
            for name in names {
                let file = directory.join(&name);
                let there = std::fs::symlink_metadata(&file);
                let place = there.as_ref().map(|there| (there.dev(), there.ino()));
                if place.is_ok_and(|place| !seen.insert(place)) {
                    continue;
                }
                jobs.push((file, target, name));
            }
        }
    }
    let paths: Vec<(&Path, &Target)> = jobs
        .iter()
        .map(|(file, target, _)| (file.as_path(), *target))
        .collect();
    for (at, why) in streamed::check_all(&paths, progress) {
        if let Some((_, _, name)) = jobs.get(at) {
            bad.push(format!("{}: {why}", safe(name)));
        }
    }
    if bad.is_empty() {
        let words = format!(
            "All that is listed is there, with its length and every digest: {} under {}.",
            counted(found.targets, "target", "targets"),
            counted(copies, "name", "names")
        );
        found.note("targets", Grade::Pass, words);
        return;
    }
    for words in bad.iter().take(NAMED) {
        found.note("targets", Grade::Fail, format!("{words}."));
    }
    if bad.len() > NAMED {
        let words = format!(
            "And {} more files are not as they are listed.",
            bad.len() - NAMED
        );
        found.note("targets", Grade::Fail, words);
    }
}
