//! A document for review: what the rules say of it, who must sign it, what it changes, and then
//! itself. Each of these is a section with a heading, at which a key stops.
//!
//! What a mark says is also said by a word, so that nothing is lost without colours.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::ceremony::ask::{Document, Remark};
use crate::safe::safe;
use crate::tuf::diff::{Change, Mark};
use crate::tuf::policy::Level;
use crate::tui::glyphs::{DOT, NO};
use crate::tui::pen::{Pen, Text, padded, wrap};
use crate::tui::theme::Role;

/// From so many columns on, what is now and what will be stand beside each other: a screen of 100,
/// of which the last column stays free.
const SIDE_BY_SIDE: usize = 99;
/// Columns of a mark and its word, as in `~ changed`.
const MARK: usize = 11;
/// Columns of what a row is about, side by side.
const WHAT: usize = 30;

/// The sections, each with its heading as first line. `pane` is all there is in columns, `measure`
/// what is comfortable to read.
pub fn sections(pen: Pen, document: &Document, pane: usize, measure: usize) -> Vec<Text> {
    let mut sections = Vec::new();
    if !document.remarks.is_empty() {
        sections.push(remarks(pen, &document.remarks, measure));
    }
    if !document.signers.is_empty() {
        sections.push(signers(pen, &document.signers, measure));
    }
    if !document.changes.is_empty() {
        sections.push(changes(pen, &document.changes, pane, measure));
    }
    let title = safe(&document.title);
    let title = if sections.is_empty() {
        title
    } else {
        format!("THE CONTENT: {title}")
    };
    sections.push(content(pen, &title, &document.lines, measure));
    sections
}

/// The first line of a section.
pub fn heading(pen: Pen, title: &str, width: usize) -> Line<'static> {
    let rule = "─".repeat(width.saturating_sub(title.width() + 4));
    Line::from(vec![
        pen.span(Role::Dim, "── "),
        pen.span(Role::Title, title.to_owned()),
        pen.span(Role::Dim, format!(" {rule}")),
    ])
}

fn content(pen: Pen, title: &str, lines: &[String], width: usize) -> Text {
    let mut text = vec![heading(pen, title, width)];
    let line = |line: &String| pen.line(Role::Text, format!("   {}", safe(line)));
    text.extend(lines.iter().map(line));
    text.push(pen.line(
        Role::Dim,
        format!("{} end ──", "─".repeat(width.saturating_sub(7))),
    ));
    text
}

/// The worst first; the rule's id is for the paper and for looking it up.
fn remarks(pen: Pen, remarks: &[Remark], width: usize) -> Text {
    let mut sorted: Vec<&Remark> = remarks.iter().collect();
    sorted.sort_by_key(|remark| std::cmp::Reverse(remark.level));
    let levels = [Level::Stop, Level::Caution, Level::Info];
    let counts = levels.into_iter().filter_map(|level| {
        let count = sorted.iter().filter(|r| r.level == level).count();
        (count > 0).then(|| format!("{count} {}", level_words(level).1))
    });
    let counts: Vec<String> = counts.collect();
    let title = format!("WHAT THE RULES SAY: {}", counts.join(", "));
    let mut text = vec![heading(pen, &title, width)];
    for remark in sorted {
        text.extend(one_remark(pen, remark, width));
    }
    text
}

fn level_words(level: Level) -> (&'static str, &'static str, Role) {
    match level {
        Level::Stop => (NO, "STOP", Role::AlertError),
        Level::Caution => ("!", "CAUTION", Role::AlertWarn),
        Level::Info => (DOT, "info", Role::Text),
    }
}

fn one_remark(pen: Pen, remark: &Remark, width: usize) -> Text {
    const INDENT: usize = 12;
    let (mark, word, role) = level_words(remark.level);
    let lines = wrap(&safe(&remark.sentence), width.saturating_sub(INDENT));
    let mut text: Text = lines
        .into_iter()
        .enumerate()
        .map(|(number, part)| {
            let lead = match number {
                0 => padded(&format!(" {mark} {word}"), INDENT),
                _ => " ".repeat(INDENT),
            };
            Line::from(vec![pen.span(role, lead), pen.span(Role::Text, part)])
        })
        .collect();
    let id = safe(&remark.rule);
    match text.last_mut() {
        Some(last) if last.width() + 2 + id.width() <= width => {
            last.spans.push(pen.span(Role::Dim, format!("  {id}")));
        }
        _ => text.push(pen.line(Role::Dim, format!("{:INDENT$}{id}", ""))),
    }
    text
}

fn signers(pen: Pen, signers: &[String], width: usize) -> Text {
    let mut text = vec![heading(pen, "WHO MUST SIGN", width)];
    for sentence in signers {
        let lines = wrap(&safe(sentence), width.saturating_sub(3));
        text.extend(lines.into_iter().enumerate().map(|(number, part)| {
            let lead = if number == 0 { " - " } else { "   " };
            Line::from(vec![pen.span(Role::Dim, lead), pen.span(Role::Text, part)])
        }));
    }
    text
}

