//! The real world: tokens, files, clock, machine.

mod carried;
mod incoming;
mod sticks;

use std::path::{Path, PathBuf};

use time::OffsetDateTime;

use crate::ceremony::assembly::{self, MetadataFile};
use crate::ceremony::attested;
use crate::ceremony::check::Check;
use crate::ceremony::effect::{Effect, FileDigest, Outcome};
use crate::ceremony::sealing;
use crate::ceremony::state::State;
use crate::ceremony::token::{Evidence, Fault, KeyRequest, TokenKind, TokenName};
use crate::digest::Sha256;
use crate::journal::{replace_whole, timestamp, write_whole};
use crate::ports::{Media, Notice, Tokens, World};
use crate::secret::Secrets;

/// Where metadata goes in the ceremony directory.
pub const METADATA: &str = "metadata";
/// Directory for metadata from outside, as it was read, within a ceremony's.
pub const INPUTS: &str = "in";
/// Directory for what leaves the ceremony, besides metadata.
pub const OUTPUTS: &str = "out";
/// Directory for certificates of tokens, one directory for each token.
pub const ATTESTATIONS: &str = "attestations";

pub use sticks::Sticks;

/// Performs effects on this machine.
pub struct ThisMachine {
    /// The ceremony directory.
    pub dir: PathBuf,
    /// The tokens.
    pub tokens: Box<dyn Tokens + Send>,
    /// Media that people plug in.
    pub media: Box<dyn Media>,
    /// The environment checks.
    pub checks: Box<dyn FnMut() -> Vec<Check> + Send>,
    /// The clock.
    pub clock: fn() -> OffsetDateTime,
}

impl World for ThisMachine {
    fn perform(
        &mut self,
        effect: &Effect,
        state: &State,
        secrets: Secrets<'_>,
        notice: &mut dyn FnMut(Notice),
    ) -> Outcome {
        self.attempt(effect, state, secrets, notice)
            .unwrap_or_else(Outcome::Fault)
    }

    fn copy(&mut self, lines: &[u8], state: &State) -> Result<(), Fault> {
        self.media.append(lines)?;
        // what comes after the end is nothing: the medium can go
        match state.ending {
            Some(_) => self.media.detach(),
            None => Ok(()),
        }
    }
}

impl ThisMachine {
    fn attempt(
        &mut self,
        effect: &Effect,
        state: &State,
        secrets: Secrets<'_>,
        notice: &mut dyn FnMut(Notice),
    ) -> Result<Outcome, Fault> {
        let secret = secrets.secret;
        let base = plan_directory(state);
        let without_secret = |token: &TokenName| Fault::TokenFailed {
            token: token.clone(),
            reason: "no PIN or passphrase was handed over".to_owned(),
        };
        Ok(match effect {
            Effect::CheckEnvironment => Outcome::Environment((self.checks)()),
            Effect::ReadClock => Outcome::Clock(timestamp((self.clock)())),
            Effect::Identify { token } => {
                Outcome::Identified(self.tokens.identify(&resolved(token, &base))?)
            }
            Effect::FindKey { token, label } => Outcome::Found(self.tokens.find_key(
                &resolved(token, &base),
                label,
                secret,
            )?),
            Effect::Generate {
                token,
                label,
                algorithm,
                policies,
                present,
            } => {
                let request = KeyRequest {
                    algorithm: *algorithm,
                    policies: *policies,
                    present: *present,
                };
                let secret = secret.ok_or_else(|| without_secret(token))?;
                Outcome::Generated(self.tokens.generate(
                    &resolved(token, &base),
                    label,
                    &request,
                    secret,
                )?)
            }
            Effect::Sign {
                token,
                label,
                message,
            } => {
                let secret = secret.ok_or_else(|| without_secret(token))?;
                let nothing = || Fault::TokenFailed {
                    token: token.clone(),
                    reason: "there is nothing to sign".to_owned(),
                };
                let bytes = state.message(message).ok_or_else(nothing)?;
                let public = state.signing_key().ok_or_else(nothing)?;
                Outcome::Signature(self.tokens.sign(
                    &resolved(token, &base),
                    label,
                    Some(&public.spki_pem()),
                    &bytes,
                    secret,
                    notice,
                )?)
            }
            Effect::Provision { token, act } => {
                let (mut escrow, out) = (None, self.dir.join(OUTPUTS));
                let mut keep = |serial: &str, copy: &str| {
                    escrow = Some(keep_escrow(&out, serial, copy)?);
                    Ok(())
                };
                let token = resolved(token, &base);
                let identity = self.tokens.provision(&token, act, secrets, &mut keep)?;
                Outcome::Provisioned { identity, escrow }
            }
            Effect::Attest { token, label } => {
                let evidence = self.tokens.attest(&resolved(token, &base), label)?;
                self.keep_evidence(&evidence, state)?;
                Outcome::Attested(evidence)
            }
            Effect::ReadFiles { what, paths, from } => {
                Outcome::Files(self.read_inputs(state, &base, *what, paths, *from)?)
            }
            Effect::ListMedia => Outcome::Media(self.media.list(state.procedure.plan.mode)?),
            Effect::AttachLog => {
                self.attach_log(state)?;
                Outcome::LogAttached
            }
            Effect::Export { way, .. } => Outcome::Written(self.export(state, *way)?),
            Effect::Archive { .. } => Outcome::Written(self.archive(state)?),
            Effect::WriteSeal { .. } => {
                let file = sealing::file(state);
                let written = file.iter().map(|file| put(&self.dir, file));
                Outcome::Written(written.collect::<Result<_, _>>()?)
            }
            Effect::WriteMetadata { directories, .. } => {
                Outcome::Written(self.write_metadata(state, &base, directories)?)
            }
        })
    }

