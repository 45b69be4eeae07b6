//! YubiKeys: brought from the factory's state to their keyholders', blocked, dead, mixed up.

use rootstage::ceremony::command::Command;
use rootstage::ceremony::effect::{Effect, Outcome};
use rootstage::ceremony::event::Event;
use rootstage::ceremony::refusal::Refusal;
use rootstage::ceremony::token::piv::{Provisioning, Slot};
use rootstage::ceremony::token::{Fault, TokenName};

use crate::room::{PIN, PUK, Room, failing};
use crate::world::What;
use crate::yubikeys::YubiKey;

/// Serial number of the first keyholder's token, of the second's, and of the first one's spare.
const ADA: u32 = 1001;
const BRUNO: u32 = 1002;
const SPARE: u32 = 1009;

fn plan() -> String {
    crate::room::plan(2, 2)
        .replace(
            "token = \"file:tokens/keyholder-1.age\"",
            &format!("token = \"yubikey:{ADA}\"\nspare = \"yubikey:{SPARE}\""),
        )
        .replace(
            "token = \"file:tokens/keyholder-2.age\"",
            &format!("token = \"yubikey:{BRUNO}\""),
        )
}

/// A room with YubiKeys as the factory makes them; `prepare` changes the first keyholder's.
fn room(prepare: impl FnOnce(&mut YubiKey)) -> Room {
    let mut room = Room::prepared(&plan());
    let mut first = YubiKey::factory();
    prepare(&mut first);
    {
        let mut drawer = room.drawer.lock().unwrap();
        drawer.insert(ADA, first);
        drawer.insert(BRUNO, YubiKey::factory());
        drawer.insert(SPARE, YubiKey::factory());
    }
    room.begin().unwrap();
    room
}

/// Does something to a token behind everybody's back.
fn change(room: &Room, serial: u32, act: impl FnOnce(&mut YubiKey)) {
    act(room.drawer.lock().unwrap().get_mut(&serial).unwrap());
}

fn card(room: &Room, serial: u32) -> YubiKey {
    room.drawer.lock().unwrap()[&serial].clone()
}

fn provisioned(card: &mut YubiKey) {
    PIN.clone_into(&mut card.pin);
    PUK.clone_into(&mut card.puk);
    card.factory_management = false;
}

fn is_provision(effect: &Effect) -> bool {
    matches!(effect, Effect::Provision { .. })
}

fn is_sign(effect: &Effect) -> bool {
    matches!(effect, Effect::Sign { .. })
}

fn is_generate(effect: &Effect) -> bool {
    matches!(effect, Effect::Generate { .. })
}

const ACTS: [fn(&Effect) -> bool; 4] = [
    |e| {
        matches!(
            e,
            Effect::Provision {
                act: Provisioning::Tries { .. },
                ..
            }
        )
    },
    |e| {
        matches!(
            e,
            Effect::Provision {
                act: Provisioning::Pin,
                ..
            }
        )
    },
    |e| {
        matches!(
            e,
            Effect::Provision {
                act: Provisioning::Puk,
                ..
            }
        )
    },
    |e| {
        matches!(
            e,
            Effect::Provision {
                act: Provisioning::ManagementKey { .. },
                ..
            }
        )
    },
];

fn step(name: &str) -> String {
    format!("{name}.keyholder-1")
}

fn facts(room: &Room) -> String {
    let facts = room.ask().facts.iter();
    let lines: Vec<String> = facts
        .map(|fact| format!("{}: {}", fact.label, fact.value))
        .collect();
    lines.join("\n")
}

fn lost() -> Fault {
    Fault::TokenFailed {
        token: TokenName(format!("yubikey:{ADA}")),
        reason: "the answer never came".to_owned(),
    }
}

fn eight_tries(plan: &str) -> String {
    plan.replace(
        "clock_tolerance_minutes = 2",
        "clock_tolerance_minutes = 2\n[policy.provisioning]\npin_tries = 8\npuk_tries = 5",
    )
}

