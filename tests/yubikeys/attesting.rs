//! Cards whose attestations lie, and a plan of the real day that trusts no TEST root.

use rootstage::ceremony::effect::Effect;
use rootstage::ceremony::refusal::Refusal;

use crate::cards::{CardRoom, Lie};
use crate::desk::{NOTHING, Spent, WHOLE, ada, begun, ends_well, plan, prepared, says, spare, step};

fn is_attest(effect: &Effect) -> bool {
    matches!(effect, Effect::Attest { .. })
}

/// The step halts at this check; nothing goes on, and nothing more is spent. Honest again, it goes on.
fn halts(cards: &CardRoom, lie: Lie, checks: &[&str]) {
    let card = cards.card(0);
    let mut room = begun(cards, 1);
    card.lie(lie);
    room.until(&step("attest"), "again");
    says(&room, &["DO NOT USE THIS TOKEN"]);
    let words = room.words();
    for id in crate::desk::DEMANDED {
        let demanded = words.contains(&format!("The plan demands attestation.{id}."));
        assert_eq!(demanded, checks.contains(&id), "{id}: {words}");
    }
    let before = Spent::of(card);
    let skipped = room.skip(&["VA", "WW"]);
    assert!(matches!(skipped, Err(Refusal::NotSkippable { .. })), "{skipped:?}");
    let times = room.times(is_attest);
    room.types(&["again"]).unwrap();
    assert_eq!(room.at(), (step("attest"), "again".to_owned()));
    assert_eq!(room.times(is_attest), times + 1);
    // a new start does not walk past it either
    room.power_cut();
    room.resume().unwrap();
    assert_eq!(room.at(), (step("attest"), "again".to_owned()));
    assert_eq!(before.since(card), NOTHING);
    card.honest();
    room.types(&["again"]).unwrap();
    assert_eq!(room.at(), (step("attest"), "attested".to_owned()));
    ends_well(&mut room, cards, 0);
    assert_eq!(NOTHING.since(card), WHOLE);
}

macro_rules! lies {
    ($($name:ident: $lie:expr, $checks:expr;)*) => {
        $(card_story! {
            fn $name(cards: ada(), spare()) {
                halts(cards, $lie, &$checks);
            }
        })*
    };
}

lies! {
    another_serial_number: Lie::Serial(1002), ["serial"];
    another_key: Lie::Key, ["key"];
    another_slot: Lie::Slot, ["slot"];
    other_policies: Lie::Policy, ["pin-policy", "touch-policy"];
    a_chain_to_nobody: Lie::Chain, crate::desk::DEMANDED;
}
