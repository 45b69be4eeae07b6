//! Why a place is not offered.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::super::mounts::MountPoint;
use super::super::superblock::{FileSystem, Kind, Start};
use super::block::{Block, Link, Part};
use super::origin::Origins;
use super::{Images, Look};

/// Why a place is not offered. The words go behind its name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The running system came from it.
    #[error("this machine was started from it")]
    StartedFrom,
    /// A system to start from is on it.
    #[error("it is a boot medium: a system to start machines from is on it")]
    BootMedium,
    /// It is built in.
    #[error("it is a disk inside this machine")]
    Internal,
    /// The kernel makes it up.
    #[error("it is no medium: the kernel makes it up")]
    Virtual,
    /// It is an image file.
    #[error("it is an image file, which stands for a medium in rehearsals only (--images)")]
    Image,
    /// Something else is made of it.
    #[error("it is a part of {0}")]
    PartOf(String),
    /// Memory is swapped to it.
    #[error("memory is swapped to it")]
    Swap,
    /// No card or disc is in the reader.
    #[error("nothing is inserted")]
    Empty,
    /// This user may not look.
    #[error("it cannot be looked at: {0}")]
    Unreadable(String),
    /// It holds no file system that is known.
    #[error("it holds no file system that is known here")]
    NoFileSystem,
}

/// What is known of a device.
pub(super) struct Asked<'a> {
    pub block: &'a Block,
    pub images: Images,
    pub boot: &'a BTreeSet<&'a str>,
    pub loops: &'a Origins<'a>,
    pub cmdline: &'a str,
    pub found: Vec<&'a FileSystem>,
}

/// Why nothing on a device is offered.
pub(super) fn of_disk(asked: &Asked<'_>) -> Option<Reason> {
    let block = asked.block;
    let name = block.disk.name.as_str();
    if asked.boot.contains(name) || asked.found.iter().any(|f| is_named(f, asked.cmdline)) {
        return Some(Reason::StartedFrom);
    }
    match (block.link, &block.backing, asked.images) {
        (_, Some(_), Images::Hidden) => return Some(Reason::Image),
        (Link::External, _, _) | (_, Some(_), Images::Allowed) => {}
        (Link::Internal, _, _) => return Some(Reason::Internal),
        (Link::Virtual, _, _) => return Some(Reason::Virtual),
    }
    if asked.found.iter().any(|f| f.start == Start::Bootable) {
        return Some(Reason::BootMedium);
    }
    // what holds the whole device holds its partitions
    let holder = block.disk.holders.first().map(String::as_str);
    holder
        .or_else(|| asked.loops.image_on(name))
        .map(|holder| Reason::PartOf(crate::safe::safe(holder)))
}

/// Whether the kernel was told to start from this disc: `root=LABEL=…`, `root=live:CDLABEL=…`,
/// `archisolabel=…` and their like end in its label or identifier.
fn is_named(found: &FileSystem, cmdline: &str) -> bool {
    let names = [found.label.as_deref(), found.id.as_deref()];
    found.kind == Kind::Iso9660
        && cmdline.split_whitespace().any(|word| {
            let value = word.rsplit(['=', ':', '/']).next();
            names.into_iter().flatten().any(|name| Some(name) == value)
        })
}

/// Why this part of a device is not offered.
pub(super) fn of_part(
    part: &Part,
    look: &Look,
    mounts: &[MountPoint],
    swaps: &[PathBuf],
    node: &Path,
) -> Option<Reason> {
    if let Some(holder) = part.holders.first() {
        return Some(Reason::PartOf(crate::safe::safe(holder)));
    }
    if swaps.iter().any(|swap| swap == node) {
        return Some(Reason::Swap);
    }
    if part.bytes == 0 {
        return Some(Reason::Empty);
    }
    // what the kernel could mount needs no look
    if look.found.is_some() || !mounts.is_empty() {
        return None;
    }
    Some(match &look.refused {
        Some(said) => Reason::Unreadable(said.clone()),
        None => Reason::NoFileSystem,
    })
}
