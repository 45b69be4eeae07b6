//! The files that are offered: which are there already, and where the others are.

use std::collections::BTreeSet;
use std::fs::Metadata;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::check::Visit;
use super::plan::Plan;
use super::{Place, RepoError};
use crate::repo::place::TARGETS;
use crate::repo::targets::{Hashed, Progress, Standing};
use crate::repo::verify::streamed::{self, NotAsListed};
use crate::repo::words::command;
use crate::safe::safe;
use crate::tuf::client::Layout;
use crate::tuf::targets::{Target, Targets};

/// Most missing files that are named in a message.
const NAMED: usize = 10;

/// One file that comes into what is offered.
pub(super) struct Offer {
    /// Names under which it is not there yet; at least one. They begin with `targets/`.
    pub names: Vec<String>,
    /// Where it is.
    pub from: From,
    /// Whether everybody may read it where it is.
    pub readable: bool,
}

/// Where the bytes of a file are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// Below `staged/targets`, at this path.
    Staged(String),
    /// In what is published, under this name.
    Published(String),
}

/// Everything that comes in, and what goes.
#[derive(Default)]
pub(super) struct Offers {
    pub bring: Vec<Offer>,
    /// Names in the layout without digests under which nothing is offered any more.
    pub gone: BTreeSet<String>,
    /// Paths of staged targets that are among `bring`.
    pub copied: BTreeSet<String>,
}

/// Finds every target that is listed, with the right length and digests.
///
/// What is staged is hashed, unless the index that `repo add` keeps says that it is the file that
/// was hashed then. What is published under a digest came there by a commit that had hashed it, in
/// one step: there the length is enough, and `repo verify` hashes everything.
pub(super) fn offers(
    place: &Place,
    plan: &Plan,
    visit: &Visit,
    progress: &mut dyn FnMut(Progress),
) -> Result<Offers, RepoError> {
    let mut search = Search {
        place,
        plan,
        staged: place.staged().join(TARGETS),
        repository: place.repository(),
        index: Hashed::read(place),
        last: (String::new(), true),
        offers: Offers::default(),
        to_hash: Vec::new(),
        missing: Vec::new(),
    };
    let was_plain = plan.before.as_ref().map(|before| before.layout) == Some(Layout::Plain);
    let moved = plan.before.as_ref().map(|before| before.layout) != Some(plan.layout);
    let mut still = BTreeSet::new();
    for (role, targets) in &visit.targets {
        let renewed = moved || plan.renewed.contains(role);
        for (path, target) in &targets.get().targets {
            let names = visit.layout().target(path, target);
            let names = names.map_err(|error| super::refused::by_client(place, &error))?;
            if was_plain {
                still.extend(names.iter().cloned());
            }
            search.one(path, target, names, renewed);
        }
    }
    search.hash(progress);
    search.all_there()?;
    let mut offers = search.offers;
    if was_plain {
        offers.gone = gone(plan, &still)?;
    }
    Ok(offers)
}

struct Search<'a> {
    place: &'a Place,
    plan: &'a Plan,
    staged: PathBuf,
    repository: PathBuf,
    /// What `repo add` has hashed.
    index: Hashed,
    /// The directory of the last name, and whether it is there.
    last: (String, bool),
    offers: Offers,
    /// Files that have to be hashed, with what they are listed as, and the path to name.
    to_hash: Vec<(PathBuf, &'a Target, String)>,
    missing: Vec<String>,
}

