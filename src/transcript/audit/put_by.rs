//! Which files lie beside the transcript because a record says so, whatever became of them later.

use std::collections::BTreeMap;

use crate::ceremony::effect::{Effect, FileDigest};
use crate::ceremony::event::Event;
use crate::ceremony::token::piv::Provisioning;
use crate::digest::Sha256;

/// Most names that are remembered of a kind: what a forged file says must not cost memory.
const MOST: usize = 10_000;

/// Names of files in `in/` and `out/`, with their digests.
#[derive(Clone, Default)]
pub struct PutBy {
    /// Everything that was ever read into `in/`, by name.
    read: BTreeMap<String, Vec<Sha256>>,
    /// Everything that was to leave, by name; an export that was interrupted has left some of it there.
    left: BTreeMap<String, Vec<Sha256>>,
    /// The last encrypted copy of each management key, by name.
    escrow: BTreeMap<String, FileDigest>,
    /// Management keys of which a copy was to be made and is not on record.
    unsure: u32,
}

impl PutBy {
    /// One more record.
    pub fn see(&mut self, event: &Event) {
        match event {
            Event::FilesRead { files } => {
                for file in files {
                    also(&mut self.read, &file.kept_as(), file.sha256);
                    if let Some(envelope) = &file.envelope {
                        let of = &envelope.file;
                        also(&mut self.read, &of.name, of.sha256);
                    }
                }
            }
            Event::Intended(Effect::Export { files, .. }) => {
                for file in files {
                    also(&mut self.left, last_part(&file.name), file.sha256);
                }
            }
            Event::Intended(Effect::Provision {
                act: Provisioning::ManagementKey { escrow },
                ..
            }) if !escrow.is_empty() => self.unsure = self.unsure.saturating_add(1),
            Event::TokenProvisioned {
                escrow: Some(file), ..
            } => {
                self.unsure = self.unsure.saturating_sub(1);
                keep(
                    &mut self.escrow,
                    last_part(&file.name).to_owned(),
                    file.clone(),
                );
            }
            _ => {}
        }
    }

    /// What was ever read under this name; nothing, where no such file was.
    pub fn read_as(&self, name: &str) -> &[Sha256] {
        self.read.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether this very file was to leave.
    pub fn was_to_leave(&self, name: &str, bytes: &[u8]) -> bool {
        let digest = Sha256::of(bytes);
        let known = self.left.get(name);
        known.is_some_and(|known| known.contains(&digest))
    }

    /// The encrypted copies of management keys, by their names in `out/`.
    pub fn escrow(&self) -> impl Iterator<Item = (&str, &FileDigest)> {
        self.escrow.iter().map(|(name, file)| (name.as_str(), file))
    }

    /// Whether a file of this name may be the copy of a management key that an interruption kept off the
    /// record.
    pub fn may_be_escrow(&self, name: &str) -> bool {
        self.unsure > 0 && name.starts_with("management-key-")
    }
}

fn also(names: &mut BTreeMap<String, Vec<Sha256>>, name: &str, sha256: Sha256) {
    if names.len() < MOST || names.contains_key(name) {
        let known = names.entry(name.to_owned()).or_default();
        if known.len() < MOST && !known.contains(&sha256) {
            known.push(sha256);
        }
    }
}

fn keep<Kept>(names: &mut BTreeMap<String, Kept>, name: String, kept: Kept) {
    if names.len() < MOST || names.contains_key(&name) {
        names.insert(name, kept);
    }
}

/// The name of a file on record, which names directories of another machine.
pub fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}
