//! The words beside the code.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::bindings::{BINDINGS, HINTS, HINTS_OF_MOVING};
use super::fit::{Drawing, FOOTER, GUTTER, needed};
use super::state::Show;
use crate::qr::symbol::width;
use crate::tui::glyphs;
use crate::tui::pen::{Pen, Text, cut, wrap};
use crate::tui::theme::Role;
use crate::tui::view::put;
use crate::tui::widgets::symbol::Cells;

/// Larger windows that are worth to be recommended.
const LARGER: [(u16, u16); 2] = [(120, 40), (200, 60)];

/// How the words of the digest stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spoken {
    /// Numbered, in two columns.
    Numbered,
    /// One after the other.
    Running,
}

/// Columns of the numbered words.
const NUMBERED: usize = 36;

/// Whether all words that must be there have room beside a code of so many columns.
pub fn fits(show: &Show, columns: u16) -> bool {
    let (area_columns, area_rows) = show.window.size;
    let room = area_columns.saturating_sub(columns + GUTTER);
    let paragraphs = words(show, usize::from(room), Spoken::Running);
    let lines: usize = paragraphs.iter().map(Vec::len).sum();
    lines <= usize::from(area_rows.saturating_sub(FOOTER))
}

/// Draws the panel and the hints.
pub fn draw(show: &Show, columns: u16, area: Rect, buffer: &mut Buffer) {
    let left = columns + GUTTER;
    let room = Rect {
        x: area.x + left,
        y: area.y,
        width: area.width.saturating_sub(left),
        height: area.height.saturating_sub(FOOTER),
    };
    let wide = usize::from(room.width);
    let text = if show.help {
        help(pen(show), wide)
    } else {
        panel(show, wide, usize::from(room.height))
    };
    put(buffer, room, text);
    let bottom = Rect {
        y: (area.y + area.height).saturating_sub(FOOTER),
        height: FOOTER,
        ..area
    };
    put(buffer, bottom, vec![hints(show, area.width)]);
    glyphs::put_into(show.look.glyphs, buffer);
}

/// The paragraphs with blank lines between them, as far as there is room: the digest is always
/// there, what is recommended goes first.
fn panel(show: &Show, wide: usize, high: usize) -> Text {
    let lines = |paragraphs: &[Text]| paragraphs.iter().map(Vec::len).sum::<usize>();
    let mut advice = advice(show, wide);
    if !show.notice.is_empty() {
        advice = pen(show).wrapped(Role::AlertWarn, &show.notice, 0, wide);
    }
    let mut paragraphs = words(show, wide, Spoken::Numbered);
    if wide < NUMBERED || lines(&paragraphs) + advice.len() + paragraphs.len() > high {
        paragraphs = words(show, wide, Spoken::Running);
    }
    if !advice.is_empty() && lines(&paragraphs) + advice.len() <= high {
        paragraphs.push(advice);
    }
    let blanks = paragraphs.len().saturating_sub(1);
    let loose = lines(&paragraphs) + blanks <= high;
    let mut text = Text::new();
    for (number, paragraph) in paragraphs.into_iter().enumerate() {
        if loose && number > 0 {
            text.push(Line::default());
        }
        text.extend(paragraph);
    }
    text
}

/// What must be there.
fn words(show: &Show, wide: usize, spoken: Spoken) -> Vec<Text> {
    let pen = pen(show);
    let Some(division) = &show.division else {
        return Vec::new();
    };
    let transfer = &division.transfer;
    let mut what = vec![pen.line(Role::Title, cut(&show.name, wide))];
    what.extend(pen.wrapped(
        Role::Dim,
        &format!(
            "{} bytes, transfer {}",
            show.file.len(),
            show.digest.short()
        ),
        0,
        wide,
    ));
    let counter = if show.is_still() {
        "One code. It stands still.".to_owned()
    } else {
        format!(
            "Frame {} of {}; any {} are enough",
            show.number + 1,
            transfer.frames(),
            transfer.needed()
        )
    };
    let mut how = pen.wrapped(Role::Important, &counter, 0, wide);
    if !show.is_still() {
        let (role, speed) = if show.paused {
            (Role::AlertWarn, "Paused".to_owned())
        } else {
            (Role::Text, format!("{} frames a second", show.speed))
        };
        how.push(pen.line(role, speed));
    }
    let side = width(division.version);
    how.push(pen.line(
        Role::Text,
        format!("Version {}: {side} x {side} modules", division.version),
    ));
    let mut digest = vec![pen.line(Role::Dim, "SHA-256, the same at the reader:")];
    let groups = show.digest.groups();
    let in_a_row = match spoken {
        Spoken::Numbered => 4,
        Spoken::Running => ((wide + 1) / 5).clamp(1, 8),
    };
    digest.extend(
        groups
            .chunks(in_a_row)
            .map(|row| pen.line(Role::Important, row.join(" "))),
    );
    let words = show.digest.words();
    match spoken {
        Spoken::Running => {
            digest.extend(pen.wrapped(Role::Important, &words.join(" "), 0, wide));
        }
        Spoken::Numbered => {
            let (first, second) = words.split_at(words.len() / 2);
            for (number, (left, right)) in (1..).zip(first.iter().zip(second)) {
                digest.push(Line::from(vec![
                    pen.span(Role::Dim, format!("{number:>3} ")),
                    pen.span(Role::Important, format!("{left:<14}")),
                    pen.span(Role::Dim, format!("{:>3} ", number + first.len())),
                    pen.span(Role::Important, (*right).to_owned()),
                ]));
            }
        }
    }
    vec![what, how, digest]
}

