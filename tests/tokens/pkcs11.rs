//! `pkcs11:` names against the real `SoftHSM2`.

use std::path::PathBuf;
use std::process::Command;

use rootstage::ceremony::token::{Algorithm, Fault, KeyAttributes, Retry, TokenKind, TokenName};
use rootstage::ports::Tokens as _;
use rootstage::token::{AllTokens, check_available, list};

use crate::hsm::{Hsm, MODULE, PIN, openssl_accepts, run, secret, uri};

/// What a root key has to be.
const GOOD: KeyAttributes = KeyAttributes {
    local: true,
    sensitive: true,
    always_sensitive: true,
    extractable: false,
    never_extractable: true,
    always_authenticate: false,
};

token_story! {
    fn generates_and_signs_with_every_algorithm_and_openssl_agrees(hsm) {
        let name = Hsm::uri("A");
        hsm.token("A");
        let (mut tokens, pin) = (AllTokens::default(), secret(PIN));
        for algorithm in Algorithm::ALL {
            let label = algorithm.name();
            assert_eq!(tokens.find_key(&name, label, Some(&pin)), Ok(None));
            let key = tokens.generate(&name, label, &rootstage::ceremony::token::KeyRequest::new(algorithm), &pin).unwrap();
            assert_eq!((key.algorithm, key.label.as_str()), (algorithm, label));
            assert_eq!(key.attributes, GOOD);
            assert!(key.public_pem.ends_with("-----END PUBLIC KEY-----\n"), "{}", key.public_pem);
            assert_eq!(tokens.find_key(&name, label, Some(&pin)), Ok(Some(key.clone())));
            // without the PIN the public half is seen, and of the private one nothing is claimed
            let seen = tokens.find_key(&name, label, None).unwrap().unwrap();
            assert_eq!(seen.public_pem, key.public_pem);
            assert!(!seen.attributes.sensitive && seen.attributes.extractable);

            for message in [&b""[..], b"{\"signed\": {}}", &b"x".repeat(100_000)] {
                let signature = tokens.sign(&name, label, None, message, &pin, &mut |_| ()).unwrap();
                let judge = |message: &[u8]| {
                    openssl_accepts(&hsm.directory, algorithm, &key.public_pem, message, &signature)
                };
                // openssl 3.0 cannot read an empty file for Ed25519
                assert!(message.is_empty() || judge(message), "{label}");
                assert!(!judge(b"another message"), "{label}");
            }
            let again = tokens.generate(&name, label, &rootstage::ceremony::token::KeyRequest::new(algorithm), &pin);
            let label = label.to_owned();
            assert_eq!(again, Err(Fault::KeyExists { token: name.clone(), label }));
        }
    }
}

token_story! {
    /// The token is used by the field's own tool afterwards: attributes and public key agree.
    fn pkcs11_tool_sees_the_same_key(hsm) {
        let name = uri("token=A;id=%0a%0b;object=root-1;type=private");
        hsm.token("A");
        let key = AllTokens::default()
            .generate(&name, "root-1", &rootstage::ceremony::token::KeyRequest::new(Algorithm::EcdsaP256), &secret(PIN))
            .unwrap();
        let output = run(Command::new("pkcs11-tool")
            .args(["--module", MODULE, "--token-label", "A", "--login", "--pin", PIN, "-O"]));
        let said = String::from_utf8(output.stdout).unwrap();
        for words in ["label:      root-1", "ID:         0a0b", "sensitive, always sensitive, never extractable, local"] {
            assert!(said.contains(words), "{words} not in:\n{said}");
        }
        let der = hsm.directory.join("public.der");
        run(Command::new("pkcs11-tool")
            .args(["--module", MODULE, "--token-label", "A", "--read-object", "--type", "pubkey", "--label", "root-1", "-o"])
            .arg(&der));
        let pem = run(Command::new("openssl")
            .args(["pkey", "-pubin", "-inform", "DER", "-in"])
            .arg(&der));
        assert_eq!(String::from_utf8(pem.stdout).unwrap(), key.public_pem);
        // a name that says which key it means is not used for another
        let other = AllTokens::default().find_key(&name, "root-2", None);
        assert!(matches!(other, Err(Fault::Unsupported { .. })), "{other:?}");
    }
}

