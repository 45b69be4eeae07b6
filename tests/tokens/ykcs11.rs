//! A `YubiKey` through Yubico's own PKCS#11 module: what our backend for such modules makes of one
//! that was not written for us.

use std::path::Path;

use rootstage::attestation::verdict::{Anchors, Expected, Outcome, verdict};
use rootstage::ceremony::token::piv::TouchPolicy;
use rootstage::ceremony::token::{Algorithm, Fault, TokenName};
use rootstage::ports::Tokens as _;
use rootstage::token::AllTokens;
use rootstage::tuf::key::PublicKey;

use crate::cards::CardSpec;
use crate::desk::{MESSAGE, PIN, generate_p256, provision_all};
use crate::hsm::{openssl_accepts, secret};

/// The halves have labels of their own.
const PRIVATE: &str = "Private key for Digital Signature";
const PUBLIC: &str = "Public key for Digital Signature";

/// The name of the token with these attributes; `None` where the module is not installed.
fn named(attributes: &str) -> Option<TokenName> {
    let machine = std::env::consts::ARCH;
    let module = format!("/usr/lib/{machine}-linux-gnu/libykcs11.so");
    if Path::new(&module).exists() {
        return Some(TokenName(format!(
            "pkcs11:{attributes}?module-path={module}"
        )));
    }
    let required = ["CI", "ROOTSTAGE_REQUIRE_JUDGES"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    assert!(!required, "{module} is not there: run tests/setup");
    eprintln!("SKIPPED: {module} is not there: run tests/setup");
    None
}

card_story! {
    fn a_key_is_found_attested_and_signs(room: CardSpec::new(1001)) {
        let Some(token) = named("serial=1001") else { return };
        provision_all(1001);
        let made = generate_p256(1001, TouchPolicy::Always).unwrap();
        let card = room.card(0);
        let before = card.status();
        let mut tokens = AllTokens::default();
        let identity = tokens.identify(&token).unwrap();
        assert_eq!((identity.serial.as_str(), identity.label.as_str()), ("1001", "YubiKey PIV #1001"));

        // before login the module shows public halves only: the label of the other half needs the
        // identifier beside it
        let with_id = named("serial=1001;id=%02").unwrap();
        for (name, label) in [(&token, PUBLIC), (&with_id, PUBLIC), (&with_id, PRIVATE)] {
            let found = tokens.find_key(name, label, None).unwrap().unwrap();
            assert_eq!((found.algorithm, found.public_pem), (Algorithm::EcdsaP256, made.public_pem.clone()));
            assert!(!found.attributes.sensitive, "the private half was not seen");
        }
        let other = named("serial=1001;id=%01").unwrap();
        assert_eq!(tokens.find_key(&other, PRIVATE, None), Ok(None));
        for label in [PRIVATE, "root-1"] {
            assert_eq!(tokens.find_key(&token, label, None), Ok(None));
        }
        // looking asks for no PIN
        assert_eq!(card.status().verifications, before.verifications);

        // after login either label means the pair
        for name in [&token, &with_id] {
            for label in [PRIVATE, PUBLIC] {
                let found = tokens.find_key(name, label, Some(&secret(PIN))).unwrap().unwrap();
                assert_eq!(found.public_pem, made.public_pem);
                assert!(found.attributes.always_authenticate && found.attributes.never_extractable);
            }
            assert_eq!(tokens.find_key(name, "root-1", Some(&secret(PIN))), Ok(None));
        }
        let before = card.status();
        let expected = Some(made.public_pem.as_str());
        let mut sign = |label: &str, pin: &str| {
            tokens.sign(&token, label, expected, MESSAGE, &secret(pin), &mut |_| ())
        };
        for label in [PRIVATE, PUBLIC] {
            let signature = sign(label, PIN).unwrap();
            let accepts = |message: &[u8]| {
                openssl_accepts(room.home(), Algorithm::EcdsaP256, &made.public_pem, message, &signature)
            };
            assert!(accepts(MESSAGE) && !accepts(b"another message"));
        }
        let status = card.status();
        assert_eq!((status.signatures, status.touches), (2, 2));
        // once to log in, and once for the signature itself
        assert_eq!(status.verifications - before.verifications, 4);
        let wrong = sign(PRIVATE, "999999");
        assert!(matches!(wrong, Err(Fault::PinWrong { .. })), "{wrong:?}");
        let status = card.status();
        assert_eq!((status.wrong_pins, status.pin_tries, status.signatures), (1, 4, 2));
    }
}

card_story! {
    fn the_makers_certificates_vouch_for_it(room: CardSpec::new(1001)) {
        let Some(token) = named("serial=1001") else { return };
        provision_all(1001);
        let made = generate_p256(1001, TouchPolicy::Always).unwrap();
        let absent = AllTokens::default().attest(&token, PRIVATE);
        assert!(matches!(absent, Err(Fault::KeyAbsent { .. })), "{absent:?}");
        let with_id = named("serial=1001;id=%02").unwrap();
        let evidence = AllTokens::default().attest(&with_id, PRIVATE).unwrap();
        let again = AllTokens::default().attest(&token, PUBLIC).unwrap();
        assert_eq!(again.key.public_pem, evidence.key.public_pem);
        assert_eq!(evidence.certificates.len(), 2);
        let anchors = Anchors {
            test_roots: vec![std::fs::read_to_string(room.test_root()).unwrap()],
            intermediates: Vec::new(),
        };
        let expected = Expected {
            key: PublicKey::from_pem(&made.public_pem).ok(),
            serial: Some("1001".to_owned()),
            ..Expected::default()
        };
        let said = verdict(&evidence, &expected, &anchors);
        for id in ["chain", "key", "serial", "generated"] {
            let check = said.of(&format!("attestation.{id}")).unwrap();
            assert_eq!(check.outcome, Outcome::Pass, "{id}: {}", check.sentence);
        }
        // without that root nobody vouches
        let nobody = Anchors { test_roots: Vec::new(), ..anchors };
        let said = verdict(&evidence, &expected, &nobody);
        assert_ne!(said.of("attestation.chain").unwrap().outcome, Outcome::Pass);
        assert_eq!(room.card(0).status().wrong_pins, 0);
    }
}
