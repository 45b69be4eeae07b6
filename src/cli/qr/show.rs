//! `qr show`: a file, one QR code after the other.

use std::path::PathBuf;

use clap::Args;

use crate::cli::{Failure, Room};

/// Arguments of `qr show`.
#[derive(Debug, Args)]
pub struct Show {
    /// The envelope.
    #[arg(value_name = "ENVELOPE")]
    file: PathBuf,
}

impl Show {
    pub fn run(&self, _room: &Room) -> Result<(), Failure> {
        Err(Failure::call(format!("{}: not yet", self.file.display())))
    }
}
