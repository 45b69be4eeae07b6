use super::*;
use crate::ceremony::testing;
use crate::ceremony::token::piv::Slot;

const TRIES: Provisioning = Provisioning::Tries { pin: 8, puk: 5 };
const MANAGEMENT: Provisioning = Provisioning::ManagementKey { escrow: Vec::new() };

fn policy(pin_tries: u8, puk_tries: u8) -> ProvisioningPolicy {
    ProvisioningPolicy {
        pin_tries,
        puk_tries,
        escrow: Vec::new(),
    }
}

/// What a card says of PIN, PUK and management key: whether each is the factory's; three tries.
fn piv(factory: [Option<bool>; 3]) -> PivState {
    let counted = |factory: Option<bool>| CardSecret {
        factory,
        tries_left: factory.map(|_| 3),
        tries: factory.map(|_| 3),
    };
    let [pin, puk, management] = factory;
    PivState {
        pin: counted(pin),
        puk: counted(puk),
        management: CardSecret {
            factory: management,
            ..CardSecret::default()
        },
        ..PivState::default()
    }
}

/// Looks at a card that says this, with which this was done, under a plan that wants these tries.
fn look<T>(
    piv: PivState,
    done: &[Provisioning],
    tries: (u8, u8),
    at: impl FnOnce(&Card<'_>) -> T,
) -> T {
    let identity = testing::identity();
    let policy = policy(tries.0, tries.1);
    at(&Card {
        identity: &identity,
        piv,
        done: done.to_vec(),
        policy: &policy,
    })
}

#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the method itself does not fit every lifetime"
)]
fn missing(piv: PivState, done: &[Provisioning], tries: (u8, u8)) -> Vec<Provisioning> {
    look(piv, done, tries, |card| card.missing())
}

const FRESH: [Option<bool>; 3] = [Some(true); 3];
const SILENT: [Option<bool>; 3] = [None; 3];

#[test]
fn a_fresh_card_lacks_everything_in_the_one_order_that_works() {
    use Provisioning::{Pin, Puk};
    assert_eq!(missing(piv(FRESH), &[], (3, 3)), [Pin, Puk, MANAGEMENT]);
    assert_eq!(
        missing(piv(FRESH), &[], (8, 5)),
        [TRIES, Pin, Puk, MANAGEMENT]
    );
    look(piv(FRESH), &[], (3, 3), |card| {
        assert!(card.is_fresh() && card.tells() && card.may_be_fresh());
        assert!(!card.is_begun() && !card.is_finished());
    });
    // a key in a slot is no factory's state
    let mut used = piv(FRESH);
    used.in_use = vec![Slot::SIGNATURE];
    look(used, &[], (3, 3), |card| {
        assert!(!card.is_fresh());
        assert_eq!(
            card.facts().last(),
            Some(&("Slots in use", "9c".to_owned()))
        );
    });
}

#[test]
fn what_the_card_says_is_believed_before_what_was_done() {
    use Provisioning::{Pin, Puk};
    let (yes, no) = (Some(true), Some(false));
    for (says, wanted) in [
        ([no, yes, yes], vec![Puk, MANAGEMENT]),
        ([no, no, yes], vec![MANAGEMENT]),
        ([yes, no, no], vec![Pin]),
        ([no, yes, no], vec![Puk]),
        ([no, no, no], vec![]),
    ] {
        assert_eq!(missing(piv(says), &[], (3, 3)), wanted, "{says:?}");
        // done and not so, or not done and so: the card knows
        assert_eq!(missing(piv(says), &[Pin, Puk], (3, 3)), wanted, "{says:?}");
    }
    // another PIN, or another management key: the tries cannot be set any more
    assert_eq!(missing(piv([no, yes, yes]), &[], (8, 5)), [Puk, MANAGEMENT]);
    assert_eq!(missing(piv([yes, yes, no]), &[], (8, 5)), [Pin, Puk]);
    // the tries bring the factory's PUK back
    assert_eq!(
        missing(piv([yes, no, yes]), &[], (8, 5)),
        [TRIES, Pin, Puk, MANAGEMENT]
    );
}

