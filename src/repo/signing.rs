//! Signatures over what is staged, by keys that are here.

use std::path::PathBuf;

use super::keys::{Keyring, check_name};
use super::place::Staged;
use super::{Place, Published, RepoError, targets};
use crate::tuf::repository::Signers;
use crate::tuf::root::Role;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The file.
    pub path: PathBuf,
    /// Signatures that were made.
    pub added: usize,
    /// By whose keys, how many of them have signed now, how many must.
    pub counted: Vec<(String, u32, u32)>,
}

/// Adds signatures to the staged metadata of a role; every other byte of the file stays.
pub fn sign(place: &Place, keyring: &mut Keyring<'_>, role: &str) -> Result<Signed, RepoError> {
    check_name(role)?;
    let Some(staged) = place.staged_role(role)? else {
        return Err(RepoError::refused(
            format!("no metadata of role {role} is staged."),
            "Stage it first: repo stage-root, add, snapshot or timestamp.",
        ));
    };
    let judges = judges(place, role)?;
    let mut listed: Vec<_> = judges
        .iter()
        .flat_map(|(_, signers)| signers.keys.clone())
        .collect();
    listed.sort_by_key(|(keyid, _)| *keyid);
    listed.dedup_by_key(|(keyid, _)| *keyid);
    let made = keyring.sign(role, &listed, staged.file.payload())?;
    place.stage(role, &staged.file.countersigned(&made))?;
    let Some(Staged { path, file }) = place.staged_role(role)? else {
        return Err(RepoError::file(&staged.path, "it has gone away just now"));
    };
    let counted = judges.into_iter().map(|(by, signers)| {
        let signed = signers.signed(file.payload(), file.signatures());
        (by, signed, signers.threshold)
    });
    Ok(Signed {
        added: made.len(),
        counted: counted.collect(),
        path,
    })
}

/// Whose signatures count: for a root those of its own keys and of the root before, for others those
/// that the root, or the role above, names.
fn judges(place: &Place, role: &str) -> Result<Vec<(String, Signers)>, RepoError> {
    let published = Published::read(place)?;
    let root = published.as_ref().map(|published| &published.root);
    let Some(top) = Role::ALL.into_iter().find(|top| top.name() == role) else {
        let signers = targets::signers(place, published.as_ref(), role)?;
        return Ok(vec![(format!("keys that are named for {role}"), signers)]);
    };
    let mut judges = Vec::new();
    if let (Role::Root, Some(before)) = (top, root) {
        let by = format!("keys of root version {}", before.version);
        judges.push((by, Signers::of(before, Role::Root)));
    }
    let by = match top {
        Role::Root => "its own keys".to_owned(),
        _ => format!("keys of role {role}"),
    };
    judges.push((by, place.signers(top, root)?));
    Ok(judges)
}
