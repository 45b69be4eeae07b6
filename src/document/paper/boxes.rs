//! The last pages: what is written by hand at the end.

use super::{SMALL, SMALL_HEADING, STRONG, Style, TEXT, cell, grid, heading, spoken};
use crate::ceremony::paper::{EXCEPTIONS, ExceptionSheet, Paper, WORDS};
use crate::document::press::{Block, Look, MM, Row, Sheets, Table};

pub fn fingerprints(sheets: &mut Sheets, paper: &Paper) {
    sheets.turn();
    heading(sheets, "Fingerprints of the keys", 40.0 * MM);
    sheets.paragraph(
        match &paper.filled {
            Some(_) => {
                "SHA-256 of each public key, computed from the key on record. Compare with what was written by hand."
            }
            None => {
                "Written by hand while the fingerprint is read aloud: 64 digits in groups of four."
            }
        },
        TEXT,
    );
    for print in &paper.fingerprints {
        sheets.down(3.0 * MM);
        sheets.heading(3, &print.name, SMALL_HEADING, 46.0 * MM);
        if let Some(listed) = &print.listed {
            sheets.paragraph("Its key id in published metadata, to be compared:", SMALL);
            for half in listed.groups().chunks(8) {
                sheets.paragraph(&half.join(" "), super::HEX);
            }
            sheets.down(1.0 * MM);
        }
        match (&print.fingerprint, &paper.filled) {
            (Some(fingerprint), _) => spoken(sheets, fingerprint),
            (None, Some(_)) => sheets.paragraph("No key of this name was in hand.", TEXT),
            (None, None) => sheets.boxes(4, 7.2 * MM),
        }
    }
}

pub fn head(sheets: &mut Sheets, paper: &Paper) {
    let Some(filled) = &paper.filled else {
        heading(sheets, "Transcript head", 92.0 * MM);
        sheets.paragraph(
            "Written by hand while the words are read aloud at the end. The audit compares the record with this \
             paper.",
            TEXT,
        );
        sheets.down(1.0 * MM);
        grid(sheets, &vec![String::new(); WORDS], 7.5 * MM);
        return;
    };
    heading(sheets, "Transcript head", 70.0 * MM);
    sheets.paragraph(
        "Of the record from which this paper was filled in. Compare with what was written by hand.",
        TEXT,
    );
    sheets.down(1.0 * MM);
    spoken(sheets, &filled.head);
}

pub fn exceptions(sheets: &mut Sheets, paper: &Paper) {
    if paper.filled.is_none() {
        sheets.turn();
    }
    let logged_some = paper
        .filled
        .as_ref()
        .is_some_and(|filled| !filled.exceptions.is_empty());
    // the longest entry takes half a page
    heading(
        sheets,
        "Exceptions",
        if logged_some { 140.0 * MM } else { 45.0 * MM },
    );
    sheets.paragraph(
        "What went otherwise than written, and what was decided.",
        TEXT,
    );
    sheets.down(2.0 * MM);
    let rows: Vec<Row> = match &paper.filled {
        Some(filled) if filled.exceptions.is_empty() => {
            sheets.paragraph("No exception is on record.", TEXT);
            return;
        }
        Some(filled) => filled.exceptions.iter().map(logged).collect(),
        None => (1..=EXCEPTIONS)
            .map(|number| {
                let mut cells = vec![vec![Block::Text(format!("E{number}"), STRONG)]];
                cells.resize_with(7, Vec::new);
                Row {
                    cells,
                    least: 28.0 * MM,
                }
            })
            .collect(),
    };
    let (_, width) = sheets.body();
    let (number, step, by, time) = (11.0 * MM, 25.0 * MM, 26.0 * MM, 19.0 * MM);
    let rest = width - number - step - by - time;
    let (widths, heads) = if paper.filled.is_some() {
        // what people typed may be long: one wide column
        let heads = vec!["No.", "Step", "What was logged", "By", "Time"];
        (vec![number, step, rest, by, time], heads)
    } else {
        let heads = vec![
            "No.",
            "Step",
            "Expected",
            "Happened",
            "Decided",
            "By (two people)",
            "Time",
        ];
        let third = rest / 3.0;
        (vec![number, step, third, third, third, by, time], heads)
    };
    sheets.table(&Table {
        widths,
        heads,
        rows,
        look: Look::Grid,
    });
}

fn logged(entry: &ExceptionSheet) -> Row {
    let small = Style { size: 8.0, ..TEXT };
    let told = [
        ("Expected", &entry.expected),
        ("Happened", &entry.happened),
        ("Decided", &entry.decided),
    ];
    let told = told.into_iter().flat_map(|(label, text)| {
        [
            Block::Text(label.to_owned(), SMALL),
            Block::Text(text.clone(), small),
        ]
    });
    let mut cells = vec![
        vec![Block::Text(format!("E{}", entry.number), STRONG)],
        vec![Block::Text(
            entry.step.clone(),
            Style {
                size: 6.8,
                ..super::HEX
            },
        )],
    ];
    cells.push(told.collect());
    cells.extend([&entry.by, &entry.time].map(|text| vec![Block::Text(text.clone(), small)]));
    Row::of(cells)
}

pub fn signatures(sheets: &mut Sheets, paper: &Paper) {
    sheets.turn();
    heading(sheets, "Signatures", 45.0 * MM);
    sheets.paragraph(
        "I was present, and what I have initialled on this paper is as I saw it.",
        TEXT,
    );
    sheets.down(2.0 * MM);
    let (_, width) = sheets.body();
    let rows = paper.signatures.iter().map(|(name, duty)| Row {
        cells: vec![cell(name), cell(duty), Vec::new(), Vec::new()],
        least: 12.0 * MM,
    });
    let table = Table {
        widths: vec![width * 0.3, width * 0.15, width * 0.32, width * 0.23],
        heads: vec!["Name", "Duty", "Signature", "Date and time (UTC)"],
        rows: rows.collect(),
        look: Look::Grid,
    };
    sheets.table(&table);
}
