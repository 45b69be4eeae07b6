//! What goes wrong with media.

mod words;

pub(super) use words::At;
pub use words::Doing;

/// Most names that a message tells.
pub(super) const SHOWN: usize = 12;

/// A medium did not do what was asked. Each text in here is safe to show already. The message says
/// what happened; [`MediaError::unchanged`] and [`MediaError::next`] say the rest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// The kernel's own list cannot be read.
    #[error("the list of devices in {path} cannot be read: {reason}")]
    Listing {
        /// Which list.
        path: String,
        /// What the operating system said.
        reason: String,
    },
    /// No such medium is plugged in.
    #[error("{device} is not plugged in")]
    Absent {
        /// What was looked for.
        device: String,
    },
    /// It is there, and it is not for carrying files.
    #[error("{device} is not offered: {reason}")]
    NotOffered {
        /// Which device.
        device: String,
        /// Why.
        reason: String,
    },
    /// Another medium is there than the one that was chosen.
    #[error("another medium is plugged in: expected was {expected}, here is {found}")]
    OtherMedium {
        /// The one that was chosen.
        expected: String,
        /// The one that is there.
        found: String,
    },
    /// It was pulled out, or it fails.
    #[error("{device} does not answer any more: {reason}. It was pulled out, or it is failing")]
    Gone {
        /// Which medium.
        device: String,
        /// What was being done.
        doing: Doing,
        /// What the operating system said.
        reason: String,
    },
    /// Too little space.
    #[error("{device} is full: {needed} bytes are needed, {free} are free")]
    Full {
        /// Which medium.
        device: String,
        /// Bytes that are needed.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// It cannot be written to.
    #[error("{device} can only be read: {reason}")]
    ReadOnly {
        /// Which medium.
        device: String,
        /// Switch, mount or kernel.
        reason: String,
    },
    /// Its file system cannot be mounted.
    #[error("{device} cannot be mounted: {reason}")]
    NotMountable {
        /// Which medium.
        device: String,
        /// Why.
        reason: String,
    },
    /// Something else uses it.
    #[error("{device} is in use: it is {}", .at.as_ref().map_or_else(|| "held by another program".to_owned(), |at| format!("mounted at {at}")))]
    Busy {
        /// Which medium.
        device: String,
        /// Where it is mounted, as far as is known.
        at: Option<String>,
    },
    /// A run of this program has it mounted: as a rule a ceremony that is going on.
    #[error(
        "{device} is in use by a rootstage that is running, as a rule a ceremony that has it open (at {at})"
    )]
    Ours {
        /// Which medium.
        device: String,
        /// Where it is mounted.
        at: String,
    },
    /// This user may not do it.
    #[error("{device}: this user is not permitted to do this: {reason}")]
    NotPermitted {
        /// Which medium.
        device: String,
        /// What was being done.
        doing: Doing,
        /// What the operating system said.
        reason: String,
    },
    /// There is no such file on it.
    #[error("{device} holds no file {name}; {}", words::there(.there, *.more))]
    FileAbsent {
        /// Which medium.
        device: String,
        /// What was looked for.
        name: String,
        /// What is there instead.
        there: Vec<String>,
        /// How many more there are.
        more: usize,
    },
    /// More than one file could be meant.
    #[error("{device}: {name} could be {}", .names.join(" or "))]
    Ambiguous {
        /// Which medium.
        device: String,
        /// What was looked for.
        name: String,
        /// What could be meant.
        names: Vec<String>,
    },
    /// It is a directory, a link, a device.
    #[error("{name} on {device} is not a plain file")]
    NotAFile {
        /// Which medium.
        device: String,
        /// Its name.
        name: String,
    },
    /// The file has more bytes than are taken.
    #[error("{name} on {device} has {bytes} bytes; at most {limit} are taken")]
    TooLarge {
        /// Which medium.
        device: String,
        /// Name of the file.
        name: String,
        /// Its size.
        bytes: u64,
        /// Most bytes that are taken.
        limit: u64,
    },
    /// A name that does not mean the same file on every system.
    #[error("no file named {name} is written: {reason}")]
    NameRefused {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file of that name is there, with other bytes.
    #[error("{device} holds another file of the name {there} already")]
    NameTaken {
        /// Which medium.
        device: String,
        /// The name that is there: upper and lower case may differ.
        there: String,
    },
    /// What was read back is not what was written.
    #[error("{name} read back from {device} is not what was written: the medium is bad")]
    Differs {
        /// Which medium.
        device: String,
        /// Name of the file.
        name: String,
    },
    /// The copy of a transcript that is there is not the beginning of this transcript.
    #[error(
        "{name} on {device} is the log of something else: it is not how this transcript begins"
    )]
    OtherLog {
        /// Which medium.
        device: String,
        /// Name of the copy.
        name: String,
    },
    /// The copy is off since something went wrong.
    #[error("the copy of the transcript on {device} is off since: {because}")]
    LogOff {
        /// Which medium.
        device: String,
        /// What went wrong.
        because: String,
    },
    /// The transcript that is to be copied cannot be read.
    #[error("the transcript {path} cannot be read: {reason}")]
    Transcript {
        /// Which file.
        path: String,
        /// What the operating system said.
        reason: String,
    },
    /// Anything else that the operating system said.
    #[error("{device}: {reason}, while {doing}")]
    Failed {
        /// Which medium.
        device: String,
        /// What was being done.
        doing: Doing,
        /// What the operating system said.
        reason: String,
    },
}

#[cfg(test)]
mod tests;
