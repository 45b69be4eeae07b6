//! Reading TOML that people wrote: everything that is wrong is collected, with its line.
//!
//! A [`Section`] is asked for the keys that it may hold. What is missing, of the wrong type or out
//! of range becomes a [`Problem`] and the answer is `None`; at [`Section::finish`] every key that
//! was not asked for is an unknown key, with a suggestion where one is near. The caller goes on
//! with what it got, so that one reading finds everything.

use std::cell::RefCell;
use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::plain::{self, Lines};
use super::problem::{Problem, Problems};
use super::suggest::{did_you_mean, list, nearest};

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

/// A table of the file.
#[derive(Debug)]
pub struct Section<'r, 'i> {
    reading: &'r Reading<'i>,
    table: &'r DeTable<'i>,
    /// Dotted path; empty at the top.
    path: String,
    /// Line of its header, from 1; 0 at the top.
    pub line: u32,
    known: RefCell<Vec<&'static str>>,
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
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
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
        self.problems.borrow_mut().add(Problem::new(line, key, sentence));
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

impl<'r, 'i> Section<'r, 'i> {
    fn new(reading: &'r Reading<'i>, table: &'r DeTable<'i>, path: String, line: u32) -> Self {
        Self {
            reading,
            table,
            path,
            line,
            known: RefCell::default(),
        }
    }

