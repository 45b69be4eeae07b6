//! The audit of a published copy, in which bodies are withheld.
//!
//! The engine cannot follow what it does not know, so that nothing is derived from the script here. What can
//! still be checked is checked: the chain and its head, metadata and its signatures, the seal. A rule that needs
//! a body that is withheld gets a note that says so, and never passes.

mod files;
mod judged;
mod metadata;
mod sealed;

use std::collections::BTreeMap;

use super::record::Line;
use crate::ceremony::effect::{Effect, FileDigest, Message};
use crate::ceremony::event::{Count, Event, Opening};
use crate::ceremony::plan::Mode;
use crate::digest::Sha256;
use crate::transcript::Chain;
use crate::transcript::audit::Finding;
use crate::transcript::seal;

/// What lies beside a published transcript.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// Name and bytes of each file in `metadata/`.
    pub metadata: Vec<(String, Vec<u8>)>,
    /// `script.toml`, where it is there.
    pub script: Option<Vec<u8>>,
    /// Bytes of the seal, where it is there.
    pub seal: Option<Vec<u8>>,
    /// Path and bytes of each root that the auditor trusts already.
    pub trusted: Vec<(String, Vec<u8>)>,
}

/// How many records of a kind there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kind {
    /// With their bodies.
    pub told: u64,
    /// Without.
    pub withheld: u64,
}

/// A published transcript, as far as it was read: lines go in, one after the other.
#[derive(Clone, Debug)]
pub struct Published {
    /// The chain; `None` before the first record.
    chain: Option<Chain>,
    /// Production or rehearsal, by the domain of the chain.
    mode: Mode,
    broken: Option<String>,
    torn: Option<u64>,
    expected: Option<Sha256>,
    /// Records by their kinds.
    pub kinds: BTreeMap<String, Kind>,
    /// Node and kind of every record.
    records: Vec<(Sha256, String)>,
    told: Told,
}

/// What the bodies that are there say; of several of a kind the last.
#[derive(Clone, Debug, Default)]
struct Told {
    opening: Option<Opening>,
    /// Payload of the content that is signed.
    payload: Option<Sha256>,
    /// Payloads of all content that was there, withdrawn content as well.
    payloads: Vec<Sha256>,
    /// Whether it was made here.
    assembled: bool,
    trusted: Option<(u64, Sha256)>,
    counts: Option<(Vec<Count>, bool)>,
    written: Option<Vec<FileDigest>>,
    archived: Vec<FileDigest>,
    /// The statement that was sealed, byte for byte.
    stated: Option<Vec<u8>>,
    sealed: Option<FileDigest>,
    signatures: Vec<(u64, String)>,
    keys: Vec<Sha256>,
    /// Whether the next signature is a proof of possession, whose text has a serial number.
    proof: bool,
}

impl Published {
    /// Before the first line; `expected` is the head from paper.
    pub fn new(expected: Option<Sha256>) -> Self {
        Self {
            chain: None,
            mode: Mode::Production,
            broken: None,
            torn: None,
            expected,
            kinds: BTreeMap::new(),
            records: Vec::new(),
            told: Told::default(),
        }
    }

    /// Takes the next line, without its newline.
    pub fn line(&mut self, line: &[u8]) {
        if self.broken.is_some() {
            return;
        }
        let number = self.records.len() + 1;
        if let Err(reason) = self.read(line) {
            self.broken = Some(format!("line {number}: {reason}"));
        }
    }

    fn read(&mut self, line: &[u8]) -> Result<(), String> {
        let text = std::str::from_utf8(line).map_err(|_| "it is not UTF-8".to_owned())?;
        let mut chain = match self.chain.take() {
            Some(chain) => chain,
            None => self.chain_of(text),
        };
        let line = chain
            .verify_published(text)
            .map_err(|error| error.to_string())?;
        let bare = line.bare();
        let kind = self.kinds.entry(bare.kind.to_owned()).or_default();
        match &line {
            Line::Withheld(_) => {
                kind.withheld += 1;
                self.told.proof = false;
            }
            Line::Told(record) => {
                kind.told += 1;
                let event = record.event().map_err(|error| error.to_string())?;
                self.told.record(record.seq, event);
            }
        }
        let opened = bare.kind == "ceremony-opened";
        if opened != (bare.seq == 0) {
            return Err("a ceremony is opened once, by its first record".to_owned());
        }
        self.records.push((chain.head(), bare.kind.to_owned()));
        self.chain = Some(chain);
        Ok(())
    }

    /// The first record fits one of the two domains; where its body is withheld both are tried.
    fn chain_of(&mut self, first: &str) -> Chain {
        let fits = |mode: &Mode| Chain::new(*mode).verify_published(first).is_ok();
        let modes = [Mode::Production, Mode::Rehearsal];
        self.mode = modes.into_iter().find(fits).unwrap_or(Mode::Production);
        Chain::new(self.mode)
    }

    /// The file ends with this many bytes that are no complete line.
    pub fn torn(&mut self, bytes: u64) {
        self.torn = Some(bytes);
    }

    /// Node of the last record, as far as the chain holds.
    pub fn head(&self) -> Option<Sha256> {
        self.records.last().map(|(node, _)| *node)
    }

    /// Number of records, as far as the chain holds.
    pub fn length(&self) -> u64 {
        self.records.len() as u64
    }

    /// Whether it is of a rehearsal.
    pub fn rehearsal(&self) -> bool {
        self.mode == Mode::Rehearsal
    }

    /// Number of bodies that are withheld.
    pub fn withheld(&self) -> u64 {
        self.kinds.values().map(|kind| kind.withheld).sum()
    }

    /// Number of exceptions.
    pub fn exceptions(&self) -> u64 {
        let kind = self.kinds.get("exception-logged");
        kind.map_or(0, |kind| kind.told + kind.withheld)
    }

    /// The verdicts on every rule.
    pub fn finish(&self, files: &Files) -> Vec<Finding> {
        judged::findings(self, files)
    }

    fn has(&self, kind: &str) -> bool {
        self.kinds.contains_key(kind)
    }

    /// Whether records of this kind are there whose bodies are withheld.
    fn withholds(&self, kind: &str) -> bool {
        self.kinds.get(kind).is_some_and(|kind| kind.withheld > 0)
    }
}

impl Told {
    fn content(&mut self, payload: Sha256) {
        self.payload = Some(payload);
        self.payloads.push(payload);
    }

    fn record(&mut self, seq: u64, event: Event) {
        match event {
            Event::CeremonyOpened(opening) => self.opening = Some(opening),
            Event::RootAssembled { payload, .. } => {
                self.content(payload);
                self.assembled = true;
            }
            Event::ContentImported { payload, .. } => {
                self.content(payload);
                self.assembled = false;
            }
            Event::RootTrusted { version, payload } => self.trusted = Some((version, payload)),
            Event::SignaturesCounted { judges, reached } => self.counts = Some((judges, reached)),
            Event::MetadataWritten { files } => self.written = Some(files),
            Event::Archived { file } => self.archived.push(file),
            Event::SealStated { statement, .. } => self.stated = seal::payload(&statement),
            Event::SealWritten { file } => self.sealed = Some(file),
            Event::Intended(effect) => {
                let proof = |message: &Message| matches!(message, Message::Possession { .. });
                self.proof = matches!(&effect, Effect::Sign { message, .. } if proof(message));
            }
            Event::SignatureMade { sig } if !self.proof => self.signatures.push((seq, sig)),
            Event::KeyEnrolled { fingerprint, .. } | Event::KeyPresented { fingerprint, .. } => {
                self.keys.push(fingerprint);
            }
            _ => {}
        }
    }
}
