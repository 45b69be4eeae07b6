//! Generating a key pair on a token, and reading back that it is what was asked for.

use pkcs11::error::RvError;
use pkcs11::mechanism::{Mechanism, MechanismType};
use pkcs11::object::{Attribute, ObjectClass, ObjectHandle};

use super::ec;
use super::objects::Said;
use super::session::OpenToken;
use super::words::{code, words};
use crate::ceremony::token::{Algorithm, Fault, TokenKey};
use crate::secret::Secret;

/// Generates a key pair of `algorithm` under `label` on the open token.
pub(super) fn generate(
    token: &OpenToken<'_>,
    label: &str,
    algorithm: Algorithm,
    secret: &Secret,
) -> Result<TokenKey, Fault> {
    check_mechanisms(token, algorithm)?;
    token.login(secret)?;
    for class in [ObjectClass::PRIVATE_KEY, ObjectClass::PUBLIC_KEY] {
        match token.object(class, label) {
            Ok(None) => {}
            // two of them are more than one too many
            Ok(Some(_)) | Err(Fault::Ambiguous { .. }) => {
                let token = token.name.clone();
                return Err(Fault::KeyExists {
                    token,
                    label: label.to_owned(),
                });
            }
            Err(fault) => return Err(fault),
        }
    }
    let (public, private) = generate_pair(token, label, algorithm)?;
    let said = token.said_of(private)?;
    check_said(token, label, said)?;
    let public = token.public_key(public, label)?;
    if public.algorithm() != algorithm {
        return Err(token.unsupported(format!(
            "asked for {}, it generated {}; the key {label} was left on the token",
            algorithm.name(),
            public.algorithm().name()
        )));
    }
    token.token_key(label, &public, said.attributes())
}

/// Refuses before anything is made where the token could not make the key or not sign with it.
fn check_mechanisms(token: &OpenToken<'_>, algorithm: Algorithm) -> Result<(), Fault> {
    let (make, sign, names) = match algorithm {
        Algorithm::EcdsaP256 | Algorithm::EcdsaP384 => (
            MechanismType::ECC_KEY_PAIR_GEN,
            MechanismType::ECDSA,
            ["CKM_EC_KEY_PAIR_GEN", "CKM_ECDSA"],
        ),
        Algorithm::Ed25519 => (
            MechanismType::ECC_EDWARDS_KEY_PAIR_GEN,
            MechanismType::EDDSA,
            ["CKM_EC_EDWARDS_KEY_PAIR_GEN", "CKM_EDDSA"],
        ),
    };
    if token.info.write_protected() {
        return Err(token.unsupported("it is write-protected; no key can be generated"));
    }
    let context = token.module.context();
    let has = context
        .get_mechanism_list(token.slot)
        .map_err(|error| token.failed(&error))?;
    for (mechanism, name) in [make, sign].into_iter().zip(names) {
        if !has.contains(&mechanism) {
            let wanted = algorithm.name();
            return Err(token.unsupported(format!("{wanted}: the token has no {name}")));
        }
    }
    // tokens disagree on how long an Ed25519 key is (255, 256), so only the others are measured
    if algorithm != Algorithm::Ed25519 {
        let limits = context
            .get_mechanism_info(token.slot, make)
            .map_err(|error| token.failed(&error))?;
        let (min, max) = (limits.min_key_size(), limits.max_key_size());
        if max != 0 && !(min..=max).contains(&ec::curve_bits(algorithm)) {
            return Err(token.unsupported(format!(
                "{}: the token makes keys of {min} to {max} bits",
                algorithm.name()
            )));
        }
    }
    Ok(())
}

fn generate_pair(
    token: &OpenToken<'_>,
    label: &str,
    algorithm: Algorithm,
) -> Result<(ObjectHandle, ObjectHandle), Fault> {
    let id = match &token.parsed.id {
        Some(id) => id.clone(),
        None => random_id(token)?,
    };
    let mechanism = match algorithm {
        Algorithm::EcdsaP256 | Algorithm::EcdsaP384 => Mechanism::EccKeyPairGen,
        Algorithm::Ed25519 => Mechanism::EccEdwardsKeyPairGen,
    };
    let common = [
        Attribute::Token(true),
        Attribute::Label(label.as_bytes().to_vec()),
        Attribute::Id(id),
    ];
    let private = [
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Sign(true),
    ];
    let mut refusal = None;
    for params in ec::curve_params(algorithm) {
        let public = [
            Attribute::Private(false),
            Attribute::Verify(true),
            Attribute::EcParams(params.to_vec()),
        ];
        match token.session.generate_key_pair(
            &mechanism,
            &[&common[..], &public[..]].concat(),
            &[&common[..], &private[..]].concat(),
        ) {
            Ok(pair) => return Ok(pair),
            // the parameters were refused, so nothing was made: another form may be understood
            Err(error) if code(&error).is_some_and(refuses_parameters) => refusal = Some(error),
            Err(error) => return Err(token.failed(&error)),
        }
    }
    let reason = refusal.map(|error| words(&error)).unwrap_or_default();
    Err(token.unsupported(format!("{}: {reason}", algorithm.name())))
}

fn refuses_parameters(code: RvError) -> bool {
    matches!(
        code,
        RvError::CurveNotSupported
            | RvError::DomainParamsInvalid
            | RvError::AttributeValueInvalid
            | RvError::AttributeTypeInvalid
            | RvError::MechanismInvalid
            | RvError::MechanismParamInvalid
            | RvError::TemplateIncomplete
            | RvError::TemplateInconsistent
    )
}

/// 16 random bytes pair the halves without a claim to mean anything.
fn random_id(token: &OpenToken<'_>) -> Result<Vec<u8>, Fault> {
    let mut id = vec![0; 16];
    getrandom::fill(&mut id).map_err(|error| Fault::TokenFailed {
        token: token.name.clone(),
        reason: format!("no randomness for the key's identifier: {error}"),
    })?;
    Ok(id)
}

/// A key that could have been elsewhere is no root key. It is not destroyed here: that is for
/// people to decide who have seen this.
fn check_said(token: &OpenToken<'_>, label: &str, said: Said) -> Result<(), Fault> {
    for (name, value) in [
        ("CKA_LOCAL", said.local),
        ("CKA_SENSITIVE", said.sensitive),
        ("CKA_ALWAYS_SENSITIVE", said.always_sensitive),
        ("CKA_NEVER_EXTRACTABLE", said.never_extractable),
    ] {
        let says = match value {
            Some(true) => continue,
            Some(false) => "is false on",
            None => "is not told of",
        };
        return Err(token.unsupported(format!(
            "{name} {says} the key {label} that it generated; the key is not used, and was left \
             on the token"
        )));
    }
    Ok(())
}
