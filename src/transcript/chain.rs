//! The hash chain over the records.

use super::record::{Bare, Line, Record, RecordError, SALT};
use crate::ceremony::event::Event;
use crate::ceremony::plan::Mode;
use crate::digest::{Sha256, Sha256Stream};

/// A chain at its last node.
#[derive(Clone, Debug)]
pub struct Chain {
    mode: Mode,
    head: Sha256,
    length: u64,
    mono: u64,
    leaf_text: String,
}

/// Where a transcript breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// The line is no record.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A record is missing, repeated or out of order.
    #[error("record number {got} stands where number {expected} belongs")]
    Sequence {
        /// Number that belongs here.
        expected: u64,
        /// Number found.
        got: u64,
    },
    /// The body was changed.
    #[error(
        "the body is not the one that was recorded: its digest is {computed}, recorded {recorded}"
    )]
    Body {
        /// Commitment computed from body and salt.
        computed: String,
        /// Commitment in the record.
        recorded: String,
    },
    /// The record, or one before it, was changed.
    #[error("the chain breaks here: node {computed}, recorded {recorded}")]
    Node {
        /// Node computed.
        computed: String,
        /// Node in the record.
        recorded: String,
    },
    /// The monotonic clock went backwards.
    #[error("the monotonic clock goes back from {before} ms to {after} ms")]
    Backwards {
        /// Milliseconds of the record before.
        before: u64,
        /// Milliseconds of this one.
        after: u64,
    },
    /// The first record does not open a ceremony.
    #[error("the first record does not open a ceremony")]
    NotOpened,
}

/// The parts of a record that the ceremony supplies; the chain adds the rest.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// Who made it so.
    pub actor: &'a str,
    /// UTC, `YYYY-MM-DDTHH:MM:SS.mmmZ`.
    pub at: &'a str,
    /// Milliseconds since opening.
    pub mono: u64,
    /// Step id.
    pub step: &'a str,
    /// The fact.
    pub event: &'a Event,
    /// Salt, from the operating system's randomness.
    pub salt: [u8; SALT],
}

impl Chain {
    /// An empty chain.
    pub fn new(mode: Mode) -> Self {
        Self {
            mode,
            head: hash(mode, Part::Header, &[]),
            length: 0,
            mono: 0,
            leaf_text: String::with_capacity(256),
        }
    }

    /// The empty chain to which `first`, the first line of a transcript, belongs.
    pub fn of_first_line(first: &str) -> Result<Self, ChainError> {
        let record = Record::parse(first)?;
        match record.event()? {
            Event::CeremonyOpened(opening) => Ok(Self::new(opening.mode)),
            _ => Err(ChainError::NotOpened),
        }
    }

    /// Node of the last record.
    pub fn head(&self) -> Sha256 {
        self.head
    }

    /// Number of records.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Monotonic milliseconds of the last record.
    pub fn mono(&self) -> u64 {
        self.mono
    }

    /// Adds a fact; gives the line (without newline).
    pub fn append(
        &mut self,
        draft: &Draft<'_>,
    ) -> Result<String, crate::canonical::CanonicalError> {
        // An event is an object of two members by construction.
        let value = serde_json::to_value(draft.event).unwrap_or_default();
        let kind = value
            .get("kind")
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default();
        let body = crate::canonical::line(value.get("body").unwrap_or_default())?;
        let salt = data_encoding::HEXLOWER.encode(&draft.salt);
        let digest = hash(self.mode, Part::Body, &[&draft.salt, body.as_bytes()]).hex();
        let mut record = Record {
            actor: draft.actor,
            at: draft.at,
            body: &body,
            digest: &digest,
            kind,
            mono: draft.mono.max(self.mono),
            node: "",
            salt: &salt,
            seq: self.length,
            step: draft.step,
        };
        let node = self.node(&record.bare());
        let node_hex = node.hex();
        record.node = &node_hex;
        let line = record.line();
        self.mono = record.mono;
        self.head = node;
        self.length += 1;
        Ok(line)
    }

    /// Checks the next line and steps over it.
    pub fn verify<'a>(&mut self, line: &'a str) -> Result<Record<'a>, ChainError> {
        let record = Record::parse(line)?;
        self.in_place(&record.bare())?;
        self.commits(&record)?;
        self.step(&record.bare())?;
        Ok(record)
    }

    /// The same of a line of a published copy, whose body may be withheld.
    pub fn verify_published<'a>(&mut self, line: &'a str) -> Result<Line<'a>, ChainError> {
        let line = Line::parse(line)?;
        self.in_place(&line.bare())?;
        if let Line::Told(record) = &line {
            self.commits(record)?;
        }
        self.step(&line.bare())?;
        Ok(line)
    }

    fn in_place(&self, record: &Bare<'_>) -> Result<(), ChainError> {
        if record.seq != self.length {
            return Err(ChainError::Sequence {
                expected: self.length,
                got: record.seq,
            });
        }
        if record.mono < self.mono {
            return Err(ChainError::Backwards {
                before: self.mono,
                after: record.mono,
            });
        }
        Ok(())
    }

    /// Whether the body is the one that the record commits to.
    fn commits(&self, record: &Record<'_>) -> Result<(), ChainError> {
        let mut salt = [0; SALT];
        let decoded = data_encoding::HEXLOWER.decode_mut(record.salt.as_bytes(), &mut salt);
        if decoded != Ok(SALT) {
            return Err(RecordError::Malformed("salt").into());
        }
        let body = hash(self.mode, Part::Body, &[&salt, record.body.as_bytes()]);
        if !is_hex_of(record.digest, &body) {
            return Err(ChainError::Body {
                computed: body.hex(),
                recorded: record.digest.to_owned(),
            });
        }
        Ok(())
    }

    fn step(&mut self, record: &Bare<'_>) -> Result<(), ChainError> {
        let node = self.node(record);
        if !is_hex_of(record.node, &node) {
            return Err(ChainError::Node {
                computed: node.hex(),
                recorded: record.node.to_owned(),
            });
        }
        self.mono = record.mono;
        self.head = node;
        self.length += 1;
        Ok(())
    }

    fn node(&mut self, record: &Bare<'_>) -> Sha256 {
        record.leaf_text(&mut self.leaf_text);
        let leaf = hash(self.mode, Part::Leaf, &[self.leaf_text.as_bytes()]);
        hash(self.mode, Part::Node, &[&self.head.0, &leaf.0])
    }
}

