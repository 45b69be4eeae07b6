//! Cards whose attestations lie, and a plan of the real day that trusts no TEST root.

use rootstage::ceremony::effect::Effect;
use rootstage::ceremony::refusal::Refusal;

use crate::cards::{CardRoom, Lie};
use crate::desk::{
    NOTHING, Spent, WHOLE, ada, begun, ends_well, plan, prepared, says, spare, step,
};
use crate::installed;
use crate::world::What;

fn is_attest(effect: &Effect) -> bool {
    matches!(effect, Effect::Attest { .. })
}

/// The step halts at this check; nothing goes on, and nothing more is spent. Honest again, it goes on.
fn halts(cards: &CardRoom, lie: Lie, checks: &[&str]) {
    let card = cards.card(0);
    let mut room = begun(cards, 1);
    // honest while the key is made: what is put into the slot then is compared at once
    room.until(&step("show"), "fingerprint");
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
    assert!(
        matches!(skipped, Err(Refusal::NotSkippable { .. })),
        "{skipped:?}"
    );
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
    another_key: Lie::Key, ["key", "generated"];
    another_slot: Lie::Slot, ["slot"];
    other_policies: Lie::Policy, ["pin-policy", "touch-policy"];
    a_chain_to_nobody: Lie::Chain, crate::desk::DEMANDED;
}

card_story! {
    /// The card makes another certificate each time, so that one that was written and never heard of is
    /// not the one that comes next.
    fn power_goes_after_the_attestation_was_written(cards: ada(), spare()) {
        let mut room = begun(cards, 1);
        room.happens(&step("attest"), is_attest, What::PowerCutAfter);
        room.until_dark();
        let file = room.dir().join("attestations/1001/key.pem");
        let first = std::fs::read(&file).unwrap();
        room.resume().unwrap();
        assert_eq!(room.at(), (step("attest"), "attested".to_owned()), "{}", room.words());
        assert_ne!(std::fs::read(&file).unwrap(), first);
        ends_well(&mut room, cards, 0);
        assert_eq!(NOTHING.since(cards.card(0)), WHOLE);
    }
}

card_story! {
    /// An attestation of another key is found out while the key is made, and the spare takes over.
    fn another_key_is_attested_at_once(cards: ada(), spare()) {
        let card = cards.card(0);
        let mut room = begun(cards, 1);
        card.lie(Lie::Key);
        room.until(&step("generate"), "again");
        says(&room, &["attested another one", "must not be used"]);
        // it is never taken: the slot is in use now, and two people would have to overwrite it
        room.go_on();
        assert_eq!(room.at().1, "overwrite");
        assert_eq!(room.ask().seats.len(), 2);
        assert!(room.state().keys.is_empty());
        card.honest();
        ends_well(&mut room, cards, 0);
    }
}

card_story! {
    /// A key that was brought in from outside is told by metadata, whatever the attestation says.
    fn an_imported_key_is_not_taken_for_a_made_one(cards: ada(), spare()) {
        let Some(tool) = installed("/usr/bin/yubico-piv-tool") else { return };
        let card = cards.card(0);
        let home = cards.home();
        let run = |command: &mut std::process::Command| {
            let output = command.current_dir(home).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        };
        let words = "ecparam -name prime256v1 -genkey -noout -out outside.pem";
        run(std::process::Command::new("openssl").args(words.split(' ')));
        let mut room = begun(cards, 1);
        // while the card lies in its drawer, somebody exchanges the key; the management key of the day
        // is not known to them, so that it happens before
        let words = "-a import-key -s 9c -A ECCP256 -i outside.pem --pin-policy=always --touch-policy=always";
        run(cards.command(tool).args(words.split(' ')));
        card.lie(Lie::Imported);
        assert_eq!(card.status().slots["9c"].origin, "imported");
        room.until(&step("provision"), "state");
        says(&room, &["holds something already", "9c"]);
        room.types(&["go-on"]).unwrap();
        room.until(&step("generate"), "overwrite");
        // nobody types that: the key is made anew, or not used
        assert!(room.state().keys.is_empty());
        room.go_on();
        room.until(&step("prove"), "secret");
        assert_eq!(card.status().slots["9c"].origin, "generated");
        ends_well(&mut room, cards, 0);
    }
}

/// A plan of the real day, with this instead of its trust in the TEST root.
fn production(cards: &CardRoom, instead: &str) -> crate::room::Room {
    let plan = plan()
        .replace("mode = \"rehearsal\"", "mode = \"production\"")
        .replace("\"first-root-rehearsal\"", "\"first-root\"")
        .replace("test_roots = [\"test-root.pem\"]", instead);
    prepared(cards, &plan)
}

card_story! {
    fn the_real_day_takes_no_test_root(cards: ada(), spare()) {
        cards.card(1).remove();
        let mut room = production(cards, "test_roots = [\"test-root.pem\"]");
        let refused = room.begin().unwrap_err().to_string();
        assert!(refused.contains("policy.attestation.test_roots"), "{refused}");
        // an intermediate is trusted for nothing, even where it is the TEST root
        for instead in ["", "intermediates = [\"test-root.pem\"]"] {
            let mut room = production(cards, instead);
            room.begin().unwrap();
            room.until(&step("attest"), "again");
            says(&room, &["DO NOT USE THIS TOKEN", "The plan demands attestation.chain."]);
            let before = Spent::of(cards.card(0));
            let skipped = room.skip(&["VA", "WW"]);
            assert!(matches!(skipped, Err(Refusal::NotSkippable { .. })), "{skipped:?}");
            room.types(&["again"]).unwrap();
            assert_eq!(room.at(), (step("attest"), "again".to_owned()));
            assert_eq!(before.since(cards.card(0)), NOTHING);
            assert_eq!(cards.card(0).status().signatures, 0);
            crate::desk::return_to_factory(cards.card(0));
        }
    }
}
