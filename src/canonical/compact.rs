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
    Scan { text: json, at: 0 }.whole().is_some()
}

/// A text, read from its front.
struct Scan<'a> {
    text: &'a str,
    at: usize,
}

/// What stands between two quotes.
#[derive(Clone, Copy)]
struct Name<'a> {
    /// As it stands in the text.
    text: &'a str,
    /// Whether a character of it is escaped.
    escaped: bool,
}

impl<'a> Scan<'a> {
    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Reads everything; `None` where something is not as it is written.
    fn whole(&mut self) -> Option<()> {
        // of each object that is open, the name of its last member; of an array nothing
        let mut open: Vec<Option<Option<Name<'a>>>> = Vec::new();
        let mut names = false;
        while let Some(byte) = self.rest().first() {
            match byte {
                b'"' => {
                    let name = self.string()?;
                    if names && let Some(Some(last)) = open.last_mut() {
                        if last.is_some_and(|last| !is_before(last, name)) {
                            return None;
                        }
                        *last = Some(name);
                    }
                    continue;
                }
                b'-' | b'0'..=b'9' => {
                    self.number()?;
                    continue;
                }
                b'{' | b'[' => {
                    names = *byte == b'{';
                    open.push(names.then_some(None));
                    (open.len() <= MAX_DEPTH).then_some(())?;
                }
                b'}' | b']' => {
                    open.pop();
                    names = false;
                }
                b',' => names = matches!(open.last(), Some(Some(_))),
                b':' => names = false,
                // true, false, null
                b'a'..=b'z' => {}
                _ => return None,
            }
            self.at += 1;
        }
        open.is_empty().then_some(())
    }

    fn string(&mut self) -> Option<Name<'a>> {
        self.at += 1;
        let (from, mut escaped) = (self.at, false);
        loop {
            self.at += plain(self.rest());
            if *self.rest().first()? == b'"' {
                let text = self.text.get(from..self.at)?;
                self.at += 1;
                return Some(Name { text, escaped });
            }
            self.at += escape(self.rest())?;
            escaped = true;
        }
    }

    /// A number as it is written, and as large as it may be.
    fn number(&mut self) -> Option<()> {
        let of_number =
            |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
        let bytes = self
            .rest()
            .iter()
            .take_while(|byte| of_number(byte))
            .count();
        let number = self.text.get(self.at..self.at + bytes)?;
        self.at += bytes;
        let digits = number.strip_prefix('-').unwrap_or(number);
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        let shortest = !digits.starts_with('0') || number == "0";
        let size: u64 = digits.parse().ok()?;
        (plain && shortest && size <= MAX_SAFE_INTEGER).then_some(())
    }
}

/// How many bytes stand before the next quote or backslash: most of a record is in strings, so eight at a time.
fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const TOPS: u64 = u64::from_ne_bytes([0x80; 8]);
    let has = |word: u64, byte: u8| {
        let zero = word ^ u64::from_ne_bytes([byte; 8]);
        zero.wrapping_sub(ONES) & !zero & TOPS != 0
    };
    let (words, _) = bytes.as_chunks::<8>();
    let skipped = words.iter().take_while(|word| {
        let word = u64::from_ne_bytes(**word);
        !has(word, b'"') && !has(word, b'\\')
    });
    let at = 8 * skipped.count();
    let rest = bytes.get(at..).unwrap_or_default().iter();
    at + rest
        .take_while(|byte| !matches!(byte, b'"' | b'\\'))
        .count()
}

/// Bytes of the escape at the front, where it is the one that is written.
fn escape(bytes: &[u8]) -> Option<usize> {
    match bytes.get(1)? {
        b'"' | b'\\' | b'b' | b't' | b'n' | b'f' | b'r' => Some(2),
        b'u' => {
            let [b'0', b'0', high @ (b'0' | b'1'), low] = bytes.get(2..6)? else {
                return None;
            };
            let hex = matches!(low, b'0'..=b'9' | b'a'..=b'f');
            let short = *high == b'0' && matches!(low, b'8' | b'9' | b'a' | b'c' | b'd');
            (hex && !short).then_some(6)
        }
        _ => None,
    }
}

/// Whether a name comes before another one.
fn is_before(name: Name<'_>, other: Name<'_>) -> bool {
    let bare = |name: Name<'_>| {
        serde_json::from_str::<String>(&format!("\"{}\"", name.text)).unwrap_or_default()
    };
    let order = if name.escaped || other.escaped {
        Line::order(&bare(name), &bare(other))
    } else {
        Line::order(name.text, other.text)
    };
    order == Ordering::Less
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