token_story! {
    fn introduces_itself_by_serial_and_is_found_by_it(hsm) {
        hsm.token("Root A").token("Root B");
        let mut tokens = AllTokens::default();
        let a = tokens.identify(&uri("token=Root%20A")).unwrap();
        assert_eq!((a.kind, a.label.as_str()), (TokenKind::Pkcs11, "Root A"));
        assert_eq!((a.manufacturer.as_str(), a.model.as_str()), ("SoftHSM project", "SoftHSM v2"));
        assert_eq!(a.firmware, "2.6");
        assert!(a.serial.len() == 16 && a.serial.bytes().all(|b| b.is_ascii_hexdigit()), "{a:?}");
        assert_eq!((a.pin.min_len, a.pin.max_len), (4, 255));
        assert!(!a.pin.count_low && !a.pin.final_try && !a.pin.locked && !a.pin.not_set);
        assert_eq!(tokens.identify(&uri(&format!("serial={}", a.serial))).as_ref(), Ok(&a));

        // serial of one and label of the other: nobody, and what is there instead is said
        let b = tokens.identify(&uri("token=Root%20B")).unwrap();
        let wrong = uri(&format!("serial={};token=Root%20A", b.serial));
        let Err(Fault::TokenAbsent { token, mut present }) = tokens.identify(&wrong) else {
            panic!("found a token that is not there");
        };
        present.sort();
        assert_eq!(token, wrong);
        assert_eq!(present, [format!("Root A ({})", a.serial), format!("Root B ({})", b.serial)]);

        let [(_, Ok(mut all))] = <[_; 1]>::try_from(list(&[PathBuf::from(MODULE)])).unwrap() else {
            panic!("not listed");
        };
        all.sort_by(|x, y| x.label.cmp(&y.label));
        assert_eq!(all, [a, b]);
    }
}

token_story! {
    fn a_wrong_pin_is_sent_once_and_the_token_says_so(hsm) {
        hsm.token("A");
        let (mut tokens, name) = (AllTokens::default(), Hsm::uri("A"));
        let wrong = tokens.generate(&name, "k", &rootstage::ceremony::token::KeyRequest::new(Algorithm::EcdsaP256), &secret("111111"));
        let Err(Fault::PinWrong { token, pin }) = wrong else { panic!("{wrong:?}") };
        assert_eq!(token, name);
        assert!(pin.count_low && !pin.locked && pin.tries_left.is_none());
        assert!(tokens.identify(&name).unwrap().pin.count_low);
        // the right one makes it good again
        assert_eq!(tokens.find_key(&name, "k", Some(&secret(PIN))), Ok(None));
        assert!(!tokens.identify(&name).unwrap().pin.count_low);
    }
}

token_story! {
    fn a_pin_that_cannot_be_right_costs_no_try(hsm) {
        hsm.token("A");
        let (mut tokens, name) = (AllTokens::default(), Hsm::uri("A"));
        for (typed, len) in [("", 0), ("123", 3), (&"1".repeat(256), 256)] {
            let said = tokens.sign(&name, "k", None, b"", &secret(typed), &mut |_| ());
            let token = name.clone();
            let min = 4;
            assert_eq!(said, Err(Fault::PinLength { token, len, min, max: 255 }));
            assert!(!tokens.identify(&name).unwrap().pin.count_low, "a try was spent");
        }
    }
}

token_story! {
    fn refuses_two_tokens_of_one_name_and_two_keys_of_one_label(hsm) {
        hsm.token("A").token("A").token("B");
        let (mut tokens, pin) = (AllTokens::default(), secret(PIN));
        let token = Hsm::uri("A");
        let twice = Fault::Ambiguous { token: token.clone(), object: "the token".to_owned(), found: 2 };
        assert_eq!(tokens.identify(&token), Err(twice.clone()));
        assert_eq!(tokens.sign(&token, "k", None, b"", &pin, &mut |_| ()), Err(twice));

        let token = Hsm::uri("B");
        let tool = |label: &str, id: &str| {
            run(Command::new("pkcs11-tool").args([
                "--module", MODULE, "--token-label", "B", "--login", "--pin", PIN, "--keypairgen",
                "--key-type", "EC:prime256v1", "--label", label, "--id", id,
            ]));
        };
        tool("k", "01");
        tool("k", "01");
        for found in [
            tokens.find_key(&token, "k", None).err(),
            tokens.find_key(&token, "k", Some(&pin)).err(),
            tokens.sign(&token, "k", None, b"", &pin, &mut |_| ()).err(),
        ] {
            assert!(matches!(&found, Some(Fault::Ambiguous { found: 2, .. })), "{found:?}");
        }
        let exists = Fault::KeyExists { token: token.clone(), label: "k".to_owned() };
        assert_eq!(tokens.generate(&token, "k", &rootstage::ceremony::token::KeyRequest::new(Algorithm::Ed25519), &pin), Err(exists));
        // two keys under one identifier, though the labels differ
        tool("one", "02");
        tool("two", "02");
        let shared = tokens.sign(&token, "one", None, b"", &pin, &mut |_| ());
        assert!(
            matches!(&shared, Err(Fault::Ambiguous { object, .. }) if object.ends_with("(CKA_ID) 02")),
            "{shared:?}"
        );
    }
}

