//! The screen that people saw, in a part of the frame.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::moment::Moment;
use super::super::{Marks, Replay};
use super::mark;
use crate::tui::model::Model;
use crate::tui::view;

/// Widest screen: wider ones have an outline of their own, which stands beside it here.
const WIDEST: u16 = 100;

/// The screen without its last row, the keys of the day: here other keys work.
pub fn draw(replay: &Replay, area: Rect, buffer: &mut Buffer) {
    let at = replay.at();
    let Some(moment) = Moment::at(&replay.tape, at, Some(&replay.moment().before)) else {
        return;
    };
    let model = model(replay, moment, at, area);
    copy(&model, area, buffer);
    if replay.marks == Marks::Changed
        && let Some(before) = at.checked_sub(1)
        && let Some(moment) = Moment::at(&replay.tape, before, None)
    {
        let mut old = Buffer::empty(buffer.area);
        copy(&self::model(replay, moment, before, area), area, &mut old);
        mark(&old, area, buffer);
    }
}

/// Lines of its question, and rows that show them.
pub fn measure(replay: &Replay, area: Rect) -> (usize, usize) {
    let at = replay.at();
    let moment = Moment::at(&replay.tape, at, Some(&replay.moment().before));
    moment.map_or((0, 1), |moment| {
        view::measure(&model(replay, moment, at, area))
    })
}

fn model(replay: &Replay, moment: Moment, number: usize, area: Rect) -> Model {
    let size = (area.width.min(WIDEST), area.height + 1);
    let mut model = moment
        .standing(&replay.tape, number)
        .model(&replay.settings, size);
    model.smallest = (0, 0);
    model.scroll = replay.scroll;
    model.settle();
    model
}

fn copy(model: &Model, area: Rect, buffer: &mut Buffer) {
    let whole = Rect::new(0, 0, model.size.0, model.size.1);
    let mut screen = Buffer::empty(whole);
    view::draw(model, &mut screen);
    for y in 0..area.height {
        for x in 0..whole.width {
            let cell = screen.cell((x, y)).cloned();
            if let (Some(cell), Some(place)) = (cell, buffer.cell_mut((area.x + x, area.y + y))) {
                *place = cell;
            }
        }
    }
}
