//! `YubiKeys` made of software, brought from the factory's state to the keyholder's and back.

use std::path::Path;
use std::process::Command;

use rootstage::ceremony::token::Fault;
use rootstage::ceremony::token::piv::{Provisioning, TouchPolicy};
use rootstage::ports::Tokens as _;
use rootstage::token::AllTokens;

use crate::cards::{CardRoom, CardSpec};
use crate::desk::{
    PIN, PUK, generate_p256, identify, named, provision, provision_all, sign, sign_with,
};
use crate::hsm::run;

/// Runs `ykman` with the card, where it is installed.
fn ykman(arguments: &[&str]) -> Option<String> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/.venv/bin/ykman");
    let program = [own, "/usr/bin/ykman".into()]
        .into_iter()
        .find(|path| path.exists());
    let Some(program) = program else {
        let required = ["CI", "ROOTSTAGE_REQUIRE_JUDGES"];
        let required = required.iter().any(|name| std::env::var_os(name).is_some());
        assert!(!required, "no ykman: run tests/setup");
        eprintln!("SKIPPED: no ykman: run tests/setup");
        return None;
    };
    let output = run(Command::new(program)
        .args(["--device", "1001"])
        .args(arguments));
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn unsupported<T: std::fmt::Debug>(done: Result<T, Fault>, words: &str) {
    match done {
        Err(Fault::Unsupported { reason, .. }) => assert!(reason.contains(words), "{reason}"),
        other => panic!("{other:?}"),
    }
}

fn is_provisioned(room: &CardRoom, algorithm: u8) {
    let serial = room.card(0).serial();
    let identity = provision_all(serial);
    let piv = identity.piv.unwrap();
    assert!(piv.management_behind_pin);
    let status = room.card(0).status();
    assert_eq!((status.pin_tries, status.puk_tries), (5, 4));
    assert!(!status.pin_factory && !status.puk_factory && !status.management_factory);
    assert_eq!(
        (status.management_algorithm, status.wrong_pins),
        (algorithm, 0)
    );
}

card_story! {
    fn a_card_is_provisioned_and_others_agree(room: CardSpec::new(1001)) {
        is_provisioned(room, 0x0c);
        let piv = identify(1001).unwrap().piv.unwrap();
        let factory = [piv.pin.factory, piv.puk.factory, piv.management.factory];
        assert_eq!(factory, [Some(false); 3]);
        assert_eq!((piv.pin.tries, piv.puk.tries), (Some(5), Some(4)));
        // nothing of the factory is left, so nothing is done again
        unsupported(provision(1001, &Provisioning::Tries { pin: 3, puk: 3 }, None, None), "reset");
        unsupported(provision(1001, &Provisioning::Pin, Some("918273"), None), "reset");
        unsupported(provision(1001, &Provisioning::Puk, Some("91827346"), None), "reset");
        let act = Provisioning::ManagementKey { escrow: Vec::new() };
        unsupported(provision(1001, &act, None, None), "reset");
        assert_eq!(room.card(0).status().wrong_pins, 0);
        generate_p256(1001, TouchPolicy::Never).unwrap();
        let Some(info) = ykman(&["piv", "info"]) else {
            return;
        };
        for words in ["5/5", "4/4", "AES256", "protected by PIN", "PIV Attestation 9c"] {
            assert!(info.contains(words), "no {words:?} in:\n{info}");
        }
        // ykman reads the management key behind the PIN as well: it writes an object with it
        ykman(&["piv", "objects", "generate", "-P", PIN, "chuid"]).unwrap();
    }
}

card_story! {
    fn a_card_of_5_7_is_provisioned(room: CardSpec::new(1002).firmware("5.7.1")) {
        is_provisioned(room, 0x0c);
    }
}

