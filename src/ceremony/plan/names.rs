//! In which words a text may tell of a person: parts of the name, as people write them in ids and file names.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::Plan;

/// Words for duties, which rehearsals have for names.
const DUTIES: [&str; 4] = ["administrator", "keyholder", "witness", "auditor"];
/// Characters of a part that is sought as a word, where it is written in Latin letters without marks.
const SHORTEST: usize = 3;
/// Characters of a name for logging in: shorter ones are words by chance.
const SHORTEST_LOGIN: usize = 4;

impl Plan {
    /// Parts of this name, in lower case; words for duties are none. Letters without marks: three or more; of other
    /// scripts, in which a name has few characters, two.
    pub(crate) fn parts_of_name(name: &str) -> impl Iterator<Item = String> {
        words(name).filter(|part| {
            let least = SHORTEST - usize::from(!part.is_ascii());
            part.chars().count() >= least && !DUTIES.contains(&part.as_str())
        })
    }

    /// Those parts, the same without marks, and what people are called by machines, such as `aking` for Ada King:
    /// each once.
    pub(crate) fn words_of_name(name: &str) -> Vec<String> {
        let mut found: Vec<String> = Self::parts_of_name(name).collect();
        for plain in plain(name) {
            found.extend(Self::parts_of_name(&plain));
            let all: Vec<String> = words(&plain).collect();
            let (Some(first), Some(last)) = (all.first(), all.last()) else {
                continue;
            };
            if all.len() < 2 {
                continue;
            }
            let letter = |word: &str| word.chars().next().map(String::from).unwrap_or_default();
            found.extend(
                [
                    letter(first) + last,
                    first.clone() + &letter(last),
                    last.clone() + &letter(first),
                    letter(last) + first,
                    first.clone() + last,
                    last.clone() + first,
                    all.concat(),
                ]
                .into_iter()
                .filter(|login| login.chars().count() >= SHORTEST_LOGIN),
            );
        }
        let mut once = Vec::new();
        for word in found {
            if !once.contains(&word) {
                once.push(word);
            }
        }
        once
    }
}

fn words(name: &str) -> impl Iterator<Item = String> {
    name.split(|c: char| !c.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|part| !part.is_empty())
}

/// A text in lower case and without marks, as it is written where only plain letters are allowed: `ö` as `o` and as
/// `oe`. Letters of other scripts stay as they are.
pub fn plain(text: &str) -> [String; 2] {
    let lower: String = text.nfc().collect::<String>().to_lowercase();
    [false, true].map(|two| {
        let mut letters = String::with_capacity(lower.len());
        for c in lower.chars() {
            match (c, two) {
                ('ä', true) | ('æ', _) => letters.push_str("ae"),
                ('ö' | 'ø', true) | ('œ', _) => letters.push_str("oe"),
                ('ü', true) => letters.push_str("ue"),
                ('å', true) => letters.push_str("aa"),
                ('ø', false) => letters.push('o'),
                ('ß', _) => letters.push_str("ss"),
                ('þ', _) => letters.push_str("th"),
                ('ł', _) => letters.push('l'),
                ('đ' | 'ð', _) => letters.push('d'),
                ('ħ', _) => letters.push('h'),
                ('ı', _) => letters.push('i'),
                _ => letters.extend(c.nfkd().filter(|c| !is_combining_mark(*c))),
            }
        }
        letters
    })
}

/// Whether a part of `id` is this word. Parts of ids are what hyphens and dots divide; a number before or after the
/// word does not hide it.
pub fn id_has(id: &str, word: &str) -> bool {
    id.split(['-', '.']).any(|part| {
        let letters = part.trim_matches(|c: char| c.is_ascii_digit());
        part == word || (!letters.is_empty() && letters == word)
    })
}

#[cfg(test)]
mod tests;