#[test]
fn from_the_factory_to_a_signed_root() {
    let mut room = room(|_| ());
    room.until(&step("token"), "insert");
    assert!(
        room.words().contains("insert your YubiKey, serial 1001"),
        "{}",
        room.words()
    );
    room.until(&step("provision"), "consent");
    let words = room.words();
    // three tries are what the plan wants and what the factory set
    assert!(!words.contains("tries of the PIN"), "{words}");
    assert!(
        facts(&room).contains("PIN: the factory's; 3 of 3 tries left"),
        "{}",
        facts(&room)
    );
    room.types(&["PROVISION 1002"]).unwrap_err();
    room.until(&step("provision"), "new-pin");
    assert_eq!(room.ask().seats.len(), 1);
    assert_eq!(room.ask().seats[0].who[0].0, "keyholder-1");
    room.go_on();
    assert_eq!(room.at().1, "new-puk");
    let seats = room.ask().seats.clone();
    assert!(
        seats[0].who.iter().all(|id| id.0 != "keyholder-1"),
        "{seats:?}"
    );
    let mut own = room.usual();
    own.initials = vec!["AK".to_owned()];
    room.answer(own).unwrap_err();
    room.go_on();
    assert_eq!(room.at().1, "provisioned");
    assert!(
        facts(&room).contains("Management key: not the factory's"),
        "{}",
        facts(&room)
    );
    room.until(&step("generate"), "consent");
    assert!(
        room.words().contains("a touch of the token"),
        "{}",
        room.words()
    );
    assert!(facts(&room).contains("Slot: 9c"), "{}", facts(&room));
    room.until(&step("sign"), "secret");
    assert!(room.words().contains("TOUCH NOW"), "{}", room.words());
    assert!(
        facts(&room).contains("PIN: 3 of 3 tries left"),
        "{}",
        facts(&room)
    );
    room.to_the_end().audits_clean();
    let card = card(&room, ADA);
    assert_eq!((card.pin.as_str(), card.puk.as_str()), (PIN, PUK));
    assert!(!card.factory_management);
}

#[test]
fn the_tries_of_the_plan_come_first_and_bring_the_factorys_pin_back() {
    let mut room = Room::prepared(&eight_tries(&plan()));
    for serial in [ADA, BRUNO, SPARE] {
        room.drawer
            .lock()
            .unwrap()
            .insert(serial, YubiKey::factory());
    }
    room.begin().unwrap();
    room.until(&step("provision"), "consent");
    assert!(
        room.words().contains("8 tries of the PIN and 5 of the PUK"),
        "{}",
        room.words()
    );
    room.until(&step("generate"), "consent");
    assert_eq!(card(&room, ADA).pin_tries, (8, 8));
    assert_eq!(card(&room, ADA).puk_tries, (5, 5));
    room.to_the_end().audits_clean();
}

#[test]
fn a_plan_without_yubikeys_has_no_such_step() {
    let room = Room::open(2, 2);
    let steps = &room.state().procedure.steps;
    assert!(steps.iter().all(|step| step.kind != "provision-token"));
}

/// Power goes before or after every act: the step goes on with what is missing, and does nothing twice.
#[test]
fn a_power_cut_at_any_act_leaves_a_state_that_is_told_and_gone_on_from() {
    for tells in [true, false] {
        for (number, act) in ACTS.into_iter().enumerate() {
            for after in [false, true] {
                let mut room = Room::prepared(&eight_tries(&plan()));
                for serial in [ADA, BRUNO, SPARE] {
                    let card = YubiKey {
                        tells,
                        ..YubiKey::factory()
                    };
                    room.drawer.lock().unwrap().insert(serial, card);
                }
                room.begin().unwrap();
                let what = if after {
                    What::PowerCutAfter
                } else {
                    What::PowerCutBefore
                };
                room.happens(&step("provision"), act, what);
                room.until_dark();
                room.resume().unwrap();
                if tells {
                    // the card says itself how it stands
                    let consent = room.at();
                    let last = number == 3 && after;
                    let first = number == 0 && !after;
                    let expected = if last { "provisioned" } else { "consent" };
                    assert_eq!(consent.1, expected, "{number} {after}");
                    if !last && !first && number > 0 {
                        assert!(
                            room.words().contains("was begun in this ceremony"),
                            "{}",
                            room.words()
                        );
                    }
                } else {
                    assert!(room.at().1.starts_with("doubt-"), "{:?}", room.at());
                    assert_eq!(room.ask().seats.len(), 2);
                    room.types(&[if after { "done" } else { "again" }]).unwrap();
                }
                // nothing is done twice
                room.to_the_end().audits_clean();
                let card = card(&room, ADA);
                assert_eq!((card.pin.as_str(), card.puk.as_str()), (PIN, PUK));
                assert_eq!(card.pin_tries, (8, 8));
                assert!(!card.factory_management);
                let provisioned = room.times(act);
                // once for each of the two keyholders
                assert_eq!(provisioned, 2, "{tells} {number} {after}");
            }
        }
    }
}

