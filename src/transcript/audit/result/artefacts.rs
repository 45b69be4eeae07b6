//! Verdicts on what lies beside the transcript: files that came in, files that were written, and
//! the roots that the auditor brings along.

use super::{Said, fail, nothing_signed, pass, signs};
use crate::ceremony::assembly;
use crate::ceremony::effect::{FileDigest, InputFile};
use crate::ceremony::incoming;
use crate::ceremony::plan::StagedPlan;
use crate::ceremony::state::{Ending, State};
use crate::digest::Sha256;
use crate::safe::{counted, safe};
use crate::transcript::audit::put_by::last_part;
use crate::transcript::audit::{Artefacts, Auditor, Scope, Verdict};
use crate::tuf::root::{Root, Signed};
use crate::tuf::trusted::Trusted;

pub fn inputs(auditor: &Auditor, artefacts: &Artefacts) -> Said {
    let state = &auditor.state;
    let plan = &state.procedure.plan;
    let staged = plan.staged.iter().flat_map(StagedPlan::paths);
    let trusted = plan.trusted.iter().map(|trusted| &trusted.path);
    if artefacts.scope == Scope::Record {
        return record_only();
    }
    let mut files = 0;
    for file in trusted
        .chain(staged)
        .filter_map(|path| state.inputs.get(path))
    {
        let name = file.kept_as();
        match artefacts.inputs.iter().find(|(known, _)| *known == name) {
            None => return fail(format!("in/{name} is missing")),
            Some((_, bytes)) if *bytes != file.text.as_bytes() => {
                return fail(format!("in/{name} is not what was read"));
            }
            Some(_) => files += 1,
        }
        if let Some(problem) = envelope(state, file, artefacts) {
            return fail(problem);
        }
    }
    // Content that was withdrawn lies there as well.
    let changed = |(name, bytes): &&(String, Vec<u8>)| {
        let known = auditor.put_by.read_as(name);
        !known.is_empty() && !known.contains(&Sha256::of(bytes))
    };
    if let Some((name, _)) = artefacts.inputs.iter().find(changed) {
        return fail(format!("in/{} is not what was read", safe(name)));
    }
    // The ceremony never reads them again, and an interrupted one may leave some: they are named, no more.
    let other = |(name, _): &&(String, Vec<u8>)| auditor.put_by.read_as(name).is_empty();
    let others: Vec<&str> = artefacts
        .inputs
        .iter()
        .filter(other)
        .map(|(name, _)| name.as_str())
        .collect();
    if !others.is_empty() {
        return (
            Verdict::Note,
            format!(
                "{}; the transcript does not say that these were read, and nobody judged \
                 them: {}",
                alike(files),
                named(&others)
            ),
        );
    }
    pass(alike(files))
}

/// So many files are what they should be.
pub(super) fn alike(files: usize) -> String {
    match files {
        0 => "no file is to be there".to_owned(),
        some => format!("{}, byte for byte", counted(some, "file")),
    }
}

/// The first names of several, and how many more there are.
fn named(names: &[&str]) -> String {
    const SHOWN: usize = 10;
    let first = names.iter().take(SHOWN).map(|name| safe(name));
    let shown = first.collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown}, and {more} more"),
    }
}

/// What is wrong with the envelope in which a file came, if it came in one.
fn envelope(state: &State, file: &InputFile, artefacts: &Artefacts) -> Option<String> {
    let from = file.envelope.as_ref()?;
    let name = safe(&from.file.name);
    let Some((_, bytes)) = artefacts
        .inputs
        .iter()
        .find(|(known, _)| *known == from.file.name)
    else {
        return Some(format!("in/{name} is missing"));
    };
    match incoming::file(
        &file.path,
        bytes,
        incoming::signatures_at(state, &file.path),
    ) {
        Ok(again) if again == *file => None,
        Ok(_) => Some(format!("in/{name} is not the envelope of what was read")),
        Err(problem) => Some(format!("in/{name}: {problem}")),
    }
}

/// Files that left are there as they are on record, and no others, for what lies in `out/` is carried on.
pub fn outputs(auditor: &Auditor, artefacts: &Artefacts) -> Said {
    let state = &auditor.state;
    if artefacts.scope == Scope::Record {
        return record_only();
    }
    let there = |wanted: &str| {
        let mut outputs = artefacts.outputs.iter();
        outputs.find(|(name, _)| name == wanted)
    };
    let same = |bytes: &[u8], on_record: &FileDigest| {
        bytes.len() as u64 == on_record.size && Sha256::of(bytes) == on_record.sha256
    };
    let mut files = 0;
    for written in state.exported.values().flatten() {
        let name = last_part(&written.name);
        match there(name) {
            None => return fail(format!("out/{} is missing", safe(name))),
            Some((_, bytes)) if !same(bytes, written) => {
                return fail(format!("out/{} is not what left the ceremony", safe(name)));
            }
            Some(_) => files += 1,
        }
    }
    // A copy of a management key is to be kept elsewhere; one that is still here is the one that was made.
    for (name, on_record) in auditor.put_by.escrow() {
        if there(name).is_some_and(|(_, bytes)| !same(bytes, on_record)) {
            return fail(format!(
                "out/{} is not the copy of the management key on record",
                safe(name)
            ));
        }
    }
    let exported = |name: &str| {
        let mut exported = state.exported.values().flatten();
        exported.any(|file| last_part(&file.name) == name)
    };
    let on_record = |name: &str, bytes: &[u8]| {
        exported(name)
            || auditor.put_by.escrow().any(|(known, _)| known == name)
            || auditor.put_by.was_to_leave(name, bytes)
    };
    let mut unsure = Vec::new();
    for (name, bytes) in &artefacts.outputs {
        if on_record(name, bytes) {
            continue;
        }
        if !auditor.put_by.may_be_escrow(name) {
            return fail(format!(
                "out/{} is there, and the transcript does not lead to it",
                safe(name)
            ));
        }
        unsure.push(name.as_str());
    }
    if !unsure.is_empty() {
        return (
            Verdict::Note,
            format!(
                "a copy of a management key was being made when the ceremony was interrupted, and nothing says \
                 that this is it: {}",
                named(&unsure)
            ),
        );
    }
    pass(match files {
        0 => "nothing left besides metadata".to_owned(),
        files => format!("{files} copies left, as on record"),
    })
}

