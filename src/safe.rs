//! Text from outside, made safe to look at.
//!
//! What comes from a token, a stick or a metadata file may hold characters that move the cursor,
//! reorder a line or show nothing at all. A reviewer who compares two lines must see every one of
//! them, so each is written out as `\u{…}`. Backslashes stay as they are: this is for eyes, not a
//! quoting that is read back.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::indexing_slicing))]

use std::fmt::Write as _;

/// `text` with every control, bidirectional and invisible character written out: newline, carriage
/// return and tab as `\n`, `\r`, `\t`, the others as `\u{hex}`. The result is one line.
pub fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || is_unseen(c) => {
                // writing to a String cannot fail
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// `text` as it stands between tags and in attributes of HTML, XML and SVG. It hides nothing: text from
/// outside goes through [`safe`] first.
pub fn markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Characters that show nothing or change how their neighbours are shown: Unicode's
/// `Default_Ignorable_Code_Point` (which holds the bidirectional controls), line and paragraph
/// separators, interlinear annotations, blanks that are not U+0020, and private use.
fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{a0}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{1680}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{2000}'..='\u{200f}'
            | '\u{2028}'..='\u{202f}'
            | '\u{205f}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3000}'
            | '\u{3164}'
            | '\u{e000}'..='\u{f8ff}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
            | '\u{f0000}'..='\u{10ffff}'
    )
}

/// A number with what is counted, in the singular where it is one: `1 record`, `2 records`, `no record`
/// where there is none.
///
/// ```
/// use rootstage::safe::counted;
/// assert_eq!([counted(0, "record"), counted(1, "record"), counted(2, "record")], ["no record", "1 record", "2 records"]);
/// ```
pub fn counted(number: impl std::fmt::Display, one: &str) -> String {
    match number.to_string().as_str() {
        "0" => format!("no {one}"),
        "1" => format!("1 {one}"),
        more => format!("{more} {one}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::{markup, safe};

    #[test]
    fn what_cannot_be_seen_is_written_out() {
        assert_eq!(
            safe("a\u{202e}b\u{1b}[2J\u{7f}\u{9b}"),
            "a\\u{202e}b\\u{1b}[2J\\u{7f}\\u{9b}"
        );
        assert_eq!(
            safe("x\ny\r\tz\u{200b}\u{feff}\u{2028}"),
            "x\\ny\\r\\tz\\u{200b}\\u{feff}\\u{2028}"
        );
        assert_eq!(safe("\u{e0041}\u{a0}"), "\\u{e0041}\\u{a0}");
    }

    #[test]
    fn no_character_means_anything_to_a_browser() {
        assert_eq!(
            markup(r#"<a b='c' d="e">&é</a>"#),
            "&lt;a b=&#39;c&#39; d=&quot;e&quot;&gt;&amp;é&lt;/a&gt;"
        );
    }

    #[test]
    fn what_can_be_seen_stays() {
        assert_eq!(safe(r#"Zoë <a&b> \ "q" 漢字"#), r#"Zoë <a&b> \ "q" 漢字"#);
    }
}
