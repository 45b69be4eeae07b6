//! From the model to a frame.
//!
//! The frame is laid out from the outside in: header and footer first, then the fields, and what
//! room is left is for the words, which scroll. So no text, however long, can hide the input.
//!
//! ```text
//! header   3   banner, step, progress
//! body     *   scrolls
//! fields   n   a rule with the position in the text, a notice, the fields, what is to be done
//! footer   3   quorum board, digests, keys   (wide: the board is a table beside the outline)
//! ```

mod fields;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use self::fields::{fields, notice};
use super::glyphs::{self, DASH};
use super::model::Model;
use super::pen::{Pen, Text};
use super::screens::{ask, ended, help, overlays, small, working};
use super::theme::Role;
use super::widgets::{board, frame, outline};

/// Rows of the header.
const HEADER: u16 = 3;
/// Columns of the outline on a wide screen, with the line at its right.
const SIDE: u16 = 40;
/// Rows that the words keep, whatever the fields need.
const LEAST_BODY: usize = 4;

/// What is in the middle of the frame.
struct Middle {
    body: Text,
    fields: Text,
    rows: usize,
    scroll: usize,
}

/// Lines of the text that scrolls, and rows that show it.
pub fn measure(model: &Model) -> (usize, usize) {
    let middle = middle(model, Pen(model.settings.colour));
    (middle.body.len(), middle.rows)
}

/// Draws the model.
pub fn draw(model: &Model, buffer: &mut Buffer) {
    let pen = Pen(model.settings.colour);
    if model.too_small() {
        put(buffer, buffer.area, small::body(pen, model));
    } else {
        frame_of(model, pen, buffer);
    }
    glyphs::put_into(model.settings.glyphs, buffer);
}

fn frame_of(model: &Model, pen: Pen, buffer: &mut Buffer) {
    let area = buffer.area;
    let width = usize::from(area.width);
    put(
        buffer,
        Rect {
            height: HEADER,
            ..area
        },
        frame::header(pen, model),
    );

    let wide = model.is_wide();
    let board_now = crate::ceremony::board::board(&model.state);
    let rule = if wide {
        frame::rule(pen, "", "", width)
    } else {
        board::line(pen, &board_now, width)
    };
    let mut footer = vec![rule];
    footer.push(frame::digests(pen, model));
    footer.push(frame::hints(pen, model));
    let height = u16::try_from(footer.len()).unwrap_or(4);
    let bottom = Rect {
        y: area.height.saturating_sub(height),
        height,
        ..area
    };
    put(buffer, bottom, footer);

    let main = main_area(model);
    if wide {
        let side = Rect {
            x: 0,
            width: SIDE,
            ..main
        };
        side_column(model, pen, buffer, side);
        let table = board::table(pen, &board_now, usize::from(main.width));
        let rows = u16::try_from(table.len()).unwrap_or(0);
        let below = Rect {
            y: main.bottom().saturating_add(1),
            height: rows,
            ..main
        };
        let rule = Rect {
            y: main.bottom(),
            height: 1,
            ..main
        };
        put(
            buffer,
            rule,
            vec![frame::rule(pen, "Quorum", "", usize::from(main.width))],
        );
        put(buffer, below, table);
    }
    let middle = middle(model, pen);
    let rows = u16::try_from(middle.rows).unwrap_or(main.height);
    let shown: Text = middle
        .body
        .into_iter()
        .skip(middle.scroll)
        .take(middle.rows)
        .collect();
    put(
        buffer,
        Rect {
            height: rows,
            ..main
        },
        shown,
    );
    let below = Rect {
        y: main.y + rows,
        height: main.height.saturating_sub(rows),
        ..main
    };
    put(buffer, below, middle.fields);
}

/// Where the body and the fields are.
fn main_area(model: &Model) -> Rect {
    let (width, height) = model.size;
    if model.is_wide() {
        let keyholders = crate::ceremony::board::board(&model.state).rows.len();
        let board = u16::try_from(keyholders.min(10) + 2).unwrap_or(4);
        Rect {
            x: SIDE,
            y: HEADER,
            width: width - SIDE,
            height: height.saturating_sub(HEADER + 3 + board),
        }
    } else {
        Rect {
            x: 0,
            y: HEADER,
            width,
            height: height.saturating_sub(HEADER + 3),
        }
    }
}

