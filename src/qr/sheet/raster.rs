//! Pages and symbols as PNG.

use font8x8::legacy::{BASIC_LEGACY, LATIN_LEGACY};

use super::{Item, Page, SheetError, UNITS_PER_INCH};
use crate::qr::symbol::{QUIET, Symbol};

/// A picture in black and white, a bit for a pixel.
struct Bitmap {
    width: usize,
    height: usize,
    /// Bytes of a row.
    stride: usize,
    /// Rows from the top; the highest bit is the leftmost pixel, and 1 is white.
    bits: Vec<u8>,
}

/// A rectangle of pixels.
struct Patch {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

impl Bitmap {
    fn white(width: usize, height: usize) -> Self {
        let stride = width.div_ceil(8);
        Self {
            width,
            height,
            stride,
            bits: vec![0xff; stride * height],
        }
    }

    fn blacken(&mut self, patch: &Patch) {
        for y in patch.y..(patch.y + patch.height).min(self.height) {
            for x in patch.x..(patch.x + patch.width).min(self.width) {
                if let Some(byte) = self.bits.get_mut(y * self.stride + x / 8) {
                    *byte &= !(0x80 >> (x % 8));
                }
            }
        }
    }

    fn code(&mut self, left: usize, top: usize, module: usize, symbol: &Symbol) {
        for y in 0..symbol.width() {
            for (x, length) in runs(symbol, y) {
                self.blacken(&Patch {
                    x: left + x * module,
                    y: top + y * module,
                    width: length * module,
                    height: module,
                });
            }
        }
    }

    fn words(&mut self, left: usize, top: usize, scale: usize, words: &str) {
        for (place, letter) in words.chars().enumerate() {
            for (row, bits) in glyph(letter).into_iter().enumerate() {
                for column in (0..8).filter(|column| bits >> column & 1 == 1) {
                    // a third higher than wide, as print is
                    let y = top + row * scale * 4 / 3;
                    self.blacken(&Patch {
                        x: left + (place * 8 + column) * scale,
                        y,
                        width: scale,
                        height: top + (row + 1) * scale * 4 / 3 - y,
                    });
                }
            }
        }
    }

    fn png(&self) -> Result<Vec<u8>, SheetError> {
        let failed = |error: &dyn std::fmt::Display| SheetError::Picture(error.to_string());
        let width = u32::try_from(self.width).map_err(|error| failed(&error))?;
        let height = u32::try_from(self.height).map_err(|error| failed(&error))?;
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        encoder.set_pixel_dims(Some(png::PixelDimensions {
            xppu: PIXELS_PER_METRE,
            yppu: PIXELS_PER_METRE,
            unit: png::Unit::Meter,
        }));
        let mut writer = encoder.write_header().map_err(|error| failed(&error))?;
        writer
            .write_image_data(&self.bits)
            .map_err(|error| failed(&error))?;
        writer.finish().map_err(|error| failed(&error))?;
        Ok(file)
    }
}

/// Resolution of the pictures.
#[allow(clippy::cast_possible_truncation, reason = "a constant of five digits")]
const PIXELS_PER_METRE: u32 = (UNITS_PER_INCH * 10_000 / 254) as u32;

/// A page as PNG.
pub(super) fn page(page: &Page) -> Result<Vec<u8>, SheetError> {
    let mut bitmap = Bitmap::white(page.width, page.height);
    for item in &page.items {
        match item {
            Item::Words { x, y, scale, words } => bitmap.words(*x, *y, *scale, words),
            Item::Code {
                x,
                y,
                module,
                symbol,
            } => bitmap.code(*x, *y, *module, symbol),
        }
    }
    bitmap.png()
}

/// A symbol and its quiet zone as PNG, each module `module` pixels wide.
pub fn symbol(symbol: &Symbol, module: usize) -> Result<Vec<u8>, SheetError> {
    let side = (symbol.width() + 2 * QUIET) * module;
    let mut bitmap = Bitmap::white(side, side);
    bitmap.code(QUIET * module, QUIET * module, module, symbol);
    bitmap.png()
}

/// Dark modules of a row that are side by side: where each run begins, and how long it is.
pub(super) fn runs(symbol: &Symbol, y: usize) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for x in (0..symbol.width()).filter(|x| symbol.is_dark(*x, y)) {
        match runs.last_mut() {
            Some((begin, length)) if *begin + *length == x => *length += 1,
            _ => runs.push((x, 1)),
        }
    }
    runs
}

/// The rows of a character, the lowest bit leftmost; a question mark for what is not in the font.
fn glyph(letter: char) -> [u8; 8] {
    let code = u32::from(letter) as usize;
    let known = match code {
        0x20..0x7f => BASIC_LEGACY.get(code),
        0xa0..0x100 => LATIN_LEGACY.get(code - 0xa0),
        _ => None,
    };
    let unknown = BASIC_LEGACY.get('?' as usize);
    known.or(unknown).copied().unwrap_or_default()
}
