//! One line of the transcript.

mod withheld;

use crate::canonical;
use crate::ceremony::event::Event;
use crate::digest::Sha256;

pub use withheld::{Bare, Line};

/// Bytes of salt in a record.
pub const SALT: usize = 16;

/// A record as it is written: the members of the JSON object, in its (sorted) order. `body` is the
/// exact text of the event's body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Who made it so: a participant's id, or the program.
    pub actor: &'a str,
    /// UTC, `YYYY-MM-DDTHH:MM:SS.mmmZ`.
    pub at: &'a str,
    /// Event body, canonical JSON.
    pub body: &'a str,
    /// Commitment to the body, lower-case hex.
    pub digest: &'a str,
    /// Event kind.
    pub kind: &'a str,
    /// Milliseconds since the ceremony was opened, on a clock that nobody can set.
    pub mono: u64,
    /// Chain node, lower-case hex.
    pub node: &'a str,
    /// Salt of the commitment, lower-case hex.
    pub salt: &'a str,
    /// Sequence number, from 0.
    pub seq: u64,
    /// Id of the step, empty before the first.
    pub step: &'a str,
}

/// Why a line is not a record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// A member is missing, out of order or of the wrong form.
    #[error("the line is not a record: \"{0}\" is missing, out of place or malformed")]
    Malformed(&'static str),
    /// The body says what it says in another form than that of a record.
    #[error(
        "the body is not canonical JSON, in which a record has one form: other programs may read it otherwise"
    )]
    NotCanonical,
    /// The body is no event of this version.
    #[error("the body is not an event of kind \"{kind}\": {reason}")]
    NotAnEvent {
        /// Kind as written.
        kind: String,
        /// What the reader said.
        reason: String,
    },
}

impl<'a> Record<'a> {
    /// Reads a line (without its newline). Strict: every byte outside the body is either fixed or
    /// of a fixed alphabet, so that one record has one form.
    pub fn parse(line: &'a str) -> Result<Self, RecordError> {
        let mut front = Front(line);
        let (actor, at) = front.origin()?;
        front.literal(",\"body\":", "body")?;
        // Nothing after the body can hold this text, and a string inside it would have its quotes
        // escaped; a member of that name inside the body stands before this last one.
        let (body, tail) = front
            .0
            .rfind(",\"digest\":\"")
            .and_then(|end| front.0.split_at_checked(end))
            .ok_or(RecordError::Malformed("digest"))?;
        let mut back = Front(tail);
        let (digest, kind, mono, node) = back.commitment()?;
        back.literal(",\"salt\":\"", "salt")?;
        let salt = back.hex(SALT * 2, "salt")?;
        let (seq, step) = back.place()?;
        Ok(Self {
            actor,
            at,
            body,
            digest,
            kind,
            mono,
            node,
            salt,
            seq,
            step,
        })
    }

    /// The line, without a newline.
    pub fn line(&self) -> String {
        format!(
            "{{\"actor\":\"{}\",\"at\":\"{}\",\"body\":{},\"digest\":\"{}\",\"kind\":\"{}\",\"mono\":{},\
             \"node\":\"{}\",\"salt\":\"{}\",\"seq\":{},\"step\":\"{}\"}}",
            self.actor,
            self.at,
            self.body,
            self.digest,
            self.kind,
            self.mono,
            self.node,
            self.salt,
            self.seq,
            self.step
        )
    }

    /// Everything of it that a published copy always has.
    pub fn bare(&self) -> Bare<'a> {
        Bare {
            actor: self.actor,
            at: self.at,
            digest: self.digest,
            kind: self.kind,
            mono: self.mono,
            node: self.node,
            seq: self.seq,
            step: self.step,
        }
    }

    /// The event; only of a body in its one form.
    pub fn event(&self) -> Result<Event, RecordError> {
        // The tag first, so that the reader need not keep the body aside.
        let tagged = format!("{{\"kind\":\"{}\",\"body\":{}}}", self.kind, self.body);
        let event = serde_json::from_str(&tagged).map_err(|error| RecordError::NotAnEvent {
            kind: self.kind.to_owned(),
            reason: error.to_string(),
        })?;
        if canonical::is_line(self.body) {
            Ok(event)
        } else {
            Err(RecordError::NotCanonical)
        }
    }

    /// The chain node as a digest.
    pub fn node_digest(&self) -> Option<Sha256> {
        self.node.parse().ok()
    }
}

