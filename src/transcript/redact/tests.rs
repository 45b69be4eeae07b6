use super::*;
use crate::ceremony::effect::{Effect, Message};
use crate::ceremony::event::{Event, Exception, Opening};
use crate::ceremony::plan::{Mode, ParticipantId, Withheld};
use crate::ceremony::token::TokenName;
use crate::digest::Sha256;
use crate::transcript::Chain;
use crate::transcript::chain::Draft;
use crate::transcript::record::Line;

fn signs(message: Message) -> Event {
    Event::Intended(Effect::Sign {
        token: TokenName("yubikey:15422467".to_owned()),
        label: "root".to_owned(),
        message,
    })
}

fn made() -> Event {
    Event::SignatureMade {
        sig: "ab".to_owned(),
    }
}

/// Whether a signature after this intent is published.
fn after(message: Message, publish: &PublishPlan, seal: bool) -> bool {
    judged(message, publish, seal, true)
}

fn judged(message: Message, publish: &PublishPlan, seal: bool, told: bool) -> bool {
    let mut course = Course::new(seal);
    course.record(&signs(message), told);
    allowed(&made(), &course, publish)
}

#[test]
fn a_signature_over_text_that_can_be_guessed_is_withheld() {
    let sha256 = Sha256([1; 32]);
    let all = PublishPlan::default();
    let mut names = PublishPlan::default();
    names.withhold.remove(&Withheld::Serials);
    assert!(after(Message::Payload { sha256 }, &all, false));
    assert!(!after(Message::Possession { sha256 }, &all, true));
    assert!(after(Message::Possession { sha256 }, &names, true));
    assert!(!judged(Message::Possession { sha256 }, &names, true, false));
    assert!(judged(Message::Payload { sha256 }, &names, true, false));
    for publish in [&all, &names] {
        assert!(after(Message::Seal { sha256 }, publish, true));
        assert!(!after(Message::Seal { sha256 }, publish, false));
        assert!(!allowed(&made(), &Course::new(true), publish));
    }
}

#[test]
fn home_directories_are_called_after_people() {
    let opened = |directory: &str| {
        Event::CeremonyOpened(Opening {
            ceremony: "0".repeat(32),
            mode: Mode::Production,
            script: Sha256([1; 32]),
            plan: Sha256([2; 32]),
            program: "rootstage".to_owned(),
            rules: 1,
            released: "2026-11-23".to_owned(),
            plan_directory: directory.to_owned(),
        })
    };
    let (publish, course) = (PublishPlan::default(), Course::new(true));
    assert!(allowed(&opened("/media/plan"), &course, &publish));
    for path in [
        "/home/ada/plan",
        "/run/media/ada/BLUE/plan",
        "/media/ada/BLUE",
        "/Volumes/BLUE",
    ] {
        assert!(!allowed(&opened(path), &course, &publish), "{path}");
    }
}

#[test]
fn a_line_keeps_its_place_without_its_body() {
    let publish = PublishPlan::default();
    let gate = Gate::default();
    let mut redaction = Redaction::new(&publish, &gate, true);
    let (mut chain, mut copy) = (Chain::new(Mode::Production), Chain::new(Mode::Production));
    let events = [
        Event::StepBegun {},
        Event::ExceptionLogged(Exception {
            number: 1,
            expected: "a".to_owned(),
            happened: "b".to_owned(),
            decided: "c".to_owned(),
            by: vec![ParticipantId("witness".to_owned())],
        }),
        Event::StepDone {},
    ];
    let mut told = Vec::new();
    for event in &events {
        let line = chain
            .append(&Draft {
                actor: "witness",
                at: "2026-11-23T05:37:52.395Z",
                mono: 1,
                step: "welcome",
                event,
                salt: [7; 16],
            })
            .unwrap();
        let published = redaction.line(&line).unwrap();
        match copy.verify_published(&published).unwrap() {
            Line::Told(record) => {
                assert_eq!(record.line(), line);
                told.push(true);
            }
            Line::Withheld(bare) => {
                assert_eq!(bare.line(), published);
                assert!(copy.clone().verify(&published).is_err());
                told.push(false);
            }
        }
    }
    assert_eq!(told, [true, false, true]);
    assert_eq!(copy.head(), chain.head());
    assert_eq!(redaction.withheld.get("exception-logged"), Some(&1));
}
