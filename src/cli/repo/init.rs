//! `repo init`.

use clap::{ArgAction, Args};

use super::{Where, not_yet};
use crate::cli::Failure;

/// Arguments of `repo init`.
#[derive(Debug, Args)]
pub struct Init {
    #[command(flatten)]
    place: Where,
    /// Whether file names are to carry versions and digests, so that clients in the middle of an update
    /// never meet half of a new version.
    #[arg(long, value_name = "BOOL", action = ArgAction::Set, default_value_t = true)]
    consistent_snapshot: bool,
}

impl Init {
    pub fn run(&self) -> Result<(), Failure> {
        let _ = (&self.place.dir, self.consistent_snapshot);
        not_yet()
    }
}
