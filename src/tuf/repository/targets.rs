//! Targets metadata in the making (TUF specification, section 4.5).
//!
//! It begins with nothing or with the metadata before, of which everything that is not changed
//! stays: members that this program does not know, delegations, what is said of other targets. What
//! [`TargetsDraft::signed`] writes is the canonical form at once, in one pass over the sorted paths,
//! with no tree of values: a file may list a hundred thousand targets.

mod delegate;
mod rules;
mod write;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::canonical::parse;
use crate::tuf::metadata::Metadata;
use crate::tuf::repository::json_text;
use crate::tuf::root::MetadataError;
use crate::tuf::targets::{Target, Targets};

pub use delegate::{Delegation, DelegationError};
pub use rules::{PathError, custom, path, role_name};

/// What a target was before it was listed so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// It was not listed.
    Absent,
    /// It was listed otherwise: with other digests, another length, or other words.
    Other,
    /// It was listed just so.
    Same,
}

/// Targets metadata in the making. Members that are not known stay.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TargetsDraft {
    targets: BTreeMap<String, Target>,
    /// As read, where it is there.
    delegations: Option<Value>,
    /// Members at the top that are not known, as JSON text.
    extra: BTreeMap<String, Box<str>>,
}

impl TargetsDraft {
    /// Begins with what `file` says, but for its version and expiry.
    pub fn after(file: &Metadata) -> Result<Self, MetadataError> {
        let read = Targets::read(file)?;
        let delegations = match file.signed_member("delegations") {
            None => None,
            Some(canonical) => {
                let text = json_text(canonical);
                Some(parse(&text, text.len())?)
            }
        };
        Ok(Self {
            targets: read.targets,
            delegations,
            extra: read.extra,
        })
    }

    /// What is listed, by path.
    pub fn targets(&self) -> &BTreeMap<String, Target> {
        &self.targets
    }

    /// Lists a target, with its members that are not known as they were. Refuses a path under which
    /// clients or hosts could not have it beside the others ([`PathError`]).
    pub fn list(&mut self, path: String, mut target: Target) -> Result<Before, PathError> {
        rules::path(&path)?;
        if let Some(listed) = self.targets.get_mut(&path) {
            target.extra.clone_from(&listed.extra);
            let before = if *listed == target {
                Before::Same
            } else {
                Before::Other
            };
            *listed = target;
            return Ok(before);
        }
        rules::beside(&path, &self.targets)?;
        self.targets.insert(path, target);
        Ok(Before::Absent)
    }

    /// Takes a target off the list.
    pub fn unlist(&mut self, path: &str) -> Option<Target> {
        self.targets.remove(path)
    }

    /// The signed portion in canonical form. The version and the expiry are given; the version of
    /// the specification is that of this program.
    pub fn signed(&self, version: u64, expires: OffsetDateTime) -> Result<Vec<u8>, MetadataError> {
        write::signed(self, version, expires)
    }

    fn members(&mut self) -> Option<&mut Map<String, Value>> {
        self.delegations.as_mut().and_then(Value::as_object_mut)
    }
}

#[cfg(test)]
mod tests;
