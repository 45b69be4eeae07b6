use super::{Anchors, CHECKS, Expected, Outcome, Verdict, on_certificates, verdict};
use crate::attestation::testing::{
    Device, Draft, FIRMWARE, FORM, Key, NUMBER, POLICY, SERIAL, pem,
};
use crate::ceremony::token::piv::{KeyPolicies, PinPolicy, PivKey, Slot, TouchPolicy};
use crate::ceremony::token::{Algorithm, Evidence, KeyAttributes, TokenKey};
use crate::tuf::testing::{Pair, data};

mod forged;
mod said;

use Outcome::{Fail, NotProved, Pass, Warn};

const ALL: [&str; 10] = [
    "attestation.chain",
    "attestation.key",
    "attestation.serial",
    "attestation.slot",
    "attestation.generated",
    "attestation.pin-policy",
    "attestation.touch-policy",
    "attestation.firmware",
    "attestation.form-factor",
    "attestation.fips",
];

fn text(path: &str) -> Option<String> {
    data(path).map(|bytes| String::from_utf8(bytes).unwrap())
}

fn outcome(verdict: &Verdict, id: &str) -> Outcome {
    verdict.of(id).unwrap().outcome
}

fn sentence<'a>(verdict: &'a Verdict, id: &str) -> &'a str {
    &verdict.of(id).unwrap().sentence
}

/// What does not hold.
fn failed(verdict: &Verdict) -> Vec<&str> {
    let all = verdict.checks.iter();
    all.filter(|check| check.outcome == Fail)
        .map(|check| check.id.strip_prefix("attestation.").unwrap())
        .collect()
}

fn expected(serial: &str, key: Option<crate::tuf::key::PublicKey>) -> Expected {
    Expected {
        key,
        serial: Some(serial.to_owned()),
        slot: Some(Slot::SIGNATURE),
        policies: Some(KeyPolicies::STRICT),
        firmware: None,
    }
}

fn of(key: &Key) -> crate::tuf::key::PublicKey {
    crate::tuf::key::PublicKey::from_spki_der(&key.spki()).unwrap()
}

fn key(of: &str) -> Option<crate::tuf::key::PublicKey> {
    crate::attestation::read(of.as_bytes()).unwrap()[0]
        .public_key
        .clone()
}

/// Directory, firmware, form factor, FIPS; taken from the certificates with `openssl asn1parse`.
const REAL: [(&str, &str, Option<&str>, bool); 10] = [
    ("2021-05-03_10550341", "4.4.5", None, true),
    (
        "2021-05-03_13078782",
        "5.2.6",
        Some("USB-C keychain"),
        false,
    ),
    ("2021-05-03_15724862", "5.2.7", Some("USB-C nano"), false),
    (
        "2021-05-27_13078782",
        "5.2.6",
        Some("USB-C keychain"),
        false,
    ),
    ("2021-06-07_10550341", "4.4.5", None, true),
    ("2021-06-07_15724862", "5.2.7", Some("USB-C nano"), false),
    (
        "2021-06-11_15935408",
        "5.2.7",
        Some("USB-C keychain"),
        false,
    ),
    (
        "2021-06-14_14470888",
        "5.2.7",
        Some("USB-C keychain"),
        false,
    ),
    (
        "2021-06-14_15935408",
        "5.2.7",
        Some("USB-C keychain"),
        false,
    ),
    (
        "2021-06-15_14470888",
        "5.2.7",
        Some("USB-C keychain"),
        false,
    ),
];

#[test]
fn real_attestations_hold() {
    for (directory, firmware, form, fips) in REAL {
        let at = |name: &str| text(&format!("sigstore/attestations/{directory}/{name}"));
        let (Some(leaf), Some(device)) = (at("key_cert.pem"), at("device_cert.pem")) else {
            return;
        };
        let (_, serial) = directory.split_once('_').unwrap();
        let verdict = on_certificates(
            &[leaf.clone(), device],
            &expected(serial, key(&leaf)),
            &Anchors::default(),
        );
        real(&verdict, serial, firmware, form, fips);
    }
}

#[test]
fn a_real_attestation_of_another_place_holds() {
    let leaf = include_str!("../../../tests/data/attestations/15422467_key.pem").to_owned();
    let device = include_str!("../../../tests/data/attestations/15422467_device.pem").to_owned();
    let mut wanted = expected("15422467", key(&leaf));
    // a key made for trials
    let touch = TouchPolicy::Never;
    wanted.policies = Some(KeyPolicies {
        touch,
        ..KeyPolicies::STRICT
    });
    let verdict = on_certificates(&[leaf, device], &wanted, &Anchors::default());
    real(&verdict, "15422467", "5.2.7", Some("USB-C keychain"), false);
}

