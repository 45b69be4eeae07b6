//! `repo delegate`.

use std::path::PathBuf;

use clap::Args;

use super::passphrases::Sources;
use super::when::When;
use super::{Where, not_yet};
use crate::cli::Failure;

/// Arguments of `repo delegate`.
#[derive(Debug, Args)]
pub struct Delegate {
    /// The delegated role.
    #[arg(value_name = "ROLE")]
    role: String,
    #[command(flatten)]
    place: Where,
    /// Paths for which it may vouch: shell patterns in which no wildcard stands for a slash.
    #[arg(long, value_name = "PATTERN")]
    path: Vec<String>,
    /// Its keys: PEM or a TUF key object. Those in `keys/ROLE.json` are taken where none is named.
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// How many of its keys must sign.
    #[arg(long, value_name = "N", default_value_t = 1)]
    threshold: u32,
    /// Roles after it are not asked about its paths.
    #[arg(long)]
    terminating: bool,
    /// Take the delegation back.
    #[arg(long, conflicts_with_all = ["path", "key", "terminating"])]
    remove: bool,
    /// The role that delegates.
    #[arg(long, value_name = "ROLE", default_value = "targets")]
    by: String,
    /// When the metadata of the delegating role expires.
    #[arg(long, value_name = "WHEN")]
    expires: When,
    #[command(flatten)]
    sources: Sources,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Delegate {
    pub fn run(&self) -> Result<(), Failure> {
        let _ = self;
        not_yet()
    }
}
