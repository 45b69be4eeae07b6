//! What the world said, as a fact.

use super::PROGRAM;
use crate::ceremony::effect::{Effect, Outcome, all_exported, all_written};
use crate::ceremony::event::Event;
use crate::ceremony::state::State;
use crate::ceremony::token::{Fault, TokenKey, TokenName};
use crate::tuf::key::PublicKey;

/// The one fact that an outcome amounts to.
#[expect(
    clippy::too_many_lines,
    reason = "one arm per kind of effect, nothing else"
)]
pub fn observed(state: &State, effect: &Effect, outcome: Outcome) -> Event {
    match (effect, outcome) {
        (Effect::CheckEnvironment, Outcome::Environment(checks)) => {
            Event::EnvironmentChecked { checks }
        }
        (Effect::ReadClock, Outcome::Clock(utc)) => Event::ClockRead { utc },
        (Effect::Identify { .. }, Outcome::Identified(identity)) => {
            Event::TokenIdentified(identity)
        }
        (Effect::FindKey { .. }, Outcome::Found(key)) => Event::KeySought { key },
        (
            Effect::Generate {
                token,
                algorithm,
                label,
                ..
            },
            Outcome::Generated(key),
        ) => match usable(&key, token) {
            Ok(()) if key.algorithm == *algorithm && key.label == *label => {
                Event::KeyGenerated(key)
            }
            Ok(()) => Event::Faulted(Fault::TokenFailed {
                token: token.clone(),
                reason: format!(
                    "asked for {} named {label}, it made {} named {}",
                    algorithm.name(),
                    key.algorithm.name(),
                    key.label
                ),
            }),
            Err(fault) => Event::Faulted(fault),
        },
        (Effect::Provision { token, act }, Outcome::Provisioned { identity, escrow }) => {
            if state.is_in_hand(&identity) {
                Event::TokenProvisioned {
                    act: act.clone(),
                    identity,
                    escrow,
                }
            } else {
                Event::Faulted(Fault::TokenFailed {
                    token: token.clone(),
                    reason: format!("another token answered, with serial {}", identity.serial),
                })
            }
        }
        (Effect::Attest { token, .. }, Outcome::Attested(evidence)) => {
            match readable(&evidence.key, token) {
                Ok(_) => Event::KeyAttested(evidence),
                Err(fault) => Event::Faulted(fault),
            }
        }
        (Effect::Sign { token, message, .. }, Outcome::Signature(signature)) => {
            if state.signature_holds(message, &signature) {
                Event::SignatureMade {
                    sig: data_encoding::HEXLOWER.encode(&signature),
                }
            } else {
                Event::Faulted(Fault::BadSignature {
                    token: token.clone(),
                })
            }
        }
        (Effect::ReadFiles { paths, .. }, Outcome::Files(files))
            if files.iter().map(|file| &file.path).eq(paths) =>
        {
            Event::FilesRead { files }
        }
        (Effect::ListMedia, Outcome::Media(media)) => Event::MediaListed { media },
        (Effect::AttachLog, Outcome::LogAttached) => Event::LogAttached {},
        (Effect::Export { way, files }, Outcome::Written(written)) => {
            if all_exported(*way, files, &written) {
                Event::Exported {
                    way: *way,
                    files: written,
                }
            } else {
                Event::Faulted(Fault::ReadBackDiffers {
                    path: written
                        .first()
                        .map_or_else(String::new, |file| file.name.clone()),
                })
            }
        }
        (Effect::Archive { file }, Outcome::Written(written)) => match written.as_slice() {
            [there] if all_written(&[], std::slice::from_ref(file), &written) => Event::Archived {
                file: there.clone(),
            },
            _ => Event::Faulted(Fault::ReadBackDiffers {
                path: file.name.clone(),
            }),
        },
        (Effect::WriteSeal { file }, Outcome::Written(written)) => match written.as_slice() {
            [there] if all_written(&[], std::slice::from_ref(file), &written) => {
                Event::SealWritten {
                    file: there.clone(),
                }
            }
            _ => Event::Faulted(Fault::ReadBackDiffers {
                path: file.name.clone(),
            }),
        },
        (Effect::WriteMetadata { directories, files }, Outcome::Written(written)) => {
            if all_written(directories, files, &written) {
                Event::MetadataWritten { files: written }
            } else {
                Event::Faulted(Fault::ReadBackDiffers {
                    path: written
                        .first()
                        .map_or_else(String::new, |file| file.name.clone()),
                })
            }
        }
        (_, Outcome::Fault(fault)) => Event::Faulted(fault),
        (_, other) => Event::Faulted(Fault::TokenFailed {
            token: TokenName(PROGRAM.to_owned()),
            reason: format!("an answer that does not fit what was asked: {other:?}"),
        }),
    }
}

fn usable(key: &TokenKey, token: &TokenName) -> Result<(), Fault> {
    let public = readable(key, token)?;
    if public.algorithm() == Some(key.algorithm) {
        return Ok(());
    }
    Err(Fault::TokenFailed {
        token: token.clone(),
        reason: format!(
            "the public key is {}, announced as {}",
            public.kind_name(),
            key.algorithm.name()
        ),
    })
}

fn readable(key: &TokenKey, token: &TokenName) -> Result<PublicKey, Fault> {
    PublicKey::from_pem(&key.public_pem).map_err(|error| Fault::TokenFailed {
        token: token.clone(),
        reason: format!("the public key cannot be read: {error}"),
    })
}
