//! Faults that `SoftHSM2` never has, from a module that passes everything else on to it
//! (`faulty_module.c`).

use std::path::PathBuf;
use std::process::Command;

use rootstage::ceremony::token::{Algorithm, Fault, Retry, TokenName};
use rootstage::ports::Tokens as _;
use rootstage::token::AllTokens;

use crate::hsm::{Hsm, MODULE, PIN, run, secret};

/// The module with the faults, over one token named A.
struct Faulty {
    name: TokenName,
    fault: PathBuf,
    logins: PathBuf,
}

impl Faulty {
    fn over(hsm: &Hsm) -> Self {
        hsm.token("A");
        let path = |name: &str| hsm.directory.join(name);
        let (module, fault, logins) = (path("faulty.so"), path("fault"), path("logins"));
        let define = |name: &str, value: &str| format!("-D{name}=\"{value}\"");
        run(Command::new("cc")
            .args(["-shared", "-fPIC", "-w"])
            .arg(define("REAL", MODULE))
            .arg(define("FAULT", fault.to_str().unwrap()))
            .arg(define("LOGINS", logins.to_str().unwrap()))
            .arg("-o")
            .arg(&module)
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/tokens/faulty_module.c"
            ))
            .arg("-ldl"));
        let name = TokenName(format!("pkcs11:token=A?module-path={}", module.display()));
        Self {
            name,
            fault,
            logins,
        }
    }

    /// From now on, this fault; the logins counted so far are forgotten.
    fn now(&self, fault: &str) {
        std::fs::write(&self.fault, fault).unwrap();
        let _ = std::fs::remove_file(&self.logins);
    }

    /// PINs sent since.
    fn logins(&self) -> Vec<String> {
        let said = std::fs::read_to_string(&self.logins).unwrap_or_default();
        said.lines().map(str::to_owned).collect()
    }
}

fn tokens_with_key(faulty: &Faulty, algorithm: Algorithm) -> AllTokens {
    let mut tokens = AllTokens::default();
    tokens
        .generate(
            &faulty.name,
            "k",
            &rootstage::ceremony::token::KeyRequest::new(algorithm),
            &secret(PIN),
        )
        .unwrap();
    tokens
}

token_story! {
    fn a_locked_pin_is_not_tried_and_a_final_try_is_told(hsm) {
        let faulty = Faulty::over(hsm);
        let (mut tokens, pin) = (AllTokens::default(), secret(PIN));
        let token = faulty.name.clone();
        faulty.now("final-try");
        let said = tokens.identify(&token).unwrap().pin;
        assert!(said.final_try && said.count_low && !said.locked);
        assert!(faulty.logins().is_empty());
        faulty.now("locked");
        assert!(tokens.identify(&token).unwrap().pin.locked);
        let locked = Fault::PinLocked { token: token.clone() };
        assert_eq!(tokens.sign(&token, "k", None, b"m", &pin, &mut |_| ()), Err(locked.clone()));
        assert!(faulty.logins().is_empty(), "a locked PIN was tried");
        // the flag was not up, the token refuses
        faulty.now("pin-locks");
        assert_eq!(tokens.sign(&token, "k", None, b"m", &pin, &mut |_| ()), Err(locked));
        assert_eq!(faulty.logins(), ["user"]);
        // too short never gets there; wrong is sent once and not again
        faulty.now("");
        assert!(matches!(tokens.sign(&token, "k", None, b"m", &secret("1"), &mut |_| ()), Err(Fault::PinLength { .. })));
        assert!(faulty.logins().is_empty());
        let wrong = tokens.sign(&token, "k", None, b"m", &secret("111111"), &mut |_| ());
        assert!(matches!(wrong, Err(Fault::PinWrong { .. })), "{wrong:?}");
        assert_eq!(faulty.logins(), ["user"]);
    }
}

token_story! {
    fn a_token_pulled_after_login_is_a_failure_and_not_an_absent_key(hsm) {
        let faulty = Faulty::over(hsm);
        let (mut tokens, pin) = (tokens_with_key(&faulty, Algorithm::EcdsaP256), secret(PIN));
        for (fault, words) in [
            ("removed", "the token was taken out (CKR_DEVICE_REMOVED from C_FindObjects)"),
            ("emptied", "the token went away in the middle, or was reset (CKR_SESSION_HANDLE_INVALID from C_GetSessionInfo)"),
        ] {
            faulty.now(fault);
            for pulled in [
                tokens.sign(&faulty.name, "k", None, b"m", &pin, &mut |_| ()).err(),
                tokens.find_key(&faulty.name, "k", Some(&pin)).err(),
            ] {
                assert_eq!(pulled.as_ref().map(Fault::retry), Some(Retry::LookFirst));
                let Some(Fault::TokenFailed { reason, .. }) = pulled else { panic!("{pulled:?}") };
                assert_eq!(reason, words);
            }
        }
        faulty.now("");
        assert!(tokens.sign(&faulty.name, "k", None, b"m", &pin, &mut |_| ()).is_ok());
    }
}

