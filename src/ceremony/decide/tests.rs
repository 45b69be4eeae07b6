//! Given these facts, when this is wanted: then these facts, or a refusal.

use super::super::ask::Answer;
use super::super::command::{Command, ExceptionForm};
use super::super::effect::{Effect, FileDigest, Outcome};
use super::super::event::{Event, Resumption};
use super::super::refusal::Refusal;
use super::super::state::State;
use super::super::testing::{at, identity, opening, procedure, signing, then, token};
use super::super::token::{Algorithm, Fault, KeyAttributes, Retry, TokenKey};
use super::decide;
use crate::digest::Sha256;

fn resume() -> Command {
    Command::Resume(Resumption {
        program: "p".to_owned(),
        cut_bytes: 0,
    })
}

fn form(initials: &[&str]) -> ExceptionForm {
    ExceptionForm {
        expected: "a".to_owned(),
        happened: "b".to_owned(),
        decided: "c".to_owned(),
        initials: initials.iter().map(|&text| text.to_owned()).collect(),
    }
}

/// The one fact that follows.
fn fact(state: &State, command: Command) -> Event {
    let mut decision = decide(state, command).unwrap();
    assert_eq!(decision.events.len(), 1);
    decision.events.remove(0).1
}

fn generating() -> Effect {
    Effect::Generate {
        token: token(),
        label: "root-1".to_owned(),
        algorithm: Algorithm::EcdsaP256,
        policies: None,
        present: crate::ceremony::token::Present::Kept,
    }
}

fn key(label: &str, public_pem: &str) -> TokenKey {
    TokenKey {
        piv: None,
        algorithm: Algorithm::EcdsaP256,
        label: label.to_owned(),
        public_pem: public_pem.to_owned(),
        attributes: KeyAttributes::default(),
    }
}

#[test]
fn a_ceremony_is_opened_once_and_first() {
    let closed = State::new(procedure().into());
    for command in [
        Command::Continue,
        resume(),
        Command::Answer(Answer::default()),
        Command::Skip(form(&["VA", "WW"])),
    ] {
        assert!(matches!(
            decide(&closed, command),
            Err(Refusal::OutOfPlace { .. })
        ));
    }
    let opened = at("welcome");
    assert!(matches!(
        decide(&opened, Command::Open(opening())),
        Err(Refusal::OutOfPlace { .. })
    ));
}

#[test]
fn an_act_that_cannot_be_repeated_is_never_repeated_by_going_on() {
    let looking = Effect::FindKey {
        token: token(),
        label: "root-1".to_owned(),
    };
    for effect in [signing(), generating(), looking] {
        let mut state = at("sign.keyholder-1");
        then(&mut state, Event::Intended(effect.clone()));
        let refused = decide(&state, Command::Continue);
        assert!(
            matches!(refused, Err(Refusal::OutOfPlace { .. })),
            "{effect:?}"
        );
        assert!(matches!(
            decide(&state, Command::Skip(form(&["VA", "WW"]))),
            Err(Refusal::NotSkippable { .. })
        ));
        let resumed = fact(&state, resume());
        then(&mut state, resumed);
        assert_eq!(state.in_flight, None);
        assert_eq!(
            state.in_doubt.as_ref(),
            (!effect.repeatable()).then_some(&effect)
        );
    }
}

#[test]
fn an_act_that_can_be_repeated_is_repeated_under_its_record() {
    for effect in [
        Effect::ReadClock,
        Effect::CheckEnvironment,
        Effect::Identify { token: token() },
    ] {
        let mut state = at("clock");
        then(&mut state, Event::Intended(effect.clone()));
        let resumed = fact(&state, resume());
        then(&mut state, resumed);
        let decision = decide(&state, Command::Continue).unwrap();
        assert_eq!(
            (decision.events, decision.effect),
            (Vec::new(), Some(effect))
        );
    }
}

#[test]
fn what_is_in_doubt_is_not_skipped() {
    let mut state = at("sign.keyholder-1");
    then(&mut state, Event::Intended(signing()));
    then(
        &mut state,
        Event::Faulted(Fault::TokenFailed {
            token: token(),
            reason: "pulled".to_owned(),
        }),
    );
    assert_eq!(state.in_doubt, Some(signing()));
    assert!(matches!(
        decide(&state, Command::Skip(form(&["VA", "WW"]))),
        Err(Refusal::NotSkippable { .. })
    ));
}

