//! A line of a published copy: a record, or one whose body is withheld.

use super::{Front, Record, RecordError};

/// A record without its body: the members `body` and `salt` are not there, every other one stands as it
/// was, in the same order. Leaf and node follow from these alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bare<'a> {
    /// Who made it so: a participant's id, or the program.
    pub actor: &'a str,
    /// UTC, `YYYY-MM-DDTHH:MM:SS.mmmZ`.
    pub at: &'a str,
    /// Commitment to the body, lower-case hex.
    pub digest: &'a str,
    /// Event kind.
    pub kind: &'a str,
    /// Milliseconds since the ceremony was opened.
    pub mono: u64,
    /// Chain node, lower-case hex.
    pub node: &'a str,
    /// Sequence number, from 0.
    pub seq: u64,
    /// Id of the step, empty before the first.
    pub step: &'a str,
}

/// A line of a published copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// With its body.
    Told(Record<'a>),
    /// Without.
    Withheld(Bare<'a>),
}

impl<'a> Line<'a> {
    /// Reads a line (without its newline), as strictly as [`Record::parse`].
    pub fn parse(line: &'a str) -> Result<Self, RecordError> {
        match Bare::parse(line) {
            Ok(bare) => Ok(Self::Withheld(bare)),
            // what is neither is said as of a record, which it was once
            Err(_) => Record::parse(line).map(Self::Told),
        }
    }

    /// What both forms have.
    pub fn bare(&self) -> Bare<'a> {
        match self {
            Self::Told(record) => record.bare(),
            Self::Withheld(bare) => *bare,
        }
    }
}

impl<'a> Bare<'a> {
    fn parse(line: &'a str) -> Result<Self, RecordError> {
        let mut front = Front(line);
        let (actor, at) = front.origin()?;
        let (digest, kind, mono, node) = front.commitment()?;
        let (seq, step) = front.place()?;
        Ok(Self {
            actor,
            at,
            digest,
            kind,
            mono,
            node,
            seq,
            step,
        })
    }

    /// The line, without a newline.
    pub fn line(&self) -> String {
        format!(
            "{{\"actor\":\"{}\",\"at\":\"{}\",\"digest\":\"{}\",\"kind\":\"{}\",\"mono\":{},\"node\":\"{}\",\
             \"seq\":{},\"step\":\"{}\"}}",
            self.actor, self.at, self.digest, self.kind, self.mono, self.node, self.seq, self.step
        )
    }

    /// What the leaf covers: the record without body, salt and node.
    pub fn leaf_text(&self, into: &mut String) {
        use std::fmt::Write as _;
        into.clear();
        // Writing to a String does not fail.
        let _ = write!(
            into,
            "{{\"actor\":\"{}\",\"at\":\"{}\",\"digest\":\"{}\",\"kind\":\"{}\",\"mono\":{},\"seq\":{},\
             \"step\":\"{}\"}}",
            self.actor, self.at, self.digest, self.kind, self.mono, self.seq, self.step
        );
    }
}
