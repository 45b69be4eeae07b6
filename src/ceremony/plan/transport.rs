//! How files cross the air gap on this day.

use crate::ceremony::medium::{MediumRole, Way};

/// `[transport]` of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transport {
    /// The ways by which metadata that the plan names may come in; the first is the usual one.
    pub incoming: Vec<Way>,
    /// The ways by which the result leaves, all of them; none: it is written to the ceremony
    /// directory and the plan's directories, and no more.
    pub outgoing: Vec<Way>,
    /// Whether a LOG medium gets a copy of the transcript.
    pub log: bool,
}

impl Default for Transport {
    fn default() -> Self {
        Self {
            incoming: vec![Way::File],
            outgoing: Vec::new(),
            log: false,
        }
    }
}

impl Transport {
    /// The media that people bring.
    pub fn media(&self) -> Vec<MediumRole> {
        let wanted = |role: &MediumRole| match role {
            MediumRole::In => self.incoming.contains(&Way::Medium),
            MediumRole::Out => self.outgoing.contains(&Way::Medium),
            MediumRole::Log => self.log,
        };
        MediumRole::ALL.into_iter().filter(wanted).collect()
    }
}
