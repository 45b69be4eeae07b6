//! What stands in the file besides what TUF knows, and values that clients break on.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Step;
use crate::canonical::MAX_SAFE_INTEGER;
use crate::safe::safe;
use crate::tuf::diff::unknown::{joined, members};
use crate::tuf::policy::{Finding, Level, caution, stop};

/// A member that go-tuf before 2.0 wrote into every key; every client has been tried with it.
const OF_OLD_TOOLS: &str = "keyid_hash_algorithms";

pub(super) fn find(found: &mut Vec<Finding>, step: &Step) {
    unknown_members(found, step);
    let mut odd = Odd::default();
    odd.walk(&step.new.raw);
    for (path, number) in &odd.integers {
        let sentence = format!(
            "The number {path} is {number}, beyond 2^53: tuf-js and go-tuf read it as another number and reject the root."
        );
        stop(found, "root.big-integer", sentence);
    }
    for path in &odd.empty {
        let sentence = format!(
            "Member {path} is an empty object: tough has been seen to reject metadata with one, and go-tuf to drop it when it checks signatures."
        );
        caution(found, "root.empty-object", sentence);
    }
    for text in &odd.texts {
        let sentence = format!(
            "The root has text with characters that cannot be seen or that reorder a line; it is shown as \"{text}\"."
        );
        caution(found, "root.text-unsafe", sentence);
    }
}

fn unknown_members(found: &mut Vec<Finding>, step: &Step) {
    let before = step.old.map(members).unwrap_or_default();
    let mut said = BTreeSet::new();
    for ((key, path), value) in members(step.new) {
        let place = (key, path);
        let is_new = step.old.is_some() && before.get(&place).is_none_or(|old| *old != value);
        let (key, path) = place;
        let of_old_tools = path.last().is_some_and(|name| name == OF_OLD_TOOLS);
        let (level, end) = if of_old_tools {
            (
                Level::Info,
                "one that older tools write and clients pass over. It is signed with the rest.",
            )
        } else if is_new {
            (
                Level::Caution,
                "none that this version knows. It is new or changed, and is signed with the rest: ask who put it there.",
            )
        } else {
            (
                Level::Info,
                "none that this version knows. It is signed with the rest.",
            )
        };
        let within = if key.is_some() { "a key" } else { "the root" };
        if !said.insert((level, within, path.clone())) {
            continue;
        }
        found.push(Finding {
            rule: "root.unknown-member",
            level,
            sentence: format!("Member {} of {within} is {end}", joined(&path)),
        });
    }
}

/// Most values of one kind that are named.
const NAMED: usize = 8;

/// Values that clients or eyes stumble over, with their paths; all safe to show.
#[derive(Default)]
struct Odd {
    integers: BTreeSet<(String, String)>,
    empty: BTreeSet<String>,
    texts: BTreeSet<String>,
}

/// What is left of an array or object, and the name of the part that is looked at.
struct Open<'a> {
    at: String,
    rest: Box<dyn Iterator<Item = (Part<'a>, &'a Value)> + 'a>,
}

enum Part<'a> {
    Member(&'a str),
    Item(usize),
}

impl Odd {
    /// Without recursion: the nesting of what is read is bounded, that of a value made in memory
    /// is not. Paths are made only where there is something to say.
    fn walk(&mut self, top: &Value) {
        let mut open: Vec<Open> = Vec::new();
        let mut next = Some(top);
        loop {
            if let Some(value) = next {
                self.look(value, &open);
                open.push(Open {
                    at: String::new(),
                    rest: parts(value),
                });
            }
            let Some(inner) = open.last_mut() else { return };
            next = inner.rest.next().map(|(part, value)| {
                inner.at = match part {
                    Part::Member(name) => {
                        self.text(name, false);
                        shortened(&safe(name))
                    }
                    Part::Item(at) => format!("[{at}]"),
                };
                value
            });
            if next.is_none() {
                open.pop();
            }
        }
    }

    fn look(&mut self, value: &Value, open: &[Open]) {
        match value {
            Value::Number(number) => {
                let small = number
                    .as_i64()
                    .is_some_and(|number| number.unsigned_abs() <= MAX_SAFE_INTEGER);
                if !small && self.integers.len() < NAMED {
                    self.integers.insert((path(open), number.to_string()));
                }
            }
            Value::Object(members) if members.is_empty() && self.empty.len() < NAMED => {
                self.empty.insert(path(open));
            }
            Value::String(text) => {
                let is_pem = open.last().is_some_and(|inner| inner.at == "public");
                self.text(text, is_pem);
            }
            _ => {}
        }
    }

    /// The line breaks of a PEM block are no surprise.
    fn text(&mut self, text: &str, is_pem: bool) {
        let lines: Vec<_> = if is_pem {
            text.lines().collect()
        } else {
            vec![text]
        };
        let odd = lines.into_iter().find(|line| safe(line) != **line);
        if let Some(line) = odd.filter(|_| self.texts.len() < NAMED) {
            self.texts.insert(shortened(&safe(line)));
        }
    }
}

fn parts(value: &Value) -> Box<dyn Iterator<Item = (Part<'_>, &Value)> + '_> {
    match value {
        Value::Array(items) => {
            let items = items.iter().enumerate();
            Box::new(items.map(|(at, item)| (Part::Item(at), item)))
        }
        Value::Object(members) => {
            let members = members.iter();
            Box::new(members.map(|(name, value)| (Part::Member(name), value)))
        }
        _ => Box::new(std::iter::empty()),
    }
}

fn path(open: &[Open]) -> String {
    let mut path = String::new();
    for part in open.iter().map(|level| &level.at) {
        if !path.is_empty() && !part.starts_with('[') {
            path.push('.');
        }
        path.push_str(part);
    }
    path
}

/// Enough of a text to find it.
fn shortened(text: &str) -> String {
    let mut start: String = text.chars().take(80).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    start
}
