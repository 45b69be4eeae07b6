//! QR codes that come in: pictures, videos, typed lines, the screen that watches them, and pictures
//! as cameras take them.
#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a test stops at what it does not expect; pixels are small numbers"
)]

#[path = "qr_in/lines.rs"]
mod lines;
#[path = "qr_in/matrix.rs"]
mod matrix;
#[path = "qr_in/pictures.rs"]
mod pictures;
#[path = "terminal/pty.rs"]
#[allow(dead_code, reason = "each test file uses the part that it needs")]
mod pty;
#[path = "qr_in/screen.rs"]
mod screen;
#[path = "qr_in/shots.rs"]
#[allow(dead_code, reason = "the bench uses the rest")]
mod shots;
#[path = "support/venue.rs"]
mod venue;
#[path = "qr_in/videos.rs"]
mod videos;

use rootstage::envelope::{Draft, Envelope, Kind, Payload};
use rootstage::ports::Luma;
use rootstage::qr::Transfer;
use rootstage::qr::symbol::{Level, Symbol, capacity};

/// Version of the symbols here.
const VERSION: u8 = 6;

/// An envelope that takes some frames.
fn envelope() -> Vec<u8> {
    let mut dice = shots::Dice(11);
    let draft = Draft {
        kind: Kind::StagedRole,
        ceremony: None,
        created: time::macros::datetime!(2026-11-23 09:00 UTC),
        from: None,
        note: None,
        payloads: vec![Payload {
            name: "root.json".to_owned(),
            bytes: dice.text(700).into_bytes(),
        }],
    };
    Envelope::pack(draft).unwrap().to_file().unwrap()
}

fn transfer(file: &[u8]) -> Transfer {
    Transfer::new(file, capacity(VERSION, Level::Low)).unwrap()
}

/// A frame as a picture, four pixels to a module.
fn picture(transfer: &Transfer, number: usize) -> Luma {
    let symbol = Symbol::new(&transfer.text(number), VERSION, Level::Low).unwrap();
    shots::exact(&symbol, 4)
}

/// A picture as PNG of one byte to a pixel.
fn png(picture: &Luma) -> Vec<u8> {
    png_of(
        picture,
        png::ColorType::Grayscale,
        png::BitDepth::Eight,
        &picture.pixels,
    )
}

fn png_of(picture: &Luma, colour: png::ColorType, depth: png::BitDepth, bytes: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let (width, height) = (picture.width as u32, picture.height as u32);
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    if colour == png::ColorType::Indexed {
        // entry 1 is light
        encoder.set_palette(vec![10, 0, 30, 250, 250, 230]);
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(bytes).unwrap();
    writer.finish().unwrap();
    file
}
