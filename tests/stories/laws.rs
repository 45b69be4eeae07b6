//! Laws of the engine, over sequences that no script foresees.

use std::sync::{Arc, LazyLock};

use data_encoding::HEXLOWER;
use proptest::prelude::*;
use rootstage::answers::as_asked;
use rootstage::ceremony::ask::Answer;
use rootstage::ceremony::command::Command;
use rootstage::ceremony::decide::decide;
use rootstage::ceremony::effect::Outcome;
use rootstage::ceremony::event::{Event, Resumption};
use rootstage::ceremony::evolve::evolve;
use rootstage::ceremony::procedure::Procedure;
use rootstage::ceremony::state::{Placed, State};
use rootstage::ceremony::token::{Fault, PinState, TokenName};
use rootstage::digest::Sha256;
use rootstage::directory;
use rootstage::journal::Journal;

use crate::room::{Room, clock};

/// The events of a finished ceremony, and its procedure.
static FINISHED: LazyLock<(Arc<Procedure>, Vec<Event>)> = LazyLock::new(|| {
    let mut room = Room::open(2, 2);
    room.to_the_end();
    room.power_cut();
    let procedure = Arc::new(directory::read_procedure(&room.dir()).unwrap());
    let mut events = Vec::new();
    Journal::reopen(&room.dir(), clock, |placed| events.push(placed.event)).unwrap();
    (procedure, events)
});

/// What somebody, or the world, may do at any time.
#[derive(Clone, Debug)]
enum Act {
    AsAsked,
    Typed(Vec<String>, Vec<String>),
    Continue,
    Observe(prop::sample::Index),
    Fault(u8),
    Log(Vec<String>),
    Skip(Vec<String>),
    Pause,
    Resume,
    Abort(Vec<String>),
    Open,
}

fn people() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(
        prop::sample::select(vec!["VA", "WW", "AK", "BK", "", "xx"]),
        0..4,
    )
    .prop_map(|list| list.into_iter().map(str::to_owned).collect())
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        30 => Just(Act::AsAsked),
        2 => (people(), prop::collection::vec("[a-z\\PC]{0,8}", 0..4)).prop_map(|(i, t)| Act::Typed(i, t)),
        8 => Just(Act::Continue),
        30 => any::<prop::sample::Index>().prop_map(Act::Observe),
        6 => (0u8..6).prop_map(Act::Fault),
        2 => people().prop_map(Act::Log),
        2 => people().prop_map(Act::Skip),
        1 => Just(Act::Pause),
        3 => Just(Act::Resume),
        1 => people().prop_map(Act::Abort),
        1 => Just(Act::Open),
    ];
    prop::collection::vec(act, 0..260)
}

fn fault(number: u8) -> Fault {
    let token = TokenName("file:tokens/keyholder-1.age".to_owned());
    match number {
        0 => Fault::TokenAbsent {
            token,
            present: Vec::new(),
        },
        1 => Fault::PinWrong {
            token,
            pin: PinState::default(),
        },
        2 => Fault::PinLocked { token },
        3 => Fault::TokenFailed {
            token,
            reason: "pulled".to_owned(),
        },
        4 => Fault::BadSignature { token },
        _ => Fault::Storage {
            path: "/".to_owned(),
            reason: "full".to_owned(),
        },
    }
}

/// The outcome that an event of the finished ceremony records; mostly it does not fit.
fn outcome(event: &Event) -> Outcome {
    match event.clone() {
        Event::EnvironmentChecked { checks } => Outcome::Environment(checks),
        Event::ClockRead { utc } => Outcome::Clock(utc),
        Event::TokenIdentified(identity) => Outcome::Identified(identity),
        Event::KeyGenerated(key) => Outcome::Generated(key),
        Event::SignatureMade { sig } => {
            Outcome::Signature(HEXLOWER.decode(sig.as_bytes()).unwrap())
        }
        Event::FilesRead { files } => Outcome::Files(files),
        Event::MetadataWritten { files } => Outcome::Written(files),
        _ => Outcome::Found(None),
    }
}

/// What followed the effect in flight when the finished ceremony did it.
fn following(state: &State) -> Option<&'static Event> {
    let effect = state.in_flight.as_ref()?;
    let (_, events) = &*FINISHED;
    let mut pairs = events.iter().zip(events.iter().skip(1));
    let is_it = |intent: &Event| matches!(intent, Event::Intended(done) if done == effect);
    pairs
        .find(|(intent, _)| is_it(intent))
        .map(|(_, result)| result)
}

/// Mostly the outcome that fits the effect in flight; otherwise any.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "as proptest hands it over"
)]
fn fitting(state: &State, index: &prop::sample::Index) -> Outcome {
    let any = index.get(&FINISHED.1);
    match following(state) {
        Some(event) if index.index(8) > 0 => outcome(event),
        _ => outcome(any),
    }
}

