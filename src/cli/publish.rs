//! `report --public`: a copy of a ceremony for the public, without what the plan withholds.

mod beside;
mod common;
mod readme;

use std::path::Path;

use super::{Failure, notice, read};
use crate::ceremony::effect::FileDigest;
use crate::ceremony::event::Event;
use crate::ceremony::plan::{PublishPlan, Withheld};
use crate::ceremony::state::State;
use crate::digest::Sha256;
use crate::directory::{self, Audited, Copy, PLAN, README, SCRIPT};
use crate::document::{self, Audit};
use crate::journal::TRANSCRIPT;
use crate::safe::counted;
use crate::transcript::Record;
use crate::transcript::audit::{Finding, Verdict};
use crate::transcript::published::{Files, Published};
use crate::transcript::redact::{
    Beside, Class, Found, Gate, Needle, Place, Redaction, Unsought, needles, veil,
};
use crate::transcript::seal::FILE as SEAL;

/// Whether ids may tell of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    /// They may not.
    Judged,
    /// Somebody has decided that they may.
    Accepted,
}

/// Publishes the ceremony in `dir`, of which this is the audit, in the new directory `output`.
pub fn publish(dir: &Path, audited: &Audited, ids: Ids, output: &Path) -> Result<(), Failure> {
    refuse_unfit(dir, audited, output)?;
    let state = audited.auditor.state();
    let lines = read(&dir.join(TRANSCRIPT))?;
    let text = String::from_utf8(lines).map_err(|_| unread("it is not UTF-8"))?;
    let records: Vec<Record<'_>> = text
        .lines()
        .map(|line| Record::parse(line).map_err(|error| unread(&error.to_string())))
        .collect::<Result<_, _>>()?;
    let events: Vec<Event> = records
        .iter()
        .map(|record| record.event().map_err(|error| unread(&error.to_string())))
        .collect::<Result<_, _>>()?;
    let mut gate = gate(state, &events);
    judge_ids(&mut gate, state, &records, ids)?;
    for words in unsought(&gate) {
        notice(&words);
    }
    let (made, left_out) = made(dir, audited, &text, gate)?;
    for words in &left_out {
        notice(words);
    }
    directory::write_published(output, &made.files)?;
    let mut kinds: Vec<String> = made
        .withheld
        .iter()
        .map(|(kind, n)| format!("{n} {kind}"))
        .collect();
    if kinds.is_empty() {
        kinds.push("none".to_owned());
    }
    notice(&format!(
        "{} written: {} with the head {}; bodies withheld: {}",
        output.display(),
        counted(state.records, "record"),
        state.head,
        kinds.join(", ")
    ));
    Ok(())
}

