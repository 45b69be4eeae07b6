//! What came in and what went out, and what the machine said of itself.

use super::Audit;
use super::markup::{Table, code, facts, hex, mark, paragraph, prose, spoken, text};
use crate::ceremony::assembly;
use crate::ceremony::check::Verdict as Looked;
use crate::ceremony::effect::FileDigest;
use crate::ceremony::state::LogCopy;
use crate::transcript::audit::{EVIDENCE, FILES, INPUTS, LOG, MEDIA, OUTPUTS, RECORDING};
use crate::transcript::redact::NO_DIGEST;

pub fn section(page: &mut String, audit: &Audit<'_>) {
    audit.checked_by(
        page,
        &[MEDIA, LOG, INPUTS, EVIDENCE, FILES, OUTPUTS, RECORDING],
    );
    result(page, audit);
    media(page, audit);
    incoming(page, audit);
    outgoing(page, audit);
    recording(page, audit);
    machine(page, audit);
}

/// What the transcript leads to: derived, whatever lies in the directory.
fn result(page: &mut String, audit: &Audit<'_>) {
    let state = audit.state;
    if state.payload.is_none() || !state.counted {
        paragraph(page, "", "No metadata came out of this ceremony.");
        return;
    }
    let files = assembly::metadata_files(state);
    let rows: Vec<(String, String)> = files
        .iter()
        .map(|file| {
            let digest = file.digest();
            let value = format!("{} bytes<br>{}", digest.size, spoken(&digest.sha256));
            (format!("metadata/{}", text(&file.name)), value)
        })
        .collect();
    let rows: Vec<(&str, String)> = rows
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    facts(
        page,
        "The result, derived from the transcript: size and SHA-256 of each file",
        &rows,
    );
}

fn media(page: &mut String, audit: &Audit<'_>) {
    let state = audit.state;
    page.push_str("<h3>Media</h3>\n");
    if state.media.is_empty() {
        paragraph(page, "", "No medium was given a role.");
    } else {
        let heads = ["Role", "Medium", "Serial", "Identifier", "Size"];
        let caption = "Media, as they described themselves when two people chose them";
        let mut table = Table::open(page, "media", caption, &heads);
        let or = |value: &str| match value {
            "" => "none".to_owned(),
            value => code(value),
        };
        for (role, medium) in &state.media {
            table.row(&[
                role.name().to_owned(),
                format!("{}<br>{}", text(&medium.name()), text(&medium.model)),
                or(&medium.serial),
                or(&medium.uuid),
                medium.size_in_words(),
            ]);
        }
        table.close();
    }
    let log = match &state.log {
        LogCopy::None => "No copy of the transcript was written to a LOG medium.",
        LogCopy::Kept => "The copy on the LOG medium was written to up to the last record.",
        LogCopy::GivenUp => "<b>Two people went on without the copy on the LOG medium.</b>",
        LogCopy::Detached | LogCopy::Lost(_) => "<b>The copy on the LOG medium lacks records.</b>",
    };
    paragraph(page, "", log);
}

fn incoming(page: &mut String, audit: &Audit<'_>) {
    page.push_str("<h3>Files that came in</h3>\n");
    let state = audit.state;
    if audit.withheld.is_some() {
        paragraph(page, "", "Withheld, if there are any.");
        return;
    }
    if state.inputs.is_empty() {
        paragraph(page, "", "No file was read.");
        return;
    }
    let heads = ["File in the plan", "Envelope", "SHA-256"];
    let mut table = Table::open(
        page,
        "inputs",
        "Files that were read, byte for byte as on record",
        &heads,
    );
    for (path, file) in &state.inputs {
        let envelope = file.envelope.as_ref().map_or_else(String::new, |envelope| {
            let from = envelope.from.as_deref().unwrap_or("nobody");
            format!(
                "{}, kind {}, packed by {} (its own words), content {}",
                code(&envelope.file.name),
                text(&envelope.kind),
                text(from),
                hex(&envelope.content)
            )
        });
        table.row(&[code(path), envelope, hex(&file.sha256)]);
    }
    table.close();
}

fn outgoing(page: &mut String, audit: &Audit<'_>) {
    page.push_str("<h3>Files that were written</h3>\n");
    let state = audit.state;
    let written = state.written.iter().map(|file| ("metadata", file));
    let exported = state
        .exported
        .iter()
        .flat_map(|(way, files)| files.iter().map(|file| (way.name(), file)));
    let all: Vec<(&str, &FileDigest)> = written.chain(exported).collect();
    if all.is_empty() && state.attested.is_empty() {
        paragraph(page, "", "No file was written.");
        return;
    }
    let heads = ["File", "By which way", "Bytes", "SHA-256"];
    let caption = "Files that were written and read back, as on record";
    let mut table = Table::open(page, "outputs", caption, &heads);
    for (way, file) in all {
        table.row(&[
            code(&file.name),
            way.to_owned(),
            size(file),
            hex(&file.sha256),
        ]);
    }
    for (name, sha256) in &state.attested {
        let kept = code(&format!("attestations/{name}"));
        table.row(&[
            kept,
            "kept beside the transcript".to_owned(),
            String::new(),
            hex(sha256),
        ]);
    }
    table.close();
}

/// The length of what has a text in it that is withheld tells something of that text.
fn size(file: &FileDigest) -> String {
    if file.sha256 == NO_DIGEST {
        "withheld".to_owned()
    } else {
        file.size.to_string()
    }
}

fn recording(page: &mut String, audit: &Audit<'_>) {
    page.push_str("<h3>The recording of the screen</h3>\n");
    let Some(mark) = audit.state.recording else {
        let words = match audit.withheld {
            Some(_) => "Withheld, if there is one.",
            None => "No recording is on record.",
        };
        paragraph(page, "", words);
        return;
    };
    let covered = if mark.ended {
        "bytes, to its end"
    } else {
        "bytes; what follows them is not covered"
    };
    let value = format!("{} {covered}<br>{}", mark.bytes, spoken(&mark.sha256));
    let caption = "The recording as far as it is on record: size and SHA-256";
    facts(page, caption, &[("session.cast", value)]);
}

fn machine(page: &mut String, audit: &Audit<'_>) {
    page.push_str("<h3>The machine, in its own words</h3>\n");
    paragraph(
        page,
        "recorded",
        "On record only: no audit can look at that machine again. It is what the program found and the room was shown.",
    );
    if audit.state.checks.is_empty() {
        paragraph(page, "", "The machine was not looked at.");
        return;
    }
    let heads = ["Check", "Result", "What was found"];
    let mut table = Table::open(
        page,
        "checks",
        "What the program found when it looked at the machine",
        &heads,
    );
    for check in &audit.state.checks {
        let class = match check.verdict {
            Looked::Pass => "good",
            Looked::Unknown => "plain",
            Looked::Warn => "warn",
            Looked::Fail => "bad",
        };
        table.row(&[
            code(&check.id),
            mark(class, check.verdict.word()),
            prose(&check.found),
        ]);
    }
    table.close();
}
