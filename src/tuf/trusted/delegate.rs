//! From a trusted root to the other roles, and from targets to those that they delegate to.

use std::collections::BTreeMap;

use super::{NotTrusted, Trusted};
use crate::safe::safe;
use crate::tuf::fields::Header;
use crate::tuf::key::KeyId;
use crate::tuf::listed::{ListedKey, RoleKeys};
use crate::tuf::metadata::Metadata;
use crate::tuf::root::{MetadataError, Role, Root};
use crate::tuf::snapshot::Snapshot;
use crate::tuf::targets::Targets;
use crate::tuf::threshold::check;
use crate::tuf::timestamp::Timestamp;

/// Metadata of a role whose keys a root names.
pub trait TopLevel: Sized {
    /// The role that signs it.
    const ROLE: Role;

    /// Reads it from a file whose signatures are not checked here.
    fn read(file: &Metadata) -> Result<Self, MetadataError>;

    /// Version and expiry.
    fn header(&self) -> &Header;
}

impl TopLevel for Targets {
    const ROLE: Role = Role::Targets;

    fn read(file: &Metadata) -> Result<Self, MetadataError> {
        Self::read(file)
    }

    fn header(&self) -> &Header {
        &self.header
    }
}

impl TopLevel for Snapshot {
    const ROLE: Role = Role::Snapshot;

    fn read(file: &Metadata) -> Result<Self, MetadataError> {
        Self::read(file)
    }

    fn header(&self) -> &Header {
        &self.header
    }
}

impl TopLevel for Timestamp {
    const ROLE: Role = Role::Timestamp;

    fn read(file: &Metadata) -> Result<Self, MetadataError> {
        Self::read(file)
    }

    fn header(&self) -> &Header {
        &self.header
    }
}

impl Trusted<Root> {
    /// A file of one of the roles that this root names: of the role's type, and signed by the
    /// threshold of its keys (TUF specification, section 5.4.2 and its like). Which role that is
    /// follows from `T`. Version, expiry and digests are the business of [`crate::tuf::client`].
    pub fn delegate<T: TopLevel>(&self, file: &Metadata) -> Result<Trusted<T>, NotTrusted> {
        let root = self.get();
        delegated(
            &Judge {
                by: "the root",
                role: T::ROLE.name(),
                keys: &root.keys,
                names: root.role(T::ROLE),
            },
            file,
        )
    }
}

impl Trusted<Targets> {
    /// A file of the role `name` that this metadata delegates to, under the same rules.
    pub fn delegate(&self, name: &str, file: &Metadata) -> Result<Trusted<Targets>, NotTrusted> {
        let none = BTreeMap::new();
        let delegations = self.get().delegations.as_ref();
        delegated(
            &Judge {
                by: "the metadata that delegates to it",
                role: name,
                keys: delegations.map_or(&none, |delegations| &delegations.keys),
                names: delegations
                    .and_then(|delegations| delegations.role(name))
                    .map(|role| &role.keys),
            },
            file,
        )
    }
}

/// Who says which keys sign for a role.
struct Judge<'a> {
    by: &'static str,
    role: &'a str,
    keys: &'a BTreeMap<KeyId, ListedKey>,
    names: Option<&'a RoleKeys>,
}

fn delegated<T: TopLevel>(judge: &Judge<'_>, file: &Metadata) -> Result<Trusted<T>, NotTrusted> {
    let role = || safe(judge.role);
    if file.kind() != T::ROLE.name() {
        return Err(NotTrusted::Type {
            role: role(),
            expected: T::ROLE.name(),
            got: safe(file.kind()),
        });
    }
    let names = judge.names.ok_or_else(|| NotTrusted::NoSuchRole {
        role: role(),
        by: judge.by,
    })?;
    let tally = check(judge.keys, names, file.payload(), file.signatures());
    if !tally.met() {
        return Err(NotTrusted::RoleThreshold {
            role: role(),
            by: judge.by,
            tally: Box::new(tally),
        });
    }
    // what nobody vouches for is not read
    let content = T::read(file).map_err(|reason| NotTrusted::Content {
        role: role(),
        reason,
    })?;
    Ok(Trusted {
        content,
        payload: file.digest(),
        tally,
    })
}
