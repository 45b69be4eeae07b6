//! What comes in: read by the way by which it comes, taken out of its envelope, and kept.

use std::io::Read;
use std::path::Path;

use super::{INPUTS, ThisMachine, storage};
use crate::ceremony::ask::received_file;
use crate::ceremony::effect::{Contents, FileDigest, FromEnvelope, InputFile};
use crate::ceremony::import;
use crate::ceremony::medium::{MediumRole, Way};
use crate::ceremony::state::State;
use crate::ceremony::token::Fault;
use crate::digest::Sha256;
use crate::envelope::{Envelope, Kind, MAGIC};
use crate::journal::write_whole;
use crate::safe::safe;

/// Largest public key file that is read, in bytes.
const KEY_FILE_LIMIT: u64 = 64 * 1024;
/// Name of the question whose answer has what was read from QR codes.
const SCAN: &str = "scan";
/// How a file begins that is encrypted with age, as bytes and as text.
const ENCRYPTED: [&[u8]; 2] = [
    b"age-encryption.org/v1",
    b"-----BEGIN AGE ENCRYPTED FILE-----",
];

/// What may come in.
#[derive(Clone, Copy)]
struct Wanted {
    what: Contents,
    /// Most bytes.
    limit: u64,
    /// In words.
    words: &'static str,
}

impl Wanted {
    fn of(what: Contents) -> Self {
        let (limit, words) = match what {
            Contents::PublicKeys | Contents::Certificates => (KEY_FILE_LIMIT, "a PEM public key"),
            Contents::Metadata => (import::LIMIT as u64, "TUF metadata here"),
        };
        Self { what, limit, words }
    }

    fn fits(self, whole: &str, bytes: &[u8]) -> Result<(), Fault> {
        if bytes.len() as u64 <= self.limit {
            return Ok(());
        }
        Err(Fault::Storage {
            path: whole.to_owned(),
            reason: format!("larger than {} bytes, so not {}", self.limit, self.words),
        })
    }

    /// The file as it goes on record.
    fn input(
        self,
        path: &str,
        whole: &str,
        bytes: Vec<u8>,
        envelope: Option<FromEnvelope>,
    ) -> Result<InputFile, Fault> {
        self.fits(whole, &bytes)?;
        let sha256 = Sha256::of(&bytes);
        let text = String::from_utf8(bytes).map_err(|_| Fault::Storage {
            path: whole.to_owned(),
            reason: format!("not a text, so not {}", self.words),
        })?;
        Ok(InputFile {
            path: path.to_owned(),
            sha256,
            text,
            envelope,
        })
    }
}

impl ThisMachine {
    /// Reads files that the plan names. Metadata is kept in `in/`, byte for byte, and so are the envelopes
    /// in which it came.
    pub(super) fn read_inputs(
        &mut self,
        state: &State,
        base: &Path,
        what: Contents,
        paths: &[String],
        from: Way,
    ) -> Result<Vec<InputFile>, Fault> {
        let wanted = Wanted::of(what);
        let files = match from {
            Way::File => paths
                .iter()
                .map(|path| read_file(&base.join(path), wanted))
                .collect::<Result<Vec<_>, _>>()?,
            Way::Medium => {
                let names: Vec<String> = paths.iter().map(|path| last_part(path)).collect();
                let medium = self.bound(state, MediumRole::In)?;
                let most = wanted.limit.saturating_mul(names.len() as u64);
                self.media.read(medium, &names, most)?
            }
            Way::Qr => vec![scanned(state)?],
        };
        if files.len() != paths.len() {
            let reason = format!("{} came, and {} are wanted", files.len(), paths.len());
            return Err(not_taken("The number of files", reason));
        }
        let files = paths.iter().zip(files);
        files
            .map(|(path, bytes)| {
                let whole = match from {
                    Way::File => base.join(path).display().to_string(),
                    Way::Medium => last_part(path),
                    Way::Qr => format!("What came as QR codes for {path}"),
                };
                self.take(wanted, path, &whole, bytes)
            })
            .collect()
    }

