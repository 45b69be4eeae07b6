//! What a camera offers, what is chosen of it, and its pictures as grey ones.

use crate::ports::Luma;
use crate::scan::picture::{Flaw, check_size, decode};

/// How brightness stands in the bytes of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// One byte each (`GREY`), alone or before planes of colour (`NV12`, `YU12` and their like).
    Plane,
    /// Every other byte, from the first (`YUYV`).
    Yuyv,
    /// Every other byte, from the second (`UYVY`).
    Uyvy,
    /// A JPEG (`MJPG`, `JPEG`).
    Jpeg,
}

/// How the bytes of a picture are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Where brightness stands.
    pub kind: Kind,
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Bytes from one row to the next; zero where the camera does not say.
    pub stride: usize,
}

/// A format that a camera offers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offer {
    /// Its four characters, as V4L2 names it.
    pub fourcc: [u8; 4],
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Pictures per second; `None` where the camera does not say.
    pub rate: Option<f32>,
}

/// Pictures per second with which symbols that change six times a second are not missed.
const FLUENT: f32 = 14.0;

/// The kind behind four characters, where it is known here.
pub fn kind(fourcc: [u8; 4]) -> Option<Kind> {
    match &fourcc {
        b"GREY" | b"NV12" | b"NV21" | b"YU12" | b"YV12" | b"422P" => Some(Kind::Plane),
        b"YUYV" | b"YUY2" => Some(Kind::Yuyv),
        b"UYVY" => Some(Kind::Uyvy),
        b"MJPG" | b"JPEG" => Some(Kind::Jpeg),
        _ => None,
    }
}

/// The offer that is best to read symbols from: fluent; large enough, and not larger than is looked
/// at quickly; uncompressed.
pub fn choose(offers: &[Offer]) -> Option<Offer> {
    let known = offers.iter().filter_map(|offer| {
        let kind = kind(offer.fourcc)?;
        let fluent = offer.rate.is_none_or(|rate| rate >= FLUENT);
        let pixels = u64::from(offer.width) * u64::from(offer.height);
        let size = match pixels {
            0 => return None,
            // up to 1280 x 720 more is better; beyond it less, and better than 640 x 480 still
            n if n <= 1280 * 720 => n,
            n => (900_000_u64).saturating_sub(n / 64),
        };
        Some(((fluent, size, std::cmp::Reverse(kind)), *offer))
    });
    known
        .max_by(|(a, _), (b, _)| a.cmp(b))
        .map(|(_, offer)| offer)
}

/// The grey picture in these bytes. Rows may be farther apart than they are long; what is missing at
/// the end is refused.
pub fn grey(layout: Layout, bytes: &[u8]) -> Result<Luma, Flaw> {
    let (first, step) = match layout.kind {
        Kind::Jpeg => return decode(bytes),
        Kind::Plane => (0, 1),
        Kind::Yuyv => (0, 2),
        Kind::Uyvy => (1, 2),
    };
    let (width, height) = (layout.width, layout.height);
    check_size(width, height)?;
    let row = width * step;
    let stride = layout.stride.max(row);
    // the last row need not be filled up
    let mut pixels = Vec::with_capacity(width * height);
    for line in bytes.chunks(stride).take(height) {
        let line = line.get(..row).unwrap_or_default();
        pixels.extend(line.iter().skip(first).step_by(step));
    }
    if pixels.len() != width * height {
        return Err(Flaw::Damaged("it is shorter than it should be".to_owned()));
    }
    Ok(Luma {
        width,
        height,
        pixels,
    })
}
