//! What is published, what is staged, and what is to be done next.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;

use time::OffsetDateTime;

use super::place::TARGETS;
use super::publish::{self, staged_roles};
use super::published::header;
use super::words::command;
use super::{Place, Published, RepoError};
use crate::tuf::metadata::Metadata;
use crate::tuf::repository::{RootDraft, Signers};
use crate::tuf::root::{Role, Root};
use crate::tuf::targets::Targets;

/// How one role stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// What clients see: version and expiry.
    pub published: Option<(u64, OffsetDateTime)>,
    /// What is staged and is not published.
    pub staged: Option<InWork>,
}

/// Metadata that is staged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InWork {
    /// Its version; 0 where it has none.
    pub version: u64,
    /// Its expiry, where it can be read.
    pub expires: Option<OffsetDateTime>,
    /// How many different keys have signed, and how many must; none where it is not known who
    /// signs.
    pub signed: Option<(u32, u32)>,
    /// What it lacks, in sentences, safe to show.
    pub lacks: Vec<String>,
}

/// How what is offered changes with what is staged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offered {
    /// How many targets clients see now.
    pub now: usize,
    /// How many are new in what is staged.
    pub new: usize,
    /// How many have other content there.
    pub changed: usize,
    /// How many are gone there.
    pub removed: usize,
    /// Files below `staged/targets` that nothing lists yet.
    pub not_listed: usize,
}

/// How a repository stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// By role: the four top-level ones, and delegated ones that are published or staged.
    pub roles: BTreeMap<String, Standing>,
    /// The files.
    pub offered: Offered,
    /// Why what is staged cannot be published yet; none where it can, or nothing is staged.
    pub hindrance: Option<String>,
    /// What to do next; none where there is nothing to do.
    pub next: Option<String>,
}

/// How `place` stands at the time `now`. Nothing is changed, and targets are not hashed.
pub fn status(place: &Place, now: OffsetDateTime) -> Result<Repository, RepoError> {
    let published = Published::read(place)?;
    let staged = staged_roles(place)?;
    let mut roles: BTreeMap<String, Standing> = Role::ALL
        .map(|role| (role.name().to_owned(), Standing::default()))
        .into();
    if let Some(published) = &published {
        for (role, standing) in published.standing()? {
            roles.entry(role).or_default().published = Some(standing);
        }
    }
    let lists = Lists::read(published.as_ref(), &staged)?;
    let mut in_work = false;
    for (role, file) in &staged {
        let same = match &published {
            None => false,
            Some(published) => publish::same_as_published(published, role, file)?,
        };
        if !same {
            in_work = true;
            let work = InWork::of(place, published.as_ref(), &lists, role, file)?;
            roles.entry(role.clone()).or_default().staged = Some(work);
        }
    }
    let mut offered = lists.compare();
    let top = place.staged().join(TARGETS);
    count(&top, "", &mut |path| {
        offered.not_listed += usize::from(!lists.lists(path));
    });
    let mut repository = Repository {
        roles,
        offered,
        hindrance: None,
        next: None,
    };
    repository.decide(place, in_work, now);
    Ok(repository)
}

impl Repository {
    fn decide(&mut self, place: &Place, in_work: bool, now: OffsetDateTime) {
        let draft = place.staged_root().unwrap_or(None);
        let keyless = draft.as_ref().and_then(|draft| {
            let online = [Role::Targets, Role::Snapshot, Role::Timestamp];
            let lacks = |role: &Role| draft.signers(*role).keys.is_empty();
            online.into_iter().find(lacks)
        });
        if let Some(role) = keyless {
            self.hindrance = Some(format!("The staged root lists no key of role {role}."));
            self.next = Some(command(place, &format!("gen-key {role}")));
            return;
        }
        if self.offered.not_listed > 0 {
            self.next = Some(command(place, "add --expires 90d"));
            return;
        }
        let nowhere = |role: &str| {
            let standing = self.roles.get(role);
            standing.is_none_or(|role| role.published.is_none() && role.staged.is_none())
        };
        if in_work {
            match publish::ready(place, now) {
                Ok(()) => self.next = Some(command(place, "commit")),
                Err(error) => {
                    self.hindrance = Some(error.happened);
                    // nobody can list what is not there yet
                    let signed_root =
                        self.roles
                            .get("root")
                            .is_some_and(|root| match &root.staged {
                                None => true,
                                Some(staged) => staged.lacks.is_empty(),
                            });
                    self.next = Some(if signed_root && nowhere("targets") {
                        command(place, "add --expires 90d")
                    } else {
                        error.next
                    });
                }
            }
            return;
        }
        if nowhere("root") {
            self.next = Some(command(place, "import-root FILE"));
            return;
        }
        let soon = now.saturating_add(time::Duration::days(1));
        let due = self.roles.iter().find(|(_, standing)| {
            standing
                .published
                .is_some_and(|(_, expires)| expires <= soon)
        });
        if let Some((role, _)) = due {
            self.hindrance = Some(format!("{role} expires within a day, or has expired."));
            self.next = Some(match role.as_str() {
                "root" => command(place, "stage-root --expires 365d"),
                _ => command(
                    place,
                    "refresh --within 1d --expires timestamp=7d --expires snapshot=30d --expires targets=90d",
                ),
            });
        }
    }
}

