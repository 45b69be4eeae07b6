use super::{Anchors, CHECKS, Expected, Outcome, Verdict, on_certificates, verdict};
use crate::attestation::testing::{
    Device, Draft, FIRMWARE, FORM, Key, NUMBER, POLICY, SERIAL, pem,
};
use crate::ceremony::token::piv::{KeyPolicies, PinPolicy, PivKey, Slot, TouchPolicy};
use crate::ceremony::token::{Algorithm, Evidence, KeyAttributes, TokenKey};
use crate::tuf::testing::{Pair, data};

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

#[test]
fn each_lie_is_refused_by_its_own_check() {
    let lie = |change: fn(&mut Device), wanted: &[&str]| {
        let mut device = Device::default();
        change(&mut device);
        let verdict = judged(&device);
        assert_eq!(failed(&verdict), wanted, "{verdict:#?}");
        let required = wanted.first().map(|id| format!("attestation.{id}"));
        if let Some(id) = required {
            assert_eq!(verdict.unmet(std::slice::from_ref(&id)), [id.as_str()]);
        }
    };
    lie(
        |device| device.leaf.spki = Key::p256("another").spki(),
        &["key", "generated"],
    );
    lie(
        |device| device.leaf.subject = "YubiKey PIV Attestation 9a".to_owned(),
        &["slot"],
    );
    lie(
        |device| device.leaf.subject = "YubiKey OPGP Attestation SIG".to_owned(),
        &["slot", "generated"],
    );
    lie(
        |device| {
            device.leaf = device
                .leaf
                .clone()
                .without(SERIAL)
                .with(SERIAL, false, &[2, 1, 7]);
        },
        &["serial"],
    );
    // twice the same extension
    lie(
        |device| {
            device.leaf = device
                .leaf
                .clone()
                .with(SERIAL, false, &[2, 4, 0, 0, 0xa2, 0x0a]);
        },
        &["serial"],
    );
    for (bytes, wanted) in [
        (&[1, 2][..], &["pin-policy"][..]),
        (&[3, 1], &["touch-policy"]),
        (&[2, 3], &["pin-policy", "touch-policy"]),
        (&[9, 9], &["pin-policy", "touch-policy"]),
        (&[3], &["pin-policy", "touch-policy"]),
        // as DER would have it, which Yubico does not
        (&[4, 2, 3, 2], &["pin-policy", "touch-policy"]),
    ] {
        let mut device = Device::default();
        device.leaf = device
            .leaf
            .clone()
            .without(POLICY)
            .with(POLICY, false, bytes);
        assert_eq!(failed(&judged(&device)), wanted, "{bytes:?}");
    }
    lie(
        |device| {
            device.leaf = device
                .leaf
                .clone()
                .without(FIRMWARE)
                .with(FIRMWARE, false, &[5, 7]);
        },
        &["firmware"],
    );
}

#[test]
fn what_is_missing_or_unknown_is_no_lie() {
    let mut device = Device::default();
    device.leaf = device.leaf.without(FORM).with(FORM, false, &[0x2a]);
    let verdict = judged(&device);
    assert_eq!(outcome(&verdict, "attestation.form-factor"), Warn);
    assert_eq!(outcome(&verdict, "attestation.fips"), NotProved);
    for id in [SERIAL, POLICY, FORM, FIRMWARE] {
        device.leaf = device.leaf.without(id);
    }
    let verdict = judged(&device);
    assert!(failed(&verdict).is_empty());
    for id in [
        "serial",
        "pin-policy",
        "touch-policy",
        "firmware",
        "form-factor",
        "fips",
    ] {
        assert_eq!(
            outcome(&verdict, &format!("attestation.{id}")),
            NotProved,
            "{id}"
        );
    }
    // nothing to compare with
    let device = Device::default();
    let verdict = on_certificates(
        &[device.leaf(), device.device()],
        &Expected::default(),
        &anchors(&device),
    );
    for id in ["key", "serial", "slot", "pin-policy", "touch-policy"] {
        let id = format!("attestation.{id}");
        assert_eq!(outcome(&verdict, &id), NotProved, "{id}");
        assert!(
            sentence(&verdict, &id).contains("given to compare"),
            "{verdict:?}"
        );
    }
    assert_eq!(outcome(&verdict, "attestation.generated"), Pass);
}

