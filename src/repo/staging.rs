//! The staged root gets another key.

use serde_json::Value;

use super::place::not_metadata;
use super::{Place, Published, RepoError};
use crate::tuf::repository::{DraftError, RootDraft};
use crate::tuf::root::{Role, Signed};

/// The root that is staged, else the one after what is published.
pub fn draft(place: &Place) -> Result<RootDraft, RepoError> {
    if let Some(draft) = place.staged_root()? {
        return Ok(draft);
    }
    let refused = |error: &DraftError| not_metadata(&place.repository().join("root.json"), error);
    match Published::read(place)? {
        Some(published) => RootDraft::after(&published.root).map_err(|error| refused(&error)),
        None => Err(RepoError::refused(
            "no root is staged and none is published.",
            "Begin a repository in another directory: rootstage repo init --dir DIR",
        )),
    }
}

/// Puts a key object into a role of the draft and stages it; a key that is there already changes nothing.
/// Says how many signatures no longer fit and were dropped.
pub fn list_key(
    place: &Place,
    draft: &mut RootDraft,
    role: Role,
    object: &Value,
) -> Result<usize, RepoError> {
    match draft.add_key(role, object) {
        Ok(_) => {}
        Err(DraftError::There { .. }) => return Ok(0),
        Err(error) => return Err(not_metadata(&place.staged_path("root"), &error)),
    }
    let before = place.staged_role("root")?;
    let dropped = before.map_or(0, |staged| staged.file.signatures().len());
    place.stage("root", &Signed::unsigned(draft.signed().clone()).to_file())?;
    Ok(dropped)
}
