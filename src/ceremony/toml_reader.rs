//! Reading TOML that people wrote: everything that is wrong is collected, with its line.
//!
//! A [`Section`] is asked for the keys that it may hold. What is missing, of the wrong type or out
//! of range becomes a [`Problem`] and the answer is `None`; at [`Section::finish`] every key that
//! was not asked for is an unknown key, with a suggestion where one is near. The caller goes on
//! with what it got, so that one reading finds everything.

mod section;

use std::cell::RefCell;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::{Problem, Problems};

pub use section::Section;

/// Largest file that is read: 1 MiB. Plans and scripts are a few KiB.
pub const MAX_BYTES: usize = 1 << 20;

/// A file being read.
#[derive(Debug)]
pub struct Reading<'i> {
    text: &'i str,
    /// Offset of the first byte of each line.
    lines: Vec<usize>,
    tree: Spanned<DeTable<'i>>,
    /// Whether the syntax is at fault somewhere; what is missing then may only be out of sight.
    broken: bool,
    problems: RefCell<Problems>,
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    /// The value.
    pub value: T,
    /// Its line, from 1.
    pub line: u32,
    /// Its dotted path.
    pub key: String,
}

impl<'i> Reading<'i> {
    /// Reads the syntax. Only a file that is too large or not UTF-8 cannot be read on.
    pub fn new(bytes: &'i [u8]) -> Result<Self, Problems> {
        let whole = |sentence: String| Problems::from(vec![Problem::new(0, "", sentence)]);
        if bytes.len() > MAX_BYTES {
            return Err(whole(format!(
                "The file has {} bytes; at most {MAX_BYTES} (1 MiB) are read.",
                bytes.len()
            )));
        }
        let text = std::str::from_utf8(bytes).map_err(|fault| {
            let before = bytes.get(..fault.valid_up_to()).unwrap_or_default();
            let line = before.split(|byte| *byte == b'\n').count();
            Problems::from(vec![Problem::new(
                u32::try_from(line).unwrap_or(u32::MAX),
                "",
                "The file is not UTF-8 text from this line on.",
            )])
        })?;
        let lines = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        let (tree, faults) = DeTable::parse_recoverable(text);
        let reading = Self {
            text,
            lines,
            tree,
            broken: !faults.is_empty(),
            problems: RefCell::default(),
        };
        let mut told = 0;
        for fault in faults {
            let line = fault.span().map_or(0, |span| reading.line(span.start));
            // One slip of the pen gives several faults on its line; the first one names it.
            if line != told || told == 0 {
                reading.add(line, "", format!("This is not TOML: {}.", fault.message()));
            }
            told = line;
        }
        Ok(reading)
    }

    /// The whole file as a section.
    pub fn top(&self) -> Section<'_, 'i> {
        Section::new(self, self.tree.get_ref(), String::new(), 0)
    }

    /// Adds a problem.
    pub fn add(&self, line: u32, key: impl Into<String>, sentence: impl Into<String>) {
        self.problems
            .borrow_mut()
            .add(Problem::new(line, key, sentence));
    }

    /// Whether nothing was wrong so far.
    pub fn clean(&self) -> bool {
        self.problems.borrow().is_empty()
    }

    /// Everything that was wrong.
    pub fn into_problems(self) -> Problems {
        self.problems.into_inner()
    }

    fn line(&self, offset: usize) -> u32 {
        let line = self.lines.partition_point(|start| *start <= offset);
        u32::try_from(line).unwrap_or(u32::MAX)
    }

    /// Line of a value: of its first character, as headers and keys stand before it.
    fn line_of(&self, span: &Range<usize>) -> u32 {
        self.line(span.start.min(self.text.len()))
    }
}

impl<T> Found<T> {
    /// The same place with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Found<U> {
        Found {
            value: change(self.value),
            line: self.line,
            key: self.key,
        }
    }
}

/// Line of the key at this dotted path, such as `root.role.targets.keys[0]`, or
/// `participant.keyholder-1.token` where a list's tables have ids; of the nearest table around it
/// where the key itself is not there; 0 where there is nothing of it.
pub fn line_of_key(bytes: &[u8], key: &str) -> u32 {
    let Ok(reading) = Reading::new(bytes) else {
        return 0;
    };
    let mut table = Some(reading.tree.get_ref());
    let mut line = 0;
    let mut parts = key.split('.');
    while let Some(part) = parts.next() {
        let (name, number) = match part.trim_end_matches(']').split_once('[') {
            Some((name, number)) => (name, number.parse::<usize>().ok()),
            None => (part, None),
        };
        let Some(mut value) = table.and_then(|table| table.get(name)) else {
            break;
        };
        if let Some(items) = value.get_ref().as_array() {
            let item = match number {
                Some(number) => items.get(number),
                None => parts
                    .next()
                    .and_then(|id| items.iter().find(|item| has_id(item.get_ref(), id))),
            };
            value = item.unwrap_or(value);
        }
        line = reading.line_of(&value.span());
        table = value.get_ref().as_table();
    }
    line
}

fn has_id(item: &DeValue<'_>, id: &str) -> bool {
    item.get("id").and_then(|value| value.get_ref().as_str()) == Some(id)
}

#[cfg(test)]
mod tests;
