//! A ceremony in memory for the tests of the engine.

use time::macros::datetime;

use super::effect::{Effect, Message};
use super::event::{Event, Opening};
use super::evolve::evolve;
use super::plan::{Outline, Plan, rehearsal};
use super::procedure::Procedure;
use super::script::Script;
use super::scripts;
use super::state::{Placed, State};
use super::token::{PinState, TokenIdentity, TokenKind, TokenName};
use crate::digest::Sha256;

/// The procedure of a rehearsal with three keyholders, of whom two must sign.
pub fn procedure() -> Procedure {
    let plan = rehearsal(&Outline {
        title: "Rehearsal".to_owned(),
        location: "Room 1".to_owned(),
        keyholders: 3,
        threshold: 2,
        expires: datetime!(2027-11-30 12:00 UTC),
    });
    let script = scripts::bytes_of("first-root-rehearsal").unwrap();
    Procedure::new(
        Script::parse(script).unwrap(),
        Plan::parse(plan.as_bytes()).unwrap(),
    )
}

/// The first record.
pub fn opening() -> Opening {
    let procedure = procedure();
    Opening {
        ceremony: "0".repeat(32),
        mode: procedure.plan.mode,
        script: procedure.script.digest,
        plan: procedure.plan.digest,
        program: crate::PROGRAM_VERSION.to_owned(),
        rules: crate::transcript::RULES,
        released: crate::RELEASED.to_owned(),
        plan_directory: "/".to_owned(),
    }
}

/// Puts a fact behind the others.
pub fn then(state: &mut State, event: Event) {
    let seq = state.records;
    let node = Sha256::of(&seq.to_be_bytes());
    evolve(
        state,
        &Placed {
            seq,
            at: "2026-12-01T10:00:00.000Z".to_owned(),
            node,
            event,
        },
    );
}

/// A ceremony that stands at this step, begun.
pub fn at(step: &str) -> State {
    let mut state = State::new(procedure().into());
    then(&mut state, Event::CeremonyOpened(opening()));
    while state.step().unwrap().id != step {
        then(&mut state, Event::StepDone {});
    }
    then(&mut state, Event::StepBegun {});
    state
}

/// The token of the first keyholder.
pub fn token() -> TokenName {
    TokenName("file:tokens/keyholder-1.age".to_owned())
}

/// That token as it introduces itself.
pub fn identity() -> TokenIdentity {
    TokenIdentity {
        kind: TokenKind::File,
        serial: "keyholder-1.age".to_owned(),
        label: "keyholder-1.age".to_owned(),
        manufacturer: "rootstage".to_owned(),
        model: "test".to_owned(),
        firmware: "1.0".to_owned(),
        piv: None,
        beside: Vec::new(),
        pin: PinState::default(),
    }
}

/// A signature that is asked of it.
pub fn signing() -> Effect {
    Effect::Sign {
        token: token(),
        label: "root-1".to_owned(),
        message: Message::Payload {
            sha256: Sha256([1; 32]),
        },
    }
}
