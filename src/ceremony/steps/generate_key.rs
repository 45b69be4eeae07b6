//! `generate-key`: a key pair is made on the token.

use super::in_hand::{ask_secret, describe, in_hand, keyholder, secret_kind};
use super::{Kind, Next, Repetition, first, two_people, two_seats};
use crate::ceremony::ask::{Answer, Ask, Choice, Form, SecretKind};
use crate::ceremony::effect::Effect;
use crate::ceremony::event::Event;
use crate::ceremony::plan::KeyPlan;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::script::Each;
use crate::ceremony::state::State;
use crate::ceremony::token::piv::{KeyPolicies, PinPolicy, Slot, TouchPolicy};
use crate::ceremony::token::{Present, TokenIdentity, TokenKey, TokenKind};
use crate::ceremony::token_name;
use crate::tuf::key::PublicKey;

pub struct GenerateKey;

impl Kind for GenerateKey {
    fn name(&self) -> &'static str {
        "generate-key"
    }

    fn about(&self) -> &'static str {
        "A key pair is generated on the token; the private half never leaves it, and its attributes are read back."
    }

    fn each(&self) -> Repetition {
        Repetition::Fixed(Each::NewKey)
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        first(|| {
            let (holder, key) = keyholder(state, step)?;
            if state.keys.contains_key(&key.name) {
                return Ok(Next::Done);
            }
            let identity = in_hand(state, step)?;
            if let Some(doubt) = &state.in_doubt {
                return Ok(settle(state, step, key, identity, doubt));
            }
            let taken = slot_in_use(key, identity);
            if let Some(slot) = taken
                && !state.here.answers.contains_key(OVERWRITE)
            {
                return Ok(Next::ask(overwrite(state, step, identity, slot)));
            }
            if !state.here.answers.contains_key("consent") {
                let phrase = format!("GENERATE {}", key.label);
                let mut ask = Ask::new(
                    "consent",
                    format!("{}: generate the key on this token", holder.name_with(key)),
                    Form::TypeBack { phrase },
                )
                .saying(step.say.trim())
                .fact("Token", describe(identity))
                .fact("Kind of key", key.algorithm.name())
                .fact("Name on the token", key.label.clone());
                if let Some(policies) = key.policies {
                    ask = ask
                        .saying(policy_words(policies))
                        .fact("PIN is wanted", policies.pin.name())
                        .fact("Touch is wanted", policies.touch.name());
                }
                if let Some(slot) = slot_of(key) {
                    ask = ask.fact("Slot", slot.to_string());
                }
                let factory = identity.piv.as_ref().and_then(|piv| piv.pin.factory);
                if factory == Some(true) {
                    ask = ask.saying(
                        "The PIN of this token is still the factory's: whoever finds the token can use it. \
                         Provision the token before its key is used.",
                    );
                }
                return Ok(Next::ask(ask.seated(state.procedure.seats(step))));
            }
            let kind = match identity.kind {
                TokenKind::YubiKey | TokenKind::Pkcs11 => SecretKind::Pin,
                TokenKind::File => SecretKind::NewPassphrase,
            };
            Ok(Next::ask(ask_secret(
                state,
                step,
                identity,
                kind,
                "The key pair is generated as soon as the token accepts. This can take a while; leave the \
             token where it is.",
            )))
        })
    }

    fn after(
        &self,
        state: &State,
        step: &BoundStep,
        ask: &Ask,
        _answer: &Answer,
    ) -> Option<Effect> {
        if !matches!(ask.form, Form::Secret(_)) {
            return None;
        }
        let (_, key) = state.procedure.key_plan(step)?;
        Some(if state.in_doubt.is_some() {
            Effect::FindKey {
                token: key.token.clone(),
                label: key.label.clone(),
            }
        } else {
            Effect::Generate {
                token: key.token.clone(),
                label: key.label.clone(),
                algorithm: key.algorithm,
                policies: key.policies,
                present: if state.here.answers.contains_key(OVERWRITE) {
                    Present::Overwritten
                } else {
                    Present::Kept
                },
            }
        })
    }

    fn skippable(&self, state: &State, step: &BoundStep) -> Result<(), String> {
        needed_key(state, step)
    }
}

