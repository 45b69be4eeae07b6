//! The first bytes of a medium as a file system: no panic, nothing larger than a field is, and the
//! same answer each time. The bytes are put where the kinds of file system have their marks, which
//! chance alone does not find.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::media::superblock::{FileSystem, file_system};

/// Places of what says the most: boot sectors, the superblock of ext, the descriptors of discs.
const PLACES: [usize; 5] = [0, 1024, 16 * 2048, 17 * 2048, 4096];

fn looked_at(medium: &[u8]) -> Option<FileSystem> {
    let found = file_system(medium);
    assert_eq!(found, file_system(medium));
    if let Some(found) = &found {
        for text in [&found.label, &found.id].into_iter().flatten() {
            // the longest field has 128 bytes; made safe, a byte is ten characters at most
            assert!(text.chars().count() <= 2048, "{text}");
            assert!(!text.chars().any(char::is_control), "{text:?}");
        }
    }
    found
}

fuzz_target!(|bytes: &[u8]| {
    looked_at(bytes);
    let Some((place, rest)) = bytes.split_first() else {
        return;
    };
    let mut medium = vec![0; 40 << 10];
    // one part at the place that the first byte names, the others behind one another
    for (number, part) in rest.chunks(512).enumerate() {
        let at = PLACES[(usize::from(*place) + number) % PLACES.len()] + 512 * (number / PLACES.len());
        if let Some(room) = medium.get_mut(at..at + part.len()) {
            room.copy_from_slice(part);
        }
    }
    looked_at(&medium);
    // with the marks that each kind has
    for marks in [
        [(510, [0x55, 0xaa].as_slice()), (3, b"EXFAT   ".as_slice())],
        [(510, [0x55, 0xaa].as_slice()), (11, [0, 2].as_slice())],
        [(1024 + 56, [0x53, 0xef].as_slice()), (1024 + 24, [0; 4].as_slice())],
        [(16 * 2048, b"\x01CD001\x01".as_slice()), (17 * 2048, b"\x02CD001\x01".as_slice())],
    ] {
        for (at, mark) in marks {
            medium[at..at + mark.len()].copy_from_slice(mark);
        }
        looked_at(&medium);
    }
});
