//! The next version of a role's metadata: its number, who signs it, and how it is staged.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use time::OffsetDateTime;

use super::{Made, Sign, signed_portion, version_of};
use crate::repo::place::not_metadata;
use crate::repo::words::command;
use crate::repo::{Place, Published, RepoError};
use crate::safe::safe;
use crate::tuf::metadata::Metadata;
use crate::tuf::repository::{self, Signers, expires_text};
use crate::tuf::root::Role;

/// The next version of a role's metadata.
pub(super) struct Next {
    pub role: String,
    pub version: u64,
    pub expires: String,
    pub signers: Signers,
    /// The signed portion of the version before.
    pub before: Map<String, Value>,
    pub published: Option<Published>,
    pub staged: Option<Metadata>,
}

impl Next {
    /// That of snapshot or timestamp.
    pub fn of(
        place: &Place,
        role: Role,
        expires: OffsetDateTime,
        now: OffsetDateTime,
    ) -> Result<Self, RepoError> {
        let published = Published::read(place)?;
        let root = published.as_ref().map(|published| &published.root);
        let signers = place.signers(role, root)?;
        if signers.keys.is_empty() {
            return Err(RepoError::refused(
                format!("the root lists no key of role {role}, so nobody can sign for it."),
                format!("Make a key: {}", command(place, &format!("gen-key {role}"))),
            ));
        }
        let before = match &published {
            None => None,
            Some(published) => published.role(role.name())?,
        };
        let expires = checked_expiry(role.name(), expires, now)?;
        let staged = place.staged_role(role.name())?.map(|staged| staged.file);
        let version = next_version(place, role.name(), before.as_ref(), staged.as_ref())?;
        let before = match before {
            None => Map::new(),
            Some(file) => signed_portion(place, role.name(), &file)?,
        };
        Ok(Self {
            role: role.name().to_owned(),
            version,
            expires,
            signers,
            before,
            published,
            staged,
        })
    }

    /// The same for a role of targets, whose published version and staged metadata the caller has.
    pub fn besides(
        place: &Place,
        role: &str,
        signers: Signers,
        published: u64,
        staged: Option<Metadata>,
        (expires, now): (OffsetDateTime, OffsetDateTime),
    ) -> Result<Self, RepoError> {
        let version = match &staged {
            None => 0,
            Some(file) => {
                version_of(file).map_err(|error| not_metadata(&place.staged_path(role), &error))?
            }
        };
        Ok(Self {
            role: role.to_owned(),
            version: version.max(published.saturating_add(1)),
            expires: checked_expiry(&safe(role), expires, now)?,
            signers,
            before: Map::new(),
            published: None,
            staged,
        })
    }

    /// Signs and stages. Signatures over the very same payload stay.
    pub fn stage(
        &self,
        place: &Place,
        payload: &[u8],
        lists: BTreeMap<String, u64>,
        mut notices: Vec<String>,
        sign: &mut Sign<'_>,
    ) -> Result<Made, RepoError> {
        let made = sign(&self.role, &self.signers, payload)?;
        if made.is_empty() {
            return Err(RepoError::refused(
                format!(
                    "`keys/` holds none of the keys that may sign for role {}.",
                    safe(&self.role)
                ),
                "Run the command where the keys are.",
            ));
        }
        let bytes = match &self.staged {
            Some(same) if same.payload() == payload => same.countersigned(&made),
            _ => repository::file(payload, &made),
        };
        let file = Metadata::parse(bytes, usize::MAX);
        let path = place.staged_path(&self.role);
        let file = file.map_err(|error| not_metadata(&path, &error))?;
        let signed = self.signers.signed(file.payload(), file.signatures());
        place.stage(&self.role, file.bytes())?;
        let made = Made {
            role: self.role.clone(),
            version: self.version,
            expires: self.expires.clone(),
            path,
            signed,
            threshold: self.signers.threshold,
            lists,
            notices: Vec::new(),
        };
        if !made.complete() {
            notices.push(format!(
                "The staged {} is signed by {signed} of the {} keys needed; the keys for the others are not in `keys/` here. Carry the directory to where they are, and there run: {}",
                self.role,
                made.threshold,
                command(place, &format!("sign {}", self.role))
            ));
        }
        Ok(Made { notices, ..made })
    }
}

/// The version that comes next: one more than is published. What is staged keeps its number.
fn next_version(
    place: &Place,
    role: &str,
    published: Option<&Metadata>,
    staged: Option<&Metadata>,
) -> Result<u64, RepoError> {
    let of = |file: Option<&Metadata>| {
        let Some(file) = file else { return Ok(0) };
        version_of(file).map_err(|error| not_metadata(&place.staged_path(role), &error))
    };
    let (published, staged) = (of(published)?, of(staged)?);
    Ok(staged.max(published.saturating_add(1)))
}

fn checked_expiry(
    role: &str,
    expires: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<String, RepoError> {
    let words = "Write a date, a time of UTC, or how long from now: --expires 7d";
    let text = expires_text(expires)
        .map_err(|error| RepoError::call(format!("--expires: {error}."), words))?;
    if expires <= now {
        return Err(RepoError::call(
            format!(
                "--expires: {text} is not in the future, and clients refuse a {role} that has expired."
            ),
            words,
        ));
    }
    Ok(text)
}
