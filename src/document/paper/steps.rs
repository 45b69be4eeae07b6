//! The steps: Step, Activity, Who, Initials, Time.

use super::{ALARM, HEX, SMALL, STRONG, Style, TEXT, heading};
use crate::ceremony::paper::{Done, Paper, Place, Row as Step};
use crate::document::press::{Block, Look, MM, Row, Sheets, Table};

/// A seat, with room for initials.
const SEAT: f32 = 11.0 * MM;
/// Ids, as in the transcript.
const ID: Style = Style { size: 6.8, ..HEX };
/// What is read out.
const SAY: Style = Style { size: 8.5, ..TEXT };

pub fn acts(sheets: &mut Sheets, paper: &Paper) {
    let (_, width) = sheets.body();
    let (id, who, initials, time) = (33.0 * MM, 29.0 * MM, 20.0 * MM, 19.0 * MM);
    for (number, act) in (1..).zip(&paper.acts) {
        heading(sheets, &format!("Act {number}: {}", act.title), 45.0 * MM);
        let table = Table {
            widths: vec![id, width - id - who - initials - time, who, initials, time],
            heads: vec!["Step", "Activity", "Who", "Initials", "Time"],
            rows: act.rows.iter().map(step).collect(),
            look: Look::Lines,
        };
        sheets.table(&table);
    }
}

fn step(step: &Step) -> Row {
    let mut activity = vec![
        Block::Text(step.title.clone(), STRONG),
        Block::Gap(0.6 * MM),
    ];
    for paragraph in &step.say {
        activity.push(Block::Text(paragraph.clone(), SAY));
        activity.push(Block::Gap(0.8 * MM));
    }
    for (label, value) in &step.blanks {
        activity.push(Block::Blank((*label).to_owned(), value.clone(), 9.0 * MM));
    }
    let seat = |place: &Place| {
        let role = Block::Text(place.role.clone(), SMALL);
        let mut blocks = vec![role];
        if !place.name.is_empty() {
            blocks.push(Block::Text(place.name.clone(), TEXT));
        }
        blocks
    };
    let minutes = Block::Text(format!("{} min", step.minutes), SMALL);
    let (who, initials, time): (Vec<Block>, Vec<Block>, Vec<Block>) = match &step.done {
        None => {
            let line = Block::Blank(String::new(), String::new(), 8.0 * MM);
            let lines = step
                .who
                .iter()
                .map(|_| Block::Seat(vec![line.clone()], SEAT));
            let who = step.who.iter().map(|place| Block::Seat(seat(place), SEAT));
            (
                who.collect(),
                lines.collect(),
                vec![
                    minutes,
                    Block::Blank(String::new(), String::new(), 5.2 * MM),
                ],
            )
        }
        Some(done) => {
            let who = step.who.iter().map(|place| Block::Seat(seat(place), 0.0));
            let (initials, times) = filled(done);
            (
                who.collect(),
                initials,
                std::iter::once(minutes).chain(times).collect(),
            )
        }
    };
    Row::of(vec![
        vec![Block::Text(step.id.clone(), ID)],
        activity,
        who,
        initials,
        time,
    ])
}

fn filled(done: &Done) -> (Vec<Block>, Vec<Block>) {
    let initials = done.initials.iter().map(|(initials, at)| {
        let typed = Block::Text(initials.clone(), STRONG);
        Block::Seat(vec![typed, Block::Text(at.clone(), SMALL)], 0.0)
    });
    let (from, to) = &done.times;
    let times = [from, to].map(|time| Block::Text(time.clone(), Style { size: 8.0, ..TEXT }));
    let remarks = done.remarks.iter();
    let remarks = remarks.map(|remark| Block::Text(remark.clone(), ALARM));
    (
        initials.collect(),
        times.into_iter().chain(remarks).collect(),
    )
}
