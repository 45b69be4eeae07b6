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

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use self::fields::{fields, notice};
use super::glyphs::{self, DASH};
use super::model::{Model, Overlay};
use super::pen::{Pen, Text};
use super::receiving::ROWS;
use super::screens::ask::Drawn;
use super::screens::{ask, ended, help, overlays, small, touch, working};
use super::theme::Role;
use super::widgets::board::Naming;
use super::widgets::{board, frame, outline};
use crate::ceremony::board::Board;

/// Rows of the header.
const HEADER: u16 = 3;
/// Columns of the outline on a wide screen, with the line at its right.
const SIDE: u16 = 40;
/// Rows that the words keep, whatever the fields need.
const LEAST_BODY: usize = 4;

/// What is in the middle of the frame.
struct Middle {
    body: Text,
    sections: Vec<usize>,
    fields: Text,
    /// Rows between the body and the fields, for a file on its way in.
    codes: usize,
    rows: usize,
    scroll: usize,
}

/// What is around the middle, and where the middle is.
struct Around {
    board: Board,
    footer: Text,
    main: Rect,
}

/// Lines of the text that scrolls, and rows that show it.
pub fn measure(model: &Model) -> (usize, usize) {
    let pen = Pen(model.settings.colour);
    let middle = middle(model, pen, around(model, pen).main);
    (middle.body.len(), middle.rows)
}

/// Lines at which the sections of the question begin.
pub fn sections(model: &Model) -> Vec<usize> {
    let pen = Pen(model.settings.colour);
    middle(model, pen, around(model, pen).main).sections
}

/// Draws the model.
pub fn draw(model: &Model, buffer: &mut Buffer) {
    let pen = Pen(model.settings.colour);
    if model.too_small() {
        put(buffer, buffer.area, small::body(pen, model));
    } else if let (Some(Overlay::Codes), Some(show), false) =
        (model.overlay, &model.show, model.help)
    {
        let (banner, below) = (frame::header(pen, model), frame::digests(pen, model));
        let middle = codes_area(model);
        put(
            buffer,
            Rect {
                height: 1,
                ..buffer.area
            },
            banner,
        );
        let last = Rect {
            y: middle.bottom(),
            height: 1,
            ..buffer.area
        };
        put(buffer, last, vec![below]);
        show.draw(middle, buffer);
        return;
    } else {
        frame_of(model, pen, buffer);
    }
    glyphs::put_into(model.settings.glyphs, buffer);
}

/// Where QR codes are shown: between the banner and the digests, which stay.
pub fn codes_area(model: &Model) -> Rect {
    let (width, height) = model.size;
    Rect::new(0, 1, width, height.saturating_sub(2))
}

fn frame_of(model: &Model, pen: Pen, buffer: &mut Buffer) {
    let area = buffer.area;
    let top = Rect {
        height: HEADER,
        ..area
    };
    put(buffer, top, frame::header(pen, model));
    let Around {
        board,
        footer,
        main,
    } = around(model, pen);
    let height = u16::try_from(footer.len()).unwrap_or(4);
    let bottom = Rect {
        y: area.height.saturating_sub(height),
        height,
        ..area
    };
    put(buffer, bottom, footer);
    if model.has_outline() {
        let side = Rect {
            x: 0,
            width: SIDE,
            height: bottom.y.saturating_sub(HEADER),
            ..main
        };
        side_column(model, pen, buffer, side);
    }
    if model.has_outline() {
        let width = usize::from(main.width);
        let mut quorum = vec![frame::rule(pen, "Quorum", "", width)];
        quorum.extend(quorum_rows(model, pen, &board, width));
        let below = Rect {
            y: main.bottom(),
            height: bottom.y.saturating_sub(main.bottom()),
            ..main
        };
        put(buffer, below, quorum);
    }
    let middle = middle(model, pen, main);
    let rows = u16::try_from(middle.rows).unwrap_or(main.height);
    let shown: Text = middle
        .body
        .into_iter()
        .skip(middle.scroll)
        .take(middle.rows)
        .collect();
    let text = Rect {
        height: rows,
        ..main
    };
    put(buffer, text, shown);
    let codes = u16::try_from(middle.codes).unwrap_or_default();
    if let Some(receiving) = model.receiving.as_ref().filter(|_| codes > 0) {
        let area = Rect {
            x: main.x + 1,
            y: main.y + rows,
            width: main.width.saturating_sub(2),
            height: codes,
        };
        let look = (pen, model.settings.glyphs);
        receiving.draw(look, area, model.moment, buffer);
    }
    let below = Rect {
        y: main.y + rows + codes,
        height: main.height.saturating_sub(rows + codes),
        ..main
    };
    put(buffer, below, middle.fields);
}

/// The footer, and where the body and the fields are.
fn around(model: &Model, pen: Pen) -> Around {
    let (width, height) = model.size;
    let columns = usize::from(width);
    let board = crate::ceremony::board::board(&model.state);
    let wide = model.has_outline();
    let mut footer = vec![if wide {
        frame::rule(pen, "", "", columns)
    } else {
        board::line(pen, &board, columns)
    }];
    if !wide && is_signing(model) {
        footer.extend(board::needed(pen, &board, columns, Naming::First));
    }
    footer.push(frame::digests(pen, model));
    footer.push(frame::hints(pen, model));
    let x = if wide { SIDE } else { 0 };
    let quorum = if wide {
        quorum_rows(model, pen, &board, columns - usize::from(x)).len() + 1
    } else {
        0
    };
    let below = u16::try_from(footer.len() + quorum).unwrap_or(height);
    let main = Rect {
        x,
        y: HEADER,
        width: width - x,
        height: height.saturating_sub(HEADER + below),
    };
    Around {
        board,
        footer,
        main,
    }
}

