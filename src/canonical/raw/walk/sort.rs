//! Members in the order of their names.

use std::ops::Range;

use super::{Name, Unreadable, Walk, bytes};

/// A member as it stands in what has been written: its name, its value.
pub(super) struct Piece {
    name: Name,
    range: Range<usize>,
}

impl Walk<'_> {
    /// Puts the members of the object that begins at `out` in order, whose first is number `first`
    /// and whose brace is yet to come. Refuses two of one name.
    pub(super) fn sort(&mut self, out: usize, first: usize) -> Result<(), Unreadable> {
        self.flush();
        let end = self.out.len();
        let mut pieces = std::mem::take(&mut self.pieces);
        pieces.clear();
        let fields = self.fields.get(first..).unwrap_or_default();
        pieces.extend(fields.iter().enumerate().map(|(at, field)| Piece {
            name: field.name,
            // up to the comma before the next one
            range: field.out..fields.get(at + 1).map_or(end, |next| next.out - 1),
        }));
        let name = |piece: &Piece| bytes(self.text, &self.decoded, piece.name);
        // stable because that is quick with runs which are in order already
        pieces.sort_by(|a, b| name(a).cmp(name(b)));
        let twice = pieces.windows(2).find_map(|pair| match pair {
            [a, b] if name(a) == name(b) => Some(name(a)),
            _ => None,
        });
        if let Some(twice) = twice {
            let twice = String::from_utf8_lossy(twice);
            return Err(self.wrong(&format!("two members are named \"{twice}\"")));
        }
        self.rearrange(out, &pieces);
        self.pieces = pieces;
        Ok(())
    }

    fn rearrange(&mut self, out: usize, pieces: &[Piece]) {
        // a large object is not copied back: what stands before it moves along instead
        let from = if out <= self.out.len() - out { 0 } else { out };
        let part = |range: Range<usize>| self.out.get(range).unwrap_or_default();
        self.scratch.clear();
        self.scratch.extend_from_slice(part(from..out + 1));
        let mut moves = Vec::new();
        for (at, piece) in pieces.iter().enumerate() {
            if at > 0 {
                self.scratch.push(b',');
            }
            if self.open.is_empty() {
                let is_it = |top: &super::Top| top.out == piece.range.start;
                if let Some(top) = self.top.iter().position(is_it) {
                    moves.push((top, from + self.scratch.len()));
                }
            }
            self.scratch.extend_from_slice(part(piece.range.clone()));
        }
        for (top, to) in moves {
            if let Some(top) = self.top.get_mut(top) {
                top.move_to(to);
            }
        }
        if from == 0 {
            std::mem::swap(&mut self.out, &mut self.scratch);
        } else {
            self.out.truncate(from);
            self.out.extend_from_slice(&self.scratch);
        }
    }
}
