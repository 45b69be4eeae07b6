//! Lines of at most 80 columns.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use crate::tuf::policy::{Finding, Level};
use crate::tuf::verdicts::{Judged, Standing};

/// Columns of a line.
pub const WIDTH: usize = 80;

/// Adds `text` (safe already) as a paragraph: the first line after `first`, the others after as
/// many blanks.
pub fn paragraph(out: &mut String, first: &str, text: &str) {
    let indent = " ".repeat(first.width());
    let mut line = first.to_owned();
    let mut width = first.width();
    let mut empty = true;
    for word in text.split(' ') {
        let wide = word.width();
        if !empty && width + 1 + wide > WIDTH {
            let _ = writeln!(out, "{}", line.trim_end());
            line.clone_from(&indent);
            width = indent.width();
            empty = true;
        }
        if !empty {
            line.push(' ');
            width += 1;
        }
        line.push_str(word);
        width += wide;
        empty = false;
    }
    let _ = writeln!(out, "{}", line.trim_end());
}

/// Findings, the gravest first; those below `lowest` are left out. How many there are.
pub fn findings(out: &mut String, found: &[Finding], lowest: Level) -> usize {
    let shown: Vec<_> = found.iter().filter(|f| f.level >= lowest).collect();
    for finding in &shown {
        let _ = writeln!(out, "{:8}{}", level(finding.level), finding.rule);
        paragraph(out, "        ", &finding.sentence);
    }
    shown.len()
}

pub fn level(level: Level) -> &'static str {
    match level {
        Level::Info => "info",
        Level::Caution => "CAUTION",
        Level::Stop => "STOP",
    }
}

/// "4 valid, 3 needed: enough", and whether that is enough.
pub fn count(standing: &Standing) -> String {
    format!(
        "{} valid, {} needed: {}",
        standing.signed,
        standing.threshold,
        if standing.met { "enough" } else { "NOT ENOUGH" }
    )
}

/// One line for each signature.
pub fn signatures(out: &mut String, standing: &Standing) {
    if standing.signatures.is_empty() {
        let _ = writeln!(out, "    no signature is in the file");
    }
    for judged in &standing.signatures {
        paragraph(
            out,
            &format!("    {}  ", judged.keyid.digest().short()),
            &format!("{}{}", holder(judged), judged.words),
        );
    }
}

fn holder(judged: &Judged) -> String {
    judged
        .holder
        .as_ref()
        .map_or_else(String::new, |holder| format!("{holder}: "))
}

/// `version 9 of 9.root.json`, with its payload.
pub fn named(out: &mut String, label: &str, file: &super::file::RootFile) {
    paragraph(
        out,
        label,
        &format!("version {}, {}", file.root.version, file.name),
    );
    let indent = " ".repeat(label.width());
    paragraph(
        out,
        &indent,
        &format!("SHA-256 {}", file.file.digest().hex()),
    );
}
