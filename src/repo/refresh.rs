//! Renewed for a timer: what expires soon, and published at once; nothing else that is staged goes
//! out by the way.

use std::collections::{BTreeMap, BTreeSet};

use time::{Duration, OffsetDateTime};

use super::keys::Keyring;
use super::publish::{self, Committed, Scope, commit};
use super::published::header;
use super::upkeep::{self, Due, Made};
use super::words::command;
use super::{Place, Published, RepoError};
use crate::safe::safe;
use crate::tuf::metadata::Metadata;
use crate::tuf::repository::Signers;
use crate::tuf::root::Role;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refreshed {
    /// What was made anew, in order.
    pub renewed: Vec<Made>,
    /// What was published; none where nothing was due that could be renewed.
    pub published: Option<Committed>,
    /// What is due and was not renewed, and why, in a sentence.
    pub open: Vec<(Due, String)>,
}

/// When the renewed metadata of a role expires, for the roles that may be renewed.
pub type Until = BTreeMap<Role, OffsetDateTime>;

/// Renews what expires `within` a time from `now` and publishes it. Targets are renewed first, then
/// the snapshot that names them, then the timestamp.
pub fn refresh(
    place: &Place,
    keyring: &mut Keyring<'_>,
    within: Duration,
    until: &Until,
    now: OffsetDateTime,
) -> Result<Refreshed, RepoError> {
    let Some(published) = Published::read(place)? else {
        return Err(RepoError::refused(
            "nothing is published, so that there is nothing to renew.",
            format!("Look at what is missing with: {}", command(place, "status")),
        ));
    };
    named_together(until)?;
    let scope = nothing_else_staged(place, &published, (within, until, now))?;
    let mut run = Run {
        place,
        keyring,
        until,
        now,
        renewed: Vec::new(),
        open: Vec::new(),
    };
    let due = upkeep::due(place, &published, within, now)?;
    let mut left: BTreeSet<&str> = BTreeSet::new();
    for due in &due {
        match due.role.as_str() {
            "root" => run.ceremony(due),
            "snapshot" | "timestamp" => {
                left.insert(&due.role);
            }
            "targets" => {
                run.renew(Role::Targets, Some(due));
            }
            _ => run.delegated(due),
        }
    }
    for role in [Role::Snapshot, Role::Timestamp] {
        let due = due.iter().find(|due| due.role == role.name());
        // what names something new is made anew with it
        if due.is_some() || !run.renewed.is_empty() {
            run.renew(role, due);
        }
    }
    let published = if run.renewed.is_empty() {
        None
    } else {
        Some(commit(place, scope, now, &mut |_, _| ())?)
    };
    Ok(Refreshed {
        renewed: run.renewed,
        published,
        open: run.open,
    })
}

struct Run<'r, 'p> {
    place: &'r Place,
    keyring: &'r mut Keyring<'p>,
    until: &'r Until,
    now: OffsetDateTime,
    renewed: Vec<Made>,
    open: Vec<(Due, String)>,
}

impl Run<'_, '_> {
    /// Makes one role's metadata anew. Where that fails, what was made before and only it could name
    /// goes away again.
    fn renew(&mut self, role: Role, due: Option<&Due>) {
        let made = match self.until.get(&role) {
            None => Err(format!(
                "No --expires is given for {role}, so that it is not renewed."
            )),
            Some(expires) => {
                let made = upkeep::renew(self.place, self.keyring, role.name(), *expires, self.now);
                match made {
                    Ok(made) if made.complete() => Ok(made),
                    Ok(made) => Err(made.notices.join(" ")),
                    Err(error) => Err(error.to_string()),
                }
            }
        };
        match made {
            Ok(made) => self.renewed.push(made),
            Err(why) => {
                let fallback = Due {
                    role: role.name().to_owned(),
                    expires: self.now,
                    why: upkeep::Why::ExpiresSoon,
                };
                let due = due.cloned().unwrap_or(fallback);
                self.open.push((due, why));
                let _ = std::fs::remove_file(self.place.staged_path(role.name()));
                for made in self.renewed.drain(..) {
                    let _ = std::fs::remove_file(made.path);
                }
            }
        }
    }

    fn ceremony(&mut self, due: &Due) {
        let words = format!(
            "The root {}: a ceremony is needed. Stage the next one with: {}",
            due.why.words(),
            command(self.place, "stage-root --expires 365d -o root.rse")
        );
        self.open.push((due.clone(), words));
    }

