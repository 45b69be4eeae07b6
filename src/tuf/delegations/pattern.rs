//! Shell patterns, as the clients in use read them (Python's `fnmatch`, for each part between
//! slashes): `*` is any text, `?` any character, `[a-c]` one of these, `[!a-c]` none of them; none
//! of them is a slash. Whoever reads a pattern more narrowly or widely than clients do would say of
//! a repository what is not so.

/// Whether `path` fits `pattern`: part by part, as many as there are.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let (mut patterns, mut parts) = (pattern.split('/'), path.split('/'));
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some(pattern), Some(part)) if part_matches(pattern, part) => {}
            _ => return false,
        }
    }
}

/// One element of a pattern.
enum Element<'a> {
    Star,
    Any,
    Set { negated: bool, set: &'a str },
    Literal(char),
}

/// The first element of a pattern, and what is after it.
fn first(pattern: &str) -> Option<(Element<'_>, &str)> {
    let mut rest = pattern.chars();
    let element = match rest.next()? {
        '*' => Element::Star,
        '?' => Element::Any,
        '[' => {
            if let Some((element, rest)) = set(rest.as_str()) {
                return Some((element, rest));
            }
            Element::Literal('[')
        }
        c => Element::Literal(c),
    };
    Some((element, rest.as_str()))
}

/// What stands after `[`, where a `]` ends it. A `]` that comes first is one of the set.
fn set(text: &str) -> Option<(Element<'_>, &str)> {
    let (negated, text) = match text.strip_prefix('!') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let from = usize::from(text.starts_with(']'));
    let end = from + text.get(from..)?.find(']')?;
    let (set, rest) = (text.get(..end)?, text.get(end + 1..)?);
    Some((Element::Set { negated, set }, rest))
}

fn in_set(set: &str, c: char) -> bool {
    let mut rest = set.chars();
    while let Some(low) = rest.next() {
        let mut ahead = rest.clone();
        match (ahead.next(), ahead.next()) {
            (Some('-'), Some(high)) => {
                if (low..=high).contains(&c) {
                    return true;
                }
                rest = ahead;
            }
            _ if low == c => return true,
            _ => {}
        }
    }
    false
}

/// Greedy, with one place to go back to: at most the product of the two lengths.
fn part_matches(pattern: &str, part: &str) -> bool {
    let (mut pattern, mut part) = (pattern, part);
    let mut back: Option<(&str, &str)> = None;
    loop {
        let mut chars = part.chars();
        let next = chars.next();
        let fits = match (first(pattern), next) {
            (None, None) => return true,
            (Some((Element::Star, rest)), _) => {
                back = Some((rest, part));
                pattern = rest;
                continue;
            }
            (Some((Element::Any, rest)), Some(_)) => Some(rest),
            (Some((Element::Set { negated, set }, rest)), Some(c)) => {
                (in_set(set, c) != negated).then_some(rest)
            }
            (Some((Element::Literal(want), rest)), Some(c)) => (want == c).then_some(rest),
            _ => None,
        };
        if let Some(rest) = fits {
            pattern = rest;
            part = chars.as_str();
            continue;
        }
        // let the last star take one character more
        let Some((after_star, taken)) = back else {
            return false;
        };
        let mut taken = taken.chars();
        if taken.next().is_none() {
            return false;
        }
        back = Some((after_star, taken.as_str()));
        pattern = after_star;
        part = taken.as_str();
    }
}
