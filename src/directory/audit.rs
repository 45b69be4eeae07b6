//! The audit of a ceremony directory, for the command line and for everyone else.

pub(super) mod shelf;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::Path;
use std::sync::Arc;

use super::{DirectoryError, io_at, missing, mode_of_first_line};
use crate::ceremony::chronicle::Chronicle;
use crate::ceremony::event::Event;
use crate::ceremony::procedure::Procedure;
use crate::ceremony::recording::{self, Mark};
use crate::ceremony::state::{Placed, State};
use crate::digest::{Sha256, Sha256Stream};
use crate::journal::TRANSCRIPT;
use crate::transcript::Record;
use crate::transcript::audit::{
    Artefacts, Auditor, Finding, PLAN, Recording, SCRIPT, Scope, Verdict,
};
use crate::transcript::seal::FILE;

/// Longest line that is read, in bytes: no record comes near it, and a file without newlines must
/// not fill the memory.
pub(super) const MAX_LINE: u64 = 16 * 1024 * 1024;

/// Sees every record as far as the chain holds: its line without the newline, what it says, the state
/// after it.
pub type Watch<'a> = &'a mut dyn FnMut(&[u8], &Placed, &State);

/// What an audit found.
pub struct Audited {
    /// The audit, with the state that it derived.
    pub auditor: Auditor,
    /// One finding per rule.
    pub findings: Vec<Finding>,
    /// What happened when, as far as the chain held.
    pub chronicle: Chronicle,
    /// How much of the ceremony lay there.
    pub scope: Scope,
}

impl Audited {
    /// Whether no rule failed.
    pub fn passed(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.verdict != Verdict::Fail)
    }
}

/// Audits the ceremony in `dir`; or a copy of the record alone, such as that on a LOG medium, where `dir` is
/// a transcript with plan and script beside it. `trusted` are path and bytes of roots that the auditor trusts.
pub fn audit(
    dir: &Path,
    expected_head: Option<Sha256>,
    trusted: Vec<(String, Vec<u8>)>,
) -> Result<Audited, DirectoryError> {
    audit_watched(dir, expected_head, trusted, &mut |_, _, _| ())
}

/// As [`audit`]; `watch` sees the very records that are audited.
pub fn audit_watched(
    dir: &Path,
    expected_head: Option<Sha256>,
    trusted: Vec<(String, Vec<u8>)>,
    watch: Watch<'_>,
) -> Result<Audited, DirectoryError> {
    if dir.is_file() {
        return audit_of_copy(dir, expected_head, trusted, watch);
    }
    let path = dir.join(TRANSCRIPT);
    let lines = transcript(&path)?;
    let (plan, script) = (bound(dir, super::PLAN)?, bound(dir, super::SCRIPT)?);
    let procedure = match super::procedure(&plan, &script) {
        Ok(procedure) => Arc::new(procedure),
        Err(problems) => return Err(other_text(lines, &plan, &script, problems)),
    };
    let (auditor, chronicle) =
        told(&procedure, lines, expected_head, watch).map_err(io_at(&path))?;
    let findings = auditor.finish(&Artefacts {
        metadata: shelf::read(&dir.join(crate::world::METADATA))?,
        scope: Scope::Whole,
        inputs: shelf::read(&dir.join(crate::world::INPUTS))?,
        outputs: shelf::read(&dir.join(crate::world::OUTPUTS))?,
        attestations: shelf::read(&dir.join(crate::world::ATTESTATIONS))?,
        seal: shelf::seal(&dir.join(FILE))?,
        recording: recording(dir, auditor.marks())?,
        trusted,
    });
    Ok(Audited {
        auditor,
        findings,
        chronicle,
        scope: Scope::Whole,
    })
}

/// The transcript. Something else of that name, such as a directory or a pipe, is none.
fn transcript(path: &Path) -> Result<BufReader<File>, DirectoryError> {
    let there = std::fs::metadata(path).map_err(io_at(path))?;
    if !there.is_file() {
        return Err(io_at(path)(std::io::Error::other("it is not a file")));
    }
    let file = File::open(path).map_err(io_at(path))?;
    Ok(BufReader::with_capacity(1 << 16, file))
}

/// Plan or script, as they lie there.
fn bound(dir: &Path, name: &str) -> Result<Vec<u8>, DirectoryError> {
    shelf::at_most(&dir.join(name), MAX_LINE).map_err(|error| match error {
        DirectoryError::Io { source, .. }
            if source.kind() == std::io::ErrorKind::NotFound && dir.is_dir() =>
        {
            missing(dir)
        }
        other => other,
    })
}

/// Plan and script cannot be read as such. Where the first record names other ones, they are not those that
/// ran, and that is what an audit says.
fn other_text(
    lines: impl BufRead,
    plan: &[u8],
    script: &[u8],
    problems: DirectoryError,
) -> DirectoryError {
    let mut line = Vec::new();
    let read = lines.take(MAX_LINE).read_until(b'\n', &mut line);
    let text = read.ok().and_then(|_| std::str::from_utf8(&line).ok());
    let record = text.and_then(|text| Record::parse(text.strip_suffix('\n')?).ok());
    let Some(Event::CeremonyOpened(opening)) = record.and_then(|record| record.event().ok()) else {
        return problems;
    };
    let files = [
        (SCRIPT, super::SCRIPT, opening.script, script),
        (PLAN, super::PLAN, opening.plan, plan),
    ];
    for (rule, file, recorded, bytes) in files {
        let there = Sha256::of(bytes);
        if there != recorded {
            return DirectoryError::NotWhatRan {
                rule,
                words: format!(
                    "the record names {recorded}, {file} has the SHA-256 {there}. Nothing else was audited: {problems}"
                ),
            };
        }
    }
    problems
}