#[test]
fn an_answer_that_was_lost_is_looked_up_and_nothing_is_walked_past() {
    for done in [false, true] {
        let mut room = room(|_| ());
        let what = if done {
            What::DoneBut(lost())
        } else {
            What::Instead(Outcome::Fault(lost()))
        };
        room.happens(&step("provision"), ACTS[2], what);
        room.until(&step("provision"), "again");
        assert!(room.state().in_doubt.is_some());
        room.skip(&["VA", "WW"]).unwrap_err();
        room.go_on();
        assert!(room.state().in_doubt.is_none());
        assert_eq!(room.at().1, "consent");
        assert_eq!(
            room.words().contains("a new PUK"),
            !done,
            "{}",
            room.words()
        );
        let Err(Refusal::NotSkippable { because, .. }) = room.skip(&["VA", "WW"]) else {
            panic!("a half-provisioned token was left behind");
        };
        assert!(
            because.contains("half-provisioned; so far: new PIN"),
            "{because}"
        );
        room.to_the_end().audits_clean();
    }
}

#[test]
fn a_step_that_was_not_begun_is_needed_all_the_same() {
    let mut room = room(|_| ());
    room.until(&step("provision"), "consent");
    let Err(Refusal::NotSkippable { because, .. }) = room.skip(&["VA", "WW"]) else {
        panic!("a key of the plan was left out");
    };
    assert!(because.contains("holds a key of Ada"), "{because}");
}

#[test]
fn a_new_pin_that_is_refused_is_asked_for_again_in_place() {
    let mut room = room(|_| ());
    room.until(&step("provision"), "new-pin");
    room.mistyped
        .insert("keyholder-1".to_owned(), "123456".to_owned());
    room.go_on();
    assert_eq!(room.at().1, "new-pin");
    assert!(
        room.words().contains("does not take this"),
        "{}",
        room.words()
    );
    room.go_on();
    room.mistyped
        .insert("puk of keyholder-1".to_owned(), "123".to_owned());
    room.go_on();
    assert_eq!(room.at().1, "new-puk");
    assert!(
        room.words().contains("does not take this"),
        "{}",
        room.words()
    );
    room.to_the_end().audits_clean();
}

#[test]
fn a_token_that_was_provisioned_before_is_kept_or_reset() {
    for keep in [true, false] {
        let mut room = room(|card| {
            provisioned(card);
            card.pin = if keep {
                PIN.to_owned()
            } else {
                "000000".to_owned()
            };
        });
        room.until(&step("provision"), "state");
        assert!(
            room.words().contains("was provisioned before"),
            "{}",
            room.words()
        );
        assert_eq!(room.ask().seats.len(), 2);
        if keep {
            room.types(&["keep"]).unwrap();
            assert_eq!(room.times(is_provision), 0);
        } else {
            room.types(&["reset"]).unwrap();
            assert!(room.words().contains("lost for good"), "{}", room.words());
            // there is a way back
            room.types(&["back"]).unwrap();
            assert_eq!(room.at().1, "state");
            room.types(&["reset"]).unwrap();
            room.types(&["RESET 1002"]).unwrap_err();
            room.types(&["RESET 1001"]).unwrap();
            assert_eq!(room.at().1, "consent");
            assert!(
                room.words().contains("was begun in this ceremony"),
                "{}",
                room.words()
            );
        }
        room.to_the_end().audits_clean();
        assert_eq!(card(&room, ADA).pin, PIN);
    }
}