/// What the last look does not see, and what to do about it: one sentence for each reason.
fn unsought(gate: &Gate) -> Vec<String> {
    let of = |why: Unsought| {
        let because = gate.unsought.iter().filter(|(_, because)| *because == why);
        let mut whose: Vec<&str> = because.map(|(needle, _)| needle.of.as_str()).collect();
        whose.sort_unstable();
        whose.dedup();
        whose.join(", ")
    };
    let told = |why, rest: &str| {
        let whose = of(why);
        (!whose.is_empty()).then(|| format!("not sought in the copy: {whose}. {rest}"))
    };
    [
        told(
            Unsought::Short,
            "It is too short to be told from other text. It is withheld where it has its place; whether it stands in \
             a title or in a file name, look yourself before you publish.",
        ),
        told(
            Unsought::Usual,
            "Every copy of any ceremony has the same text, such as an example in the script, so that it says nothing \
             of this one. It is withheld where it has its place. Nothing is to be done.",
        ),
        told(
            Unsought::InIds,
            "Ids tell it, which --accept-ids allows. Publish only with the word of those people.",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn unread(reason: &str) -> Failure {
    Failure::not_so(format!(
        "{TRANSCRIPT}: {reason}. Nothing was written. Run the audit again."
    ))
}

/// What cannot be published at all.
fn refuse_unfit(dir: &Path, audited: &Audited, output: &Path) -> Result<(), Failure> {
    if !dir.is_dir() || !dir.join(PLAN).is_file() {
        return Err(Failure::call(format!(
            "{}: a copy is published from a whole ceremony directory. Nothing was written. Name one.",
            dir.display()
        )));
    }
    if output.symlink_metadata().is_ok() {
        return Err(Failure::call(format!(
            "{} exists already. Nothing was written. Name a directory that is not there yet.",
            output.display()
        )));
    }
    let failed = audited.findings.iter();
    let failed: Vec<&str> = failed
        .filter(|finding| finding.verdict == Verdict::Fail)
        .map(|finding| finding.rule.id)
        .collect();
    if failed.is_empty() {
        return Ok(());
    }
    Err(Failure::not_so(format!(
        "AUDIT FAILED: {}. Nothing was written: only a ceremony that was closed and passes its audit is published. \
         `rootstage audit {}` says why.",
        failed.join(", "),
        dir.display()
    )))
}

/// What is sought, in view of what every text of this program has anyway.
fn gate(state: &State, events: &[Event]) -> Gate {
    let plan = &state.procedure.plan;
    let common = common::text();
    let sought = needles(plan, events.iter());
    let gate = Gate::new(sought.clone(), &common);
    // what leaves in an envelope has the title in it
    if gate.find(&plan.title, Place::Record).is_none() {
        return gate;
    }
    let digest = |file: &FileDigest| Needle {
        text: file.sha256.hex(),
        of: format!(
            "the digest of {}, which has the title of the plan",
            file.name
        ),
        class: Class::Digest,
    };
    let written = state.exported.values().flatten();
    // metadata leaves as it is, and is published
    let envelope = |file: &&FileDigest| {
        !state
            .written
            .iter()
            .any(|there| there.sha256 == file.sha256)
    };
    let more: Vec<Needle> = written.filter(envelope).map(digest).collect();
    Gate::new([sought, more].concat(), &common)
}

/// Ids are in the part of a record to which its place in the chain is bound.
fn judge_ids(
    gate: &mut Gate,
    state: &State,
    records: &[Record<'_>],
    ids: Ids,
) -> Result<(), Failure> {
    let people = state.procedure.plan.participants.iter();
    let people = people.map(|person| person.id.0.as_str());
    let keys = state
        .procedure
        .plan
        .keys()
        .map(|(_, key)| key.name.0.as_str());
    let of_records = records
        .iter()
        .flat_map(|record| [record.actor, record.step]);
    let mut all: Vec<&str> = people.chain(keys).chain(of_records).collect();
    all.sort_unstable();
    all.dedup();
    if ids == Ids::Accepted {
        gate.accept_ids(all.into_iter());
        return Ok(());
    }
    let told = |id: &&str| {
        gate.find_in_id(id)
            .map(|Found(needle)| (id.to_string(), needle))
    };
    match all.iter().find_map(told) {
        None => Ok(()),
        Some((id, needle)) => Err(Failure::not_so(format!(
            "The id `{id}` has {}, which the plan withholds, and ids are in every record: they cannot be withheld. \
             Nothing was written. Where those people agree, say --accept-ids; for the next ceremony, take ids \
             that say nothing.",
            needle.of
        ))),
    }
}

/// A copy, not yet written.
struct Made {
    files: Copy,
    withheld: Vec<(String, u64)>,
}

fn made(
    dir: &Path,
    audited: &Audited,
    text: &str,
    mut gate: Gate,
) -> Result<(Made, Vec<String>), Failure> {
    let state = audited.auditor.state();
    let plan = &state.procedure.plan;
    let publish = &plan.publish;
    let mut left_out = Vec::new();
    let script = beside::script(dir, &mut gate, &mut left_out)?;
    let gate = &gate;
    let seal = beside::seal(dir, plan.seal.statement, publish, gate, &mut left_out)?;
    let mut redaction = Redaction::new(publish, gate, seal.is_some());
    let mut lines = String::with_capacity(text.len());
    for line in text.lines() {
        let line = redaction
            .line(line)
            .map_err(|error| unread(&error.to_string()))?;
        lines.push_str(&line);
        lines.push('\n');
    }
    let withheld: Vec<(String, u64)> = redaction.withheld.into_iter().collect();
    let metadata = directory::metadata(dir)?;
    let what = meanings(publish);
    let shown = Files {
        metadata: metadata.clone(),
        script: script.clone(),
        seal: seal.clone(),
        trusted: Vec::new(),
    };
    confirm(state.head, &lines, &shown)?;
    let veiled = veil(
        state,
        &audited.chronicle,
        &audited.findings,
        &own_findings(None, &lines, &shown),
        gate,
        Beside {
            script: script.is_some(),
            seal: seal.is_some(),
        },
    );
    let report = document::html(&Audit {
        state: &veiled.state,
        chronicle: &veiled.chronicle,
        findings: &veiled.findings,
        chain_holds: audited.auditor.chain_holds(),
        withheld: (!publish.is_open()).then_some(what.as_str()),
    });
    let readme = readme::text(&readme::About {
        rehearsal: state.rehearsal(),
        ceremony: state
            .opening
            .as_ref()
            .map_or("", |opening| opening.ceremony.as_str()),
        records: state.records,
        withheld: withheld.iter().map(|(_, n)| n).sum(),
        what: if publish.is_open() { "nothing" } else { &what },
        head: state.head,
        script: script.is_some(),
        seal: seal.is_some(),
    });
    let mut files: Copy = vec![(TRANSCRIPT.to_owned(), lines.into_bytes())];
    let named = metadata.into_iter();
    files.extend(named.map(|(name, bytes)| (format!("{}/{name}", crate::world::METADATA), bytes)));
    files.push(("report.html".to_owned(), report.into_bytes()));
    files.push((README.to_owned(), readme.into_bytes()));
    look_through(&files, gate)?;
    left_out.extend(parts_left(&files, gate));
    files.extend(seal.map(|bytes| (SEAL.to_owned(), bytes)));
    files.extend(script.map(|bytes| (SCRIPT.to_owned(), bytes)));
    Ok((Made { files, withheld }, left_out))
}

fn meanings(publish: &PublishPlan) -> String {
    let words: Vec<&str> = publish
        .withhold
        .iter()
        .map(|what: &Withheld| what.meaning())
        .collect();
    words.join("; ")
}

/// The last look, at every byte of what nothing can be taken out of any more.
fn look_through(files: &Copy, gate: &Gate) -> Result<(), Failure> {
    for (name, bytes) in files {
        let text = String::from_utf8_lossy(bytes);
        let found = gate
            .find(&text, Place::File)
            .or_else(|| gate.find(name, Place::File));
        if let Some(Found(needle)) = found {
            let line = text
                .lines()
                .position(|line| gate.find(line, Place::File).is_some());
            let place = line.map_or_else(String::new, |line| format!(", line {}", line + 1));
            return Err(Failure::not_so(format!(
                "{name}{place} would have {}, which the plan withholds, where nothing can be taken out. Nothing was \
                 written. Look at that place; whether to publish it by hand is for people to decide.",
                needle.of
            )));
        }
    }
    Ok(())
}

/// Words for where a part of something stands, which may be another word: people look there.
fn parts_left(files: &Copy, gate: &Gate) -> Vec<String> {
    // bodies that have it are withheld
    let read = files.iter().filter(|(name, _)| name != TRANSCRIPT);
    let told = read.filter_map(|(name, bytes)| {
        let text = String::from_utf8_lossy(bytes);
        let Found(needle) = gate
            .find(&text, Place::Record)
            .or_else(|| gate.find(name, Place::Record))?;
        let line = text
            .lines()
            .position(|line| gate.find(line, Place::Record).is_some());
        let place = line.map_or_else(String::new, |line| format!(", line {}", line + 1));
        Some(format!(
            "KNOW THIS: {}{place} has {}, or a word that is spelled like it, and is published as it is. Look at that \
             place before you publish.",
            crate::safe::safe(name),
            needle.of
        ))
    });
    told.collect()
}

/// What strangers find in the copy.
fn own_findings(head: Option<Sha256>, lines: &str, files: &Files) -> Vec<Finding> {
    let mut copy = Published::new(head);
    lines.lines().for_each(|line| copy.line(line.as_bytes()));
    copy.finish(files)
}

/// The copy passes the audit that strangers will make of it, under the very same head.
fn confirm(head: Sha256, lines: &str, files: &Files) -> Result<(), Failure> {
    let findings = own_findings(Some(head), lines, files);
    let mut findings = findings.iter();
    match findings.find(|finding| finding.verdict == Verdict::Fail) {
        None => Ok(()),
        Some(failed) => Err(Failure::not_so(format!(
            "The copy would not pass its own audit: {}: {}. Nothing was written.",
            failed.rule.id,
            crate::safe::safe(&failed.sentence)
        ))),
    }
}