    fn delegated(&mut self, due: &Due) {
        let words = format!(
            "Role {} {}: whoever holds its keys makes it anew with: {}",
            safe(&due.role),
            due.why.words(),
            command(
                self.place,
                &format!(
                    "add --role {} --expires 90d",
                    super::words::quoted(&due.role)
                )
            )
        );
        self.open.push((due.clone(), words));
    }
}

/// A new version of one has to be named by the next one.
fn named_together(until: &Until) -> Result<(), RepoError> {
    let order = [Role::Targets, Role::Snapshot, Role::Timestamp];
    for pair in order.windows(2) {
        let [first, then] = pair else { continue };
        if until.contains_key(first) && !until.contains_key(then) {
            return Err(RepoError::call(
                format!("--expires is given for {first} and not for {then}, which has to name it."),
                format!("Give both: --expires {first}=… --expires {then}=…"),
            ));
        }
    }
    if until.contains_key(&Role::Root) {
        return Err(RepoError::call(
            "--expires is given for root: a root is renewed in a ceremony only.",
            "Stage the next root with: rootstage repo stage-root",
        ));
    }
    Ok(())
}

/// A root that waits for its ceremony must not keep the timestamp from being renewed, and is left
/// alone; where it changes the keys of online roles, they could not sign for both roots. Anything
/// else that is staged was meant to be looked at before it is published.
fn nothing_else_staged(
    place: &Place,
    published: &Published,
    (within, until, now): (Duration, &Until, OffsetDateTime),
) -> Result<Scope, RepoError> {
    let mut scope = Scope::All;
    for (role, file) in publish::staged_roles(place)? {
        if publish::same_as_published(published, &role, &file)? {
            continue;
        }
        match role.as_str() {
            // they are made anew where they are due
            "snapshot" | "timestamp" => {
                let path = place.staged_path(&role);
                std::fs::remove_file(&path).map_err(|error| RepoError::file(&path, error))?;
            }
            // made by a run of this that was stopped before it could publish it
            "targets" if until.contains_key(&Role::Targets) => {
                let soon = now.saturating_add(within);
                if !is_renewal(published, &file, soon)? {
                    return Err(not_ours(place, &role));
                }
                let path = place.staged_path(&role);
                std::fs::remove_file(&path).map_err(|error| RepoError::file(&path, error))?;
            }
            "root" if signs_for_both(place, published)? => scope = Scope::WithoutRoot,
            "root" => {
                return Err(RepoError::refused(
                    "a root is staged that takes keys from online roles or changes how many must sign: what is renewed now would be signed for the one root or for the other.",
                    format!(
                        "Have it signed and publish it with: {}, or take staged/root.json away until then.",
                        command(place, "commit")
                    ),
                ));
            }
            role => return Err(not_ours(place, role)),
        }
    }
    Ok(scope)
}

fn not_ours(place: &Place, role: &str) -> RepoError {
    RepoError::refused(
        format!(
            "staged/{}.json is not published, and a renewal would publish it by the way.",
            safe(role)
        ),
        format!(
            "Publish it with: {}, or take it away.",
            command(place, "commit")
        ),
    )
}

/// Whether staged targets say what the published ones say, in another version with another expiry,
/// and those are due.
fn is_renewal(
    published: &Published,
    staged: &Metadata,
    soon: OffsetDateTime,
) -> Result<bool, RepoError> {
    let Some(before) = published.role(Role::Targets.name())? else {
        return Ok(false);
    };
    let signers = Signers::of(&published.root, Role::Targets);
    let signed = signers.signed(before.payload(), before.signatures());
    let expires = header(&before).map(|(_, expires)| expires);
    let due = signed < signers.threshold || expires.is_some_and(|expires| expires <= soon);
    let says = |file: &Metadata| {
        let mut signed = file.to_signed().ok()?.signed;
        let members = signed.as_object_mut()?;
        members.remove("version");
        members.remove("expires");
        Some(signed)
    };
    Ok(due && says(&before).is_some() && says(&before) == says(staged))
}

/// Whether what is signed as the staged root says is signed as the published one says as well: no
/// online role loses a key, and as many must sign.
fn signs_for_both(place: &Place, published: &Published) -> Result<bool, RepoError> {
    let Some(draft) = place.staged_root()? else {
        return Ok(true);
    };
    let online = [Role::Targets, Role::Snapshot, Role::Timestamp];
    Ok(online.into_iter().all(|role| {
        let (old, new) = (Signers::of(&published.root, role), draft.signers(role));
        old.threshold == new.threshold && old.keys.iter().all(|key| new.keys.contains(key))
    }))
}