token_story! {
    fn a_key_made_by_a_call_that_failed_is_found_afterwards(hsm) {
        let faulty = Faulty::over(hsm);
        let (mut tokens, pin) = (AllTokens::default(), secret(PIN));
        faulty.now("fails-after-generating");
        let failed = tokens.generate(&faulty.name, "k", &rootstage::ceremony::token::KeyRequest::new(Algorithm::EcdsaP256), &pin).unwrap_err();
        assert!(matches!(&failed, Fault::TokenFailed { reason, .. } if reason.contains("CKR_DEVICE_ERROR")), "{failed:?}");
        assert_eq!(failed.retry(), Retry::LookFirst);
        faulty.now("");
        assert!(tokens.find_key(&faulty.name, "k", Some(&pin)).unwrap().is_some());
    }
}

token_story! {
    fn a_signature_that_does_not_verify_is_not_returned(hsm) {
        let faulty = Faulty::over(hsm);
        let pin = secret(PIN);
        for algorithm in [Algorithm::EcdsaP256, Algorithm::Ed25519] {
            faulty.now("");
            let mut tokens = AllTokens::default();
            tokens.generate(&faulty.name, algorithm.name(), &rootstage::ceremony::token::KeyRequest::new(algorithm), &pin).unwrap();
            faulty.now("bad-signature");
            let token = faulty.name.clone();
            assert_eq!(
                tokens.sign(&faulty.name, algorithm.name(), None, b"m", &pin, &mut |_| ()),
                Err(Fault::BadSignature { token })
            );
        }
    }
}

token_story! {
    fn a_key_that_could_have_been_elsewhere_is_refused_and_left(hsm) {
        let faulty = Faulty::over(hsm);
        let (mut tokens, pin) = (AllTokens::default(), secret(PIN));
        for (fault, attribute) in [
            ("not-local", "CKA_LOCAL"),
            ("was-readable", "CKA_ALWAYS_SENSITIVE"),
            ("was-extractable", "CKA_NEVER_EXTRACTABLE"),
        ] {
            faulty.now(fault);
            let refused = tokens.generate(&faulty.name, fault, &rootstage::ceremony::token::KeyRequest::new(Algorithm::EcdsaP256), &pin);
            let Err(Fault::Unsupported { reason, .. }) = refused else { panic!("{refused:?}") };
            let words = format!("{attribute} is false on the key {fault} that it generated; the key is not used, and was left on the token");
            assert_eq!(reason, words);
            faulty.now("");
            assert!(tokens.find_key(&faulty.name, fault, Some(&pin)).unwrap().is_some());
        }
    }
}

token_story! {
    fn the_pin_is_given_again_for_each_signature_where_the_key_wants_it(hsm) {
        let faulty = Faulty::over(hsm);
        let pin = secret(PIN);
        for algorithm in Algorithm::ALL {
            faulty.now("each-time");
            let mut tokens = AllTokens::default();
            let key = tokens.generate(&faulty.name, algorithm.name(), &rootstage::ceremony::token::KeyRequest::new(algorithm), &pin).unwrap();
            assert!(key.attributes.always_authenticate);
            assert_eq!(faulty.logins(), ["user"]);
            tokens.sign(&faulty.name, algorithm.name(), None, b"m", &pin, &mut |_| ()).unwrap();
            assert_eq!(faulty.logins(), ["user", "user", "context"]);
        }
        // a module that takes raw ECDSA in one part only says so; it is not taken for success
        faulty.now("each-time-strict");
        let strict = AllTokens::default().sign(&faulty.name, "ecdsa-p256", None, b"m", &pin, &mut |_| ());
        assert!(matches!(strict, Err(Fault::TokenFailed { .. })), "{strict:?}");
    }
}

token_story! {
    fn ed25519_is_asked_for_by_either_name_and_refused_before_anything_is_made(hsm) {
        let faulty = Faulty::over(hsm);
        let (mut tokens, pin) = (AllTokens::default(), secret(PIN));
        faulty.now("curve-by-name");
        let key = tokens.generate(&faulty.name, "k", &rootstage::ceremony::token::KeyRequest::new(Algorithm::Ed25519), &pin).unwrap();
        assert_eq!(key.algorithm, Algorithm::Ed25519);
        let curve = tokens.generate(&faulty.name, "p", &rootstage::ceremony::token::KeyRequest::new(Algorithm::EcdsaP256), &pin);
        assert!(matches!(&curve, Err(Fault::Unsupported { reason, .. }) if reason.contains("CKR_CURVE_NOT_SUPPORTED")), "{curve:?}");
        faulty.now("no-edwards");
        let none = tokens.generate(&faulty.name, "e", &rootstage::ceremony::token::KeyRequest::new(Algorithm::Ed25519), &pin);
        let Err(Fault::Unsupported { reason, .. }) = none else { panic!("{none:?}") };
        assert_eq!(reason, "ed25519: the token has no CKM_EC_EDWARDS_KEY_PAIR_GEN");
        assert!(faulty.logins().is_empty(), "a PIN was sent for what cannot be done");
    }
}
