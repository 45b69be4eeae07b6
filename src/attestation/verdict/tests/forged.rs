//! Lies, and what cannot be read.

use super::*;

#[test]
fn a_token_that_names_another_firmware_than_its_maker_is_refused_by_that() {
    let device = Device::default();
    let named = |firmware: &str| {
        let wanted = Expected {
            firmware: Some(firmware.to_owned()),
            ..ours(&device)
        };
        on_certificates(
            &[device.leaf(), device.device()],
            &wanted,
            &anchors(&device),
        )
    };
    assert!(failed(&named("5.7.4")).is_empty());
    for other in ["5.7.3", "5.7", "", "5.7.4\u{202e}"] {
        let verdict = named(other);
        assert_eq!(failed(&verdict), ["firmware"], "{other}");
        let said = sentence(&verdict, "attestation.firmware");
        assert!(said.contains("firmware 5.7.4, the token says"), "{said}");
        assert!(!said.contains('\u{202e}'), "{said}");
    }
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
