//! Whether a text stands in the form of a record already, found in one pass and without a value.

use std::cmp::Ordering;

use super::dialect::{Dialect, Line};
use super::{MAX_DEPTH, MAX_SAFE_INTEGER};

/// Whether [`line`](super::line) would give these very bytes again for `json`, a JSON value that a reader has
/// accepted. Of a text that is no JSON the answer means nothing.
///
/// A body that says the same in another form (spaces, another order, a member twice, a letter as an escape) is
/// one that other programs may read otherwise.
pub fn is_line(json: &str) -> bool {
    let mut rest = json;
    // of each object that is open, the name of its last member; of an array nothing
    let mut open: Vec<Option<&str>> = Vec::new();
    let mut names = false;
    while let Some(byte) = rest.bytes().next() {
        match byte {
            b'{' | b'[' => {
                names = byte == b'{';
                open.push(names.then_some(""));
                rest = after(rest, 1);
                if open.len() > MAX_DEPTH {
                    return false;
                }
            }
            b'}' | b']' => {
                open.pop();
                names = false;
                rest = after(rest, 1);
            }
            b',' => {
                names = matches!(open.last(), Some(Some(_)));
                rest = after(rest, 1);
            }
            b':' => {
                names = false;
                rest = after(rest, 1);
            }
            b'"' => {
                let Some((text, tail)) = string(rest) else {
                    return false;
                };
                if names && let Some(Some(before)) = open.last_mut() {
                    if !before.is_empty() && in_order(before, text) != Ordering::Less {
                        return false;
                    }
                    *before = text;
                }
                rest = tail;
            }
            b'-' | b'0'..=b'9' => {
                let digits = |byte: u8| {
                    byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')
                };
                let end = rest.bytes().position(|byte| !digits(byte));
                let Some((number, tail)) = rest.split_at_checked(end.unwrap_or(rest.len())) else {
                    return false;
                };
                if !is_whole(number) {
                    return false;
                }
                rest = tail;
            }
            // true, false, null
            b'a'..=b'z' => rest = after(rest, 1),
            _ => return false,
        }
    }
    open.is_empty()
}

fn after(text: &str, bytes: usize) -> &str {
    text.get(bytes..).unwrap_or_default()
}

/// A number as it is written, and as large as it may be.
fn is_whole(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let shortest = !digits.starts_with('0') || number == "0";
    let size: Option<u64> = digits.parse().ok();
    plain && shortest && size.is_some_and(|size| size <= MAX_SAFE_INTEGER)
}

/// The string at the front with its quotes, and what follows; `None` where a character is escaped that need
/// not be, or in another way.
fn string(text: &str) -> Option<(&str, &str)> {
    let mut at = 1;
    loop {
        let rest = text.get(at..)?;
        at += rest
            .bytes()
            .position(|byte| byte == b'"' || byte == b'\\')?;
        if text.as_bytes().get(at) == Some(&b'"') {
            return text.split_at_checked(at + 1);
        }
        at += escape(text.get(at..)?)?;
    }
}

/// Bytes of the escape at the front, where it is the one that is written.
fn escape(text: &str) -> Option<usize> {
    match text.as_bytes().get(1)? {
        b'"' | b'\\' | b'b' | b't' | b'n' | b'f' | b'r' => Some(2),
        b'u' => {
            let hex = text.get(2..6)?;
            let written = hex
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
            let code = u32::from_str_radix(hex, 16).ok()?;
            let short = matches!(code, 0x8..=0xa | 0xc | 0xd);
            (written && code < 0x20 && !short).then_some(6)
        }
        _ => None,
    }
}

/// Names as they stand in the text, with their quotes.
fn in_order(a: &str, b: &str) -> Ordering {
    let bare = |name: &str| serde_json::from_str::<String>(name).unwrap_or_default();
    if a.contains('\\') || b.contains('\\') {
        return Line::order(&bare(a), &bare(b));
    }
    Line::order(a.trim_matches('"'), b.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::is_line;
    use crate::canonical::{line, parse};

    /// The same answer as by the long way.
    fn judged(text: &str) -> bool {
        let long = parse(text.as_bytes(), 1 << 20)
            .is_ok_and(|value| line(&value).is_ok_and(|again| again == text));
        assert_eq!(is_line(text), long, "{text}");
        long
    }

    #[test]
    fn what_is_written_is_in_its_form() {
        for text in [
            "null",
            "true",
            "[]",
            "{}",
            "0",
            "-1",
            "9007199254740991",
            "\"\"",
            r#"{"a":1,"b":[{"c":"x"},{}],"d":{"":2}}"#,
            r#"{"\n":1,"a":"\\ \" \n \u001f ä 😀"}"#,
            r#"{"a":{"z":1},"b":2}"#,
            r#"[{"b":1},{"a":1},"a:b,c{"]"#,
            "{\"\u{10000}\":1,\"\u{ffff}\":2}",
        ] {
            assert!(judged(text), "{text}");
        }
    }

    #[test]
    fn what_says_the_same_in_another_form_is_not() {
        for text in [
            "{ \"a\":1}",
            "{\"a\":1}\n",
            "[1, 2]",
            "{\"b\":1,\"a\":2}",
            "{\"a\":1,\"a\":1}",
            "{\"a\":[],\"A\":1}",
            "-0",
            "01",
            "1.0",
            "1e3",
            "9007199254740992",
            "-9007199254740992",
            "18446744073709551616",
            r#""\u0041""#,
            r#""\/""#,
            r#""\u000a""#,
            r#""\u001F""#,
            r#""\u00e4""#,
            r#""\ud83d\ude00""#,
            r#"{"\u0061":1}"#,
            r#"{"b":1,"\n":2}"#,
            "{\"\u{ffff}\":1,\"\u{10000}\":2}",
            r#"{"":1,"":2}"#,
        ] {
            assert!(!judged(text), "{text}");
        }
    }
}
