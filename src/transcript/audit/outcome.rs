//! What the world said, and what was concluded from it: checked again, never believed.

use super::{APPROVED, FOLLOWED, KEY_IDS, PAYLOAD, POLICY, POSSESSION, Rule, SIGNATURES};
use crate::ceremony::assembly::{self, NotMade};
use crate::ceremony::effect::{Effect, Message, all_written};
use crate::ceremony::event::Event;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;
use crate::tuf::key::PublicKey;

/// Whether an outcome answers the effect in flight, and holds.
pub fn judge_outcome(
    state: &State,
    step: &BoundStep,
    outcome: &Event,
    say: &mut dyn FnMut(Rule, String),
) {
    let Some(effect) = &state.in_flight else {
        return;
    };
    let fits = match (effect, outcome) {
        (Effect::CheckEnvironment, Event::EnvironmentChecked { .. })
        | (Effect::ReadClock, Event::ClockRead { .. })
        | (Effect::Identify { .. }, Event::TokenIdentified(_))
        | (Effect::ReadKeys { .. }, Event::KeysRead { .. })
        | (Effect::FindKey { .. }, Event::KeySought { .. }) => true,
        (
            Effect::WriteMetadata { directories, files },
            Event::MetadataWritten { files: written },
        ) => all_written(directories, files, written),
        (
            Effect::Generate {
                label, algorithm, ..
            },
            Event::KeyGenerated(key),
        ) => key.label == *label && key.algorithm == *algorithm,
        (Effect::Sign { message, .. }, Event::SignatureMade { sig }) => {
            if !verifies(state, step, message, sig) {
                let rule = match message {
                    Message::Possession { .. } => POSSESSION,
                    Message::Payload { .. } => SIGNATURES,
                };
                say(
                    rule,
                    format!("the signature in step {} does not verify", step.id),
                );
            }
            true
        }
        _ => false,
    };
    if !fits {
        say(
            FOLLOWED,
            "it does not answer what was being done".to_owned(),
        );
    }
    if let Event::KeysRead { files } = outcome {
        for file in files {
            if crate::digest::Sha256::of(file.text.as_bytes()) != file.sha256 {
                say(
                    PAYLOAD,
                    format!("the key file {} has another digest", file.path),
                );
            }
        }
    }
}

fn verifies(state: &State, step: &BoundStep, message: &Message, sig: &str) -> bool {
    let check = || {
        let signature = data_encoding::HEXLOWER.decode(sig.as_bytes()).ok()?;
        let held = state.keys.get(step.holder.as_ref()?)?;
        let key = PublicKey::from_pem(&held.key.public_pem).ok()?;
        key.verify(&state.message(message)?, &signature).ok()
    };
    check().is_some()
}

/// Rules about conclusions, so that a forged one is named for what it is.
pub fn judge_conclusion(state: &State, event: &Event, say: &mut dyn FnMut(Rule, String)) {
    match event {
        Event::KeyEnrolled {
            holder,
            keyid,
            fingerprint,
        } => {
            let key = state
                .keys
                .get(holder)
                .and_then(|held| PublicKey::from_pem(&held.key.public_pem).ok());
            if key.is_none_or(|key| key.key_id() != *keyid || key.fingerprint() != *fingerprint) {
                say(
                    KEY_IDS,
                    format!("the key id of {holder} is not the hash of the key"),
                );
            }
        }
        Event::RootAssembled { signed, payload } => match assembly::assemble(state) {
            Ok(assembly) if assembly.signed == *signed && assembly.payload == *payload => {}
            Ok(_) => say(
                PAYLOAD,
                "the root's content is not what plan and keys lead to".to_owned(),
            ),
            Err(NotMade::Policy(problems)) => say(POLICY, problems.join(" ")),
            Err(NotMade::Keys(problems)) => say(PAYLOAD, problems.join(" ")),
        },
        Event::ContentApproved { payload, .. }
            if state
                .payload
                .as_ref()
                .is_none_or(|made| made.sha256 != *payload) =>
        {
            say(APPROVED, "another content was approved".to_owned());
        }
        _ => {}
    }
}
