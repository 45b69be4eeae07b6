//! The modules of a QR code (ISO/IEC 18004).

use qrcode::bits::Bits;
use qrcode::{Color, EcLevel, QrCode, Version};

/// Light modules around a symbol, on each side (ISO/IEC 18004, section 6.3.8).
pub const QUIET: usize = 4;

/// How much of a symbol may be covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// 7 percent: for screens.
    Low,
    /// 15 percent: for a single symbol.
    Medium,
    /// 25 percent: for paper.
    Quartile,
}

/// A QR code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    width: usize,
    dark: Vec<bool>,
}

/// Characters of the alphanumeric mode that a symbol of `version` (1 to 40) holds.
pub fn capacity(version: u8, level: Level) -> usize {
    let version = Version::Normal(i16::from(version));
    let bits = Bits::new(version).max_len(level.ec()).unwrap_or_default();
    let count = match version {
        Version::Normal(..=9) => 9,
        Version::Normal(..=26) => 11,
        _ => 13,
    };
    let bits = bits.saturating_sub(4 + count);
    bits / 11 * 2 + usize::from(bits % 11 >= 6)
}

/// Modules along one side of a symbol of `version`, without the quiet zone.
pub fn width(version: u8) -> usize {
    17 + 4 * usize::from(version)
}

/// The smallest version that holds `chars` characters.
pub fn smallest(chars: usize, level: Level) -> Option<u8> {
    (1..=40).find(|version| capacity(*version, level) >= chars)
}

/// Whether the alphanumeric mode has the character (ISO/IEC 18004, table 5).
fn is_alphanumeric(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b' ' | b'$' | b'%' | b'*' | b'+' | b'-' | b'.' | b'/' | b':')
}

impl Level {
    fn ec(self) -> EcLevel {
        match self {
            Self::Low => EcLevel::L,
            Self::Medium => EcLevel::M,
            Self::Quartile => EcLevel::Q,
        }
    }
}

impl Symbol {
    /// The symbol of `version` for a text of the alphanumeric mode; `None` where it is too long, or
    /// has other characters.
    pub fn new(text: &str, version: u8, level: Level) -> Option<Self> {
        // the encoder takes any byte, and makes a code of another text of it
        if !text.bytes().all(is_alphanumeric) {
            return None;
        }
        // not `QrCode::with_version`, whose segments are not always the shortest: a text that just
        // fits does not always fit there
        let mut bits = Bits::new(Version::Normal(i16::from(version)));
        bits.push_alphanumeric_data(text.as_bytes()).ok()?;
        bits.push_terminator(level.ec()).ok()?;
        let code = QrCode::with_bits(bits, level.ec()).ok()?;
        Some(Self {
            width: code.width(),
            dark: code
                .into_colors()
                .into_iter()
                .map(|color| color == Color::Dark)
                .collect(),
        })
    }

    /// Modules along one side, without the quiet zone.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Whether the module is dark; light outside the symbol.
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.width && self.dark.get(y * self.width + x).copied().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests;
