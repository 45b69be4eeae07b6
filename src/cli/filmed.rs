//! This machine, with a recording of its screen.

use crate::ceremony::effect::{Effect, Outcome};
use crate::ceremony::recording::{Mark, Reach};
use crate::ceremony::state::State;
use crate::ceremony::token::Fault;
use crate::ports::{Notice, World};
use crate::secret::Secrets;
use crate::tui::recorder::Recorder;
use crate::world::ThisMachine;

/// A world whose screen is recorded, where there is one.
pub struct Filmed {
    /// What does everything else.
    pub machine: ThisMachine,
    /// What the screen gives its frames to.
    pub recorder: Recorder,
}

impl World for Filmed {
    fn perform(
        &mut self,
        effect: &Effect,
        state: &State,
        secrets: Secrets<'_>,
        notice: &mut dyn FnMut(Notice),
    ) -> Outcome {
        self.machine.perform(effect, state, secrets, notice)
    }

    fn copy(&mut self, lines: &[u8], state: &State) -> Result<(), Fault> {
        self.machine.copy(lines, state)
    }

    fn recorded(&mut self, state: &State, reach: Reach) -> Option<Mark> {
        self.recorder.mark(state, reach)
    }
}
