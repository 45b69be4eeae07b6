//! Signing with the key in a slot, and verifying what it made.

use super::apdu::{Command, Status};
use super::card::Trouble;
use super::replies::{self, algorithm_byte};
use super::session::Session;
use super::tlv;
use crate::ceremony::token::piv::{LONGEST_ED25519_MESSAGE, TouchPolicy};
use crate::ceremony::token::{Algorithm, Fault};
use crate::ports::Notice;
use crate::secret::Secret;
use crate::token::public_key::to_be_signed;

/// How long a `YubiKey` waits for a touch, in seconds.
const TOUCH_SECONDS: u16 = 15;

/// Signs `message` with the key in the slot of the name. The signature has been verified.
pub(super) fn sign(
    session: &mut Session<'_>,
    label: &str,
    expected: Option<&str>,
    message: &[u8],
    secret: &Secret,
    notice: &mut dyn FnMut(Notice),
) -> Result<Vec<u8>, Fault> {
    let key = session.key()?.ok_or_else(|| session.key_absent(label))?;
    key.public.check_expected(session.token, label, expected)?;
    let algorithm = key.public.algorithm();
    let mut inner = Vec::new();
    tlv::put(&mut inner, 0x82, &[]);
    let to_sign = to_be_signed(algorithm, message);
    if to_sign.len() > LONGEST_ED25519_MESSAGE {
        return Err(too_long(session, to_sign.len()));
    }
    tlv::put(&mut inner, 0x81, &to_sign);
    let mut data = Vec::new();
    tlv::put(&mut data, 0x7c, &inner);
    let slot = session.slot.reference();
    let command = Command::new(0x87, algorithm_byte(algorithm), slot).with(&data);

    let touch = key.policies.map(|policies| policies.touch);
    let touched = matches!(touch, Some(TouchPolicy::Always | TouchPolicy::Cached));
    // nothing comes between the PIN and the signature: a key may want it right before
    session.show_pin(secret)?;
    if touched {
        notice(Notice::TouchWanted {
            token: session.token.clone(),
            seconds: TOUCH_SECONDS,
        });
    }
    let reply = session.card.send(&command);
    if touched {
        notice(Notice::TouchOver);
    }
    let reply = reply.map_err(|broken| session.fault(broken))?;
    match reply.status {
        Status::NOT_ALLOWED if touched => {
            return Err(Fault::TouchMissed {
                token: session.token.clone(),
            });
        }
        Status(0x6700 | 0x6a80 | 0x6a84) if algorithm == Algorithm::Ed25519 => {
            return Err(too_long(session, to_sign.len()));
        }
        _ => {}
    }
    let body = reply
        .done("to the signature")
        .map_err(|trouble| session.fault(trouble))?;
    let signature = replies::authentication(&body, 0x82).ok_or_else(|| {
        session.fault(Trouble::Malformed {
            doing: "to the signature",
        })
    })?;
    key.public
        .accept_der(message, signature)
        .ok_or_else(|| Fault::BadSignature {
            token: session.token.clone(),
        })
}

/// An Ed25519 key signs the message itself, and a card has little room.
fn too_long(session: &Session<'_>, length: usize) -> Fault {
    session.unsupported(format!(
        "it did not take the {length} bytes that are to be signed: an Ed25519 key signs them whole, \
         and a YubiKey has little room. A key of ecdsa-p256 or ecdsa-p384 signs a digest, and so \
         content of any size"
    ))
}
