//! Tables: columns of fixed width, the heads repeated on every page.

use super::MM;
use super::flow::{Item, Kind, Pen, Sheets};
use super::letters::{Face, Ink, Letters, Line, Style};

/// How heads of columns look.
const HEAD: Style = Style::new(Face::Plain, 7.5).inked(Ink::Soft);
/// How what is to be written on a line is named.
const LABEL: Style = Style::new(Face::Plain, 7.5).inked(Ink::Soft);
/// How what was written on it looks.
const WRITTEN: Style = Style::new(Face::Plain, 9.0);

/// A table.
pub struct Table {
    /// Widths of the columns in points.
    pub widths: Vec<f32>,
    /// What each column holds; empty where that needs no words.
    pub heads: Vec<&'static str>,
    /// The rows.
    pub rows: Vec<Row>,
    /// How it is drawn.
    pub look: Look,
}

/// How a table is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// A line below each row.
    Lines,
    /// A box for each cell.
    Grid,
}

/// A row.
pub struct Row {
    /// What is in its cells.
    pub cells: Vec<Vec<Block>>,
    /// Least height in points, where people write in it.
    pub least: f32,
}

impl Row {
    /// A row that is as high as its text.
    pub fn of(cells: Vec<Vec<Block>>) -> Self {
        Self { cells, least: 0.0 }
    }
}

/// A part of a cell, one below the other.
#[derive(Clone, Debug)]
pub enum Block {
    /// Text from outside.
    Text(String, Style),
    /// Nothing.
    Gap(f32),
    /// A line to write on: what is written there, what stands on it, its height.
    Blank(String, String, f32),
    /// What belongs to one seat, at least this high. The first seats of all cells of a row are beside each
    /// other, so are the second ones, and so on.
    Seat(Vec<Block>, f32),
}

/// What is never parted: its height, and what is drawn, from its left upper corner.
struct Atom {
    height: f32,
    marks: Vec<Mark>,
}

enum Mark {
    Text(f32, Line),
    Rule(f32),
}

impl Look {
    fn padding(self) -> (f32, f32) {
        match self {
            Self::Lines => (0.0, 1.5 * MM),
            Self::Grid => (1.5 * MM, 1.0 * MM),
        }
    }
}

impl Sheets {
    /// A table. A row that does not fit is on the next page, below the heads again; one that is longer than a
    /// page is parted.
    pub fn table(&mut self, table: &Table) {
        let owner = self.branch(Kind::Table, None);
        let rows: Vec<Vec<Vec<Atom>>> = table
            .rows
            .iter()
            .map(|row| self.atoms(table, row))
            .collect();
        let (_, above) = table.look.padding();
        let height = |row: &[Vec<Atom>], least: f32| {
            let cells = row.iter().map(|cell| tall(cell));
            cells.fold(least, f32::max) + 2.0 * above
        };
        let first = rows.first().zip(table.rows.first());
        let first = first.map_or(0.0, |(row, given)| height(row, given.least));
        let heads = if table.heads.is_empty() {
            0.0
        } else {
            HEAD.leading() + 1.5 * MM
        };
        self.need((heads + first).min(self.whole()));
        self.heads(table, Some(owner));
        for (cells, row) in rows.into_iter().zip(&table.rows) {
            let all = height(&cells, row.least);
            if all > self.room() && all + heads <= self.whole() {
                self.next_page(table);
            }
            self.row(table, cells, row.least, owner);
        }
    }

    fn next_page(&mut self, table: &Table) {
        self.turn();
        self.heads(table, None);
    }

    /// The heads; those that stand there again belong to no part of the structure.
    fn heads(&mut self, table: &Table, owner: Option<usize>) {
        if table.heads.is_empty() {
            if table.look == Look::Grid {
                let y = self.y();
                self.rule(y, Pen::Fine);
            }
            return;
        }
        let row = owner.map(|owner| self.branch(Kind::Row, Some(owner)));
        let (left, _) = self.body();
        let (inside, _) = table.look.padding();
        let mut x = left;
        for (head, width) in table.heads.iter().zip(&table.widths) {
            let cell = row.map(|row| self.branch(Kind::Head, Some(row)));
            for line in self.letters.lines(head, HEAD, width - 2.0 * inside) {
                let y = self.y() + HEAD.ascent();
                self.put(Item::Text {
                    x: x + inside,
                    y,
                    line,
                    owner: cell,
                });
            }
            x += width;
        }
        self.down(HEAD.leading() + 1.0 * MM);
        let y = self.y();
        self.rule(y, Pen::Strong);
        self.down(0.5 * MM);
    }

