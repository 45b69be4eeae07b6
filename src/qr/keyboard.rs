//! What a hand scanner typed. Such a scanner is a keyboard: what arrives depends on whether the
//! computer takes it for one of the same layout.
//!
//! * [`read()`]: the frame that a line was, whatever the layouts
//! * [`Burst`]: whether a scanner types or a person

mod burst;

pub use burst::{Burst, Stroke, Typed};

use super::frame::{Frame, FrameError, MAX_CHARS, TAG};

/// Characters that a scanner may type before what it read, such as the AIM identifier `]Q1`
/// (ISO/IEC 15424) or one that was set at the factory.
const MOST_BEFORE: usize = 16;

/// A layout that the computer may take the scanner for, which types as a US keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// As the scanner types: letters and digits are in their places.
    Us,
    /// German and its like: Y and Z are exchanged.
    Qwertz,
    /// French, Belgian: A and Q, W and Z are exchanged, M is elsewhere, digits need shift.
    Azerty,
    /// Czech, Slovak: Y and Z are exchanged, digits need shift.
    Czech,
    /// Czech and Slovak with Y and Z in their places: digits need shift.
    CzechQwerty,
    /// Lithuanian: digits need the third level.
    Lithuanian,
    /// Turkish: the small I has no dot.
    Turkish,
    /// Dvorak: nearly all letters are elsewhere.
    Dvorak,
    /// Colemak: many letters are elsewhere.
    Colemak,
    /// Russian: other letters.
    Russian,
}

/// What was typed, and what it was meant to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The text of the frame. Where it is none, the line as it came, cut off where it is longer than
    /// any frame.
    pub text: String,
    /// The layout under which it is a frame; [`Layout::Us`] where it is one as it came, or under none.
    pub layout: Layout,
}

/// Reads a line that a scanner may have typed, without the key that ended it. Letters may come in
/// upper and lower case; a few characters before, and other characters behind, are taken away.
pub fn read(line: &str) -> Line {
    let line = line.trim();
    let short = line.chars().take(MOST_BEFORE + MAX_CHARS + MOST_BEFORE);
    let line: String = short.collect();
    // what begins like a frame and is none is more telling than what is none at all
    let mut damaged = None;
    for layout in Layout::ALL {
        let meant: String = line.chars().map(|typed| layout.meant(typed)).collect();
        for text in beginnings(&meant) {
            match Frame::parse(text) {
                Ok(_) => {
                    let text = text.to_owned();
                    return Line { text, layout };
                }
                Err(FrameError::Foreign) => {}
                Err(_) => drop(damaged.get_or_insert_with(|| text.to_owned())),
            }
        }
    }
    Line {
        text: damaged.unwrap_or(line),
        layout: Layout::Us,
    }
}

/// The parts of a line that begin as frames do, without what is behind a frame.
fn beginnings(line: &str) -> impl Iterator<Item = &str> {
    let line = line.trim_end_matches(|end: char| !matches!(end, 'A'..='Z' | '2'..='7'));
    let (kind, _) = TAG.split_at(TAG.len() - 1);
    let found = line.match_indices(kind).map(|(at, _)| at);
    found
        .take_while(|at| *at <= MOST_BEFORE)
        .filter_map(|at| line.get(at..))
}

impl Layout {
    /// All of them, the likeliest first.
    pub const ALL: [Self; 10] = [
        Self::Us,
        Self::Qwertz,
        Self::Azerty,
        Self::Czech,
        Self::CzechQwerty,
        Self::Lithuanian,
        Self::Turkish,
        Self::Dvorak,
        Self::Colemak,
        Self::Russian,
    ];

    /// What to tell people where a frame was typed under this layout; `None` where all is right.
    pub fn advice(self) -> Option<String> {
        let taken_for = match self {
            Self::Us => return None,
            Self::Qwertz => "a German one, on which Y and Z are exchanged",
            Self::Azerty => {
                "a French or Belgian one, on which A and Q, W and Z are exchanged and digits need shift"
            }
            Self::Czech => {
                "a Czech or Slovak one, on which Y and Z are exchanged and digits need shift"
            }
            Self::CzechQwerty => "a Czech or Slovak one, on which digits need shift",
            Self::Lithuanian => "a Lithuanian one, on which digits are letters",
            Self::Turkish => "a Turkish one, on which the small I has no dot",
            Self::Dvorak => "a Dvorak one, on which nearly all letters are elsewhere",
            Self::Colemak => "a Colemak one, on which many letters are elsewhere",
            Self::Russian => "a Russian one, which has other letters",
        };
        Some(format!(
            "The scanner types as a US keyboard, this computer takes it for {taken_for}. What it \
             scanned was put right and is used. You can go on; to end this message, set the scanner \
             to the keyboard of this computer."
        ))
    }

    /// The letter or digit whose key on a US keyboard was pressed, where `typed` came of it; any
    /// other character is its own upper case. Caps lock changes nothing: frames have no case.
    fn meant(self, typed: char) -> char {
        let mut small = typed.to_lowercase();
        let small = small.next().unwrap_or(typed);
        for (typed, keys) in self.moved() {
            let mut moved = typed.chars().zip(keys.chars());
            if let Some((_, key)) = moved.find(|(moved, _)| *moved == small) {
                return key;
            }
        }
        small.to_ascii_uppercase()
    }

    /// What is not in its place: characters that arrive, and the keys of a US keyboard that they
    /// come from.
    fn moved(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Us => &[],
            Self::Qwertz => &[("yz", "ZY")],
            // M is where the comma is; with shift it is a question mark. Belgians have their 6
            // elsewhere. With caps lock digits are digits.
            Self::Azerty => &[("aqwz,?", "QAZWMM"), ("é\"'(-è", "234567"), ("§", "6")],
            Self::Czech => &[("yz", "ZY"), ("ěščřžý", "234567"), ("ľť", "25")],
            Self::CzechQwerty => &[("ěščřžý", "234567"), ("ľť", "25")],
            Self::Lithuanian => &[("čęėįšų", "234567")],
            Self::Turkish => &[("ı", "I")],
            // unshifted, then the four that are no letters with shift
            Self::Dvorak => &[
                ("',.pyfgcrl", "QWERTYUIOP"),
                ("aoeuidhtn", "ASDFGHJKL"),
                (";qjkxbm", "ZXCVBNM"),
                ("\"<>:", "QWEZ"),
            ],
            Self::Colemak => &[
                ("qwfpgjluy;", "QWERTYUIOP"),
                ("arstdhnei", "ASDFGHJKL"),
                (":k", "PN"),
            ],
            Self::Russian => &[
                ("йцукенгшщз", "QWERTYUIOP"),
                ("фывапролд", "ASDFGHJKL"),
                ("ячсмить", "ZXCVBNM"),
            ],
        }
    }
}

#[cfg(test)]
mod tests;