fn real(verdict: &Verdict, serial: &str, firmware: &str, form: Option<&str>, fips: bool) {
    let ids: Vec<_> = verdict.checks.iter().map(|check| check.id).collect();
    assert_eq!(ids, ALL);
    for id in &ALL[..7] {
        assert_eq!(outcome(verdict, id), Pass, "{serial}: {verdict:?}");
    }
    assert!(sentence(verdict, "attestation.chain").contains("263751"));
    assert!(sentence(verdict, "attestation.serial").contains(serial));
    assert!(sentence(verdict, "attestation.pin-policy").contains("PIN always"));
    // every one of them is older than 5.7
    assert_eq!(outcome(verdict, "attestation.firmware"), Warn);
    let words = sentence(verdict, "attestation.firmware");
    assert!(words.contains(&format!("Firmware {firmware}.")), "{words}");
    assert!(words.contains("YSA-2024-03"), "{words}");
    match form {
        Some(form) => {
            assert_eq!(outcome(verdict, "attestation.form-factor"), Pass);
            assert!(sentence(verdict, "attestation.form-factor").contains(form));
        }
        None => assert_eq!(outcome(verdict, "attestation.form-factor"), NotProved),
    }
    let wanted = if fips { Pass } else { NotProved };
    assert_eq!(outcome(verdict, "attestation.fips"), wanted);
    let chain: Vec<_> = verdict
        .chain
        .iter()
        .map(|link| link.subject.as_str())
        .collect();
    assert_eq!(
        chain,
        [
            "CN=YubiKey PIV Attestation 9c",
            "CN=Yubico PIV Attestation",
            "CN=Yubico PIV Root CA Serial 263751"
        ]
    );
    assert_eq!(verdict.chain[0].from, "2016-03-14");
    assert_eq!(verdict.chain[0].to, "2052-04-17");
}

fn anchors(device: &Device) -> Anchors {
    Anchors {
        test_roots: vec![device.root()],
        intermediates: device.between().to_vec(),
    }
}

fn ours(device: &Device) -> Expected {
    expected(NUMBER, Some(of(&device.key)))
}

fn judged(device: &Device) -> Verdict {
    on_certificates(
        &[device.leaf(), device.device()],
        &ours(device),
        &anchors(device),
    )
}

/// An advisory is a warning, unless the plan demands that there be none.
#[test]
fn a_plan_that_demands_the_firmware_refuses_one_with_an_advisory() {
    use crate::attestation::testing::FIRMWARE;
    let mut device = Device::default();
    device.leaf = device
        .leaf
        .without(FIRMWARE)
        .with(FIRMWARE, false, &[5, 4, 3]);
    let mut wanted = ours(&device);
    wanted.firmware = Some("5.4.3".to_owned());
    let brought = [device.leaf(), device.device()];
    let verdict = on_certificates(&brought, &wanted, &anchors(&device));
    assert!(failed(&verdict).is_empty(), "{verdict:?}");
    let firmware = "attestation.firmware".to_owned();
    assert_eq!(verdict.of(&firmware).map(|check| check.outcome), Some(Warn));
    assert_eq!(verdict.unmet(&[firmware]), ["attestation.firmware"]);
    assert!(verdict.unmet(&["attestation.chain".to_owned()]).is_empty());
}

#[test]
fn a_chain_of_the_newer_shape_holds_with_its_root_and_not_without() {
    let device = Device::default();
    let verdict = judged(&device);
    for check in &verdict.checks {
        assert_eq!(check.outcome, Pass, "{check:?}");
    }
    assert_eq!(verdict.chain.len(), 5);
    assert_eq!(verdict.chain[4].to, "9999-12-31");
    assert!(verdict.unmet(&ALL.map(str::to_owned)).is_empty());

    let without = Anchors {
        test_roots: Vec::new(),
        ..anchors(&device)
    };
    let verdict = on_certificates(&[device.leaf(), device.device()], &ours(&device), &without);
    assert_eq!(failed(&verdict), ["chain"]);
    assert!(
        sentence(&verdict, "attestation.chain")
            .contains("Test Root, whom this program does not know"),
        "{verdict:?}"
    );
    // nothing else is proved either
    for check in &verdict.checks[1..] {
        assert_eq!(check.outcome, NotProved, "{check:?}");
    }
    assert!(verdict.chain.is_empty());
    assert_eq!(
        verdict.unmet(&["attestation.serial".to_owned()]),
        ["attestation.serial"]
    );
}

/// A root that is brought along as an intermediate is not trusted, whoever brings it.
#[test]
fn a_root_is_trusted_only_where_roots_are_named() {
    let device = Device::default();
    let [first, second] = device.between();
    let all = [device.leaf(), device.device(), first, second, device.root()];
    let verdict = on_certificates(&all, &ours(&device), &Anchors::default());
    assert_eq!(failed(&verdict), ["chain"]);
    let as_between = Anchors {
        test_roots: Vec::new(),
        intermediates: all.to_vec(),
    };
    let verdict = on_certificates(&all, &ours(&device), &as_between);
    assert_eq!(failed(&verdict), ["chain"]);
    // the same certificates with the root trusted, in whatever order after the first
    let mut turned = all.to_vec();
    turned[1..].reverse();
    let trusting = Anchors {
        test_roots: vec![device.root()],
        intermediates: Vec::new(),
    };
    assert_eq!(
        failed(&on_certificates(&turned, &ours(&device), &trusting)),
        [""; 0]
    );
}
