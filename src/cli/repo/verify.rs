//! `repo verify`.

use std::path::PathBuf;

use clap::Args;

use super::when::When;
use super::{Where, not_yet};
use crate::cli::Failure;

/// Arguments of `repo verify`.
#[derive(Debug, Args)]
pub struct Verify {
    #[command(flatten)]
    place: Where,
    /// A directory as it is hosted, instead of the one below --dir.
    #[arg(long, value_name = "DIR", conflicts_with = "dir")]
    repository: Option<PathBuf>,
    /// Begin with this root as well; without it, with each root that is published.
    #[arg(long, value_name = "FILE")]
    trusted: Vec<PathBuf>,
    /// Check as well what a static host needs: names, copies, permissions, what does not belong there.
    #[arg(long)]
    layout: bool,
    /// As if it were this time.
    #[arg(long, value_name = "WHEN")]
    at: Option<When>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub fn run(&self) -> Result<(), Failure> {
        let _ = self;
        not_yet()
    }
}
