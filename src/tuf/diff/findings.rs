//! What is to be said of a new root and of the step to it.

mod content;
mod people;
mod roles;
mod step;

use time::OffsetDateTime;

use super::{Change, KeyChange};
use crate::tuf::key::Holders;
use crate::tuf::policy::{Finding, Policy, of_root};
use crate::tuf::root::Root;

/// What the findings are about.
pub(super) struct Step<'a> {
    pub old: Option<&'a Root>,
    pub new: &'a Root,
    pub holders: &'a Holders,
    pub policy: &'a Policy,
    pub now: OffsetDateTime,
    pub keys: &'a [KeyChange],
    pub changes: &'a [Change],
}

/// Every finding, the gravest first; those of one level in the order of the rows.
pub(super) fn all(step: &Step) -> Vec<Finding> {
    let mut found = Vec::new();
    step::find(&mut found, step);
    found.extend(of_root(step.new, step.holders, step.policy, step.now));
    people::find(&mut found, step);
    roles::find(&mut found, step);
    content::find(&mut found, step);
    found.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    found
}
