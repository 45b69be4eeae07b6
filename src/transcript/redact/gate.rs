//! The search for what is withheld, in every encoding in which it could lie somewhere.

mod armour;
mod forms;

use std::ops::Range;

use super::strings::{Class, Needle, percent_decoded};
use crate::ceremony::plan::{Plan, id_has, plain};
use forms::{Form, forms};

/// Serial numbers and labels of fewer characters cannot be told from other text; numbers need one more.
const SHORTEST: usize = 4;
/// Up to this many characters a string is sought as a whole word: digests hold short ones by chance.
const WORD: usize = 7;

/// Shortest line of bytes in base64 that is known as such: the last one of a P-384 key.
const LINE: usize = 32;
/// Capitals and small letters that it has at least.
const MIXED: usize = 6;

/// What is being looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The body of a record, which can be withheld: parts of names count.
    Record,
    /// A file that people or machines read: names count as a whole, initials as they are written.
    File,
}

/// Why something is not sought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsought {
    /// It is too short to be told from other text.
    Short,
    /// Every copy has it, whatever the ceremony.
    Usual,
    /// Ids tell it, and somebody has decided that they may.
    InIds,
}

/// Knows what is withheld in one ceremony.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    sought: Vec<(Needle, Vec<Form>)>,
    /// What is not sought, and why.
    pub unsought: Vec<(Needle, Unsought)>,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'g>(pub &'g Needle);

impl Gate {
    /// `common` is text that is the same whatever the ceremony: what stands there says nothing of this one.
    pub fn new(needles: Vec<Needle>, common: &str) -> Self {
        let usual = Views::of(common);
        let mut gate = Self::default();
        for needle in needles {
            let short = needle.class == Class::Serial && {
                let digits = needle.text.bytes().all(|b| b.is_ascii_digit());
                needle.text.chars().count() < SHORTEST + usize::from(digits)
            };
            let forms = forms(&needle);
            let said = |form: &Form| form.plain && form.is_in(&usual);
            if short {
                gate.unsought.push((needle, Unsought::Short));
            } else if forms.iter().any(said) {
                gate.unsought.push((needle, Unsought::Usual));
            } else {
                gate.sought.push((needle, forms));
            }
        }
        gate
    }

    /// Seeks this as well.
    pub fn seek(&mut self, needle: Needle) {
        let forms = forms(&needle);
        self.sought.push((needle, forms));
    }

    /// The first thing that a text must not have.
    pub fn find(&self, text: &str, place: Place) -> Option<Found<'_>> {
        let views = Views::of(text);
        let counts = |class: Class| place == Place::Record || class != Class::Part;
        self.sought
            .iter()
            .filter(|(needle, _)| counts(needle.class))
            .find(|(_, forms)| forms.iter().any(|form| form.is_in(&views)))
            .map(|(needle, _)| Found(needle))
    }

    /// Of whom an id tells, which cannot be withheld. Ids are lower case, their parts divided by hyphens and dots.
    pub fn find_in_id(&self, id: &str) -> Option<Found<'_>> {
        let told = |needle: &Needle| {
            let text = needle.text.to_lowercase();
            match needle.class {
                Class::Part | Class::Initials => id_has(id, &text),
                Class::Digest => false,
                Class::Name | Class::Serial | Class::Location => {
                    let parts = text.split(|c: char| !c.is_alphanumeric());
                    let joined: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
                    let id = id.replace('.', "-");
                    !joined.is_empty()
                        && format!("-{id}-").contains(&format!("-{}-", joined.join("-")))
                }
            }
        };
        let mut needles = self.sought.iter().map(|(needle, _)| needle);
        needles.find(|needle| told(needle)).map(Found)
    }

    /// Without what ids tell: somebody has decided that they may.
    pub fn accept_ids<'i>(&mut self, ids: impl Iterator<Item = &'i str>) {
        for id in ids {
            while let Some(Found(found)) = self.find_in_id(id) {
                let found = found.clone();
                self.sought.retain(|(needle, _)| *needle != found);
                self.unsought.push((found, Unsought::InIds));
            }
        }
        // a name of which ids tell every part
        let told = |name: &str| {
            let mut parts = Plan::parts_of_name(name).peekable();
            let known = |part: String| self.unsought.iter().any(|(needle, _)| needle.text == part);
            parts.peek().is_some() && parts.all(known)
        };
        let of_name = |needle: &Needle| needle.class == Class::Name && told(&needle.text);
        let names = self.sought.iter().map(|(needle, _)| needle);
        let names: Vec<Needle> = names.filter(|needle| of_name(needle)).cloned().collect();
        self.sought.retain(|(needle, _)| !names.contains(needle));
        let names = names.into_iter().map(|name| (name, Unsought::InIds));
        self.unsought.extend(names);
    }

    /// A text of the plan, or the word `withheld` where it tells something.
    pub fn cleaned(&self, text: &str) -> String {
        if self.find(text, Place::Record).is_some() {
            "withheld".to_owned()
        } else {
            text.to_owned()
        }
    }
}

