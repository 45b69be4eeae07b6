//! `qr`: files that cross an air gap as QR codes.

mod sheet;
mod show;

use clap::Subcommand;

use super::{Failure, Room};

/// The verbs of `qr`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Shows a file in the terminal, one QR code after the other.
    #[command(after_help = "Example:\n  rootstage qr show root-2.rse")]
    Show(show::Show),
    /// Writes pages of QR codes, for paper or for other screens.
    #[command(
        after_help = "Example:\n  rootstage qr sheet root-2.rse --format pdf -o root-2-codes"
    )]
    Sheet(sheet::Sheet),
}

impl Verb {
    /// Runs the verb.
    pub fn run(&self, room: &Room) -> Result<(), Failure> {
        match self {
            Self::Show(show) => show.run(room),
            Self::Sheet(sheet) => sheet.run(),
        }
    }
}
