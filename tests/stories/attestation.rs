//! Attestations: who vouches for a YubiKey's key, and what becomes of one for which nobody does.

use std::fs;

use rootstage::ceremony::ask::Form;
use rootstage::ceremony::effect::{Effect, Outcome};
use rootstage::ceremony::refusal::Refusal;
use rootstage::ceremony::token::Fault;

use crate::room::{Room, failing};
use crate::world::What;
use crate::yubikeys::YubiKey;
use crate::yubikeys::certificates::{Device, Key, POLICY};

const ADA: u32 = 1001;
const SPARE: u32 = 1009;
const STEP: &str = "attest.keyholder-1";

/// A rehearsal that demands what a production plan demands, and trusts the root of the test.
fn plan() -> String {
    let plan = crate::room::plan(2, 2).replace(
        "token = \"file:tokens/keyholder-1.age\"",
        &format!("token = \"yubikey:{ADA}\"\nspare = \"yubikey:{SPARE}\""),
    );
    let demanded = [
        "chain",
        "key",
        "serial",
        "slot",
        "generated",
        "pin-policy",
        "touch-policy",
    ];
    let demanded = demanded
        .map(|id| format!("\"attestation.{id}\""))
        .join(", ");
    format!(
        "{plan}\n[policy.attestation]\nrequired = [{demanded}]\nintermediates = [\"between.pem\"]\n\
         test_roots = [\"root.pem\"]\n"
    )
}

fn room(otherwise: Option<fn(&mut Device)>) -> Room {
    let mut room = Room::prepared(&plan());
    let device = Device::default();
    fs::write(
        room.home.path().join("between.pem"),
        device.between().concat(),
    )
    .unwrap();
    fs::write(room.home.path().join("root.pem"), device.root()).unwrap();
    {
        let mut drawer = room.drawer.lock().unwrap();
        let mut first = YubiKey::factory();
        first.attests = otherwise;
        drawer.insert(ADA, first);
        let mut spare = YubiKey::factory();
        spare.attests = Some(|_| ());
        drawer.insert(SPARE, spare);
    }
    room.begin().unwrap();
    room
}

fn honest() -> Room {
    room(Some(|_| ()))
}

/// The first question of the step is halted, for this reason.
fn is_refused(otherwise: Option<fn(&mut Device)>, id: &str) -> Room {
    let mut room = room(otherwise);
    room.until(STEP, "again");
    assert!(matches!(room.ask().form, Form::Choose { .. }));
    let words = room.words();
    for word in [
        "DO NOT USE THIS TOKEN",
        "spare token",
        &format!("The plan demands {id}."),
    ] {
        assert!(words.contains(word), "{word}: {words}");
    }
    room
}

#[test]
fn what_the_maker_vouches_for_is_on_record_and_audits_clean() {
    let mut room = honest();
    room.until(STEP, "attested");
    let facts = &room.ask().facts;
    assert!(
        facts[1..].iter().all(|fact| fact.value.starts_with("ok: ")),
        "{facts:?}"
    );
    let own = room.dir().join("attestations/1001");
    for file in ["key.pem", "device.pem", "verdict.json"] {
        assert!(own.join(file).is_file(), "{file}");
    }
    let held = room.state().keys.values().next().unwrap();
    assert_eq!(
        fs::read_to_string(own.join("public.pem")).unwrap(),
        held.public_pem
    );
    let verdict: serde_json::Value =
        serde_json::from_slice(&fs::read(own.join("verdict.json")).unwrap()).unwrap();
    assert_eq!(verdict["key"], "keyholder-1");
    assert_eq!(verdict["verdict"]["checks"][0]["outcome"], "pass");
    assert_eq!(verdict["verdict"]["chain"].as_array().unwrap().len(), 5);
    room.to_the_end().audits_clean();
    let audited = room.audit();
    let said = audited.findings.iter();
    let said: Vec<_> = said.map(|finding| finding.sentence.as_str()).collect();
    assert!(
        said.contains(&"1 key: what the plan demands holds"),
        "{said:?}"
    );
    assert!(said.contains(&"4 files, byte for byte"), "{said:?}");
}

#[test]
fn lies_are_refused() {
    is_refused(None, "attestation.chain");
    is_refused(
        Some(|device| device.leaf.spki = Key::p256("another").spki()),
        "attestation.key",
    );
    is_refused(
        Some(|device| device.leaf.subject = "YubiKey PIV Attestation 9a".to_owned()),
        "attestation.slot",
    );
    is_refused(
        Some(|device| device.f9.issuer = "Nobody".to_owned()),
        "attestation.chain",
    );
    is_refused(
        Some(|device| {
            device.leaf = device
                .leaf
                .clone()
                .without(POLICY)
                .with(POLICY, false, &[1, 1]);
        }),
        "attestation.touch-policy",
    );
}

/// Nobody can go on with it, not even two people; the spare takes its place.
#[test]
fn a_token_for_which_nobody_vouches_gives_way_to_the_spare() {
    let mut room = is_refused(None, "attestation.chain");
    assert!(matches!(
        room.skip(&["AK", "WI"]),
        Err(Refusal::NotSkippable { .. })
    ));
    // once more is no help
    room.types(&["again"]).unwrap();
    assert_eq!(room.at(), (STEP.to_owned(), "again".to_owned()));
    assert_eq!(
        room.times(|effect| matches!(effect, Effect::Attest { .. })),
        2
    );
    room.types(&["spare"]).unwrap();
    room.types(&["DEAD 1001"]).unwrap();
    room.until(STEP, "attested");
    assert!(room.dir().join("attestations/1009/key.pem").is_file());
    room.to_the_end().audits_clean();
    assert!(failing(&room.audit()).is_empty());
}

#[test]
fn a_fault_and_a_power_cut_are_overcome() {
    let mut room = honest();
    room.happens(
        STEP,
        |effect| matches!(effect, Effect::ReadFiles { .. }),
        What::Instead(Outcome::Fault(Fault::Storage {
            path: "between.pem".to_owned(),
            reason: "gone".to_owned(),
        })),
    );
    room.happens(
        STEP,
        |effect| matches!(effect, Effect::Attest { .. }),
        What::PowerCutAfter,
    );
    room.until(STEP, "again");
    room.go_on();
    room.resume().unwrap();
    room.until(STEP, "attested");
    room.to_the_end().audits_clean();
}

/// The files beside the transcript: changed, gone, or too many.
#[test]
fn the_audit_finds_what_was_done_to_the_files() {
    let mut room = honest();
    room.to_the_end().audits_clean();
    let own = room.dir().join("attestations/1001");
    for file in ["key.pem", "device.pem", "verdict.json"] {
        let path = own.join(file);
        let good = fs::read(&path).unwrap();
        let mut changed = good.clone();
        changed[40] ^= 1;
        fs::write(&path, changed).unwrap();
        assert_eq!(failing(&room.audit()), ["attestation.evidence"], "{file}");
        fs::remove_file(&path).unwrap();
        let audited = room.audit();
        assert_eq!(failing(&audited), ["attestation.evidence"], "{file}");
        let named = format!("attestations/1001/{file} is missing");
        assert!(
            audited
                .findings
                .iter()
                .any(|finding| finding.sentence == named)
        );
        fs::write(&path, good).unwrap();
    }
    fs::create_dir(room.dir().join("attestations/77")).unwrap();
    fs::write(room.dir().join("attestations/77/key.pem"), "more").unwrap();
    assert_eq!(failing(&room.audit()), ["attestation.evidence"]);
}
