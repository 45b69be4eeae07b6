//! `repo gen-key`.

use clap::Args;

use super::passphrases::Sources;
use super::{Where, not_yet};
use crate::cli::Failure;

/// Arguments of `repo gen-key`.
#[derive(Debug, Args)]
pub struct GenKey {
    /// The role: targets, snapshot, timestamp, or a delegated one.
    #[arg(value_name = "ROLE")]
    role: String,
    #[command(flatten)]
    place: Where,
    /// The kind of key: `ecdsa-p256`, `ed25519`.
    #[arg(long, value_name = "KIND", default_value = "ecdsa-p256")]
    algorithm: String,
    /// Keep it on this token instead of a file in `keys/` (a PKCS#11 URI).
    #[arg(long, value_name = "NAME", requires = "label")]
    token: Option<String>,
    /// Its label on the token. A key that is there already is used.
    #[arg(long, value_name = "LABEL")]
    label: Option<String>,
    /// Write the key file in the clear: whoever reads the file has the key.
    #[arg(long, conflicts_with = "token")]
    insecure_plaintext: bool,
    #[command(flatten)]
    sources: Sources,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl GenKey {
    pub fn run(&self) -> Result<(), Failure> {
        let _ = self;
        not_yet()
    }
}
