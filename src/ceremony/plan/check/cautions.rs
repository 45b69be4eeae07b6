//! What a plan may say, and what its reviewers should have decided knowingly.

use crate::ceremony::plan::{Mode, Plan};
use crate::ceremony::token::TokenKind;
use crate::ceremony::token::piv::{PinPolicy, TouchPolicy};

/// Whole sentences, none of them a reason to refuse the plan.
pub fn cautions(plan: &Plan) -> Vec<String> {
    let mut sentences = Vec::new();
    for (person, key) in plan.keys() {
        let who = person.name_with(key);
        let Some(policies) = key.policies else {
            continue;
        };
        match (policies.pin, policies.touch) {
            (PinPolicy::Never, TouchPolicy::Never) => sentences.push(format!(
                "The key of {who} signs without PIN and without touch: any program on a machine to which its \
                 token is connected can sign with it, and nobody notices."
            )),
            (PinPolicy::Never, _) => sentences.push(format!(
                "The key of {who} signs without PIN: whoever has the token in hand can sign with it."
            )),
            (_, TouchPolicy::Never) => sentences.push(format!(
                "The key of {who} signs without touch: a program that knows the PIN can sign with it while \
                 nobody looks."
            )),
            _ => {}
        }
    }
    let on_yubikeys = plan.keys().any(|(_, key)| {
        key.tokens()
            .any(|token| token.kind() == Some(TokenKind::YubiKey))
    });
    let required = &plan.policy.attestation.required;
    let chain = required.iter().any(|id| id == "attestation.chain");
    if plan.mode == Mode::Production && on_yubikeys && !chain {
        sentences.push(
            "`policy.attestation.required` does not name `attestation.chain`: keys are used although nobody \
             vouches that they were made inside a YubiKey."
                .to_owned(),
        );
    }
    sentences
}
