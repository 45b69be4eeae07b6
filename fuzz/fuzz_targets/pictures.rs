//! Bytes as pictures, as videos, and as what a camera gives: no panic that is not caught, and no
//! picture larger than the limit.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rootstage::ports::Luma;
use rootstage::scan::camera::format::{Kind, Layout, grey};
use rootstage::scan::picture::{MOST_PIXELS, decode};
use rootstage::scan::reader::{Effort, read};
use rootstage::scan::video::{jpegs, y4m};

fuzz_target!(|bytes: &[u8]| {
    let whole = |picture: &Luma| {
        assert_eq!(picture.width * picture.height, picture.pixels.len());
        assert!(picture.pixels.len() <= MOST_PIXELS);
    };
    if let Ok(picture) = decode(bytes) {
        whole(&picture);
        if picture.pixels.len() < 1 << 16 {
            let _ = read(&picture, Effort::Thorough);
        }
    }
    let mut look = |picture: Luma| {
        whole(&picture);
        true
    };
    let _ = jpegs(bytes, &mut look);
    let _ = y4m(bytes, &mut look);
    if let [kind, width, height, stride, rest @ ..] = bytes {
        let kind = [Kind::Plane, Kind::Yuyv, Kind::Uyvy, Kind::Jpeg][usize::from(kind % 4)];
        let layout = Layout {
            kind,
            width: usize::from(*width),
            height: usize::from(*height),
            stride: usize::from(*stride),
        };
        if let Ok(picture) = grey(layout, rest) {
            whole(&picture);
            let _ = read(&picture, Effort::Passing(u64::from(*stride)));
        }
    }
});
