//! The quorum board: who has done what, and who is still needed, on each side that judges.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::ceremony::board::{Board, Row, Side};
use crate::safe::safe;
use crate::tui::glyphs::{DASH, POINT};
use crate::tui::pen::{Pen, Text, cut, padded, wrap};
use crate::tui::theme::Role;

/// Most rows of keys in the table.
const MOST: usize = 10;

/// What the sides are called beside each other. One side needs no name.
fn words(board: &Board) -> Vec<String> {
    match board.sides.as_slice() {
        [] | [_] => vec![String::new()],
        [_, _] => vec!["old".to_owned(), "new".to_owned()],
        more => more.iter().map(|side| safe(&side.name)).collect(),
    }
}

fn count(pen: Pen, board: &Board) -> Span<'static> {
    let role = if board.complete() {
        Role::Ok
    } else {
        Role::Important
    };
    let text = if board.sides.is_empty() {
        "Keys".to_owned()
    } else {
        let of = |side: &Side| format!("{}/{}", side.signed, side.threshold);
        let words = words(board);
        let parts = words.iter().zip(&board.sides);
        let parts = parts.map(|(word, side)| format!(" {word} {}", of(side)).replace("  ", " "));
        format!("Signatures{}", parts.collect::<String>())
    };
    pen.span(role, text)
}

/// Whether a row has what the ceremony wants of it: its signature, or, where nothing is signed, its
/// key.
fn has(board: &Board, row: &Row) -> bool {
    if board.sides.is_empty() {
        row.enrolled
    } else {
        row.signed
    }
}

/// One line: `Signatures old 1/2 new 0/3   [x] Alice   [ ] Bob`. Names shrink to first names, then
/// to ids, then to what is counted. Keys of people who are not here are named once they have signed.
pub fn line(pen: Pen, board: &Board, width: usize) -> Line<'static> {
    let mut spans = vec![pen.span(Role::Dim, "── "), count(pen, board)];
    let used: usize = spans.iter().map(Span::width).sum();
    match entries(board, width.saturating_sub(used + 4)) {
        Some((named, elsewhere)) => {
            for (row, name) in named {
                spans.extend(entry(pen, row, has(board, row), name));
            }
            spans.push(pen.span(Role::Dim, elsewhere));
        }
        None => spans.push(pen.span(Role::Dim, counted(board))),
    }
    let used: usize = spans.iter().map(Span::width).sum();
    spans.push(pen.span(
        Role::Dim,
        format!(" {}", "─".repeat(width.saturating_sub(used + 1))),
    ));
    Line::from(spans)
}

/// The rows that are named in `room` columns, and what is said of the others.
fn entries(board: &Board, room: usize) -> Option<(Vec<(&Row, String)>, String)> {
    let namings: [fn(&Row) -> String; 3] = [|row| safe(&row.name), first_name, id];
    let whom: [fn(&&Row) -> bool; 2] = [
        |row| row.key.is_some() || row.signed,
        |row| row.key.is_some(),
    ];
    for naming in namings {
        for of in whom {
            let rows = board.rows.iter().filter(of);
            let named: Vec<(&Row, String)> = rows.map(|row| (row, naming(row))).collect();
            let others = board.rows.len() - named.len();
            let signed = board
                .rows
                .iter()
                .filter(|row| row.signed && !of(row))
                .count();
            let elsewhere = match (others, signed) {
                (0, _) => String::new(),
                (_, 0) => format!("   + {others} not here"),
                (_, signed) => format!("   + {others} not here, {signed} signed"),
            };
            let needed: usize = named.iter().map(|(_, name)| name.width() + 7).sum();
            if !named.is_empty() && needed + elsewhere.width() <= room {
                return Some((named, elsewhere));
            }
        }
    }
    None
}

fn entry(pen: Pen, row: &Row, has: bool, name: String) -> [Span<'static>; 3] {
    let lead = if row.now {
        format!("  {POINT}")
    } else {
        "   ".to_owned()
    };
    let (mark, role) = if has {
        ("[x] ", Role::Ok)
    } else {
        ("[ ] ", Role::Text)
    };
    [
        pen.span(Role::Text, lead),
        pen.span(role, mark),
        pen.span(if row.now { Role::Important } else { Role::Text }, name),
    ]
}

/// `Alice`, or `Alice old` for the token that she gives up. A key whose holder is not known has no
/// first name.
fn first_name(row: &Row) -> String {
    let first = safe(row.name.split(' ').next().unwrap_or(&row.name));
    match &row.key {
        Some(key) => match key.0.split_once('.') {
            Some((_, which)) => format!("{first} {}", safe(which)),
            None => first,
        },
        None if first == "key" => safe(&row.name),
        None => first,
    }
}

fn id(row: &Row) -> String {
    row.key
        .as_ref()
        .map_or_else(|| safe(&row.name), |key| safe(&key.0))
}

/// What is said where no names fit.
fn counted(board: &Board) -> String {
    let keys = board.rows.len();
    let done = board.rows.iter().filter(|row| has(board, row)).count();
    if board.sides.is_empty() {
        return format!("   {done} of {keys} keys in hand");
    }
    if board.complete() {
        return "   every threshold is reached".to_owned();
    }
    let missing = board.sides.iter().map(Side::missing).max();
    format!(
        "   of {keys} keys, {} still needed",
        missing.unwrap_or_default()
    )
}

