//! The seal: what the keyholders sign of the whole record, in a form that needs no rootstage to check.
//!
//! The payload is an in-toto Statement v1 (<https://in-toto.io/Statement/v1>), the envelope is DSSE
//! v1 (<https://github.com/secure-systems-lab/dsse/blob/v1.0.2/envelope.md>). `assets/seal-format.md`
//! describes both, and what the predicate says.
//!
//! A root key may sign it: what a token signs here begins with `DSSEv1 `, TUF metadata begins with
//! `{`, so that neither can ever pass for the other.

mod statement;

use serde_json::{Value, json};

use crate::canonical;
use crate::digest::Sha256;

pub use statement::{PREDICATE_TYPE, STATEMENT_TYPE, TRANSCRIPT_HEAD, statement};

/// Media type of the payload.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// Name of the file in the ceremony directory.
pub const FILE: &str = "seal.dsse.json";

/// What a signature is over: DSSE's pre-authentication encoding,
/// `DSSEv1 SP LEN(type) SP type SP LEN(payload) SP payload`, lengths in bytes, decimal.
pub fn pae(payload: &[u8]) -> Vec<u8> {
    let front = format!(
        "DSSEv1 {} {PAYLOAD_TYPE} {} ",
        PAYLOAD_TYPE.len(),
        payload.len()
    );
    [front.as_bytes(), payload].concat()
}

/// The bytes of a statement as they are signed: RFC 8785, without a newline at the end. `None`
/// where it holds a number that is not a whole one.
pub fn payload(statement: &Value) -> Option<Vec<u8>> {
    canonical::line(statement).ok().map(String::into_bytes)
}

/// A signature of an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Under which id the root lists the key, or would: a hint, no more.
    pub keyid: String,
    /// DER for ECDSA, 64 bytes for Ed25519.
    pub sig: Vec<u8>,
}

/// The file: one line of canonical JSON, and a newline. The same payload and signatures always give
/// the same bytes.
pub fn envelope(payload: &[u8], signatures: &[Signed]) -> Vec<u8> {
    let base64 = |bytes: &[u8]| data_encoding::BASE64.encode(bytes);
    let signatures: Vec<Value> = signatures
        .iter()
        .map(|signed| json!({ "keyid": signed.keyid, "sig": base64(&signed.sig) }))
        .collect();
    let envelope = json!({
        "payload": base64(payload),
        "payloadType": PAYLOAD_TYPE,
        "signatures": signatures,
    });
    // Strings alone always have a canonical form.
    let mut line = canonical::line(&envelope).unwrap_or_default();
    line.push('\n');
    line.into_bytes()
}

/// SHA-256 of the file of this path, as a statement says it; `None` where the file is none of its subjects.
pub fn subject(statement: &Value, path: &str) -> Option<Sha256> {
    let mut subjects = statement.get("subject")?.as_array()?.iter();
    let found = subjects.find(|subject| subject.get("name").is_some_and(|name| name == path))?;
    found.pointer("/digest/sha256")?.as_str()?.parse().ok()
}

/// SHA-256 of a statement's bytes: what people read aloud before they seal.
pub fn digest(statement: &Value) -> Option<Sha256> {
    payload(statement).map(|bytes| Sha256::of(&bytes))
}

#[cfg(test)]
mod tests;
