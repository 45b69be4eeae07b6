//! The quorum board: who has done what, and who is still needed.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::ceremony::board::{Board, Row, Side};
use crate::safe::safe;
use crate::tui::glyphs::POINT;
use crate::tui::pen::{Pen, Text, cut, padded};
use crate::tui::theme::Role;

fn count(pen: Pen, board: &Board) -> Span<'static> {
    let role = if board.complete() {
        Role::Ok
    } else {
        Role::Important
    };
    let sides = board.sides.iter();
    let sides = sides.map(|side| format!("{}/{}", side.signed, side.threshold));
    let sides: Vec<String> = sides.collect();
    let text = match sides.as_slice() {
        [] => "Keys".to_owned(),
        [old, new] => format!("Signatures old {old} new {new}"),
        other => format!("Signatures {}", other.join(" ")),
    };
    pen.span(role, text)
}

/// One line: `Signatures 1/2   [x] Alice   [ ] Bob`. Names shrink to ids, then to what is counted.
pub fn line(pen: Pen, board: &Board, width: usize) -> Line<'static> {
    let names = |name: fn(&Row) -> String| -> Vec<(bool, bool, String)> {
        board
            .rows
            .iter()
            .map(|r| (r.signed, r.now, name(r)))
            .collect()
    };
    let fits = |entries: &[(bool, bool, String)]| {
        24 + entries.iter().map(|e| e.2.width() + 7).sum::<usize>() <= width
    };
    let entries = [
        names(|r| safe(&r.name)),
        names(|r| safe(r.name.split(' ').next().unwrap_or(&r.name))),
        names(|r| {
            r.key
                .as_ref()
                .map_or_else(|| safe(&r.name), |key| safe(&key.0))
        }),
    ]
    .into_iter()
    .find(|entries| fits(entries))
    .unwrap_or_default();
    let mut spans = vec![pen.span(Role::Dim, "── "), count(pen, board)];
    if entries.is_empty() {
        let missing = |side: &Side| side.threshold.saturating_sub(side.signed);
        let missing = board.sides.iter().map(missing).max().unwrap_or_default();
        spans.push(pen.span(
            Role::Dim,
            format!("   of {} keys, {missing} still needed", board.rows.len()),
        ));
    }
    for (signed, now, name) in entries {
        spans.push(pen.span(
            Role::Text,
            if now {
                format!("  {POINT}")
            } else {
                "   ".to_owned()
            },
        ));
        let role = if signed { Role::Ok } else { Role::Text };
        spans.push(pen.span(role, if signed { "[x] " } else { "[ ] " }));
        spans.push(pen.span(if now { Role::Important } else { Role::Text }, name));
    }
    let used: usize = spans.iter().map(Span::width).sum();
    spans.push(pen.span(
        Role::Dim,
        format!(" {}", "─".repeat(width.saturating_sub(used + 1))),
    ));
    Line::from(spans)
}

/// A table with a row for each keyholder.
pub fn table(pen: Pen, board: &Board, width: usize) -> Text {
    let name_width = width.saturating_sub(48).clamp(12, 28);
    let mut text = vec![Line::from(vec![
        Span::raw(" "),
        padded_span(&count(pen, board), name_width + 2),
        pen.span(Role::Dim, "here      key       approved  signed"),
    ])];
    for row in &board.rows {
        let mark = |done: bool| {
            pen.span(
                if done { Role::Ok } else { Role::Dim },
                if done { "[x]       " } else { "[ ]       " },
            )
        };
        text.push(Line::from(vec![
            pen.span(
                Role::Guidance,
                if row.now {
                    format!(" {POINT} ")
                } else {
                    "   ".to_owned()
                },
            ),
            pen.span(
                if row.now { Role::Important } else { Role::Text },
                padded(&cut(&safe(&row.name), name_width), name_width),
            ),
            mark(row.present),
            mark(row.enrolled),
            mark(row.approved),
            mark(row.signed),
        ]));
    }
    text
}

fn padded_span(span: &Span<'static>, width: usize) -> Span<'static> {
    Span::styled(padded(&span.content, width), span.style)
}
