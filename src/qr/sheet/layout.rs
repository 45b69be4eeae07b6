//! Where everything is on the pages.
//!
//! ```text
//! root-2.rse
//! Page 1 of 2. 1774 bytes. Transfer 78e1 b145. Packed 2026-11-23T09:00:00Z.
//! Read any 9 of these 12 codes …
//! SHA-256  78e1 b145 …
//! island tolerance …
//!
//!   [code]          [code]          [code]
//!   1 of 12; any 9  2 of 12; any 9  3 of 12; any 9
//! ```

use std::fmt::Write as _;

use super::{Caption, Item, Page, Paper};
use crate::digest::Sha256;
use crate::qr::symbol::{QUIET, Symbol};
use crate::safe::safe;

/// Codes side by side.
const COLUMNS: usize = 3;
/// Codes one below the other.
const ROWS: usize = 4;
/// Codes of a page.
pub const CODES: usize = COLUMNS * ROWS;

/// Blank units at each edge: printers leave about 5 mm.
const MARGIN: usize = 150;
/// Scale of a title, and of everything else.
const LARGE: usize = 6;
const SMALL: usize = 3;
/// From one line to the next, for each unit of scale.
const LEADING: usize = 15;
/// Blank units between the words and the codes.
const GAP: usize = 30;
/// Widest module, a millimetre: larger ones make nothing more readable.
const WIDEST: usize = 12;

/// What is known of the transfer.
pub struct Facts<'a> {
    pub caption: &'a Caption,
    pub paper: Paper,
    pub digest: Sha256,
    pub length: usize,
    pub needed: usize,
}

/// The pages with these codes.
pub fn pages(facts: &Facts<'_>, symbols: Vec<Symbol>) -> Vec<Page> {
    let count = symbols.len();
    let total = count.div_ceil(CODES);
    let mut symbols = symbols.into_iter();
    (0..total)
        .map(|number| {
            let codes: Vec<Symbol> = symbols.by_ref().take(CODES).collect();
            page(facts, number, total, count, codes)
        })
        .collect()
}

fn page(facts: &Facts<'_>, number: usize, total: usize, count: usize, codes: Vec<Symbol>) -> Page {
    let (width, height) = facts.paper.size();
    let mut items = Vec::new();
    let mut y = MARGIN;
    for (scale, words) in header(facts, number, total, count) {
        items.push(Item::Words {
            x: MARGIN,
            y,
            scale,
            words,
        });
        y += scale * LEADING;
    }
    y += GAP;
    let cell_width = (width - 2 * MARGIN) / COLUMNS;
    let cell_height = height.saturating_sub(y + MARGIN) / ROWS;
    for (place, symbol) in codes.into_iter().enumerate() {
        let across = symbol.width() + 2 * QUIET;
        let room = cell_width.min(cell_height.saturating_sub(SMALL * LEADING));
        let module = (room / across).clamp(1, WIDEST);
        let left = MARGIN + place % COLUMNS * cell_width;
        let top = y + place / COLUMNS * cell_height;
        let label = label(number * CODES + place, count, facts.needed);
        let length = label.chars().count() * SMALL * 8;
        items.push(Item::Words {
            x: left + cell_width.saturating_sub(length) / 2,
            y: top + across * module,
            scale: SMALL,
            words: label,
        });
        items.push(Item::Code {
            x: left + (cell_width - (across * module).min(cell_width)) / 2 + QUIET * module,
            y: top + QUIET * module,
            module,
            symbol,
        });
    }
    Page {
        width,
        height,
        items,
    }
}

fn label(number: usize, count: usize, needed: usize) -> String {
    if count == 1 {
        "the only code".to_owned()
    } else {
        format!("{} of {count}; any {needed} are enough", number + 1)
    }
}

/// The lines above the codes, each with its scale.
fn header(facts: &Facts<'_>, number: usize, total: usize, count: usize) -> Vec<(usize, String)> {
    let (width, _) = facts.paper.size();
    let columns = |scale: usize| (width - 2 * MARGIN) / (8 * scale);
    let mut lines = Vec::new();
    let name = safe(&facts.caption.name);
    let scale = if name.chars().count() <= columns(LARGE) {
        LARGE
    } else {
        SMALL
    };
    let letters: Vec<char> = name.chars().collect();
    for part in letters.chunks(columns(scale)) {
        lines.push((scale, part.iter().collect()));
    }
    let packed = facts.caption.packed.as_deref().map(safe);
    let packed = packed.map_or_else(String::new, |time| format!(" Packed {time}."));
    let mut say = |words: &str| {
        for line in wrapped(words, columns(SMALL)) {
            lines.push((SMALL, line));
        }
    };
    say(&format!(
        "Page {} of {total}. {} bytes. Transfer {}.{packed}",
        number + 1,
        facts.length,
        facts.digest.short(),
    ));
    let which = if count == 1 {
        "this code".to_owned()
    } else {
        format!("any {} of these {count} codes, in any order,", facts.needed)
    };
    say(&format!(
        "Read {which} with \"rootstage qr scan\", and compare the SHA-256 that it shows with this one:"
    ));
    say(&facts.digest.groups().join(" "));
    for row in facts.digest.words().chunks(8) {
        let mut line = String::new();
        for (place, word) in row.iter().enumerate() {
            // words of two syllables have at most 9 letters, those of three at most 11
            let room = if place % 2 == 0 { 10 } else { 12 };
            // writing to a String cannot fail
            let _ = write!(line, "{word:<room$}");
        }
        lines.push((SMALL, line.trim_end().to_owned()));
    }
    lines
}

/// `words` in lines of at most `columns` characters, broken at blanks.
fn wrapped(words: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
