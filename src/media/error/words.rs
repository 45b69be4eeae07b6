//! What the operating system says, as an error of media; and the rest of the words.

use std::fmt;

use rustix::io::Errno;

use super::MediaError;

/// What was being done with a medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It was being mounted.
    Mounting,
    /// Files were read from it.
    Reading,
    /// Files were written to it.
    Writing,
    /// What was written was read again.
    ReadingBack,
    /// The copy of the transcript was written.
    Logging,
}

impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Mounting => "it was being mounted",
            Self::Reading => "files were read from it",
            Self::Writing => "files were written to it",
            Self::ReadingBack => "what was written was read back",
            Self::Logging => "the copy of the transcript was written to it",
        })
    }
}

impl Doing {
    fn unchanged(self) -> &'static str {
        match self {
            Self::Mounting | Self::Reading => "Nothing on it was changed.",
            Self::Writing => {
                "No file on it counts as written. Under each name there is the whole file or \
                 nothing, and no other file was changed."
            }
            Self::ReadingBack => "No file on it counts as written, and no other file was changed.",
            Self::Logging => "The transcript itself is whole; only the copy stops here.",
        }
    }
}

/// Whose error it is, and of what.
#[derive(Clone, Copy)]
pub(in crate::media) struct At<'a> {
    /// The medium in words.
    pub device: &'a str,
    /// What is being done with it.
    pub doing: Doing,
}

impl At<'_> {
    /// What the operating system said, as an error of this medium.
    pub fn says(self, errno: Errno) -> MediaError {
        let device = self.device.to_owned();
        let doing = self.doing;
        let reason = std::io::Error::from(errno).to_string();
        match errno {
            // a FUSE file system whose program is gone says NOTCONN or CONNABORTED, ext4 after a
            // forced shutdown IO or SHUTDOWN, a device that was pulled NODEV, NXIO or IO
            Errno::NODEV
            | Errno::IO
            | Errno::NXIO
            | Errno::SHUTDOWN
            | Errno::NOTCONN
            | Errno::CONNABORTED
            | Errno::NOMEDIUM
            | Errno::STALE
            | Errno::REMOTEIO => MediaError::Gone {
                device,
                doing,
                reason,
            },
            Errno::ROFS => MediaError::ReadOnly { device, reason },
            Errno::BUSY | Errno::TXTBSY => MediaError::Busy { device, at: None },
            Errno::PERM | Errno::ACCESS => MediaError::NotPermitted {
                device,
                doing,
                reason,
            },
            _ => MediaError::Failed {
                device,
                doing,
                reason,
            },
        }
    }

    /// The same of an error of the standard library.
    pub fn fails(self, error: &std::io::Error) -> MediaError {
        match Errno::from_io_error(error) {
            Some(errno) => self.says(errno),
            None => MediaError::Failed {
                device: self.device.to_owned(),
                doing: self.doing,
                reason: error.to_string(),
            },
        }
    }
}

impl MediaError {
    /// What it left as it was: one or two sentences.
    pub fn unchanged(&self) -> &'static str {
        match self {
            Self::Gone { doing, .. }
            | Self::NotPermitted { doing, .. }
            | Self::Failed { doing, .. } => doing.unchanged(),
            Self::Differs { .. } => Doing::ReadingBack.unchanged(),
            Self::LogOff { .. } => Doing::Logging.unchanged(),
            Self::Full { .. } => Doing::Writing.unchanged(),
            Self::Listing { .. } | Self::Transcript { .. } => "Nothing was changed.",
            Self::NameRefused { .. } => "Nothing was written.",
            _ => "Nothing on it was changed.",
        }
    }

    /// What to do next: one or two sentences.
    pub fn next(&self) -> &'static str {
        match self {
            Self::Listing { .. } => "Run this on Linux, with /sys and /proc mounted.",
            Self::Absent { .. } => {
                "Plug it in, wait for three seconds, and look at `rootstage media list`."
            }
            Self::NotOffered { .. } => {
                "Use another medium; `rootstage media list --all` shows each device and its reason."
            }
            Self::OtherMedium { .. } => {
                "Take it out, and plug in the one that was chosen; or choose again."
            }
            Self::Gone { .. } => {
                "Plug it in again and try once more; if it fails again, use another medium and keep \
                 this one apart."
            }
            Self::Full { .. } => "Use a medium with more space; nothing is deleted to make room.",
            Self::ReadOnly { .. } => {
                "Slide its write-protect switch, or unmount it and mount it for writing, or use \
                 another medium."
            }
            Self::NotMountable { .. } => {
                "Use a medium with another file system: FAT32 and ext4 are known almost everywhere."
            }
            Self::Busy { .. } => "Close what uses it, unmount it, and try again.",
            Self::Ours { .. } => {
                "Leave it inserted and do not unmount it by hand. Use another medium, or wait until the \
                 ceremony has ended."
            }
            Self::NotPermitted { .. } => {
                "Mount it first, or run this as a user who may mount media."
            }
            Self::FileAbsent { .. } => "Check the name, and that this is the right medium.",
            Self::Ambiguous { .. } => "Give the name in upper and lower case as it is there.",
            Self::NotAFile { .. } => {
                "Have the file put onto the medium as a plain file: links and devices are never \
                 followed."
            }
            Self::TooLarge { .. } => "Check that this is the right file.",
            Self::NameRefused { .. } => {
                "Rename the file: ASCII letters, digits and ._-+@=, mean the same everywhere."
            }
            Self::NameTaken { .. } => {
                "Look at what is there: it may be what another run wrote. Use another medium, or \
                 rename one of them."
            }
            Self::Differs { .. } => "Keep this medium apart, and use another one.",
            Self::OtherLog { .. } => {
                "Use the LOG medium of this ceremony, or an empty one. Keep this one as it is."
            }
            Self::LogOff { .. } => "Plug the LOG medium in again and attach it: it catches up.",
            Self::Transcript { .. } => "Check the directory of the ceremony.",
            Self::Failed { .. } => "Try again, or use another medium.",
        }
    }
}

/// What is on a medium, for the message that something is not.
pub(super) fn there(names: &[String], more: usize) -> String {
    match (names, more) {
        ([], _) => "it holds no files".to_owned(),
        (names, 0) => format!("it holds {}", names.join(", ")),
        (names, more) => format!("it holds {} and {more} more", names.join(", ")),
    }
}