    /// Puts the certificates that a token brought forward, and the verdict on them, into
    /// `attestations/`, in a directory of the token's own. A token that is asked once more makes
    /// another certificate, which takes the place of the one before: each that was heard of is in the
    /// transcript.
    fn keep_evidence(&self, evidence: &Evidence, state: &State) -> Result<(), Fault> {
        let key = state.step().and_then(|step| step.key.as_ref());
        let all = self.dir.join(ATTESTATIONS);
        for file in key.map_or_else(Vec::new, |key| attested::files(state, key, evidence)) {
            let path = all.join(&file.name);
            let (Some(own), Some(name)) = (path.parent(), path.file_name()) else {
                continue;
            };
            std::fs::create_dir_all(own).map_err(|error| storage(own, &error))?;
            let file = MetadataFile {
                name: name.to_string_lossy().into_owned(),
                bytes: file.bytes,
            };
            put_by(replace_whole, own, &file)?;
        }
        Ok(())
    }

    fn archive(&self, state: &State) -> Result<Vec<FileDigest>, Fault> {
        let own = self.dir.join(METADATA);
        std::fs::create_dir_all(&own).map_err(|error| storage(&own, &error))?;
        let last = assembly::defunct_files(state).pop();
        last.iter().map(|file| put(&own, file)).collect()
    }

    fn write_metadata(
        &self,
        state: &State,
        base: &Path,
        directories: &[String],
    ) -> Result<Vec<FileDigest>, Fault> {
        let own = self.dir.join(METADATA);
        std::fs::create_dir_all(&own).map_err(|error| storage(&own, &error))?;
        let mut targets = vec![own];
        targets.extend(directories.iter().map(|dir| base.join(dir)));
        let mut written = Vec::new();
        for dir in &targets {
            if !dir.is_dir() {
                return Err(Fault::Storage {
                    path: dir.display().to_string(),
                    reason: "not there, or not a directory; is the medium mounted?".to_owned(),
                });
            }
            for file in assembly::metadata_files(state) {
                written.push(put(dir, &file)?);
            }
        }
        Ok(written)
    }
}

/// Puts the encrypted copy of a management key into `out`. That of a key which a reset has erased since
/// makes way.
fn keep_escrow(out: &Path, serial: &str, copy: &str) -> Result<FileDigest, Fault> {
    std::fs::create_dir_all(out).map_err(|error| storage(out, &error))?;
    let file = MetadataFile {
        name: format!("management-key-{serial}.age"),
        bytes: copy.as_bytes().to_vec(),
    };
    put_by(replace_whole, out, &file)
}

/// Writes a file under its own name, and reads it back. One with other content is left as it is.
fn put(dir: &Path, file: &MetadataFile) -> Result<FileDigest, Fault> {
    put_by(write_whole, dir, file)
}

fn put_by(
    write: fn(&Path, &[u8]) -> std::io::Result<()>,
    dir: &Path,
    file: &MetadataFile,
) -> Result<FileDigest, Fault> {
    let path = dir.join(&file.name);
    write(&path, &file.bytes).map_err(|error| storage(&path, &error))?;
    let back = std::fs::read(&path).map_err(|error| storage(&path, &error))?;
    if back != file.bytes {
        return Err(Fault::ReadBackDiffers {
            path: path.display().to_string(),
        });
    }
    Ok(FileDigest {
        name: path.display().to_string(),
        sha256: Sha256::of(&back),
        size: back.len() as u64,
    })
}

fn plan_directory(state: &State) -> PathBuf {
    state.opening.as_ref().map_or_else(PathBuf::new, |opening| {
        PathBuf::from(&opening.plan_directory)
    })
}

/// The name with a relative `file:` path made absolute.
pub fn resolved(token: &TokenName, base: &Path) -> TokenName {
    match (token.kind(), token.0.strip_prefix("file:")) {
        (Some(TokenKind::File), Some(path)) => {
            TokenName(format!("file:{}", base.join(path).display()))
        }
        _ => token.clone(),
    }
}

fn storage(path: &Path, error: &std::io::Error) -> Fault {
    Fault::Storage {
        path: path.display().to_string(),
        reason: error.to_string(),
    }
}
