//! The kinds of step. One line in [`KINDS`] adds one.

use super::ask::{Answer, Ask};
use super::effect::Effect;
use super::event::Event;
use super::procedure::BoundStep;
use super::refusal::Refusal;
use super::script::Each;
use super::state::State;

/// What a step wants next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Ask the room.
    Ask(Ask),
    /// Perform an effect that needs nobody.
    Do(Effect),
    /// Put a conclusion on record.
    Record(Event),
    /// Nothing: the step is complete.
    Done,
}

/// A kind of step. It holds no token, no file, no terminal: it says what to ask and what to do.
pub trait Kind: Sync {
    /// Name in scripts.
    fn name(&self) -> &'static str;

    /// One sentence for the documentation.
    fn about(&self) -> &'static str;

    /// How often steps of this kind may be done.
    fn each(&self) -> Repetition {
        Repetition::Fixed(Each::Once)
    }

    /// What the step wants next, from the state alone.
    fn next(&self, state: &State, step: &BoundStep) -> Next;

    /// The effect that an accepted answer sets off, such as the signature after a PIN.
    fn after(&self, state: &State, step: &BoundStep, ask: &Ask, answer: &Answer) -> Option<Effect> {
        let _ = (state, step, ask, answer);
        None
    }

    /// Whether two people may skip it; otherwise the reason why not.
    fn skippable(&self, state: &State, step: &BoundStep) -> Result<(), String> {
        let _ = (state, step);
        Ok(())
    }
}

struct Stub(&'static str, Repetition);
impl Kind for Stub {
    fn name(&self) -> &'static str { self.0 }
    fn about(&self) -> &'static str { "stub" }
    fn each(&self) -> Repetition { self.1 }
    fn next(&self, _: &State, _: &BoundStep) -> Next { Next::Done }
}
/// Every kind of step. (stub until merged)
pub static KINDS: &[&dyn Kind] = &[
    &Stub("statement", Repetition::Free),
    &Stub("roll-call", Repetition::Fixed(Each::Once)),
    &Stub("plan-digest", Repetition::Fixed(Each::Once)),
    &Stub("environment", Repetition::Fixed(Each::Once)),
    &Stub("clock", Repetition::Fixed(Each::Once)),
    &Stub("present-token", Repetition::Fixed(Each::Keyholder)),
    &Stub("generate-key", Repetition::Fixed(Each::Keyholder)),
    &Stub("show-key", Repetition::Fixed(Each::Keyholder)),
    &Stub("prove-possession", Repetition::Fixed(Each::Keyholder)),
    &Stub("assemble-root", Repetition::Fixed(Each::Once)),
    &Stub("review", Repetition::Free),
    &Stub("sign", Repetition::Fixed(Each::Keyholder)),
    &Stub("verify-result", Repetition::Fixed(Each::Once)),
    &Stub("write-out", Repetition::Fixed(Each::Once)),
    &Stub("head", Repetition::Fixed(Each::Once)),
    &Stub("close", Repetition::Fixed(Each::Once)),
];

/// The kind of this name.
pub fn kind(name: &str) -> Option<&'static dyn Kind> {
    KINDS.iter().copied().find(|kind| kind.name() == name)
}

#[allow(unused)]
fn refused(_: Refusal) {}

/// How often steps of a kind may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repetition {
    /// Always so.
    Fixed(Each),
    /// As the script says.
    Free,
}
