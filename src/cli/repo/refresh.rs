//! `repo refresh`.

use clap::Args;
use time::Duration;

use super::passphrases::Sources;
use super::when::{OfRole, span};
use super::{Where, not_yet};
use crate::cli::Failure;

/// Arguments of `repo refresh`.
#[derive(Debug, Args)]
pub struct Refresh {
    #[command(flatten)]
    place: Where,
    /// Renew what expires within this time.
    #[arg(long, value_name = "HOW LONG", value_parser = span)]
    within: Duration,
    /// When the renewed metadata of a role expires: timestamp=7d. A role without one is not renewed.
    #[arg(long, value_name = "ROLE=WHEN", required = true)]
    expires: Vec<OfRole>,
    #[command(flatten)]
    sources: Sources,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Refresh {
    pub fn run(&self) -> Result<(), Failure> {
        let _ = self;
        not_yet()
    }
}
