//! From a replay to a frame.
//!
//! Two rows at the top and one at the foot are the replay's; above the last stand the record and what it
//! changed. In between is one pane; a wide window has the timeline at its left and more of the record.

mod bars;
mod board;
mod record;
mod screen;
mod timeline;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::{Marks, Pane, Replay};
use crate::tui::glyphs;
use crate::tui::model::SMALLEST;
use crate::tui::pen::{Pen, Text};
use crate::tui::theme::Role;
use crate::tui::view::put;

/// Rows at the top.
const TOP: u16 = 2;
/// Columns of the timeline at the left of a wide window, with the line at its right.
const SIDE: u16 = 40;
/// Rows for the record under the screen.
const FEW: u16 = 2;
/// The same in a wide window.
const MORE: u16 = 11;

/// Whether the window is wide.
pub fn is_wide(size: (u16, u16)) -> bool {
    size.0 >= 80 + SIDE && size.1 >= 34
}

/// Where things are.
struct Places {
    side: Option<Rect>,
    main: Rect,
    record: Rect,
    foot: Rect,
}

fn places(replay: &Replay) -> Places {
    let (width, height) = replay.size;
    let wide = is_wide(replay.size);
    let below = match replay.pane {
        _ if replay.help => 0,
        Pane::Screen if wide => MORE,
        _ => FEW,
    };
    let middle = height.saturating_sub(TOP + 1);
    let side = (wide && replay.pane != Pane::Timeline && !replay.help)
        .then(|| Rect::new(0, TOP, SIDE, middle));
    let x = if side.is_some() { SIDE } else { 0 };
    let rows = middle.saturating_sub(below);
    Places {
        side,
        main: Rect::new(x, TOP, width - x, rows),
        record: Rect::new(x, TOP + rows, width - x, below),
        foot: Rect::new(0, height.saturating_sub(1), width, 1),
    }
}

/// Draws the replay.
pub fn draw(replay: &Replay, buffer: &mut Buffer) {
    let pen = Pen(replay.settings.colour);
    if replay.size.0 < SMALLEST.0 || replay.size.1 < SMALLEST.1 {
        put(buffer, buffer.area, bars::small(pen, replay));
        glyphs::put_into(replay.settings.glyphs, buffer);
        return;
    }
    let places = places(replay);
    let width = usize::from(replay.size.0);
    let top = Rect::new(0, 0, replay.size.0, TOP);
    put(buffer, top, bars::top(pen, replay, width));
    if replay.help {
        let rows = usize::from(places.main.height);
        let text = bars::help(pen, replay, width);
        let shown = text.into_iter().skip(replay.scroll).take(rows).collect();
        put(buffer, places.main, shown);
    } else {
        if let Some(side) = places.side {
            timeline::beside(pen, replay, side, buffer);
        }
        pane(pen, replay, places.main, buffer);
        put(
            buffer,
            places.record,
            bars::record(pen, replay, places.record),
        );
    }
    put(buffer, places.foot, vec![bars::foot(pen, replay, width)]);
    glyphs::put_into(replay.settings.glyphs, buffer);
}

fn pane(pen: Pen, replay: &Replay, area: Rect, buffer: &mut Buffer) {
    if replay.pane == Pane::Screen {
        return screen::draw(replay, area, buffer);
    }
    let width = usize::from(area.width);
    let (text, first) = lines(pen, replay, width, usize::from(area.height));
    let shown = |text: Text| -> Text {
        text.into_iter()
            .skip(first)
            .take(usize::from(area.height))
            .collect()
    };
    put(buffer, area, shown(text));
    if replay.marks == Marks::Changed
        && let Some(before) = lines_before(pen, replay, width)
    {
        let mut old = Buffer::empty(buffer.area);
        put(&mut old, area, shown(before));
        mark(&old, area, buffer);
    }
}

/// Lines of the pane, and the first that is shown.
fn lines(pen: Pen, replay: &Replay, width: usize, rows: usize) -> (Text, usize) {
    let (text, here) = match replay.pane {
        Pane::Timeline => timeline::whole(pen, replay, replay.state(), width),
        Pane::Record => (record::lines(pen, replay, width), 0),
        Pane::Board | Pane::Screen => {
            let mut text = board::lines(pen, replay.state(), width);
            text.extend(board::head(pen, replay.state()));
            (text, 0)
        }
    };
    let furthest = text.len().saturating_sub(rows);
    let first = match replay.pane {
        // the step at hand is in sight, and pages go on from there
        Pane::Timeline => {
            (here.saturating_sub(rows / 2).min(furthest) + replay.scroll).min(furthest)
        }
        _ => replay.scroll.min(furthest),
    };
    (text, first)
}

