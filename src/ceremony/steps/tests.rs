//! What holds for every kind of step.

use super::super::script::{Answerer, Script};
use super::super::scripts;
use super::super::testing::at;
use super::{KINDS, Next, kind, positions};
use crate::ceremony::ask::Form;
use crate::digest::Sha256;

#[test]
fn every_kind_has_a_name_of_its_own() {
    for entry in KINDS {
        assert!(std::ptr::addr_eq(
            std::ptr::from_ref(kind(entry.name()).unwrap()),
            std::ptr::from_ref(*entry)
        ));
        assert!(entry.about().ends_with('.'));
    }
}

#[test]
fn every_kind_is_in_the_shipped_scripts() {
    let scripts = scripts::shipped().iter();
    let scripts: Vec<Script> = scripts
        .map(|(_, bytes)| Script::parse(bytes).unwrap())
        .collect();
    let steps = scripts.iter().flat_map(|script| &script.acts);
    let used: Vec<&str> = steps
        .flat_map(|act| &act.steps)
        .map(|step| step.kind.as_str())
        .collect();
    for kind in KINDS {
        let name = kind.name();
        assert!(used.contains(&name), "no script has a step of kind {name}");
    }
    for used in used {
        assert!(kind(used).is_some(), "{used}");
    }
}

/// Whoever comes too early to a step is told so, or asked something that somebody must answer.
#[test]
fn no_step_passes_out_of_the_blue() {
    for step in &super::super::testing::procedure().steps {
        let state = at(&step.id);
        match kind(&step.kind).unwrap().next(&state, step) {
            Next::Ask(ask) if ask.form == Form::Halted => {
                assert!(!ask.words.is_empty(), "{}", step.id);
            }
            Next::Ask(ask) => {
                assert!(!ask.seats.is_empty(), "{}", step.id);
                assert!(
                    ask.seats.iter().all(|seat| !seat.who.is_empty()),
                    "{}",
                    step.id
                );
            }
            Next::Do(effect) => {
                assert!(effect.repeatable() && !effect.takes_secret(), "{}", step.id);
            }
            next => panic!("{}: {next:?}", step.id),
        }
    }
}

#[test]
fn the_words_to_read_back_are_drawn_anew_for_each_question() {
    let mut state = at("plan-digest");
    let mut drawn = std::collections::BTreeSet::new();
    for number in 0..64u8 {
        state.head = Sha256([number; 32]);
        let found = positions(&state, "plan", 3);
        assert_eq!(found.len(), 3);
        assert!(found.is_sorted_by(|a, b| a < b), "{found:?}");
        assert!(
            found.iter().all(|position| (1..=32).contains(position)),
            "{found:?}"
        );
        assert_eq!(
            found,
            positions(&state, "plan", 3),
            "a replay finds the same"
        );
        drawn.insert(found);
    }
    assert!(drawn.len() > 60, "{}", drawn.len());
    assert_ne!(positions(&state, "plan", 3), positions(&state, "script", 3));
}

#[test]
fn a_secret_is_its_keyholders_alone_whatever_the_script_says() {
    let mut state = at("generate.keyholder-1");
    super::super::testing::then(
        &mut state,
        crate::ceremony::event::Event::TokenIdentified(super::super::testing::identity()),
    );
    let mut step = state.step().unwrap().clone();
    step.by = vec![Answerer::Anyone];
    let identity = state.here.identity.clone().unwrap();
    let ask = super::in_hand::ask_secret(
        &state,
        &step,
        &identity,
        super::in_hand::secret_kind(&identity),
        "",
    );
    assert_eq!(ask.seats.len(), 1);
    assert_eq!(ask.seats[0].who, [step.holder.clone().unwrap()]);
}

#[test]
fn only_an_absent_keyholder_is_passed_over_at_the_review() {
    let mut state = at("review.keyholder-1");
    let step = state.step().unwrap().clone();
    let review = kind("review").unwrap();
    assert!(review.skippable(&state, &step).is_err());
    state.absent.extend(step.holder.clone());
    assert_eq!(review.skippable(&state, &step), Ok(()));
    let witness = at("review-witness");
    let step = witness.step().unwrap();
    assert!(review.skippable(&witness, step).is_err());
}

#[test]
fn another_medium_is_offered_by_the_steps_that_work_with_one() {
    use crate::ceremony::medium::MediumRole::{In, Out};
    for kind in KINDS {
        let expected = match kind.name() {
            "trusted-root" | "import-staged" => Some(In),
            "export" => Some(Out),
            // a bad copy in the ceremony directory is no reason to take another stick
            _ => None,
        };
        assert_eq!(kind.medium(), expected, "{}", kind.name());
    }
}