/// What is to be done about a key whose making was interrupted.
fn settle(
    state: &State,
    step: &BoundStep,
    key: &KeyPlan,
    identity: &TokenIdentity,
    doubt: &Effect,
) -> Next {
    let replacing = matches!(doubt, Effect::Generate { present, .. } if !present.is_kept());
    // Whatever is in an overwritten slot may be the key that was there before: it is made anew. In a
    // slot that the token calls empty there is nothing to look at.
    let empty = slot_of(key).is_some()
        && identity.piv.is_some()
        && tells_of_slots(identity)
        && slot_in_use(key, identity).is_none();
    if replacing || empty {
        return Next::record(Event::DoubtSettled {});
    }
    match &state.here.sought {
        Some(Some(found)) if found.algorithm == key.algorithm => {
            if state.here.answers.contains_key(ADOPT) {
                Next::record(Event::KeyGenerated(found.clone()))
            } else {
                Next::ask(adopt(state, step, found))
            }
        }
        // A key of another kind was there before; the one that was asked for was never made.
        Some(_) => Next::record(Event::DoubtSettled {}),
        None => {
            let look = Effect::FindKey {
                token: key.token.clone(),
                label: key.label.clone(),
            };
            if !look.takes_secret() {
                return Next::Do(look);
            }
            Next::ask(ask_secret(
                state,
                step,
                identity,
                secret_kind(identity),
                "The program was interrupted while this token was generating the key. It will now look whether \
                 the key is there; nothing is generated by looking.",
            ))
        }
    }
}

/// The slot that the name of a `YubiKey` says.
fn slot_of(key: &KeyPlan) -> Option<Slot> {
    token_name::yubikey(&key.token).map(|named| named.slot)
}

/// The slot for the key, where something is in it already.
fn slot_in_use(key: &KeyPlan, identity: &TokenIdentity) -> Option<Slot> {
    let slot = slot_of(key)?;
    let piv = identity.piv.as_ref()?;
    piv.in_use.contains(&slot).then_some(slot)
}

/// Whether the firmware tells of keys that have no certificate: as old as that which tells whether
/// the PIN is the factory's (GET METADATA, 5.3).
fn tells_of_slots(identity: &TokenIdentity) -> bool {
    let piv = identity.piv.as_ref();
    piv.is_some_and(|piv| piv.pin.factory.is_some())
}

const OVERWRITE: &str = "overwrite";

/// Asks two people whether the key that is in the slot may go.
fn overwrite(state: &State, step: &BoundStep, identity: &TokenIdentity, slot: Slot) -> Ask {
    let serial = &identity.serial;
    Ask::new(
        OVERWRITE,
        format!("A KEY IS IN SLOT {slot} of this token already"),
        Form::TypeBack {
            phrase: format!("OVERWRITE {slot} OF {serial}"),
        },
    )
    .saying(format!(
        "The token with serial {serial} holds a key or a certificate in slot {slot}. A new key overwrites it, \
         and nobody can bring it back."
    ))
    .saying(
        "Up to now nothing was changed. If anybody here does not know which key that is, do not type this: \
         take another token, or abort (F8) and find out.",
    )
    .fact("Token", describe(identity))
    .seated(two_people(state, step))
}

/// How the key will be used, in words.
fn policy_words(policies: KeyPolicies) -> String {
    let pin = match policies.pin {
        PinPolicy::Never => "without its PIN",
        PinPolicy::Once => "once its PIN was typed in a session",
        PinPolicy::Always => "only with its PIN, typed for each signature",
        PinPolicy::MatchOnce | PinPolicy::MatchAlways => "with a fingerprint",
    };
    let touch = match policies.touch {
        TouchPolicy::Never => "no touch is wanted",
        TouchPolicy::Always => "each signature wants a touch of the token",
        TouchPolicy::Cached => "a touch of the token holds for 15 seconds",
    };
    format!("The token will use the new key {pin}; {touch}. This cannot be changed later.")
}

const ADOPT: &str = "adopt";

/// Asks two people whether a key that is there after an interruption is the one that was being
/// made: the program cannot tell it from one that somebody put there before.
fn adopt(state: &State, step: &BoundStep, found: &TokenKey) -> Ask {
    let ask = Ask::new(
        ADOPT,
        "A KEY IS THERE: is it the one that was being made?",
        Form::Choose {
            options: vec![Choice {
                key: ADOPT.to_owned(),
                meaning: "the token was blank before this step; take this key".to_owned(),
            }],
        },
    )
    .saying(
        "The program was interrupted while this token was generating the key, and a key of the right name \
         and kind is on it now. If the token had no key of that name before, this is the key.",
    )
    .saying(
        "If anyone is not sure that the token was blank, do not take it: abort, and hold the ceremony with \
         a blank token.",
    )
    .fact("Name on the token", found.label.clone())
    .fact("Kind of key", found.algorithm.name())
    .seated(two_seats(state, step));
    match PublicKey::from_pem(&found.public_pem) {
        Ok(public) => ask.showing("SHA-256 of the public key", public.fingerprint()),
        Err(_) => ask,
    }
}

/// A first root needs the key of every keyholder in its plan.
pub fn needed_key(state: &State, step: &BoundStep) -> Result<(), String> {
    if state.procedure.plan.root.is_none() {
        return Ok(());
    }
    let holder = step
        .holder
        .as_ref()
        .map_or("", |id| state.procedure.plan.name_of(id));
    Err(format!(
        "the plan's root holds a key of {holder}; a root without it needs another plan"
    ))
}
