//! Finding one member in a text that is canonical already.

use std::ops::Range;

/// Where the value of the member `name` stands in an object in canonical form; `name` has no `"`
/// and no `\\` in it. `None` where there is none, and where the text is not a canonical object. What
/// sorts early is found at once.
pub fn member(canonical: &[u8], name: &str) -> Option<Range<usize>> {
    let mut at = 1;
    if canonical.first() != Some(&b'{') {
        return None;
    }
    loop {
        let colon = string_end(canonical, at)?;
        let here = canonical.get(at + 1..colon - 1)?;
        let end = value_end(canonical, colon + 1)?;
        if here == name.as_bytes() {
            return Some(colon + 1..end);
        }
        if canonical.get(end) != Some(&b',') {
            return None;
        }
        at = end + 1;
    }
}

/// Behind the string that begins at `at`.
fn string_end(text: &[u8], at: usize) -> Option<usize> {
    if text.get(at) != Some(&b'"') {
        return None;
    }
    let mut at = at + 1;
    loop {
        at += super::string::plain(text, at);
        match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            // the canonical form has control characters as they are
            _ => at += 1,
        }
    }
}

/// Behind the value that begins at `at`.
fn value_end(text: &[u8], at: usize) -> Option<usize> {
    let (mut at, mut depth) = (at, 0_usize);
    loop {
        match text.get(at)? {
            b'"' => at = string_end(text, at)?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' | b',' if depth == 0 => return Some(at),
            b'}' | b']' => {
                depth -= 1;
                at += 1;
            }
            _ => at += 1,
        }
    }
}

/// The text of a string in canonical form, without its quotes; `None` of anything else.
pub fn text(canonical: &[u8]) -> Option<String> {
    let inner = canonical.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    let mut text = String::new();
    let mut chars = std::str::from_utf8(inner).ok()?.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return None,
            // only `"` and `\` are escaped
            '\\' => text.push(chars.next()?),
            c => text.push(c),
        }
    }
    Some(text)
}
