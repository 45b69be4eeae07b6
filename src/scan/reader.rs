//! The texts of the QR codes in one grey picture.

use std::collections::HashSet;

use rxing::common::{GlobalHistogramBinarizer, HybridBinarizer};
use rxing::multi::MultipleBarcodeReader as _;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{BarcodeFormat, Binarizer, BinaryBitmap, DecodeHints, Luma8Source};

use super::guarded;
use crate::ports::Luma;

/// How hard a picture is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// One of many of the same thing: what is not read in it is read in the next.
    Passing,
    /// The only one of its kind.
    Thorough,
}

/// The texts of all QR codes in a picture, each once. Empty where there are none, where the picture
/// is not as long as it says, or where it broke the reader.
pub fn read(picture: &Luma, effort: Effort) -> Vec<String> {
    if picture.width.checked_mul(picture.height) != Some(picture.pixels.len()) {
        return Vec::new();
    }
    let (Ok(width), Ok(height)) = (
        u32::try_from(picture.width),
        u32::try_from(picture.height),
    ) else {
        return Vec::new();
    };
    guarded(|| {
        let Ok(source) = Luma8Source::new_with_slice(&picture.pixels, width, height) else {
            return Vec::new();
        };
        let mut found = texts(HybridBinarizer::new(source.clone()), effort);
        if found.is_empty() {
            found = texts(GlobalHistogramBinarizer::new(source), effort);
        }
        found
    })
    .unwrap_or_default()
}

fn texts(binarizer: impl Binarizer, effort: Effort) -> Vec<String> {
    let hints = DecodeHints {
        PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])),
        TryHarder: Some(effort == Effort::Thorough),
        ..DecodeHints::default()
    };
    let read = QrReader
        .decode_multiple_with_hints(&mut BinaryBitmap::new(binarizer), &hints)
        .unwrap_or_default();
    let mut texts: Vec<String> = Vec::new();
    for one in read {
        if !texts.iter().any(|text| text == one.getText()) {
            texts.push(one.getText().to_owned());
        }
    }
    texts
}
