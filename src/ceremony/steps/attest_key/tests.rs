use std::sync::Arc;

use super::AttestKey;
use crate::attestation::testing::{Device, FIRMWARE, FORM, NUMBER, SERIAL};
use crate::ceremony::ask::{Ask, Form};
use crate::ceremony::attested;
use crate::ceremony::effect::{Contents, Effect, InputFile};
use crate::ceremony::event::Event;
use crate::ceremony::plan::{KeyName, Plan};
use crate::ceremony::procedure::Procedure;
use crate::ceremony::script::Script;
use crate::ceremony::scripts;
use crate::ceremony::state::State;
use crate::ceremony::steps::{Kind as _, Next};
use crate::ceremony::testing::{identity, opening, then};
use crate::ceremony::token::piv::{KeyPolicies, PivKey, Slot};
use crate::ceremony::token::{
    Algorithm, Evidence, Fault, KeyAttributes, TokenIdentity, TokenKey, TokenKind, TokenName,
};
use crate::digest::Sha256;
use crate::tuf::key::PublicKey;

const STEP: &str = "attest.keyholder-1";
const DEMANDS: &str = "required = [\"attestation.chain\", \"attestation.key\", \"attestation.serial\", \
                       \"attestation.slot\", \"attestation.generated\"]\n";

/// A rehearsal in which the first keyholder has a `YubiKey`.
fn plan(attestation: &str) -> String {
    let plan = crate::ceremony::plan::rehearsal(&crate::ceremony::plan::Outline {
        title: "Rehearsal".to_owned(),
        location: "Room 1".to_owned(),
        keyholders: 2,
        threshold: 1,
        expires: time::macros::datetime!(2027-11-30 12:00 UTC),
    });
    let plan = plan.replace("file:tokens/keyholder-1.age", &format!("yubikey:{NUMBER}"));
    format!("{plan}\n[policy.attestation]\n{attestation}")
}

fn trusting() -> String {
    format!("intermediates = [\"between.pem\"]\ntest_roots = [\"root.pem\"]\n{DEMANDS}")
}

fn token() -> TokenIdentity {
    TokenIdentity {
        kind: TokenKind::YubiKey,
        serial: NUMBER.to_owned(),
        firmware: "5.7.4".to_owned(),
        ..identity()
    }
}

fn key(device: &Device) -> TokenKey {
    TokenKey {
        algorithm: Algorithm::EcdsaP256,
        label: "root-1".to_owned(),
        public_pem: PublicKey::from_spki_der(&device.key.spki())
            .unwrap()
            .spki_pem(),
        attributes: KeyAttributes::default(),
        piv: Some(PivKey {
            slot: Slot::SIGNATURE,
            policies: Some(KeyPolicies::STRICT),
            generated: Some(true),
        }),
    }
}

fn evidence(device: &Device) -> Evidence {
    Evidence {
        key: key(device),
        certificates: vec![device.leaf(), device.device()],
    }
}

/// A ceremony in which the key was made, at the step.
fn at_step(plan: &str, device: &Device) -> State {
    let script = scripts::bytes_of("first-root-rehearsal").unwrap();
    let procedure = Procedure::new(
        Script::parse(script).unwrap(),
        Plan::parse(plan.as_bytes()).unwrap_or_else(|problems| panic!("{problems}")),
    );
    let mut state = State::new(Arc::new(procedure));
    then(&mut state, Event::CeremonyOpened(opening()));
    while state.step().unwrap().id != STEP {
        then(&mut state, Event::StepBegun {});
        if state.step().unwrap().id == "generate.keyholder-1" {
            then(&mut state, Event::TokenIdentified(token()));
            then(&mut state, Event::KeyGenerated(key(device)));
        }
        then(&mut state, Event::StepDone {});
    }
    then(&mut state, Event::StepBegun {});
    state
}

fn next(state: &State) -> Next {
    AttestKey.next(state, state.step().unwrap())
}

fn asked(state: &State) -> Ask {
    match next(state) {
        Next::Ask(ask) => *ask,
        other => panic!("{other:?}"),
    }
}

fn read(state: &mut State, files: &[(&str, String)]) {
    let files = files.iter().map(|(path, text)| InputFile {
        path: (*path).to_owned(),
        sha256: Sha256::of(text.as_bytes()),
        text: text.clone(),
        envelope: None,
    });
    then(
        state,
        Event::FilesRead {
            files: files.collect(),
        },
    );
}