#[test]
fn a_token_that_somebody_else_began_is_told_for_what_it_is() {
    let mut room = room(|card| card.pin = PIN.to_owned());
    room.until(&step("provision"), "state");
    assert!(
        room.words().contains("HALF-PROVISIONED"),
        "{}",
        room.words()
    );
    assert!(
        facts(&room).contains("PIN: not the factory's"),
        "{}",
        facts(&room)
    );
    room.types(&["go-on"]).unwrap();
    assert!(!room.words().contains("a new PIN"), "{}", room.words());
    room.to_the_end().audits_clean();
    assert_eq!(card(&room, ADA).puk, PUK);
}

#[test]
fn old_firmware_does_not_tell_and_people_do() {
    let mut room = room(|card| card.tells = false);
    room.until(&step("provision"), "state");
    assert!(
        room.words().contains("does not tell how it stands"),
        "{}",
        room.words()
    );
    room.types(&["go-on"]).unwrap();
    room.until(&step("provision"), "provisioned");
    assert!(
        room.words().contains("The firmware does not tell"),
        "{}",
        room.words()
    );
    assert!(
        facts(&room).contains("PIN: set today; the firmware does not tell"),
        "{}",
        facts(&room)
    );
    room.to_the_end().audits_clean();
}

#[test]
fn people_who_are_wrong_about_an_old_token_spend_one_try_and_are_asked() {
    let mut room = room(|card| {
        provisioned(card);
        card.tells = false;
        card.pin_tries = (8, 8);
        card.factory_management = true;
    });
    // the plan's tries need the factory's PIN as well: here the backend finds out
    room.happens(
        &step("provision"),
        ACTS[0],
        What::Instead(Outcome::Fault(Fault::PinWrong {
            token: TokenName(format!("yubikey:{ADA}")),
            pin: rootstage::ceremony::token::PinState::default(),
        })),
    );
    room.until(&step("provision"), "state");
    room.types(&["go-on"]).unwrap();
    room.until(&step("provision"), "again");
    assert_eq!(room.times(is_provision), 0);
    room.go_on();
    assert_eq!(room.at().1, "state");
    room.types(&["keep"]).unwrap();
    room.to_the_end().audits_clean();
}

#[test]
fn a_key_in_the_slot_is_overwritten_only_by_two_people() {
    let mut room = room(|card| {
        let slot = Slot::parse("9c").unwrap();
        let key = p256::ecdsa::SigningKey::from_slice(&[9; 32]).unwrap();
        card.keys.insert(slot, key);
        provisioned(card);
    });
    room.until(&step("provision"), "state");
    room.until(&step("generate"), "overwrite");
    assert_eq!(room.ask().seats.len(), 2);
    room.types(&["OVERWRITE 9a OF 1001"]).unwrap_err();
    room.go_on();
    room.go_on();
    assert_eq!(room.at().1, "secret");
    // The answer is lost: whatever is in the slot now may be the old key, so that none is adopted.
    room.happens(&step("generate"), is_generate, What::DoneBut(lost()));
    room.go_on();
    room.go_on();
    assert_eq!(room.at(), (step("generate"), "overwrite".to_owned()));
    room.to_the_end().audits_clean();
}

#[test]
fn a_key_whose_answer_was_lost_is_looked_for_without_a_pin() {
    for made in [true, false] {
        let mut room = room(|_| ());
        room.until(&step("generate"), "secret");
        let what = if made {
            What::PowerCutAfter
        } else {
            What::PowerCutBefore
        };
        room.happens(&step("generate"), is_generate, what);
        room.until_dark();
        room.resume().unwrap();
        if made {
            room.until(&step("generate"), "adopt");
        } else {
            assert_eq!(room.at().1, "consent");
        }
        room.to_the_end().audits_clean();
        assert_eq!(card(&room, ADA).made, 1);
    }
}

