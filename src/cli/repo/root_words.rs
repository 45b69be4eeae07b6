//! A root in words: what it changes, its digest to be compared, who signs it.

use serde_json::{Value, json};

use crate::cli::root::compare::changes;
use crate::cli::root::text::{findings, paragraph};
use crate::digest::Sha256;
use crate::tuf::diff::Diff;
use crate::tuf::policy::Level;
use crate::tuf::rotation::Signers;

/// The digest of a payload, as hex and as the words that are read aloud.
pub fn digest(text: &mut String, payload: Sha256) {
    text.push_str("\nTO COMPARE, by another way than the file: SHA-256 of the content\n");
    paragraph(text, "  hex    ", &payload.hex());
    for (line, words) in payload.words().chunks(8).enumerate() {
        let label = if line == 0 { "  words  " } else { "         " };
        paragraph(text, label, &words.join(" "));
    }
}

/// What a root changes, with everything that is to be said of it.
pub fn step(text: &mut String, diff: &Diff) {
    changes(text, diff);
    if !diff.findings.is_empty() {
        text.push_str("\nFINDINGS\n");
        findings(text, &diff.findings, Level::Info);
    }
}

/// Who must sign, on each side.
pub fn signers(text: &mut String, signers: &Signers) {
    text.push_str("\nWHO SIGNS\n");
    for sentence in signers.sentences() {
        paragraph(text, "  ", &sentence);
    }
}

/// The same as members of a document.
pub fn document(payload: Sha256, diff: Option<&Diff>, signers: Option<&Signers>) -> Value {
    json!({
        "payload": payload,
        "words": payload.words().join(" "),
        "changes": diff.map(|diff| &diff.changes),
        "keys": diff.map(|diff| &diff.keys),
        "findings": diff.map(|diff| &diff.findings),
        "signers": signers,
        "complete": signers.is_some_and(Signers::met),
    })
}