/// What pixels or a larger window would save.
fn advice(show: &Show, wide: usize) -> Text {
    let Some(now) = &show.division else {
        return Text::new();
    };
    if show.window.drawing == Drawing::Pixels || !show.notice.is_empty() {
        return Text::new();
    }
    let many = now.transfer.frames();
    let codes = |fewer| match fewer {
        1 => format!("one code instead of {many}"),
        _ => format!("{fewer} frames are enough, not {}", now.transfer.needed()),
    };
    let larger = LARGER
        .into_iter()
        .filter(|size| size.0 >= show.window.size.0 && size.1 >= show.window.size.1)
        .find_map(|size| Some((size, show.fewer_if_drawn(show.window.drawing, size)?)));
    let (role, words) = if let Some(fewer) = show.fewer_in_pixels() {
        let words = format!("Press x to draw in pixels: {}.", codes(fewer));
        (Role::Important, words)
    } else if let Some(((columns, rows), fewer)) = larger {
        let words = format!("In a window of {columns} x {rows}: {}.", codes(fewer));
        (Role::Guidance, words)
    } else {
        return Text::new();
    };
    pen(show).wrapped(role, &words, 0, wide)
}

/// Says that nothing fits, and what would help.
pub fn too_small(show: &Show, area: Rect, buffer: &mut Buffer) {
    let pen = pen(show);
    let (columns, rows) = needed(&show.file, show.window.drawing);
    let unknown = show.window.drawing == Drawing::Pixels && show.window.cell.is_none();
    let larger = "Make it larger; the codes come back by themselves. Nothing was lost.";
    let (title, size, way_out) = if unknown {
        (
            "The pixels of this window are not known.",
            "The terminal does not say how many pixels it has.".to_owned(),
            "Press x for cells instead of pixels.".to_owned(),
        )
    } else {
        let or = match show.window.drawing {
            Drawing::Cells(Cells::Whole) => {
                " Or press w for half cells, if the font has them (a UTF-8 locale)."
            }
            Drawing::Cells(Cells::Half) => "",
            Drawing::Pixels => " Or press x for cells instead of pixels.",
        };
        (
            "This window is too small.",
            format!(
                "It has {} x {}. Needed: {columns} x {rows}.",
                area.width, area.height
            ),
            format!("{larger}{or}"),
        )
    };
    let mut text = vec![pen.line(Role::Title, title)];
    for words in [
        size,
        way_out,
        "Pages of codes for paper or another screen: rootstage qr sheet.".to_owned(),
        "q closes this.".to_owned(),
    ] {
        let lines = wrap(&words, usize::from(area.width));
        text.extend(lines.into_iter().map(|line| pen.line(Role::Text, line)));
    }
    put(buffer, area, text);
    glyphs::put_into(show.look.glyphs, buffer);
}

fn help(pen: Pen, wide: usize) -> Text {
    let mut text = vec![pen.line(Role::Title, "Keys"), Line::default()];
    for binding in BINDINGS {
        let lines = wrap(binding.help, wide.saturating_sub(10));
        for (number, line) in lines.into_iter().enumerate() {
            let label = if number == 0 { binding.label } else { "" };
            text.push(Line::from(vec![
                pen.span(Role::Guidance, format!("{label:<10}")),
                pen.span(Role::Text, line),
            ]));
        }
    }
    text
}

fn hints(show: &Show, width: u16) -> Line<'static> {
    let pen = pen(show);
    let moving = HINTS_OF_MOVING.iter().filter(|_| !show.is_still());
    let mut used = 0;
    let mut spans = Vec::new();
    for (keys, word) in moving.chain(HINTS) {
        let word = match *word {
            "pause" if show.paused => "go on",
            word => word,
        };
        used += keys.len() + word.len() + 3;
        if used > usize::from(width) {
            break;
        }
        spans.push(pen.span(Role::Guidance, format!(" {keys} ")));
        spans.push(pen.span(Role::Dim, format!("{word} ")));
    }
    Line::from(spans)
}

fn pen(show: &Show) -> Pen {
    Pen(show.look.colour)
}
