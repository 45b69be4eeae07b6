//! `repo sign`.

use clap::Args;

use super::passphrases::Sources;
use super::{Where, not_yet};
use crate::cli::Failure;

/// Arguments of `repo sign`.
#[derive(Debug, Args)]
pub struct Sign {
    /// The role: root (where its keys are in `keys/`), targets, snapshot, timestamp, a delegated one.
    #[arg(value_name = "ROLE")]
    role: String,
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    sources: Sources,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Sign {
    pub fn run(&self) -> Result<(), Failure> {
        let _ = self;
        not_yet()
    }
}
