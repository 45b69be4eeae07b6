//! `repo stage-root`.

use std::path::PathBuf;

use clap::{ArgAction, Args};

use super::passphrases::Sources;
use super::when::When;
use super::{Where, not_yet};
use crate::cli::Failure;

/// Arguments of `repo stage-root`.
#[derive(Debug, Args)]
pub struct StageRoot {
    #[command(flatten)]
    place: Where,
    /// When the root expires: a date, a time of UTC, or how long from now (365d).
    #[arg(long, value_name = "WHEN")]
    expires: When,
    /// A root key that is added: PEM, a TUF key object, or an envelope of kind public-keys.
    #[arg(long, value_name = "FILE")]
    root_key: Vec<PathBuf>,
    /// A key that is added to a role: targets=FILE.
    #[arg(long, value_name = "ROLE=FILE")]
    key: Vec<String>,
    /// A key that leaves a role: root=KEYID; the beginning of the id is enough.
    #[arg(long, value_name = "ROLE=KEYID")]
    remove: Vec<String>,
    /// How many keys of a role must sign: root=3.
    #[arg(long, value_name = "ROLE=N")]
    threshold: Vec<String>,
    /// Whether file names are to carry versions and digests; as before where it is not given.
    #[arg(long, value_name = "BOOL", action = ArgAction::Set)]
    consistent_snapshot: Option<bool>,
    /// Write it as well to this new file, to be carried away: an envelope (.rse), or plain JSON (.json).
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    sources: Sources,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl StageRoot {
    pub fn run(&self) -> Result<(), Failure> {
        let _ = self;
        not_yet()
    }
}