/// The board as a table, and who is still needed.
fn quorum_rows(model: &Model, pen: Pen, board: &Board, width: usize) -> Text {
    let mut rows = board::table(pen, board, width);
    if model.state.payload.is_some() {
        rows.extend(board::needed(pen, board, width, Naming::Whole));
    }
    rows
}

/// Whether it is time to say who is still needed: the content is approved by somebody, and no text
/// needs the rows.
fn is_signing(model: &Model) -> bool {
    let over = model.help || model.overlay.is_some() || model.ended();
    let reading = model.ask().is_some_and(|ask| ask.document.is_some());
    model.state.payload.is_some()
        && !model.state.approved.is_empty()
        && !reading
        && !over
        && !model.wants_touch()
}

fn side_column(model: &Model, pen: Pen, buffer: &mut Buffer, side: Rect) {
    let (text, here) = outline::lines(pen, &model.state, usize::from(SIDE - 3));
    let rows = usize::from(side.height);
    put(buffer, side, outline::window(text, here, rows));
    for y in side.y..side.bottom() {
        buffer.set_string(SIDE - 2, y, "│", Role::Dim.style(model.settings.colour));
    }
}

/// The middle, with blank lines where there is room for them and without where there is not.
fn middle(model: &Model, pen: Pen, main: Rect) -> Middle {
    let loose = arranged(model, pen, main, false);
    if loose.body.len() <= loose.rows {
        return loose;
    }
    let tight = arranged(model, pen, main, true);
    // a text to review keeps its blank lines; a grid is better with as much of it in sight as can be
    let reviewing = model.ask().is_some_and(|ask| ask.document.is_some());
    if tight.body.len() <= tight.rows || !reviewing {
        tight
    } else {
        loose
    }
}

fn arranged(model: &Model, pen: Pen, main: Rect, tight: bool) -> Middle {
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
    // what has come is compared at the next question, where all of its digest has room
    let awaited = model.receiving.as_ref();
    let awaited = awaited.is_some_and(|receiving| receiving.file().is_none());
    let scanning = awaited && !over && !model.ended() && !at_work;
    let codes = if scanning {
        ROWS.min(rows.saturating_sub(LEAST_BODY))
    } else {
        0
    };
    let rows = rows - codes;
    let Drawn {
        text: body,
        sections,
    } = body(model, pen, width, rows, tight);
    let scroll = if over {
        model.over_scroll
    } else {
        model.scroll
    };
    let scroll = scroll.min(body.len().saturating_sub(rows));
    let position = position(model, sections.len(), body.len(), rows, scroll);
    let mut text: Text = Vec::new();
    if !at_work {
        text.push(frame::rule(pen, &title, &position, width));
    }
    text.extend(notice);
    text.extend(fields);
    Middle {
        body,
        sections,
        fields: text,
        codes,
        rows,
        scroll,
    }
}

fn body(model: &Model, pen: Pen, width: usize, rows: usize, tight: bool) -> Drawn {
    let whole = |text: Text| Drawn {
        text,
        sections: Vec::new(),
    };
    if model.help {
        return whole(help::body(pen, width));
    }
    if let Some(overlay) = model.overlay {
        return whole(overlays::body(pen, model, overlay, width, tight));
    }
    if model.ended() {
        return whole(ended::body(pen, model, width, tight));
    }
    if let Some(touch) = &model.touch {
        let holder = working::holder(&model.state);
        let effect = model.working.as_ref();
        let room = (width, rows);
        return whole(touch::body(
            pen,
            touch,
            effect,
            holder.as_deref(),
            model.now,
            room,
        ));
    }
    if let Some(effect) = &model.working {
        return whole(working::body(pen, effect, &model.state, width, rows));
    }
    match model.ask() {
        Some(open) => ask::body(pen, open, &model.state, width, tight),
        None => whole(working::opening(pen, width, rows)),
    }
}

/// Position in a text that does not fit.
fn position(model: &Model, sections: usize, lines: usize, rows: usize, scroll: usize) -> String {
    let document =
        model.ask().is_some_and(|a| a.document.is_some()) && !model.help && model.overlay.is_none();
    if lines <= rows {
        return String::new();
    }
    let last = (scroll + rows).min(lines);
    let mut text = format!("lines {}{DASH}{last} of {lines}", scroll + 1);
    if document {
        let _ = write!(text, ", {}%", last * 100 / lines);
    }
    match (document, lines - last) {
        (true, _) if model.read_to_end => text.push_str(", read to the end"),
        (true, 1) => text.push_str(": 1 line to go, PgDn"),
        (true, to_go) => {
            let _ = write!(text, ": {to_go} lines to go, PgDn");
        }
        (false, 0) => {}
        (false, _) => text.push_str(", PgDn for more"),
    }
    if sections > 2 {
        text.push_str(", Ctrl-N section");
    }
    text
}

/// Puts lines into an area, from its top.
pub(super) fn put(buffer: &mut Buffer, area: Rect, text: Text) {
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
