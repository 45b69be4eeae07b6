use super::format::{Kind, Layout, Offer, choose, grey};
use super::*;
use crate::qr::symbol::{Level, QUIET, Symbol};

const TEXT: &str = "RSQAINVENTED";

/// A symbol, three pixels to a module.
fn plane() -> (usize, Vec<u8>) {
    let symbol = Symbol::new(TEXT, 3, Level::Low).unwrap();
    let width = (symbol.width() + 2 * QUIET) * 3;
    let dark = |at: usize| (at / 3).checked_sub(QUIET);
    let pixels = (0..width * width).map(|at| match (dark(at % width), dark(at / width)) {
        (Some(x), Some(y)) if symbol.is_dark(x, y) => 20,
        _ => 230,
    });
    (width, pixels.collect())
}

fn layout(kind: Kind, width: usize, stride: usize) -> Layout {
    Layout {
        kind,
        width,
        height: width,
        stride,
    }
}

/// Each pixel with a byte of colour before or behind it, and rows filled up to `stride`.
fn packed(plane: &[u8], width: usize, stride: usize, colour_first: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    for row in plane.chunks(width) {
        for pixel in row {
            let pair = if colour_first {
                [77, *pixel]
            } else {
                [*pixel, 77]
            };
            bytes.extend(pair);
        }
        bytes.resize(bytes.len().next_multiple_of(stride), 0xee);
    }
    bytes
}

#[test]
fn every_format_gives_the_same_picture() {
    let (width, plane) = plane();
    let stride = width * 2 + 26;
    for (name, layout, bytes) in [
        ("GREY", layout(Kind::Plane, width, width), plane.clone()),
        ("no stride", layout(Kind::Plane, width, 0), plane.clone()),
        (
            "NV12",
            layout(Kind::Plane, width, width),
            [plane.clone(), vec![77; width * width / 2]].concat(),
        ),
        (
            "YUYV",
            layout(Kind::Yuyv, width, width * 2),
            packed(&plane, width, width * 2, false),
        ),
        (
            "YUYV, longer rows",
            layout(Kind::Yuyv, width, stride),
            packed(&plane, width, stride, false),
        ),
        (
            "UYVY",
            layout(Kind::Uyvy, width, stride),
            packed(&plane, width, stride, true),
        ),
    ] {
        let picture = grey(layout, &bytes).unwrap();
        assert_eq!(picture.pixels, plane, "{name}");
        // not a byte less than the last pixel
        let needed = layout.stride.max(width) * (width - 1) + width * usize::from(name != "GREY");
        assert!(grey(layout, &bytes[..needed / 2]).is_err(), "{name}");
    }
}

#[test]
fn what_cannot_be_a_picture_is_refused() {
    for (width, stride) in [(0, 0), (usize::MAX, 0), (1 << 15, usize::MAX)] {
        assert!(grey(layout(Kind::Plane, width, stride), &[1; 64]).is_err());
        assert!(grey(layout(Kind::Yuyv, width, stride), &[1; 64]).is_err());
    }
    assert!(grey(layout(Kind::Jpeg, 8, 0), b"no JPEG").is_err());
    assert!(grey(layout(Kind::Jpeg, 8, 0), b"\xff\xd8\xff\xc4").is_err());
}

fn offer(fourcc: [u8; 4], width: u32, height: u32, rate: f32) -> Offer {
    Offer {
        fourcc,
        width,
        height,
        rate: (rate > 0.0).then_some(rate),
    }
}

#[test]
fn the_fluent_large_and_uncompressed_one_is_chosen() {
    let usb2 = [
        offer(*b"YUYV", 640, 480, 30.0),
        offer(*b"YUYV", 1280, 720, 10.0),
        offer(*b"MJPG", 640, 480, 30.0),
        offer(*b"MJPG", 1280, 720, 30.0),
        offer(*b"MJPG", 1920, 1080, 30.0),
        offer(*b"H264", 1280, 720, 60.0),
    ];
    assert_eq!(choose(&usb2), Some(usb2[3]));
    // where it is uncompressed as well, that
    let usb3 = [offer(*b"YUYV", 1280, 720, 30.0), usb2[3]];
    assert_eq!(choose(&usb3), Some(usb3[0]));
    assert_eq!(choose(&[usb2[0], usb2[1]]), Some(usb2[0]));
    assert_eq!(choose(&[usb2[1]]), Some(usb2[1]));
    let infrared = [offer(*b"GREY", 640, 360, 15.0)];
    assert_eq!(choose(&infrared), Some(infrared[0]));
    let silent = [offer(*b"YUYV", 1280, 720, 0.0)];
    assert_eq!(choose(&silent), Some(silent[0]));
    assert_eq!(
        choose(&[usb2[4]]),
        Some(usb2[4]),
        "a large one is better than none"
    );
    assert_eq!(choose(&[usb2[5], offer(*b"YUYV", 0, 0, 30.0)]), None);
}

#[test]
fn pictures_are_read_one_after_another_until_nobody_wants_more() {
    let (width, plane) = plane();
    let mut sightings = Vec::new();
    let mut number = 0;
    watch(
        &mut |hand| {
            number += 1;
            match number {
                2 => return Ok(Taken::Nothing),
                // a buffer that is not full
                3 => hand(layout(Kind::Plane, width, width), &plane[..100]),
                _ => hand(layout(Kind::Plane, width, width), &plane),
            }
            Ok(Taken::Picture)
        },
        &mut |sighting| {
            sightings.push(sighting);
            if sightings.len() < 4 {
                Interest::Wanted
            } else {
                Interest::Over
            }
        },
    )
    .unwrap();
    let read: Vec<bool> = sightings.iter().map(|s| s.texts == [TEXT]).collect();
    assert_eq!(read, [true, false, false, true]);
    assert!(sightings[0].preview.width > 20);
}

#[test]
fn a_camera_that_gives_nothing_is_given_up() {
    let mut told = 0;
    let error = watch(&mut |_| Ok(Taken::Nothing), &mut |_| {
        told += 1;
        Interest::Wanted
    })
    .unwrap_err();
    assert!(words(&error).contains("gives no pictures"), "{error}");
    assert_eq!(told, MOST_WAITS);
}

#[test]
fn a_camera_that_is_unplugged_says_so() {
    let mut left = 3;
    let error = watch(
        &mut |_| {
            left -= 1;
            if left == 0 {
                Err(Errno::NODEV.into())
            } else {
                Ok(Taken::Picture)
            }
        },
        &mut |_| Interest::Wanted,
    )
    .unwrap_err();
    assert!(words(&error).contains("went away"), "{error}");
}

#[test]
fn each_trouble_has_its_words() {
    for (errno, expected) in [
        (Errno::NOENT, "no such camera"),
        (Errno::BUSY, "another program"),
        (Errno::ACCESS, "not permitted"),
        (Errno::NOTTY, "no camera"),
    ] {
        let words = words(&errno.into());
        assert!(words.contains(expected), "{words}");
    }
    assert!(words(&ErrorKind::Unsupported.into()).contains("no format"));
    // what is there, and is none
    let blind = Camera::new(PathBuf::from("/dev/null"))
        .watch(&mut |_| Interest::Wanted)
        .unwrap_err();
    assert!(blind.reason.contains("no camera"), "{blind}");
    let blind = Camera::new(PathBuf::from("/dev/video-that-is-not"))
        .watch(&mut |_| Interest::Wanted)
        .unwrap_err();
    assert!(blind.reason.contains("no such camera"), "{blind}");
}
