use super::super::card::Card;
use super::super::card::tests::{hex, scripted};
use super::*;
use crate::ceremony::token::TokenName;
use crate::ceremony::token::piv::Slot;

const PIN: &str = "648219";

fn name() -> TokenName {
    TokenName("yubikey:7".to_owned())
}

fn secret(text: &str) -> Secret {
    Secret::copied_from(text).unwrap()
}

fn session(token: &TokenName, card: Card) -> Session<'_> {
    Session {
        card,
        token,
        slot: Slot::SIGNATURE,
        beside: Vec::new(),
    }
}

#[test]
fn provisioning_takes_no_secret_that_everybody_knows() {
    let token = name();
    let provide = |act: &Provisioning, first: &str, second: &str| {
        let (card, asked) = scripted(&[]);
        let (first, second) = (secret(first), secret(second));
        let secrets = Secrets {
            secret: Some(&first),
            new_pin: Some(&second),
        };
        let done = provision(&mut session(&token, card), act, secrets, &mut |_, _| Ok(()));
        assert!(asked.lock().unwrap().is_empty(), "something was sent");
        done.unwrap_err()
    };
    for (act, first, second) in [
        (Provisioning::Pin, "123456", ""),
        (Provisioning::Pin, "12345", ""),
        (Provisioning::Puk, "12345678", ""),
        (Provisioning::Puk, "99999999", ""),
        (Provisioning::Unblock, "12345", PIN),
        (Provisioning::Unblock, "73519264", "222222"),
    ] {
        let fault = provide(&act, first, second);
        assert!(
            matches!(&fault, Fault::NewSecretRefused { reason, .. } if !reason.contains(first)),
            "{fault:?}"
        );
    }
    let escrow = vec!["age1nobody".to_owned()];
    let fault = provide(&Provisioning::ManagementKey { escrow }, "", "");
    assert!(matches!(fault, Fault::Unsupported { .. }));
    let fault = provide(&Provisioning::Tries { pin: 0, puk: 3 }, "", "");
    assert!(matches!(fault, Fault::Unsupported { .. }));
}

#[test]
fn a_puk_that_is_wrong_or_blocked_is_told_apart() {
    let token = name();
    for (status, expected) in [
        (
            "63c4",
            Fault::PukWrong {
                token: name(),
                tries_left: Some(4),
            },
        ),
        ("63c0", Fault::PukLocked { token: name() }),
        ("6983", Fault::PukLocked { token: name() }),
    ] {
        let (card, asked) = scripted(&[status]);
        let (puk, pin) = (secret("73519264"), secret(PIN));
        let secrets = Secrets {
            secret: Some(&puk),
            new_pin: Some(&pin),
        };
        let act = Provisioning::Unblock;
        let done = provision(
            &mut session(&token, card),
            &act,
            secrets,
            &mut |_, _| Ok(()),
        );
        assert_eq!(done, Err(expected));
        let apdu = hex("002c0080 10 3733353139323634 363438323139ffff");
        assert_eq!(asked.lock().unwrap()[1], apdu);
    }
}
