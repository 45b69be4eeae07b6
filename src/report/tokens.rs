//! Tokens and their PINs in words.

use crate::ceremony::token::{PinState, TokenKind, TokenName};
use crate::safe::safe;

/// How a PIN stands, in words; empty where there is nothing to say.
pub fn pin_words(pin: &PinState) -> String {
    let state = if pin.locked {
        "The PIN is locked."
    } else if pin.final_try || pin.tries_left == Some(1) {
        "LAST TRY before the token locks."
    } else if pin.not_set {
        "The PIN has never been set on this token."
    } else if pin.count_low {
        "A wrong PIN was entered before."
    } else {
        ""
    };
    match pin.tries_left {
        Some(1) | None => state.to_owned(),
        Some(tries) if state.is_empty() => format!("{tries} tries left."),
        Some(tries) => format!("{state} {tries} tries left."),
    }
}

/// A token as people call it: the label or path out of its name.
pub fn token_words(token: &TokenName) -> String {
    let rest = token
        .0
        .split_once(':')
        .map_or(token.0.as_str(), |(_, rest)| rest);
    match token.kind() {
        Some(TokenKind::File) => format!("The key file {}", safe(rest)),
        Some(TokenKind::YubiKey) => format!(
            "The YubiKey {}",
            safe(rest.split('/').next().unwrap_or(rest))
        ),
        Some(TokenKind::Pkcs11) => {
            let part = |name: &str| {
                rest.split([';', '?', '&'])
                    .find_map(|p| p.strip_prefix(name)?.strip_prefix('='))
                    .map(safe)
            };
            match (part("token"), part("serial")) {
                (Some(label), Some(serial)) => format!("The token {label} (serial {serial})"),
                (Some(label), None) => format!("The token {label}"),
                (None, Some(serial)) => format!("The token with serial {serial}"),
                (None, None) => format!("The token {}", safe(&token.0)),
            }
        }
        None => format!("The token {}", safe(&token.0)),
    }
}

/// The same in the middle of a sentence.
pub fn token_inside(token: &TokenName) -> String {
    token_words(token).replacen("The ", "the ", 1)
}

pub(super) fn waiting(token: &TokenName) -> &'static str {
    match token.kind() {
        Some(TokenKind::File) => "Working with the key file",
        _ => "Waiting for the token",
    }
}

pub(super) fn making(token: &TokenName) -> &'static str {
    match token.kind() {
        Some(TokenKind::YubiKey) => "The token makes a key",
        _ => waiting(token),
    }
}

pub(super) fn meanwhile(token: &TokenName) -> &'static str {
    match token.kind() {
        Some(TokenKind::File) => "The passphrase is being stretched; that takes about a second.",
        Some(TokenKind::YubiKey) => "Do not remove it, and do not touch it now.",
        _ => "Do not remove it. If its light flashes, touch it.",
    }
}

pub(super) fn while_making(token: &TokenName) -> &'static str {
    match token.kind() {
        Some(TokenKind::YubiKey) => {
            "Its light may blink. Do not touch it now, and do not remove it."
        }
        _ => meanwhile(token),
    }
}

pub(super) fn while_signing(token: &TokenName) -> &'static str {
    match token.kind() {
        Some(TokenKind::YubiKey) => {
            "Do not remove it. Touch it when this screen says TOUCH NOW, and not before."
        }
        _ => meanwhile(token),
    }
}
