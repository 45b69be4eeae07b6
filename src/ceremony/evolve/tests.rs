//! The fold by itself.

use super::super::ask::{Answer, Ask, Form};
use super::super::event::Event;
use super::super::state::Here;
use super::super::testing::{at, identity, signing, then, token};
use super::super::token::{Fault, PinState};
use super::AGAIN;

fn answered(ask: &str) -> Event {
    Event::Answered {
        ask: ask.to_owned(),
        by: Vec::new(),
        answer: Answer::default(),
    }
}

#[test]
fn again_forgets_what_was_seen_but_not_how_often_it_failed() {
    let mut state = at("sign.keyholder-1");
    then(&mut state, Event::TokenIdentified(identity()));
    then(&mut state, answered("last-try"));
    then(
        &mut state,
        Event::Faulted(Fault::PinLocked { token: token() }),
    );
    then(&mut state, Event::Asked(Ask::new(AGAIN, "", Form::Confirm)));
    then(&mut state, answered(AGAIN));
    assert_eq!(
        state.here,
        Here {
            faults: 1,
            ..Here::default()
        }
    );
    assert_eq!(state.asking, None);
}

#[test]
fn only_an_act_that_may_have_happened_is_in_doubt() {
    for (fault, doubt) in [
        (
            Fault::PinWrong {
                token: token(),
                pin: PinState::default(),
            },
            false,
        ),
        (
            Fault::PinLength {
                token: token(),
                len: 1,
                min: 4,
                max: 8,
            },
            false,
        ),
        (Fault::PinLocked { token: token() }, false),
        (
            Fault::TokenAbsent {
                token: token(),
                present: Vec::new(),
            },
            false,
        ),
        (
            Fault::TokenFailed {
                token: token(),
                reason: String::new(),
            },
            true,
        ),
        (Fault::BadSignature { token: token() }, true),
    ] {
        let mut state = at("sign.keyholder-1");
        then(&mut state, Event::TokenIdentified(identity()));
        then(&mut state, Event::Intended(signing()));
        then(&mut state, Event::Faulted(fault.clone()));
        assert_eq!(state.in_doubt.is_some(), doubt, "{fault}");
        assert_eq!(
            state.here.identity, None,
            "after a failure the token is looked at again"
        );
        assert_eq!(state.in_flight, None);
    }
}

#[test]
fn a_step_leaves_nothing_behind_for_the_next() {
    let mut state = at("sign.keyholder-1");
    then(&mut state, Event::TokenIdentified(identity()));
    then(&mut state, answered("last-try"));
    then(&mut state, Event::StepDone {});
    assert_eq!(state.here, Here::default());
    assert_eq!(state.step().unwrap().id, "sign.keyholder-2");
}

#[test]
fn a_signature_counts_only_for_what_was_asked_to_be_signed() {
    let mut state = at("sign.keyholder-1");
    then(
        &mut state,
        Event::SignatureMade {
            sig: "00".to_owned(),
        },
    );
    assert!(state.signatures.is_empty());
    then(&mut state, Event::Intended(signing()));
    then(
        &mut state,
        Event::SignatureMade {
            sig: "00".to_owned(),
        },
    );
    assert_eq!(state.signatures.len(), 1);
}
