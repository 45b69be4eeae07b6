//! Codes in pixels, for terminals that can: sixels (DEC STD 070) and the graphics of kitty.

use std::fmt::Write as _;

use data_encoding::BASE64;

use crate::qr::sheet::raster;
use crate::qr::symbol::{QUIET, Symbol};

/// How a terminal takes pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Graphics {
    /// DEC sixels.
    Sixel,
    /// The graphics protocol of kitty.
    Kitty,
}

/// Asks the terminal what it is (DA1).
pub const QUESTION: &[u8] = b"\x1b[c";
/// Takes our picture away.
pub const WIPE_KITTY: &[u8] = b"\x1b_Ga=d,d=I,i=7,q=2\x1b\\";

/// Attribute of a terminal with sixels.
const SIXELS: &str = "4";
/// Rows of pixels in a line of sixels.
const BAND: usize = 6;
/// Most characters in one piece of a picture.
const PIECE: usize = 4096;

/// What a terminal answered to [`QUESTION`], if these bytes hold an answer.
pub fn answer(bytes: &[u8]) -> Option<Option<Graphics>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (_, rest) = text.split_once("\x1b[?")?;
    let (attributes, _) = rest.split_once('c')?;
    if !attributes.bytes().all(|b| b.is_ascii_digit() || b == b';') {
        return None;
    }
    // the first number is the kind of terminal
    let sixels = attributes.split(';').skip(1).any(|one| one == SIXELS);
    Some(sixels.then_some(Graphics::Sixel))
}

/// What draws a symbol with modules of `module` pixels at the cell `(column, row)`, from 0.
pub fn sequence(
    graphics: Graphics,
    symbol: &Symbol,
    module: usize,
    (column, row): (u16, u16),
) -> Vec<u8> {
    let mut bytes = format!(
        "\x1b[{};{}H",
        row.saturating_add(1),
        column.saturating_add(1)
    )
    .into_bytes();
    match graphics {
        Graphics::Sixel => bytes.extend(sixels(symbol, module).bytes()),
        Graphics::Kitty => bytes.extend(kitty(symbol, module).bytes()),
    }
    bytes
}

fn sixels(symbol: &Symbol, module: usize) -> String {
    let side = (symbol.width() + 2 * QUIET) * module;
    let mut text = format!("\x1bP0;1;0q\"1;1;{side};{side}#0;2;0;0;0#1;2;100;100;100");
    for band in 0..side.div_ceil(BAND) {
        let mut dark = Vec::with_capacity(side);
        for x in 0..side / module {
            let mut bits = 0;
            for row in 0..BAND {
                let y = (band * BAND + row) / module;
                if is_dark(symbol, x, y) {
                    bits |= 1 << row;
                }
            }
            dark.push(bits);
        }
        let rows = (side - band * BAND).min(BAND);
        let all: u8 = if rows == BAND { 0x3f } else { (1 << rows) - 1 };
        let mut line = |colour: &str, invert: bool| {
            text.push_str(colour);
            let mut runs: Vec<(u8, usize)> = Vec::new();
            for bits in &dark {
                let bits = if invert { all & !bits } else { *bits };
                match runs.last_mut() {
                    Some((same, count)) if *same == bits => *count += module,
                    _ => runs.push((bits, module)),
                }
            }
            for (bits, count) in runs {
                // writing to a String cannot fail
                let _ = write!(text, "!{count}{}", char::from(b'?' + bits));
            }
        };
        line("#0", false);
        // back to where the first colour began
        line("$#1", true);
        text.push('-');
    }
    text.push_str("\x1b\\");
    text
}

fn kitty(symbol: &Symbol, module: usize) -> String {
    // a picture of this size can always be made
    let picture = raster::symbol(symbol, module).unwrap_or_default();
    let encoded = BASE64.encode(&picture);
    let mut text = String::new();
    let mut rest = encoded.as_str();
    let mut keys = "a=T,f=100,i=7,p=1,q=2,C=1,";
    loop {
        let (piece, after) = rest.split_at(rest.len().min(PIECE));
        let more = u8::from(!after.is_empty());
        let _ = write!(text, "\x1b_G{keys}m={more};{piece}\x1b\\");
        if after.is_empty() {
            return text;
        }
        keys = "";
        rest = after;
    }
}

