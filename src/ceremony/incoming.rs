//! What comes in over the air gap: what it is, and whether it is a file that the plan names.

use super::ask;
use super::effect::{FileDigest, FromEnvelope, InputFile, envelope_name, kept_as};
use super::import;
use super::state::State;
use crate::digest::Sha256;
use crate::envelope::{Envelope, Kind, MAGIC};
use crate::safe::safe;

/// How encrypted files begin (age, as bytes and as ASCII armour).
const ENCRYPTED: [&[u8]; 2] = [b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE"];

/// The file that the plan names `path`, taken out of the bytes that came in; or why nothing can be taken.
/// What is recorded of it follows from the bytes alone. Signatures alone are for the paths of copies
/// ([`super::plan::StagedPlan::also`]).
pub fn file(path: &str, bytes: &[u8], signatures: Signatures) -> Result<InputFile, String> {
    if ENCRYPTED.iter().any(|begin| bytes.starts_with(begin)) {
        return Err(
            "it is encrypted, and nothing is decrypted in this ceremony. Bring it as an envelope that is not \
             encrypted"
                .to_owned(),
        );
    }
    if !bytes.starts_with(&MAGIC) {
        // what the plan announces as an envelope would not be compared by its digest
        if path
            .rsplit_once('.')
            .is_some_and(|(_, ending)| ending == "rse")
        {
            return Err("it is no envelope".to_owned());
        }
        let text = std::str::from_utf8(bytes);
        let text = text.map_err(|_| "it is neither an envelope nor a text".to_owned())?;
        return Ok(InputFile {
            path: path.to_owned(),
            sha256: Sha256::of(bytes),
            text: text.to_owned(),
            envelope: None,
        });
    }
    let envelope = Envelope::parse(bytes).map_err(|error| error.to_string())?;
    let manifest = envelope.manifest();
    let fits = match manifest.kind {
        Kind::StagedRole | Kind::SignedRole => true,
        Kind::Signatures => signatures == Signatures::Taken,
        Kind::Transcript | Kind::Attestations | Kind::PublicKeys => false,
    };
    let payload = envelope.payloads().first().filter(|_| fits);
    let payload = payload.ok_or_else(|| format!("it is an envelope of kind {}", manifest.kind))?;
    let text = std::str::from_utf8(&payload.bytes);
    let text = text.map_err(|_| "what is in the envelope is no text".to_owned())?;
    let sha256 = Sha256::of(bytes);
    Ok(InputFile {
        path: path.to_owned(),
        sha256: Sha256::of(&payload.bytes),
        text: text.to_owned(),
        envelope: Some(FromEnvelope {
            file: FileDigest {
                name: kept_as(sha256, &envelope_name(path)),
                sha256,
                size: bytes.len() as u64,
            },
            content: envelope.digest(),
            kind: manifest.kind.name().to_owned(),
            payload: payload.name.clone(),
            from: manifest.from.clone(),
            note: manifest.note.clone(),
        }),
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
    let file = file(path, bytes, signatures_at(state, path))?;
    let mut with = state.clone();
    with.inputs.insert(path.to_owned(), file);
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
    for read in files {
        if file(&read.path, &bytes, signatures_at(state, &read.path))? != *read {
            return Err(format!("the file {} is not what was received", read.path));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
