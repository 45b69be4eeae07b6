use std::sync::Arc;

use super::{Cause, Chronicle, between};
use crate::ceremony::event::{Event, Exception, Resumption};
use crate::ceremony::evolve::evolve;
use crate::ceremony::plan::{Outline, ParticipantId, Plan, check, rehearsal};
use crate::ceremony::procedure::Procedure;
use crate::ceremony::state::{Placed, State};
use crate::digest::Sha256;

fn told(events: Vec<(&str, Event)>) -> (State, Chronicle) {
    let text = rehearsal(&Outline {
        title: "Told".to_owned(),
        location: "Room 1".to_owned(),
        keyholders: 2,
        threshold: 1,
        expires: time::macros::datetime!(2027-06-30 12:00 UTC),
    });
    let plan = Plan::parse(text.as_bytes()).expect("parses");
    let script = check::script_of(&plan, None).expect("shipped");
    let mut state = State::new(Arc::new(Procedure::new(script, plan)));
    let mut chronicle = Chronicle::default();
    for (seq, (time, event)) in (0..).zip(events) {
        let placed = Placed {
            seq,
            at: format!("2026-12-01T{time}Z"),
            node: Sha256([0; 32]),
            event,
        };
        evolve(&mut state, &placed);
        chronicle.record(&state, &placed);
    }
    (state, chronicle)
}

fn resumed() -> Event {
    Event::Resumed(Resumption {
        program: "rootstage 9".to_owned(),
        cut_bytes: 7,
    })
}

#[test]
fn steps_have_their_times_and_halts_their_causes() {
    let exception = Event::ExceptionLogged(Exception {
        number: 1,
        expected: "a".to_owned(),
        happened: "b".to_owned(),
        decided: "c".to_owned(),
        by: vec![
            ParticipantId("ada".to_owned()),
            ParticipantId("bob".to_owned()),
        ],
    });
    let left = Event::Paused {
        reason: "left".to_owned(),
    };
    let (state, story) = told(vec![
        ("10:00:00.000", Event::StepBegun {}),
        ("10:00:10.000", left),
        ("10:05:00.000", resumed()),
        ("10:06:00.000", exception),
        ("10:07:00.400", Event::StepDone {}),
        ("10:07:00.400", Event::StepBegun {}),
        ("10:08:00.000", resumed()),
    ]);
    let first = &story.steps[0];
    assert_eq!(first.began(), Some("2026-12-01T10:00:00.000Z"));
    assert_eq!(first.ended(), Some("2026-12-01T10:07:00.400Z"));
    assert_eq!(first.seconds(), 420);
    assert_eq!(first.exceptions, [1]);
    assert_eq!(first.people().len(), 2);
    assert_eq!(story.exceptions[0].step, 0);
    assert_eq!(story.halts[0].cause, Cause::Left("left".to_owned()));
    assert_eq!(story.halts[0].from, "2026-12-01T10:00:10.000Z");
    assert_eq!(story.halts[0].cut_bytes, 7);
    assert_eq!(story.halts[1].cause, Cause::Interrupted);
    assert_eq!((story.halts[1].step, story.steps[1].ended()), (1, None));
    assert_eq!(story.programs, ["rootstage 9"]);
    let act = story
        .act(&state, state.procedure.steps[0].act)
        .expect("begun");
    assert_eq!(
        (act.from.as_str(), act.to),
        ("2026-12-01T10:00:00.000Z", None)
    );
}

#[test]
fn an_abort_ends_the_step_in_which_it_was() {
    let abort = Event::Aborted {
        by: Vec::new(),
        reason: "enough".to_owned(),
    };
    let (_, story) = told(vec![
        ("10:00:00.000", Event::StepBegun {}),
        ("10:00:01.000", abort),
    ]);
    assert_eq!(story.steps[0].seconds(), 1);
}

#[test]
fn what_is_no_time_has_no_length() {
    assert_eq!(between("soon", "2026-12-01T10:00:00Z"), None);
    assert_eq!(
        between("2026-12-01T10:00:00Z", "2026-12-01T09:00:00Z"),
        Some(0)
    );
}