/// A text in the forms in which it is looked through.
struct Views {
    raw: String,
    folded: String,
    /// As a browser would show it, white space as one space, with marks taken out and put as spaces; and with the
    /// codes of URIs and of JSON strings decoded, where there are any; what is in certificates; and each without
    /// marks on its letters.
    read: Vec<String>,
}

impl Views {
    fn of(text: &str) -> Self {
        let unescaped = text.contains('\\').then(|| forms::unescaped(text));
        let mut read: Vec<String> = ["", " "]
            .map(|mark| forms::read(text, mark))
            .into_iter()
            .chain([text.split_whitespace().collect::<Vec<_>>().join(" ")])
            .chain(text.contains('%').then(|| percent_decoded(text)))
            .chain(armour::armoured(unescaped.as_deref().unwrap_or(text)))
            .chain(unescaped)
            .map(|text| text.to_lowercase())
            .collect();
        let marked: Vec<String> = read
            .iter()
            .filter(|text| !text.is_ascii())
            .flat_map(|text| plain(text))
            .collect();
        read.extend(marked);
        Self {
            raw: text.to_owned(),
            folded: text.to_lowercase(),
            read,
        }
    }
}

impl Form {
    fn is_in(&self, views: &Views) -> bool {
        if self.exact {
            return self.is_in_text(&views.raw);
        }
        self.is_in_text(&views.folded) || views.read.iter().any(|text| self.is_in_text(text))
    }

    fn is_in_text(&self, text: &str) -> bool {
        if !self.word {
            return text.contains(&self.text);
        }
        text.match_indices(&self.text).any(|(at, found)| {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let after = text
                .get(at + found.len()..)
                .and_then(|after| after.chars().next());
            // a number stands alone after letters as well, unless they are hexadecimal digits
            let within = if self.text.bytes().all(|b| b.is_ascii_digit()) {
                |c: char| c.is_ascii_hexdigit()
            } else {
                char::is_alphanumeric
            };
            let inside = |c: Option<char>| c.is_some_and(within);
            let alone = !inside(before) && !inside(after);
            alone && !(self.exact && is_encoded(text, at..at + found.len()))
        })
    }
}

/// Whether what stands there is part of bytes in base64, as keys and signatures are written: two letters stand
/// between its strokes by chance. Capitals and small letters are mixed there as in no list of initials and no
/// path.
fn is_encoded(text: &str, found: Range<usize>) -> bool {
    let of_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    let before = text.get(..found.start).unwrap_or_default();
    let after = text.get(found.end..).unwrap_or_default();
    let begin = before.trim_end_matches(of_base64).len();
    let end = text.len() - after.trim_start_matches(of_base64).len();
    let run = text.get(begin..end).unwrap_or_default();
    let count = |kind: fn(&u8) -> bool| run.bytes().filter(kind).count();
    run.len() >= LINE
        && count(u8::is_ascii_uppercase) >= MIXED
        && count(u8::is_ascii_lowercase) >= MIXED
}

/// Whether a string is sought as a whole word.
fn is_word(needle: &Needle) -> bool {
    match needle.class {
        Class::Digest => false,
        Class::Initials | Class::Part => true,
        Class::Name | Class::Serial | Class::Location => needle.text.chars().count() <= WORD,
    }
}

#[cfg(test)]
mod tests;