fn command(state: &State, act: &Act) -> Command {
    match act.clone() {
        Act::AsAsked => {
            Command::Answer(state.asking.as_ref().map_or_else(Answer::default, |ask| {
                as_asked(ask, &state.procedure.plan, clock())
            }))
        }
        Act::Typed(initials, typed) => Command::Answer(Answer {
            initials,
            typed,
            received: None,
            read_to_end: true,
        }),
        Act::Continue => Command::Continue,
        Act::Observe(index) => Command::Observe(fitting(state, &index)),
        Act::Fault(number) => Command::Observe(Outcome::Fault(fault(number))),
        Act::Log(initials) | Act::Skip(initials) => {
            let initials: Vec<&str> = initials.iter().map(String::as_str).collect();
            let form = Room::exception(&initials);
            if matches!(act, Act::Log(_)) {
                Command::LogException(form)
            } else {
                Command::Skip(form)
            }
        }
        Act::Pause => Command::Pause {
            reason: "left".to_owned(),
        },
        Act::Resume => Command::Resume(Resumption {
            program: "p".to_owned(),
            cut_bytes: 0,
        }),
        Act::Abort(initials) => Command::Abort {
            initials,
            reason: "why".to_owned(),
        },
        Act::Open => Command::Open(match &FINISHED.1[0] {
            Event::CeremonyOpened(opening) => opening.clone(),
            other => panic!("{other:?}"),
        }),
    }
}

fn place(state: &mut State, event: Event) {
    let seq = state.records;
    let mut node = Sha256([0; 32]);
    node.0[..8].copy_from_slice(&seq.to_le_bytes());
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is done in whatever order: no panic, a refusal changes nothing, and no irreversible
    /// act is begun without a person's answer.
    #[test]
    fn nothing_that_anybody_does_breaks_the_engine(acts in acts()) {
        let mut state = State::new(Arc::clone(&FINISHED.0));
        let open = command(&state, &Act::Open);
        for event in decide(&state, open).unwrap().events {
            place(&mut state, event.1);
        }
        for act in acts {
            let before = state.clone();
            // The driver goes on by itself until somebody is asked.
            let act = if state.asking.is_none() && state.in_flight.is_none() && matches!(act, Act::AsAsked) {
                Act::Continue
            } else {
                act
            };
            let command = command(&state, &act);
            let answering = matches!(command, Command::Answer(_));
            match decide(&state, command) {
                Err(_) => prop_assert_eq!(&state, &before),
                Ok(decision) => {
                    if let Some(effect) = &decision.effect {
                        prop_assert!(answering || effect.repeatable(), "{:?}", effect);
                    }
                    for (_, event) in decision.events {
                        place(&mut state, event);
                    }
                }
            }
        }
    }

    /// Any events in any order: the fold is total.
    #[test]
    fn any_events_in_any_order_can_be_folded(picked in prop::collection::vec(any::<prop::sample::Index>(), 0..200)) {
        let mut state = State::new(Arc::clone(&FINISHED.0));
        for index in picked {
            place(&mut state, index.get(&FINISHED.1).clone());
            let _ = decide(&state, Command::Continue);
            let _ = decide(&state, Command::Skip(Room::exception(&["VA", "WW"])));
        }
    }
}

/// The laws above are no deeper than the acts they are tried with: done as asked, they close.
#[test]
fn the_acts_of_the_laws_lead_to_the_end() {
    let mut state = State::new(Arc::clone(&FINISHED.0));
    let open = command(&state, &Act::Open);
    let (_, opened) = decide(&state, open).unwrap().events.remove(0);
    place(&mut state, opened);
    while state.ending.is_none() {
        // what tokens seal names a head, and the heads of this one are other ones
        let seals = state.step().is_some_and(|step| step.kind == "seal");
        let act = match (&state.asking, &state.in_flight) {
            (Some(_), _) if seals => Command::Skip(Room::exception(&["VA", "WW"])),
            (Some(_), _) => command(&state, &Act::AsAsked),
            (_, Some(_)) => Command::Observe(outcome(following(&state).unwrap())),
            _ => Command::Continue,
        };
        for (_, event) in decide(&state, act).unwrap().events {
            place(&mut state, event);
        }
    }
    assert_eq!(state.signatures.len(), 2);
}

#[test]
fn the_record_on_disk_gives_the_state_in_memory_after_every_answer() {
    let mut room = Room::open(2, 2);
    room.happens(
        "generate.keyholder-1",
        |e| !e.repeatable(),
        crate::world::What::Instead(Outcome::Fault(fault(3))),
    );
    room.happens(
        "sign.keyholder-2",
        |e| !e.repeatable(),
        crate::world::What::Instead(Outcome::Fault(fault(1))),
    );
    loop {
        let text = std::fs::read(room.transcript()).unwrap();
        let procedure = Arc::clone(&room.state().procedure);
        let auditor = directory::follow(&procedure, &text[..], None).unwrap();
        assert_eq!(auditor.state(), room.state());
        if room.state().ending.is_some() {
            break;
        }
        room.go_on();
    }
    room.audits_clean();
}