token_story! {
    fn says_which_key_is_absent_or_half_there(hsm) {
        hsm.token("A");
        let (mut tokens, pin, token) = (AllTokens::default(), secret(PIN), Hsm::uri("A"));
        let absent = Fault::KeyAbsent { token: token.clone(), label: "k".to_owned() };
        assert_eq!(tokens.sign(&token, "k", None, b"", &pin, &mut |_| ()), Err(absent));
        tokens.generate(&token, "k", &rootstage::ceremony::token::KeyRequest::new(Algorithm::EcdsaP256), &pin).unwrap();
        run(Command::new("pkcs11-tool").args([
            "--module", MODULE, "--token-label", "A", "--login", "--pin", PIN, "--delete-object",
            "--type", "pubkey", "--label", "k",
        ]));
        for half in [
            tokens.sign(&token, "k", None, b"", &pin, &mut |_| ()).err(),
            tokens.find_key(&token, "k", Some(&pin)).err(),
        ] {
            let Some(Fault::Unsupported { reason, .. }) = half else { panic!("{half:?}") };
            assert_eq!(reason, "there is a private key named k, and no public key of that name");
        }
        let exists = Fault::KeyExists { token: token.clone(), label: "k".to_owned() };
        assert_eq!(tokens.generate(&token, "k", &rootstage::ceremony::token::KeyRequest::new(Algorithm::EcdsaP256), &pin), Err(exists));
        // keys that are not ours to use
        run(Command::new("pkcs11-tool").args([
            "--module", MODULE, "--token-label", "A", "--login", "--pin", PIN, "--keypairgen",
            "--key-type", "EC:secp521r1", "--label", "other", "--id", "09",
        ]));
        let other = tokens.find_key(&token, "other", None);
        assert!(
            matches!(&other, Err(Fault::Unsupported { reason, .. }) if reason.contains("another curve")),
            "{other:?}"
        );
    }
}

token_story! {
    /// `SoftHSM` reads its tokens only when it starts: an exchange is seen because every operation
    /// starts it anew.
    fn a_token_exchanged_between_two_operations_is_seen(hsm) {
        hsm.token("A");
        let (mut tokens, pin) = (AllTokens::default(), secret(PIN));
        let (a, b) = (Hsm::uri("A"), Hsm::uri("B"));
        let key = tokens.generate(&a, "k", &rootstage::ceremony::token::KeyRequest::new(Algorithm::EcdsaP256), &pin).unwrap();
        let serial = tokens.identify(&a).unwrap().serial;
        let (slot, drawer) = (hsm.tokens(), hsm.directory.join("drawer"));
        std::fs::rename(&slot, &drawer).unwrap();
        std::fs::create_dir(&slot).unwrap();
        // in another process, as another hand would
        hsm.token("B");

        let Err(Fault::TokenAbsent { present, .. }) = tokens.sign(&a, "k", None, b"m", &pin, &mut |_| ()) else {
            panic!("signed with a token that is in the drawer");
        };
        let new_serial = tokens.identify(&b).unwrap().serial;
        assert_eq!(present, [format!("B ({new_serial})")]);
        assert_ne!(serial, new_serial);

        std::fs::remove_dir_all(&slot).unwrap();
        std::fs::rename(&drawer, &slot).unwrap();
        assert_eq!(tokens.find_key(&a, "k", Some(&pin)), Ok(Some(key)));
        assert!(tokens.sign(&a, "k", None, b"m", &pin, &mut |_| ()).is_ok());
    }
}