    /// Dotted path of a key in this section.
    pub fn key(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    /// Adds a problem of this section.
    pub fn add(&self, sentence: impl Into<String>) {
        self.reading.add(self.line, self.path.clone(), sentence);
    }

    /// Whether the key holds a list with nothing in it.
    pub fn is_empty_list(&self, name: &str) -> bool {
        let list = self.table.get(name).and_then(|value| value.get_ref().as_array());
        list.is_some_and(|list| list.is_empty())
    }

    /// Whether the key is there.
    pub fn has(&self, name: &str) -> bool {
        self.table.contains_key(name)
    }

    /// A text that must be there.
    pub fn text(&self, name: &'static str) -> Option<Found<String>> {
        self.required(name, self.optional_text(name))
    }

    /// A text that may be there.
    pub fn optional_text(&self, name: &'static str) -> Option<Found<String>> {
        self.typed(name, "text in quotes", |value| value.as_str().map(str::to_owned))
    }

    /// A line of text that must be there and that people will read; see [`plain::flaw`].
    pub fn line_of_text(&self, name: &'static str, longest: usize) -> Option<Found<String>> {
        self.fit(self.text(name)?, Lines::One, longest)
    }

    /// Paragraphs that must be there and that people will read; see [`plain::flaw`].
    pub fn paragraphs(&self, name: &'static str, longest: usize) -> Option<Found<String>> {
        self.fit(self.text(name)?, Lines::Several, longest)
    }

    /// An id that must be there; see [`plain::is_id`].
    pub fn id(&self, name: &'static str) -> Option<Found<String>> {
        let found = self.text(name)?;
        if plain::is_id(&found.value) {
            return Some(found);
        }
        let sentence = format!(
            "`{}` must be lower-case letters, digits and hyphens, such as `keyholder-1`; here it is {:?}.",
            found.key, found.value
        );
        self.reading.add(found.line, found.key, sentence);
        None
    }

    /// One of these words, which must be there.
    pub fn one_of<T: Copy>(
        &self,
        name: &'static str,
        choices: &[(&'static str, T)],
    ) -> Option<Found<T>> {
        self.text(name).and_then(|found| self.choose(found, choices))
    }

    /// One of these words, for a text that was found.
    pub fn choose<T: Copy>(
        &self,
        found: Found<String>,
        choices: &[(&'static str, T)],
    ) -> Option<Found<T>> {
        if let Some((_, choice)) = choices.iter().find(|(word, _)| *word == found.value) {
            return Some(found.map(|_| *choice));
        }
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let hint = nearest(&found.value, words.iter().copied())
            .map_or_else(String::new, |word| format!(" {}", did_you_mean(word)));
        let sentence = format!(
            "`{}` is {:?}; it must be one of {}.{hint}",
            found.key,
            found.value,
            list(&words)
        );
        self.reading.add(found.line, found.key, sentence);
        None
    }

    /// One line that people will read, for a text that was found.
    pub fn one_line(&self, found: Found<String>, longest: usize) -> Option<Found<String>> {
        self.fit(found, Lines::One, longest)
    }

    fn fit(&self, found: Found<String>, lines: Lines, longest: usize) -> Option<Found<String>> {
        let Some(flaw) = plain::flaw(&found.value, lines, longest) else {
            return Some(found);
        };
        let sentence = format!("`{}` {flaw}", found.key);
        self.reading.add(found.line, found.key, sentence);
        None
    }

    /// A whole number that must be there, within the range.
    pub fn number(&self, name: &'static str, range: RangeInclusive<u64>) -> Option<Found<u64>> {
        self.required(name, self.optional_number(name, range))
    }

    /// A whole number that may be there, within the range.
    pub fn optional_number(
        &self,
        name: &'static str,
        range: RangeInclusive<u64>,
    ) -> Option<Found<u64>> {
        let found = self.typed(name, "a whole number", |value| {
            let number = value.as_integer()?;
            Some(u64::from_str_radix(number.as_str(), number.radix()).ok())
        })?;
        if let Some(number) = found.value
            && range.contains(&number)
        {
            return Some(found.map(|_| number));
        }
        let (low, high) = (range.start(), range.end());
        let sentence = format!("`{}` must be a whole number from {low} to {high}.", found.key);
        self.reading.add(found.line, found.key, sentence);
        None
    }

    /// Yes or no, which may be there.
    pub fn optional_flag(&self, name: &'static str) -> Option<Found<bool>> {
        self.typed(name, "true or false", DeValue::as_bool)
    }

    /// Yes or no, which must be there.
    pub fn flag(&self, name: &'static str) -> Option<Found<bool>> {
        self.required(name, self.optional_flag(name))
    }

    /// A list of texts, which may be there.
    pub fn optional_texts(&self, name: &'static str) -> Option<Vec<Found<String>>> {
        let items = self.list(name, "texts in quotes")?;
        let texts = items.value.iter().enumerate().filter_map(|(number, item)| {
            let line = self.reading.line_of(&item.span());
            let key = format!("{}[{number}]", items.key);
            let Some(text) = item.get_ref().as_str() else {
                self.wrong_type(line, &key, "text in quotes", item.get_ref());
                return None;
            };
            Some(Found {
                value: text.to_owned(),
                line,
                key,
            })
        });
        Some(texts.collect())
    }

    /// A list of texts, which must be there.
    pub fn texts(&self, name: &'static str) -> Option<Vec<Found<String>>> {
        self.required(name, self.optional_texts(name))
    }

    /// A table that must be there.
    pub fn section(&self, name: &'static str) -> Option<Section<'r, 'i>> {
        self.required(name, self.optional_section(name))
    }

    /// A table that may be there.
    pub fn optional_section(&self, name: &'static str) -> Option<Section<'r, 'i>> {
        let value = self.value(name)?;
        let line = self.reading.line_of(&value.span());
        let Some(table) = value.get_ref().as_table() else {
            self.wrong_type(line, &self.key(name), "a table", value.get_ref());
            return None;
        };
        Some(Section::new(self.reading, table, self.key(name), line))
    }

    /// A list of tables; empty where it is not there, which is for the caller to judge.
    pub fn sections(&self, name: &'static str) -> Vec<Section<'r, 'i>> {
        let Some(items) = self.list(name, "tables") else {
            return Vec::new();
        };
        let sections = items.value.iter().enumerate().filter_map(|(number, item)| {
            let line = self.reading.line_of(&item.span());
            let key = format!("{}[{number}]", items.key);
            let Some(table) = item.get_ref().as_table() else {
                self.wrong_type(line, &key, "a table", item.get_ref());
                return None;
            };
            Some(Section::new(self.reading, table, key, line))
        });
        sections.collect()
    }

    /// Tells every key that nobody asked for.
    pub fn finish(&self) {
        let known = self.known.borrow();
        for name in self.table.keys() {
            let text = name.get_ref().as_ref();
            if known.contains(&text) {
                continue;
            }
            let place = if self.path.is_empty() {
                "The file".to_owned()
            } else {
                format!("`{}`", self.path)
            };
            let hint = nearest(text, known.iter().copied())
                .map_or_else(|| format!("Known here: {}.", list(&known)), did_you_mean);
            self.reading.add(
                self.reading.line_of(&name.span()),
                self.key(text),
                format!("{place} has no key `{text}`. {hint}", text = text.escape_debug()),
            );
        }
    }

    fn value(&self, name: &'static str) -> Option<&'r Spanned<DeValue<'i>>> {
        self.known.borrow_mut().push(name);
        self.table.get(name)
    }

    fn typed<T>(
        &self,
        name: &'static str,
        wanted: &str,
        read: impl FnOnce(&DeValue<'i>) -> Option<T>,
    ) -> Option<Found<T>> {
        let value = self.value(name)?;
        let line = self.reading.line_of(&value.span());
        let key = self.key(name);
        let Some(read) = read(value.get_ref()) else {
            self.wrong_type(line, &key, wanted, value.get_ref());
            return None;
        };
        Some(Found {
            value: read,
            line,
            key,
        })
    }

    fn list(
        &self,
        name: &'static str,
        of: &str,
    ) -> Option<Found<&'r [Spanned<DeValue<'i>>]>> {
        let value = self.value(name)?;
        let line = self.reading.line_of(&value.span());
        let key = self.key(name);
        let Some(items) = value.get_ref().as_array() else {
            self.wrong_type(line, &key, &format!("a list of {of}"), value.get_ref());
            return None;
        };
        Some(Found {
            value: items,
            line,
            key,
        })
    }

    fn required<T>(&self, name: &'static str, found: Option<T>) -> Option<T> {
        if !self.has(name) && !self.reading.broken {
            let place = if self.path.is_empty() {
                "The file".to_owned()
            } else {
                format!("`{}`", self.path)
            };
            let sentence = format!("{place} lacks the key `{name}`.");
            self.reading.add(self.line, self.key(name), sentence);
        }
        found
    }

    fn wrong_type(&self, line: u32, key: &str, wanted: &str, got: &DeValue<'_>) {
        let got = match got {
            DeValue::String(_) => "text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date without quotes",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.reading.add(line, key, format!("`{key}` must be {wanted}; here it is {got}."));
    }
}

/// Line of the key at this dotted path, such as `root.role.targets.keys[0]`; of the nearest table
/// around it where the key itself is not there; 0 where there is nothing of it.
pub fn line_of_key(bytes: &[u8], key: &str) -> u32 {
    let Ok(reading) = Reading::new(bytes) else {
        return 0;
    };
    let mut table = Some(reading.tree.get_ref());
    let mut line = 0;
    for part in key.split('.') {
        let (name, number) = match part.trim_end_matches(']').split_once('[') {
            Some((name, number)) => (name, number.parse::<usize>().ok()),
            None => (part, None),
        };
        let Some(mut value) = table.and_then(|table| table.get(name)) else {
            break;
        };
        let first = value.get_ref().as_array().and_then(|items| items.get(number.unwrap_or(0)));
        if let Some(item) = first {
            value = item;
        }
        line = reading.line_of(&value.span());
        table = value.get_ref().as_table();
    }
    line
}

#[cfg(test)]
mod tests;
