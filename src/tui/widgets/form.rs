//! Fields on screen, packed into rows. They are pinned above the footer: no text can hide them.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::ceremony::ask::SecretKind;
use crate::secret::Secret;
use crate::tui::entry::{Content, Entry, Field, Wanted};
use crate::tui::glyphs::{BULLET, NO, YES};
use crate::tui::pen::{Pen, Text, cut, padded, tail};
use crate::tui::theme::Role;

/// The rows of the fields.
pub fn rows(
    pen: Pen,
    entry: &Entry,
    width: usize,
    strength: fn(&Secret) -> (u32, &'static str),
) -> Text {
    let long = entry.fields.iter().filter(|f| f.width.is_none());
    let label_width = long.map(|f| f.label.width()).max().unwrap_or(0);
    let mut text: Text = Vec::new();
    let mut row: Vec<Span<'static>> = Vec::new();
    let mut used = 0;
    for (index, field) in entry.fields.iter().enumerate() {
        let focused = index == entry.focus;
        let Some(columns) = field.width else {
            flush(&mut row, &mut used, &mut text);
            if let Wanted::Phrase(phrase) = &field.wanted {
                text.push(phrase_line(pen, phrase, label_width));
            }
            text.push(Line::from(long_row(
                pen,
                entry,
                index,
                field,
                label_width,
                width,
                strength,
            )));
            continue;
        };
        let mut spans = vec![label(pen, &field.label, focused)];
        spans.extend(value(pen, field, focused, usize::from(columns)));
        spans.extend(remark(pen, entry, index, field, strength));
        // what will be said of it has its place kept, so that no field moves while one types
        let kept = match field.wanted {
            Wanted::Choice(_) | Wanted::Phrase(_) => label_and_box(field) + 16,
            _ => 0,
        };
        let needed = spans.iter().map(Span::width).sum::<usize>().max(kept);
        let used_now = spans.iter().map(Span::width).sum::<usize>();
        spans.push(Span::raw(" ".repeat(needed - used_now)));
        if used > 0 && used + 3 + needed > width {
            flush(&mut row, &mut used, &mut text);
        }
        let gap = if used == 0 { 1 } else { 3 };
        row.push(Span::raw(" ".repeat(gap)));
        row.extend(spans);
        used += gap + needed;
    }
    flush(&mut row, &mut used, &mut text);
    text
}

fn label_and_box(field: &Field) -> usize {
    field.label.width() + 3 + usize::from(field.width.unwrap_or(0))
}

fn flush(row: &mut Vec<Span<'static>>, used: &mut usize, text: &mut Text) {
    if !row.is_empty() {
        text.push(Line::from(std::mem::take(row)));
    }
    *used = 0;
}

fn phrase_line(pen: Pen, phrase: &str, label_width: usize) -> Line<'static> {
    Line::from(vec![
        pen.span(Role::Dim, format!(" {}  ", padded("Exactly", label_width))),
        pen.span(Role::Important, crate::safe::safe(phrase)),
    ])
}

fn long_row(
    pen: Pen,
    entry: &Entry,
    index: usize,
    field: &Field,
    label_width: usize,
    width: usize,
    strength: fn(&Secret) -> (u32, &'static str),
) -> Vec<Span<'static>> {
    let focused = index == entry.focus;
    let remark = remark(pen, entry, index, field, strength);
    // the widest remark has its place kept, so that the box does not move while one types
    let kept = match field.wanted {
        Wanted::Secret { .. } | Wanted::Again => 32,
        Wanted::Phrase(_) => 12,
        _ => 0,
    };
    let room = width.saturating_sub(label_width + 5 + kept);
    let mut spans = vec![
        Span::raw(" "),
        label(pen, &padded(&field.label, label_width), focused),
    ];
    spans.extend(value(pen, field, focused, room));
    spans.extend(remark);
    spans
}

fn label(pen: Pen, text: &str, focused: bool) -> Span<'static> {
    pen.span(
        if focused { Role::Guidance } else { Role::Dim },
        format!("{text} "),
    )
}