/// A table with a row for each key. With two sides, the last columns say for which of the two roots
/// the key counts.
pub fn table(pen: Pen, board: &Board, width: usize) -> Text {
    let sides = if board.sides.len() == 2 {
        words(board)
    } else {
        Vec::new()
    };
    let marks = 30 + if sides.is_empty() { 0 } else { 11 };
    let name_width = width.saturating_sub(marks + 5).clamp(12, 34);
    let heading = if sides.is_empty() {
        "here  key  approved  signed"
    } else {
        "here  key  approved  signed  counts for"
    };
    let mut text = vec![Line::from(vec![
        Span::raw(" "),
        padded_span(&count(pen, board), name_width + 3),
        pen.span(Role::Dim, heading),
    ])];
    let (rows, hidden) = window(&board.rows);
    text.extend(
        rows.iter()
            .map(|row| table_row(pen, row, &sides, name_width)),
    );
    if !hidden.is_empty() {
        let signed = hidden.iter().filter(|row| has(board, row)).count();
        let word = if board.sides.is_empty() {
            "in hand"
        } else {
            "signed"
        };
        text.push(pen.line(
            Role::Dim,
            format!("   and {} more, of which {signed} {word}", hidden.len()),
        ));
    }
    text
}

fn table_row(pen: Pen, row: &Row, sides: &[String], name_width: usize) -> Line<'static> {
    let mark = |done: bool, width: usize| {
        let (mark, role) = if done {
            ("[x]", Role::Ok)
        } else {
            ("[ ]", Role::Dim)
        };
        pen.span(role, padded(mark, width))
    };
    let lead = if row.now {
        format!(" {POINT} ")
    } else {
        "   ".to_owned()
    };
    let name = cut(&safe(&row.name), name_width);
    let mut spans = vec![
        pen.span(Role::Guidance, lead),
        pen.span(
            if row.now { Role::Important } else { Role::Text },
            padded(&name, name_width + 1),
        ),
    ];
    if row.key.is_some() {
        spans.extend([
            mark(row.present, 6),
            mark(row.enrolled, 5),
            mark(row.approved, 10),
        ]);
    } else {
        spans.push(pen.span(Role::Dim, padded("not here", 21)));
    }
    spans.push(mark(row.signed, 8));
    for (word, counts) in sides.iter().zip(&row.counts) {
        let word = if *counts { word } else { DASH };
        let role = if *counts { Role::Text } else { Role::Dim };
        spans.push(pen.span(role, padded(word, 5)));
    }
    Line::from(spans)
}

/// The rows that are shown, those around the current one, and those that are not.
fn window(rows: &[Row]) -> (Vec<&Row>, Vec<&Row>) {
    if rows.len() <= MOST {
        return (rows.iter().collect(), Vec::new());
    }
    let now = rows.iter().position(|row| row.now).unwrap_or_default();
    let most = MOST - 1;
    let first = now.saturating_sub(most / 2).min(rows.len() - most);
    let (mut shown, mut hidden) = (Vec::new(), Vec::new());
    for (index, row) in rows.iter().enumerate() {
        if (first..first + most).contains(&index) {
            shown.push(row);
        } else {
            hidden.push(row);
        }
    }
    (shown, hidden)
}

/// How people are called where it is said who is still needed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// By their whole names.
    Whole,
    /// By their first names, and which of two tokens is meant.
    First,
}

/// Most lines of [`needed`].
const LINES: usize = 2;

/// Who is still needed on each side, by name; empty where nobody is. Where the names do not all fit,
/// it says how many more there are.
pub fn needed(pen: Pen, board: &Board, width: usize, naming: Naming) -> Text {
    let open = board.sides.iter().any(|side| side.missing() > 0);
    if !open || board.rows.iter().all(|row| row.counts.is_empty()) {
        return Vec::new();
    }
    let fits = |most: usize| {
        let lines = wrap(&sentence(board, naming, most), width.saturating_sub(2));
        (lines.len() <= LINES).then_some(lines)
    };
    let lines = (0..=board.rows.len()).rev().find_map(fits);
    lines
        .unwrap_or_default()
        .into_iter()
        .map(|line| pen.line(Role::Important, format!(" {line}")))
        .collect()
}

/// `Still needed: old: 1 more of Ben, Chidi; new: 2 more of Ben and 3 more.`
fn sentence(board: &Board, naming: Naming, most: usize) -> String {
    let words = words(board);
    let sides = board.sides.iter().zip(&words).enumerate();
    let parts = sides.map(|(index, (side, word))| {
        let lead = if word.is_empty() {
            String::new()
        } else {
            format!("{word}: ")
        };
        let missing = side.missing();
        if missing == 0 {
            return format!("{lead}reached");
        }
        let open = board.still_needed(index);
        let enough = usize::try_from(missing).is_ok_and(|missing| missing <= open.len());
        let of = match (names(&open, naming, most), enough) {
            (of, true) => format!(" of {of}"),
            (_, false) if open.is_empty() => ", and no key is left".to_owned(),
            (of, false) => format!(", and only {of} can sign"),
        };
        format!("{lead}{missing} more{of}")
    });
    let parts: Vec<String> = parts.collect();
    format!("Still needed: {}.", parts.join("; "))
}

/// The first `most` names; those of people who are not here are marked.
fn names(rows: &[&Row], naming: Naming, most: usize) -> String {
    let named = rows.iter().take(most).map(|row| {
        let name = match naming {
            Naming::Whole => safe(&row.name),
            Naming::First => first_name(row),
        };
        match name.strip_suffix(')') {
            _ if row.is_here() => name,
            Some(name) => format!("{name}, not here)"),
            None => format!("{name} (not here)"),
        }
    });
    let named: Vec<String> = named.collect();
    match (rows.len().saturating_sub(most), named.is_empty()) {
        (0, _) => named.join(", "),
        (rest, true) => format!("{rest} keys"),
        (rest, false) => format!("{} and {rest} more", named.join(", ")),
    }
}

fn padded_span(span: &Span<'static>, width: usize) -> Span<'static> {
    Span::styled(padded(&span.content, width), span.style)
}
