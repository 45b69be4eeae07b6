//! `qr`: files that cross an air gap as QR codes.

mod received;
mod scan;
mod sheet;
mod show;

use std::path::Path;

use clap::Subcommand;
use time::format_description::well_known::Rfc3339;

use super::envelope::files;
use super::{Failure, Room, notice};
use crate::envelope::limits::MAX_ENCRYPTED;
use crate::envelope::{Envelope, EnvelopeError};
use crate::qr::MAX_FILE;
use crate::safe::safe;
use crate::sealed;

/// The verbs of `qr`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Shows a file in the terminal, one QR code after the other.
    ///
    /// The codes go round until you leave with q. They are read in any order, and any that are enough give the
    /// file; speed and size can be changed meanwhile, and what was read still counts. Key ? shows the keys.
    #[command(after_help = "Example:\n  rootstage qr show root-2.rse")]
    Show(show::Show),
    /// Writes pages of QR codes, for paper or for other screens.
    ///
    /// Any of the codes that are enough give the file, so that some may be spoiled; the pages say how many, and
    /// the SHA-256 that the reader compares.
    #[command(
        after_help = "Example:\n  rootstage qr sheet root-2.rse --format pdf -o root-2-codes"
    )]
    Sheet(sheet::Sheet),
    /// Puts a file together from QR codes: in pictures, in videos, before a camera, or typed by a
    /// hand scanner.
    ///
    /// A camera and a hand scanner have a screen, which says how many codes are still needed, and then the words
    /// that are compared with the sender's. Nothing is written before the whole file is there and its SHA-256 is right.
    #[command(
        after_help = "Examples:\n  rootstage qr scan /dev/video0 -o root-2.rse\n  rootstage qr scan photos/ page-2.png -o root-2.rse\n  rootstage qr scan - -o root-2.rse    # a hand scanner, or lines of text"
    )]
    Scan(scan::Scan),
}

impl Verb {
    /// Runs the verb.
    pub fn run(&self, room: &Room) -> Result<(), Failure> {
        match self {
            Self::Show(show) => show.run(room),
            Self::Sheet(sheet) => sheet.run(),
            Self::Scan(scan) => scan.run(room),
        }
    }
}

/// A file that is to be carried.
struct Carried {
    /// Its name, without directories, safe to look at.
    name: String,
    bytes: Vec<u8>,
    /// When it was packed, where it says so in the clear.
    packed: Option<String>,
}

impl Carried {
    /// Reads a file. An envelope that is damaged is refused, whatever is no envelope is taken with
    /// a warning.
    fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = files::read(path, MAX_ENCRYPTED)?;
        let shown = safe(&path.display().to_string());
        if bytes.is_empty() {
            return Err(Failure::not_so(format!(
                "{shown} is empty. Nothing was made of it. Check that it is the file that you mean."
            )));
        }
        if bytes.len() > MAX_FILE {
            return Err(Failure::not_so(format!(
                "{shown} has {} bytes, and QR codes carry at most {MAX_FILE}. Nothing was made of it. \
                 Carry it on a USB stick or an optical disc, or pack fewer files into an envelope.",
                bytes.len()
            )));
        }
        let packed = if sealed::is_encrypted(&bytes) {
            None
        } else {
            match Envelope::parse(&bytes) {
                Ok(envelope) => envelope.manifest().created.format(&Rfc3339).ok(),
                Err(EnvelopeError::NotAnEnvelope) => {
                    notice(&format!(
                        "warning: {shown} is no envelope. It is carried as it is; nothing says what \
                         it is for or who packed it. \"rootstage envelope pack\" makes an envelope."
                    ));
                    None
                }
                Err(error) => {
                    return Err(Failure::not_so(format!(
                        "{shown}: {error}. Nothing was made of it. Pack it again, or bring it again \
                         from where it was packed."
                    )));
                }
            }
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self {
            name: safe(&name),
            bytes,
            packed,
        })
    }
}
