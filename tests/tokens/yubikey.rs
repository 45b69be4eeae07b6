//! `YubiKeys` made of software, used as a ceremony uses them.

use std::process::Command;

use rootstage::ceremony::token::piv::{PinPolicy, PivKey, Slot, TouchPolicy};
use rootstage::ceremony::token::{Algorithm, Fault, KeyRequest, Present, TokenName};
use rootstage::ports::{Notice, Tokens as _};
use rootstage::token::AllTokens;

use crate::cards::CardSpec;
use crate::desk::{
    MESSAGE, PIN, generate, generate_p256, identify, named, policies, provision_all, sign,
    sign_with,
};
use crate::hsm::{openssl_accepts, run, secret};

/// Makes and uses a key of each algorithm, one over the other, and has openssl judge signatures
/// and attestations.
fn every_algorithm(room: &crate::cards::CardRoom, algorithms: &[Algorithm]) {
    let serial = room.card(0).serial();
    provision_all(serial);
    let mut present = Present::Kept;
    for algorithm in algorithms {
        let key = generate(serial, *algorithm, TouchPolicy::Always, present).unwrap();
        assert_eq!(key.algorithm, *algorithm);
        assert_eq!(key.label, "root");
        let attributes = key.attributes;
        assert!(attributes.local && attributes.always_sensitive && attributes.never_extractable);
        assert!(attributes.always_authenticate && !attributes.extractable);
        assert_eq!(
            key.piv,
            Some(PivKey {
                slot: Slot::SIGNATURE,
                policies: Some(policies(TouchPolicy::Always)),
                generated: Some(true),
            })
        );
        let mut tokens = AllTokens::default();
        let found = tokens.find_key(&named(serial), "root", None).unwrap();
        assert_eq!(found.as_ref(), Some(&key));

        let mut notices = Vec::new();
        let signature = sign_with(serial, PIN, |notice| notices.push(notice)).unwrap();
        let pem = &key.public_pem;
        assert!(openssl_accepts(
            room.home(),
            *algorithm,
            pem,
            MESSAGE,
            &signature
        ));
        let wanted = Notice::TouchWanted {
            token: named(serial),
            seconds: 15,
        };
        assert_eq!(notices, [wanted, Notice::TouchOver]);

        let evidence = tokens.attest(&named(serial), "root").unwrap();
        assert_eq!(evidence.key, key);
        let [leaf, device] = &evidence.certificates[..] else {
            panic!("{} certificates", evidence.certificates.len());
        };
        let file = |name: &str, text: &str| {
            let path = room.home().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        run(Command::new("openssl")
            .args(["verify", "-ignore_critical", "-no_check_time", "-CAfile"])
            .arg(room.test_root())
            .arg("-untrusted")
            .arg(file("device.pem", device))
            .arg(file("leaf.pem", leaf)));
        let identity = identify(serial).unwrap();
        assert_eq!(identity.piv.unwrap().in_use, [Slot::SIGNATURE]);
        present = Present::Overwritten;
    }
    let status = room.card(0).status();
    assert_eq!(status.wrong_pins, 0);
    assert_eq!(
        usize::try_from(status.signatures).unwrap(),
        algorithms.len()
    );
}

card_story! {
    fn a_card_of_5_4_makes_and_uses_keys(room: CardSpec::new(1001)) {
        every_algorithm(room, &[Algorithm::EcdsaP256, Algorithm::EcdsaP384]);
        let refused = generate(1001, Algorithm::Ed25519, TouchPolicy::Always, Present::Overwritten);
        let Err(Fault::Unsupported { reason, .. }) = refused else {
            panic!("{refused:?}");
        };
        assert!(reason.contains("5.4.3"), "{reason}");
        sign(1001).unwrap();
    }
}

card_story! {
    fn a_card_of_5_7_makes_and_uses_keys(room: CardSpec::new(1002).firmware("5.7.1")) {
        every_algorithm(room, &Algorithm::ALL);
        // more than a card takes at once: it goes in pieces, or is refused in words
        let long = vec![b'x'; 900];
        AllTokens::default()
            .sign(&named(1002), "root", None, &long, &secret(PIN), &mut drop)
            .unwrap();
        let long = vec![b'x'; 4000];
        let signed = AllTokens::default()
            .sign(&named(1002), "root", None, &long, &secret(PIN), &mut drop);
        let Err(Fault::Unsupported { reason, .. }) = signed else {
            panic!("{signed:?}");
        };
        assert!(reason.contains("4000"), "{reason}");
    }
}

card_story! {
    fn a_card_of_4_4_makes_and_uses_keys(room: CardSpec::new(1003).firmware("4.4.5")) {
        every_algorithm(room, &[Algorithm::EcdsaP256, Algorithm::EcdsaP384]);
        let identity = identify(1003).unwrap();
        assert_eq!((identity.firmware.as_str(), identity.model.as_str()), ("4.4.5", "YubiKey 4"));
        let piv = identity.piv.unwrap();
        assert_eq!((piv.pin.factory, piv.management.factory), (None, None));
        assert!(piv.management_behind_pin);
    }
}

card_story! {
    fn a_card_introduces_itself_and_spends_nothing(
        room: CardSpec::new(18_158_855), CardSpec::new(7).firmware("5.7.1").fips()
    ) {
        let identity = identify(18_158_855).unwrap();
        assert_eq!(identity.serial, "18158855");
        assert_eq!(identity.firmware, "5.4.3");
        assert_eq!(identity.model, "YubiKey 5 (USB-A keychain)");
        assert_eq!(identity.beside, ["7"]);
        let pin = &identity.pin;
        assert_eq!((pin.tries_left, pin.min_len, pin.max_len), (Some(3), 6, 8));
        assert!(!pin.count_low && !pin.final_try && !pin.locked);
        let piv = identity.piv.unwrap();
        let factory = [piv.pin.factory, piv.puk.factory, piv.management.factory];
        assert_eq!(factory, [Some(true); 3]);
        assert_eq!((piv.puk.tries_left, piv.puk.tries), (Some(3), Some(3)));
        assert!(!piv.management_behind_pin && piv.in_use.is_empty());
        let other = identify(7).unwrap();
        assert_eq!(other.model, "YubiKey 5 FIPS (USB-A keychain)");
        let list = rootstage::token::yubikey::list().unwrap();
        let serials: Vec<String> = list
            .iter()
            .map(|present| present.identity.as_ref().unwrap().serial.clone())
            .collect();
        assert_eq!(serials, ["18158855", "7"]);
        assert!(list[0].reader.starts_with("Yubico YubiKey"), "{}", list[0].reader);
        for card in [room.card(0), room.card(1)] {
            let status = card.status();
            assert_eq!((status.verifications, status.wrong_pins), (0, 0));
            assert_eq!((status.pin_tries, status.puk_tries), (3, 3));
        }
        let absent = identify(8).unwrap_err();
        let present = vec!["YubiKey (7)".to_owned(), "YubiKey (18158855)".to_owned()];
        assert_eq!(absent, Fault::TokenAbsent { token: named(8), present });
    }
}

card_story! {
    fn the_slot_of_the_name_is_used_and_no_other(room: CardSpec::new(1001)) {
        provision_all(1001);
        let slot = TokenName("yubikey:1001/9a".to_owned());
        let request = KeyRequest {
            policies: Some(policies(TouchPolicy::Never)),
            ..KeyRequest::new(Algorithm::EcdsaP256)
        };
        let mut tokens = AllTokens::default();
        let key = tokens.generate(&slot, "root", &request, &secret(PIN)).unwrap();
        let status = room.card(0).status();
        assert_eq!(status.slots.keys().collect::<Vec<_>>(), ["9a"]);
        assert_eq!(status.slots["9a"].pin, PinPolicy::Always.byte());
        assert_eq!(tokens.find_key(&named(1001), "root", None), Ok(None));
        let absent = sign(1001);
        assert!(matches!(absent, Err(Fault::KeyAbsent { .. })), "{absent:?}");
        let mut notices = 0;
        tokens
            .sign(&slot, "root", Some(&key.public_pem), MESSAGE, &secret(PIN), &mut |_| notices += 1)
            .unwrap();
        assert_eq!(notices, 0, "no touch is wanted");
    }
}

card_story! {
    fn a_key_that_is_there_stays_unless_two_said_so(room: CardSpec::new(1001)) {
        provision_all(1001);
        let first = generate_p256(1001, TouchPolicy::Always).unwrap();
        let again = generate_p256(1001, TouchPolicy::Always);
        assert!(matches!(again, Err(Fault::KeyExists { .. })), "{again:?}");
        let verifications = room.card(0).status().verifications;
        let mut tokens = AllTokens::default();
        assert_eq!(tokens.find_key(&named(1001), "root", None), Ok(Some(first.clone())));
        let second =
            generate(1001, Algorithm::EcdsaP256, TouchPolicy::Always, Present::Overwritten).unwrap();
        assert_ne!(first.public_pem, second.public_pem);
        let expected = Some(first.public_pem.as_str());
        let verifications_then = room.card(0).status().verifications;
        assert_eq!(verifications_then, verifications + 1);
        let differs =
            tokens.sign(&named(1001), "root", expected, MESSAGE, &secret(PIN), &mut drop);
        assert!(matches!(differs, Err(Fault::KeyDiffers { .. })), "{differs:?}");
        let status = room.card(0).status();
        assert_eq!((status.signatures, status.verifications), (0, verifications_then));
    }
}

card_story! {
    /// OpenSC and ykcs11 see the key by the certificate that was put into the slot.
    fn other_programs_see_the_key(room: CardSpec::new(1001)) {
        const MODULE: &str = "/usr/lib/x86_64-linux-gnu/libykcs11.so.2";
        provision_all(1001);
        let key = generate_p256(1001, TouchPolicy::Never).unwrap();
        let output = run(Command::new("yubico-piv-tool").args(["-a", "status"]));
        let status = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(status.contains("Slot 9c:") && status.contains("ECCP256"), "{status}");
        assert!(status.contains("PIV Attestation 9c"), "{status}");
        assert!(status.contains("PIN tries left:\t5"), "{status}");
        assert_eq!(room.card(0).status().wrong_pins, 0);
        if !std::path::Path::new(MODULE).exists() {
            eprintln!("SKIPPED: no ykcs11 at {MODULE}");
            return;
        }
        // the same card behind PKCS#11 brings forward the same certificates
        let name = TokenName(format!("pkcs11:serial=1001?module-path={MODULE}"));
        let mut tokens = AllTokens::default();
        let evidence = tokens.attest(&name, "Public key for Digital Signature").unwrap();
        assert_eq!(evidence.key.public_pem, key.public_pem);
        let own = tokens.attest(&named(1001), "root").unwrap();
        assert_eq!(evidence.certificates, own.certificates);
    }
}
