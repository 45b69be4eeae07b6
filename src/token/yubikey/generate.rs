//! Generating a key in a slot, and reading back that it is what was asked for.

use super::apdu::{Command, Status};
use super::card::{Trouble, certificate_object};
use super::identity::in_use;
use super::keys::{Held, Key, held};
use super::management::{self, Authenticated, ManagementKey};
use super::replies::{self, Firmware, algorithm_byte};
use super::session::Session;
use super::tlv;
use crate::ceremony::token::piv::{KeyPolicies, TouchPolicy};
use crate::ceremony::token::{Algorithm, Fault, KeyRequest, Present, TokenKey};
use crate::secret::Secret;
use crate::token::certificate::Certificate;
use crate::token::public_key::PublicKey;

/// Where the management key comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    BehindPin,
    Factory,
}

/// Generates the key that `request` asks for.
pub(super) fn generate(
    session: &mut Session<'_>,
    label: &str,
    request: &KeyRequest,
    secret: &Secret,
) -> Result<TokenKey, Fault> {
    let policies = request.policies.unwrap_or(KeyPolicies::STRICT);
    check_firmware(session, request.algorithm, policies)?;
    let slot = session.slot;
    let used = in_use(&mut session.card, slot).map_err(|trouble| session.fault(trouble))?;
    if used && request.present == Present::Kept {
        return Err(Fault::KeyExists {
            token: session.token.clone(),
            label: label.to_owned(),
        });
    }
    let source = management_source(session)?;
    session.show_pin(secret)?;
    let management = management_key(session, source)?;
    let authenticated = session.card.authenticate(&management);
    if authenticated.map_err(|trouble| session.fault(trouble))? == Authenticated::Differs {
        return Err(session.unsupported(
            "the management key that it keeps is not the one that it wants, so no key can be made \
             on it; only a reset of its PIV application, which erases every key, changes that",
        ));
    }
    drop(management);
    let point = ask(session, request.algorithm, policies)?;
    let key = Key {
        public: point,
        policies: Some(policies),
        generated: Some(true),
    };
    let told = check_told(session, &key)?;
    keep_attestation(session, &key)?;
    session.token_key(label, &told)
}

/// Refuses before anything is sent what the firmware cannot do.
fn check_firmware(
    session: &Session<'_>,
    algorithm: Algorithm,
    policies: KeyPolicies,
) -> Result<(), Fault> {
    let firmware = session.card.firmware;
    let needs = |what: &str, first: &str| {
        session.unsupported(format!(
            "{what} needs firmware {first} or later, and this YubiKey has {firmware}, which can \
             never be changed"
        ))
    };
    if algorithm == Algorithm::Ed25519 && firmware < Firmware::ED25519 {
        return Err(needs("an Ed25519 key", "5.7"));
    }
    if policies.touch == TouchPolicy::Cached && firmware < Firmware::ATTESTS {
        return Err(needs("the touch policy `cached`", "4.3"));
    }
    Ok(())
}

fn management_source(session: &mut Session<'_>) -> Result<Source, Fault> {
    let administration = session.card.administration();
    let administration = administration.map_err(|trouble| session.fault(trouble))?;
    if administration.behind_pin() {
        return Ok(Source::BehindPin);
    }
    let told = session.card.metadata(management::REFERENCE);
    let told = told.map_err(|trouble| session.fault(trouble))?;
    if told.and_then(|told| told.factory) == Some(true) {
        return Ok(Source::Factory);
    }
    Err(session.unsupported(
        "its management key is neither kept behind the PIN nor known to be the factory's, and a \
         key is made only with it; provision the YubiKey first, or keep its management key behind \
         the PIN with ykman (`ykman piv access change-management-key --protect`)",
    ))
}

fn management_key(session: &mut Session<'_>, source: Source) -> Result<ManagementKey, Fault> {
    let key = match source {
        Source::BehindPin => session.card.kept_key(),
        Source::Factory => session.card.factory_key(),
    };
    key.map_err(|trouble| session.fault(trouble))?
        .ok_or_else(|| {
            session.unsupported(
                "it says that its management key is kept behind the PIN, and there is none that fits",
            )
        })
}

fn ask(
    session: &mut Session<'_>,
    algorithm: Algorithm,
    policies: KeyPolicies,
) -> Result<PublicKey, Fault> {
    const DOING: &str = "to the generation of a key";
    let mut inner = Vec::new();
    tlv::put(&mut inner, 0x80, &[algorithm_byte(algorithm)]);
    tlv::put(&mut inner, 0xaa, &[policies.pin.byte()]);
    tlv::put(&mut inner, 0xab, &[policies.touch.byte()]);
    let mut data = Vec::new();
    tlv::put(&mut data, 0xac, &inner);
    let command = Command::new(0x47, 0, session.slot.reference()).with(&data);
    let reply = session.card.send(&command);
    let reply = reply.map_err(|broken| session.fault(broken))?;
    if reply.status == Status::BAD_DATA {
        return Err(session.unsupported(format!(
            "it does not make a key of {} with PIN policy {} and touch policy {}",
            algorithm.name(),
            policies.pin.name(),
            policies.touch.name()
        )));
    }
    let body = reply
        .done(DOING)
        .map_err(|trouble| session.fault(trouble))?;
    replies::generated_point(&body)
        .and_then(|point| PublicKey::from_point(algorithm, point))
        .ok_or_else(|| session.fault(Trouble::Malformed { doing: DOING }))
}

/// The new key as the card tells of it afterwards, which must be what was asked for. Firmware that
/// tells by its attestation alone must have one.
fn check_told(session: &mut Session<'_>, made: &Key) -> Result<Key, Fault> {
    let slot = session.slot;
    let told = held(&mut session.card, slot).map_err(|trouble| session.fault(trouble))?;
    let differs = |what: &str| {
        session.unsupported(format!(
            "it made a key, and then said of it that {what}; the key was left in slot {slot}, and \
             must not be used"
        ))
    };
    let told = match told {
        Held::Key(told) => told,
        // before 4.3 nothing tells of a key that has no certificate yet
        Held::Nothing if session.card.firmware < Firmware::ATTESTS => return Ok(made.clone()),
        Held::Nothing => return Err(differs("it is not there")),
        Held::Other => return Err(differs("it is of another kind")),
    };
    if told.public != made.public {
        return Err(differs("its public half is another one"));
    }
    if told.policies != made.policies {
        return Err(differs("its PIN or touch policy is another one"));
    }
    if told.generated != made.generated {
        return Err(differs("it was not generated on the card"));
    }
    Ok(told)
}

/// Puts the card's certificate about the key into the slot's certificate object: other programs see
/// no key without one. A card that attests nothing keeps the slot without.
fn keep_attestation(session: &mut Session<'_>, key: &Key) -> Result<(), Fault> {
    let slot = session.slot;
    let attestation = session.card.attestation(slot);
    let Some(der) = attestation.map_err(|trouble| session.fault(trouble))? else {
        return Ok(());
    };
    let about = Certificate::parse(&der).and_then(|certificate| certificate.public_key());
    if about.as_ref() != Some(&key.public) {
        return Err(session.unsupported(format!(
            "it made a key, and attested another one; the key was left in slot {slot}, and must \
             not be used"
        )));
    }
    let mut object = Vec::new();
    tlv::put(&mut object, 0x70, &der);
    tlv::put(&mut object, 0x71, &[0]);
    tlv::put(&mut object, 0xfe, &[]);
    session
        .card
        .put_object(certificate_object(slot), &object)
        .map_err(|trouble| session.fault(trouble))
}