    /// Draws a row on this page and, as long as something is left, on the next ones.
    fn row(&mut self, table: &Table, mut cells: Vec<Vec<Atom>>, least: f32, owner: usize) {
        let branch = self.branch(Kind::Row, Some(owner));
        let owners: Vec<usize> = cells
            .iter()
            .map(|_| self.branch(Kind::Cell, Some(branch)))
            .collect();
        let (inside, above) = table.look.padding();
        let (left, _) = self.body();
        let mut least = least;
        loop {
            let top = self.y();
            let room = self.room() - 2.0 * above;
            let mut deepest = least.min(room);
            least = 0.0;
            let mut x = left;
            for ((atoms, width), owner) in cells.iter_mut().zip(&table.widths).zip(&owners) {
                let fitting = fitting(atoms, room);
                let mut y = top + above;
                for atom in atoms.drain(..fitting) {
                    self.atom(
                        &atom,
                        (x + inside, y),
                        width - 2.0 * inside - gutter(table.look),
                        *owner,
                    );
                    y += atom.height;
                }
                deepest = deepest.max(y - top - above);
                x += width;
            }
            let bottom = top + deepest + 2.0 * above;
            self.down(bottom - top);
            self.rule(bottom, Pen::Fine);
            if table.look == Look::Grid {
                self.uprights(table, top, bottom);
            }
            if cells.iter().all(Vec::is_empty) {
                return;
            }
            self.next_page(table);
        }
    }

    fn uprights(&mut self, table: &Table, top: f32, bottom: f32) {
        let mut x = self.body().0;
        for width in std::iter::once(0.0).chain(table.widths.iter().copied()) {
            x += width;
            self.put(Item::Rule {
                from: (x, top),
                to: (x, bottom),
                pen: Pen::Fine,
            });
        }
    }

    fn atom(&mut self, atom: &Atom, (x, y): (f32, f32), width: f32, owner: usize) {
        for mark in &atom.marks {
            match mark {
                Mark::Text(down, line) => self.put(Item::Text {
                    x,
                    y: y + down,
                    line: line.clone(),
                    owner: Some(owner),
                }),
                Mark::Rule(down) => self.put(Item::Rule {
                    from: (x, y + down),
                    to: (x + width, y + down),
                    pen: Pen::Strong,
                }),
            }
        }
    }

    /// What is in the cells of a row.
    fn atoms(&self, table: &Table, row: &Row) -> Vec<Vec<Atom>> {
        let inner = |width: &f32| width - 2.0 * table.look.padding().0 - gutter(table.look);
        let mut seats: Vec<f32> = Vec::new();
        for (cell, width) in row.cells.iter().zip(&table.widths) {
            let mut number = 0;
            for block in cell {
                if let Block::Seat(blocks, least) = block {
                    let mine = tall(&laid(&self.letters, blocks, inner(width), &[])).max(*least);
                    match seats.get_mut(number) {
                        Some(highest) => *highest = highest.max(mine),
                        None => seats.push(mine),
                    }
                    number += 1;
                }
            }
        }
        let cells = row.cells.iter().zip(&table.widths);
        cells
            .map(|(cell, width)| laid(&self.letters, cell, inner(width), &seats))
            .collect()
    }
}

/// Blank points between columns that no line parts.
fn gutter(look: Look) -> f32 {
    match look {
        Look::Lines => 2.5 * MM,
        Look::Grid => 0.0,
    }
}

fn tall(atoms: &[Atom]) -> f32 {
    atoms.iter().map(|atom| atom.height).sum()
}

/// How many atoms fit: at least one, so that there is an end.
fn fitting(atoms: &[Atom], room: f32) -> usize {
    let mut left = room;
    let count = atoms.iter().take_while(|atom| {
        left -= atom.height;
        left >= -0.01
    });
    count.count().max(1).min(atoms.len())
}

/// Blocks as atoms; `seats` are the heights of the seats.
fn laid(letters: &Letters, blocks: &[Block], width: f32, seats: &[f32]) -> Vec<Atom> {
    let mut atoms = Vec::new();
    let mut seats = seats.iter();
    for block in blocks {
        match block {
            Block::Text(text, style) => {
                let lines = letters.lines(text, *style, width).into_iter();
                atoms.extend(lines.map(|line| Atom {
                    height: style.leading(),
                    marks: vec![Mark::Text(style.ascent(), line)],
                }));
            }
            Block::Gap(height) => atoms.push(Atom {
                height: *height,
                marks: Vec::new(),
            }),
            Block::Blank(label, value, height) => {
                let mut marks = Vec::new();
                let mut top = 0.0;
                for line in letters.lines(label, LABEL, width) {
                    marks.push(Mark::Text(top + LABEL.ascent(), line));
                    top += LABEL.leading();
                }
                for line in letters.lines(value, WRITTEN, width) {
                    marks.push(Mark::Text(top + WRITTEN.ascent(), line));
                    top += WRITTEN.leading();
                }
                let deep = height.max(top);
                marks.push(Mark::Rule(deep));
                atoms.push(Atom {
                    height: deep + 1.0 * MM,
                    marks,
                });
            }
            Block::Seat(blocks, least) => {
                let inner = laid(letters, blocks, width, &[]);
                let height = seats.next().copied().unwrap_or(*least).max(tall(&inner));
                let mut marks = Vec::new();
                let mut top = 0.0;
                for atom in inner {
                    marks.extend(atom.marks.into_iter().map(|mark| match mark {
                        Mark::Text(down, line) => Mark::Text(top + down, line),
                        Mark::Rule(down) => Mark::Rule(top + down),
                    }));
                    top += atom.height;
                }
                atoms.push(Atom { height, marks });
            }
        }
    }
    atoms
}