/// While the ceremony waited, somebody tried PINs: the tries that people are told are those of now.
#[test]
fn after_an_interruption_the_tries_are_told_anew() {
    let mut room = room(|_| ());
    room.until(&step("sign"), "secret");
    room.power_cut();
    change(&room, ADA, |card| card.pin_tries.0 = 1);
    room.resume().unwrap();
    assert_eq!(room.at().1, "last-try");
    assert_eq!(room.ask().seats.len(), 2);
    room.to_the_end().audits_clean();
}

/// The power goes when the certificates are written and not yet on record; then the token is gone,
/// and people give up.
#[test]
fn a_ceremony_that_is_given_up_while_a_token_shows_its_certificates_can_be_audited() {
    let is_attest: fn(&Effect) -> bool = |effect| matches!(effect, Effect::Attest { .. });
    let mut room = room(|_| ());
    room.until(&step("show"), "fingerprint");
    room.happens(&step("attest"), is_attest, What::PowerCutAfter);
    room.until_dark();
    let gone = Fault::TokenAbsent {
        token: TokenName(format!("yubikey:{ADA}")),
        present: Vec::new(),
    };
    room.happens(
        &step("attest"),
        is_attest,
        What::Instead(Outcome::Fault(gone)),
    );
    room.resume().unwrap();
    assert_eq!(room.at().1, "again");
    let abort = Command::Abort {
        initials: ["VA", "WW"].map(str::to_owned).into(),
        reason: "the token is gone".to_owned(),
    };
    room.submit(abort, None).unwrap();
    let audited = room.audit();
    // that it did not come to its end is all that is said against it
    assert_eq!(failing(&audited), ["transcript.whole"]);
}

#[test]
fn a_blocked_pin_is_replaced_with_the_puk_by_two_people() {
    let mut room = room(|_| ());
    room.until(&step("sign"), "secret");
    change(&room, ADA, |card| card.pin_tries.0 = 2);
    for _ in 0..2 {
        room.mistyped
            .insert("keyholder-1".to_owned(), "999999".to_owned());
        if room.at().1 == "last-try" {
            room.go_on();
        }
        room.go_on();
    }
    assert_eq!(room.at().1, "again");
    assert!(
        room.words().contains("THE PIN IS LOCKED"),
        "{}",
        room.words()
    );
    // the content is fixed: a spare would come too late
    room.types(&["spare"]).unwrap_err();
    room.types(&["unblock"]).unwrap();
    assert_eq!(room.ask().seats.len(), 2);
    room.mistyped
        .insert("puk of keyholder-1".to_owned(), "11111111".to_owned());
    room.go_on();
    assert_eq!(room.at().1, "again");
    assert!(room.words().contains("PUK"), "{}", room.words());
    assert!(
        facts(&room).contains("PUK: 2 of 3 tries left"),
        "{}",
        facts(&room)
    );
    room.types(&["unblock"]).unwrap();
    room.go_on();
    assert_ne!(room.at().1, "again");
    room.to_the_end().audits_clean();
}

#[test]
fn an_unblocking_whose_answer_was_lost_is_looked_up() {
    for done in [true, false] {
        let mut room = room(|_| ());
        room.until(&step("prove"), "secret");
        change(&room, ADA, |card| card.pin_tries.0 = 0);
        room.go_on();
        room.types(&["unblock"]).unwrap();
        let what = if done {
            What::PowerCutAfter
        } else {
            What::PowerCutBefore
        };
        room.happens(&step("prove"), is_provision, what);
        assert!(!room.go_on());
        room.resume().unwrap();
        assert!(room.state().in_doubt.is_none());
        assert_eq!(room.at().1, if done { "secret" } else { "again" });
        room.to_the_end().audits_clean();
    }
}

