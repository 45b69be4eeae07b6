//! The real machine, with happenings put into its way.

use std::panic::resume_unwind;
use std::sync::{Arc, Mutex};

use rootstage::ceremony::effect::{Effect, Outcome};
use rootstage::ceremony::state::State;
use rootstage::ceremony::token::Fault;
use rootstage::ports::{Notice, World};
use rootstage::secret::Secrets;
use rootstage::world::ThisMachine;

/// Something that goes otherwise, once.
pub struct Happening {
    /// At which effect.
    pub at: fn(&Effect) -> bool,
    /// In which step; empty for any.
    pub step: String,
    /// What happens.
    pub what: What,
}

/// What goes otherwise.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "a handful of them in a test")]
pub enum What {
    /// Nothing is done, and this is said.
    Instead(Outcome),
    /// It is done, but this is said of it.
    DoneBut(Fault),
    /// The power goes before anything is done.
    PowerCutBefore,
    /// The power goes after it is done, before anybody hears of it.
    PowerCutAfter,
}

/// What unwinds out of the driver when the power goes.
pub struct PowerCut;

/// The list of what is still to happen, shared with the test.
pub type Happenings = Arc<Mutex<Vec<Happening>>>;

/// The world on stage.
pub struct Staged {
    /// What would really be done.
    pub machine: ThisMachine,
    /// What happens instead.
    pub happenings: Happenings,
    /// Every effect that was really performed.
    pub performed: Arc<Mutex<Vec<Effect>>>,
}

impl World for Staged {
    fn perform(
        &mut self,
        effect: &Effect,
        state: &State,
        secrets: Secrets<'_>,
        notice: &mut dyn FnMut(Notice),
    ) -> Outcome {
        let step = state.step().map_or("", |step| step.id.as_str());
        let what = {
            let mut list = self.happenings.lock().unwrap();
            list.iter()
                .position(|h| (h.at)(effect) && (h.step.is_empty() || h.step == step))
                .map(|at| list.remove(at).what)
        };
        let mut perform = || {
            self.performed.lock().unwrap().push(effect.clone());
            self.machine.perform(effect, state, secrets, notice)
        };
        match what {
            None => perform(),
            Some(What::Instead(outcome)) => outcome,
            Some(What::DoneBut(fault)) => {
                let _ = perform();
                Outcome::Fault(fault)
            }
            // No panic hook: a power cut prints nothing.
            Some(What::PowerCutBefore) => resume_unwind(Box::new(PowerCut)),
            Some(What::PowerCutAfter) => {
                let _ = perform();
                resume_unwind(Box::new(PowerCut))
            }
        }
    }
}
