//! What comes in: read by the way by which it comes, taken out of its envelope, and kept.

use std::io::Read;
use std::path::Path;

use super::{INPUTS, ThisMachine, storage};
use crate::ceremony::effect::{Contents, InputFile};
use crate::ceremony::import;
use crate::ceremony::incoming;
use crate::ceremony::medium::{MediumRole, Way};
use crate::ceremony::state::State;
use crate::ceremony::steps::by_way;
use crate::ceremony::token::Fault;
use crate::digest::Sha256;
use crate::journal::write_whole;
use crate::safe::safe;

/// Largest public key file that is read, in bytes.
const KEY_FILE_LIMIT: u64 = 64 * 1024;

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
            Way::Qr => {
                let nothing = || not_taken("What came as QR codes", "nothing was received");
                vec![incoming::received(state, by_way::SCAN).ok_or_else(nothing)?]
            }
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
                self.take(state, wanted, path, &whole, bytes)
            })
            .collect()
    }

    /// One file that came in. Everything about it is known before a copy is kept.
    fn take(
        &self,
        state: &State,
        wanted: Wanted,
        path: &str,
        whole: &str,
        bytes: Vec<u8>,
    ) -> Result<InputFile, Fault> {
        wanted.fits(whole, &bytes)?;
        if wanted.what != Contents::Metadata {
            let sha256 = Sha256::of(&bytes);
            let text = String::from_utf8(bytes).map_err(|_| Fault::Storage {
                path: whole.to_owned(),
                reason: format!("not a text, so not {}", wanted.words),
            })?;
            return Ok(InputFile {
                path: path.to_owned(),
                sha256,
                text,
                envelope: None,
            });
        }
        let file = incoming::file(path, &bytes, incoming::signatures_at(state, path))
            .map_err(|reason| not_taken(whole, reason))?;
        wanted.fits(whole, file.text.as_bytes())?;
        if let Some(envelope) = &file.envelope {
            self.keep(&envelope.file.name, &bytes)?;
        }
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
