//! `keys/ROLE.tokens.json`: keys of a role that are on tokens.
//!
//! `{"tokens": [{"token": NAME, "label": LABEL, "public": PEM}]}`, for people to read and edit; nothing
//! in it is secret. go-tuf does not look at the file.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Passphrases;
use super::file::unreadable;
use crate::ceremony::token::{Algorithm, Fault, KeyRequest, TokenKind, TokenName};
use crate::journal::replace_whole;
use crate::ports::{Notice, Tokens as _};
use crate::repo::RepoError;
use crate::repo::place::read_within;
use crate::safe::safe;
use crate::token::AllTokens;
use crate::tuf::key::PublicKey;

/// Longest file that is read, in bytes.
const LIMIT: usize = 512_000;

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Listed {
    tokens: Vec<OnToken>,
}

/// A key on a token.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OnToken {
    /// Name of the token.
    pub(super) token: TokenName,
    /// Label of the key.
    pub(super) label: String,
    /// The public half, PEM.
    public: PublicKey,
}

/// The file of a role.
pub(super) fn path(keys: &Path, role: &str) -> PathBuf {
    keys.join(format!("{role}.tokens.json"))
}

/// The keys of a role that are on tokens.
pub(super) fn listed(keys: &Path, role: &str) -> Result<Vec<OnToken>, RepoError> {
    let path = path(keys, role);
    let Some(bytes) = read_within(&path, LIMIT)? else {
        return Ok(Vec::new());
    };
    let listed: Listed = serde_json::from_slice(&bytes).map_err(|error| {
        unreadable(
            &path,
            &format!("cannot be read: {}", safe(&error.to_string())),
        )
    })?;
    Ok(listed.tokens)
}

/// Finds the key on a token, or makes it there, and remembers it.
pub(super) fn take(
    keys: &Path,
    role: &str,
    algorithm: Algorithm,
    (token, label): (&TokenName, &str),
    who: &mut dyn Passphrases,
) -> Result<PublicKey, RepoError> {
    let mut tokens = AllTokens::default();
    let what = format!("token {}", safe(&token.0));
    // a key file that is not there yet gets a new passphrase, everything else has one
    let is_new = token.kind() == Some(TokenKind::File)
        && matches!(tokens.find_key(token, label, None), Ok(None));
    if !is_new {
        tokens.identify(token).map_err(|fault| failed(&fault))?;
    }
    let secret = if is_new {
        who.choose(role, &what)?
    } else {
        Some(who.open(role, &what)?)
    };
    let secret = secret.ok_or_else(|| {
        RepoError::call(
            format!("{what} is never in the clear."),
            "Call without --insecure-plaintext.",
        )
    })?;
    let found = if is_new {
        None
    } else {
        let found = tokens.find_key(token, label, Some(&secret));
        found.map_err(|fault| failed(&fault))?
    };
    let key = match found {
        Some(key) => key,
        None => tokens
            .generate(token, label, &KeyRequest::new(algorithm), &secret)
            .map_err(|fault| failed(&fault))?,
    };
    let public = PublicKey::from_pem(&key.public_pem).map_err(|error| {
        RepoError::refused(
            format!(
                "the key {} on {token} cannot be used: {error}.",
                safe(label)
            ),
            "Name another label.",
        )
    })?;
    let mut tokens = listed(keys, role)?;
    if !tokens.iter().any(|known| known.public == public) {
        tokens.push(OnToken {
            token: token.clone(),
            label: label.to_owned(),
            public: public.clone(),
        });
        let file = serde_json::to_value(Listed { tokens }).unwrap_or_default();
        let path = path(keys, role);
        replace_whole(&path, crate::canonical::pretty(&file).as_bytes())
            .map_err(|error| RepoError::file(&path, error))?;
    }
    Ok(public)
}

impl OnToken {
    /// The public half.
    pub(super) fn public(&self) -> &PublicKey {
        &self.public
    }

    /// What people call it.
    pub(super) fn shown(&self) -> String {
        format!("key {} on {}", safe(&self.label), safe(&self.token.0))
    }

    /// Signs on the token, with this very key and no other. The PIN is asked for only where the token
    /// is there.
    pub(super) fn sign(
        &self,
        role: &str,
        message: &[u8],
        who: &mut dyn Passphrases,
    ) -> Result<Vec<u8>, Unsigned> {
        let mut tokens = AllTokens::default();
        let broken = |fault: Fault| match fault {
            Fault::TokenAbsent { .. } => Unsigned::Absent(failed(&fault)),
            _ => Unsigned::Failed(failed(&fault)),
        };
        tokens.identify(&self.token).map_err(broken)?;
        let what = self.shown();
        let secret = who.open(role, &what).map_err(Unsigned::Failed)?;
        let expected = self.public.spki_pem();
        let mut heard = |notice: Notice| {
            if let Notice::TouchWanted { seconds, .. } = notice {
                who.notice(&format!(
                    "Touch the token now ({what}): it waits {seconds} seconds."
                ));
            }
        };
        let (token, label) = (&self.token, &self.label);
        tokens
            .sign(token, label, Some(&expected), message, &secret, &mut heard)
            .map_err(broken)
    }
}

/// Why a token has not signed.
pub(super) enum Unsigned {
    /// It is not plugged in; another one may do.
    Absent(RepoError),
    /// Anything else.
    Failed(RepoError),
}

fn failed(fault: &Fault) -> RepoError {
    let words = crate::report::fault(fault);
    RepoError::surroundings(words.happened, words.next).leaving(words.unchanged)
}
