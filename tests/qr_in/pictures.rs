//! Pictures and folders, whole and damaged.

use png::{BitDepth, ColorType};
use rootstage::ports::Luma;
use rootstage::scan::picture::{Flaw, decode};

use crate::venue::Room;
use crate::{envelope, picture, png, png_of, shots, transfer};

#[test]
fn every_kind_of_png_and_jpeg_is_the_same_picture() {
    let file = envelope();
    let grey = picture(&transfer(&file), 0);
    let light = |bits: u32| {
        let mut packed = Vec::new();
        for row in grey.pixels.chunks(grey.width) {
            for group in row.chunks(8 / bits as usize) {
                let byte = group.iter().fold(0_u32, |byte, pixel| {
                    byte << bits | u32::from(*pixel) >> (8 - bits)
                });
                packed.push((byte << (8 - bits * group.len() as u32)) as u8);
            }
        }
        packed
    };
    let each = |bytes: fn(u8) -> Vec<u8>| {
        grey.pixels
            .iter()
            .flat_map(|p| bytes(*p))
            .collect::<Vec<u8>>()
    };
    for (name, bytes) in [
        (
            "1 bit",
            png_of(&grey, ColorType::Grayscale, BitDepth::One, &light(1)),
        ),
        (
            "2 bits",
            png_of(&grey, ColorType::Grayscale, BitDepth::Two, &light(2)),
        ),
        ("8 bits", png(&grey)),
        (
            "16 bits",
            png_of(
                &grey,
                ColorType::Grayscale,
                BitDepth::Sixteen,
                &each(|p| vec![p, 99]),
            ),
        ),
        (
            "RGB",
            png_of(
                &grey,
                ColorType::Rgb,
                BitDepth::Eight,
                &each(|p| vec![p, p, p]),
            ),
        ),
        (
            "RGB of 16 bits",
            png_of(
                &grey,
                ColorType::Rgb,
                BitDepth::Sixteen,
                &each(|p| vec![p, 1, p, 2, p, 3]),
            ),
        ),
        // black on nothing: what is not painted is white
        (
            "RGBA",
            png_of(
                &grey,
                ColorType::Rgba,
                BitDepth::Eight,
                &each(|p| vec![0, 0, 0, 255 - p]),
            ),
        ),
        (
            "grey with alpha",
            png_of(
                &grey,
                ColorType::GrayscaleAlpha,
                BitDepth::Eight,
                &each(|p| vec![0, 255 - p]),
            ),
        ),
        (
            "palette",
            png_of(&grey, ColorType::Indexed, BitDepth::One, &light(1)),
        ),
        ("JPEG", shots::jpeg(&grey, 90)),
    ] {
        let got = decode(&bytes).unwrap_or_else(|flaw| panic!("{name}: {flaw}"));
        assert_eq!((got.width, got.height), (grey.width, grey.height), "{name}");
        let off = got
            .pixels
            .iter()
            .zip(&grey.pixels)
            .filter(|(a, b)| a.abs_diff(**b) > 60);
        assert_eq!(off.count(), 0, "{name}");
    }
}

#[test]
fn what_is_too_large_is_refused_before_anything_is_allocated() {
    // a header that claims 2^31 - 1 in both directions, or just too much
    for (width, height) in [
        (0x7fff_ffff_u32, 0x7fff_ffff_u32),
        (30_000, 30_000),
        (0xffff_ffff, 1),
    ] {
        let small = Luma {
            width: 1,
            height: 1,
            pixels: vec![0],
        };
        let mut bytes = png(&small);
        bytes[16..20].copy_from_slice(&width.to_be_bytes());
        bytes[20..24].copy_from_slice(&height.to_be_bytes());
        let crc = crc32fast::hash(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&crc.to_be_bytes());
        let flaw = decode(&bytes).unwrap_err();
        assert!(
            matches!(flaw, Flaw::TooLarge { .. } | Flaw::Damaged(_)),
            "{flaw}"
        );
    }
    // a JPEG of 65500 x 65500
    let mut bytes = shots::jpeg(
        &Luma {
            width: 8,
            height: 8,
            pixels: vec![9; 64],
        },
        50,
    );
    let at = bytes
        .windows(2)
        .position(|two| two == [0xff, 0xc0])
        .unwrap();
    bytes[at + 5..at + 9].copy_from_slice(&[0xff, 0xdc, 0xff, 0xdc]);
    let flaw = decode(&bytes).unwrap_err();
    assert!(
        matches!(flaw, Flaw::TooLarge { .. } | Flaw::Damaged(_)),
        "{flaw}"
    );
}

