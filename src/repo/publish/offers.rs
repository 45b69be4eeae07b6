//! The files that are offered: which are there already, and where the others are.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::check::Visit;
use super::plan::Plan;
use super::{Place, RepoError};
use crate::repo::place::TARGETS;
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
pub(super) fn offers(place: &Place, plan: &Plan, visit: &Visit) -> Result<Offers, RepoError> {
    let mut search = Search {
        place,
        plan,
        staged: place.staged().join(TARGETS),
        repository: place.repository(),
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
    search.hash();
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
            .partition(|name| has_length(&self.repository.join(name), target.length));
        // under its plain name a file is replaced by the next version of it
        if absent.is_empty() && !(plain && renewed) {
            return;
        }
        let staged = self.staged.join(path);
        if has_length(&staged, target.length) {
            self.to_hash.push((staged, target, path.to_owned()));
            let names = if plain {
                [there, absent].concat()
            } else {
                absent
            };
            let from = From::Staged(path.to_owned());
            self.offers.copied.insert(path.to_owned());
            self.offers.bring.push(Offer { names, from });
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
        });
    }

    fn hash(&mut self) {
        let jobs: Vec<_> = self
            .to_hash
            .iter()
            .map(|(file, target, _)| (file.as_path(), *target))
            .collect();
        let wrong = streamed::check_all(&jobs, &mut |_| ());
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
    std::fs::symlink_metadata(file).is_ok_and(|found| found.is_file() && found.len() == length)
}

/// Whether the file is the one that is listed.
pub(super) fn is_as_listed(file: &Path, target: &Target) -> Result<(), NotAsListed> {
    streamed::check(file, target)
}
