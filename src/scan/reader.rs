//! The texts of the QR codes in one grey picture.

use std::borrow::Cow;
use std::collections::HashSet;

use rxing::common::{GlobalHistogramBinarizer, HybridBinarizer};
use rxing::multi::MultipleBarcodeReader as _;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{BarcodeFormat, Binarizer, BinaryBitmap, DecodeHints, Luma8Source};

use super::guarded;
use super::retouch::{halved, noise, sharpened, smoothed};
use crate::ports::Luma;

/// How hard a picture is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// One of many of the same thing, by its number: what is not read in it may be read in the next,
    /// which is looked at in another way.
    Passing(u64),
    /// The only one of its kind: it is looked at in every way.
    Thorough,
}

/// A way to look at a picture in which nothing was read as it is. Each was measured to read what the
/// others do not (benches/README.md).
#[derive(Clone, Copy, Debug)]
enum Way {
    /// One threshold for all of it: glare and shadows are even.
    OneThreshold,
    /// Edges made steeper, for lenses that are out of focus and for little contrast.
    Sharpened,
    /// Made even, for the pixels of a screen and for noise.
    Smoothed,
    /// Half as large, then sharpened: large modules, out of focus.
    HalvedSharpened,
}

const WAYS: [Way; 4] = [
    Way::Sharpened,
    Way::Smoothed,
    Way::OneThreshold,
    Way::HalvedSharpened,
];

/// Noise, as a standard deviation in grey levels, from which on sharpening does more harm than good,
/// and takes three times as long.
const NOISY: u8 = 6;

/// The texts of all QR codes in a picture, each once. Empty where there are none, where the picture
/// is not as long as it says, or where it broke the reader.
pub fn read(picture: &Luma, effort: Effort) -> Vec<String> {
    if picture.pixels.is_empty()
        || picture.width.checked_mul(picture.height) != Some(picture.pixels.len())
    {
        return Vec::new();
    }
    let found = guarded(|| local(picture, effort)).unwrap_or_default();
    if !found.is_empty() {
        return found;
    }
    let other = |way: &Way| {
        let found = guarded(|| in_way(picture, *way, effort)).unwrap_or_default();
        (!found.is_empty()).then_some(found)
    };
    let found = match effort {
        Effort::Thorough => WAYS.iter().find_map(other),
        Effort::Passing(number) => passing(picture, number).iter().find_map(other),
    };
    found.unwrap_or_default()
}

/// The ways for one of many pictures: the one that reads most, and by turns one that is cheap.
fn passing(picture: &Luma, number: u64) -> [Way; 2] {
    [
        if noise(picture) < NOISY {
            Way::Sharpened
        } else {
            Way::Smoothed
        },
        if number.is_multiple_of(2) {
            Way::HalvedSharpened
        } else {
            Way::OneThreshold
        },
    ]
}

fn in_way(picture: &Luma, way: Way, effort: Effort) -> Vec<String> {
    let retouched: Cow<'_, Luma> = match way {
        Way::OneThreshold => Cow::Borrowed(picture),
        Way::Sharpened => Cow::Owned(sharpened(picture)),
        Way::Smoothed => Cow::Owned(smoothed(picture)),
        Way::HalvedSharpened => Cow::Owned(sharpened(&halved(picture))),
    };
    match way {
        Way::OneThreshold => source(&retouched).map_or_else(Vec::new, |source| {
            texts(GlobalHistogramBinarizer::new(source), effort)
        }),
        _ => local(&retouched, effort),
    }
}

/// By a threshold that follows the light.
fn local(picture: &Luma, effort: Effort) -> Vec<String> {
    source(picture).map_or_else(Vec::new, |source| {
        texts(HybridBinarizer::new(source), effort)
    })
}

fn source(picture: &Luma) -> Option<Luma8Source<'_>> {
    let width = u32::try_from(picture.width).ok()?;
    let height = u32::try_from(picture.height).ok()?;
    Luma8Source::new_with_slice(&picture.pixels, width, height).ok()
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
