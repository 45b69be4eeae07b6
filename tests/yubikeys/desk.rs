//! The room, and the first keyholder's card in its reader. The second keyholder has a software token,
//! so that no card is exchanged unless the story does it.

use rootstage::ceremony::effect::Effect;
use rootstage::ceremony::token::TokenName;
use rootstage::ceremony::token::piv::Provisioning;
use rootstage::ports::Tokens as _;
use rootstage::secret::Secrets;
use rootstage::token::AllTokens;

use crate::cards::{Card, CardRoom, CardSpec, Status};
use crate::room::{Found, PIN, PUK, Room, each_file};

/// Serial number of the first keyholder's card.
pub const ADA: u32 = 1001;
/// That of her spare.
pub const SPARE: u32 = 1009;
/// That of a card that nobody planned.
pub const STRANGER: u32 = 1077;
/// What a plan on real cards demands of attestations.
pub const DEMANDED: [&str; 7] = [
    "chain",
    "key",
    "serial",
    "slot",
    "generated",
    "pin-policy",
    "touch-policy",
];

/// The card of the first keyholder.
pub fn ada() -> CardSpec {
    CardSpec::new(ADA)
}

/// Her spare, of newer firmware.
pub fn spare() -> CardSpec {
    CardSpec::new(SPARE).firmware("5.7.1")
}

/// A card of nobody.
pub fn stranger() -> CardSpec {
    CardSpec::new(STRANGER)
}

/// The plan: eight tries of the PIN, five of the PUK, and everything demanded of attestations.
pub fn plan() -> String {
    let plan = crate::room::plan(2, 2)
        .replace(
            "token = \"file:tokens/keyholder-1.age\"",
            &format!("token = \"yubikey:{ADA}\"\nspare = \"yubikey:{SPARE}\""),
        )
        .replace(
            "clock_tolerance_minutes = 2",
            "clock_tolerance_minutes = 2\n[policy.provisioning]\npin_tries = 8\npuk_tries = 5",
        );
    let demanded = DEMANDED
        .map(|id| format!("\"attestation.{id}\""))
        .join(", ");
    format!(
        "{plan}\n[policy.attestation]\nrequired = [{demanded}]\ntest_roots = [\"test-root.pem\"]\n"
    )
}

/// A room for this plan, with the TEST root of the cards beside it. Nothing has begun.
pub fn prepared(cards: &CardRoom, plan: &str) -> Room {
    let mut room = Room::prepared(plan);
    room.yubikeys = Found::InReaders;
    std::fs::copy(cards.test_root(), room.home.path().join("test-root.pem")).unwrap();
    room
}

/// The ceremony has begun. Of the cards, only the first is in its reader.
pub fn begun(cards: &CardRoom, others: usize) -> Room {
    for number in 1..=others {
        cards.card(number).remove();
    }
    let mut room = prepared(cards, &plan());
    room.begin().unwrap();
    room
}

/// A step of the first keyholder.
pub fn step(name: &str) -> String {
    format!("{name}.keyholder-1")
}

/// The facts under the open question.
pub fn facts(room: &Room) -> String {
    let facts = room.ask().facts.iter();
    let lines: Vec<String> = facts
        .map(|fact| format!("{}: {}", fact.label, fact.value))
        .collect();
    lines.join("\n")
}

/// The open question has all these words.
pub fn says(room: &Room, parts: &[&str]) {
    let words = format!("{}\n{}", room.words(), facts(room));
    for part in parts {
        assert!(words.contains(part), "{part}: {words}");
    }
}

/// What a card counts that cannot be had back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// VERIFY commands with a PIN.
    pub verifications: u32,
    /// Wrong PINs and PUKs.
    pub wrong: u32,
    /// Signatures.
    pub signatures: u32,
    /// Touches waited for.
    pub touches: u32,
}

impl Spent {
    /// What the card has counted up to now.
    pub fn of(card: &Card) -> Self {
        let Status {
            verifications,
            wrong_pins,
            signatures,
            touches,
            ..
        } = card.status();
        Self {
            verifications,
            wrong: wrong_pins,
            signatures,
            touches,
        }
    }

    /// What it has counted since then.
    pub fn since(self, card: &Card) -> Self {
        let now = Self::of(card);
        Self {
            verifications: now.verifications - self.verifications,
            wrong: now.wrong - self.wrong,
            signatures: now.signatures - self.signatures,
            touches: now.touches - self.touches,
        }
    }
}

/// Nothing.
pub const NOTHING: Spent = Spent {
    verifications: 0,
    wrong: 0,
    signatures: 0,
    touches: 0,
};

/// One signature: the PIN once, one touch.
pub const ONE_SIGNATURE: Spent = Spent {
    verifications: 1,
    wrong: 0,
    signatures: 1,
    touches: 1,
};

/// A whole ceremony without a mishap: the factory's PIN for the tries, the new one to generate, and three
/// signatures: the possession of the key, the root, the seal.
pub const WHOLE: Spent = Spent {
    verifications: 5,
    wrong: 0,
    signatures: 3,
    touches: 3,
};

/// Plays to the end; the audit passes, the card is as its keyholder wants it, and nothing that was typed
/// stands in any file.
pub fn ends_well(room: &mut Room, cards: &CardRoom, number: usize) {
    room.to_the_end().audits_clean();
    let status = cards.card(number).status();
    assert!(!status.pin_factory && !status.puk_factory && !status.management_factory);
    let slot = &status.slots["9c"];
    assert_eq!((slot.pin, slot.touch), (3, 2));
    no_secret_is_written(room, cards, number);
}

/// What may stand in no file: PIN, PUK, and the management key as the card itself keeps it.
pub fn secrets(cards: &CardRoom, number: usize) -> Vec<Vec<u8>> {
    let state = std::fs::read(cards.home().join(format!("card-{number}.json"))).unwrap();
    let state: serde_json::Value = serde_json::from_slice(&state).unwrap();
    let management: Vec<u8> = serde_json::from_value(state["management"]["key"].clone()).unwrap();
    assert!(management.len() >= 24);
    let hex = data_encoding::HEXLOWER.encode(&management);
    vec![
        PIN.as_bytes().to_vec(),
        PUK.as_bytes().to_vec(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
        data_encoding::BASE64.encode(&management).into_bytes(),
        management,
    ]
}

/// No PIN, PUK or management key stands in any file of the ceremony, nor anywhere else in the room's
/// directory.
pub fn no_secret_is_written(room: &Room, cards: &CardRoom, number: usize) {
    let secrets = secrets(cards, number);
    let mut files = 0;
    each_file(room.home.path(), &mut |path, bytes| {
        files += 1;
        for secret in &secrets {
            let there = bytes.windows(secret.len()).any(|window| window == secret);
            assert!(!there, "a secret is in {}", path.display());
        }
    });
    assert!(files > 5);
}

/// Whether an effect provisions.
pub fn is_provision(effect: &Effect) -> bool {
    matches!(effect, Effect::Provision { .. })
}

/// Whether an effect makes a key.
pub fn is_generate(effect: &Effect) -> bool {
    matches!(effect, Effect::Generate { .. })
}

/// Whether an effect makes a signature.
pub fn is_sign(effect: &Effect) -> bool {
    matches!(effect, Effect::Sign { .. })
}

/// Everything on the card is erased, through the backend.
pub fn return_to_factory(card: &Card) {
    let token = TokenName(format!("yubikey:{}", card.serial()));
    AllTokens::default()
        .provision(
            &token,
            &Provisioning::Reset,
            Secrets::default(),
            &mut |_, _| Ok(()),
        )
        .unwrap();
}