#[test]
fn where_the_puk_is_blocked_too_only_the_spare_helps() {
    let mut room = room(|_| ());
    room.until(&step("prove"), "secret");
    change(&room, ADA, |card| {
        card.pin_tries.0 = 0;
        card.puk_tries.0 = 0;
    });
    room.go_on();
    assert_eq!(room.at().1, "again");
    room.types(&["unblock"]).unwrap_err();
    room.types(&["spare"]).unwrap();
    assert_eq!(room.at().1, "dead");
    room.types(&["back"]).unwrap();
    room.types(&["spare"]).unwrap();
    let mut alone = room.usual();
    alone.initials = vec!["AK".to_owned(), "AK".to_owned()];
    room.answer(alone).unwrap_err();
    room.types(&["DEAD 1002"]).unwrap_err();
    room.types(&["DEAD 1001"]).unwrap();
    // all of this key's steps begin again, with the spare
    assert_eq!(room.at(), (step("token"), "insert".to_owned()));
    assert!(room.words().contains("serial 1009"), "{}", room.words());
    assert_eq!(room.state().exceptions.len(), 1);
    assert!(room.state().exceptions[0].happened.contains("DEAD 1001"));
    room.until(&step("provision"), "consent");
    room.to_the_end().audits_clean();
    assert_eq!(
        room.state()
            .keys
            .values()
            .filter(|key| key.token.serial == "1009")
            .count(),
        1
    );
}

#[test]
fn a_token_that_vanishes_makes_way_for_its_spare() {
    let mut room = room(|_| ());
    room.until(&step("generate"), "consent");
    room.drawer.lock().unwrap().remove(&ADA);
    room.go_on();
    room.go_on();
    // absent: once is an accident
    assert_eq!(room.at().1, "again");
    room.types(&["spare"]).unwrap_err();
    room.go_on();
    room.types(&["spare"]).unwrap();
    room.go_on();
    assert_eq!(room.at(), (step("token"), "insert".to_owned()));
    room.to_the_end().audits_clean();
}

