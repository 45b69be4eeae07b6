//! The arguments that say where passphrases and PINs of online keys come from; `asked` asks.

use clap::Args;

use crate::cli::Failure;
use crate::cli::passphrase::Source;
use crate::secret::Secret;

/// Where passphrases and PINs come from, where they are not typed. `TUF_TARGETS_PASSPHRASE` and its
/// like are looked at first, for new keys `TUF_NEW_TARGETS_PASSPHRASE`.
#[derive(Debug, Args)]
pub struct Sources {
    #[command(flatten)]
    source: Source,
}

impl Sources {
    /// What the call names, for all roles; `None` where it names nothing.
    pub fn read(&self) -> Result<Option<Secret>, Failure> {
        self.source.read()
    }
}
