//! Media of this machine, behind the port.

mod words;

use std::path::Path;

use crate::ceremony::assembly::MetadataFile;
use crate::ceremony::effect::FileDigest;
use crate::ceremony::medium::{Medium, MediumRole};
use crate::ceremony::plan::Mode;
use crate::ceremony::token::Fault;
use crate::media::log::LogCopy;
use crate::media::read::read;
use crate::media::write::{Outgoing, write};
use crate::media::{Images, Machine, Target};
use crate::ports::Media;

/// Files beside the transcript without which nobody can audit it.
const BESIDE: [&str; 2] = ["plan.toml", "script.toml"];

/// Media of this machine.
pub struct Sticks {
    machine: Machine,
    log: Option<(Medium, LogCopy)>,
}

impl Sticks {
    /// Those of this machine; nothing is looked at yet.
    pub fn of(machine: Machine) -> Self {
        Self { machine, log: None }
    }

    /// Puts the files that an audit needs beside the copy, under names of this ceremony.
    fn put_beside(&self, medium: &Medium, ceremony: &str, transcript: &Path) -> Result<(), Fault> {
        let mut files = Vec::new();
        for name in BESIDE {
            let path = transcript.with_file_name(name);
            let bytes = std::fs::read(&path).map_err(|error| super::storage(&path, &error))?;
            files.push((format!("{ceremony}.{name}"), bytes));
        }
        let outgoing: Vec<Outgoing<'_>> = files
            .iter()
            .map(|(name, bytes)| Outgoing { name, bytes })
            .collect();
        let target = Target::Medium(medium.clone());
        write(&self.machine, &target, &outgoing, &mut |_| ())
            .map(|_| ())
            .map_err(|error| self.fault(MediumRole::Log, medium, error))
    }
}

impl Media for Sticks {
    fn list(&mut self, mode: Mode) -> Result<Vec<Medium>, Fault> {
        let images = match mode {
            Mode::Production => Images::Hidden,
            Mode::Rehearsal => Images::Allowed,
        };
        let places = self.machine.offered(images);
        let places = places.map_err(|error| Fault::MediumFailed {
            medium: "The list of media".to_owned(),
            reason: error.to_string(),
        })?;
        Ok(places.into_iter().map(|place| place.medium).collect())
    }

    fn read(
        &mut self,
        medium: &Medium,
        names: &[String],
        limit: u64,
    ) -> Result<Vec<Vec<u8>>, Fault> {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let target = Target::Medium(medium.clone());
        let (taken, _) = read(&self.machine, &target, &names, limit)
            .map_err(|error| self.fault(MediumRole::In, medium, error))?;
        Ok(taken.into_iter().map(|taken| taken.bytes).collect())
    }

    fn write(
        &mut self,
        role: MediumRole,
        medium: &Medium,
        files: &[MetadataFile],
    ) -> Result<Vec<FileDigest>, Fault> {
        let outgoing: Vec<Outgoing<'_>> = files
            .iter()
            .map(|file| Outgoing {
                name: &file.name,
                bytes: &file.bytes,
            })
            .collect();
        let target = Target::Medium(medium.clone());
        let receipt = write(&self.machine, &target, &outgoing, &mut |_| ())
            .map_err(|error| self.fault(role, medium, error))?;
        let place = medium.word();
        let digests = receipt.files.into_iter().map(|file| FileDigest {
            name: format!("{} medium {place}/{}", role.name(), file.name),
            sha256: file.digest,
            size: file.bytes,
        });
        Ok(digests.collect())
    }

    fn attach(&mut self, medium: &Medium, ceremony: &str, transcript: &Path) -> Result<(), Fault> {
        // its mount is in the way of a new one
        self.log = None;
        self.put_beside(medium, ceremony, transcript)?;
        let target = Target::Medium(medium.clone());
        let copy = LogCopy::attach(&self.machine, &target, ceremony, transcript)
            .map_err(|error| self.fault(MediumRole::Log, medium, error))?;
        self.log = Some((medium.clone(), copy));
        Ok(())
    }

    fn append(&mut self, lines: &[u8]) -> Result<(), Fault> {
        let Some((medium, mut copy)) = self.log.take() else {
            return Ok(());
        };
        match copy.append(lines) {
            Ok(()) => {
                self.log = Some((medium, copy));
                Ok(())
            }
            Err(error) => {
                drop(copy);
                Err(self.fault(MediumRole::Log, &medium, error))
            }
        }
    }

    fn detach(&mut self) -> Result<(), Fault> {
        let Some((medium, copy)) = self.log.take() else {
            return Ok(());
        };
        copy.detach()
            .map(|_| ())
            .map_err(|error| self.fault(MediumRole::Log, &medium, error))
    }
}
