//! From `staged` to `repository`, in one step that cannot be half done.
//!
//! 1. What is to be published is worked out as a value ([`plan`]): every file by the name under which
//!    clients fetch it, and where its bytes are now.
//! 2. It is verified before anything is touched ([`check`]): a whole client visits the result, from
//!    every root that was ever published, with what is published now in its memory; every target
//!    that is listed is there.
//! 3. It is carried out ([`switch`]), by one rule: *what is replaced or becomes visible is the
//!    switch; a switch of one name is a rename, of several an exchange of the directory.* (Of a first
//!    publication the root alone is the switch: without it there is nothing to visit.) What no
//!    client can know of yet (files with a new version or a digest in their name) comes into
//!    `repository` before it, and everything is on the disk before it. So clients see what was
//!    there before, or all that is new.
//! 4. `staged` is emptied of what was published.
//!
//! Killed at any point, it is repeated by the next commit: targets that were moved already are found
//! under their digests, staged metadata is taken away only after the switch, and what was left over
//! beside it goes with the next command that changes the place ([`leftovers`]).

mod check;
mod leftovers;
mod offers;
mod plan;
mod refused;
mod staged;
mod switch;
mod tree;

use std::collections::BTreeMap;

use time::OffsetDateTime;

use super::targets::Progress;
use super::{Place, RepoError};
use crate::digest::Sha256;
use crate::tuf::client::Layout;
use plan::Planned;

pub(super) use check::{large, offers_sigstore};
pub(super) use leftovers::clear;
pub use refused::who_must_sign;
pub(super) use staged::{roles as staged_roles, same_as_published, version as version_of};

/// What a commit came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Whether anything was published by it. If not, everything that is staged was published before.
    pub committed: bool,
    /// What clients see now, by role; delegated ones included.
    pub roles: BTreeMap<String, Role>,
    /// SHA-256 of the file of each root that is published, by version.
    pub roots: BTreeMap<u64, Sha256>,
    /// How files are named.
    pub layout: Layout,
    /// How many targets are offered.
    pub targets: usize,
    /// How many files came new into what is offered.
    pub files: usize,
    /// Whether there is a target that clients of Sigstore look for.
    pub sigstore: bool,
    /// What people should know, in sentences.
    pub notices: Vec<String>,
}

/// One role as clients see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its version.
    pub version: u64,
    /// When clients stop accepting it.
    pub expires: OffsetDateTime,
    /// Whether this commit brought it.
    pub new: bool,
}

/// What is to be published of what is staged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All of it.
    All,
    /// All but a root, which waits for those who sign it.
    WithoutRoot,
}

/// What takes its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Files are hashed that the index of `repo add` does not know.
    Hash,
    /// Files come into what is offered; of these no bytes are counted.
    Bring,
}

/// Publishes what is staged, at the time `now`. `place` is locked. `progress` is told now and then.
///
/// Refused is whatever a client would refuse, and what expires within an hour of `now`. Nothing is
/// changed then. Where nothing is staged that is not published already, nothing is done.
pub fn commit(
    place: &Place,
    scope: Scope,
    now: OffsetDateTime,
    progress: &mut dyn FnMut(Step, Progress),
) -> Result<Committed, RepoError> {
    let plan = match plan::plan(place, scope)? {
        Planned::Publish(plan) => *plan,
        Planned::Nothing { before, left } => {
            let mut notices = staged::take_away(&left);
            if let Some(before) = &before {
                notices.extend(staged::take_left_targets(place, before)?);
            }
            return unchanged(before, notices);
        }
    };
    let visit = check::visit(place, &plan, now)?;
    let offers = offers::offers(place, &plan, &visit, &mut |at| progress(Step::Hash, at))?;
    switch::carry_out(place, &plan, &offers, &mut |at| progress(Step::Bring, at))?;
    // what follows is tidying up: it is published, whatever becomes of this
    let mut notices = visit.notices.clone();
    notices.extend(staged::take_away(&plan.left));
    notices.extend(staged::take_targets(place, &visit, &offers));
    Ok(Committed {
        committed: true,
        roles: visit.roles(&plan),
        roots: plan.roots(),
        layout: plan.layout,
        targets: visit.listed(),
        files: offers.bring.iter().map(|offer| offer.names.len()).sum(),
        sigstore: visit.sigstore(),
        notices,
    })
}

/// Whether what is staged could be published, as far as metadata goes: targets are not looked at.
pub fn ready(place: &Place, now: OffsetDateTime) -> Result<(), RepoError> {
    match plan::plan(place, Scope::All)? {
        Planned::Publish(plan) => check::visit(place, &plan, now).map(|_| ()),
        Planned::Nothing { .. } => Ok(()),
    }
}

fn unchanged(
    before: Option<Box<super::Published>>,
    notices: Vec<String>,
) -> Result<Committed, RepoError> {
    let Some(before) = before else {
        return Err(RepoError::refused(
            "nothing is staged, and nothing is published.",
            "Begin with the keys: rootstage repo gen-key targets --dir DIR",
        ));
    };
    let roles = before.standing()?;
    let roles = roles.into_iter().map(|(role, (version, expires))| {
        let new = false;
        let standing = Role {
            version,
            expires,
            new,
        };
        (role, standing)
    });
    Ok(Committed {
        committed: false,
        roles: roles.collect(),
        roots: plan::digests(&before),
        layout: before.layout,
        targets: 0,
        files: 0,
        sigstore: false,
        notices,
    })
}
