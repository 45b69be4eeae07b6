//! `repo remove`.

use clap::Args;

use super::passphrases::Sources;
use super::when::When;
use super::{Where, not_yet};
use crate::cli::Failure;

/// Arguments of `repo remove`.
#[derive(Debug, Args)]
pub struct Remove {
    /// Paths that are offered, or directories of them.
    #[arg(value_name = "PATH", required_unless_present = "all")]
    paths: Vec<String>,
    /// Everything that the role lists.
    #[arg(long, conflicts_with = "paths")]
    all: bool,
    #[command(flatten)]
    place: Where,
    /// When the role's metadata expires.
    #[arg(long, value_name = "WHEN")]
    expires: When,
    /// The role that lists them.
    #[arg(long, value_name = "ROLE", default_value = "targets")]
    role: String,
    #[command(flatten)]
    sources: Sources,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Remove {
    pub fn run(&self) -> Result<(), Failure> {
        let _ = self;
        not_yet()
    }
}