/// `[typed   ]`, with the cursor in it where it has focus.
fn value(pen: Pen, field: &Field, focused: bool, columns: usize) -> Vec<Span<'static>> {
    let shown = match &field.content {
        Content::Text(text) => tail(&crate::safe::safe(text), columns.saturating_sub(1)),
        Content::Secret(secret) => cut(&mask(secret), columns.saturating_sub(1))
            .trim_end()
            .to_owned(),
        Content::Veiled => cut(VEILED, columns).trim_end().to_owned(),
    };
    let rest = columns.saturating_sub(shown.width());
    let bracket = if focused { Role::Guidance } else { Role::Dim };
    let mut spans = vec![pen.span(bracket, "["), pen.span(Role::Typed, shown)];
    if focused && rest > 0 {
        spans.push(pen.span(Role::Selected, " "));
        spans.push(Span::raw(" ".repeat(rest - 1)));
    } else {
        spans.push(Span::raw(" ".repeat(rest)));
    }
    spans.push(pen.span(bracket, "]"));
    spans
}

/// What a recording shows of a secret, whatever was typed.
const VEILED: &str = "not recorded";

/// Stands for a secret of any length. Each key gives it its other form, so that the typist sees that it
/// arrived, and nobody sees how many there were.
fn mask(secret: &Secret) -> String {
    match secret.chars() {
        0 => String::new(),
        odd if odd % 2 == 1 => BULLET.repeat(8),
        _ => format!("{BULLET} ").repeat(4),
    }
}

/// What is to be said of a field while it is typed.
fn remark(
    pen: Pen,
    entry: &Entry,
    index: usize,
    field: &Field,
    strength: fn(&Secret) -> (u32, &'static str),
) -> Vec<Span<'static>> {
    let good = |words: String| vec![pen.span(Role::Ok, format!(" {YES} {words}"))];
    let bad = |words: String| vec![pen.span(Role::AlertWarn, format!(" {NO} {words}"))];
    match (&field.wanted, &field.content) {
        _ if field.is_empty() => Vec::new(),
        (Wanted::Phrase(phrase), _) if field.text() == phrase => good("matches".to_owned()),
        (Wanted::Phrase(phrase), _) if phrase.starts_with(field.text()) => {
            vec![pen.span(
                Role::Dim,
                format!("   {} of {}", field.chars(), phrase.chars().count()),
            )]
        }
        (Wanted::Phrase(_), _) => bad("differs".to_owned()),
        (Wanted::Secret { min, max, kind }, Content::Secret(secret)) => {
            if secret.len() < *min {
                bad(format!("too short: at least {min}"))
            } else if secret.len() > *max {
                bad(format!("too long: at most {max}"))
            } else if *kind == SecretKind::NewPassphrase {
                let (bits, word) = strength(secret);
                vec![pen.span(Role::Text, format!("   {bits} bits: {word}"))]
            } else {
                Vec::new()
            }
        }
        (Wanted::Again, Content::Secret(_)) => {
            let differs = entry.missing().is_some_and(|(at, _)| at == index);
            if differs {
                bad("differs so far".to_owned())
            } else {
                good("the same".to_owned())
            }
        }
        (Wanted::Choice(keys), _) if keys.iter().any(|k| k == field.text().trim()) => {
            good(String::new())
        }
        (Wanted::Choice(keys), _) if !keys.iter().any(|k| k.starts_with(field.text().trim())) => {
            bad("none of these".to_owned())
        }
        _ => Vec::new(),
    }
}

/// What is still to be done, in one line.
pub fn status(pen: Pen, entry: &Entry) -> Line<'static> {
    if entry.is_veiled() {
        return pen.line(Role::Dim, " What is typed here is not recorded.");
    }
    match entry.missing() {
        None if entry.focus + 1 == entry.fields.len() => Line::from(vec![
            pen.span(Role::Ok, format!(" {YES} Complete. ")),
            pen.span(Role::Guidance, "Enter answers."),
        ]),
        None => pen.line(
            Role::Dim,
            " Complete. Enter goes on to the last field; there it answers.",
        ),
        Some((_, words)) => Line::from(vec![
            pen.span(Role::Dim, format!(" To do: {words}.")),
            pen.span(
                Role::Dim,
                if entry.fields.len() > 1 {
                    "  Tab: next field"
                } else {
                    ""
                },
            ),
        ]),
    }
}
