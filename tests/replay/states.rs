//! The state at a record is the same, however one gets there.

use rootstage::ceremony::command::Command;
use rootstage::ceremony::effect::Effect;
use rootstage::ceremony::evolve::evolve;
use rootstage::ceremony::state::State;
use rootstage::tui::replay::tape::Tape;

use crate::reel;
use crate::room::Room;
use crate::world::What;
use crate::wound;

/// The states after 0, 1, 2, … records, by one fold from the beginning.
fn straight(tape: &Tape) -> Vec<State> {
    let mut state = State::new(tape.procedure().clone());
    let mut states = vec![state.clone()];
    for number in 0..tape.len() {
        evolve(&mut state, &tape.placed(number).unwrap());
        states.push(state.clone());
    }
    states
}

/// Numbers below `below` in an order that looks like none.
fn shuffled(below: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..below).collect();
    let mut random = seed;
    for at in (1..order.len()).rev() {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        order.swap(at, usize::try_from(random >> 33).unwrap() % (at + 1));
    }
    order
}

fn any_way_is_the_straight_way(tape: &Tape) {
    let straight = straight(tape);
    for seed in 0..3 {
        let mut last: Option<State> = None;
        for records in shuffled(straight.len(), seed) {
            let jumped = tape.state(records, None);
            assert!(jumped == straight[records], "after {records} records");
            let from_there = tape.state(records, last.as_ref());
            assert!(
                from_there == straight[records],
                "after {records}, from another"
            );
            last = Some(from_there);
        }
    }
    assert!(tape.state(straight.len() + 9, None) == straight[straight.len() - 1]);
}

#[test]
fn of_a_whole_rehearsal_with_an_exception_and_an_interruption() {
    let mut room = Room::open(2, 2);
    room.until("plan-digest", "plan");
    room.submit(Command::LogException(Room::exception(&["WW"])), None)
        .unwrap();
    room.happens(
        "",
        |effect| matches!(effect, Effect::Sign { .. }),
        What::PowerCutAfter,
    );
    room.until_dark();
    room.resume().unwrap();
    room.to_the_end();
    let (audited, tape) = wound(&room.dir());
    assert!(audited.passed());
    assert!(tape.len() > 150, "{}", tape.len());
    assert_eq!(tape.exceptions().len(), 1);
    any_way_is_the_straight_way(&tape);
}

#[test]
fn of_a_long_one_whose_kept_states_were_thinned_out() {
    let dir = tempfile::tempdir().unwrap();
    reel::write(dir.path(), 10_000);
    let (audited, tape) = wound(dir.path());
    assert!(audited.auditor.chain_holds() && audited.auditor.deviations().is_empty());
    assert!(tape.spacing() > 64, "{}", tape.spacing());
    let mut state = State::new(tape.procedure().clone());
    let mut asked = shuffled(tape.len(), 5);
    asked.truncate(40);
    asked.sort_unstable();
    let mut at = 0;
    let mut last: Option<State> = None;
    for records in asked {
        while at < records {
            evolve(&mut state, &tape.placed(at).unwrap());
            at += 1;
        }
        assert!(tape.state(records, None) == state);
        assert!(tape.state(records, last.as_ref()) == state);
        last = Some(state.clone());
    }
}

/// Every line is the one of the file, and what stands at a record never lies ahead of it.
#[test]
fn the_tape_holds_the_lines_of_the_file() {
    let dir = tempfile::tempdir().unwrap();
    reel::write(dir.path(), 300);
    let (_, tape) = wound(dir.path());
    let file = std::fs::read_to_string(dir.path().join("transcript.jsonl")).unwrap();
    assert_eq!(tape.len(), 300);
    for (number, line) in file.lines().enumerate() {
        assert_eq!(tape.line(number), line.as_bytes());
        assert_eq!(tape.record(number).unwrap().seq, number as u64);
        assert!(tape.stands(number) <= number);
        let run = tape.runs()[tape.run(number)];
        assert!(run.first <= number && run.first <= run.shown);
        // what the record says of its step is what the runs say
        let step = tape.procedure().steps.get(tape.step(number));
        assert_eq!(tape.record(number).unwrap().step, step.unwrap().id);
    }
    assert!(tape.line(300).is_empty() && tape.record(300).is_none());
}