#[test]
fn chains_that_do_not_hold_say_where() {
    let broken = |change: fn(&mut Device), words: &str| {
        let mut device = Device::default();
        change(&mut device);
        let verdict = judged(&device);
        assert_eq!(failed(&verdict).first(), Some(&"chain"), "{verdict:#?}");
        let said = sentence(&verdict, "attestation.chain");
        assert!(said.contains(words), "{said}");
    };
    // a device certificate that signed itself
    broken(
        |device| {
            device.leaf.issuer = "Forger".to_owned();
            device.f9.subject = "Forger".to_owned();
            device.f9.issuer = "Forger".to_owned();
        },
        "certificate about the key is signed by CN=Forger, whom this program does not know",
    );
    broken(
        |device| device.f9.issuer = "Yubico PIV Root CA Serial 263751".to_owned(),
        "signature of CN=Yubico PIV Root CA Serial 263751 on the device certificate is of a kind",
    );
    broken(
        |device| device.f9.spki = Key::p256("another").spki(),
        "signature of CN=PIV Device on the certificate about the key does not verify",
    );
    broken(
        |device| device.f9 = device.f9.clone().without("2.5.29.19"),
        "no certificate authority",
    );
    broken(
        |device| device.between[0] = device.between[0].clone().without("2.5.29.19").authority(0),
        "allows fewer certificates below it",
    );
    broken(
        |device| device.root = device.root.clone().without("2.5.29.19").authority(2),
        "CN=Test Root signed the certificate of CN=Intermediate B and must not: its certificate allows \
         fewer",
    );
    broken(
        // digital signature, and nothing else
        |device| {
            device.f9 = device.f9.clone().with("2.5.29.15", true, &[3, 2, 7, 0x80]);
        },
        "its key usage does not allow the signing of certificates",
    );
    broken(
        |device| device.f9 = device.f9.clone().with("2.5.29.30", true, &[0x30, 0]),
        "critical extension that this program does not know",
    );
    // that a certificate says it may sign twice is as bad as not saying it
    broken(
        |device| device.f9 = device.f9.clone().authority(3),
        "basic constraints cannot be read",
    );
}

/// Whoever has a key in slot 9a has a real certificate about it; it must not sign others.
#[test]
fn an_attested_key_attests_nothing() {
    let device = Device::default();
    let mut real = device.leaf.clone();
    real.subject = "YubiKey PIV Attestation 9a".to_owned();
    real.spki = Key::p256("mine").spki();
    let mut forged = device.leaf.clone();
    forged.issuer = "YubiKey PIV Attestation 9a".to_owned();
    let verdict = on_certificates(
        &[
            forged.pem(&Key::p256("mine")),
            real.pem(&Key::p256("device")),
            device.device(),
        ],
        &ours(&device),
        &anchors(&device),
    );
    assert_eq!(failed(&verdict), ["chain"]);
    let said = sentence(&verdict, "attestation.chain");
    assert!(said.contains("no certificate authority"), "{said}");
}

#[test]
fn an_edited_certificate_is_not_signed() {
    let device = Device::default();
    let der = device.leaf.der(&Key::p256("device"));
    let found = |needle: &[u8]| {
        der.windows(needle.len())
            .position(|at| at == needle)
            .unwrap()
    };
    // the policies, behind the header of their OCTET STRING
    let at = found(&[4, 2, 3, 2]) + 2;
    let mut edited = der.clone();
    edited[at] = 1;
    let mut wanted = ours(&device);
    wanted.policies = Some(KeyPolicies {
        pin: PinPolicy::Never,
        touch: TouchPolicy::Always,
    });
    let verdict = on_certificates(&[pem(&edited), device.device()], &wanted, &anchors(&device));
    assert_eq!(failed(&verdict), ["chain"]);
    assert!(sentence(&verdict, "attestation.chain").contains("does not verify"));
    let policy = verdict.of("attestation.pin-policy").unwrap();
    assert_eq!(policy.outcome, NotProved);
    assert!(policy.sentence.contains("Nothing vouches"), "{policy:?}");
    // no byte can be changed
    for at in 0..der.len() {
        let mut edited = der.clone();
        edited[at] ^= 1;
        let certificates = [pem(&edited), device.device()];
        let verdict = on_certificates(&certificates, &ours(&device), &anchors(&device));
        assert_eq!(outcome(&verdict, "attestation.chain"), Fail, "byte {at}");
    }
}

