//! `repo status`.

use clap::Args;

use super::{Where, not_yet};
use crate::cli::Failure;

/// Arguments of `repo status`.
#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    place: Where,
    /// Where the repository is served, for the lines that its users need.
    #[arg(long, value_name = "URL")]
    mirror: Option<String>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Status {
    pub fn run(&self) -> Result<(), Failure> {
        let _ = self;
        not_yet()
    }
}