#[test]
fn two_tokens_are_named_with_their_owners() {
    let mut room = room(|card| card.beside = vec![BRUNO.to_string(), "77".to_owned()]);
    room.until(&step("token"), "again");
    let words = room.words();
    for part in [
        "TWO TOKENS",
        "serial 1001 (the token of Ada",
        "serial 1002 (the token of Bruno",
        "serial 77 (not in the plan)",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    room.to_the_end().audits_clean();
}

#[test]
fn the_token_of_somebody_else_is_named() {
    let mut room = room(|_| ());
    room.until(&step("token"), "insert");
    let ada = room.drawer.lock().unwrap().remove(&ADA).unwrap();
    room.go_on();
    assert!(
        room.words().contains("You inserted the token of Bruno"),
        "{}",
        room.words()
    );
    room.drawer.lock().unwrap().insert(ADA, ada);
    room.to_the_end().audits_clean();
}

#[test]
fn a_touch_that_is_missed_twice_is_asked_for_a_third_time() {
    let mut room = room(|_| ());
    room.until(&step("sign"), "secret");
    change(&room, ADA, |card| card.untouched = 2);
    let before = room.times(is_sign);
    for missed in 1..=2 {
        room.go_on();
        assert_eq!(room.at().1, "secret");
        assert!(room.words().contains("NO TOUCH SEEN"), "{}", room.words());
        assert!(
            facts(&room).contains(&format!("Failures in this step: {missed}")),
            "{}",
            facts(&room)
        );
    }
    room.go_on();
    assert_eq!(room.times(is_sign), before + 3);
    room.to_the_end().audits_clean();
}

#[test]
fn a_busy_token_is_waited_for_and_no_pin_is_asked() {
    let mut room = room(|_| ());
    room.until(&step("sign"), "consent");
    let busy = Fault::TokenBusy {
        token: TokenName(format!("yubikey:{ADA}")),
        programs: vec!["gpg-agent (process 7)".to_owned()],
    };
    room.happens(&step("sign"), is_sign, What::Instead(Outcome::Fault(busy)));
    room.until(&step("sign"), "again");
    assert!(room.words().contains("process 7"), "{}", room.words());
    room.go_on();
    assert_eq!(room.at().1, "consent");
    room.to_the_end().audits_clean();
}

/// Whatever such a token is, nothing goes round by itself, and nobody walks past it.
#[test]
fn a_token_that_says_done_and_is_not_makes_way_for_its_spare() {
    let mut room = room(|card| card.idle = true);
    room.until(&step("provision"), "again");
    let records = room.state().records;
    for _ in 0..3 {
        let words = room.words();
        for word in [
            "THE TOKEN DOES NOT DO WHAT IT SAYS",
            "said that it was done: new PIN",
            "Nothing more was asked of it",
        ] {
            assert!(words.contains(word), "{word}: {words}");
        }
        assert_eq!(card(&room, ADA).pin_tries, (3, 3));
        assert!(facts(&room).contains("PIN: the factory's"));
        room.types(&["again"]).unwrap();
        room.go_on();
        assert_eq!(room.at(), (step("provision"), "again".to_owned()));
    }
    assert!(room.state().records > records);
    room.types(&["spare"]).unwrap();
    room.go_on();
    room.to_the_end().audits_clean();
    assert_eq!(card(&room, SPARE).pin, PIN);
    assert!(!card(&room, SPARE).factory_management);
    assert!(card(&room, ADA).keys.is_empty());
}

#[test]
fn a_token_that_comes_to_its_senses_is_gone_on_with() {
    let mut room = room(|card| card.idle = true);
    room.until(&step("provision"), "again");
    change(&room, ADA, |card| {
        card.idle = false;
        PIN.clone_into(&mut card.pin);
    });
    room.types(&["again"]).unwrap();
    room.to_the_end().audits_clean();
    assert_eq!(card(&room, ADA).puk, PUK);
}

#[test]
fn another_token_that_answers_for_this_one_is_no_provisioning() {
    let mut room = room(|_| ());
    room.until(&step("provision"), "new-pin");
    let mut other = room.state().here.identity.clone().unwrap();
    other.serial = BRUNO.to_string();
    let outcome = Outcome::Provisioned {
        identity: other,
        escrow: None,
    };
    room.happens(&step("provision"), is_provision, What::Instead(outcome));
    room.go_on();
    assert_eq!(room.at().1, "again");
    assert!(
        room.words().contains("another token answered"),
        "{}",
        room.words()
    );
    room.to_the_end().audits_clean();
}

/// Every beginning of the log goes on.
#[test]
fn every_prefix_of_a_provisioning_goes_on_to_a_clean_audit() {
    let mut room = room(|_| ());
    room.until(&step("token"), "insert");
    let start = usize::try_from(room.state().records).unwrap();
    room.until(&step("generate"), "consent");
    let end = usize::try_from(room.state().records).unwrap();
    let text = std::fs::read_to_string(room.transcript()).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for count in start..end {
        for done in [true, false] {
            // what a card has gone through is what the log says, and the last act where it was done
            let mut card = YubiKey::factory();
            let mut acts: Vec<Provisioning> = Vec::new();
            for line in &lines[..count] {
                match rootstage::transcript::Record::parse(line.trim_end())
                    .unwrap()
                    .event()
                    .unwrap()
                {
                    Event::Intended(Effect::Provision { act, .. }) => acts.push(act),
                    Event::TokenProvisioned { .. } => apply(&mut card, &acts.pop().unwrap()),
                    _ => {}
                }
            }
            if let (Some(act), true) = (acts.pop(), done) {
                apply(&mut card, &act);
            }
            room.power_cut();
            std::fs::write(room.transcript(), lines[..count].concat()).unwrap();
            {
                let mut drawer = room.drawer.lock().unwrap();
                drawer.insert(ADA, card);
                drawer.insert(BRUNO, YubiKey::factory());
            }
            let _ = std::fs::remove_dir_all(room.dir().join("metadata"));
            let _ = std::fs::remove_file(room.dir().join("seal.dsse.json"));
            room.resume().unwrap();
            room.to_the_end().audits_clean();
        }
    }
}

fn apply(card: &mut YubiKey, act: &Provisioning) {
    match act {
        Provisioning::Pin => PIN.clone_into(&mut card.pin),
        Provisioning::Puk => PUK.clone_into(&mut card.puk),
        Provisioning::ManagementKey { .. } => card.factory_management = false,
        other => panic!("{other:?}"),
    }
}
