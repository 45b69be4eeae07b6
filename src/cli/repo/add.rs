//! `repo add`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::passphrases::Sources;
use super::when::When;
use super::{Where, not_yet};
use crate::cli::Failure;

/// Digests that are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-512 alone; tough refuses such targets.
    Sha512,
    /// Both.
    Both,
}

/// Arguments of `repo add`.
#[derive(Debug, Args)]
pub struct Add {
    /// Files or directories below `staged/targets` that are added; everything there where nothing is
    /// named.
    #[arg(value_name = "PATH")]
    paths: Vec<String>,
    #[command(flatten)]
    place: Where,
    /// When the role's metadata expires: a date, a time of UTC, or how long from now (90d).
    #[arg(long, value_name = "WHEN")]
    expires: When,
    /// A file or directory from elsewhere, copied below `staged/targets` first.
    #[arg(long, value_name = "PATH")]
    from: Vec<PathBuf>,
    /// The directory of what is offered into which they come.
    #[arg(long, value_name = "PATH", requires = "from")]
    into: Option<String>,
    /// The role that lists them.
    #[arg(long, value_name = "ROLE", default_value = "targets")]
    role: String,
    /// Digests that are listed.
    #[arg(long, value_enum, value_name = "HASH", default_value_t = Hash::Sha256)]
    hash: Hash,
    /// What is said of every file that is added: a JSON object.
    #[arg(long, value_name = "JSON")]
    custom: Option<String>,
    /// A service of Sigstore: fulcio=CHAIN.pem,uri=URL; rekor=KEY.pub,uri=URL[,origin=NAME]; ctfe=KEY.pub,uri=URL;
    /// tsa=CHAIN.pem,uri=URL; oidc=URL; each with [,start=TIME][,end=TIME][,status=active|expired].
    #[arg(long, value_name = "SERVICE")]
    sigstore: Vec<String>,
    /// Who runs the services, as signing_config.v0.2.json says it.
    #[arg(long, value_name = "NAME", requires = "sigstore")]
    operator: Option<String>,
    #[command(flatten)]
    sources: Sources,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Add {
    pub fn run(&self) -> Result<(), Failure> {
        let _ = self;
        not_yet()
    }
}
