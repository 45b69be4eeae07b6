//! Lines of styled text, wrapped and aligned.

use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::theme::{Colour, Role};

/// Lines of a screen.
pub type Text = Vec<Line<'static>>;

/// Makes lines in the colours in use.
#[derive(Clone, Copy, Debug)]
pub struct Pen(pub Colour);

impl Pen {
    /// A span.
    pub fn span(self, role: Role, text: impl Into<String>) -> Span<'static> {
        Span::styled(text.into(), role.style(self.0))
    }

    /// A line of one span.
    pub fn line(self, role: Role, text: impl Into<String>) -> Line<'static> {
        Line::from(self.span(role, text))
    }

    /// A paragraph, wrapped and indented.
    pub fn wrapped(self, role: Role, text: &str, indent: usize, width: usize) -> Text {
        wrap(text, width.saturating_sub(indent))
            .into_iter()
            .map(|part| self.line(role, format!("{:indent$}{part}", "")))
            .collect()
    }

    /// A label and a value; a value that is too long goes on below its beginning, and one whose label
    /// is too long begins below it.
    pub fn fact(
        self,
        label: &str,
        value: &str,
        label_width: usize,
        role: Role,
        width: usize,
    ) -> Text {
        let gap = label_width + 2;
        if label.width() > label_width {
            let mut text = vec![self.line(Role::Dim, label)];
            text.extend(self.fact("", value, label_width, role, width));
            return text;
        }
        wrap(value, width.saturating_sub(gap))
            .into_iter()
            .enumerate()
            .map(|(number, part)| {
                let label = if number == 0 { label } else { "" };
                Line::from(vec![
                    self.span(Role::Dim, format!("{}  ", padded(label, label_width))),
                    self.span(role, part),
                ])
            })
            .collect()
    }
}

/// `text` with blanks up to `width` columns.
pub fn padded(text: &str, width: usize) -> String {
    format!(
        "{text}{:blanks$}",
        "",
        blanks = width.saturating_sub(text.width())
    )
}

/// `text` cut at `width` columns.
pub fn cut(text: &str, width: usize) -> String {
    let mut used = 0;
    text.chars()
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= width
        })
        .collect()
}

/// The last columns of `text`, so many that they fit.
pub fn tail(text: &str, width: usize) -> String {
    let mut used = 0;
    let fits: Vec<char> = text
        .chars()
        .rev()
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= width
        })
        .collect();
    fits.into_iter().rev().collect()
}

/// `text` in lines of at most `width` columns, broken at blanks where there are some. Never empty.
/// Hexadecimal digits that are longer than a line are broken after a multiple of four, as they are
/// in groups elsewhere.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(8);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let mut word = word.to_owned();
        let blank = usize::from(!line.is_empty());
        if line.width() + blank + word.width() > width && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        while word.width() > width {
            let digits = word.len() > 8 && word.bytes().all(|b| b.is_ascii_hexdigit());
            let head = cut(&word, if digits { width - width % 4 } else { width });
            word = word.get(head.len()..).unwrap_or_default().to_owned();
            lines.push(head);
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    use super::wrap;

    #[test]
    fn breaks_at_blanks() {
        assert_eq!(wrap("one two three four", 9), ["one two", "three", "four"]);
        assert_eq!(wrap("", 9), [""]);
        assert_eq!(wrap("abcdefghijkl", 8), ["abcdefgh", "ijkl"]);
        assert_eq!(wrap("0123456789abcdef", 11), ["01234567", "89abcdef"]);
    }

    proptest! {
        #[test]
        fn loses_nothing_and_fits(text in "[a-z漢 ]{0,80}", width in 8_usize..40) {
            let lines = wrap(&text, width);
            prop_assert!(lines.iter().all(|l| l.width() <= width));
            let bare = |s: &str| s.replace(' ', "");
            prop_assert_eq!(bare(&lines.concat()), bare(&text));
        }
    }
}
