//! Public keys as people bring them: PEM, a TUF key object, the public half of a software token, an
//! envelope.

use std::path::Path;

use serde_json::Value;

use crate::canonical::parse;
use crate::envelope::{Envelope, Kind, MAGIC, limits};
use crate::repo::RepoError;
use crate::repo::place::read_within;
use crate::safe::safe;
use crate::tuf::key::PublicKey;
use crate::tuf::root::Role;

/// Longest file with keys besides envelopes, in bytes.
const MAX_TEXT: usize = 64 << 10;
/// Most keys that one file may bring.
const MAX_KEYS: usize = 100;
const PEM: &str = "-----BEGIN PUBLIC KEY-----";

/// A public key to be listed in a root.
#[derive(Clone, Debug, PartialEq)]
pub struct NewKey {
    /// The role for which it was named.
    pub role: Role,
    /// The key object as it goes into the root, with members that this program does not know.
    pub object: Value,
    /// The file, for messages; safe to show.
    pub file: String,
}

/// Reads the public keys in a file, for `role`. A private key is refused, and so is a key that was
/// exported for another role.
pub fn read_keys(path: &Path, role: Role) -> Result<Vec<NewKey>, RepoError> {
    let file = safe(&path.display().to_string());
    let bytes = read_within(path, limits::MAX_FILE)?.ok_or_else(|| {
        RepoError::surroundings(format!("{file} is not there."), "Check the path.")
    })?;
    let refused = |why: &str| {
        RepoError::refused(
            format!("{file} {why}."),
            "Name a file with a public key: PEM (BEGIN PUBLIC KEY), a TUF key object, the .pub file of a software token, or an envelope of kind public-keys.",
        )
    };
    let objects = if bytes.starts_with(&MAGIC) {
        of_envelope(&bytes, role).map_err(|why| refused(&why))?
    } else {
        of_text(&bytes).map_err(|why| refused(&why))?
    };
    if objects.is_empty() || objects.len() > MAX_KEYS {
        return Err(refused(&format!(
            "holds {} keys, where 1 to {MAX_KEYS} are taken",
            objects.len()
        )));
    }
    let keys = objects.into_iter().map(|object| {
        PublicKey::from_tuf(&object)
            .map_err(|error| refused(&format!("holds a key that cannot be used: {error}")))?;
        Ok(NewKey {
            role,
            object,
            file: file.clone(),
        })
    });
    keys.collect()
}

fn of_envelope(bytes: &[u8], role: Role) -> Result<Vec<Value>, String> {
    let envelope = Envelope::parse(bytes).map_err(|error| format!("is refused: {error}"))?;
    let kind = envelope.manifest().kind;
    if kind != Kind::PublicKeys {
        return Err(format!("is an envelope of kind {kind}"));
    }
    let mut objects = Vec::new();
    for payload in envelope.payloads() {
        let name = safe(&payload.name);
        // `export public-keys` names its files so
        let exported = Role::ALL.into_iter().find(|of| {
            payload
                .name
                .strip_prefix(of.name())
                .is_some_and(|rest| rest.starts_with('-'))
        });
        match exported {
            Some(other) if other != role && role == Role::Root => {
                return Err(format!(
                    "holds {name}, a key of role {other}: an online key never is a root key"
                ));
            }
            Some(other) if other != role => continue,
            _ => {}
        }
        objects
            .extend(of_text(&payload.bytes).map_err(|why| format!("holds {name}, which {why}"))?);
    }
    Ok(objects)
}

fn of_text(bytes: &[u8]) -> Result<Vec<Value>, String> {
    if bytes.starts_with(b"age-encryption.org/") || bytes.starts_with(b"-----BEGIN AGE ") {
        return Err(
            "is encrypted: of a software token take the .pub file beside it, and open an envelope first with `rootstage envelope open`"
                .to_owned(),
        );
    }
    if bytes.len() > MAX_TEXT {
        return Err(format!("has more than {MAX_TEXT} bytes"));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "is not text".to_owned())?;
    let text = text.trim();
    if text.contains("PRIVATE KEY") {
        return Err("holds a private key, which is not to be here".to_owned());
    }
    if text.starts_with(['{', '[']) {
        let value = parse(text.as_bytes(), MAX_TEXT).map_err(|error| error.to_string());
        return match value.map_err(|error| format!("is not readable: {}", safe(&error)))? {
            Value::Array(keys) => keys.into_iter().map(object).collect(),
            key => Ok(vec![object(key)?]),
        };
    }
    // the .pub file of a software token has a line with the label first
    let pem = match text.split_once('\n') {
        Some((first, rest)) if first.starts_with("label: ") => rest.trim_start(),
        _ => text,
    };
    if !pem.starts_with(PEM) {
        return Err("holds no public key".to_owned());
    }
    let key = PublicKey::from_pem(pem).map_err(|error| format!("cannot be used: {error}"))?;
    Ok(vec![key.to_tuf()])
}

fn object(key: Value) -> Result<Value, String> {
    let private = key.get("keyval").and_then(|keyval| keyval.get("private"));
    if private.is_some_and(|private| private != "") {
        return Err("holds a private key, which is not to be here".to_owned());
    }
    Ok(key)
}
