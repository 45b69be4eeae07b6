//! One table of a file, asked for its keys.

mod words;

use std::cell::RefCell;
use std::ops::RangeInclusive;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Found, Reading};
use crate::ceremony::suggest::{did_you_mean, list, nearest};

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

impl<'r, 'i> Section<'r, 'i> {
    pub(super) fn new(
        reading: &'r Reading<'i>,
        table: &'r DeTable<'i>,
        path: String,
        line: u32,
    ) -> Self {
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
        let list = self
            .table
            .get(name)
            .and_then(|value| value.get_ref().as_array());
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
        self.typed(name, "text in quotes", |value| {
            value.as_str().map(str::to_owned)
        })
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
        let sentence = format!(
            "`{}` must be a whole number from {low} to {high}.",
            found.key
        );
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
                format!(
                    "{place} has no key `{text}`. {hint}",
                    text = text.escape_debug()
                ),
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

    fn list(&self, name: &'static str, of: &str) -> Option<Found<&'r [Spanned<DeValue<'i>>]>> {
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
        self.reading.add(
            line,
            key,
            format!("`{key}` must be {wanted}; here it is {got}."),
        );
    }
}
