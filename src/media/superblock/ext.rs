//! ext2, ext3 and ext4: the kernel's `Documentation/filesystems/ext4/super.rst`.
//!
//! The superblock begins at 1024. Offsets in it: 56 is 53 EF, 92 compatible features (4), 96
//! incompatible ones (4), 100 those that allow reading only (4), 104 UUID (16), 120 label (16).

use data_encoding::HEXLOWER;

use super::{FileSystem, Kind, Look, Start, label, u16_at, u32_at};

const MAGIC: u16 = 0xef53;
/// There is a journal.
const HAS_JOURNAL: u32 = 0x4;
/// It is nothing but the journal of another.
const JOURNAL_DEVICE: u32 = 0x8;
/// Incompatible features that ext3 knows: kinds in names, journal to be replayed, groups of groups.
const INCOMPATIBLE_OF_EXT3: u32 = 0x2 | 0x4 | 0x10;
/// Features that ext3 can write with: sparse superblocks, large files, trees of names.
const WRITABLE_OF_EXT3: u32 = 0x1 | 0x2 | 0x4;

pub(super) fn read(medium: &(impl Look + ?Sized)) -> Option<FileSystem> {
    let block = medium.at(1024, 1024);
    if u16_at(&block, 56)? != MAGIC {
        return None;
    }
    let (compatible, incompatible) = (u32_at(&block, 92)?, u32_at(&block, 96)?);
    if incompatible & JOURNAL_DEVICE != 0 {
        return None;
    }
    let kind = if incompatible & !INCOMPATIBLE_OF_EXT3 != 0
        || u32_at(&block, 100)? & !WRITABLE_OF_EXT3 != 0
    {
        Kind::Ext4
    } else if compatible & HAS_JOURNAL != 0 {
        Kind::Ext3
    } else {
        Kind::Ext2
    };
    Some(FileSystem {
        kind,
        label: label(block.get(120..136)?),
        id: uuid(block.get(104..120)?),
        start: Start::Plain,
    })
}

/// 8-4-4-4-12 hex digits (RFC 9562, section 4).
fn uuid(bytes: &[u8]) -> Option<String> {
    let digits = HEXLOWER.encode(bytes);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
    let parts: Option<Vec<&str>> = parts.into_iter().map(|part| digits.get(part)).collect();
    Some(parts?.join("-"))
}
