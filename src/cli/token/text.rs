//! Tokens and their keys in words.

use std::fmt::Write as _;

use crate::ceremony::token::piv::{CardSecret, PivState};
use crate::ceremony::token::{TokenIdentity, TokenKey, TokenKind};
use crate::report;
use crate::safe::safe;

/// A token, a line for each thing that is known of it.
pub fn token(identity: &TokenIdentity) -> String {
    let maker = format!("{} {}", identity.manufacturer, identity.model);
    let mut text = format!(
        "{}\n  serial      {}\n  made by     {}\n  firmware    {}\n",
        safe(&identity.label),
        safe(&identity.serial),
        safe(maker.trim()),
        safe(&identity.firmware),
    );
    if identity.kind == TokenKind::YubiKey {
        let _ = writeln!(text, "  name        {}", name(identity));
    }
    let _ = writeln!(text, "  PIN         {}", pin(identity));
    if let Some(piv) = &identity.piv {
        card(&mut text, piv);
    }
    text
}

/// The name of a YubiKey, as a plan has it.
pub fn name(identity: &TokenIdentity) -> String {
    format!("yubikey:{}", safe(&identity.serial))
}

fn pin(identity: &TokenIdentity) -> String {
    let words = report::pin_words(&identity.pin);
    let words = if words.is_empty() {
        "no wrong try on record".to_owned()
    } else {
        words
    };
    match identity.piv.as_ref().and_then(|piv| piv.pin.factory) {
        Some(true) => format!("{words} STILL THE FACTORY'S: everybody knows it."),
        Some(false) | None => words,
    }
}

fn card(text: &mut String, piv: &PivState) {
    let _ = writeln!(text, "  PUK         {}", puk(&piv.puk));
    let management = match piv.management.factory {
        Some(true) => "STILL THE FACTORY'S: everybody knows it.",
        Some(false) => "not the factory's.",
        None => "the card does not tell whether it is the factory's.",
    };
    let place = if piv.management_behind_pin {
        " It is kept on the card, behind the PIN."
    } else {
        ""
    };
    let _ = writeln!(text, "  management  {management}{place}");
    if piv.in_use.is_empty() {
        text.push_str("  slots       none in use\n");
    } else {
        let slots: Vec<String> = piv.in_use.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "  slots       in use: {}", slots.join(", "));
    }
}

fn puk(puk: &CardSecret) -> String {
    let tries = match puk.tries_left {
        Some(0) => "BLOCKED: a blocked PIN cannot be replaced any more.".to_owned(),
        Some(1) => "LAST TRY before it is blocked.".to_owned(),
        Some(left) => format!("{left} tries left."),
        None => "the card does not tell how many tries are left.".to_owned(),
    };
    match puk.factory {
        Some(true) => format!("{tries} STILL THE FACTORY'S: everybody knows it."),
        Some(false) | None => tries,
    }
}

/// A key on a token, without its public half.
pub fn key(key: &TokenKey) -> String {
    let Some(piv) = key.piv else {
        return format!(
            "  key         {} ({})\n",
            safe(&key.label),
            key.algorithm.name()
        );
    };
    let made = match piv.generated {
        Some(true) => "made inside the token",
        Some(false) => "NOT made inside the token: it was put in",
        None => "the card does not tell where it was made",
    };
    let policies = match piv.policies {
        Some(policies) => format!(
            "PIN {}, touch {}",
            policies.pin.name(),
            policies.touch.name()
        ),
        None => "the card does not tell how it is used".to_owned(),
    };
    format!(
        "  key in {}   {}; {made}; {policies}\n",
        piv.slot,
        key.algorithm.name()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ceremony::token::PinState;
    use crate::ceremony::token::piv::Slot;

    fn yubikey(piv: PivState) -> TokenIdentity {
        TokenIdentity {
            kind: TokenKind::YubiKey,
            serial: "18158855".to_owned(),
            label: "YubiKey".to_owned(),
            manufacturer: "Yubico".to_owned(),
            model: "YubiKey 5\u{1b}[2J".to_owned(),
            firmware: "5.4.3".to_owned(),
            pin: PinState {
                tries_left: Some(3),
                ..PinState::default()
            },
            piv: Some(piv),
            beside: Vec::new(),
        }
    }

    fn secret(factory: Option<bool>, tries_left: Option<u32>) -> CardSecret {
        CardSecret {
            factory,
            tries_left,
            tries: Some(3),
        }
    }

    #[test]
    fn what_the_factory_set_is_said_in_plain_words() {
        let text = token(&yubikey(PivState {
            pin: secret(Some(true), Some(3)),
            puk: secret(Some(true), Some(3)),
            management: secret(Some(true), None),
            ..PivState::default()
        }));
        assert_eq!(text.matches("STILL THE FACTORY'S").count(), 3, "{text}");
        assert!(text.contains("yubikey:18158855") && text.contains("none in use"));
        assert!(!text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn a_provisioned_card_and_a_silent_one() {
        let done = token(&yubikey(PivState {
            pin: secret(Some(false), Some(3)),
            puk: secret(Some(false), Some(0)),
            management: secret(Some(false), None),
            management_behind_pin: true,
            in_use: vec![Slot::SIGNATURE],
        }));
        assert!(!done.contains("FACTORY'S"), "{done}");
        assert!(done.contains("BLOCKED") && done.contains("behind the PIN"));
        assert!(done.contains("in use: 9c"));
        let silent = token(&yubikey(PivState::default()));
        assert_eq!(
            silent.matches("the card does not tell").count(),
            2,
            "{silent}"
        );
    }
}