#[test]
fn circles_end() {
    let (one, two) = (Key::p256("one"), Key::p256("two"));
    let mut many = Vec::new();
    for number in 0..6_u8 {
        for (subject, issuer, key, by) in [("One", "Two", &one, &two), ("Two", "One", &two, &one)] {
            let draft = Draft::new(subject, issuer, key).authority(9);
            many.push(draft.with("1.2.3", false, &[number]).pem(by));
        }
    }
    let leaf = Draft::new("YubiKey PIV Attestation 9c", "One", &Key::p256("key")).pem(&one);
    let anchors = Anchors {
        test_roots: Vec::new(),
        intermediates: many,
    };
    let verdict = on_certificates(&[leaf], &Expected::default(), &anchors);
    assert_eq!(outcome(&verdict, "attestation.chain"), Fail);
    let said = sentence(&verdict, "attestation.chain");
    assert!(said.contains("in circles"), "{said}");
}

#[test]
fn what_cannot_be_read_fails_aloud() {
    let device = Device::default();
    for certificates in [
        vec!["hello".to_owned()],
        vec![String::new()],
        vec![
            device.leaf(),
            "-----BEGIN CERTIFICATE-----\n\u{202e}".to_owned(),
        ],
        vec![device.leaf(); 17],
    ] {
        let verdict = on_certificates(&certificates, &ours(&device), &anchors(&device));
        assert_eq!(outcome(&verdict, "attestation.chain"), Fail);
        assert_eq!(outcome(&verdict, "attestation.key"), Fail);
        for check in &verdict.checks {
            assert!(!matches!(check.outcome, Pass | Warn), "{check:?}");
            assert!(!check.sentence.contains('\u{202e}'));
        }
    }
}

fn evidence(device: &Device, certificates: Vec<String>) -> Evidence {
    Evidence {
        key: TokenKey {
            algorithm: Algorithm::EcdsaP256,
            label: "root".to_owned(),
            public_pem: of(&device.key).spki_pem(),
            attributes: KeyAttributes::default(),
            piv: Some(PivKey {
                slot: Slot::SIGNATURE,
                policies: Some(KeyPolicies::STRICT),
                generated: Some(true),
            }),
        },
        certificates,
    }
}