fn is_id(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

fn is_step(byte: u8) -> bool {
    is_id(byte) || byte == b'.'
}

fn is_time(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b'.' | b'T' | b'Z')
}

/// Whether it is a time that a calendar and a clock have, in the form `YYYY-MM-DDTHH:MM:SS.mmmZ`.
fn is_moment(at: &str) -> bool {
    const FORM: &[u8; 24] = b"0000-00-00T00:00:00.000Z";
    let digit_or_same = |(byte, form): (u8, &u8)| match form {
        b'0' => byte.is_ascii_digit(),
        other => byte == *other,
    };
    let number = |from: usize, to: usize| {
        at.get(from..to)
            .and_then(|digits| digits.parse::<u16>().ok())
    };
    let in_form = at.len() == FORM.len() && at.bytes().zip(FORM).all(digit_or_same);
    let within =
        |from: usize, below: u16| number(from, from + 2).is_some_and(|number| number < below);
    in_form
        && is_day(number(0, 4), number(5, 7), number(8, 10))
        && within(11, 24)
        && within(14, 60)
        && within(17, 60)
}

/// A day of the Gregorian calendar.
fn is_day(year: Option<u16>, month: Option<u16>, day: Option<u16>) -> bool {
    let (Some(year), Some(month), Some(day)) = (year, month, day) else {
        return false;
    };
    let leaps = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leaps => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// The unread part of a line.
struct Front<'a>(&'a str);

impl<'a> Front<'a> {
    /// Who and when, with which every line begins.
    fn origin(&mut self) -> Result<(&'a str, &'a str), RecordError> {
        self.literal("{\"actor\":\"", "actor")?;
        let actor = self.until_quote(is_id, "actor")?;
        self.literal(",\"at\":\"", "at")?;
        let at = self.until_quote(is_time, "at")?;
        if is_moment(at) {
            Ok((actor, at))
        } else {
            Err(RecordError::Malformed("at"))
        }
    }

    /// Digest of the body, kind, monotonic time and node.
    fn commitment(&mut self) -> Result<(&'a str, &'a str, u64, &'a str), RecordError> {
        self.literal(",\"digest\":\"", "digest")?;
        let digest = self.hex(64, "digest")?;
        self.literal(",\"kind\":\"", "kind")?;
        let kind = self.until_quote(is_id, "kind")?;
        self.literal(",\"mono\":", "mono")?;
        let mono = self.number("mono")?;
        self.literal(",\"node\":\"", "node")?;
        let node = self.hex(64, "node")?;
        Ok((digest, kind, mono, node))
    }

    /// Sequence number and step, with which every line ends.
    fn place(&mut self) -> Result<(u64, &'a str), RecordError> {
        self.literal(",\"seq\":", "seq")?;
        let seq = self.number("seq")?;
        self.literal(",\"step\":\"", "step")?;
        let step = self.until_quote(is_step, "step")?;
        self.literal("}", "end of line")?;
        if self.0.is_empty() {
            Ok((seq, step))
        } else {
            Err(RecordError::Malformed("end of line"))
        }
    }

    fn literal(&mut self, expected: &str, what: &'static str) -> Result<(), RecordError> {
        self.0 = self
            .0
            .strip_prefix(expected)
            .ok_or(RecordError::Malformed(what))?;
        Ok(())
    }

    fn take(&mut self, bytes: usize, what: &'static str) -> Result<&'a str, RecordError> {
        let (taken, rest) = self
            .0
            .split_at_checked(bytes)
            .ok_or(RecordError::Malformed(what))?;
        self.0 = rest;
        Ok(taken)
    }

    fn until_quote(
        &mut self,
        allowed: fn(u8) -> bool,
        what: &'static str,
    ) -> Result<&'a str, RecordError> {
        let bytes = self.0.bytes().take_while(|byte| allowed(*byte)).count();
        let text = self.take(bytes, what)?;
        self.literal("\"", what)?;
        Ok(text)
    }

    fn hex(&mut self, digits: usize, what: &'static str) -> Result<&'a str, RecordError> {
        let text = self.until_quote(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b), what)?;
        if text.len() == digits {
            Ok(text)
        } else {
            Err(RecordError::Malformed(what))
        }
    }

    fn number(&mut self, what: &'static str) -> Result<u64, RecordError> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let text = self.take(digits, what)?;
        if text.len() > 1 && text.starts_with('0') {
            return Err(RecordError::Malformed(what));
        }
        text.parse().map_err(|_| RecordError::Malformed(what))
    }
}
