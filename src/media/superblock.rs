//! What file system a medium holds, read from its first bytes: kind, label and identifier.
//!
//! Nothing here believes what the bytes claim: every place that is read is bounded by a constant, what
//! makes no sense is no file system, and a label is at most as long as its field.

mod exfat;
mod ext;
mod fat;
mod iso;

use std::fs::File;
use std::os::unix::fs::FileExt;

use crate::safe::safe;

/// Most bytes that one look at a medium takes.
const MAX_LOOK: usize = 128 << 10;

/// The file systems that media carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// FAT with 12 bits for a cluster.
    Fat12,
    /// FAT with 16 bits for a cluster.
    Fat16,
    /// FAT with 32 bits for a cluster.
    Fat32,
    /// exFAT.
    ExFat,
    /// The second extended file system.
    Ext2,
    /// The same with a journal.
    Ext3,
    /// The fourth.
    Ext4,
    /// ISO 9660, of discs and of images of discs.
    Iso9660,
}

impl Kind {
    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fat12 => "FAT12",
            Self::Fat16 => "FAT16",
            Self::Fat32 => "FAT32",
            Self::ExFat => "exFAT",
            Self::Ext2 => "ext2",
            Self::Ext3 => "ext3",
            Self::Ext4 => "ext4",
            Self::Iso9660 => "ISO 9660",
        }
    }

    /// The drivers of the kernel that read it, in the order in which they are tried.
    pub fn drivers(self) -> &'static [&'static str] {
        match self {
            Self::Fat12 | Self::Fat16 | Self::Fat32 => &["vfat"],
            Self::ExFat => &["exfat"],
            Self::Ext2 => &["ext4", "ext2"],
            Self::Ext3 => &["ext4", "ext3"],
            Self::Ext4 => &["ext4"],
            Self::Iso9660 => &["iso9660"],
        }
    }

    /// Whether `ABC` and `abc` are one name on it.
    pub fn letters(self) -> Letters {
        match self {
            Self::Fat12 | Self::Fat16 | Self::Fat32 | Self::ExFat | Self::Iso9660 => Letters::Same,
            Self::Ext2 | Self::Ext3 | Self::Ext4 => Letters::Differ,
        }
    }
}

/// Whether upper and lower case make different names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letters {
    /// They are one name.
    Same,
    /// They are two names.
    Differ,
}

/// Whether a machine starts from the medium.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// It holds a boot record of discs.
    Bootable,
    /// Nothing says so.
    Plain,
}

/// What the first bytes of a medium say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSystem {
    /// Which one.
    pub kind: Kind,
    /// Its label, made safe to show; `None` where it has none.
    pub label: Option<String>,
    /// What tells it from others: `ABCD-1234` on FAT and exFAT, a UUID on ext, a time on discs.
    pub id: Option<String>,
    /// Whether it is a system to start from.
    pub start: Start,
}

/// Bytes that can be looked at.
pub trait Look {
    /// The bytes at `offset`, at most `len` of them; fewer at the end, none where they cannot be read.
    fn at(&self, offset: u64, len: usize) -> Vec<u8>;
}

impl Look for File {
    fn at(&self, offset: u64, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len.min(MAX_LOOK)];
        let mut filled = 0;
        while filled < bytes.len() {
            match self.read_at(&mut bytes[filled..], offset.saturating_add(filled as u64)) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        bytes.truncate(filled);
        bytes
    }
}

impl Look for [u8] {
    fn at(&self, offset: u64, len: usize) -> Vec<u8> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = self.get(start..).unwrap_or_default();
        rest[..rest.len().min(len).min(MAX_LOOK)].to_vec()
    }
}

/// The file system in `medium`, where it is one of those in [`Kind`].
pub fn file_system(medium: &(impl Look + ?Sized)) -> Option<FileSystem> {
    let first = medium.at(0, 512);
    // what stands at the beginning is newer than what it may have left of a disc behind it
    exfat::read(medium, &first)
        .or_else(|| fat::read(medium, &first))
        .or_else(|| ext::read(medium))
        .or_else(|| iso::read(medium))
}

/// Two bytes, the lower one first.
fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let two = bytes.get(at..at.checked_add(2)?)?;
    two.try_into().ok().map(u16::from_le_bytes)
}

/// Four bytes, the lowest one first.
fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    four.try_into().ok().map(u32::from_le_bytes)
}

/// `ABCD-1234`, as other programs write the number of a FAT volume.
fn serial(number: u32) -> String {
    format!("{:04X}-{:04X}", number >> 16, number & 0xffff)
}

/// A label of bytes that are padded with blanks or zeros; `None` where nothing is left.
fn label(field: &[u8]) -> Option<String> {
    let end = field
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(field.len());
    shown(&String::from_utf8_lossy(field.get(..end)?))
}

/// A label without blanks around it, safe to show.
fn shown(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| safe(text))
}

#[cfg(test)]
mod tests;
