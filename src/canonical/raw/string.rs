//! Strings: their plain parts eight bytes at a time, their escapes one by one.

/// Why a string cannot be read, and which byte says so.
pub(super) type Bad = (usize, &'static str);

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// How many bytes of `text` from `at` on are neither `"` nor `\` nor a control character: the
/// strings of metadata are a few dozen bytes long, for which words in registers are faster than a
/// call into a search library.
pub(super) fn plain(text: &[u8], at: usize) -> usize {
    let mut len = 0;
    let rest = text.get(at..).unwrap_or_default();
    let (words, tail) = rest.as_chunks::<8>();
    for word in words {
        let found = special(u64::from_le_bytes(*word));
        if found != 0 {
            // the lowest flag is exact; only those above it may be set by a borrow
            return len + found.trailing_zeros() as usize / 8;
        }
        len += 8;
    }
    let rest = tail.iter().position(|byte| is_special(*byte));
    len + rest.unwrap_or(tail.len())
}

fn is_special(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// The high bit of each byte that is special. Bytes from 0x80 on are parts of longer characters.
fn special(word: u64) -> u64 {
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (control | zero(word ^ (ONES * 0x22)) | zero(word ^ (ONES * 0x5c))) & HIGHS
}

/// The character of the escape whose `\` is at `at`, and where the text goes on.
pub(super) fn escape(text: &[u8], at: usize) -> Result<(char, usize), Bad> {
    let plain = match text.get(at + 1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(text, at),
        Some(_) => return Err((at + 1, "invalid escape")),
        None => return Err((at + 1, "EOF while parsing a string")),
    };
    Ok((plain, at + 2))
}

fn unicode(text: &[u8], at: usize) -> Result<(char, usize), Bad> {
    let first = unit(text, at + 2)?;
    let (code, end) = match first {
        0xdc00..=0xdfff => return Err((at, "lone trailing surrogate in hex escape")),
        0xd800..=0xdbff => {
            let lone = (at, "lone leading surrogate in hex escape");
            if text.get(at + 6..at + 8) != Some(b"\\u") {
                return Err(lone);
            }
            let second = unit(text, at + 8)?;
            if !(0xdc00..=0xdfff).contains(&second) {
                return Err(lone);
            }
            (
                0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00),
                at + 12,
            )
        }
        code => (code, at + 6),
    };
    let decoded = char::from_u32(code).ok_or((at, "invalid unicode code point"))?;
    Ok((decoded, end))
}

/// Four hex digits.
fn unit(text: &[u8], at: usize) -> Result<u32, Bad> {
    let digits = text
        .get(at..at + 4)
        .ok_or((at, "EOF while parsing a string"))?;
    digits.iter().try_fold(0, |unit, digit| {
        let digit = char::from(*digit).to_digit(16);
        Ok(unit << 4 | digit.ok_or((at, "invalid escape"))?)
    })
}
