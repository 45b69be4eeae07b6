//! What only the keys of `YubiKeys` have in a plan, and how `YubiKeys` are provisioned.

use bech32::primitives::decode::CheckedHrpstring;

use crate::ceremony::plan::ProvisioningPolicy;
use crate::ceremony::token::TokenKind;
use crate::ceremony::token::piv::{KeyPolicies, PinPolicy, TouchPolicy};
use crate::ceremony::toml_reader::{Reading, Section};

/// How often in a row PIN and PUK may be wrong, where the plan does not say: as at the factory.
const TRIES: u8 = 3;

/// How the key is made and used; `None` for other kinds of token, which have no such choice.
pub(super) fn policies(
    reading: &Reading<'_>,
    table: &Section<'_, '_>,
    kind: Option<TokenKind>,
) -> Option<KeyPolicies> {
    let pin = table.optional_text("pin_policy");
    let touch = table.optional_text("touch_policy");
    if kind != Some(TokenKind::YubiKey) {
        // A token that could not be read may be one.
        for found in [pin, touch]
            .into_iter()
            .flatten()
            .filter(|_| kind.is_some())
        {
            let sentence = format!(
                "`{}` is for keys on a YubiKey; other tokens have no such choice.",
                found.key
            );
            reading.add(found.line, found.key, sentence);
        }
        return None;
    }
    // Fingerprints are not for this program: it asks for a PIN.
    let typed = |(_, name, policy): &(u8, &'static str, PinPolicy)| {
        let typed = !matches!(policy, PinPolicy::MatchOnce | PinPolicy::MatchAlways);
        typed.then_some((*name, *policy))
    };
    let pins: Vec<_> = PinPolicy::ALL.iter().filter_map(typed).collect();
    let touches = TouchPolicy::ALL.map(|(_, name, policy)| (name, policy));
    Some(KeyPolicies {
        pin: pin
            .and_then(|text| table.choose(text, &pins))
            .map_or(KeyPolicies::STRICT.pin, |found| found.value),
        touch: touch
            .and_then(|text| table.choose(text, &touches))
            .map_or(KeyPolicies::STRICT.touch, |found| found.value),
    })
}

/// `[policy.provisioning]`.
pub(super) fn provisioning(
    reading: &Reading<'_>,
    section: Option<Section<'_, '_>>,
) -> ProvisioningPolicy {
    let mut policy = ProvisioningPolicy {
        pin_tries: TRIES,
        puk_tries: TRIES,
        escrow: Vec::new(),
    };
    let Some(section) = section else {
        return policy;
    };
    // One try would lock the token at the first slip of a finger.
    let tries = |name| {
        let found = section.optional_number(name, 2..=255)?;
        u8::try_from(found.value).ok()
    };
    policy.pin_tries = tries("pin_tries").unwrap_or(TRIES);
    policy.puk_tries = tries("puk_tries").unwrap_or(TRIES);
    for recipient in section.optional_texts("escrow").unwrap_or_default() {
        if let Err(because) = age_recipient(&recipient.value) {
            let sentence = format!(
                "`{}` is {:?}; {because} The public half of an age key is what `age-keygen -y` \
                 prints.",
                recipient.key, recipient.value
            );
            reading.add(recipient.line, recipient.key, sentence);
        } else if policy.escrow.contains(&recipient.value) {
            let sentence = format!("`{}` is named twice.", recipient.value);
            reading.add(recipient.line, recipient.key, sentence);
        } else {
            policy.escrow.push(recipient.value);
        }
    }
    section.finish();
    policy
}

/// Whether this is an X25519 recipient of age: Bech32 (BIP 173) of 32 bytes under `age`
/// (<https://age-encryption.org/v1>, "The X25519 recipient type").
fn age_recipient(text: &str) -> Result<(), &'static str> {
    if text.starts_with("AGE-SECRET-KEY-") {
        return Err("that is a secret key, which must be in no plan.");
    }
    let read = CheckedHrpstring::new::<bech32::Bech32>(text)
        .map_err(|_| "it is no age recipient, or a letter of it is wrong.")?;
    let fits =
        text.starts_with("age1") && read.hrp().as_str() == "age" && read.byte_iter().count() == 32;
    fits.then_some(())
        .ok_or("it is no age recipient of the kind `age1…` with 62 characters.")
}

#[cfg(test)]
mod tests;
