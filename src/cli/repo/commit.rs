//! `repo commit`.

use clap::Args;

use super::{Where, not_yet};
use crate::cli::Failure;

/// Arguments of `repo commit`.
#[derive(Debug, Args)]
pub struct Commit {
    #[command(flatten)]
    place: Where,
    /// Where the repository will be served, for the lines that its users need.
    #[arg(long, value_name = "URL")]
    mirror: Option<String>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Commit {
    pub fn run(&self) -> Result<(), Failure> {
        let _ = self;
        not_yet()
    }
}
