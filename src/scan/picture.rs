//! PNG and JPEG as grey pictures, within limits.

use std::io::Cursor;

use png::{ColorType, Limits, Transformations};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::guarded;
use crate::ports::Luma;

/// Most pixels of a picture: a scan of a page at 600 dots per inch has 35 million.
pub const MOST_PIXELS: usize = 40_000_000;

/// Most pixels along one side.
const LONGEST_SIDE: usize = 32_768;

/// Why a picture cannot be looked at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// It is neither PNG nor JPEG.
    #[error("it is no picture that is known here (PNG, JPEG)")]
    NotAPicture,
    /// It is, or says that it is, too large.
    #[error(
        "it has {width} x {height} pixels; at most {} million are looked at",
        MOST_PIXELS / 1_000_000
    )]
    TooLarge {
        /// Pixels in a row.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// It cannot be decoded.
    #[error("it is damaged, or not complete: {0}")]
    Damaged(String),
}

/// Whether so large a picture is looked at.
pub fn check_size(width: usize, height: usize) -> Result<(), Flaw> {
    let pixels = width.checked_mul(height);
    if width > LONGEST_SIDE || height > LONGEST_SIDE || pixels.is_none_or(|n| n > MOST_PIXELS) {
        return Err(Flaw::TooLarge { width, height });
    }
    if width == 0 || height == 0 {
        return Err(Flaw::Damaged("it has no pixels".to_owned()));
    }
    Ok(())
}

/// Reads a PNG or a JPEG. What is transparent is white.
pub fn decode(bytes: &[u8]) -> Result<Luma, Flaw> {
    let decoded = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        guarded(|| png(bytes))
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        guarded(|| jpeg(bytes))
    } else {
        return Err(Flaw::NotAPicture);
    };
    decoded.unwrap_or_else(|| Err(Flaw::Damaged("the decoder gave up".to_owned())))
}

fn damaged(error: impl std::fmt::Debug + std::fmt::Display) -> Flaw {
    Flaw::Damaged(crate::safe::safe(&error.to_string()))
}

fn png(bytes: &[u8]) -> Result<Luma, Flaw> {
    let limits = Limits {
        bytes: MOST_PIXELS * 4,
    };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(Transformations::normalize_to_color8());
    let header = decoder.read_header_info().map_err(damaged)?;
    let (width, height) = (header.width as usize, header.height as usize);
    check_size(width, height)?;
    let mut reader = decoder.read_info().map_err(damaged)?;
    let size = reader
        .output_buffer_size()
        .ok_or(Flaw::TooLarge { width, height })?;
    let mut pixels = vec![0; size];
    let frame = reader.next_frame(&mut pixels).map_err(damaged)?;
    pixels.truncate(frame.buffer_size());
    let pixels = match frame.color_type {
        ColorType::Grayscale => pixels,
        ColorType::GrayscaleAlpha => each(&pixels, |[grey, alpha]| over_white(grey, alpha)),
        ColorType::Rgb => each(&pixels, luminance),
        ColorType::Rgba => each(&pixels, |[red, green, blue, alpha]| {
            over_white(luminance([red, green, blue]), alpha)
        }),
        // `normalize_to_color8` expands palettes
        ColorType::Indexed => {
            return Err(Flaw::Damaged("a palette that was not expanded".to_owned()));
        }
    };
    whole(width, height, pixels)
}

fn jpeg(bytes: &[u8]) -> Result<Luma, Flaw> {
    let with_tables;
    let bytes = if has_tables(bytes) {
        bytes
    } else {
        // pictures of cameras may leave the usual Huffman tables out; this mark brings them in
        let rest = bytes.get(2..).unwrap_or_default();
        with_tables = [b"\xff\xd8\xff\xe0\x00\x10AVI1\0\0\0\0\0\0\0\0\0\0", rest].concat();
        &with_tables
    };
    let options = DecoderOptions::default()
        .set_max_width(LONGEST_SIDE)
        .set_max_height(LONGEST_SIDE)
        .set_strict_mode(false);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(damaged)?;
    let info = decoder
        .info()
        .ok_or_else(|| Flaw::Damaged("it has no header".to_owned()))?;
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    check_size(width, height)?;
    // of what has a brightness of its own, that is all that is decoded
    let own = matches!(
        decoder.input_colorspace(),
        Some(ColorSpace::Luma | ColorSpace::YCbCr)
    );
    let wanted = if own {
        ColorSpace::Luma
    } else {
        ColorSpace::RGB
    };
    decoder.set_options(options.jpeg_set_out_colorspace(wanted));
    let pixels = decoder.decode().map_err(damaged)?;
    let pixels = if own {
        pixels
    } else {
        each(&pixels, luminance)
    };
    whole(width, height, pixels)
}

/// Whether a JPEG brings Huffman tables of its own (DHT, ITU-T T.81, section B.2.4.2).
fn has_tables(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| pair == b"\xff\xc4")
}

fn whole(width: usize, height: usize, pixels: Vec<u8>) -> Result<Luma, Flaw> {
    if pixels.len() != width * height {
        return Err(Flaw::Damaged("it is not as long as it says".to_owned()));
    }
    Ok(Luma {
        width,
        height,
        pixels,
    })
}

fn each<const N: usize>(pixels: &[u8], grey: impl Fn([u8; N]) -> u8) -> Vec<u8> {
    let (pixels, _) = pixels.as_chunks::<N>();
    pixels.iter().map(|pixel| grey(*pixel)).collect()
}

/// Brightness by the weights of ITU-R BT.601.
fn luminance([red, green, blue]: [u8; 3]) -> u8 {
    let sum = u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114;
    u8::try_from(sum / 1000).unwrap_or(u8::MAX)
}

fn over_white(grey: u8, alpha: u8) -> u8 {
    let (grey, alpha) = (u32::from(grey), u32::from(alpha));
    u8::try_from((grey * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
}
