use super::{Mark, Reach, due, fits, is_over};
use crate::ceremony::command::Command;
use crate::ceremony::decide::decide;
use crate::ceremony::effect::Effect;
use crate::ceremony::event::Event;
use crate::ceremony::state::State;
use crate::ceremony::testing::{at, then};
use crate::digest::Sha256;

fn mark(bytes: u64) -> Mark {
    Mark {
        bytes,
        sha256: Sha256::of(b"frames"),
        ended: false,
    }
}

fn between(step: &str) -> State {
    let mut state = at("welcome");
    while state.step().unwrap().id != step {
        then(&mut state, Event::StepDone {});
    }
    state
}

#[test]
fn a_mark_is_due_between_acts_and_the_last_one_before_the_seal() {
    let mut state = at("welcome");
    let mut seen = Vec::new();
    while state.ending.is_none() && state.step().is_some() {
        let step = state.step().unwrap().id.clone();
        if let Some(reach) = due(&state) {
            seen.push((step, reach));
        }
        then(&mut state, Event::StepBegun {});
        assert_eq!(due(&state), None, "within a step");
        then(&mut state, Event::StepDone {});
    }
    let (last, acts) = seen.split_last().unwrap();
    assert_eq!(*last, ("seal.keyholder-1".to_owned(), Reach::ToTheEnd));
    assert!(acts.len() >= 3, "{acts:?}");
    assert!(acts.iter().all(|(_, reach)| *reach == Reach::SoFar));
}

#[test]
fn a_mark_covers_more_than_the_one_before_and_nothing_follows_the_last() {
    let mut state = between("environment");
    assert!(fits(&state, &mark(0)).is_err());
    then(&mut state, Event::ScreenRecorded(mark(10)));
    assert!(fits(&state, &mark(10)).is_err() && fits(&state, &mark(9)).is_err());
    assert_eq!(fits(&state, &mark(11)), Ok(()));
    then(
        &mut state,
        Event::ScreenRecorded(Mark {
            ended: true,
            ..mark(11)
        }),
    );
    assert!(is_over(&state) && due(&state).is_none());
    assert!(fits(&state, &mark(12)).is_err());
}

#[test]
fn no_mark_comes_while_something_is_done_or_after_the_record_began_to_be_closed() {
    let mut state = at("environment");
    assert!(decide(&state, Command::CoverRecording(mark(1))).is_ok());
    then(&mut state, Event::Intended(Effect::CheckEnvironment));
    assert!(decide(&state, Command::CoverRecording(mark(1))).is_err());
    let state = at("seal.keyholder-1");
    assert!(decide(&state, Command::CoverRecording(mark(1))).is_err());
    assert!(decide(&at("head"), Command::CoverRecording(mark(1))).is_err());
}
