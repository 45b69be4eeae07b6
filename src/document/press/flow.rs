//! What is put on the pages, from top to bottom.

use super::letters::{Letters, Line, Style};
use super::{MM, PressError, Size};

/// Blank points at the edges: printers leave about 5 mm.
const SIDE: f32 = 15.0 * MM;
const TOP: f32 = 15.0 * MM;
const BOTTOM: f32 = 20.0 * MM;

/// What a text is, for those to whom it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A heading: its level, and its words for the outline.
    Heading(u16, String),
    /// A paragraph.
    Paragraph,
    /// A table, of rows.
    Table,
    /// A row, of cells.
    Row,
    /// A cell that says what a column holds.
    Head,
    /// Any other cell.
    Cell,
}

/// A part of the structure.
#[derive(Clone, Debug)]
pub struct Branch {
    /// What it is.
    pub kind: Kind,
    /// The part that it is in, by its number.
    pub parent: Option<usize>,
}

/// Something on a page. Positions are in points from the left and from the top.
#[derive(Clone, Debug)]
pub enum Item {
    /// A line of text.
    Text {
        /// Left end.
        x: f32,
        /// Feet of the letters.
        y: f32,
        /// The text.
        line: Line,
        /// The part of the structure that it belongs to; `None` for what is repeated on each page.
        owner: Option<usize>,
    },
    /// A line that is drawn.
    Rule {
        /// One end.
        from: (f32, f32),
        /// The other end.
        to: (f32, f32),
        /// How it is drawn.
        pen: Pen,
    },
}

/// How a line is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pen {
    /// To write on, and below headings.
    Strong,
    /// Between rows and boxes.
    Fine,
    /// Around what nobody should read past.
    Alarm,
}

/// A heading, for the outline.
#[derive(Clone, Debug, PartialEq)]
pub struct Heading {
    /// Its level.
    pub level: u16,
    /// Its words.
    pub words: String,
    /// Number of its page, from 0.
    pub page: usize,
    /// Its top, in points from the top.
    pub y: f32,
}

/// Pages in the making.
pub struct Sheets {
    /// The fonts.
    pub letters: Letters,
    /// What is printed on.
    pub size: Size,
    /// What is on each page.
    pub pages: Vec<Vec<Item>>,
    /// The structure.
    pub branches: Vec<Branch>,
    /// The headings.
    pub headings: Vec<Heading>,
    y: f32,
}

impl Sheets {
    /// One empty page.
    pub fn new(size: Size) -> Result<Self, PressError> {
        Ok(Self {
            letters: Letters::new()?,
            size,
            pages: vec![Vec::new()],
            branches: Vec::new(),
            headings: Vec::new(),
            y: TOP,
        })
    }

    /// Left edge and width of what is printed.
    pub fn body(&self) -> (f32, f32) {
        (SIDE, self.size.points().0 - 2.0 * SIDE)
    }

    /// Where the next thing begins.
    pub fn y(&self) -> f32 {
        self.y
    }

    /// Room that is left on the page.
    pub fn room(&self) -> f32 {
        self.size.points().1 - BOTTOM - self.y
    }

    /// Room of an empty page.
    pub fn whole(&self) -> f32 {
        self.size.points().1 - BOTTOM - TOP
    }

    /// A new page, unless this one is empty.
    pub fn turn(&mut self) {
        if self.pages.last().is_none_or(|page| !page.is_empty()) {
            self.pages.push(Vec::new());
        }
        self.y = TOP;
    }

    /// A new page where less than this is left.
    pub fn need(&mut self, height: f32) {
        if self.room() < height {
            self.turn();
        }
    }

    /// Goes down by this much.
    pub fn down(&mut self, height: f32) {
        self.y += height;
    }

    /// A part of the structure; its number.
    pub fn branch(&mut self, kind: Kind, parent: Option<usize>) -> usize {
        self.branches.push(Branch { kind, parent });
        self.branches.len() - 1
    }

    /// Puts something on this page.
    pub fn put(&mut self, item: Item) {
        if let Some(page) = self.pages.last_mut() {
            page.push(item);
        }
    }

    /// A line across, at this height.
    pub fn rule(&mut self, y: f32, pen: Pen) {
        let (left, width) = self.body();
        self.put(Item::Rule {
            from: (left, y),
            to: (left + width, y),
            pen,
        });
    }

    /// A heading that stays with `keep` points of what follows.
    pub fn heading(&mut self, level: u16, text: &str, style: Style, keep: f32) {
        let (x, width) = self.body();
        let lines = self.letters.lines(text, style, width);
        let height = lines.iter().map(|line| line.style.leading()).sum::<f32>();
        self.need(height + keep);
        let words = self.letters.printable(text);
        self.headings.push(Heading {
            level,
            words: words.clone(),
            page: self.pages.len() - 1,
            y: self.y,
        });
        let owner = self.branch(Kind::Heading(level, words), None);
        self.write(lines, x, owner);
    }

    /// A paragraph. No line of it stands alone at the foot of a page.
    pub fn paragraph(&mut self, text: &str, style: Style) {
        let (x, width) = self.body();
        let lines = self.letters.lines(text, style, width);
        let owner = self.branch(Kind::Paragraph, None);
        self.need(style.leading() * if lines.len() > 1 { 2.0 } else { 1.0 });
        self.write(lines, x, owner);
    }

    /// A text in a box that nobody should read past.
    pub fn banner(&mut self, text: &str, style: Style) {
        let (x, width) = self.body();
        let lines = self.letters.lines(text, style, width - 8.0 * MM);
        let owner = self.branch(Kind::Paragraph, None);
        let count = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        let height = style.leading() * f32::from(count) + 5.0 * MM;
        self.need(height);
        let top = self.y;
        self.y += 2.5 * MM;
        self.write(lines, x + 4.0 * MM, owner);
        self.y = top + height;
        self.frame((x, top), (x + width, top + height), Pen::Alarm);
        self.down(3.0 * MM);
    }

    /// Four lines around.
    pub fn frame(&mut self, (left, top): (f32, f32), (right, bottom): (f32, f32), pen: Pen) {
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        for (from, to) in corners.into_iter().zip(corners.into_iter().cycle().skip(1)) {
            self.put(Item::Rule { from, to, pen });
        }
    }

    fn write(&mut self, lines: Vec<Line>, x: f32, owner: usize) {
        for line in lines {
            self.need(line.style.leading());
            let (y, down) = (self.y + line.style.ascent(), line.style.leading());
            self.put(Item::Text {
                x,
                y,
                line,
                owner: Some(owner),
            });
            self.y += down;
        }
    }

    /// Boxes for digits that are written by hand: `lines` of sixteen, in groups of four.
    pub fn boxes(&mut self, lines: u16, height: f32) {
        let (left, width) = self.body();
        let (top, side) = (self.y, width / 16.0);
        let bottom = top + f32::from(lines) * height;
        for line in 0..=lines {
            let y = top + f32::from(line) * height;
            self.rule(
                y,
                if line % lines == 0 {
                    Pen::Strong
                } else {
                    Pen::Fine
                },
            );
        }
        for place in 0..=16_u16 {
            let x = left + f32::from(place) * side;
            let pen = if place % 4 == 0 {
                Pen::Strong
            } else {
                Pen::Fine
            };
            self.put(Item::Rule {
                from: (x, top),
                to: (x, bottom),
                pen,
            });
        }
        self.y = bottom;
    }
}