fn is_hex_of(text: &str, digest: &Sha256) -> bool {
    let mut hex = [0; 64];
    data_encoding::HEXLOWER.encode_mut(&digest.0, &mut hex);
    text.as_bytes() == hex
}

#[derive(Clone, Copy)]
enum Part {
    Header,
    Body,
    Leaf,
    Node,
}

fn hash(mode: Mode, part: Part, inputs: &[&[u8]]) -> Sha256 {
    let domain: &[u8] = match (mode, part) {
        (Mode::Production, Part::Header) => b"rootstage/transcript/1/production/header\0",
        (Mode::Production, Part::Body) => b"rootstage/transcript/1/production/body\0",
        (Mode::Production, Part::Leaf) => b"rootstage/transcript/1/production/leaf\0",
        (Mode::Production, Part::Node) => b"rootstage/transcript/1/production/node\0",
        (Mode::Rehearsal, Part::Header) => b"rootstage/transcript/1/rehearsal/header\0",
        (Mode::Rehearsal, Part::Body) => b"rootstage/transcript/1/rehearsal/body\0",
        (Mode::Rehearsal, Part::Leaf) => b"rootstage/transcript/1/rehearsal/leaf\0",
        (Mode::Rehearsal, Part::Node) => b"rootstage/transcript/1/rehearsal/node\0",
    };
    let mut stream = Sha256Stream::new();
    stream.update(domain);
    for input in inputs {
        stream.update(input);
    }
    stream.finish()
}

#[cfg(test)]
mod tests {
    use super::{Chain, ChainError, Draft};
    use crate::ceremony::event::Event;
    use crate::ceremony::plan::Mode;

    fn lines(mode: Mode) -> Vec<String> {
        let mut chain = Chain::new(mode);
        (0..4u8)
            .map(|number| {
                chain
                    .append(&Draft {
                        actor: "alice",
                        at: "2026-11-23T05:37:52.395Z",
                        mono: u64::from(number) * 10,
                        step: "welcome",
                        event: &Event::Paused {
                            reason: format!("x\n\",\"digest\":\"{number}"),
                        },
                        salt: [number; 16],
                    })
                    .unwrap()
            })
            .collect()
    }

    fn verified(mode: Mode, lines: &[String]) -> Result<(), ChainError> {
        let mut chain = Chain::new(mode);
        for line in lines {
            let record = chain.verify(line)?;
            assert_eq!(record.line(), *line);
        }
        Ok(())
    }

    #[test]
    fn what_is_appended_verifies() {
        assert_eq!(verified(Mode::Production, &lines(Mode::Production)), Ok(()));
    }

    #[test]
    fn a_rehearsal_is_never_a_ceremony() {
        let rehearsal = lines(Mode::Rehearsal);
        assert!(verified(Mode::Production, &rehearsal).is_err());
    }

    #[test]
    fn every_flipped_bit_is_found() {
        let good = lines(Mode::Production);
        for (number, line) in good.iter().enumerate() {
            for at in 0..line.len() {
                for bit in 0..8 {
                    let mut bytes = line.clone().into_bytes();
                    bytes[at] ^= 1 << bit;
                    let Ok(text) = String::from_utf8(bytes) else {
                        continue;
                    };
                    let mut bad = good.clone();
                    bad[number] = text;
                    assert!(
                        verified(Mode::Production, &bad).is_err(),
                        "line {number}, byte {at}, bit {bit}"
                    );
                }
            }
        }
    }

    #[test]
    fn removed_swapped_and_doubled_lines_are_found() {
        let good = lines(Mode::Production);
        for number in 0..good.len() - 1 {
            let mut removed = good.clone();
            removed.remove(number);
            assert!(verified(Mode::Production, &removed).is_err());
            let mut swapped = good.clone();
            swapped.swap(number, number + 1);
            assert!(verified(Mode::Production, &swapped).is_err());
        }
        for number in 0..good.len() {
            let mut doubled = good.clone();
            doubled.insert(number, good[number].clone());
            assert!(verified(Mode::Production, &doubled).is_err());
        }
    }
}
