//! The first pages: what it is, what the plan says, what is on the table.

use super::{ALARM, HEX, SMALL, TEXT, TITLE, cell, digest, heading};
use crate::ceremony::paper::{Paper, SPARE_MATERIALS};
use crate::ceremony::plan::ALARMS;
use crate::digest::Sha256;
use crate::document::press::{Block, Look, MM, Row, Sheets, Table};

pub fn front(sheets: &mut Sheets, paper: &Paper, wanting: bool) {
    let kicker = match &paper.filled {
        Some(_) => "Paper script of a key ceremony, filled in from its record",
        None => "Paper script of a key ceremony",
    };
    if paper.rehearsal() {
        sheets.banner(
            "REHEARSAL. Nothing that is made here may be trusted.",
            ALARM,
        );
    }
    let alarm = paper
        .filled
        .as_ref()
        .and_then(|filled| filled.alarm.as_ref());
    if let Some(alarm) = alarm {
        sheets.banner(alarm, ALARM);
    }
    sheets.paragraph(kicker, SMALL);
    sheets.heading(1, &paper.title, TITLE, 20.0 * MM);
    sheets.down(2.0 * MM);
    for paragraph in &paper.about {
        sheets.paragraph(paragraph, TEXT);
        sheets.down(1.5 * MM);
    }
    if wanting {
        sheets.paragraph(
            "Letters that the fonts of this document do not have are written as <U+, their Unicode number and >. \
             The HTML of the same paper shows them, where your machine has them.",
            ALARM,
        );
        sheets.down(1.5 * MM);
    }
    about(sheets, paper);
    let Some(plan) = &paper.plan else { return };
    heading(sheets, "The plan", 30.0 * MM);
    let parameters = plan.parameters.iter().map(|(label, value)| {
        let loud = ALARMS.contains(&label.as_str());
        let style = if loud { ALARM } else { SMALL };
        let value = match value.parse::<Sha256>() {
            Ok(digest) => Block::Text(digest.groups().join(" "), HEX),
            Err(_) => Block::Text(value.clone(), if loud { ALARM } else { TEXT }),
        };
        Row::of(vec![vec![Block::Text(label.clone(), style)], vec![value]])
    });
    let rows = parameters.collect();
    facts(sheets, &["Parameter", "Value"], rows);
    sheets.down(4.0 * MM);
    people(sheets, &plan.people);
    digest(
        sheets,
        "Digest of the plan, read aloud at the start",
        &plan.digest,
    );
    digest(
        sheets,
        "Digest of the script, read aloud after it",
        &paper.script.1,
    );
}

fn about(sheets: &mut Sheets, paper: &Paper) {
    let row = |label: &str, value: Block| {
        Row::of(vec![
            vec![Block::Text(label.to_owned(), SMALL)],
            vec![value],
        ])
    };
    let text = |value: String| Block::Text(value, TEXT);
    let filled = paper.filled.as_ref();
    let blank = || Block::Blank(String::new(), String::new(), 5.0 * MM);
    let rows = vec![
        row(
            "Script",
            text(format!("{} ({})", paper.script_title, paper.script.0)),
        ),
        row(
            "SHA-256 of the script",
            Block::Text(paper.script.1.groups().join(" "), HEX),
        ),
        row("Time budget", text(format!("{} minutes", paper.minutes))),
        row(
            "Ceremony (32 digits, from the screen)",
            filled.map_or_else(blank, |filled| Block::Text(filled.ceremony.clone(), HEX)),
        ),
        row(
            "Date",
            filled.map_or_else(blank, |filled| text(filled.day.clone())),
        ),
        row(
            "Began and ended (UTC)",
            filled.map_or_else(blank, |filled| text(filled.times.clone())),
        ),
    ];
    facts(sheets, &["What", "Value"], rows);
}

fn facts(sheets: &mut Sheets, heads: &[&'static str], rows: Vec<Row>) {
    let (_, width) = sheets.body();
    let label = 46.0 * MM;
    let table = Table {
        widths: vec![label, width - label],
        heads: heads.to_vec(),
        rows,
        look: Look::Lines,
    };
    sheets.table(&table);
}

fn people(sheets: &mut Sheets, people: &[[String; 4]]) {
    let (_, width) = sheets.body();
    let (initials, duty) = (18.0 * MM, 28.0 * MM);
    let name = (width - initials - duty) * 0.44;
    let rows = people.iter().map(|[name, initials, duty, token]| {
        let token = vec![Block::Text(
            token.clone(),
            super::Style { size: 7.5, ..HEX },
        )];
        Row::of(vec![cell(name), cell(initials), cell(duty), token])
    });
    let table = Table {
        widths: vec![name, initials, duty, width - initials - duty - name],
        heads: vec!["Name", "Initials", "Duty", "Token"],
        rows: rows.collect(),
        look: Look::Lines,
    };
    sheets.table(&table);
}

pub fn materials(sheets: &mut Sheets, paper: &Paper) {
    heading(sheets, "Materials", 40.0 * MM);
    let (_, width) = sheets.body();
    let spare = std::iter::repeat_n((String::new(), String::new()), SPARE_MATERIALS);
    let rows = paper.materials.iter().cloned().chain(spare);
    let rows = rows.map(|(what, number)| Row {
        cells: vec![cell(&what), cell(&number), Vec::new(), Vec::new()],
        least: 8.0 * MM,
    });
    let table = Table {
        widths: vec![width * 0.34, width * 0.26, width * 0.2, width * 0.2],
        heads: vec![
            "What",
            "Serial or bag number",
            "In: initials, time",
            "Out: initials, time",
        ],
        rows: rows.collect(),
        look: Look::Grid,
    };
    sheets.table(&table);
}
