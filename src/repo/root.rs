//! The root: begun here, signed elsewhere, brought back.

mod import;
mod material;
mod stage;

use std::path::Path;

use time::OffsetDateTime;

use super::{Place, RepoError};
use crate::safe::safe;
use crate::tuf::repository::{DraftError, RootDraft};
use crate::tuf::root::Signed;

pub use import::{Imported, Staged, import, part};
pub use material::{NewKey, read_keys};
pub use stage::{Finish, StagedRoot, Wishes, listed_keys, look, stage};

/// Begins a repository: its directories, and the draft of a first root without keys.
///
/// Nothing else is staged: go-tuf, which stages empty targets metadata with an expiry of its own
/// choice as well, goes on without it (tried with v0.7: `gen-key`, `add`, `snapshot`, `timestamp`,
/// `commit`).
pub fn begin(
    directory: &Path,
    consistent_snapshot: bool,
    now: OffsetDateTime,
) -> Result<Place, RepoError> {
    let draft = RootDraft::new(consistent_snapshot, now).map_err(|error| not_a_draft(&error))?;
    let place = Place::create(directory)?;
    place.stage("root", &Signed::unsigned(draft.signed().clone()).to_file())?;
    Ok(place)
}

fn not_a_draft(error: &DraftError) -> RepoError {
    RepoError::refused(
        format!("the root cannot be staged: {}.", safe(&error.to_string())),
        "Look at the words of the call, and at staged/root.json.",
    )
}
