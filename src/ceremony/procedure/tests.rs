//! A script bound to a plan.

use super::super::testing::procedure;

#[test]
fn a_keyholder_comes_forward_once_for_everything_of_theirs() {
    let procedure = procedure();
    let ids: Vec<_> = procedure
        .steps
        .iter()
        .map(|step| step.id.as_str())
        .collect();
    let first = ids
        .iter()
        .position(|id| *id == "token.keyholder-1")
        .unwrap();
    assert_eq!(
        ids[first..first + 6],
        [
            "token.keyholder-1",
            "generate.keyholder-1",
            "show.keyholder-1",
            "prove.keyholder-1",
            "token.keyholder-2",
            "generate.keyholder-2",
        ]
    );
    // The witness reviews once, after all of them.
    let witness = ids.iter().position(|id| *id == "review-witness").unwrap();
    assert_eq!(ids[witness - 1], "review.keyholder-3");
    assert_eq!(ids[witness + 1], "sign.keyholder-1");
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), ids.len());
}

#[test]
fn the_text_names_the_person_and_the_seats_are_theirs() {
    let procedure = procedure();
    for step in &procedure.steps {
        assert!(!step.say.contains("{holder}"), "{}", step.id);
        if let Some(holder) = &step.holder {
            let name = procedure.plan.name_of(holder);
            assert!(step.title.starts_with(name), "{}", step.title);
            let seats = procedure.seats(step);
            let own = seats.iter().find(|seat| seat.role == "keyholder").unwrap();
            assert_eq!(own.who, std::slice::from_ref(holder));
        }
    }
    assert_eq!(
        procedure.minutes(),
        procedure.steps.iter().map(|step| step.minutes).sum::<u32>()
    );
}