#[test]
fn a_key_other_than_the_one_asked_for_may_have_been_made_all_the_same() {
    let pem = p256::SecretKey::from_slice(&[1; 32])
        .map(|secret| {
            p256::pkcs8::EncodePublicKey::to_public_key_pem(
                &secret.public_key(),
                p256::pkcs8::LineEnding::LF,
            )
        })
        .unwrap()
        .unwrap();
    let mut state = at("generate.keyholder-1");
    then(&mut state, Event::TokenIdentified(identity()));
    then(&mut state, Event::Intended(generating()));
    for wrong in [key("root-2", &pem), key("root-1", "no key")] {
        match fact(&state, Command::Observe(Outcome::Generated(wrong))) {
            Event::Faulted(fault) => assert_eq!(fault.retry(), Retry::LookFirst),
            other => panic!("{other:?}"),
        }
    }
    let right = key("root-1", &pem);
    assert_eq!(
        fact(&state, Command::Observe(Outcome::Generated(right.clone()))),
        Event::KeyGenerated(right)
    );
}

#[test]
fn an_outcome_that_answers_something_else_is_a_fault() {
    let mut state = at("clock");
    then(&mut state, Event::Intended(Effect::ReadClock));
    let other = Command::Observe(Outcome::Found(None));
    assert!(matches!(fact(&state, other), Event::Faulted(_)));
    let nothing = at("clock");
    let seen = Command::Observe(Outcome::Clock(String::new()));
    assert!(matches!(
        decide(&nothing, seen),
        Err(Refusal::OutOfPlace { .. })
    ));
}

#[test]
fn only_what_was_meant_counts_as_written() {
    let file = |name: &str, byte| FileDigest {
        name: name.to_owned(),
        sha256: Sha256([byte; 32]),
        size: 3,
    };
    let mut state = at("write");
    then(
        &mut state,
        Event::Intended(Effect::WriteMetadata {
            directories: vec!["/stick".to_owned()],
            files: vec![file("root.json", 1)],
        }),
    );
    let own = file("/d/metadata/root.json", 1);
    for wrong in [
        vec![],
        vec![own.clone()],
        vec![own.clone(), file("/stick/root.json", 2)],
        vec![own.clone(), file("/stick/1.root.json", 1)],
        vec![
            own.clone(),
            file("/stick/root.json", 1),
            file("/more/root.json", 1),
        ],
    ] {
        let event = fact(&state, Command::Observe(Outcome::Written(wrong)));
        assert!(
            matches!(event, Event::Faulted(Fault::ReadBackDiffers { .. })),
            "{event:?}"
        );
    }
    let right = vec![own, file("/stick/root.json", 1)];
    let event = fact(&state, Command::Observe(Outcome::Written(right)));
    assert!(matches!(event, Event::MetadataWritten { .. }));
}

#[test]
fn a_signature_of_nobody_over_nothing_is_no_signature() {
    let mut state = at("sign.keyholder-1");
    then(&mut state, Event::Intended(signing()));
    let made = Command::Observe(Outcome::Signature(vec![0; 70]));
    assert!(matches!(
        fact(&state, made),
        Event::Faulted(Fault::BadSignature { .. })
    ));
}

#[test]
fn exceptions_are_numbered_and_every_field_is_filled_in() {
    let mut state = at("welcome");
    for number in 1..=3 {
        match fact(&state, Command::LogException(form(&["WW"]))) {
            Event::ExceptionLogged(exception) => {
                assert_eq!(exception.number, number);
                then(&mut state, Event::ExceptionLogged(exception));
            }
            other => panic!("{other:?}"),
        }
    }
    let empty = ExceptionForm {
        decided: " \n".to_owned(),
        ..form(&["WW"])
    };
    assert!(matches!(
        decide(&state, Command::LogException(empty)),
        Err(Refusal::EmptyField { .. })
    ));
    for wrong in [&[][..], &["XX"], &["VA", "WW"]] {
        decide(&state, Command::LogException(form(wrong))).unwrap_err();
    }
}
