//! Pieces of HTML. What comes from outside goes through [`text`]; everything else here takes HTML.

use std::fmt::Write as _;

use crate::digest::Sha256;
pub use crate::safe::counted;
use crate::safe::{markup, safe};

/// Text from outside, so that it is shown as it is: what cannot be seen is written out, and no
/// character means anything to a browser.
pub fn text(outside: &str) -> String {
    markup(&safe(outside))
}

/// The same for an id or a path, which may be broken behind its signs of punctuation.
pub fn code(outside: &str) -> String {
    let mut broken = String::new();
    for c in outside.chars() {
        broken.push_str(&text(&c.to_string()));
        if matches!(c, '.' | '/' | ':' | ';' | '=' | '-' | '_') {
            broken.push_str("<wbr>");
        }
    }
    format!("<code>{broken}</code>")
}

/// A sentence in which digests may stand: each is shown in groups, as everywhere else.
pub fn prose(outside: &str) -> String {
    let mut shown = String::new();
    let mut rest = outside;
    while let Some(first) = rest.chars().next() {
        let word: usize = rest
            .chars()
            .take_while(|c| c.is_alphanumeric() == first.is_alphanumeric())
            .map(char::len_utf8)
            .sum();
        let (word, after) = rest.split_at(word);
        match word.parse::<Sha256>() {
            Ok(digest) => shown.push_str(&hex(&digest)),
            Err(_) => shown.push_str(&text(word)),
        }
        rest = after;
    }
    shown
}

/// A text of several lines: a line each.
pub fn lines(outside: &str) -> String {
    let lines: Vec<String> = outside.lines().map(prose).collect();
    lines.join("<br>")
}

/// A digest in sixteen groups of hex digits.
pub fn hex(digest: &Sha256) -> String {
    format!("<code class=\"hex\">{}</code>", digest.groups().join(" "))
}

/// The thirty-two words of a digest, numbered.
pub fn words(digest: &Sha256) -> String {
    let mut list = String::from("<ol class=\"words\">");
    for word in digest.words() {
        let _ = write!(list, "<li>{word}</li>");
    }
    list.push_str("</ol>");
    list
}

/// A digest that people compare: groups, and words.
pub fn spoken(digest: &Sha256) -> String {
    format!("{}{}", hex(digest), words(digest))
}

/// A word with a colour. The colour never says what the word does not.
pub fn mark(class: &str, word: &str) -> String {
    format!("<b class=\"mark {class}\">{}</b>", text(word))
}

/// A table that is being written. The first cell of each row is its head.
pub struct Table<'p> {
    page: &'p mut String,
    heads: Vec<&'static str>,
}

impl<'p> Table<'p> {
    /// Begins a table; `caption` is HTML.
    pub fn open(page: &'p mut String, class: &str, caption: &str, heads: &[&'static str]) -> Self {
        let _ = write!(
            page,
            "<table class=\"{class}\" role=\"table\"><caption>{caption}</caption>\n\
             <thead role=\"rowgroup\"><tr role=\"row\">"
        );
        for head in heads {
            let _ = write!(page, "<th scope=\"col\" role=\"columnheader\">{head}</th>");
        }
        page.push_str("</tr></thead>\n<tbody role=\"rowgroup\">\n");
        Self {
            page,
            heads: heads.to_vec(),
        }
    }

    /// A row.
    pub fn row(&mut self, cells: &[String]) {
        self.marked("", cells);
    }

    /// A row with an id to which links lead, or with a class: attributes as HTML.
    pub fn marked(&mut self, attributes: &str, cells: &[String]) {
        let _ = write!(self.page, "<tr role=\"row\"{attributes}>");
        for (number, (cell, head)) in cells.iter().zip(&self.heads).enumerate() {
            let _ = match number {
                0 => write!(
                    self.page,
                    "<th scope=\"row\" role=\"rowheader\" data-head=\"{head}\">{cell}</th>"
                ),
                _ => write!(
                    self.page,
                    "<td role=\"cell\" data-head=\"{head}\"{}>{cell}</td>",
                    if cell.is_empty() {
                        " class=\"empty\""
                    } else {
                        ""
                    }
                ),
            };
        }
        self.page.push_str("</tr>\n");
    }

    /// Ends it.
    pub fn close(self) {
        self.page.push_str("</tbody></table>\n");
    }
}

/// Labels and values, both HTML, as a table of two columns.
pub fn facts(page: &mut String, caption: &str, facts: &[(&str, String)]) {
    let _ = write!(
        page,
        "<table class=\"facts\" role=\"table\"><caption>{caption}</caption>\n<tbody role=\"rowgroup\">\n"
    );
    for (label, value) in facts {
        let _ = writeln!(
            page,
            "<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">{label}</th><td role=\"cell\">{value}</td></tr>"
        );
    }
    page.push_str("</tbody></table>\n");
}

/// A paragraph of HTML.
pub fn paragraph(page: &mut String, class: &str, html: &str) {
    let _ = match class {
        "" => writeln!(page, "<p>{html}</p>"),
        class => writeln!(page, "<p class=\"{class}\">{html}</p>"),
    };
}
