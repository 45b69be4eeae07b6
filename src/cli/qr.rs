//! `qr`: files that cross an air gap as QR codes.

mod received;
mod scan;

use clap::Subcommand;

use super::{Failure, Room};

/// The verbs of `qr`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Puts a file together from QR codes: in pictures, in videos, before a camera, or typed by a
    /// hand scanner.
    #[command(
        after_help = "Examples:\n  rootstage qr scan /dev/video0 -o root-2.rse\n  rootstage qr scan photos/ page-2.png -o root-2.rse\n  rootstage qr scan - -o root-2.rse    # a hand scanner, or lines of text"
    )]
    Scan(scan::Scan),
}

impl Verb {
    /// Runs the verb.
    pub fn run(&self, room: &Room) -> Result<(), Failure> {
        match self {
            Self::Scan(scan) => scan.run(room),
        }
    }
}