#[test]
fn a_picture_that_was_cut_off_or_changed_breaks_nothing() {
    let file = envelope();
    let grey = picture(&transfer(&file), 0);
    for bytes in [png(&grey), shots::jpeg(&grey, 60)] {
        let mut dice = shots::Dice(1);
        for _ in 0..60 {
            let cut = dice.bits() as usize % bytes.len();
            let _ = decode(&bytes[..cut]);
            let mut changed = bytes.clone();
            for _ in 0..4 {
                let at = dice.bits() as usize % changed.len();
                changed[at] = dice.bits() as u8;
            }
            let _ = decode(&changed);
        }
    }
    assert_eq!(decode(b""), Err(Flaw::NotAPicture));
    assert_eq!(decode(b"GIF89a"), Err(Flaw::NotAPicture));
}

#[test]
fn a_folder_of_pictures_gives_the_file() {
    let room = Room::new();
    let file = envelope();
    let transfer = transfer(&file);
    std::fs::create_dir(room.at("in")).unwrap();
    std::fs::create_dir(room.at("in/deeper")).unwrap();
    // not the pieces themselves, and in no order; half as JPEG
    for number in 0..transfer.needed() {
        let picture = picture(&transfer, transfer.frames() - 1 - number);
        if number % 2 == 0 {
            room.write(&format!("in/{}.png", 50 - number), png(&picture));
        } else {
            room.write(&format!("in/{number}.jpg"), shots::jpeg(&picture, 70));
        }
    }
    room.write("in/00-readme.txt", "no picture");
    room.write("in/0.png", b"\x89PNG\r\n\x1a\nand then nothing");
    let foreign = rootstage::qr::symbol::Symbol::new(
        "HTTPS://EXAMPLE.COM",
        3,
        rootstage::qr::symbol::Level::Low,
    )
    .unwrap();
    room.write("in/1-foreign.png", png(&shots::exact(&foreign, 4)));
    let said = room.rootstage(&["qr", "scan", "in", "-o", "got.rse"]);
    said.is(
        0,
        &[
            "readme.txt: passed over: it is no picture",
            "0.png: passed over: it is damaged",
            "got.rse written",
            "content   envelope",
            "sender's screen",
        ],
    );
    assert_eq!(std::fs::read(room.at("got.rse")).unwrap(), file);
    for word in transfer.digest().words() {
        assert!(said.out.contains(word), "{word}");
    }
    // as JSON: the same, in one document
    let said = room.rootstage(&["qr", "scan", "in", "-o", "again.rse", "--json"]);
    let document = said.is(0, &[]).json();
    assert_eq!(document["sha256"], transfer.digest().hex());
    assert_eq!(document["passed_over"].as_array().unwrap().len(), 2);
    assert_eq!(document["frames"]["foreign"], 1);
    // never over another
    room.write("taken.rse", "mine");
    room.rootstage(&["qr", "scan", "in", "-o", "taken.rse"])
        .is(2, &["something of this name already"]);
    assert_eq!(room.read("taken.rse"), "mine");
}