impl<'a> Search<'a> {
    fn one(&mut self, path: &str, target: &'a Target, names: Vec<String>, renewed: bool) {
        if names.is_empty() {
            let shown = safe(path);
            self.missing.push(format!(
                "{shown} (listed without a digest that is known here)"
            ));
            return;
        }
        let plain = self.plan.layout == Layout::Plain;
        let (there, absent): (Vec<_>, Vec<_>) = names
            .into_iter()
            .partition(|name| self.is_there(name, target.length));
        // under its plain name a file is replaced by the next version of it
        if absent.is_empty() && !(plain && renewed) {
            return;
        }
        let staged = self.staged.join(path);
        if let Some(found) = of_length(&staged, target.length) {
            if self.index.standing(path, target, &found) == Standing::Unknown {
                self.to_hash.push((staged, target, path.to_owned()));
            }
            let names = if plain {
                [there, absent].concat()
            } else {
                absent
            };
            let from = From::Staged(path.to_owned());
            self.offers.copied.insert(path.to_owned());
            let readable = found.permissions().mode() & 0o444 == 0o444;
            self.offers.bring.push(Offer {
                names,
                from,
                readable,
            });
            return;
        }
        if absent.is_empty() {
            let file = self.repository.join(format!("{TARGETS}/{path}"));
            self.to_hash.push((file, target, path.to_owned()));
            return;
        }
        // a further digest of what is there, or another layout than before
        let before = self.plan.before.as_ref();
        let other = match (there.into_iter().next(), self.plan.layout) {
            (Some(name), _) => Some(name),
            (None, Layout::Plain) => Layout::Consistent
                .target(path, target)
                .unwrap_or_default()
                .into_iter()
                .find(|name| has_length(&self.repository.join(name), target.length)),
            (None, Layout::Consistent) if before.is_some() => {
                let name = format!("{TARGETS}/{path}");
                has_length(&self.repository.join(&name), target.length).then_some(name)
            }
            (None, Layout::Consistent) => None,
        };
        let Some(name) = other else {
            self.missing.push(safe(path));
            return;
        };
        let file = self.repository.join(&name);
        self.to_hash.push((file, target, path.to_owned()));
        let from = From::Published(name);
        self.offers.bring.push(Offer {
            names: absent,
            from,
            readable: true,
        });
    }

    /// Whether a file of this name and length is published. Where a whole directory is new, as in a
    /// first publication, only the directory is looked for.
    fn is_there(&mut self, name: &str, length: u64) -> bool {
        let directory = name.rsplit_once('/').map_or("", |(directory, _)| directory);
        if self.last.0 != directory {
            let is_there = self.repository.join(directory).is_dir();
            self.last = (directory.to_owned(), is_there);
        }
        self.last.1 && has_length(&self.repository.join(name), length)
    }

    fn hash(&mut self, progress: &mut dyn FnMut(Progress)) {
        let jobs: Vec<_> = self
            .to_hash
            .iter()
            .map(|(file, target, _)| (file.as_path(), *target))
            .collect();
        let wrong = streamed::check_all(&jobs, progress);
        for (at, why) in wrong {
            if let Some((_, _, path)) = self.to_hash.get(at) {
                self.missing.push(format!("{} ({why})", safe(path)));
            }
        }
    }

    fn all_there(&mut self) -> Result<(), RepoError> {
        if self.missing.is_empty() {
            return Ok(());
        }
        self.missing.sort();
        let named: Vec<_> = self.missing.iter().take(NAMED).cloned().collect();
        let more = self.missing.len().saturating_sub(NAMED);
        let more = if more > 0 {
            format!(", and {more} more")
        } else {
            String::new()
        };
        let many = self.missing.len();
        Err(RepoError::refused(
            format!(
                "targets that are listed are neither below staged/targets nor published as they are listed ({many} in all): {}{more}.",
                named.join(", ")
            ),
            format!(
                "Put them below staged/targets and list them as they are: {}; or take them from the list: {}",
                command(self.place, "add --expires 90d"),
                command(self.place, "remove PATH --expires 90d")
            ),
        ))
    }
}

/// Names that were offered without digests and are not any more.
fn gone(plan: &Plan, still: &BTreeSet<String>) -> Result<BTreeSet<String>, RepoError> {
    let Some(before) = &plan.before else {
        return Ok(BTreeSet::new());
    };
    let mut gone = BTreeSet::new();
    for role in before.listed()?.keys() {
        let Some(file) = before.role(role)? else {
            continue;
        };
        let Ok(targets) = Targets::read(&file) else {
            continue;
        };
        for (path, target) in &targets.targets {
            let names = Layout::Plain.target(path, target).unwrap_or_default();
            gone.extend(names.into_iter().filter(|name| !still.contains(name)));
        }
    }
    Ok(gone)
}

fn has_length(file: &Path, length: u64) -> bool {
    of_length(file, length).is_some()
}

/// What the system says of a file, where it is one of this length.
fn of_length(file: &Path, length: u64) -> Option<Metadata> {
    let found = std::fs::symlink_metadata(file).ok()?;
    (found.is_file() && found.len() == length).then_some(found)
}

/// Whether the file is the one that is listed.
pub(super) fn is_as_listed(file: &Path, target: &Target) -> Result<(), NotAsListed> {
    streamed::check(file, target)
}
