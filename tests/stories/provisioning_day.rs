//! A day on which several YubiKeys are provisioned and no metadata is made.

use rootstage::ceremony::plan::{Mode, Outline, Plan, Transport, template_of_tokens};
use rootstage::ceremony::scripts;
use rootstage::transcript::audit::Verdict;
use rootstage::tuf::key::PublicKey;
use time::macros::datetime;

use crate::room::{PIN, Room, failing};
use crate::yubikeys::YubiKey;

const TOKENS: [u32; 3] = [2001, 2002, 2003];

/// The form of the program, filled in.
fn plan() -> String {
    let mut text = template_of_tokens(
        Mode::Rehearsal,
        &Outline {
            title: "Tokens of the package index".to_owned(),
            location: "Room 2".to_owned(),
            keyholders: 3,
            threshold: 1,
            expires: datetime!(2027-11-30 12:00 UTC),
        },
        &Transport::default(),
    );
    let people = [
        ("Val Administrator", "VA"),
        ("Wim Witness", "WW"),
        ("Ada Keyholder", "AK"),
        ("Bruno Keyholder", "BK"),
        ("Chidi Keyholder", "CK"),
    ];
    for (name, initials) in people {
        text = text
            .replacen("name = \"\"", &format!("name = \"{name}\""), 1)
            .replacen("initials = \"\"", &format!("initials = \"{initials}\""), 1);
    }
    for serial in TOKENS {
        text = text.replacen("token = \"\"", &format!("token = \"yubikey:{serial}\""), 1);
    }
    text
}

fn room() -> Room {
    let plan = plan();
    Plan::parse(plan.as_bytes()).unwrap_or_else(|problems| panic!("{problems}\n{plan}"));
    let mut room = Room::prepared(&plan);
    room.script = scripts::bytes_of("provision-token-rehearsal")
        .unwrap()
        .to_vec();
    for serial in TOKENS {
        let mut card = YubiKey::factory();
        card.attests = Some(|_| ());
        room.drawer.lock().unwrap().insert(serial, card);
    }
    room.begin().unwrap();
    room
}

/// No rule fails; those about metadata have nothing to say, those about tokens have.
fn nothing_fails(room: &Room) {
    let audited = room.audit();
    assert_eq!(failing(&audited), [] as [&str; 0]);
    for rule in [
        "script.followed",
        "script.exceptions",
        "attestation.evidence",
        "attestation.verdict",
    ] {
        let finding = audited.findings.iter().find(|f| f.rule.id == rule).unwrap();
        assert_eq!(finding.verdict, Verdict::Pass, "{}", finding.sentence);
    }
}

#[test]
fn every_token_gets_its_secrets_its_key_and_its_evidence() {
    let mut room = room();
    room.to_the_end();
    nothing_fails(&room);
    for serial in TOKENS {
        let card = room.drawer.lock().unwrap()[&serial].clone();
        assert_eq!(card.pin, PIN);
        assert!(!card.factory_management);
        assert_eq!(card.keys.len(), 1);
        let kept = room.dir().join(format!("attestations/{serial}"));
        let pem = std::fs::read_to_string(kept.join("public.pem")).unwrap();
        let enrolled = room.state().keys.values().any(|held| {
            let public = PublicKey::from_pem(&pem).unwrap();
            held.enrolled == Some((public.key_id(), public.fingerprint()))
        });
        assert!(enrolled, "{serial}");
    }
    let metadata = std::fs::read_dir(room.dir().join("metadata"));
    assert_eq!(metadata.map_or(0, Iterator::count), 0);
}

/// One token that does not answer is passed over, step by step; the others get theirs.
#[test]
fn a_token_that_is_dead_from_the_start_is_passed_over_by_two_people() {
    let mut room = room();
    room.drawer.lock().unwrap().remove(&TOKENS[0]);
    room.until("new-token.keyholder-1", "again");
    room.skip(&["VA"]).unwrap_err();
    let mut passed = 0;
    while room.at().0.ends_with(".keyholder-1") {
        room.skip(&["VA", "WW"]).unwrap();
        passed += 1;
    }
    assert_eq!(passed, 6);
    room.to_the_end();
    nothing_fails(&room);
    assert_eq!(room.state().keys.len(), 2);
    assert_eq!(room.state().exceptions.len(), passed);
}

/// Once its secrets are half its own, nobody walks past it.
#[test]
fn a_token_that_was_begun_is_finished() {
    let mut room = room();
    room.until("provision.keyholder-2", "new-puk");
    room.skip(&["VA", "WW"]).unwrap_err();
    room.to_the_end();
    nothing_fails(&room);
}