#[test]
fn what_a_card_says_must_be_what_is_attested() {
    let device = Device::default();
    let whole = evidence(&device, vec![device.leaf(), device.device()]);
    let check = |evidence: &Evidence| {
        let verdict = verdict(evidence, &ours(&device), &anchors(&device));
        failed(&verdict)
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert!(check(&whole).is_empty());
    let mut put = whole.clone();
    put.key.piv.as_mut().unwrap().generated = Some(false);
    assert_eq!(check(&put), ["generated"]);
    let mut policies = whole.clone();
    policies.key.piv.as_mut().unwrap().policies = Some(KeyPolicies {
        pin: PinPolicy::Once,
        touch: TouchPolicy::Never,
    });
    assert_eq!(check(&policies), ["pin-policy", "touch-policy"]);
    let mut other = whole.clone();
    other.key.public_pem = Pair::golden(0).public().spki_pem();
    assert_eq!(check(&other), ["key", "generated"]);
}

#[test]
fn a_card_without_certificates_proves_nothing() {
    let device = Device::default();
    let bare = evidence(&device, Vec::new());
    let bare = verdict(&bare, &ours(&device), &anchors(&device));
    let ids: Vec<_> = bare.checks.iter().map(|check| check.id).collect();
    assert_eq!(ids, ALL);
    assert!(failed(&bare).is_empty());
    let required = ALL[..7].iter().map(ToString::to_string).collect::<Vec<_>>();
    let unmet = bare.unmet(&required);
    assert_eq!(unmet.len(), 6, "{unmet:?}");
    assert!(!unmet.contains(&"attestation.key"));
    let said = sentence(&bare, "attestation.pin-policy");
    assert!(said.contains("nobody else vouches"), "{said}");
}

#[test]
fn the_words_of_other_tokens_are_their_own() {
    let device = Device::default();
    let told = |attributes| {
        let mut told = evidence(&device, Vec::new());
        told.key.piv = None;
        told.key.attributes = attributes;
        verdict(&told, &ours(&device), &Anchors::default())
    };
    let token = KeyAttributes {
        local: true,
        sensitive: true,
        always_sensitive: true,
        extractable: false,
        never_extractable: true,
        always_authenticate: false,
    };
    let good = told(token);
    let outcomes: Vec<_> = good
        .checks
        .iter()
        .map(|check| (check.id, check.outcome))
        .collect();
    assert_eq!(
        outcomes,
        [
            ("attestation.chain", NotProved),
            ("attestation.key", Warn),
            ("attestation.generated", NotProved),
            ("attestation.extractable", Warn),
        ]
    );
    for id in ["attestation.generated", "attestation.extractable"] {
        assert!(
            sentence(&good, id).contains("The token says so itself; nobody else vouches for it."),
            "{good:?}"
        );
    }
    let open = told(KeyAttributes {
        extractable: true,
        ..token
    });
    assert_eq!(failed(&open), ["extractable"]);
    // a file
    let file = told(KeyAttributes {
        local: true,
        ..KeyAttributes::default()
    });
    assert_eq!(outcome(&file, "attestation.extractable"), NotProved);
    assert!(sentence(&file, "attestation.extractable").contains("copied"));
    // another key
    let mut foreign = evidence(&device, Vec::new());
    foreign.key.piv = None;
    foreign.key.public_pem = Pair::golden(1).public().spki_pem();
    let foreign = verdict(&foreign, &ours(&device), &Anchors::default());
    assert_eq!(failed(&foreign), ["key"]);
}

/// A token whose module shows the maker's certificates is judged by them as well.
#[test]
fn certificates_of_a_pkcs11_token_count() {
    let device = Device::default();
    let mut shown = evidence(&device, vec![device.leaf(), device.device()]);
    shown.key.piv = None;
    let verdict = verdict(&shown, &ours(&device), &anchors(&device));
    assert_eq!(outcome(&verdict, "attestation.generated"), Pass);
    assert_eq!(
        verdict.checks.last().map(|check| check.id),
        Some("attestation.extractable")
    );
}

#[test]
fn every_check_of_the_list_is_answered_somewhere_and_in_its_order() {
    let device = Device::default();
    let mut shown = evidence(&device, vec![device.leaf(), device.device()]);
    shown.key.piv = None;
    let verdict = verdict(&shown, &ours(&device), &anchors(&device));
    let answered: Vec<_> = verdict.checks.iter().map(|check| check.id).collect();
    let listed: Vec<_> = CHECKS.iter().map(|check| check.id).collect();
    assert_eq!(answered, listed);
}

/// `openssl` says of each chain what the verdict says.
#[test]
fn openssl_agrees() {
    let room = tempfile::tempdir().unwrap();
    let at = |name: &str| room.path().join(name);
    let agrees = |device: &Device| {
        let between = device.between().concat() + &device.device();
        for (name, text) in [
            ("root.pem", device.root()),
            ("between.pem", between),
            ("leaf.pem", device.leaf()),
        ] {
            std::fs::write(at(name), text).unwrap();
        }
        let said = std::process::Command::new("openssl")
            .args(["verify", "-no_check_time", "-CAfile"])
            .arg(at("root.pem"))
            .arg("-untrusted")
            .arg(at("between.pem"))
            .arg(at("leaf.pem"))
            .output();
        let Ok(said) = said else {
            eprintln!("SKIPPED: no openssl");
            return;
        };
        let ours = outcome(&judged(device), "attestation.chain") == Pass;
        assert_eq!(said.status.success(), ours, "{said:?}");
    };
    agrees(&Device::default());
    let mut other_key = Device::default();
    other_key.f9.spki = Key::p256("another").spki();
    agrees(&other_key);
    let mut no_authority = Device::default();
    no_authority.f9 = no_authority.f9.without("2.5.29.19");
    agrees(&no_authority);
    let mut too_long = Device::default();
    too_long.between[1] = too_long.between[1]
        .clone()
        .without("2.5.29.19")
        .authority(1);
    agrees(&too_long);
    let mut stranger = Device::default();
    stranger.between[1].issuer = "Nobody".to_owned();
    agrees(&stranger);
}
