//! FAT12, FAT16 and FAT32: Microsoft, "FAT: General Overview of On-Disk Format", version 1.03.
//!
//! Offsets in the first sector: 11 bytes of a sector (2), 13 sectors of a cluster (1), 14 reserved
//! sectors (2), 16 tables (1), 17 entries of the root directory (2), 19 sectors (2), 21 medium (1),
//! 22 sectors of a table (2), 32 sectors (4), 36 sectors of a table of FAT32 (4), 44 its root cluster
//! (4); number and label are at 39 and 43, on FAT32 at 67 and 71; 510 is 55 AA.

use super::{FileSystem, Kind, Look, Start, label, serial, u16_at, u32_at};

/// Fewer clusters are FAT12.
const FAT16_FROM: u64 = 4085;
/// Most bytes of a root directory that are looked through for the label.
const ROOT: u64 = 64 << 10;
/// Attribute of the entry that is the label.
const VOLUME: u8 = 0x08;
/// Attributes of an entry that is a part of a long name.
const LONG_NAME: u8 = 0x0f;
/// What formatting writes where no label is given.
const NO_LABEL: &str = "NO NAME";

pub(super) fn read(medium: &(impl Look + ?Sized), first: &[u8]) -> Option<FileSystem> {
    if first.get(510..512)? != [0x55, 0xaa] {
        return None;
    }
    let sector = u64::from(u16_at(first, 11)?);
    let cluster = u64::from(*first.get(13)?);
    let reserved = u64::from(u16_at(first, 14)?);
    let tables = u64::from(*first.get(16)?);
    let entries = u64::from(u16_at(first, 17)?);
    let kind_of_medium = *first.get(21)?;
    let possible = matches!(sector, 512 | 1024 | 2048 | 4096)
        && cluster.is_power_of_two()
        && reserved > 0
        && matches!(tables, 1 | 2)
        && (kind_of_medium == 0xf0 || kind_of_medium >= 0xf8);
    if !possible {
        return None;
    }
    let sectors = match u16_at(first, 19)? {
        0 => u64::from(u32_at(first, 32)?),
        few => u64::from(few),
    };
    let (table, wide) = match u16_at(first, 22)? {
        0 => (u64::from(u32_at(first, 36)?), true),
        small => (u64::from(small), false),
    };
    let root = reserved + tables * table;
    let data = root + (entries * 32).div_ceil(sector);
    let clusters = sectors.checked_sub(data)? / cluster;
    if table == 0 || clusters == 0 {
        return None;
    }
    let (kind, at) = match (wide, clusters) {
        (true, _) => (Kind::Fat32, 67),
        (false, ..FAT16_FROM) => (Kind::Fat12, 39),
        (false, _) => (Kind::Fat16, 39),
    };
    // the number and the label are there only where this mark is (0x28: the number alone)
    let mark = *first.get(at - 1)?;
    let id = matches!(mark, 0x28 | 0x29)
        .then(|| u32_at(first, at))
        .flatten()
        .map(serial);
    let in_sector = (mark == 0x29)
        .then(|| first.get(at + 4..at + 15).and_then(label))
        .flatten();
    let (offset, len) = if wide {
        let number = u64::from(u32_at(first, 44)?).checked_sub(2)?;
        ((data + number * cluster) * sector, cluster * sector)
    } else {
        (root * sector, entries * 32)
    };
    let directory = medium.at(offset, usize::try_from(len.min(ROOT)).ok()?);
    Some(FileSystem {
        kind,
        // the entry is what other systems change; what is in the sector may be as old as the medium
        label: label_entry(&directory).or(in_sector.filter(|label| label != NO_LABEL)),
        id,
        start: Start::Plain,
    })
}

/// The label in the first part of the root directory.
fn label_entry(directory: &[u8]) -> Option<String> {
    directory
        .chunks_exact(32)
        .take_while(|entry| entry[0] != 0)
        .find(|entry| {
            entry[0] != 0xe5 && entry[11] & LONG_NAME != LONG_NAME && entry[11] & VOLUME != 0
        })
        .and_then(|entry| label(&entry[..11]))
}