impl InWork {
    fn of(
        place: &Place,
        published: Option<&Published>,
        lists: &Lists,
        role: &str,
        file: &Metadata,
    ) -> Result<Self, RepoError> {
        let root = published.map(|published| &published.root);
        let mut lacks = Vec::new();
        let top = Role::ALL.into_iter().find(|top| top.name() == role);
        let signers = match top {
            Some(role) => Some(place.signers(role, root)?),
            None => lists.signers(role),
        };
        if role == Role::Root.name() {
            lacks = root_lacks(root, file);
        }
        let signed = signers.map(|signers| {
            let signed = signers.signed(file.payload(), file.signatures());
            (signed, signers.threshold)
        });
        if let Some((signed, threshold)) = signed
            && role != Role::Root.name()
            && (signed < threshold || threshold == 0)
        {
            lacks.push(format!(
                "It is signed by {signed} of the {threshold} keys needed."
            ));
        }
        Ok(Self {
            version: publish::version_of(file),
            expires: header(file).map(|(_, expires)| expires),
            signed,
            lacks,
        })
    }
}

fn root_lacks(before: Option<&Root>, file: &Metadata) -> Vec<String> {
    let Ok(signed) = file.to_signed() else {
        return vec!["It cannot be read.".to_owned()];
    };
    match Root::parse(&signed.signed) {
        Ok(root) => {
            let sentences = publish::who_must_sign(before, &root, file);
            let open = |sentence: &String| !sentence.contains("That is enough.");
            sentences.into_iter().filter(open).collect()
        }
        Err(error) => match RootDraft::read(signed.signed) {
            Ok(draft) if !draft.missing().is_empty() => draft
                .missing()
                .into_iter()
                .map(|missing| format!("In it {missing}."))
                .collect(),
            _ => vec![format!("It is not a root yet: {error}.")],
        },
    }
}

/// What is listed: published, and staged instead.
struct Lists {
    before: BTreeMap<String, Targets>,
    after: BTreeMap<String, Targets>,
}

impl Lists {
    fn read(
        published: Option<&Published>,
        staged: &BTreeMap<String, Rc<Metadata>>,
    ) -> Result<Self, RepoError> {
        let mut before = BTreeMap::new();
        if let Some(published) = published {
            for role in published.listed()?.into_keys() {
                let file = published.role(&role)?;
                if let Some(targets) = file.and_then(|file| Targets::read(&file).ok()) {
                    before.insert(role, targets);
                }
            }
        }
        let after = staged
            .iter()
            .filter_map(|(role, file)| Some((role.clone(), Targets::read(file).ok()?)));
        Ok(Self {
            after: after.collect(),
            before,
        })
    }

    /// Who signs a delegated role.
    fn signers(&self, role: &str) -> Option<Signers> {
        let all = self.after.values().chain(self.before.values());
        all.filter_map(|targets| targets.delegations.as_ref())
            .map(|delegations| Signers::delegated(delegations, role))
            .find(|signers| signers.threshold > 0)
    }

    fn lists(&self, path: &str) -> bool {
        let mut all = self.after.values().chain(self.before.values());
        all.any(|targets| targets.targets.contains_key(path))
    }

    fn compare(&self) -> Offered {
        let mut offered = Offered {
            now: self.before.values().map(|list| list.targets.len()).sum(),
            ..Offered::default()
        };
        for (role, after) in &self.after {
            let none = BTreeMap::new();
            let before = self.before.get(role).map_or(&none, |list| &list.targets);
            for (path, target) in &after.targets {
                match before.get(path) {
                    None => offered.new += 1,
                    Some(was) if was.hashes != target.hashes || was.length != target.length => {
                        offered.changed += 1;
                    }
                    Some(_) => {}
                }
            }
            let paths: BTreeSet<_> = after.targets.keys().collect();
            offered.removed += before.keys().filter(|path| !paths.contains(path)).count();
        }
        offered
    }
}

/// Calls `each` with every file below a directory, by its path there.
fn count(directory: &Path, prefix: &str, each: &mut dyn FnMut(&str)) {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let path = format!("{prefix}{}", name.to_string_lossy());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => count(&entry.path(), &format!("{path}/"), each),
            Ok(_) => each(&path),
            Err(_) => {}
        }
    }
}
