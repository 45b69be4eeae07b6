//! The metadata of one targets role: what it was, who signs it, how it is staged.

use std::collections::{BTreeSet, VecDeque};

use time::OffsetDateTime;

use crate::repo::place::not_metadata;
use crate::repo::words::{command, quoted};
use crate::repo::{Place, Published, RepoError};
use crate::safe::safe;
use crate::tuf::client::Limits;
use crate::tuf::metadata::Metadata;
use crate::tuf::repository::targets::role_name;
use crate::tuf::repository::{Signers, TargetsDraft, file};
use crate::tuf::root::{MetadataError, Role};
use crate::tuf::signature::Signature;

/// Who signs: role, its keys, the payload.
pub(super) type Sign<'s> =
    dyn FnMut(&str, &Signers, &[u8]) -> Result<Vec<Signature>, RepoError> + 's;

/// Longest targets file that clients fetch by their defaults (python-tuf, go-tuf v2, sigstore), in
/// bytes.
const DEFAULT_LIMIT: usize = 5_000_000;

/// A role's metadata in the making.
pub(super) struct Making {
    pub name: String,
    pub version: u64,
    pub draft: TargetsDraft,
    pub signers: Signers,
    staged: Option<Metadata>,
}

/// Metadata that is signed and not staged yet.
pub(super) struct Sealed {
    role: String,
    bytes: Vec<u8>,
    pub version: u64,
    /// How many keys have signed.
    pub signed: u32,
    pub threshold: u32,
    /// What is to be said of it.
    pub notices: Vec<String>,
}

impl Sealed {
    /// Stages it, whole or not at all.
    pub fn stage(&self, place: &Place) -> Result<(), RepoError> {
        place.stage(&self.role, &self.bytes)
    }
}

impl Making {
    /// What comes after what is staged of `role`, else after what is published.
    pub fn of(place: &Place, published: Option<&Published>, role: &str) -> Result<Self, RepoError> {
        let signers = signers(place, published, role)?;
        if signers.keys.is_empty() {
            return Err(RepoError::refused(
                format!("role {} has no key that could sign for it.", safe(role)),
                format!(
                    "Make one: {}",
                    command(place, &format!("gen-key {}", quoted(role)))
                ),
            ));
        }
        let staged = place.staged_role(role)?.map(|staged| staged.file);
        let before = match published {
            None => None,
            Some(published) => published.role(role)?,
        };
        let refused = |error: MetadataError| not_metadata(&place.staged_path(role), &error);
        let version = |file: &Option<Metadata>| file.as_ref().map_or(Ok(0), version_of);
        let (is, was) = (
            version(&staged).map_err(refused)?,
            version(&before).map_err(refused)?,
        );
        // what is staged with a version that is published already was left behind by that commit
        let base = if is > was { &staged } else { &before };
        let draft = match base {
            None => TargetsDraft::default(),
            Some(file) => TargetsDraft::after(file).map_err(refused)?,
        };
        Ok(Self {
            name: role.to_owned(),
            version: is.max(was.saturating_add(1)),
            draft,
            signers,
            staged,
        })
    }

    /// Writes and signs it. Signatures over the very same payload stay.
    pub fn seal(
        &self,
        place: &Place,
        expires: OffsetDateTime,
        sign: &mut Sign<'_>,
    ) -> Result<Sealed, RepoError> {
        let name = safe(&self.name);
        let payload = self.draft.signed(self.version, expires).map_err(|error| {
            RepoError::refused(
                format!("the metadata of role {name} cannot be written: {error}."),
                "Look at what it lists and says.",
            )
        })?;
        let made = sign(&self.name, &self.signers, &payload)?;
        if made.is_empty() {
            return Err(RepoError::refused(
                format!("`keys/` holds none of the keys that may sign for role {name}."),
                "Run the command where the keys are.",
            ));
        }
        let (bytes, signatures) = match &self.staged {
            Some(same) if same.payload() == payload => {
                let all = same.signatures().iter().chain(&made).cloned().collect();
                (same.countersigned(&made), all)
            }
            _ => (file(&payload, &made), made),
        };
        let limit = Limits::default().targets;
        if bytes.len() > limit {
            return Err(RepoError::refused(
                format!(
                    "the metadata of role {name} would have {} bytes, and more than {limit} are not read here.",
                    bytes.len()
                ),
                "Delegate a part of the paths to another role: rootstage repo delegate --help",
            ));
        }
        let signed = self.signers.signed(&payload, &signatures);
        let mut notices = Vec::new();
        if signed < self.signers.threshold {
            notices.push(format!(
                "The staged metadata of role {name} is signed by {signed} of the {} keys needed. Where the others are, run: {}",
                self.signers.threshold,
                command(place, &format!("sign {}", quoted(&self.name)))
            ));
        }
        if bytes.len() > DEFAULT_LIMIT {
            notices.push(format!(
                "The metadata of role {name} has {} bytes; python-tuf, go-tuf and Sigstore's clients fetch up to {DEFAULT_LIMIT} unless they are told otherwise.",
                bytes.len()
            ));
        }
        Ok(Sealed {
            role: self.name.clone(),
            bytes,
            version: self.version,
            signed,
            threshold: self.signers.threshold,
            notices,
        })
    }
}

fn version_of(file: &Metadata) -> Result<u64, MetadataError> {
    let text = file.signed_member("version");
    let text = text.and_then(|text| std::str::from_utf8(text).ok());
    let version = text.and_then(|text| text.parse().ok());
    version.ok_or_else(|| MetadataError::Absent("version".to_owned()))
}

/// Who signs a targets role next: `targets` by the root, a delegated role by the first role that
/// delegates to it, staged first, else as published.
pub fn signers(
    place: &Place,
    published: Option<&Published>,
    role: &str,
) -> Result<Signers, RepoError> {
    let top = Role::Targets.name();
    if role == top {
        return place.signers(Role::Targets, published.map(|published| &published.root));
    }
    role_name(role).map_err(|reason| {
        RepoError::call(
            format!("{} lists no targets: {reason}.", quoted(role)),
            "Name targets, or a role that is delegated to.",
        )
    })?;
    let mut waiting = VecDeque::from([top.to_owned()]);
    let mut seen = BTreeSet::new();
    while let Some(by) = waiting.pop_front() {
        if !seen.insert(by.clone()) || seen.len() > Limits::default().roles {
            continue;
        }
        if role_name(&by).is_err() && by != top {
            continue;
        }
        let file = match (place.staged_role(&by)?, published) {
            (Some(staged), _) => Some(staged.file),
            (None, Some(published)) => published.role(&by)?,
            (None, None) => None,
        };
        let Some(file) = file else { continue };
        let refused = |error: MetadataError| not_metadata(&place.staged_path(&by), &error);
        if file.signed_member("delegations").is_none() {
            continue;
        }
        let draft = TargetsDraft::after(&file).map_err(refused)?;
        let Some(delegations) = draft.delegations().map_err(refused)? else {
            continue;
        };
        if delegations.role(role).is_some() {
            return Ok(Signers::delegated(&delegations, role));
        }
        waiting.extend(delegations.roles.iter().map(|role| role.name.clone()));
    }
    Err(RepoError::refused(
        format!("nothing is delegated to role {}.", quoted(role)),
        format!(
            "Delegate first: {}",
            command(
                place,
                &format!(
                    "delegate {} --path PATTERN --expires HOW-LONG",
                    quoted(role)
                )
            )
        ),
    ))
}
