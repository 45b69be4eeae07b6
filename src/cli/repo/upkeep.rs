//! `repo snapshot` and `repo timestamp`.

use clap::Args;

use super::passphrases::Sources;
use super::when::When;
use super::{Where, not_yet};
use crate::cli::Failure;

/// Arguments of `repo snapshot`.
#[derive(Debug, Args)]
pub struct Snapshot {
    #[command(flatten)]
    common: Common,
}

/// Arguments of `repo timestamp`.
#[derive(Debug, Args)]
pub struct Timestamp {
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Common {
    #[command(flatten)]
    place: Where,
    /// When it expires: a date, a time of UTC, or how long from now (7d).
    #[arg(long, value_name = "WHEN")]
    expires: When,
    #[command(flatten)]
    sources: Sources,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Snapshot {
    pub fn run(&self) -> Result<(), Failure> {
        let _ = self;
        not_yet()
    }
}

impl Timestamp {
    pub fn run(&self) -> Result<(), Failure> {
        let _ = self;
        not_yet()
    }
}
