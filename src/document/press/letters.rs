//! Letters: which font has them, how wide they are, where a line ends.

use std::cell::Cell;
use std::fmt::Write as _;
use std::ops::Range;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Direction, UnicodeBuffer};
use unicode_bidi::{BidiInfo, Level};

use super::PressError;
use crate::safe::safe;

/// After which characters a word that is too long for a line may be broken.
const BREAKS: &[char] = &['.', '-', '/', '_', ':', '@', '\\'];
/// From one line to the next, for each unit of size.
const LEADING: f32 = 1.32;

/// A cut of the one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// For reading.
    Plain,
    /// What must be found.
    Bold,
    /// Digits and ids, all of one width.
    Mono,
}

/// A colour, each with at least 4.5:1 on white.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Text.
    Black,
    /// Labels.
    Soft,
    /// What nobody should read past.
    Alarm,
}

/// How a text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// Its cut.
    pub face: Face,
    /// Size in points.
    pub size: f32,
    /// Colour.
    pub ink: Ink,
}

impl Style {
    /// A black one.
    pub const fn new(face: Face, size: f32) -> Self {
        Self {
            face,
            size,
            ink: Ink::Black,
        }
    }

    /// In this colour.
    #[must_use]
    pub const fn inked(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }

    /// Height of a line in points.
    pub fn leading(self) -> f32 {
        self.size * LEADING
    }

    /// From the top of a line to the feet of its letters.
    pub fn ascent(self) -> f32 {
        self.size * 1.02
    }
}

/// Letters of one cut that run in one direction.
#[derive(Clone, Debug)]
pub struct Run {
    /// The cut.
    pub face: Face,
    /// From the left end of the line, in points.
    pub x: f32,
    /// What is written.
    pub text: String,
    /// Its glyphs.
    pub glyphs: Vec<KrillaGlyph>,
}

/// A line that fits.
#[derive(Clone, Debug)]
pub struct Line {
    /// How it looks.
    pub style: Style,
    /// From left to right.
    pub runs: Vec<Run>,
    /// Width in points.
    pub width: f32,
}

struct Cut {
    shapes: rustybuzz::Face<'static>,
    font: Font,
}

impl Cut {
    fn new(bytes: &'static [u8]) -> Option<Self> {
        Some(Self {
            shapes: rustybuzz::Face::from_slice(bytes, 0)?,
            font: Font::new(bytes.into(), 0)?,
        })
    }

    fn has(&self, letter: char) -> bool {
        self.shapes.glyph_index(letter).is_some()
    }
}

/// The fonts of this program.
pub struct Letters {
    plain: Cut,
    bold: Cut,
    mono: Cut,
    wanting: Cell<bool>,
}

impl Letters {
    /// Reads them: they are in the program.
    pub fn new() -> Result<Self, PressError> {
        let cut = |bytes| Cut::new(bytes).ok_or(PressError::Font);
        Ok(Self {
            plain: cut(include_bytes!(
                "../../../assets/fonts/DejaVuSansCondensed.ttf"
            ))?,
            bold: cut(include_bytes!(
                "../../../assets/fonts/DejaVuSansCondensed-Bold.ttf"
            ))?,
            mono: cut(include_bytes!("../../../assets/fonts/DejaVuSansMono.ttf"))?,
            wanting: Cell::new(false),
        })
    }

    /// Whether a letter was asked for that no font has.
    pub fn wanting(&self) -> bool {
        self.wanting.get()
    }

    /// The font of a cut.
    pub fn font(&self, face: Face) -> Font {
        self.cut(face).font.clone()
    }

    fn cut(&self, face: Face) -> &Cut {
        match face {
            Face::Plain => &self.plain,
            Face::Bold => &self.bold,
            Face::Mono => &self.mono,
        }
    }

    /// Text from outside as it can be printed: several lines become one, what is unseen is written out, and a
    /// letter that no font has stands as `<U+5C71>`.
    pub fn printable(&self, text: &str) -> String {
        let text = text.lines().map(safe).collect::<Vec<_>>().join(" ");
        let mut out = String::with_capacity(text.len());
        for letter in text.chars() {
            if letter == ' ' || self.plain.has(letter) {
                out.push(letter);
            } else {
                self.wanting.set(true);
                // writing to a String cannot fail
                let _ = write!(out, "<U+{:04X}>", u32::from(letter));
            }
        }
        out
    }