/// Files read, token identified, and this brought forward.
fn attested(plan: &str, device: &Device, brought: Evidence) -> State {
    let mut state = at_step(plan, &Device::default());
    read(
        &mut state,
        &[
            ("between.pem", device.between().concat()),
            ("root.pem", device.root()),
        ],
    );
    then(&mut state, Event::TokenIdentified(token()));
    then(&mut state, Event::KeyAttested(brought));
    state
}

#[test]
fn files_are_read_then_the_token_is_looked_at_then_asked_and_then_the_room() {
    let device = Device::default();
    let mut state = at_step(&plan(&trusting()), &device);
    assert_eq!(
        next(&state),
        Next::Do(Effect::ReadFiles {
            from: crate::ceremony::medium::Way::File,
            what: Contents::Certificates,
            paths: vec!["between.pem".to_owned(), "root.pem".to_owned()],
        })
    );
    read(
        &mut state,
        &[
            ("between.pem", device.between().concat()),
            ("root.pem", device.root()),
        ],
    );
    let name = TokenName(format!("yubikey:{NUMBER}"));
    let token_named = name.clone();
    assert_eq!(next(&state), Next::Do(Effect::Identify { token: name }));
    then(&mut state, Event::TokenIdentified(token()));
    assert_eq!(
        next(&state),
        Next::Do(Effect::Attest {
            token: token_named,
            label: "root-1".to_owned(),
        })
    );
    then(&mut state, Event::KeyAttested(evidence(&device)));
    let ask = asked(&state);
    assert_eq!(ask.form, Form::Confirm);
    assert_eq!(ask.seats.len(), 2);
    assert_eq!(ask.facts.len(), 11);
    assert!(
        ask.facts[1..]
            .iter()
            .all(|fact| fact.value.starts_with("ok: ")),
        "{ask:#?}"
    );
    let files = attested::files(
        &state,
        &KeyName("keyholder-1".to_owned()),
        &evidence(&device),
    );
    let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "41482/key.pem",
            "41482/device.pem",
            "41482/public.pem",
            "41482/verdict.json"
        ]
    );
    assert_eq!(state.attested.len(), 4);
    assert!(AttestKey.skippable(&state, state.step().unwrap()).is_err());
}

#[test]
fn what_the_plan_demands_and_is_not_proved_stops_the_room() {
    let device = Device::default();
    let halted = |state: &State, words: &[&str]| {
        let ask = asked(state);
        assert_eq!(ask.form, Form::Halted, "{ask:#?}");
        let all = format!("{} {}", ask.title, ask.words.join(" "));
        for word in words
            .iter()
            .chain(&["DO NOT USE THIS TOKEN", "spare token", "abort"])
        {
            assert!(all.contains(word), "{word}: {all}");
        }
    };
    // another key than the one in hand
    let mut other = Device::default();
    other.leaf.spki = crate::attestation::testing::Key::p256("another").spki();
    halted(
        &attested(&plan(&trusting()), &device, evidence(&other)),
        &["The plan demands attestation.key", "attestation.generated"],
    );
    let mut other = Device::default();
    other.leaf = other.leaf.without(SERIAL).with(SERIAL, false, &[2, 1, 7]);
    halted(
        &attested(&plan(&trusting()), &device, evidence(&other)),
        &[
            "attestation.serial",
            "is 7, that of the token in hand 41482",
        ],
    );
    // nothing brought forward
    let mut bare = evidence(&device);
    bare.certificates.clear();
    halted(
        &attested(&plan(&trusting()), &device, bare),
        &["attestation.chain", "no certificate of its maker"],
    );
    // the test root is not named
    let untrusting = format!("intermediates = [\"between.pem\"]\n{DEMANDS}");
    halted(
        &attested(&plan(&untrusting), &device, evidence(&device)),
        &["whom this program does not know"],
    );
}