    /// One file that came in. Everything about it is known before a copy is kept.
    fn take(
        &self,
        wanted: Wanted,
        path: &str,
        whole: &str,
        bytes: Vec<u8>,
    ) -> Result<InputFile, Fault> {
        if wanted.what != Contents::Metadata {
            return wanted.input(path, whole, bytes, None);
        }
        if ENCRYPTED.iter().any(|start| bytes.starts_with(start)) {
            let reason = "it is encrypted, and nothing is decrypted in this room. Bring it as an envelope that is not \
                          encrypted";
            return Err(not_taken(whole, reason));
        }
        if bytes.starts_with(&MAGIC) {
            let (payload, from) = unpacked(path, whole, &bytes)?;
            let envelope = from.file.name.clone();
            let file = wanted.input(path, whole, payload, Some(from))?;
            self.keep(&envelope, &bytes)?;
            self.keep(&file.kept_as(), file.text.as_bytes())?;
            return Ok(file);
        }
        if Path::new(path).extension().is_some_and(|end| end == "rse") {
            return Err(not_taken(whole, "it is no envelope"));
        }
        let file = wanted.input(path, whole, bytes, None)?;
        self.keep(&file.kept_as(), file.text.as_bytes())?;
        Ok(file)
    }

    fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), Fault> {
        let kept = self.dir.join(INPUTS);
        std::fs::create_dir_all(&kept).map_err(|error| storage(&kept, &error))?;
        let copy = kept.join(name);
        write_whole(&copy, bytes).map_err(|error| storage(&copy, &error))
    }
}

/// The one payload of an envelope that carries metadata, or signatures over it.
fn unpacked(path: &str, whole: &str, bytes: &[u8]) -> Result<(Vec<u8>, FromEnvelope), Fault> {
    let envelope = Envelope::parse(bytes).map_err(|error| not_taken(whole, error.to_string()))?;
    let manifest = envelope.manifest();
    if !matches!(
        manifest.kind,
        Kind::StagedRole | Kind::SignedRole | Kind::Signatures
    ) {
        let reason = format!(
            "it is an envelope of kind {}; wanted is {}, {} or {}",
            manifest.kind,
            Kind::StagedRole,
            Kind::SignedRole,
            Kind::Signatures
        );
        return Err(not_taken(whole, reason));
    }
    let [payload] = envelope.payloads() else {
        let number = envelope.payloads().len();
        let reason = format!("the envelope carries {number} files, and one is wanted");
        return Err(not_taken(whole, reason));
    };
    let sha256 = Sha256::of(bytes);
    let digits = sha256.hex();
    let from = FromEnvelope {
        file: FileDigest {
            name: format!(
                "{}-{}.envelope",
                digits.get(..12).unwrap_or_default(),
                last_part(path)
            ),
            sha256,
            size: bytes.len() as u64,
        },
        content: envelope.digest(),
        kind: manifest.kind.name().to_owned(),
        payload: payload.name.clone(),
        from: manifest.from.clone(),
        note: manifest.note.clone(),
    };
    Ok((payload.bytes.clone(), from))
}

/// The file that the room has read from QR codes.
fn scanned(state: &State) -> Result<Vec<u8>, Fault> {
    let given = state.here.answers.get(SCAN);
    given
        .and_then(|given| given.answer.received.as_deref())
        .and_then(received_file)
        .ok_or_else(|| not_taken("What came as QR codes", "nothing was received"))
}

fn read_file(full: &Path, wanted: Wanted) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    std::fs::File::open(full)
        .and_then(|file| file.take(wanted.limit + 1).read_to_end(&mut bytes))
        .map_err(|error| storage(full, &error))?;
    wanted.fits(&full.display().to_string(), &bytes)?;
    Ok(bytes)
}

/// The name under which a file of the plan is looked for on a medium.
fn last_part(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

fn not_taken(name: &str, reason: impl AsRef<str>) -> Fault {
    Fault::NotTaken {
        name: safe(name),
        reason: safe(reason.as_ref()),
    }
}
