//! What goes wrong with `YubiKeys`: touches that do not come, cards that go, programs in the way.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use rootstage::ceremony::token::piv::{Provisioning, TouchPolicy};
use rootstage::ceremony::token::{Fault, Retry};
use rootstage::ports::{Notice, Tokens as _};
use rootstage::token::AllTokens;

use crate::cards::CardSpec;
use crate::desk::{PIN, generate_p256, identify, named, provision, provision_all, sign, sign_with};

card_story! {
    fn a_touch_is_missed_or_comes_late(room: CardSpec::new(1001)) {
        provision_all(1001);
        generate_p256(1001, TouchPolicy::Always).unwrap();
        let card = room.card(0);
        card.touch_deny();
        let mut notices = Vec::new();
        let missed = sign_with(1001, PIN, |notice| notices.push(notice));
        assert_eq!(missed, Err(Fault::TouchMissed { token: named(1001) }));
        assert_eq!(notices.last(), Some(&Notice::TouchOver));
        assert_eq!(card.status().signatures, 0);
        card.touch_delay(Duration::from_millis(700));
        let before = card.status().verifications;
        sign(1001).unwrap();
        let status = card.status();
        assert_eq!((status.signatures, status.verifications), (1, before + 1));
        assert_eq!(status.wrong_pins, 0);
    }
}

card_story! {
    fn a_wrong_pin_costs_one_try_and_one_of_wrong_length_none(room: CardSpec::new(1001)) {
        provision_all(1001);
        generate_p256(1001, TouchPolicy::Never).unwrap();
        for pin in ["12345", "123456789", ""] {
            let refused = sign_with(1001, pin, drop);
            assert!(matches!(refused, Err(Fault::PinLength { min: 6, max: 8, .. })), "{refused:?}");
        }
        assert_eq!(room.card(0).status().pin_tries, 5);
        let wrong = sign_with(1001, "111222", drop);
        assert!(matches!(&wrong, Err(Fault::PinWrong { pin, .. }) if pin.tries_left == Some(4)));
        assert_eq!(room.card(0).status().pin_tries, 4);
        assert_eq!(room.card(0).status().wrong_pins, 1);
    }
}

card_story! {
    fn a_card_goes_in_the_middle(room: CardSpec::new(1001)) {
        provision_all(1001);
        let card = room.card(0);
        let look_first = |fault: &Fault| {
            assert!(matches!(fault, Fault::TokenFailed { .. }), "{fault:?}");
            assert_eq!(fault.retry(), Retry::LookFirst);
        };
        card.drop_before(0x47);
        look_first(&generate_p256(1001, TouchPolicy::Always).unwrap_err());
        assert!(matches!(identify(1001), Err(Fault::TokenAbsent { .. })));
        card.insert();
        let find = || AllTokens::default().find_key(&named(1001), "root", None);
        assert_eq!(find(), Ok(None));

        card.drop_after(0x47);
        look_first(&generate_p256(1001, TouchPolicy::Always).unwrap_err());
        card.insert();
        // what the lost answer would have said
        assert!(find().unwrap().is_some());

        for (signatures, after) in [(0, false), (1, true)] {
            if after {
                card.drop_after(0x87);
            } else {
                card.drop_before(0x87);
            }
            look_first(&sign(1001).unwrap_err());
            assert_eq!(card.status().signatures, signatures);
            card.insert();
        }
        card.drop_before(0xf7);
        look_first(&find().unwrap_err());
        card.insert();
        card.drop_after(0xf9);
        look_first(&AllTokens::default().attest(&named(1001), "root").unwrap_err());
        card.insert();
        card.drop_before(0xfb);
        look_first(&provision(1001, &Provisioning::Reset, None, None).unwrap_err());
        card.insert();
        assert!(identify(1001).unwrap().pin.locked);
    }
}