/// The same lines as they were before the record, each beside the one that took its place. The head of
/// the transcript changes with every record: that is no news.
fn lines_before(pen: Pen, replay: &Replay, width: usize) -> Option<Text> {
    let before = &replay.moment().before;
    let old = match replay.pane {
        Pane::Timeline => timeline::whole(pen, replay, before, width).0,
        Pane::Board => {
            let mut text = board::lines(pen, before, width);
            text.extend(board::head(pen, replay.state()));
            text
        }
        Pane::Record | Pane::Screen => return None,
    };
    Some(aligned(&old, &lines(pen, replay, width, 1).0))
}

/// For each of the new lines the old one that is the same, or begins in the same way; where there is
/// none, a blank one.
fn aligned(old: &Text, new: &Text) -> Text {
    let old: Vec<String> = old.iter().map(ToString::to_string).collect();
    let alike = |line: &str| {
        let common = |other: &&String| {
            let pairs = other.chars().zip(line.chars());
            pairs.take_while(|(a, b)| a == b).count()
        };
        old.iter()
            .max_by_key(common)
            .filter(|found| common(found) >= 8)
    };
    let new = new.iter().map(ToString::to_string);
    new.map(|line| match old.iter().find(|other| **other == line) {
        Some(same) => same.clone().into(),
        None => alike(&line).cloned().unwrap_or_default().into(),
    })
    .collect()
}

/// Marks the cells of `area` that differ from those of `old`; of a line that differs, its words whole.
fn mark(old: &Buffer, area: Rect, new: &mut Buffer) {
    for y in area.top()..area.bottom() {
        let mut x = area.left();
        while x < area.right() {
            let end = (x..area.right())
                .find(|x| new.cell((*x, y)).is_none_or(|cell| cell.symbol() == " "))
                .unwrap_or(area.right());
            let word = x..end;
            let differs = |x: u16| {
                let symbol =
                    |buffer: &Buffer| buffer.cell((x, y)).map(|cell| cell.symbol().to_owned());
                symbol(old) != symbol(new)
            };
            if word.clone().any(differs) {
                for x in word {
                    if let Some(cell) = new.cell_mut((x, y)) {
                        cell.modifier.insert(Modifier::REVERSED);
                    }
                }
            }
            x = end + 1;
        }
    }
}

/// Lines of what pages are turned in, and rows that show them.
pub fn measure(replay: &Replay) -> (usize, usize) {
    let pen = Pen(replay.settings.colour);
    let area = places(replay).main;
    let rows = usize::from(area.height);
    if replay.help {
        return (bars::help(pen, replay, usize::from(area.width)).len(), rows);
    }
    match replay.pane {
        Pane::Screen => screen::measure(replay, area),
        Pane::Timeline => {
            let (text, here) =
                timeline::whole(pen, replay, replay.state(), usize::from(area.width));
            // pages begin where the step at hand is in sight
            let first = here
                .saturating_sub(rows / 2)
                .min(text.len().saturating_sub(rows));
            (text.len() - first, rows)
        }
        Pane::Record | Pane::Board => (
            lines(pen, replay, usize::from(area.width), rows).0.len(),
            rows,
        ),
    }
}

/// Scrolls a board that is longer than its rows to the first line that changed.
pub fn bring_changes_into_sight(replay: &mut Replay) {
    let pen = Pen(replay.settings.colour);
    let area = places(replay).main;
    let (width, rows) = (usize::from(area.width), usize::from(area.height));
    if replay.pane != Pane::Board {
        return;
    }
    let (Some(old), (new, _)) = (
        lines_before(pen, replay, width),
        lines(pen, replay, width, rows),
    ) else {
        return;
    };
    let first = new
        .iter()
        .enumerate()
        .position(|(at, line)| old.get(at).map(ToString::to_string) != Some(line.to_string()));
    if let Some(first) = first.filter(|first| *first >= rows) {
        replay.scroll = first.saturating_sub(rows / 2);
    }
}

/// The line between the timeline and the rest.
fn divide(replay: &Replay, area: Rect, buffer: &mut Buffer) {
    for y in area.top()..area.bottom() {
        let style = Role::Dim.style(replay.settings.colour);
        buffer.set_string(area.right().saturating_sub(1), y, "│", style);
    }
}