/// Of a copy on a LOG medium nobody expects files.
pub fn record_only() -> Said {
    (
        Verdict::Note,
        "not compared: this is the copy on a LOG medium, which has no files".to_owned(),
    )
}

/// The auditor's own roots, oldest first, each followed by the next; the last of them is this
/// ceremony's root, or the one before it.
pub fn trusted(auditor: &Auditor, artefacts: &Artefacts) -> Said {
    let state = &auditor.state;
    if artefacts.trusted.is_empty() {
        return (
            Verdict::Note,
            "not compared: give --trusted-root with a root that you trust".to_owned(),
        );
    }
    if !signs(state) {
        return nothing_signed();
    }
    let mut chain: Vec<Trusted<Root>> = Vec::new();
    for (path, bytes) in &artefacts.trusted {
        let next = Signed::parse(bytes)
            .map_err(|error| error.to_string())
            .and_then(|signed| {
                match chain.last() {
                    None => Trusted::first(&signed),
                    Some(before) => before.next(&signed),
                }
                .map_err(|error| error.to_string())
            });
        match next {
            Ok(next) => chain.push(next),
            Err(reason) => return fail(format!("{path}: {reason}")),
        }
    }
    let Some(last) = chain.last() else {
        return fail("there is no trusted root");
    };
    let Some(ours) = assembly::signed_root(state) else {
        return judging(state, &chain, last);
    };
    if state
        .payload
        .as_ref()
        .is_some_and(|made| made.sha256 == last.payload())
    {
        return pass("it is the root that the auditor trusts");
    }
    match last.next(&ours) {
        Ok(_) => pass(format!(
            "it follows version {} that the auditor trusts",
            last.get().version
        )),
        Err(reason) => fail(format!(
            "it does not follow version {}: {reason}",
            last.get().version
        )),
    }
}

/// Of content that is no root: whether the root that names its keys is one that the auditor trusts, or follows
/// from it.
fn judging(state: &State, chain: &[Trusted<Root>], last: &Trusted<Root>) -> Said {
    let Some(judge) = &state.trusted else {
        return fail("there is no root to compare");
    };
    let version = judge.root.version;
    if chain.iter().any(|root| root.payload() == judge.payload) {
        return pass(format!(
            "the content is no root; version {version}, by which it is judged, is one that the auditor trusts"
        ));
    }
    match last.next(&judge.signed) {
        Ok(_) => pass(format!(
            "the content is no root; version {version}, by which it is judged, follows version {} that the auditor \
             trusts",
            last.get().version
        )),
        Err(reason) => fail(format!(
            "the content is no root; version {version}, by which it is judged, does not follow version {}: {reason}",
            last.get().version
        )),
    }
}

pub fn files(auditor: &Auditor, artefacts: &Artefacts) -> Said {
    let state = &auditor.state;
    if artefacts.scope == Scope::Record {
        return record_only();
    }
    let mut wanted = assembly::defunct_files(state);
    if signs(state) {
        wanted.extend(assembly::metadata_files(state));
    }
    if state.ending != Some(Ending::Closed) {
        // Before the files were written there must be none.
        return match artefacts.metadata.first() {
            Some((name, _))
                if state.written.is_empty()
                    && !state.threshold_reached
                    && !wanted.iter().any(|file| file.name == *name) =>
            {
                fail(format!(
                    "metadata/{} is there, and the transcript does not lead to it",
                    safe(name)
                ))
            }
            _ => (
                Verdict::Note,
                "not decided, because the ceremony did not come to its end".to_owned(),
            ),
        };
    }
    for file in &wanted {
        match artefacts
            .metadata
            .iter()
            .find(|(name, _)| *name == file.name)
        {
            None => return fail(format!("metadata/{} is missing", file.name)),
            Some((_, bytes)) if *bytes != file.bytes => {
                return fail(format!(
                    "metadata/{} is not what the transcript leads to",
                    file.name
                ));
            }
            Some((_, bytes)) => {
                if let Err(reason) = accepted_by_clients(state, &file.name, bytes) {
                    return fail(format!("metadata/{}: {reason}", file.name));
                }
            }
        }
    }
    if let Some((name, _)) = artefacts
        .metadata
        .iter()
        .find(|(name, _)| !wanted.iter().any(|file| file.name == *name))
    {
        return fail(format!(
            "metadata/{} is there, and the transcript does not lead to it",
            safe(name)
        ));
    }
    pass(alike(wanted.len()))
}

/// Whether clients that trust the root before take a complete root, checked from its bytes.
fn accepted_by_clients(state: &State, name: &str, bytes: &[u8]) -> Result<(), String> {
    let root = state
        .payload
        .as_ref()
        .is_some_and(|payload| payload.role == "root");
    if !root || !state.threshold_reached || name.starts_with("defunct-") {
        return Ok(());
    }
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let signed = Signed::parse(bytes).map_err(|error| said(&error))?;
    match &state.trusted {
        None => Trusted::first(&signed).map_err(|error| said(&error))?,
        Some(trusted) => Trusted::first(&trusted.signed)
            .and_then(|before| before.next(&signed))
            .map_err(|error| said(&error))?,
    };
    Ok(())
}
