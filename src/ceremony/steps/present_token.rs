//! `present-token`: a keyholder inserts the token, and it is identified by its serial number.

use super::in_hand::pin::tries;
use super::in_hand::{describe, in_hand, insert, insertion_asked, keyholder};
use super::{Kind, Next, Repetition, first};
use crate::ceremony::ask::{Ask, Form};
use crate::ceremony::event::Event;
use crate::ceremony::judge;
use crate::ceremony::plan::KeyPlan;
use crate::ceremony::procedure::BoundStep;
use crate::ceremony::state::State;
use crate::ceremony::token::{TokenIdentity, TokenKind};

pub struct PresentToken;

impl Kind for PresentToken {
    fn name(&self) -> &'static str {
        "present-token"
    }

    fn about(&self) -> &'static str {
        "The keyholder inserts the token; its serial number is compared with the plan and typed back."
    }

    fn each(&self) -> Repetition {
        Repetition::OfKey
    }

    fn next(&self, state: &State, step: &BoundStep) -> Next {
        first(|| {
            let (holder, key) = keyholder(state, step)?;
            let who = holder.name_with(key);
            if !insertion_asked(state) {
                return Ok(Next::ask(insert(state, step, holder, key)));
            }
            if state.here.answers.contains_key("identified") {
                return Ok(presented(state, key));
            }
            if let Some(id) = key.place.keyid()
                && judge::listed(state, id).is_none()
            {
                return Ok(super::halted(
                    format!("The key of {} is not known", holder.name_with(key)),
                    vec![
                        format!(
                            "The plan says that it is listed under the id {id}. Neither the trusted root nor \
                             the content lists a usable key under it."
                        ),
                        "Nothing was done with the token. Abort, and correct the plan.".to_owned(),
                    ],
                ));
            }
            let identity = in_hand(state, step)?;
            let form = match identity.kind {
                TokenKind::YubiKey | TokenKind::Pkcs11 => Form::TypeBack {
                    phrase: last_four(&identity.serial),
                },
                TokenKind::File => Form::Confirm,
            };
            let mut ask = Ask::new(
                "identified",
                format!("Is this the token of {who}?"),
                form,
            )
            .saying(match identity.kind {
                TokenKind::YubiKey | TokenKind::Pkcs11 => {
                    "Compare the serial number with the paper, then type its last four characters."
                }
                TokenKind::File => "This is a key in an encrypted file, not a hardware token.",
            })
            .fact("Token", describe(identity));
            if identity.kind != TokenKind::File {
                ask = ask
                    .fact("Serial", identity.serial.clone())
                    .fact("Firmware", identity.firmware.clone())
                    .fact("PIN", pin_words(identity));
            }
            Ok(Next::ask(ask.seated(state.procedure.seats(step))))
        })
    }
}

/// Puts on record that the token of a key that exists already is here.
fn presented(state: &State, key: &KeyPlan) -> Next {
    let id = key.place.keyid();
    let listed = id.and_then(|id| Some((id, judge::listed(state, id)?)));
    match listed {
        Some((keyid, public)) if !state.keys.contains_key(&key.name) => {
            Next::record(Event::KeyPresented {
                key: key.name.clone(),
                keyid,
                fingerprint: public.fingerprint(),
            })
        }
        _ => Next::Done,
    }
}

fn last_four(serial: &str) -> String {
    let from = serial.chars().count().saturating_sub(4);
    serial.chars().skip(from).collect()
}

fn pin_words(identity: &TokenIdentity) -> String {
    tries(identity).unwrap_or_else(|| "no wrong try is noted on the token".to_owned())
}
