//! Text from outside that people will read on a screen, on paper and in the record.

/// Characters that change what is seen without being seen: directions of writing (Unicode
/// TR9), joiners and spaces of no width, separators that some programs take for line ends.
fn deceives(c: char) -> bool {
    matches!(
        c,
        '\u{061c}' | '\u{00ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// How many lines a text may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// One, as in a name or a title.
    One,
    /// Several, as in a text to read out.
    Several,
}

/// What is wrong with a text, as the end of a sentence that begins with its key.
pub fn flaw(text: &str, lines: Lines, longest: usize) -> Option<String> {
    if text.trim().is_empty() {
        return Some("must not be empty.".to_owned());
    }
    let length = text.chars().count();
    if length > longest {
        return Some(format!("has {length} characters; at most {longest} fit."));
    }
    let hidden = text
        .chars()
        .find(|c| deceives(*c) || (c.is_control() && !(lines == Lines::Several && *c == '\n')))?;
    Some(format!(
        "holds U+{:04X}, a character that is not seen but changes what is seen. Remove it.",
        u32::from(hidden)
    ))
}

/// Whether a text can be an id: lower-case letters, digits, hyphens, at most 48.
pub fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 48
        && !text.starts_with('-')
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

/// Paragraphs of a text: what stands between empty lines.
pub fn paragraphs(text: &str) -> Vec<String> {
    text.split("\n\n")
        .map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|part| !part.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Lines, flaw, is_id};

    #[test]
    fn what_is_not_seen_is_refused() {
        assert_eq!(flaw("Ada Łukasiewicz 李", Lines::One, 40), None);
        assert_eq!(flaw("two\nlines", Lines::Several, 40), None);
        for bad in [
            "",
            "  ",
            "two\nlines",
            "\u{1b}[31m",
            "a\u{202e}b",
            "a\u{200b}b",
            "a\tb",
            "toolong",
        ] {
            assert!(flaw(bad, Lines::One, 6).is_some(), "{bad:?}");
        }
    }

    #[test]
    fn ids_are_plain() {
        assert!(is_id("keyholder-1"));
        for bad in ["", "A", "a b", "-a", "a_b", "é"] {
            assert!(!is_id(bad), "{bad:?}");
        }
    }
}