#[test]
fn an_act_that_was_done_and_is_not_is_in_vain() {
    use Provisioning::{Pin, Puk};
    look(piv(FRESH), &[Pin], (3, 3), |card| {
        assert!(card.is_in_vain(&Pin));
        assert!(!card.is_in_vain(&Puk) && !card.is_in_vain(&MANAGEMENT));
    });
    look(piv(FRESH), &[Pin, Puk, MANAGEMENT], (3, 3), |card| {
        for act in [Pin, Puk, MANAGEMENT] {
            assert!(card.is_in_vain(&act), "{act:?}");
        }
        assert!(!card.is_in_vain(&Provisioning::Reset) && !card.is_in_vain(&TRIES));
    });
    // what a reset, or the tries, took back was not in vain
    look(
        piv(FRESH),
        &[Pin, MANAGEMENT, Provisioning::Reset],
        (3, 3),
        |card| {
            assert!(!card.is_in_vain(&Pin) && !card.is_in_vain(&MANAGEMENT));
        },
    );
    look(piv(FRESH), &[Pin, Puk, TRIES], (8, 5), |card| {
        assert!(!card.is_in_vain(&Pin) && !card.is_in_vain(&Puk));
    });
}

#[test]
fn where_the_card_is_silent_the_record_of_today_counts() {
    use Provisioning::{Pin, Puk, Reset};
    look(piv(SILENT), &[], (3, 3), |card| {
        assert!(!card.tells() && !card.is_fresh() && !card.is_finished());
        assert!(card.may_be_fresh());
        assert_eq!(card.origin(Part::Pin), Origin::Unknown);
    });
    // it counts no tries aloud, so that those of the plan are set in any case
    let three = Provisioning::Tries { pin: 3, puk: 3 };
    assert_eq!(
        missing(piv(SILENT), &[], (3, 3)),
        [three.clone(), Pin, Puk, MANAGEMENT]
    );
    assert_eq!(
        missing(piv(SILENT), &[three.clone(), Pin], (3, 3)),
        [Puk, MANAGEMENT]
    );
    let all = [three.clone(), Pin, Puk, MANAGEMENT];
    look(piv(SILENT), &all, (3, 3), |card| {
        assert!(card.is_finished() && card.is_begun());
        assert!(card.missing().is_empty());
    });
    let reset = [&all[..], &[Reset]].concat();
    look(piv(SILENT), &reset, (3, 3), |card| {
        assert_eq!(card.origin(Part::Puk), Origin::Factory);
        assert_eq!(card.missing().len(), 4);
        assert!(card.facts()[0].1.contains("after the reset of today"));
    });
}

#[test]
fn the_facts_say_how_many_tries_are_left_and_what_is_blocked() {
    let mut blocked = piv([Some(false), Some(false), Some(true)]);
    blocked.puk.tries_left = Some(0);
    look(blocked, &[], (3, 3), |card| {
        let facts = card.facts();
        assert_eq!(facts[0], ("PIN", "not the factory's; 3 tries".to_owned()));
        assert_eq!(facts[1], ("PUK", "not the factory's; BLOCKED".to_owned()));
        assert_eq!(facts[2], ("Management key", "the factory's".to_owned()));
    });
}

#[test]
fn an_unblocking_is_no_part_of_provisioning() {
    let mut state = testing::at("welcome");
    let plan = state.procedure.plan.clone();
    let (_, key) = plan.keys().next().unwrap();
    assert!(done(&state, key).is_empty());
    let acts = vec![Provisioning::Unblock, Provisioning::Pin];
    state.provisioned.insert(key.name.clone(), acts);
    assert_eq!(done(&state, key), [Provisioning::Pin]);
}
