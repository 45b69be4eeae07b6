//! The PGP word list, as in `assets/pgp-words.txt`: per line the byte in hex, the two-syllable
//! word for even positions, the three-syllable word for odd ones.

use std::collections::HashMap;
use std::sync::LazyLock;

static LIST: LazyLock<List> = LazyLock::new(List::read);

struct List {
    even: Vec<&'static str>,
    odd: Vec<&'static str>,
    by_word: HashMap<String, Entry>,
}

/// One word of the list.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    /// The word as the list writes it.
    pub word: &'static str,
    /// The byte that it stands for.
    pub byte: u8,
    /// Whether it is a three-syllable word, for odd positions counted from 0.
    pub odd: bool,
}

impl List {
    fn read() -> Self {
        let (mut even, mut odd, mut by_word) = (Vec::new(), Vec::new(), HashMap::new());
        for (byte, line) in (0..=u8::MAX).zip(include_str!("../../assets/pgp-words.txt").lines()) {
            let mut columns = line.split(' ').skip(1);
            for (column, is_odd) in [(&mut even, false), (&mut odd, true)] {
                let word = columns.next().unwrap_or_default();
                column.push(word);
                by_word.insert(word.to_ascii_lowercase(), Entry { word, byte, odd: is_odd });
            }
        }
        Self { even, odd, by_word }
    }
}

/// The word for a byte at a place counted from 0.
pub(super) fn word(place: usize, byte: u8) -> &'static str {
    let column = if place.is_multiple_of(2) { &LIST.even } else { &LIST.odd };
    // a test holds the list to 256 words a column
    column.get(usize::from(byte)).copied().unwrap_or_default()
}

/// The entry of a word, in any case.
pub(super) fn find(word: &str) -> Option<Entry> {
    LIST.by_word.get(&word.to_ascii_lowercase()).copied()
}

#[cfg(test)]
mod tests {
    use super::LIST;

    #[test]
    fn the_list_is_whole() {
        let text = include_str!("../../assets/pgp-words.txt");
        assert_eq!(text.lines().count(), 256);
        for (byte, line) in text.lines().enumerate() {
            let columns: Vec<_> = line.split(' ').collect();
            assert_eq!(columns.len(), 3, "{line}");
            assert_eq!(columns[0], format!("{byte:02x}"));
            assert!(columns[1].len() <= 9 && columns[2].len() <= 11, "{line}");
            assert!(columns[1..].iter().all(|w| !w.is_empty() && w.chars().all(|c| c.is_ascii_alphabetic())));
            // so that hex and words cannot be confused
            assert!(columns[1..].iter().all(|w| !w.chars().all(|c| c.is_ascii_hexdigit())));
        }
        assert_eq!((LIST.even.len(), LIST.odd.len()), (256, 256));
        // both columns together hold no word twice, whatever its case
        assert_eq!(LIST.by_word.len(), 512);
    }
}