/// The end of the name of a transcript on a LOG medium; before it is the name of the ceremony, as before
/// those of plan and script.
const COPY: &str = ".transcript.jsonl";

fn audit_of_copy(
    path: &Path,
    expected_head: Option<Sha256>,
    trusted: Vec<(String, Vec<u8>)>,
    watch: Watch<'_>,
) -> Result<Audited, DirectoryError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // a copy that people made afterwards has the names of the ceremony directory
    let before = match name.strip_suffix(COPY) {
        Some(ceremony) => Some(format!("{ceremony}.")),
        None => (name == TRANSCRIPT).then(String::new),
    };
    let Some(before) = before else {
        let error = std::io::Error::other(format!(
            "neither a ceremony directory nor the copy on a LOG medium, whose name ends in {COPY}"
        ));
        return Err(io_at(path)(error));
    };
    let read =
        |name: &str| shelf::at_most(&path.with_file_name(format!("{before}{name}")), MAX_LINE);
    let procedure = Arc::new(super::procedure(
        &read(super::PLAN)?,
        &read(super::SCRIPT)?,
    )?);
    let (auditor, chronicle) =
        told(&procedure, transcript(path)?, expected_head, watch).map_err(io_at(path))?;
    let findings = auditor.finish(&Artefacts {
        scope: Scope::Record,
        metadata: Vec::new(),
        inputs: Vec::new(),
        outputs: Vec::new(),
        attestations: Vec::new(),
        seal: None,
        recording: None,
        trusted,
    });
    Ok(Audited {
        auditor,
        findings,
        chronicle,
        scope: Scope::Record,
    })
}

/// An audit that has read a whole transcript.
pub fn follow(
    procedure: &Arc<Procedure>,
    lines: impl BufRead,
    expected_head: Option<Sha256>,
) -> std::io::Result<Auditor> {
    told(procedure, lines, expected_head, &mut |_, _, _| ()).map(|(auditor, _)| auditor)
}

/// The same, with the story that the very records tell which were audited.
fn told(
    procedure: &Arc<Procedure>,
    mut lines: impl BufRead,
    expected_head: Option<Sha256>,
    watch: Watch<'_>,
) -> std::io::Result<(Auditor, Chronicle)> {
    let mut chronicle = Chronicle::default();
    let mut line = Vec::with_capacity(4096);
    let mut auditor: Option<Auditor> = None;
    loop {
        line.clear();
        let read = lines.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
        if read == 0 {
            break;
        }
        let whole = line.pop_if(|last| *last == b'\n').is_some();
        let auditor = auditor.get_or_insert_with(|| {
            let mode = std::str::from_utf8(&line)
                .ok()
                .and_then(mode_of_first_line)
                .unwrap_or(procedure.plan.mode);
            Auditor::new(Arc::clone(procedure), mode, expected_head)
        });
        if whole {
            if let Some(placed) = auditor.line(&line) {
                chronicle.record(auditor.state(), &placed);
                watch(&line, &placed, auditor.state());
            }
        } else {
            auditor.torn(read as u64);
            break;
        }
    }
    let unbegun = || Auditor::new(Arc::clone(procedure), procedure.plan.mode, expected_head);
    Ok((auditor.unwrap_or_else(unbegun), chronicle))
}

/// The recording, read once and not kept: its length, and the digests that the marks ask for. Where its place
/// is taken by something else than a file, it counts as one without a byte.
pub fn recording(dir: &Path, marks: &[Mark]) -> Result<Option<Recording>, DirectoryError> {
    let path = dir.join(recording::FILE);
    let about = match std::fs::symlink_metadata(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(io_at(&path))?,
    };
    let mut found = Recording::default();
    if !about.is_file() {
        return Ok(Some(found));
    }
    let mut file = std::fs::File::open(&path).map_err(io_at(&path))?;
    found.length = file.metadata().map_err(io_at(&path))?.len();
    let asked: BTreeSet<u64> = marks.iter().map(|mark| mark.bytes).collect();
    let mut digest = Sha256Stream::new();
    let (mut at, mut piece) = (0, vec![0; 1 << 16]);
    // no recording is longer, so that a mark behind that is one of no recording
    for end in asked.range(..=recording::LONGEST.min(found.length)) {
        while at < *end {
            let room = usize::try_from(end - at)
                .unwrap_or(usize::MAX)
                .min(piece.len());
            let read = file.read(&mut piece[..room]).map_err(io_at(&path))?;
            if read == 0 {
                return Ok(Some(found));
            }
            digest.update(&piece[..read]);
            at += read as u64;
        }
        found.prefixes.insert(*end, digest.clone().finish());
    }
    Ok(Some(found))
}
