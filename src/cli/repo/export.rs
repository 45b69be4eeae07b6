//! `repo export`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::passphrases::Sources;
use super::{Where, not_yet};
use crate::cli::Failure;

/// The verbs of `repo export`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// The root that is staged, for a ceremony: an envelope (.rse), or plain JSON (.json).
    #[command(after_help = "Example:\n  rootstage repo export root --dir tuf -o root-2.rse")]
    Root(Out),
    /// The public keys of the online roles, for the plan of a ceremony: a directory of PEM files, or an
    /// envelope (.rse).
    #[command(
        after_help = "Example:\n  rootstage repo export public-keys --dir tuf -o online-keys"
    )]
    PublicKeys(Out),
    /// What is to be hosted, verified, in a new directory.
    #[command(after_help = "Example:\n  rootstage repo export repository --dir tuf -o www")]
    Repository(Out),
}

/// Arguments of the verbs of `repo export`.
#[derive(Debug, Args)]
pub struct Out {
    #[command(flatten)]
    place: Where,
    /// The new file or directory.
    #[arg(short, long, value_name = "PATH")]
    output: PathBuf,
    #[command(flatten)]
    sources: Sources,
}

impl Verb {
    pub fn run(&self) -> Result<(), Failure> {
        let _ = self;
        not_yet()
    }
}
