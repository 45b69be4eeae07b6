//! Videos: uncompressed, and JPEGs one behind the other.

use rootstage::qr::Transfer;

use crate::venue::Room;
use crate::{envelope, picture, shots, transfer};

/// An uncompressed video; `colour` as the header says it.
fn y4m(transfer: &Transfer, numbers: &[usize], colour: &str) -> Vec<u8> {
    let one = picture(transfer, 0).width;
    let mut bytes = format!("YUV4MPEG2 W{one} H{one} F30:1 Ip {colour}\n").into_bytes();
    for number in numbers {
        bytes.extend_from_slice(b"FRAME\n");
        let grey = picture(transfer, *number).pixels;
        let half = one.div_ceil(2);
        match colour {
            "Cmono" => bytes.extend(&grey),
            "C420p10" => {
                bytes.extend(grey.iter().flat_map(|p| (u16::from(*p) << 2).to_le_bytes()));
                bytes.extend([0, 2].repeat(half * half * 2));
            }
            _ => {
                bytes.extend(&grey);
                bytes.extend(vec![128; half * half * 2]);
            }
        }
    }
    bytes
}

#[test]
fn an_uncompressed_video_gives_the_file() {
    let file = envelope();
    let transfer = transfer(&file);
    let needed = transfer.needed();
    // each frame twice, one of them lost
    let shown: Vec<usize> = (1..=needed).flat_map(|number| [number, number]).collect();
    for colour in ["C420jpeg", "Cmono", "C420p10"] {
        let room = Room::new();
        room.write("video.y4m", y4m(&transfer, &shown, colour));
        room.rootstage(&["qr", "scan", "video.y4m", "-o", "got.rse"])
            .is(0, &["got.rse written"]);
        assert_eq!(std::fs::read(room.at("got.rse")).unwrap(), file, "{colour}");
    }
}

#[test]
fn a_video_that_was_cut_off_counts_as_far_as_it_goes() {
    let room = Room::new();
    let transfer = transfer(&envelope());
    let shown: Vec<usize> = (0..transfer.needed()).collect();
    let whole = y4m(&transfer, &shown, "C420jpeg");
    room.write("cut.y4m", &whole[..whole.len() - 100]);
    room.rootstage(&["qr", "scan", "cut.y4m", "-o", "got.rse"])
        .is(1, &["1 still needed"]);
    for (header, words) in [
        ("YUV4MPEG2 W99999999999 H99999999999\n", "passed over"),
        ("YUV4MPEG2 W4294967295 H4294967297 Cmono\n", "passed over"),
        ("YUV4MPEG2 W30000 H30000 Cmono\n", "passed over"),
        ("YUV4MPEG2 W0 H0\n", "passed over"),
        ("YUV4MPEG2 no end", "passed over"),
    ] {
        room.write("odd.y4m", header);
        room.rootstage(&["qr", "scan", "odd.y4m", "-o", "got.rse"])
            .is(1, &[words]);
    }
}

/// JPEGs one behind the other, as a camera or in an AVI.
fn mjpeg(transfer: &Transfer, numbers: &[usize], between: &[u8]) -> Vec<u8> {
    let mut bytes = between.to_vec();
    for number in numbers {
        bytes.extend(shots::jpeg(&picture(transfer, *number), 60));
        bytes.extend(between);
    }
    bytes
}

#[test]
fn jpegs_behind_one_another_are_a_video() {
    let file = envelope();
    let transfer = transfer(&file);
    let shown: Vec<usize> = (0..transfer.needed()).collect();
    for (name, between) in [
        ("bare", &b""[..]),
        ("avi", b"RIFF\0\0\0\0AVI 00dc\xff\xd8"),
        ("padded", b""),
    ] {
        let room = Room::new();
        let mut bytes = mjpeg(&transfer, &shown, between);
        if name == "padded" {
            bytes.extend(b"\xff\xd8\xff\xe0 not one more");
        }
        room.write("video", bytes);
        room.rootstage(&["qr", "scan", "video", "-o", "got.rse"])
            .is(0, &[]);
        assert_eq!(std::fs::read(room.at("got.rse")).unwrap(), file, "{name}");
    }
}

#[test]
fn a_thumbnail_inside_of_a_picture_is_not_looked_at() {
    let transfer = transfer(&envelope());
    let whole = shots::jpeg(&picture(&transfer, 0), 60);
    let inner = shots::jpeg(
        &shots::exact(
            &rootstage::qr::symbol::Symbol::new("INNER", 1, rootstage::qr::symbol::Level::Low)
                .unwrap(),
            3,
        ),
        60,
    );
    let length = u16::try_from(inner.len() + 2).unwrap().to_be_bytes();
    let bytes = [
        &whole[..2],
        b"\xff\xe1",
        &length,
        &inner,
        &whole[2..],
        &whole,
    ]
    .concat();
    let mut seen = Vec::new();
    let met = rootstage::scan::video::jpegs(bytes.as_slice(), &mut |picture| {
        seen.push(picture.width);
        true
    });
    assert_eq!(met.unwrap().pictures, 2);
    assert_eq!(seen, [picture(&transfer, 0).width; 2]);
}

#[test]
fn pictures_of_cameras_without_tables_are_read() {
    let transfer = transfer(&envelope());
    let jpeg = shots::jpeg(&picture(&transfer, 0), 60);
    // without its Huffman tables, which are the usual ones
    let mut bare = jpeg[..2].to_vec();
    let mut at = 2;
    while jpeg[at + 1] != 0xda {
        let length = 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        if jpeg[at + 1] != 0xc4 {
            bare.extend(&jpeg[at..at + length]);
        }
        at += length;
    }
    bare.extend(&jpeg[at..]);
    assert!(bare.len() < jpeg.len());
    let decode = rootstage::scan::picture::decode;
    assert_eq!(decode(&bare).unwrap(), decode(&jpeg).unwrap());
}
