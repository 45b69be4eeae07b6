use std::sync::Arc;

use serde_json::Value;

use super::*;
use crate::ceremony::event::{Event, Exception};
use crate::ceremony::plan::{Disclosure, SealBy};
use crate::ceremony::state::HeldKey;
use crate::ceremony::testing::{at, identity, then};
use crate::ceremony::token::piv::PivState;
use crate::transcript::seal::{digest, statement};

/// The public key of RFC 8410, section 10.1.
const ED25519: &str = "-----BEGIN PUBLIC KEY-----\n\
    MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";

fn with(by: SealBy) -> State {
    let mut state = at("seal.keyholder-1");
    Arc::make_mut(&mut state.procedure).plan.seal.by = by;
    for number in 1..=3 {
        let held = HeldKey {
            token: identity(),
            public_pem: String::new(),
            generated: None,
            possession: None,
            evidence: None,
            enrolled: None,
        };
        let name = KeyName(format!("keyholder-{number}"));
        state.keys.insert(name, held);
    }
    state
}

fn stated(state: &mut State) {
    let statement = statement(state).unwrap();
    let event = Event::SealStated {
        sha256: digest(&statement).unwrap(),
        statement,
        head: state.head,
        records: state.records,
    };
    then(state, event);
}

fn sealed(state: &mut State, key: &str) {
    let seal = state.seal.as_mut().unwrap();
    seal.signatures
        .insert(KeyName(key.to_owned()), "00".to_owned());
}

#[test]
fn the_plan_says_how_many_are_wanted() {
    for (by, all, most) in [
        (SealBy::All, 3, 2),
        (SealBy::Quorum, 2, 2),
        (SealBy::Paper, 0, 0),
    ] {
        let state = with(by);
        assert_eq!((wanted(&state), least(&state)), (all, most), "{by:?}");
    }
}

/// A key that was never presented is not waited for; a quorum is one all the same.
#[test]
fn what_is_not_in_hand_seals_nothing() {
    for (by, wants) in [(SealBy::All, 1), (SealBy::Quorum, 2)] {
        let mut state = with(by);
        state.keys.remove(&KeyName("keyholder-1".to_owned()));
        state.keys.remove(&KeyName("keyholder-3".to_owned()));
        assert_eq!((wanted(&state), least(&state)), (wants, 2), "{by:?}");
        stated(&mut state);
        assert!(!complete(&state));
        sealed(&mut state, "keyholder-2");
        assert!(complete(&state));
    }
}

/// An Ed25519 key of a YubiKey signs a message whole: one that is too long is not asked of it.
#[test]
fn a_token_that_cannot_sign_so_much_is_not_waited_for() {
    for (unable, wants, at_least) in [(1, 2, 2), (2, 1, 1), (3, 0, 0)] {
        let mut state = with(SealBy::All);
        stated(&mut state);
        state.seal.as_mut().unwrap().payload = vec![b' '; LONGEST_ED25519_MESSAGE].into();
        for held in state.keys.values_mut().take(unable) {
            held.token.piv = Some(PivState::default());
            held.public_pem = ED25519.to_owned();
        }
        assert_eq!((wanted(&state), least(&state)), (wants, at_least));
        state.seal.as_mut().unwrap().payload = vec![b' '; 100].into();
        assert_eq!((wanted(&state), least(&state)), (3, 2));
    }
}

#[test]
fn a_quorum_is_enough_and_all_are_all() {
    for (by, after) in [(SealBy::Quorum, 2), (SealBy::All, 3)] {
        let mut state = with(by);
        stated(&mut state);
        for number in 1..=3 {
            assert_eq!(enough(&state), number > after, "{by:?} {number}");
            sealed(&mut state, &format!("keyholder-{number}"));
        }
        assert!(complete(&state));
    }
}

/// Whoever is left out by an exception is not waited for.
#[test]
fn it_is_complete_when_nobody_is_still_to_be_asked() {
    let mut state = with(SealBy::All);
    stated(&mut state);
    sealed(&mut state, "keyholder-1");
    then(&mut state, Event::StepDone {});
    for _ in 0..2 {
        assert!(!complete(&state));
        then(&mut state, Event::StepBegun {});
        then(
            &mut state,
            Event::StepSkipped {
                exception: 1,
                by: Vec::new(),
            },
        );
    }
    assert!(complete(&state) && !enough(&state));
}

#[test]
fn signatures_that_do_not_verify_are_named() {
    let mut state = with(SealBy::All);
    assert!(not_verifying(&state).is_empty());
    stated(&mut state);
    sealed(&mut state, "keyholder-2");
    assert_eq!(not_verifying(&state), [&KeyName("keyholder-2".to_owned())]);
}

fn text(statement: &Value) -> String {
    serde_json::to_string(statement).unwrap()
}

#[test]
fn the_statement_names_the_head_before_it() {
    let state = at("seal.keyholder-1");
    let said = statement(&state).unwrap();
    assert_eq!(said["predicate"]["head"]["hex"], state.head.hex());
    assert_eq!(said["predicate"]["head"]["records"], state.records);
    let transcript = said["subject"].as_array().unwrap().last().unwrap();
    assert_eq!(transcript["name"], "transcript.jsonl");
    assert_eq!(
        transcript["digest"]["rootstageTranscriptHead"],
        state.head.hex()
    );
}

/// What a publication withholds is in no part of a public statement.
#[test]
fn a_public_statement_names_nobody() {
    let mut state = at("seal.keyholder-1");
    then(
        &mut state,
        Event::ExceptionLogged(Exception {
            number: 1,
            expected: "Ada is on time".to_owned(),
            happened: "Ada was late".to_owned(),
            decided: "We waited".to_owned(),
            by: Vec::new(),
        }),
    );
    state
        .attested
        .insert("12345678/key.pem".to_owned(), Sha256([7; 32]));
    let names = |state: &State| {
        let said = text(&statement(state).unwrap());
        let plan = state.procedure.plan.digest.hex();
        ["Ada Keyholder", "\"AK\"", "Ada was late", "12345678", &plan]
            .map(|secret| said.contains(secret))
    };
    assert_eq!(names(&state), [true; 5]);
    Arc::make_mut(&mut state.procedure).plan.seal.statement = Disclosure::Public;
    assert_eq!(names(&state), [false; 5]);
    let said = statement(&state).unwrap();
    assert_eq!(said["predicate"]["exceptions"]["number"], 1);
    assert_eq!(
        said["predicate"]["participants"]["witness"][0]["id"],
        "witness"
    );
}