#[test]
fn a_sheet_with_many_symbols_is_read_at_once() {
    let room = Room::new();
    let file = envelope();
    let transfer = transfer(&file);
    let columns = transfer.needed().min(3);
    let rows = transfer.needed().div_ceil(columns);
    let one = picture(&transfer, 0).width;
    let width = one * columns;
    let mut sheet = Luma {
        width,
        height: one * rows,
        pixels: vec![255; width * one * rows],
    };
    for number in 0..transfer.needed() {
        let (left, top) = (number % columns * one, number / columns * one);
        for (y, row) in picture(&transfer, number).pixels.chunks(one).enumerate() {
            let at = (top + y) * width + left;
            sheet.pixels[at..at + one].copy_from_slice(row);
        }
    }
    room.write("sheet.png", png(&sheet));
    room.rootstage(&["qr", "scan", "sheet.png", "-o", "got.rse"])
        .is(0, &["1 picture was looked at"]);
    assert_eq!(std::fs::read(room.at("got.rse")).unwrap(), file);
}

#[test]
fn frames_that_are_missing_are_counted_and_nothing_is_written() {
    let room = Room::new();
    let transfer = transfer(&envelope());
    let needed = transfer.needed();
    for number in 2..needed {
        room.write(&format!("{number}.png"), png(&picture(&transfer, number)));
    }
    let names: Vec<String> = (2..needed).map(|number| format!("{number}.png")).collect();
    let mut call = vec!["qr", "scan", "-o", "got.rse"];
    call.extend(names.iter().map(String::as_str));
    let words = format!("2 still needed: any 2 more of the {}", transfer.frames());
    room.rootstage(&call)
        .is(1, &[&words, "Nothing was written"]);
    call.push("--json");
    let document = room.rootstage(&call).is(1, &[]).json();
    assert_eq!(document["complete"], false);
    assert_eq!(document["frames"]["received"], needed - 2);
    assert!(!room.at("got.rse").exists());
    // with two of those that make up for them it is whole
    for number in [needed + 1, needed + 3] {
        room.write(&format!("{number}.png"), png(&picture(&transfer, number)));
    }
    let (a, b) = (format!("{}.png", needed + 1), format!("{}.png", needed + 3));
    call.extend([a.as_str(), b.as_str()]);
    room.rootstage(&call).is(0, &[]);
}

#[test]
fn what_is_no_envelope_is_named_and_kept_out() {
    let room = Room::new();
    let text = b"{\"signed\":{},\"signatures\":[]}".repeat(9)[..29].to_vec();
    let transfer = transfer(&text);
    room.write("one.png", png(&picture(&transfer, 0)));
    room.rootstage(&["qr", "scan", "one.png", "-o", "got.rse"])
        .is(1, &["what was received is JSON, not an envelope", "--any"]);
    assert!(!room.at("got.rse").exists());
    room.rootstage(&["qr", "scan", "one.png", "-o", "got.json", "--any"])
        .is(0, &["content   JSON"]);
    assert_eq!(std::fs::read(room.at("got.json")).unwrap(), text);
}

#[test]
fn what_is_not_there_or_may_not_be_read_says_so() {
    use std::os::unix::fs::PermissionsExt as _;
    let room = Room::new();
    std::fs::create_dir(room.at("empty")).unwrap();
    room.rootstage(&["qr", "scan", "empty", "-o", "a.rse"])
        .is(1, &["no QR code was read", "Nothing was written"]);
    room.rootstage(&["qr", "scan", "nothing.png", "-o", "a.rse"])
        .is(3, &["nothing.png", "no file of this name"]);
    room.rootstage(&["qr", "scan", "/dev/video-none", "-o", "a.rse"])
        .is(3, &["/dev/video-none", "no such camera"]);
    room.rootstage(&["qr", "scan", "/dev/null", "-o", "a.rse"])
        .is(3, &["this is no camera"]);
    room.rootstage(&["qr", "scan", "-", "empty", "-o", "a.rse"])
        .is(2, &["by itself"]);
    std::fs::create_dir(room.at("closed")).unwrap();
    std::fs::set_permissions(room.at("closed"), std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read_dir(room.at("closed")).is_ok() {
        eprintln!("SKIPPED: this user may read every directory");
    } else {
        room.rootstage(&["qr", "scan", "closed", "-o", "a.rse"])
            .is(3, &["closed", "not permitted"]);
    }
    std::fs::set_permissions(room.at("closed"), std::fs::Permissions::from_mode(0o700)).unwrap();
    assert!(!room.at("a.rse").exists());
}