#[test]
fn a_production_ceremony_trusts_no_test_root_whatever_its_plan_says() {
    let device = Device::default();
    let mut state = attested(&plan(&trusting()), &device, evidence(&device));
    let verdict = |state: &State| {
        let name = KeyName("keyholder-1".to_owned());
        let required = [String::from("attestation.chain")];
        let verdict = attested::on_record(state, &name).unwrap();
        verdict.unmet(&required).len()
    };
    assert_eq!(verdict(&state), 0);
    let procedure = Arc::make_mut(&mut state.procedure);
    procedure.plan.mode = crate::ceremony::plan::Mode::Production;
    assert_eq!(verdict(&state), 1);
    let paths: Vec<_> = attested::paths(&state.procedure.plan).collect();
    assert_eq!(paths, ["between.pem"]);
}

#[test]
fn warnings_and_failures_that_are_not_demanded_are_said_in_words() {
    let mut device = Device::default();
    device.leaf = device.leaf.clone().without(FORM).with(FORM, false, &[0x2a]);
    let state = attested(&plan(&trusting()), &device, evidence(&device));
    let ask = asked(&state);
    assert_eq!(ask.form, Form::Confirm);
    assert!(
        ask.words
            .iter()
            .any(|words| words.contains("has the number 42")),
        "{ask:#?}"
    );
    device.leaf.subject = "YubiKey PIV Attestation 9a".to_owned();
    let state = attested(
        &plan(&trusting().replace("\"attestation.slot\", ", "")),
        &device,
        evidence(&device),
    );
    let ask = asked(&state);
    assert_eq!(ask.form, Form::Confirm);
    assert!(
        ask.words
            .iter()
            .any(|words| words.contains("NOT OK, though the plan does not demand it")),
        "{ask:#?}"
    );
    assert!(ask.facts[1].value.starts_with("NOT OK"), "{ask:#?}");
}

#[test]
fn firmware_with_an_advisory_is_told_or_refused_as_the_plan_says() {
    let mut device = Device::default();
    device.leaf = device
        .leaf
        .clone()
        .without(FIRMWARE)
        .with(FIRMWARE, false, &[5, 4, 3]);
    let older = |plan: &str| {
        let mut state = attested(plan, &device, evidence(&device));
        let name = KeyName("keyholder-1".to_owned());
        if let Some(held) = state.keys.get_mut(&name) {
            held.token.firmware = "5.4.3".to_owned();
        }
        asked(&state)
    };
    let told = older(&plan(&trusting()));
    assert_eq!(told.form, Form::Confirm, "{told:#?}");
    assert!(told.words.iter().any(|words| words.contains("YSA-2024-03")));
    let demanded = trusting().replace("required = [", "required = [\"attestation.firmware\", ");
    let refused = older(&plan(&demanded));
    assert_eq!(refused.form, Form::Halted, "{refused:#?}");
    let words = refused.words.join(" ");
    assert!(words.contains("The plan demands attestation.firmware. Firmware 5.4.3. YSA-2024-03"));
}

#[test]
fn a_file_that_holds_no_certificate_is_read_again() {
    let device = Device::default();
    let mut state = at_step(&plan(&trusting()), &device);
    read(
        &mut state,
        &[
            ("between.pem", "hello".to_owned()),
            ("root.pem", device.root()),
        ],
    );
    let ask = asked(&state);
    assert_eq!(ask.name, "again");
    assert!(ask.words[0].contains("between.pem"), "{ask:#?}");
    then(
        &mut state,
        Event::Answered {
            ask: "again".to_owned(),
            by: Vec::new(),
            answer: crate::ceremony::ask::Answer::default(),
        },
    );
    assert!(matches!(next(&state), Next::Do(Effect::ReadFiles { paths, .. }) if paths.len() == 2));
}

#[test]
fn a_fault_is_told_and_tried_again() {
    let device = Device::default();
    let mut state = at_step(&plan(&trusting()), &device);
    then(
        &mut state,
        Event::Faulted(Fault::Storage {
            path: "between.pem".to_owned(),
            reason: "gone".to_owned(),
        }),
    );
    assert_eq!(asked(&state).name, "again");
}

/// Tokens whose keys nothing could be said of have no such step.
#[test]
fn software_keys_are_not_asked() {
    let device = Device::default();
    let state = at_step(&plan(&trusting()), &device);
    let steps = state.procedure.steps.iter();
    let ids: Vec<_> = steps
        .filter(|step| step.kind == attested::KIND)
        .map(|step| step.id.as_str())
        .collect();
    assert_eq!(ids, [STEP]);
}