/// One row for each thing, whether it changes or not; beside each other where there is room.
fn changes(pen: Pen, changes: &[Change], pane: usize, measure: usize) -> Text {
    let wide = pane >= SIDE_BY_SIDE;
    let width = if wide { pane.min(140) } else { measure };
    let marks = [Mark::Changed, Mark::Added, Mark::Removed, Mark::Kept];
    let counts = marks.into_iter().filter_map(|mark| {
        let count = changes.iter().filter(|c| c.mark == mark).count();
        (count > 0).then(|| format!("{count} {}", mark_words(mark).1))
    });
    let counts: Vec<String> = counts.collect();
    let title = format!("WHAT CHANGES: {}", counts.join(", "));
    let mut text = vec![heading(pen, &title, width)];
    if wide {
        text.push(columns_heading(pen, width));
    }
    let mut before = None;
    for change in changes {
        // the word stands at the beginning of a group, the mark at every row
        let begins = before != Some(change.mark);
        before = Some(change.mark);
        text.extend(if wide {
            beside(pen, change, begins, width)
        } else {
            stacked(pen, change, begins, width)
        });
    }
    text
}

fn mark_words(mark: Mark) -> (&'static str, &'static str, Role) {
    match mark {
        Mark::Kept => ("=", "kept", Role::Dim),
        Mark::Added => ("+", "added", Role::Important),
        Mark::Removed => ("-", "removed", Role::AlertWarn),
        Mark::Changed => ("~", "changed", Role::Important),
    }
}

fn lead(mark: Mark, begins: bool) -> String {
    let (sign, word, _) = mark_words(mark);
    let word = if begins { word } else { "" };
    padded(&format!(" {sign} {word}"), MARK)
}

/// Columns of what is now and of what will be.
fn halves(width: usize) -> usize {
    width.saturating_sub(MARK + WHAT + 4) / 2
}

fn columns_heading(pen: Pen, width: usize) -> Line<'static> {
    let half = halves(width);
    let row = format!(
        "{:MARK$}{}  {}  in this one",
        "",
        padded("", WHAT),
        padded("trusted now", half)
    );
    pen.line(Role::Dim, row)
}

fn beside(pen: Pen, change: &Change, begins: bool, width: usize) -> Text {
    let (_, _, role) = mark_words(change.mark);
    let half = halves(width);
    let what = wrap(&safe(&change.what), WHAT);
    let old = wrap(&safe(&change.old), half);
    let new = wrap(&safe(&change.new), half);
    let rows = what.len().max(old.len()).max(new.len());
    let part = |of: &[String], row: usize| of.get(row).cloned().unwrap_or_default();
    (0..rows)
        .map(|row| {
            let lead = if row == 0 {
                lead(change.mark, begins)
            } else {
                " ".repeat(MARK)
            };
            let what = padded(&part(&what, row), WHAT);
            let old = padded(&part(&old, row), half);
            Line::from(vec![
                pen.span(role, format!("{lead}{what}  ")),
                pen.span(quiet(change.mark), format!("{old}  ")),
                pen.span(role, part(&new, row)),
            ])
        })
        .collect()
}

/// What is now is body text beside what will be; of a kept row everything is dim.
fn quiet(mark: Mark) -> Role {
    match mark {
        Mark::Kept => Role::Dim,
        Mark::Removed => Role::AlertWarn,
        Mark::Added | Mark::Changed => Role::Text,
    }
}

fn stacked(pen: Pen, change: &Change, begins: bool, width: usize) -> Text {
    let (_, _, role) = mark_words(change.mark);
    let room = width.saturating_sub(MARK);
    let what = safe(&change.what);
    let with_lead = |lines: Vec<String>| -> Text {
        let lines = lines.into_iter().enumerate();
        lines
            .map(|(number, part)| {
                let lead = match number {
                    0 => lead(change.mark, begins),
                    _ => " ".repeat(MARK),
                };
                pen.line(role, format!("{lead}{part}"))
            })
            .collect()
    };
    if change.mark == Mark::Kept {
        let value = safe(&change.new);
        let line = format!("{what}: {value}");
        if line.width() <= room {
            return with_lead(vec![line]);
        }
        let mut text = with_lead(wrap(&format!("{what}:"), room));
        text.extend(pen.wrapped(role, &value, MARK + 4, width));
        return text;
    }
    let mut text = with_lead(wrap(&what, room));
    let sides = [
        ("-", &change.old, quiet(change.mark)),
        ("+", &change.new, role),
    ];
    for (sign, value, role) in sides.into_iter().filter(|(_, value, _)| !value.is_empty()) {
        let lines = wrap(&safe(value), room.saturating_sub(4));
        text.extend(lines.into_iter().enumerate().map(|(number, part)| {
            let sign = if number == 0 { sign } else { " " };
            Line::from(vec![
                Span::raw(" ".repeat(MARK)),
                pen.span(role, format!("  {sign} {part}")),
            ])
        }));
    }
    text
}

#[cfg(test)]
mod tests;
