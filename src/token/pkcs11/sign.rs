//! Signing with a key on a token, and verifying what it made.

use pkcs11::error::{Error, RvError};
use pkcs11::mechanism::Mechanism;
use pkcs11::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use pkcs11::object::ObjectHandle;

use super::objects::{Halves, Login};
use super::session::OpenToken;
use super::words::code;
use crate::ceremony::token::{Algorithm, Fault};
use crate::secret::Secret;
use crate::token::public_key::to_be_signed;

/// Signs `message` with the key under `label`. The signature has been verified.
pub(super) fn sign(
    token: &OpenToken<'_>,
    label: &str,
    expected: Option<&str>,
    message: &[u8],
    secret: &Secret,
) -> Result<Vec<u8>, Fault> {
    token.login(secret)?;
    let Halves { public, private } = token.halves(label, Login::Done)?;
    let Some(private) = private else {
        token.still_there()?;
        return Err(Fault::KeyAbsent {
            token: token.name.clone(),
            label: label.to_owned(),
        });
    };
    let Some(public) = public else {
        token.still_there()?;
        return Err(token.unsupported(format!(
            "there is a private key named {label}, and no public key of that name"
        )));
    };
    let public = token.public_key(public, label)?;
    public.check_expected(token.name, label, expected)?;
    let input = to_be_signed(public.algorithm(), message);
    let mechanism = match public.algorithm() {
        Algorithm::EcdsaP256 | Algorithm::EcdsaP384 => Mechanism::Ecdsa,
        Algorithm::Ed25519 => Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Ed25519)),
    };
    let raw = if token.said_of(private)?.always_authenticate == Some(true) {
        sign_authenticated(token, &mechanism, private, &input, secret)?
    } else {
        match token.session.sign(&mechanism, private, &input) {
            // a token that wants the PIN each time and does not say so beforehand
            Err(error) if code(&error) == Some(RvError::UserNotLoggedIn) => {
                sign_authenticated(token, &mechanism, private, &input, secret)?
            }
            other => other.map_err(|error| token.failed(&error))?,
        }
    };
    public
        .accept(message, &raw)
        .ok_or_else(|| Fault::BadSignature {
            token: token.name.clone(),
        })
}

/// Signs where the key wants the PIN for each signature (PKCS#11 v3.1, section 4.9): the PIN goes
/// between the beginning of the operation and its data.
///
/// The binding has no way to give the data in one part after that, so it goes as an update and a
/// final call. Modules that hold the data back for the card take that (`libykcs11`); one that is
/// strict about single-part mechanisms answers with an error, which is passed on.
fn sign_authenticated(
    token: &OpenToken<'_>,
    mechanism: &Mechanism<'_>,
    private: ObjectHandle,
    input: &[u8],
    secret: &Secret,
) -> Result<Vec<u8>, Fault> {
    let failed = |error: Error| token.failed(&error);
    token
        .session
        .sign_init(mechanism, private)
        .map_err(failed)?;
    token.login_again(secret)?;
    token.session.sign_update(input).map_err(failed)?;
    token.session.sign_final().map_err(failed)
}