token_story! {
    fn modules_that_are_none_are_told_apart(hsm) {
        hsm.token("A");
        let not_a_library = hsm.directory.join("notes.so");
        std::fs::write(&not_a_library, "notes").unwrap();
        let library = hsm.directory.join("library.so");
        let source = hsm.directory.join("library.c");
        std::fs::write(&source, "int answer(void) { return 42; }\n").unwrap();
        run(Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source));
        for (path, words) in [
            (hsm.directory.join("absent.so"), "No such file"),
            (not_a_library, "notes.so"),
            (library, "not a PKCS#11 module"),
        ] {
            let name = TokenName(format!("pkcs11:token=A?module-path={}", path.display()));
            for fault in [AllTokens::default().identify(&name).err(), check_available(&name).err()] {
                let Some(fault) = fault else { panic!("{path:?} was taken for a module") };
                assert_eq!(fault.retry(), Retry::Safe);
                let Fault::Module { module, reason } = fault else { panic!("{fault:?}") };
                assert_eq!(module, path.display().to_string());
                assert!(reason.contains(words), "{reason}");
            }
        }
        // before the day, the token itself need not be there
        assert_eq!(check_available(&Hsm::uri("not-here-yet")), Ok(()));
        let bad = check_available(&uri("token=A;slot-id=1"));
        assert!(matches!(&bad, Err(Fault::Unsupported { reason, .. }) if reason.contains("slot-id")), "{bad:?}");
        let other = AllTokens::default().identify(&TokenName("tpm:1".to_owned()));
        assert!(matches!(other, Err(Fault::Unsupported { .. })), "{other:?}");
    }
}

token_story! {
    /// The label names one half; the other one has the same identifier, and is the only one that has.
    fn the_other_half_is_found_by_its_identifier(hsm) {
        hsm.token("A");
        let (mut tokens, pin, token) = (AllTokens::default(), secret(PIN), Hsm::uri("A"));
        let tool = |words: &[&str]| {
            let login = ["--module", MODULE, "--token-label", "A", "--login", "--pin", PIN];
            run(Command::new("pkcs11-tool").args(login).args(words));
        };
        let pair = |label: &str, id: &str| {
            tool(&["--keypairgen", "--key-type", "EC:prime256v1", "--label", label, "--id", id]);
        };
        let der = |label: &str| {
            let path = hsm.directory.join(label);
            tool(&["--read-object", "--type", "pubkey", "--label", label, "-o", path.to_str().unwrap()]);
            path
        };
        let write = |path: &std::path::Path, label: &str| {
            tool(&["--write-object", path.to_str().unwrap(), "--type", "pubkey", "--label", label, "--id", "01"]);
        };
        let delete = |label: &str| tool(&["--delete-object", "--type", "pubkey", "--label", label]);
        pair("one", "01");
        pair("other", "02");
        let key = tokens.find_key(&token, "one", Some(&pin)).unwrap().unwrap();
        let (one, other) = (der("one"), der("other"));
        delete("one");
        write(&one, "public half of one");
        for label in ["one", "public half of one"] {
            let found = tokens.find_key(&token, label, Some(&pin)).unwrap().unwrap();
            assert_eq!((&found.public_pem, found.attributes), (&key.public_pem, key.attributes));
            let expected = Some(key.public_pem.as_str());
            assert!(tokens.sign(&token, label, expected, b"m", &pin, &mut |_| ()).is_ok());
        }
        // before login only the public half is seen, and the identifier has to be in the name
        assert_eq!(tokens.find_key(&token, "one", None), Ok(None));
        let with_id = uri("token=A;id=%01");
        let found = tokens.find_key(&with_id, "one", None).unwrap().unwrap();
        assert_eq!(found.public_pem, key.public_pem);

        // two that could be it are one too many
        write(&other, "another");
        for name in [&token, &with_id] {
            let twice = tokens.sign(name, "one", None, b"m", &pin, &mut |_| ());
            assert!(
                matches!(&twice, Err(Fault::Ambiguous { object, found: 2, .. }) if object == "public key with identifier (CKA_ID) 01"),
                "{twice:?}"
            );
        }
        // the public half of another key is found out by the signature
        delete("public half of one");
        let wrong = tokens.sign(&token, "one", None, b"m", &pin, &mut |_| ());
        assert!(matches!(wrong, Err(Fault::BadSignature { .. } | Fault::Unsupported { .. })), "{wrong:?}");
        // and nothing is found by no identifier at all
        let unnamed = tokens.find_key(&token, "nobody", None);
        assert_eq!(unnamed, Ok(None));
    }
}
