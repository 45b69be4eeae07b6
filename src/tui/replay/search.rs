//! Searching the records, a slice at a time, so that keys are answered while it goes on.
//!
//! What is searched is what a record says: who, in which step, which kind, and its body; not its
//! digests, salt and place in the chain, in which a short hexadecimal word stands by chance. Case of
//! ASCII letters does not matter. Records name people and steps by ids: who searches for a name or
//! for words of a step's title finds the records in which the id stands.

use super::tape::Tape;
use crate::ceremony::procedure::Procedure;
use crate::transcript::Record;

/// Bytes of records that are looked at in one slice.
pub const SLICE: usize = 2 * 1024 * 1024;

/// A search, under way or done.
pub struct Search {
    words: String,
    text: Needle,
    people: Vec<(String, Needle)>,
    steps: Vec<String>,
    next: usize,
    hits: Vec<usize>,
}

impl Search {
    /// A search for `words`, not begun.
    pub fn new(words: &str, procedure: &Procedure) -> Self {
        let wanted = words.to_ascii_lowercase();
        let holds = |text: &str| text.to_ascii_lowercase().contains(&wanted);
        let people = procedure.plan.participants.iter();
        let people = people.filter(|person| holds(&person.name)).map(|person| {
            (
                person.id.0.clone(),
                Needle::new(&format!("\"{}\"", person.id.0)),
            )
        });
        let steps = procedure.steps.iter();
        let steps = steps
            .filter(|step| holds(&step.title))
            .map(|step| step.id.clone());
        Self {
            words: words.to_owned(),
            // as it stands in a string of JSON
            text: Needle::new(&words.replace('\\', "\\\\").replace('"', "\\\"")),
            people: people.collect(),
            steps: steps.collect(),
            next: 0,
            hits: Vec::new(),
        }
    }

    /// What is searched for.
    pub fn words(&self) -> &str {
        &self.words
    }

    /// Records in which it was found so far, in order.
    pub fn hits(&self) -> &[usize] {
        &self.hits
    }

    /// Whether every record was looked at.
    pub fn is_done(&self, tape: &Tape) -> bool {
        self.next >= tape.len()
    }

    /// Looks at about so many bytes of records more.
    pub fn advance(&mut self, tape: &Tape, bytes: usize) {
        let mut seen = 0;
        while seen < bytes && self.next < tape.len() {
            seen += tape.line(self.next).len();
            if tape
                .record(self.next)
                .is_some_and(|record| self.is_in(&record))
            {
                self.hits.push(self.next);
            }
            self.next += 1;
        }
    }

    fn is_in(&self, record: &Record<'_>) -> bool {
        let body = record.body.as_bytes();
        self.steps.iter().any(|step| record.step == step)
            || self.text.is_in(record.step.as_bytes())
            || self.text.is_in(record.kind.as_bytes())
            || self.text.is_in(record.actor.as_bytes())
            || self.text.is_in(body)
            || self
                .people
                .iter()
                .any(|(id, quoted)| record.actor == id || quoted.is_in(body))
    }

    /// The first hit after a record; behind the last one, the first of all.
    pub fn after(&self, number: usize) -> Option<usize> {
        let next = self.hits.partition_point(|hit| *hit <= number);
        self.hits.get(next).or_else(|| self.hits.first()).copied()
    }

    /// The last hit before a record; before the first one, the last of all.
    pub fn before(&self, number: usize) -> Option<usize> {
        let next = self.hits.partition_point(|hit| *hit < number);
        let hit = next.checked_sub(1).and_then(|at| self.hits.get(at));
        hit.or_else(|| self.hits.last()).copied()
    }

    /// `hit 3 of 17`, or what else there is to say at a record.
    pub fn standing(&self, number: usize, tape: &Tape) -> String {
        let all = self.hits.len();
        let more = if self.is_done(tape) { "" } else { " so far" };
        match self.hits.binary_search(&number) {
            Ok(at) => format!("hit {} of {all}{more}", at + 1),
            Err(_) if all == 0 && more.is_empty() => "found nowhere".to_owned(),
            Err(_) if all == 1 => format!("1 hit{more}"),
            Err(_) => format!("{all} hits{more}"),
        }
    }
}

/// A text that is looked for, whatever the case of its ASCII letters (Horspool's way).
struct Needle {
    text: Vec<u8>,
    skips: Box<[usize; 256]>,
}

impl Needle {
    fn new(text: &str) -> Self {
        let text = text.to_ascii_lowercase().into_bytes();
        let mut skips = Box::new([text.len().max(1); 256]);
        let last = text.len().saturating_sub(1);
        for (at, byte) in text.iter().take(last).enumerate() {
            for byte in [*byte, byte.to_ascii_uppercase()] {
                if let Some(skip) = skips.get_mut(usize::from(byte)) {
                    *skip = last - at;
                }
            }
        }
        Self { text, skips }
    }

    fn is_in(&self, hay: &[u8]) -> bool {
        let length = self.text.len();
        if length == 0 {
            return false;
        }
        let mut at = 0;
        while let Some(window) = hay.get(at..at + length) {
            let Some(last) = window.last() else {
                return false;
            };
            if window.eq_ignore_ascii_case(&self.text) {
                return true;
            }
            at += self.skips.get(usize::from(*last)).copied().unwrap_or(1);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Needle;

    #[test]
    fn case_does_not_matter_and_nothing_is_in_nothing() {
        assert!(Needle::new("Clock").is_in(b"the clocK is read"));
        assert!(!Needle::new("clocks").is_in(b"the clock"));
        assert!(!Needle::new("").is_in(b"the clock"));
        assert!(!Needle::new("x").is_in(b""));
    }

    proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(hay in "[aAbB\"é]{0,40}", needle in "[aAbB\"é]{1,4}") {
            let plain = hay.to_ascii_lowercase().contains(&needle.to_ascii_lowercase());
            prop_assert_eq!(Needle::new(&needle).is_in(hay.as_bytes()), plain);
        }
    }
}
