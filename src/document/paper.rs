//! The paper script as PDF: the sheets of [`Paper`], laid out for a printer.

mod boxes;
mod front;
mod steps;

use super::press::write::{Frame, pdf as write};
use super::press::{Block, Face, Ink, Look, MM, PressError, Row, Sheets, Size, Style, Table};
use crate::ceremony::paper::Paper;
use crate::digest::Sha256;

const TITLE: Style = Style::new(Face::Bold, 20.0);
const HEADING: Style = Style::new(Face::Bold, 13.0);
const SMALL_HEADING: Style = Style::new(Face::Bold, 9.5);
const TEXT: Style = Style::new(Face::Plain, 9.0);
const STRONG: Style = Style::new(Face::Bold, 9.0);
const SMALL: Style = Style::new(Face::Plain, 7.5).inked(Ink::Soft);
const HEX: Style = Style::new(Face::Mono, 8.2);
const ALARM: Style = Style::new(Face::Bold, 9.0).inked(Ink::Alarm);

/// The file. It has no date: the same paper always gives the same bytes.
pub fn pdf(paper: &Paper, size: Size) -> Result<Vec<u8>, PressError> {
    let mut sheets = laid(paper, size, false)?;
    if sheets.letters.wanting() {
        sheets = laid(paper, size, true)?;
    }
    let belongs = match (&paper.filled, &paper.plan) {
        (Some(filled), _) => format!("Ceremony {}", filled.ceremony),
        (None, Some(plan)) => format!("Ceremony of plan {}", plan.digest.short()),
        (None, None) => format!("Script {}", paper.script.1.short()),
    };
    let alarm = paper
        .filled
        .as_ref()
        .is_some_and(|filled| filled.alarm.is_some());
    let mark = match (paper.rehearsal(), alarm) {
        (true, false) => "REHEARSAL",
        (true, true) => "REHEARSAL, AUDIT FAILED",
        (false, true) => "AUDIT FAILED",
        (false, false) => "",
    };
    let title = sheets.letters.printable(&paper.title);
    let frame = Frame {
        title: format!("{title}: paper script"),
        belongs,
        mark: mark.to_owned(),
    };
    write(&sheets, &frame)
}

fn laid(paper: &Paper, size: Size, wanting: bool) -> Result<Sheets, PressError> {
    let mut sheets = Sheets::new(size)?;
    front::front(&mut sheets, paper, wanting);
    front::materials(&mut sheets, paper);
    steps::acts(&mut sheets, paper);
    boxes::fingerprints(&mut sheets, paper);
    boxes::head(&mut sheets, paper);
    boxes::exceptions(&mut sheets, paper);
    boxes::signatures(&mut sheets, paper);
    Ok(sheets)
}

/// A heading of the second level, with a line below it.
fn heading(sheets: &mut Sheets, text: &str, keep: f32) {
    if sheets.room() < sheets.whole() {
        sheets.down(6.0 * MM);
    }
    sheets.heading(2, text, HEADING, keep);
    sheets.down(1.0 * MM);
    let y = sheets.y();
    sheets.rule(y, super::press::flow::Pen::Strong);
    sheets.down(2.0 * MM);
}

/// A digest as digits and as words, under a heading of the third level.
fn digest(sheets: &mut Sheets, title: &str, digest: &Sha256) {
    sheets.down(3.0 * MM);
    sheets.heading(3, title, SMALL_HEADING, 55.0 * MM);
    spoken(sheets, digest);
}

/// Digits and words.
fn spoken(sheets: &mut Sheets, digest: &Sha256) {
    for half in digest.groups().chunks(8) {
        sheets.paragraph(&half.join(" "), HEX);
    }
    sheets.down(1.0 * MM);
    let words: Vec<String> = digest
        .words()
        .iter()
        .map(|word| (*word).to_owned())
        .collect();
    grid(sheets, &words, 0.0);
}

/// Thirty-two words, numbered, or the room for them.
fn grid(sheets: &mut Sheets, words: &[String], least: f32) {
    let width = sheets.body().1 / 4.0;
    let numbered: Vec<Vec<Block>> = (1..)
        .zip(words)
        .map(|(number, word): (usize, _)| vec![Block::Text(format!("{number}. {word}"), TEXT)])
        .collect();
    let rows = numbered.chunks(4).map(|cells| Row {
        cells: cells.to_vec(),
        least,
    });
    let table = Table {
        widths: vec![width; 4],
        heads: Vec::new(),
        rows: rows.collect(),
        look: Look::Grid,
    };
    sheets.table(&table);
}

/// A cell of one text.
fn cell(text: &str) -> Vec<Block> {
    vec![Block::Text(text.to_owned(), TEXT)]
}

#[cfg(test)]
mod tests;
