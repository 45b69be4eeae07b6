use std::sync::Arc;

use super::Tape;
use crate::ceremony::plan::{Outline, Plan, rehearsal};
use crate::ceremony::procedure::Procedure;
use crate::ceremony::script::Script;
use crate::ceremony::scripts;
use crate::ceremony::state::State;

pub fn procedure() -> Arc<Procedure> {
    let plan = rehearsal(&Outline {
        title: "Tape".to_owned(),
        location: "nowhere".to_owned(),
        keyholders: 2,
        threshold: 2,
        expires: time::macros::datetime!(2027-11-23 12:00 UTC),
    });
    let script = scripts::bytes_of("first-root-rehearsal").unwrap();
    Arc::new(Procedure::new(
        Script::parse(script).unwrap(),
        Plan::parse(plan.as_bytes()).unwrap(),
    ))
}

#[test]
fn an_empty_tape_has_nothing_and_the_state_before_everything() {
    let tape = Tape::new(procedure());
    assert!(tape.is_empty() && tape.record(0).is_none() && tape.placed(3).is_none());
    assert_eq!((tape.time(7), tape.stands(7), tape.step(7)), (0, 0, 0));
    assert!(tape.state(5, None) == State::new(procedure()));
}
