//! What tokens say themselves, and what another program says.

use super::*;

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
