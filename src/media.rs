//! Removable media: what is plugged in, what is read from it, what is written to it.
//!
//! A medium is never chosen by itself: [`Machine::places`] tells what there is, with the reason why a
//! place is not offered, and a person names one. [`read::read`] takes files from it, mounted so that
//! nothing can be written; [`write::write`] puts files onto it and believes them only after the medium
//! was unmounted, mounted again and read; [`log::LogCopy`] keeps a copy of the transcript on it.
//! Between the choice and the use the medium may have been swapped: every use looks again whether it is
//! the one that was chosen.

pub mod devices;
pub mod error;
pub mod log;
pub mod mount;
pub mod mounts;
pub mod read;
pub mod superblock;
pub mod write;

use std::path::PathBuf;

pub use devices::{Images, Place, Reason};
pub use error::MediaError;
pub use mount::Target;

/// Where the kernel tells of itself. Tests bring trees of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// `/sys`
    pub sys: PathBuf,
    /// `/proc`
    pub proc: PathBuf,
    /// `/dev`
    pub dev: PathBuf,
    /// Directory in which media are mounted, each in a directory of its own: `/run`, or that of
    /// temporary files.
    pub run: PathBuf,
}

impl Machine {
    /// This machine.
    pub fn this() -> Self {
        let run = PathBuf::from("/run");
        let writable = rustix::fs::access(&run, rustix::fs::Access::WRITE_OK).is_ok();
        Self {
            sys: PathBuf::from("/sys"),
            proc: PathBuf::from("/proc"),
            dev: PathBuf::from("/dev"),
            run: if writable { run } else { std::env::temp_dir() },
        }
    }
}