card_story! {
    /// It has no AES, and tells nothing of what is the factory's.
    fn a_card_of_4_4_is_provisioned(room: CardSpec::new(1003).firmware("4.4.5")) {
        is_provisioned(room, 0x03);
        unsupported(provision(1003, &Provisioning::Pin, Some("918273"), None), "4 are left");
        assert_eq!(room.card(0).status().wrong_pins, 1);
        let tries = Provisioning::Tries { pin: 3, puk: 3 };
        unsupported(provision(1003, &tries, None, None), "management key");
        assert_eq!(room.card(0).status().wrong_pins, 1);
    }
}

card_story! {
    fn the_copy_of_the_management_key_is_for_those_who_keep_it(room: CardSpec::new(1001)) {
        let identity = age::x25519::Identity::generate();
        provision(1001, &Provisioning::Pin, Some(PIN), None).unwrap();
        let escrow = vec![identity.to_public().to_string()];
        // a copy that cannot be kept leaves the card as it was
        let full = Fault::Storage { path: "out".to_owned(), reason: "no space".to_owned() };
        let refused = AllTokens::default().provision(
            &crate::desk::named(1001),
            &Provisioning::ManagementKey { escrow: escrow.clone() },
            rootstage::secret::Secrets::default(),
            &mut |_, _| Err(full.clone()),
        );
        assert_eq!(refused, Err(full));
        assert!(room.card(0).status().management_factory);
        let done = provision(1001, &Provisioning::ManagementKey { escrow }, None, None).unwrap();
        let copy = done.escrow.unwrap();
        assert!(copy.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"), "{copy}");
        let text = age::decrypt(&identity, copy.as_bytes()).unwrap();
        let text = String::from_utf8(text).unwrap();
        let hex = text.strip_prefix("rootstage management key of YubiKey 1001: ").unwrap();
        assert_eq!(hex.trim_end().len(), 64);
        assert!(!room.card(0).status().management_factory);
        // it is the key on the card
        drop(ykman(&["piv", "objects", "generate", "-P", PIN, "-m", hex.trim_end(), "chuid"]));
    }
}

card_story! {
    fn a_blocked_pin_is_unblocked_and_a_reset_erases_everything(room: CardSpec::new(1001)) {
        provision_all(1001);
        generate_p256(1001, TouchPolicy::Never).unwrap();
        for left in (1..5).rev() {
            let wrong = sign_with(1001, "111222", drop);
            assert!(
                matches!(&wrong, Err(Fault::PinWrong { pin, .. })
                    if pin.tries_left == Some(left) && pin.final_try == (left == 1)),
                "{wrong:?}"
            );
            assert_eq!(u32::from(room.card(0).status().pin_tries), left);
        }
        let locked = Err(Fault::PinLocked { token: named(1001) });
        assert_eq!(sign_with(1001, "111222", drop), locked);
        assert_eq!(room.card(0).status().wrong_pins, 5);
        assert_eq!(sign(1001), locked);
        assert!(identify(1001).unwrap().pin.locked);

        let unblock = |puk: &str| provision(1001, &Provisioning::Unblock, Some(puk), Some("918273"));
        let wrong = unblock("11112222").unwrap_err();
        assert_eq!(wrong, Fault::PukWrong { token: named(1001), tries_left: Some(3) });
        let after = unblock(PUK).unwrap().identity;
        assert_eq!(after.pin.tries_left, Some(5));
        sign_with(1001, "918273", drop).unwrap();
        for _ in 0..3 {
            assert!(matches!(unblock("11112222"), Err(Fault::PukWrong { .. })));
        }
        let locked = Fault::PukLocked { token: named(1001) };
        assert_eq!(unblock("11112222"), Err(locked.clone()));
        assert_eq!(unblock(PUK), Err(locked));

        let fresh = provision(1001, &Provisioning::Reset, None, None).unwrap().identity;
        let piv = fresh.piv.unwrap();
        assert_eq!(piv.pin.factory, Some(true));
        assert!(piv.in_use.is_empty() && !piv.management_behind_pin);
        let status = room.card(0).status();
        assert!(status.pin_factory && status.puk_factory && status.management_factory);
        assert!(status.slots.is_empty());
        // and from the beginning
        provision_all(1001);
        generate_p256(1001, TouchPolicy::Never).unwrap();
    }
}