card_story! {
    /// Wherever a card is pulled out while its management key is replaced, it has one that is known.
    fn a_management_key_is_never_lost(room: CardSpec::new(1001)) {
        provision(1001, &Provisioning::Pin, Some(PIN), None).unwrap();
        let card = room.card(0);
        let act = Provisioning::ManagementKey { escrow: Vec::new() };
        for nth in [1, 2] {
            card.control(&format!("drop db before {nth}"));
            provision(1001, &act, None, None).unwrap_err();
            card.insert();
            card.control("faults off");
            assert!(card.status().management_factory);
        }
        card.drop_after(0xff);
        provision(1001, &act, None, None).unwrap_err();
        card.insert();
        let piv = identify(1001).unwrap().piv.unwrap();
        assert!(piv.management_behind_pin && piv.management.factory == Some(false));
        generate_p256(1001, TouchPolicy::Never).unwrap();
    }
}

card_story! {
    fn a_card_that_is_being_plugged_in_is_waited_for(room: CardSpec::new(1001), CardSpec::new(1002)) {
        let card = room.card(0);
        card.remove();
        let absent = identify(1001).unwrap_err();
        let present = vec!["YubiKey (1002)".to_owned()];
        assert_eq!(absent, Fault::TokenAbsent { token: named(1001), present });
        std::thread::scope(|scope| {
            let asked = scope.spawn(|| identify(1001));
            card.control("insert");
            assert_eq!(asked.join().unwrap().unwrap().serial, "1001");
        });
        room.card(1).remove();
        assert!(identify(1001).unwrap().beside.is_empty());
    }
}

const HOLDER: &str = "ROOTSTAGE_TEST_HOLDER";

/// The program that holds the card in [`a_card_that_another_program_holds_is_busy`].
#[test]
#[ignore = "it is run by another test"]
fn holds_a_card() {
    assert!(std::env::var_os(HOLDER).is_some());
    crate::cards::hold();
}

card_story! {
    fn a_card_that_another_program_holds_is_busy(room: CardSpec::new(1001), CardSpec::new(1002)) {
        let mut holder = Command::new(std::env::current_exe().unwrap())
            .args(["yubikey_trouble::holds_a_card", "--exact", "--ignored", "--nocapture"])
            .env(HOLDER, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(holder.stdout.take().unwrap()).lines();
        assert!(said.any(|line| line.unwrap().contains("held")));
        let busy = identify(1001).unwrap_err();
        let Fault::TokenBusy { programs, .. } = &busy else {
            panic!("{busy:?}");
        };
        let number = format!("(process {})", holder.id());
        assert!(programs.iter().any(|program| program.ends_with(&number)), "{programs:?}");
        assert_eq!(busy.retry(), Retry::Safe);
        let own = format!("(process {})", std::process::id());
        assert!(!programs.iter().any(|program| program.ends_with(&own)), "{programs:?}");
        // the other card is found all the same
        assert!(identify(1002).unwrap().beside.is_empty());
        let list = rootstage::token::yubikey::list().unwrap();
        assert!(matches!(list[0].identity, Err(Fault::TokenBusy { .. })));
        assert!(list[1].identity.is_ok());
        drop(holder.stdin.take());
        holder.wait().unwrap();
        assert_eq!(identify(1001).unwrap().serial, "1001");
        assert_eq!(room.card(0).status().wrong_pins, 0);
    }
}

#[test]
fn without_the_service_the_words_say_so() {
    const CHILD: &str = "ROOTSTAGE_TEST_NO_SERVICE";
    if std::env::var_os(CHILD).is_some() {
        let Err(Fault::ReaderService { reason }) = identify(1001) else {
            panic!("there is a service");
        };
        assert!(reason.contains("pcscd"), "{reason}");
        assert!(rootstage::token::yubikey::check_service().is_err());
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .args([
            "yubikey_trouble::without_the_service_the_words_say_so",
            "--exact",
        ])
        .env(CHILD, "1")
        .env("PCSCLITE_CSOCK_NAME", directory.path().join("none"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(
        child.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

card_story! {
    /// Sockets of the network are forbidden then, those of the machine are not.
    fn a_hardened_process_reaches_the_card(room: CardSpec::new(1001)) {
        provision_all(1001);
        generate_p256(1001, TouchPolicy::Never).unwrap();
        let hardening = rootstage::airgap::harden::harden();
        assert!(hardening.holds(rootstage::airgap::harden::MeasureKind::NoNetwork), "{hardening:?}");
        sign(1001).unwrap();
        assert_eq!(room.card(0).status().signatures, 1);
    }
}
