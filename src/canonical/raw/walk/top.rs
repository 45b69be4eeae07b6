//! The members of the object at the top, and the path to where the walk stands.

use std::fmt::Write as _;

use super::super::Member;
use super::{Field, Open, Walk, bytes};
use crate::safe::safe;

/// A member of the object at the top.
pub(super) struct Top {
    /// Where it begins in the canonical form; its value begins somewhat later.
    pub out: usize,
    pub member: Member,
}

impl Top {
    pub fn move_to(&mut self, out: usize) {
        if let Ok(range) = &mut self.member.canonical {
            *range = range.start - self.out + out..range.end - self.out + out;
        }
        self.out = out;
    }
}

impl Walk<'_> {
    pub(super) fn begin_at_top(&mut self, field: Field) {
        let name = bytes(self.text, &self.decoded, field.name);
        let canonical = self.written();
        self.top.push(Top {
            out: field.out,
            member: Member {
                name: String::from_utf8_lossy(name).into_owned(),
                // the ends are not known yet
                text: self.at..0,
                canonical: Ok(canonical..0),
            },
        });
    }

    /// Where a member of the object at the top has just ended, notes where.
    pub(super) fn end_at_top(&mut self) {
        if self.open.len() != 1 {
            return;
        }
        let written = self.written();
        let Some(member) = self.top.last_mut().map(|top| &mut top.member) else {
            return;
        };
        if member.text.end == 0 {
            member.text.end = self.at;
            if let Ok(range) = &mut member.canonical {
                range.end = written;
            }
            if let Some(refused) = self.refused.take() {
                self.first_refused.get_or_insert_with(|| refused.clone());
                member.canonical = Err(refused);
            }
        }
    }

    /// Where the walk stands, for messages.
    pub(super) fn path(&self) -> String {
        let mut path = String::new();
        for (level, open) in self.open.iter().enumerate() {
            match open {
                Open::Array { items } => drop(write!(path, "[{}]", items.saturating_sub(1))),
                Open::Object { .. } => {
                    let inner = self.open.get(level + 1..).unwrap_or_default();
                    let inner = inner.iter().find_map(|open| match open {
                        Open::Object { first, .. } => Some(*first),
                        Open::Array { .. } => None,
                    });
                    let current = inner.unwrap_or(self.fields.len()).checked_sub(1);
                    let name = current.and_then(|current| self.fields.get(current));
                    let name =
                        name.map_or(&[][..], |field| bytes(self.text, &self.decoded, field.name));
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(&safe(&String::from_utf8_lossy(name)));
                }
            }
        }
        if path.is_empty() {
            path.push_str("the value");
        }
        path
    }
}