fn side_column(model: &Model, pen: Pen, buffer: &mut Buffer, side: Rect) {
    let full = Rect {
        height: model.size.1.saturating_sub(HEADER + 3),
        ..side
    };
    let (text, here) = outline::lines(pen, &model.state, usize::from(SIDE - 3));
    put(
        buffer,
        full,
        outline::window(text, here, usize::from(full.height)),
    );
    for y in full.y..full.bottom() {
        buffer.set_string(SIDE - 2, y, "│", Role::Dim.style(model.settings.colour));
    }
}

/// The middle, with blank lines where there is room for them and without where there is not.
fn middle(model: &Model, pen: Pen) -> Middle {
    let loose = arranged(model, pen, false);
    if loose.body.len() <= loose.rows {
        return loose;
    }
    let tight = arranged(model, pen, true);
    // a text to review keeps its blank lines; a grid is better with as much of it in sight as can be
    let reviewing = model.ask().is_some_and(|ask| ask.document.is_some());
    if tight.body.len() <= tight.rows || !reviewing {
        tight
    } else {
        loose
    }
}

fn arranged(model: &Model, pen: Pen, tight: bool) -> Middle {
    let main = main_area(model);
    let (width, height) = (usize::from(main.width), usize::from(main.height));
    let (title, fields) = fields(model, pen, width);
    let over = model.help || model.overlay.is_some();
    let most = height.saturating_sub(LEAST_BODY + 1);
    // what does not fit is the notice, never a field
    let room = most.saturating_sub(fields.len());
    let notice: Text = notice(model, pen, width).into_iter().take(room).collect();
    let at_work = !over && !model.ended() && model.ask().is_none();
    let below = notice.len() + fields.len() + usize::from(!at_work);
    let rows = height.saturating_sub(below);
    let body = body(model, pen, width, rows, tight);
    let scroll = if over {
        model.over_scroll
    } else {
        model.scroll
    };
    let scroll = scroll.min(body.len().saturating_sub(rows));
    let position = position(model, body.len(), rows, scroll);
    let mut text: Text = Vec::new();
    if !at_work {
        text.push(frame::rule(pen, &title, &position, width));
    }
    text.extend(notice);
    text.extend(fields);
    Middle {
        body,
        fields: text,
        rows,
        scroll,
    }
}

fn body(model: &Model, pen: Pen, width: usize, rows: usize, tight: bool) -> Text {
    if model.help {
        return help::body(pen, width);
    }
    if let Some(overlay) = model.overlay {
        return overlays::body(pen, model, overlay, width, tight);
    }
    if model.ended() {
        return ended::body(pen, model, width, tight);
    }
    if let Some(effect) = &model.working {
        return working::body(pen, effect, &model.state, width, rows);
    }
    match model.ask() {
        Some(open) => ask::body(pen, open, width, tight),
        None => working::opening(pen, width, rows),
    }
}

/// Position in a text that does not fit.
fn position(model: &Model, lines: usize, rows: usize, scroll: usize) -> String {
    let document =
        model.ask().is_some_and(|a| a.document.is_some()) && !model.help && model.overlay.is_none();
    if lines <= rows {
        return String::new();
    }
    let last = (scroll + rows).min(lines);
    let where_at = format!("lines {}{DASH}{last} of {lines}", scroll + 1);
    match (document, model.read_to_end) {
        (true, true) => format!("{where_at}, read to the end"),
        (true, false) => format!("{where_at}, PgDn reads on: not yet read to the end"),
        (false, _) if last < lines => format!("{where_at}, PgDn for more"),
        (false, _) => where_at,
    }
}

/// Puts lines into an area, from its top.
fn put(buffer: &mut Buffer, area: Rect, text: Text) {
    let area = area.intersection(buffer.area);
    for (y, line) in (area.y..area.bottom()).zip(text) {
        line.render(
            Rect {
                y,
                height: 1,
                ..area
            },
            buffer,
        );
    }
}
