//! `qr sheet`: a file as pages of QR codes.

use std::path::PathBuf;

use clap::Args;

use crate::cli::Failure;

/// Arguments of `qr sheet`.
#[derive(Debug, Args)]
pub struct Sheet {
    /// The envelope.
    #[arg(value_name = "ENVELOPE")]
    file: PathBuf,
}

impl Sheet {
    pub fn run(&self) -> Result<(), Failure> {
        Err(Failure::call(format!("{}: not yet", self.file.display())))
    }
}
