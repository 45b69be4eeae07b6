//! exFAT: Microsoft, "exFAT file system specification", section 3.1 (boot sector) and 7.3 (label).
//!
//! Offsets in the first sector: 3 `EXFAT   `, 88 first sector of the clusters (4), 96 root cluster (4),
//! 100 number of the volume (4), 108 bytes of a sector and 109 sectors of a cluster, as powers of two.
//! The label is the entry 83 of the root directory: letters (1), then UTF-16, the lower byte first.

use super::{FileSystem, Kind, Look, Start, serial, shown, u32_at};

/// Most bytes of the root directory that are looked through for the label.
const ROOT: usize = 64 << 10;
/// Most letters of a label.
const LETTERS: usize = 11;

pub(super) fn read(medium: &(impl Look + ?Sized), first: &[u8]) -> Option<FileSystem> {
    if first.get(3..11)? != b"EXFAT   " || first.get(510..512)? != [0x55, 0xaa] {
        return None;
    }
    let (sector, cluster) = (u32::from(*first.get(108)?), u32::from(*first.get(109)?));
    if !(9..=12).contains(&sector) || cluster > 25 - sector {
        return None;
    }
    let heap = u64::from(u32_at(first, 88)?);
    let root = u64::from(u32_at(first, 96)?).checked_sub(2)?;
    let offset = (heap + (root << cluster)) << sector;
    let len = ROOT.min(1 << (sector + cluster));
    Some(FileSystem {
        kind: Kind::ExFat,
        label: label_entry(&medium.at(offset, len)),
        id: u32_at(first, 100).map(serial),
        start: Start::Plain,
    })
}

fn label_entry(directory: &[u8]) -> Option<String> {
    let entry = directory
        .chunks_exact(32)
        .take_while(|entry| entry[0] != 0)
        .find(|entry| entry[0] == 0x83)?;
    let letters = usize::from(entry[1]).min(LETTERS);
    let units: Vec<u16> = entry[2..2 + 2 * letters]
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    shown(&String::from_utf16_lossy(&units))
}
