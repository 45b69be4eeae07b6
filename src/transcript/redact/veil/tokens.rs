//! Tokens and media, without what tells one from another.

use super::{Veil, WITHHELD};
use crate::ceremony::plan::KeyPlan;
use crate::ceremony::state::HeldKey;
use crate::ceremony::token::{TokenIdentity, TokenName};

impl Veil<'_> {
    /// What tells a token or medium from another, or was made up for one.
    pub(super) fn of_token(&self, text: &mut String, withheld: bool) {
        if withheld {
            WITHHELD.clone_into(text);
        } else {
            self.clean(text);
        }
    }

    pub(super) fn of_key_plan(&self, key: &mut KeyPlan, tokens: bool) {
        self.of_token(&mut key.label, tokens);
        self.of_token_name(&mut key.token, &mut key.serial, tokens);
        if let Some(spare) = &mut key.spare {
            self.of_token_name(&mut spare.token, &mut spare.serial, tokens);
        }
    }

    /// The scheme says which kind of token it is, and stays.
    fn of_token_name(&self, token: &mut TokenName, serial: &mut Option<String>, tokens: bool) {
        let told = |text: &str| tokens || self.gate.cleaned(text) != text;
        if told(&token.0) {
            let scheme = token.0.split(':').next().unwrap_or_default();
            *token = TokenName(format!("{scheme}:{WITHHELD}"));
        }
        if serial.as_deref().is_some_and(told) {
            *serial = None;
        }
    }

    pub(super) fn of_key(&self, held: &mut HeldKey, tokens: bool) {
        let shown = held.evidence.as_mut().map(|evidence| {
            // names stand in certificates
            evidence.certificates.clear();
            &mut evidence.key
        });
        for key in shown.into_iter().chain(held.generated.as_mut()) {
            self.of_token(&mut key.label, tokens);
        }
        if tokens {
            held.possession = None;
        }
        self.of_identity(&mut held.token, tokens);
    }

    fn of_identity(&self, token: &mut TokenIdentity, tokens: bool) {
        for text in [&mut token.serial, &mut token.label] {
            self.of_token(text, tokens);
        }
        token.beside.clear();
        for text in [
            &mut token.manufacturer,
            &mut token.model,
            &mut token.firmware,
        ] {
            self.clean(text);
        }
    }
}
