//! `envelope merge`.

use std::path::{Path, PathBuf};

use clap::Args;
use time::OffsetDateTime;

use super::locks::{Keys, Opening, recipients};
use super::{files, pack, text};
use crate::cli::output::done;
use crate::cli::{Failure, notice, now, print, print_json};
use crate::envelope::limits::MAX_ENCRYPTED;
use crate::envelope::merge::{Input, MergeError, Merged, Part, merge};
use crate::envelope::{Draft, Envelope, Kind, MAGIC, Payload};
use crate::journal::is_there;
use crate::sealed;
use crate::tuf::root::{Root, Signed};
use crate::tuf::trusted::Trusted;

/// Arguments of `envelope merge`.
#[derive(Debug, Args)]
pub struct Merge {
    /// Envelopes and metadata files over one payload; at least one brings the metadata itself.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The file to write: .json for metadata, .rse for an envelope.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// The root trusted before, whose keys must sign as well.
    #[arg(long, value_name = "ROOT")]
    trusted: Option<PathBuf>,
    #[command(flatten)]
    opening: Opening,
    /// Encrypt the envelope that is written for this age recipient (age1…); may be repeated.
    #[arg(short, long, value_name = "AGE1…")]
    recipient: Vec<String>,
    /// The time that the envelope bears instead of now.
    #[arg(long, value_name = "TIME", value_parser = super::time)]
    created: Option<OffsetDateTime>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// What is written.
enum Target {
    Metadata,
    Envelope,
}

impl Merge {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let target = self.target()?;
        let trusted = self.trusted.as_deref().map(trusted).transpose()?;
        let keys = self.opening.keys()?;
        let mut ceremonies = Vec::new();
        let inputs = self
            .files
            .iter()
            .map(|path| input(&keys, path, &mut ceremonies))
            .collect::<Result<Vec<_>, _>>()?;
        let merged = merge(&inputs, trusted.as_ref()).map_err(|error| refused(&error))?;
        match target {
            Target::Metadata => {
                let there = is_there(&self.output, &merged.file);
                files::write(&self.output, &merged.file)?;
                notice(&done(&self.output, there));
            }
            Target::Envelope => {
                ceremonies.dedup();
                let ceremony = match ceremonies.as_slice() {
                    [only] => only.clone(),
                    _ => None,
                };
                self.write_envelope(&merged, ceremony)?;
            }
        }
        if self.json {
            print_json(&text::merged_document(&merged));
        } else {
            print(&text::merged(&merged));
        }
        Ok(())
    }

    fn target(&self) -> Result<Target, Failure> {
        match self.output.extension().and_then(|ending| ending.to_str()) {
            Some("json") if self.recipient.is_empty() => Ok(Target::Metadata),
            Some("json") => Err(Failure::call(
                "--recipient: a metadata file is never encrypted. Nothing was written. \
                 Write an envelope: a name that ends in .rse.",
            )),
            Some("rse") => Ok(Target::Envelope),
            _ => Err(Failure::call(format!(
                "-o {}: the name must end in .json for a metadata file or in .rse for an \
                 envelope. Nothing was written.",
                self.output.display()
            ))),
        }
    }

    fn write_envelope(&self, merged: &Merged, ceremony: Option<String>) -> Result<(), Failure> {
        let kind = if merged.is_complete() == Some(true) {
            Kind::SignedRole
        } else {
            Kind::StagedRole
        };
        let envelope = Envelope::pack(Draft {
            kind,
            ceremony,
            created: self.created.unwrap_or_else(now),
            from: None,
            note: None,
            payloads: vec![Payload {
                name: format!("{}.json", merged.role),
                bytes: merged.file.clone(),
            }],
        })
        .map_err(|error| {
            Failure::not_so(format!(
                "the envelope would be refused: {error}. Nothing was written."
            ))
        })?;
        let lock = match self.recipient.as_slice() {
            [] => None,
            listed => Some(recipients(listed)?),
        };
        pack::write(&envelope, &self.output, lock.as_ref())?;
        Ok(())
    }
}

/// Reads one input; notes the ceremony that an envelope names.
fn input(keys: &Keys, path: &Path, ceremonies: &mut Vec<Option<String>>) -> Result<Input, Failure> {
    let file = files::read(path, MAX_ENCRYPTED)?;
    let part = if file.starts_with(&MAGIC) || sealed::is_encrypted(&file) {
        let received = keys.opened(path, file)?;
        ceremonies.push(received.envelope.manifest().ceremony.clone());
        Part::of_envelope(&received.envelope)
    } else {
        Part::of_file(file)
    };
    let part = part.map_err(|error| {
        Failure::not_so(format!(
            "{}: {error}. Nothing was merged, nothing was written. \
             Name metadata files and envelopes with metadata or signatures.",
            path.display()
        ))
    })?;
    Ok(Input {
        name: path.display().to_string(),
        part,
    })
}

/// Reads the root trusted before: it has to be signed by the threshold of its own keys.
fn trusted(path: &Path) -> Result<Trusted<Root>, Failure> {
    let bytes = files::read(path, crate::tuf::signature::MAX_ROOT_BYTES)?;
    let refused = |error: &dyn std::fmt::Display| {
        Failure::not_so(format!(
            "--trusted {}: {error}. Nothing was merged, nothing was written. \
             Name the root that was published last.",
            path.display()
        ))
    };
    let signed = Signed::parse(&bytes).map_err(|error| refused(&error))?;
    Trusted::first(&signed).map_err(|error| refused(&error))
}

fn refused(error: &MergeError) -> Failure {
    let next = match error {
        MergeError::OtherPayload { .. } => {
            "Find out which site signed something else, and why, before anybody signs again."
        }
        MergeError::NoMetadata => "Name it first.",
        _ => "Do not use it; ask whoever made it.",
    };
    Failure::not_so(format!("{error}.\nNothing was written. {next}"))
}
