use std::collections::BTreeSet;

use super::RULES;

/// The sources that make findings.
const SOURCES: [&str; 7] = [
    include_str!("../../policy.rs"),
    include_str!("../published.rs"),
    include_str!("../whole.rs"),
    include_str!("../../diff/findings/content.rs"),
    include_str!("../../diff/findings/people.rs"),
    include_str!("../../diff/findings/roles.rs"),
    include_str!("../../diff/findings/step.rs"),
];

/// Texts in quotes that look like the id of a rule.
fn named(source: &str) -> impl Iterator<Item = &str> {
    source.split('"').skip(1).step_by(2).filter(|text| {
        let rest = text
            .strip_prefix("root.")
            .or_else(|| text.strip_prefix("role."));
        rest.is_some_and(|rest| {
            !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
        })
    })
}

#[test]
fn the_table_has_what_the_code_says_and_nothing_else() {
    let table: BTreeSet<_> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(table.len(), RULES.len(), "an id stands twice");
    let said: BTreeSet<_> = SOURCES.into_iter().flat_map(named).collect();
    assert_eq!(table, said);
}

#[test]
fn meanings_are_sentences() {
    for rule in RULES {
        assert!(rule.meaning.ends_with('.'), "{}", rule.id);
        assert!(rule.meaning.starts_with(char::is_uppercase), "{}", rule.id);
        assert!(!rule.levels.is_empty(), "{}", rule.id);
    }
}
