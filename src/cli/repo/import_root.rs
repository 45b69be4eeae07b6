//! `repo import-root`.

use std::path::PathBuf;

use clap::Args;

use super::{Where, not_yet};
use crate::cli::Failure;

/// Arguments of `repo import-root`.
#[derive(Debug, Args)]
pub struct ImportRoot {
    /// A root, or an envelope with a root or with signatures.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    place: Where,
    /// Take a root that is another one than what is staged.
    #[arg(long)]
    replace: bool,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl ImportRoot {
    pub fn run(&self) -> Result<(), Failure> {
        let _ = self;
        not_yet()
    }
}
