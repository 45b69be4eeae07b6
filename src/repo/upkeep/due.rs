//! What is to be renewed: it expires soon, or is not signed as the root in force asks.

use std::collections::{BTreeMap, BTreeSet};

use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::listed::{Visited, visit};
use super::{Made, Next, Sign, read_snapshot, signed_portion, snapshot_with, timestamp_with};
use crate::repo::keys::Keyring;
use crate::repo::{Place, Published, RepoError};
use crate::safe::safe;
use crate::tuf::meta::MetaFile;
use crate::tuf::metadata::Metadata;
use crate::tuf::repository::{Signers, renewed};
use crate::tuf::root::Role;

/// A role whose metadata is to be renewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Whose it is; not escaped.
    pub role: String,
    /// When it expires.
    pub expires: OffsetDateTime,
    /// Why.
    pub why: Why,
}

/// Why something is to be renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Clients refuse it already.
    Expired,
    /// They will before the given time is over.
    ExpiresSoon,
    /// Keys or threshold are others than those that have signed.
    NotSigned {
        /// How many of the keys that count have signed.
        signed: u32,
        /// How many must.
        threshold: u32,
    },
}

impl Why {
    /// The rest of a sentence: "expires soon".
    pub fn words(self) -> String {
        match self {
            Self::Expired => "has expired".to_owned(),
            Self::ExpiresSoon => "expires soon".to_owned(),
            Self::NotSigned { signed, threshold } => format!(
                "is signed by {signed} of the {threshold} keys that the root in force asks for"
            ),
        }
    }
}

/// What of `published` is due at `now`: what expires `within` a time, and what is not signed as the
/// root in force asks. Root first, then targets, the roles that it delegates to, snapshot, timestamp.
/// Of targets roles what is staged counts, where something is.
pub fn due(
    place: &Place,
    published: &Published,
    within: Duration,
    now: OffsetDateTime,
) -> Result<Vec<Due>, RepoError> {
    let root = &published.root;
    let clock = Clock { within, now };
    let mut found = Vec::new();
    clock.look(&mut found, Role::Root.name(), root.expires, None);
    let mut seen = BTreeSet::new();
    visit(
        place,
        Some(published),
        &listed(place, published)?,
        &mut |role, visited| {
            let Some(visited) = visited else {
                return Ok(());
            };
            // one that is delegated to twice is due once
            if !seen.insert(role.to_owned()) && found.iter().any(|due| due.role == role) {
                return Ok(());
            }
            let expires = visited
                .current
                .expires()
                .unwrap_or(OffsetDateTime::UNIX_EPOCH);
            let signed = Some((visited.signed, visited.signers.threshold));
            clock.look(&mut found, role, expires, signed);
            Ok(())
        },
    )?;
    for role in [Role::Snapshot, Role::Timestamp] {
        let Some(file) = published.role(role.name())? else {
            continue;
        };
        let signers = Signers::of(root, role);
        let signed = signers.signed(file.payload(), file.signatures());
        let expires = expiry(place, role, &file)?;
        clock.look(
            &mut found,
            role.name(),
            expires,
            Some((signed, signers.threshold)),
        );
    }
    Ok(found)
}

struct Clock {
    within: Duration,
    now: OffsetDateTime,
}

impl Clock {
    fn look(
        &self,
        found: &mut Vec<Due>,
        role: &str,
        expires: OffsetDateTime,
        signed: Option<(u32, u32)>,
    ) {
        let why = match signed {
            _ if expires <= self.now => Why::Expired,
            Some((signed, threshold)) if threshold == 0 || signed < threshold => {
                Why::NotSigned { signed, threshold }
            }
            _ if expires <= self.now.saturating_add(self.within) => Why::ExpiresSoon,
            _ => return,
        };
        found.push(Due {
            role: role.to_owned(),
            expires,
            why,
        });
    }
}

/// Stages and signs the next version of a role besides root, with nothing but version and expiry
/// changed; of snapshot and timestamp, what they list is brought up to date.
pub fn renew(
    place: &Place,
    keyring: &mut Keyring<'_>,
    role: &str,
    expires: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<Made, RepoError> {
    renew_with(place, role, expires, now, &mut |role, signers, payload| {
        keyring.sign(role, &signers.keys, payload)
    })
}

pub(super) fn renew_with(
    place: &Place,
    role: &str,
    expires: OffsetDateTime,
    now: OffsetDateTime,
    sign: &mut Sign<'_>,
) -> Result<Made, RepoError> {
    match role {
        "root" => {
            return Err(RepoError::refused(
                "a root is not renewed by a machine: its keys are offline.",
                "Stage the next one with `repo stage-root`, and have it signed in a ceremony.",
            ));
        }
        "snapshot" => return snapshot_with(place, expires, now, sign),
        "timestamp" => return timestamp_with(place, expires, now, sign),
        _ => {}
    }
    let published = Published::read(place)?;
    let listed = match &published {
        None => BTreeMap::new(),
        Some(published) => listed(place, published)?,
    };
    let mut found = None;
    visit(place, published.as_ref(), &listed, &mut |name, visited| {
        if let (true, None, Some(visited)) = (name == role, &found, visited) {
            let Visited {
                current, signers, ..
            } = visited;
            found = Some(((*signers).clone(), current.file.clone(), current.staged));
        }
        Ok(())
    })?;
    let (signers, file, staged) = found.ok_or_else(|| {
        RepoError::refused(
            format!("role {} has no metadata that clients come to.", safe(role)),
            "Look at what there is with: rootstage repo status",
        )
    })?;
    let before = listed
        .get(&format!("{role}.json"))
        .map_or(0, |meta| meta.version);
    let staged = staged.then_some(file.clone());
    let next = Next::besides(place, role, signers, before, staged, (expires, now))?;
    let payload = super::written(renewed(file.payload(), next.version, expires))?;
    next.stage(place, &payload, BTreeMap::new(), Vec::new(), sign)
}

fn listed(place: &Place, published: &Published) -> Result<BTreeMap<String, MetaFile>, RepoError> {
    match &published.snapshot {
        None => Ok(BTreeMap::new()),
        Some(snapshot) => Ok(read_snapshot(place, snapshot)?.meta),
    }
}

fn expiry(place: &Place, role: Role, file: &Metadata) -> Result<OffsetDateTime, RepoError> {
    let signed = signed_portion(place, role.name(), file)?;
    let text = signed.get("expires").and_then(serde_json::Value::as_str);
    let time = text.and_then(|text| OffsetDateTime::parse(text, &Rfc3339).ok());
    // what cannot be read is as good as expired
    Ok(time.unwrap_or(OffsetDateTime::UNIX_EPOCH))
}
