//! What comes in over the air gap: what it is, and whether it is a file that the plan names.

use super::ask;
use super::effect::InputFile;
use super::import;
use super::state::State;
use crate::digest::Sha256;
use crate::envelope::{Envelope, Kind, MAGIC};
use crate::safe::safe;

/// How encrypted files begin (age, as bytes and as ASCII armour).
const ENCRYPTED: [&[u8]; 2] = [b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE"];

/// A file that came in, out of its envelope where it had one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The metadata, or the list of signatures.
    pub text: String,
    /// The envelope.
    pub envelope: Option<Envelope>,
}

/// Takes a file out of what came in; or says why nothing can be taken. Signatures alone are for the
/// paths of copies ([`super::plan::StagedPlan::also`]).
pub fn unpack(bytes: &[u8], signatures: Signatures) -> Result<Received, String> {
    if ENCRYPTED.iter().any(|begin| bytes.starts_with(begin)) {
        return Err("it is encrypted, and nothing is decrypted in this ceremony".to_owned());
    }
    if !bytes.starts_with(&MAGIC) {
        let text = String::from_utf8(bytes.to_vec());
        let text = text.map_err(|_| "it is neither an envelope nor a text".to_owned())?;
        return Ok(Received {
            text,
            envelope: None,
        });
    }
    let envelope = Envelope::parse(bytes).map_err(|error| error.to_string())?;
    let kind = envelope.manifest().kind;
    let fits = match kind {
        Kind::StagedRole | Kind::SignedRole => true,
        Kind::Signatures => signatures == Signatures::Taken,
        Kind::Transcript | Kind::Attestations | Kind::PublicKeys => false,
    };
    let payload = envelope.payloads().first().filter(|_| fits);
    let payload = payload.ok_or_else(|| format!("it is an envelope of kind {kind}"))?;
    let text = String::from_utf8(payload.bytes.clone());
    Ok(Received {
        text: text.map_err(|_| "what is in the envelope is no text".to_owned())?,
        envelope: Some(envelope),
    })
}

/// Whether signatures without their file are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signatures {
    /// Yes: the file that they are over is here already.
    Taken,
    /// No.
    Refused,
}

/// What is taken at this path of the plan.
pub fn signatures_at(state: &State, path: &str) -> Signatures {
    let staged = state.procedure.plan.staged.as_ref();
    let copies = staged.map_or(&[][..], |staged| &staged.also);
    if copies.iter().any(|copy| copy == path) {
        Signatures::Taken
    } else {
        Signatures::Refused
    }
}

/// Whether these bytes are what the plan names under this path, as far as they can be judged by
/// themselves and by what was read before; or why not.
pub fn fits(state: &State, path: &str, bytes: &[u8]) -> Result<(), String> {
    let received = unpack(bytes, signatures_at(state, path))?;
    let mut with = state.clone();
    with.inputs.insert(
        path.to_owned(),
        InputFile {
            path: path.to_owned(),
            sha256: Sha256::of(received.text.as_bytes()),
            text: received.text,
            envelope: None,
        },
    );
    import::one(&with, path).map_err(|problem| safe(&problem))
}

/// The bytes that were received by the last answer of this step, where that was a file.
pub fn received(state: &State, ask: &str) -> Option<Vec<u8>> {
    let given = state.here.answers.get(ask)?;
    ask::received_file(given.answer.received.as_deref()?)
}

/// Whether the files that were read are what was received: what is recorded of them follows from the
/// bytes in the answer.
pub fn follows(state: &State, ask: &str, files: &[InputFile]) -> Result<(), String> {
    let bytes = received(state, ask).ok_or("no file was received")?;
    for file in files {
        let from = unpack(&bytes, signatures_at(state, &file.path))?;
        let whole = Sha256::of(&bytes);
        let same = from.text == file.text
            && match (&from.envelope, &file.envelope) {
                (None, None) => file.sha256 == whole,
                (Some(envelope), Some(said)) => {
                    let manifest = envelope.manifest();
                    let payload = envelope.payloads().first().map(|payload| &payload.name);
                    said.file.sha256 == whole
                        && said.file.size == bytes.len() as u64
                        && said.content == envelope.digest()
                        && said.kind == manifest.kind.name()
                        && Some(&said.payload) == payload
                        && said.from == manifest.from
                        && said.note == manifest.note
                }
                _ => false,
            };
        if !same {
            return Err(format!("the file {} is not what was received", file.path));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
