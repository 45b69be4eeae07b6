//! What may be published of a record, decided twice.
//!
//! First by kind: [`allowed`] says of each kind of event whether its body can be published under the plan's
//! policy. It names every kind, so that a new one has to be decided on before it compiles. What people typed,
//! what they were asked, what went wrong and what came in from outside is never published under a policy that
//! withholds anything; nor is a digest or a signature over text that could be guessed.
//!
//! Then by content: a [`Gate`] knows every string that is withheld in this ceremony, in the encodings in which
//! it could lie somewhere, and looks through every byte.

mod allowed;
mod gate;
mod strings;
mod veil;

use std::collections::BTreeMap;

pub use allowed::{Course, allowed};
pub use gate::{Found, Gate, Place, Unsought};
pub use strings::{Class, Needle, needles};
pub use veil::{Beside, NO_DIGEST, Veiled, WITHHELD, veil};

use super::record::{Record, RecordError};
use crate::ceremony::plan::PublishPlan;

/// A transcript on its way to the public, line by line.
pub struct Redaction<'a> {
    publish: &'a PublishPlan,
    gate: &'a Gate,
    course: Course,
    /// Bodies that were withheld, by kind of event.
    pub withheld: BTreeMap<String, u64>,
}

impl<'a> Redaction<'a> {
    /// Of a ceremony whose seal may be published, or not.
    pub fn new(publish: &'a PublishPlan, gate: &'a Gate, seal: bool) -> Self {
        Self {
            publish,
            gate,
            course: Course::new(seal),
            withheld: BTreeMap::new(),
        }
    }

    /// The line as it is published, both without newline.
    ///
    /// # Errors
    /// Where it is no record; that it has its place in the chain is for others to check.
    pub fn line(&mut self, line: &str) -> Result<String, RecordError> {
        let record = Record::parse(line)?;
        let event = record.event()?;
        let told = allowed(&event, &self.course, self.publish)
            && self.gate.find(record.body, Place::Record).is_none();
        self.course.record(&event, told);
        if told {
            return Ok(line.to_owned());
        }
        *self.withheld.entry(record.kind.to_owned()).or_default() += 1;
        Ok(record.bare().line())
    }
}

#[cfg(test)]
mod tests;