fn is_dark(symbol: &Symbol, x: usize, y: usize) -> bool {
    let inside = x.checked_sub(QUIET).zip(y.checked_sub(QUIET));
    inside.is_some_and(|(x, y)| symbol.is_dark(x, y))
}

#[cfg(test)]
mod tests {
    use super::{Graphics, answer, sequence};
    use crate::qr::symbol::{Level, QUIET, Symbol};

    #[test]
    fn terminals_say_what_they_can() {
        assert_eq!(answer(b"\x1b[?63;1;2;4;6c"), Some(Some(Graphics::Sixel)));
        assert_eq!(answer(b"\x1b[?64;1;2;6;22c"), Some(None));
        assert_eq!(answer(b"\x1b[?4c"), Some(None));
        assert_eq!(answer(b"x\x1b[?62;4cq"), Some(Some(Graphics::Sixel)));
        assert_eq!(answer(b"c"), None);
        assert_eq!(answer(b"\x1b[?62;4"), None);
    }

    /// Dark pixels of a picture in sixels, read as a terminal reads them.
    fn read(sixels: &str, side: usize) -> Vec<Vec<bool>> {
        let mut rows = vec![vec![None; side]; side];
        let body = sixels.split_once("100;100;100").unwrap().1;
        let body = body.strip_suffix("\x1b\\").unwrap();
        for (band, line) in body.trim_end_matches('-').split('-').enumerate() {
            for part in line.split('#').skip(1) {
                let (colour, mut rest) = part.split_at(1);
                rest = rest.trim_end_matches('$');
                let mut x = 0;
                for run in rest.split('!').skip(1) {
                    let (count, bits) = run.split_at(run.len() - 1);
                    let bits = bits.as_bytes()[0] - b'?';
                    for _ in 0..count.parse::<usize>().unwrap() {
                        for row in (0..6).filter(|row| bits >> row & 1 == 1) {
                            let pixel = &mut rows[band * 6 + row][x];
                            assert_eq!(*pixel, None);
                            *pixel = Some(colour == "0");
                        }
                        x += 1;
                    }
                }
                assert_eq!(x, side);
            }
        }
        let whole = |row: Vec<Option<bool>>| row.into_iter().map(Option::unwrap).collect();
        rows.into_iter().map(whole).collect()
    }

    #[test]
    fn sixels_draw_every_pixel_once() {
        for module in [3, 4, 7] {
            let symbol = Symbol::new("ROOTSTAGE", 3, Level::Low).unwrap();
            let bytes = sequence(Graphics::Sixel, &symbol, module, (2, 4));
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.starts_with("\x1b[5;3H\x1bP"));
            let side = (symbol.width() + 2 * QUIET) * module;
            let pixels = read(&text, side);
            for (y, row) in pixels.iter().enumerate() {
                for (x, dark) in row.iter().enumerate() {
                    let (x, y) = (x / module, y / module);
                    let inside = x >= QUIET && y >= QUIET;
                    assert_eq!(*dark, inside && symbol.is_dark(x - QUIET, y - QUIET));
                }
            }
        }
    }

    #[test]
    fn pictures_for_kitty_are_in_pieces() {
        let symbol = Symbol::new("ROOTSTAGE", 22, Level::Low).unwrap();
        let text = String::from_utf8(sequence(Graphics::Kitty, &symbol, 8, (0, 0))).unwrap();
        let pieces: Vec<&str> = text.split("\x1b_G").skip(1).collect();
        let mut encoded = String::new();
        for (number, piece) in pieces.iter().enumerate() {
            let (keys, rest) = piece.split_once(';').unwrap();
            let last = number + 1 == pieces.len();
            assert!(keys.ends_with(if last { "m=0" } else { "m=1" }), "{keys}");
            encoded.push_str(rest.strip_suffix("\x1b\\").unwrap());
        }
        let picture = data_encoding::BASE64.decode(encoded.as_bytes()).unwrap();
        assert!(picture.starts_with(b"\x89PNG"));
    }
}
