//! `envelope pack`.

use std::path::{Path, PathBuf};

use clap::Args;
use time::OffsetDateTime;

use super::files;
use super::locks::{Locked, Locking, Received};
use crate::cli::{Failure, notice, now};
use crate::envelope::limits::MAX_CONTENT;
use crate::envelope::signatures::{FILE_NAME, SignatureList};
use crate::envelope::{Draft, Envelope, Kind, Payload, contents};
use crate::safe::safe;
use crate::sealed::{self, Lock};

/// Arguments of `envelope pack`.
#[derive(Debug, Args)]
pub struct Pack {
    /// What it carries: staged-role, signatures, signed-role, transcript, attestations, public-keys.
    #[arg(long, value_parser = kind)]
    kind: Kind,
    /// The files. For signatures a metadata file will do: its signatures are taken out of it.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The envelope to write: a name that ends in .rse.
    #[arg(short, long, value_name = "ENVELOPE")]
    output: PathBuf,
    #[command(flatten)]
    locking: Locking,
    /// Who packs it: one line for whoever opens it.
    #[arg(long, value_name = "TEXT")]
    from: Option<String>,
    /// A remark: one line for whoever opens it.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Id of the ceremony it belongs to: 32 hex digits.
    #[arg(long, value_name = "ID")]
    ceremony: Option<String>,
    /// The time that it bears instead of now; with it the same files give the same bytes.
    #[arg(long, value_name = "TIME", value_parser = super::time)]
    created: Option<OffsetDateTime>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

fn kind(text: &str) -> Result<Kind, String> {
    text.parse().map_err(|_| {
        let names = Kind::ALL.map(Kind::name).join(", ");
        format!("the kinds are {names}")
    })
}

impl Pack {
    pub(super) fn run(&self) -> Result<(), Failure> {
        check_ending(&self.output)?;
        // what is encrypted is never the same bytes again
        if self.locking.is_wanted() && self.output.exists() {
            return Err(files::taken(&self.output));
        }
        let mut room = MAX_CONTENT;
        let mut payloads = Vec::with_capacity(self.files.len());
        for path in &self.files {
            let payload = self.payload(path, room)?;
            room = room.saturating_sub(payload.bytes.len());
            payloads.push(payload);
        }
        let draft = Draft {
            kind: self.kind,
            ceremony: self.ceremony.clone(),
            created: self.created.unwrap_or_else(now),
            from: self.from.clone(),
            note: self.note.clone(),
            payloads,
        };
        let envelope = Envelope::pack(draft).map_err(|error| {
            Failure::call(format!(
                "the envelope would be refused: {error}. Nothing was written."
            ))
        })?;
        let lock = self.locking.lock()?;
        let locked = write(&envelope, &self.output, lock.as_ref())?;
        super::say(&Received { envelope, locked }, self.json);
        Ok(())
    }

    fn payload(&self, path: &Path, room: usize) -> Result<Payload, Failure> {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .ok_or_else(|| {
                Failure::call(format!(
                    "{}: an envelope cannot carry a file of this name. Nothing was written. \
                     Name a file.",
                    path.display()
                ))
            })?;
        let bytes = files::read(path, room)?;
        let payload = match self.kind {
            Kind::Signatures => signatures(bytes),
            _ => Payload {
                name: name.to_owned(),
                bytes,
            },
        };
        contents::check(self.kind, &payload).map_err(|error| {
            Failure::not_so(format!(
                "{} does not belong into an envelope of kind {}: {error}. Nothing was written.",
                path.display(),
                self.kind
            ))
        })?;
        Ok(payload)
    }
}

/// A list of signatures as it is, or the one that is in a metadata file.
fn signatures(bytes: Vec<u8>) -> Payload {
    let list = contents::metadata(bytes.clone())
        .ok()
        .and_then(|metadata| SignatureList::of(&metadata).ok());
    Payload {
        name: FILE_NAME.to_owned(),
        bytes: list.map_or(bytes, |list| list.to_bytes()),
    }
}

/// Whether a name is one of an envelope.
pub(super) fn check_ending(output: &Path) -> Result<(), Failure> {
    if output.extension().is_some_and(|ending| ending == "rse") {
        return Ok(());
    }
    Err(Failure::call(format!(
        "-o {}: the name of an envelope ends in .rse. Nothing was written.",
        safe(&output.display().to_string())
    )))
}

/// Writes an envelope, encrypted where there is a lock.
pub(super) fn write(
    envelope: &Envelope,
    output: &Path,
    lock: Option<&Lock>,
) -> Result<Locked, Failure> {
    let file = envelope.to_file().map_err(|error| {
        Failure::call(format!(
            "the envelope would be refused: {error}. Nothing was written."
        ))
    })?;
    let (file, locked) = match lock {
        None => (file, Locked::Open),
        Some(lock) => {
            let encrypted = sealed::encrypt(&file, lock).map_err(|error| {
                Failure::surroundings(format!(
                    "{} could not be encrypted: {error}. Nothing was written.",
                    output.display()
                ))
            })?;
            let locked = match lock {
                Lock::Recipients(_) => Locked::ForRecipients,
                Lock::Passphrase { .. } => Locked::UnderPassphrase,
            };
            (encrypted, locked)
        }
    };
    files::write(output, &file)?;
    notice(&format!(
        "{} written, {} bytes",
        output.display(),
        file.len()
    ));
    Ok(locked)
}
