//! What the world said, and what was concluded from it: checked again, never believed.

use super::{
    ACCEPTED, APPROVED, ATTESTED, BASE, FOLLOWED, IMPORTED, KEY_IDS, LOG, MEDIA, PAYLOAD, POLICY,
    POSSESSION, Rule, SEAL_SIGNATURES, SEAL_STATEMENT, SIGNATURES, THRESHOLD,
};
use crate::ceremony::assembly::{self, NotMade};
use crate::ceremony::attested;
use crate::ceremony::effect::{Effect, InputFile, Message, all_exported, all_written};
use crate::ceremony::event::Event;
use crate::ceremony::import;
use crate::ceremony::incoming;
use crate::ceremony::judge;
use crate::ceremony::medium::{Medium, MediumRole, Way};
use crate::ceremony::plan::StagedPlan;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;
use crate::ceremony::steps::{self, by_way};
use crate::digest::Sha256;
use crate::safe::safe;
use crate::transcript::seal;
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
        | (Effect::FindKey { .. }, Event::KeySought { .. })
        | (Effect::ListMedia, Event::MediaListed { .. })
        | (Effect::AttachLog, Event::LogAttached {}) => true,
        (
            Effect::Provision { act, .. },
            Event::TokenProvisioned {
                act: done,
                identity,
                ..
            },
        ) => {
            if !state.is_in_hand(identity) {
                say(
                    FOLLOWED,
                    format!(
                        "the token with serial {} was provisioned, and another one was in hand",
                        identity.serial
                    ),
                );
            }
            act == done
        }
        (Effect::Attest { label, .. }, Event::KeyAttested(evidence)) => {
            // what cannot be read is compared with nothing, so that it would break no other rule
            if let Err(error) = PublicKey::from_pem(&evidence.key.public_pem) {
                say(
                    ATTESTED,
                    format!(
                        "the public key that the token showed in step {} cannot be read: {error}",
                        step.id
                    ),
                );
            }
            evidence.key.label == *label
        }
        (Effect::ReadFiles { paths, .. }, Event::FilesRead { files }) => {
            files.iter().map(|file| &file.path).eq(paths)
        }
        (
            Effect::Export { way, files },
            Event::Exported {
                way: by,
                files: written,
            },
        ) => way == by && all_exported(*way, files, written),
        (Effect::Archive { file }, Event::Archived { file: there })
        | (Effect::WriteSeal { file }, Event::SealWritten { file: there }) => {
            all_written(&[], std::slice::from_ref(file), std::slice::from_ref(there))
        }
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
            if !verifies(state, message, sig) {
                let rule = match message {
                    Message::Possession { .. } => POSSESSION,
                    Message::Payload { .. } => SIGNATURES,
                    Message::Seal { .. } => SEAL_SIGNATURES,
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
    if let (Effect::ReadFiles { paths, from, .. }, Event::FilesRead { files }) = (effect, outcome) {
        if *from == Way::Qr
            && let Err(difference) = incoming::follows(state, by_way::SCAN, files)
        {
            let rule = paths.first().map_or(PAYLOAD, |path| rule_of(state, path));
            say(rule, difference);
        }
        digests(state, files, say);
    }
}

/// Whether what was read is what its digest says.
fn digests(state: &State, files: &[InputFile], say: &mut dyn FnMut(Rule, String)) {
    for file in files {
        if Sha256::of(file.text.as_bytes()) != file.sha256 {
            say(
                rule_of(state, &file.path),
                format!("the file {} has another digest", safe(&file.path)),
            );
        }
    }
}

/// Whose matter a file of the plan is.
fn rule_of(state: &State, path: &str) -> Rule {
    let plan = &state.procedure.plan;
    let trusted = plan.trusted.as_ref();
    let mut staged = plan.staged.iter().flat_map(StagedPlan::paths);
    if trusted.is_some_and(|trusted| trusted.path == path) {
        BASE
    } else if staged.any(|staged| staged == path) {
        IMPORTED
    } else if attested::paths(plan).any(|certificates| certificates == path) {
        ATTESTED
    } else {
        PAYLOAD
    }
}

fn verifies(state: &State, message: &Message, sig: &str) -> bool {
    let signature = data_encoding::HEXLOWER.decode(sig.as_bytes());
    signature.is_ok_and(|signature| state.signature_holds(message, &signature))
}

fn medium_bound(
    state: &State,
    role: MediumRole,
    medium: &Medium,
    say: &mut dyn FnMut(Rule, String),
) {
    let here = if state.log_is_out() {
        &state.mending
    } else {
        &state.here
    };
    let given = here.answers.get(&steps::medium_question(role));
    let people = given.map_or(0, |given| given.by.len());
    if people < 2 && state.procedure.plan.participants.len() > 1 {
        say(
            MEDIA,
            format!("the {} medium was not chosen by two people", role.name()),
        );
    }
    let listed = [&here.listed, &here.listed_after];
    let both = listed.map(|list| list.iter().flatten().any(|there| there.is_same(medium)));
    if both.contains(&false) {
        say(
            MEDIA,
            format!(
                "the {} medium was not listed when it was chosen",
                role.name()
            ),
        );
    }
    let mut others = state.media.iter().filter(|(other, _)| **other != role);
    if let Some((other, _)) = others.find(|(_, bound)| bound.is_same(medium)) {
        say(
            MEDIA,
            format!("the {} medium is the {} medium", role.name(), other.name()),
        );
    }
}

/// What was sealed is what the records before it lead to, and what was read aloud is that.
fn sealed(state: &State, event: &Event, say: &mut dyn FnMut(Rule, String)) {
    match event {
        Event::SealStated {
            statement,
            sha256,
            head,
            records,
        } => {
            let derived = seal::statement(state);
            let digest = derived.as_ref().and_then(seal::digest);
            if derived.as_ref() != Some(statement) || digest != Some(*sha256) {
                say(
                    SEAL_STATEMENT,
                    "the statement is not what the records before it lead to".to_owned(),
                );
            }
            if *head != state.head || *records != state.records {
                say(
                    SEAL_STATEMENT,
                    format!(
                        "it names the head {head} of {records} records; that of the record before is {}",
                        state.head
                    ),
                );
            }
        }
        Event::SealRead { sha256, .. }
            if state
                .seal
                .as_ref()
                .is_none_or(|seal| seal.sha256 != *sha256) =>
        {
            say(SEAL_STATEMENT, "another statement was read".to_owned());
        }
        _ => {}
    }
}

/// Rules about conclusions, so that a forged one is named for what it is.
pub fn judge_conclusion(state: &State, event: &Event, say: &mut dyn FnMut(Rule, String)) {
    match event {
        Event::KeyEnrolled {
            key: name,
            keyid,
            fingerprint,
        } => {
            let key = state
                .keys
                .get(name)
                .and_then(|held| PublicKey::from_pem(&held.public_pem).ok());
            if key.is_none_or(|key| key.key_id() != *keyid || key.fingerprint() != *fingerprint) {
                say(
                    KEY_IDS,
                    format!("the key id of {name} is not the hash of the key"),
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
        Event::RootTrusted { payload, .. } => match import::trusted(state) {
            Ok(read) if read.payload == *payload => {}
            Ok(_) => say(BASE, "another root was read".to_owned()),
            Err(problem) => say(BASE, problem),
        },
        Event::ContentImported { payload, .. } => match import::content(state) {
            Ok(read) if read.sha256 == *payload => {}
            Ok(_) => say(IMPORTED, "other content was read".to_owned()),
            Err(problem) => say(IMPORTED, problem),
        },
        Event::SignaturesCounted { judges, reached } => {
            let counts = judge::counts(state);
            if *judges != counts || *reached != judge::reached(&counts) {
                say(
                    THRESHOLD,
                    "the signatures on record count otherwise".to_owned(),
                );
            }
        }
        Event::SealStated { .. } | Event::SealRead { .. } => sealed(state, event, say),
        Event::MediumBound { role, medium } => medium_bound(state, *role, medium, say),
        Event::LogGivenUp { by } if by.len() < 2 && state.procedure.plan.participants.len() > 1 => {
            say(
                LOG,
                "going on without a LOG medium takes two people".to_owned(),
            );
        }
        Event::TokenReplaced { key, by } => {
            if by.len() < 2 && state.procedure.plan.participants.len() > 1 {
                say(
                    FOLLOWED,
                    "declaring a token dead takes two people".to_owned(),
                );
            }
            if state.payload.is_some() {
                say(
                    FOLLOWED,
                    format!("the token of {key} was replaced after the content was fixed"),
                );
            }
        }
        Event::FindingsAccepted { by, .. } if by.len() < 2 => {
            say(ACCEPTED, "that takes two people".to_owned());
        }
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
