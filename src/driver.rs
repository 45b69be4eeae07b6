//! The only loop: decide, append and fsync, evolve, perform, observe.

use crate::ceremony::command::Command;
use crate::ceremony::effect::Effect;
use crate::ceremony::refusal::Refusal;
use crate::ceremony::state::State;
use crate::secret::Secret;

/// What a front end sends to the driver.
pub struct Order {
    /// The command.
    pub command: Command,
    /// The PIN or passphrase that goes with an answer to a secret ask. Wiped when the effect is done.
    pub secret: Option<Secret>,
}

/// What the driver tells a front end.
#[derive(Clone, Debug)]
pub enum Report {
    /// Everything up to here is on disk; this is how things stand. Sent whenever the ceremony waits
    /// for people, has ended, or has moved on.
    State(Box<State>),
    /// An effect is being performed and may take its time (a touch, a key generation).
    Working(Effect),
    /// The last command was refused; nothing changed.
    Refused(Refusal),
    /// The transcript could not be written; the ceremony cannot go on in this process. Words of the
    /// failure, with the path.
    Broken(String),
}
