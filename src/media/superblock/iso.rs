//! ISO 9660: ECMA-119, section 8.4; "El Torito" Bootable CD-ROM Format Specification 1.0.
//!
//! Sectors have 2048 bytes. Sector 16 is the primary volume descriptor: 1, `CD001`, 1; label at 40
//! (32), made at 813 and changed at 830 (16 digits each). Sector 17 of what starts a machine: 0,
//! `CD001`, 1, `EL TORITO SPECIFICATION` at 7.

use super::{FileSystem, Kind, Look, Start, label};

const SECTOR: usize = 2048;
const EL_TORITO: &[u8] = b"EL TORITO SPECIFICATION";

pub(super) fn read(medium: &(impl Look + ?Sized)) -> Option<FileSystem> {
    let sectors = medium.at(16 * SECTOR as u64, 2 * SECTOR);
    let volume = sectors.get(..SECTOR)?;
    if volume.get(..7)? != b"\x01CD001\x01" {
        return None;
    }
    let boot = sectors.get(SECTOR..).unwrap_or_default();
    let bootable = boot.get(..7) == Some(b"\x00CD001\x01".as_slice())
        && boot.get(7..7 + EL_TORITO.len()) == Some(EL_TORITO);
    Some(FileSystem {
        kind: Kind::Iso9660,
        label: label(volume.get(40..72)?),
        id: time(volume.get(830..846)?).or_else(|| time(volume.get(813..829)?)),
        start: if bootable {
            Start::Bootable
        } else {
            Start::Plain
        },
    })
}

/// `2026-11-23-08-00-00-00`, as other programs write it; `None` where no time is given.
fn time(digits: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(digits).ok()?;
    if !text.bytes().all(|byte| byte.is_ascii_digit()) || text.bytes().all(|byte| byte == b'0') {
        return None;
    }
    let parts = [0..4, 4..6, 6..8, 8..10, 10..12, 12..14, 14..16];
    let parts: Option<Vec<&str>> = parts.into_iter().map(|part| text.get(part)).collect();
    Some(parts?.join("-"))
}
