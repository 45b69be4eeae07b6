//! The search for a target through the tree of delegations (TUF specification, section 5.6.7).

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::safe::safe;
use crate::tuf::root::Role;
use crate::tuf::targets::{Target, Targets};
use crate::tuf::trusted::Trusted;

/// Most delegated roles that one search asks (python-tuf, tuf-js).
pub const MAX_DELEGATIONS: usize = 32;

/// Where a target was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The role that lists it: `targets`, or a delegated one.
    pub role: String,
    /// What the role says of it.
    pub target: Target,
}

/// Why a search ended without an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SearchError<E> {
    /// Metadata of a role on the way cannot be had, or is not to be trusted.
    #[error(transparent)]
    Role(#[from] E),
    /// Roles were left to ask when the limit was reached.
    #[error(
        "{path} is not listed by the first {MAX_DELEGATIONS} roles that are delegated to, and clients ask no more of them"
    )]
    TooMany {
        /// The path looked for, escaped.
        path: String,
    },
    /// A role delegates by `succinct_roles`.
    #[error(
        "role {role} delegates by `succinct_roles` (TAP 15), which is not supported here, so nothing is said of {path}"
    )]
    Succinct {
        /// The role that does so, escaped.
        role: String,
        /// The path looked for, escaped.
        path: String,
    },
}

/// The role that delegates to another: its name and its metadata.
type Parent = (String, Rc<Trusted<Targets>>);

/// Looks for `path`: in `top`, then in the roles that it delegates to, each with those below it
/// before the one after it; every role once, however the delegations turn back on themselves.
/// `load` is given the name of a role, its metadata, and the name of a role that it delegates to,
/// and gives the metadata of the latter. `None`: nobody who is asked lists the path.
pub fn find<E>(
    path: &str,
    top: &Rc<Trusted<Targets>>,
    mut load: impl FnMut(&str, &Trusted<Targets>, &str) -> Result<Rc<Trusted<Targets>>, E>,
) -> Result<Option<Found>, SearchError<E>> {
    let mut visited: BTreeSet<String> = BTreeSet::new();
    // what is last is asked first
    let mut left: Vec<(String, Option<Parent>)> = vec![(Role::Targets.name().to_owned(), None)];
    while let Some((role, parent)) = left.pop() {
        if visited.contains(&role) {
            continue;
        }
        // the top-level role is not one that is delegated to
        if visited.len() > MAX_DELEGATIONS {
            return Err(SearchError::TooMany { path: safe(path) });
        }
        let metadata = match &parent {
            None => Rc::clone(top),
            Some((name, parent)) => load(name, parent, &role)?,
        };
        if let Some(target) = metadata.get().targets.get(path) {
            return Ok(Some(Found {
                role,
                target: target.clone(),
            }));
        }
        visited.insert(role.clone());
        let Some(delegations) = &metadata.get().delegations else {
            continue;
        };
        if delegations.succinct.is_some() {
            return Err(SearchError::Succinct {
                role: safe(&role),
                path: safe(path),
            });
        }
        let mut below = Vec::new();
        for asked in delegations.asked_about(path) {
            if asked.after == super::After::Stop {
                left.clear();
            }
            below.push((
                asked.name.clone(),
                Some((role.clone(), Rc::clone(&metadata))),
            ));
        }
        left.extend(below.into_iter().rev());
    }
    Ok(None)
}
