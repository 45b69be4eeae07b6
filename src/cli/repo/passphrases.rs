//! Where passphrases and PINs of online keys come from: `TUF_ROLE_PASSPHRASE` as in go-tuf, a place that
//! the call names, or the terminal; never an argument.

use clap::Args;

use crate::cli::passphrase::Source;

/// Where passphrases and PINs come from, where they are not typed. `TUF_TARGETS_PASSPHRASE` and its
/// like are looked at first, for new keys `TUF_NEW_TARGETS_PASSPHRASE`.
#[derive(Debug, Args)]
pub struct Sources {
    #[command(flatten)]
    source: Source,
}