    /// A text from outside in lines no wider than `width` points. A word that is wider is broken.
    pub fn lines(&self, text: &str, style: Style, width: f32) -> Vec<Line> {
        let text = self.printable(text);
        let space = self.set(" ", style).width;
        let mut lines: Vec<String> = Vec::new();
        let mut room = 0.0;
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            for (number, (piece, wide)) in self.pieces(word, style, width).into_iter().enumerate() {
                let gap = if number == 0 { space } else { 0.0 };
                match lines.last_mut() {
                    Some(line) if gap + wide <= room => {
                        if number == 0 {
                            line.push(' ');
                        }
                        line.push_str(&piece);
                        room -= gap + wide;
                    }
                    _ => {
                        lines.push(piece);
                        room = width - wide;
                    }
                }
            }
        }
        lines.iter().map(|line| self.set(line, style)).collect()
    }

    /// A word, or the pieces of one that is too wide, each with its width.
    fn pieces(&self, word: &str, style: Style, width: f32) -> Vec<(String, f32)> {
        let wide = self.set(word, style).width;
        if wide <= width {
            return vec![(word.to_owned(), wide)];
        }
        let mut pieces = Vec::new();
        for piece in word.split_inclusive(BREAKS) {
            let wide = self.set(piece, style).width;
            if wide <= width {
                pieces.push((piece.to_owned(), wide));
                continue;
            }
            for letter in piece.chars() {
                let letter = letter.to_string();
                let wide = self.set(&letter, style).width;
                pieces.push((letter, wide));
            }
        }
        pieces
    }

    /// One line, however wide.
    pub fn set(&self, text: &str, style: Style) -> Line {
        let mut line = Line {
            style,
            runs: Vec::new(),
            width: 0.0,
        };
        let bidi = BidiInfo::new(text, Some(Level::ltr()));
        for paragraph in &bidi.paragraphs {
            let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
            for run in runs {
                let backwards = levels.get(run.start).is_some_and(Level::is_rtl);
                let Some(part) = text.get(run) else { continue };
                let mut faces = self.faces(part, style.face);
                if backwards {
                    faces.reverse();
                }
                for (face, range) in faces {
                    let Some(part) = part.get(range) else {
                        continue;
                    };
                    let (glyphs, width) = self.shape(part, face, backwards, style.size);
                    line.runs.push(Run {
                        face,
                        x: line.width,
                        text: part.to_owned(),
                        glyphs,
                    });
                    line.width += width;
                }
            }
        }
        line
    }

    /// Which cut has which part of a text: the one that is wanted, or the one that has most letters.
    fn faces(&self, text: &str, wanted: Face) -> Vec<(Face, Range<usize>)> {
        let mut parts: Vec<(Face, Range<usize>)> = Vec::new();
        for (at, letter) in text.char_indices() {
            let face = if self.cut(wanted).has(letter) {
                wanted
            } else {
                Face::Plain
            };
            let end = at + letter.len_utf8();
            match parts.last_mut() {
                Some((last, range)) if *last == face => range.end = end,
                _ => parts.push((face, at..end)),
            }
        }
        parts
    }

    fn shape(&self, text: &str, face: Face, backwards: bool, size: f32) -> (Vec<KrillaGlyph>, f32) {
        let cut = self.cut(face);
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        buffer.set_direction(if backwards {
            Direction::RightToLeft
        } else {
            Direction::LeftToRight
        });
        let shaped = rustybuzz::shape(&cut.shapes, &[], buffer);
        let em = cut.font.units_per_em();
        let starts: Vec<usize> = shaped
            .glyph_infos()
            .iter()
            .map(|info| usize::try_from(info.cluster).unwrap_or(0))
            .collect();
        let mut glyphs = Vec::new();
        let mut width = 0.0;
        for (info, place) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
            let start = usize::try_from(info.cluster).unwrap_or(0);
            let after = starts.iter().copied().filter(|other| *other > start).min();
            let advance = units(place.x_advance) / em;
            width += advance * size;
            glyphs.push(KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                advance,
                units(place.x_offset) / em,
                units(place.y_offset) / em,
                units(place.y_advance) / em,
                start..after.unwrap_or(text.len()),
                None,
            ));
        }
        (glyphs, width)
    }
}

/// A length in units of a font, which are few.
fn units(length: i32) -> f32 {
    f32::from(i16::try_from(length).unwrap_or(i16::MAX))
}
