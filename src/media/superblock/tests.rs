use proptest::prelude::*;

use super::*;

/// A FAT16 boot sector of 16 MB, with a root directory that holds a label.
fn fat16() -> Vec<u8> {
    let mut bytes = vec![0; 64 << 10];
    bytes[11..13].copy_from_slice(&512_u16.to_le_bytes());
    bytes[13] = 4;
    bytes[14..16].copy_from_slice(&4_u16.to_le_bytes());
    bytes[16] = 2;
    bytes[17..19].copy_from_slice(&512_u16.to_le_bytes());
    bytes[19..21].copy_from_slice(&32768_u16.to_le_bytes());
    bytes[21] = 0xf8;
    bytes[22..24].copy_from_slice(&32_u16.to_le_bytes());
    bytes[38] = 0x29;
    bytes[39..43].copy_from_slice(&0x1234_abcd_u32.to_le_bytes());
    bytes[43..54].copy_from_slice(b"NO NAME    ");
    bytes[510..512].copy_from_slice(&[0x55, 0xaa]);
    bytes
}

fn read(bytes: &[u8]) -> Option<FileSystem> {
    file_system(bytes)
}

#[test]
fn the_entry_in_the_root_directory_is_the_label() {
    let mut bytes = fat16();
    let found = read(&bytes).unwrap();
    assert_eq!(found.kind, Kind::Fat16);
    assert_eq!(found.id.as_deref(), Some("1234-ABCD"));
    assert_eq!(found.label, None);
    let root = (4 + 2 * 32) * 512;
    // a deleted entry, a part of a long name, a file, and then the label
    bytes[root] = 0xe5;
    bytes[root + 11] = 0x08;
    bytes[root + 32] = b'A';
    bytes[root + 32 + 11] = 0x0f;
    bytes[root + 64..root + 75].copy_from_slice(b"ROOT    RSE");
    bytes[root + 64 + 11] = 0x20;
    bytes[root + 96..root + 107].copy_from_slice(b"OUT\x1b 2     ");
    bytes[root + 96 + 11] = 0x08;
    assert_eq!(read(&bytes).unwrap().label.as_deref(), Some("OUT\\u{1b} 2"));
}

#[test]
fn what_makes_no_sense_is_no_file_system() {
    let good = fat16();
    for (at, byte) in [
        (12, 3),
        (13, 3),
        (14, 0),
        (16, 3),
        (21, 7),
        (22, 0),
        (510, 0),
    ] {
        let mut bad = good.clone();
        bad[at] = byte;
        assert_eq!(read(&bad), None, "byte {at}");
    }
    assert_eq!(read(&[]), None);
    assert_eq!(read(&good[..511]), None);
    // a table of partitions is none
    let mut mbr = vec![0; 4096];
    mbr[510..512].copy_from_slice(&[0x55, 0xaa]);
    assert_eq!(read(&mbr), None);
}

#[test]
fn a_disc_that_starts_machines_is_known() {
    let mut bytes = vec![0; 40 << 10];
    let at = 16 * 2048;
    bytes[at..at + 7].copy_from_slice(b"\x01CD001\x01");
    bytes[at + 40..at + 72].copy_from_slice(b"CEREMONY                        ");
    bytes[at + 813..at + 829].copy_from_slice(b"2026112308000000");
    bytes[at + 830..at + 846].copy_from_slice(b"0000000000000000");
    let found = read(&bytes).unwrap();
    assert_eq!(found.label.as_deref(), Some("CEREMONY"));
    assert_eq!(found.id.as_deref(), Some("2026-11-23-08-00-00-00"));
    assert_eq!(found.start, Start::Plain);
    let boot = at + 2048;
    bytes[boot..boot + 30].copy_from_slice(b"\x00CD001\x01EL TORITO SPECIFICATION");
    assert_eq!(read(&bytes).unwrap().start, Start::Bootable);
    bytes.truncate(boot);
    assert_eq!(read(&bytes).unwrap().start, Start::Plain);
}

proptest! {
    #[test]
    fn garbage_is_read_without_harm(mut bytes in prop::collection::vec(any::<u8>(), 0..2048), which in 0..4_u8) {
        let marks: &[(usize, &[u8])] = match which {
            0 => &[(510, &[0x55, 0xaa]), (11, &[0, 2, 1]), (16, &[1]), (21, &[0xf8])],
            1 => &[(510, &[0x55, 0xaa]), (3, b"EXFAT   "), (108, &[9, 16])],
            2 => &[(1024 + 56, &[0x53, 0xef])],
            _ => &[],
        };
        for (at, mark) in marks {
            if let Some(place) = bytes.get_mut(*at..*at + mark.len()) {
                place.copy_from_slice(mark);
            }
        }
        if let Some(found) = read(&bytes) {
            prop_assert!(found.label.is_none_or(|label| label.len() < 200));
        }
    }
}
