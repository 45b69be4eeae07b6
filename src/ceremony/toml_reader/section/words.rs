//! Words that people will read or that must be one of a few.

use super::Section;
use crate::ceremony::plain::{self, Lines};
use crate::ceremony::suggest::{did_you_mean, list, nearest};
use crate::ceremony::toml_reader::Found;

impl Section<'_, '_> {
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
        self.text(name)
            .and_then(|found| self.choose(found, choices))
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
}
