//! Lists of names, and the one that was probably meant.

use std::fmt::Display;

/// Names in a row, each in backquotes.
pub fn list<T: Display>(names: &[T]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// "Did you mean …?"
pub fn did_you_mean(name: &str) -> String {
    format!("Did you mean `{name}`?")
}

/// The known name that is nearest to what was written, where one is near enough to be meant.
pub fn nearest<'k>(written: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let allowed = ((written.chars().count() + 1) / 3).clamp(1, 3);
    known
        .map(|name| (distance(written, name), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| name)
}

/// Number of letters to insert, delete or change (Levenshtein); long texts are not compared.
fn distance(a: &str, b: &str) -> usize {
    if a.len() > 64 {
        return usize::MAX;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        let mut left = i + 1;
        for (to, pair) in b.iter().zip(row.windows(2)) {
            let &[diagonal, above] = pair else { continue };
            left = (diagonal + usize::from(from != *to))
                .min(above + 1)
                .min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_a_stranger_is_not() {
        let known = ["threshold", "expires", "version"];
        assert_eq!(nearest("treshold", known.into_iter()), Some("threshold"));
        assert_eq!(nearest("expire", known.into_iter()), Some("expires"));
        assert_eq!(nearest("colour", known.into_iter()), None);
        assert_eq!(nearest(&"x".repeat(100), known.into_iter()), None);
    }
}
