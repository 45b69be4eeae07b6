//! The seal: what the keyholders signed of the whole record, and how anybody checks it.

use std::fmt::Write as _;

use serde_json::Value;

use super::Audit;
use super::markup::{Table, code, counted, facts, hex, mark, paragraph, spoken, text};
use crate::ceremony::plan::{KeyPlan, Participant, SealBy};
use crate::ceremony::sealing::{self, Sealing};
use crate::ceremony::token::Algorithm;
use crate::digest::Sha256;
use crate::transcript::audit::{SEAL_COUNT, SEAL_FILE, SEAL_SIGNATURES, SEAL_STATEMENT};
use crate::transcript::seal::{FILE, PREDICATE_TYPE};

/// Keys of a root that was made in the ceremony, as PEM.
const KEYS_OF_ROOT: &str = include_str!("seal/keys.sh");
/// Keys that the statement names, where no root was made.
const KEYS_OF_STATEMENT: &str = include_str!("seal/named.sh");
/// Statement, and what is signed of it.
const OPENED: &str = include_str!("seal/open.sh");
/// The signatures.
const VERIFIED: &str = include_str!("seal/verify.sh");
/// The files, and the head.
const COMPARED: &str = include_str!("seal/compare.sh");

pub fn section(page: &mut String, audit: &Audit<'_>) {
    let rules = [SEAL_STATEMENT, SEAL_SIGNATURES, SEAL_COUNT, SEAL_FILE];
    audit.checked_by(page, &rules);
    let Some(seal) = &audit.state.seal else {
        paragraph(page, "", unsealed(audit));
        return;
    };
    statement(page, audit, seal);
    signatures(page, audit, seal);
    let subjects = subjects(seal);
    let mut table = Table::open(
        page,
        "subjects",
        "What was sealed: each file with its SHA-256, and the transcript with its head",
        &["Name", "Digest"],
    );
    for (name, digest) in &subjects {
        table.row(&[code(name), hex(digest)]);
    }
    table.close();
    commands(page, audit, &subjects);
}

fn unsealed(audit: &Audit<'_>) -> &'static str {
    let procedure = &audit.state.procedure;
    let asked = procedure
        .steps
        .iter()
        .any(|step| step.kind == sealing::KIND);
    match (asked, procedure.plan.seal.by) {
        (_, SealBy::Paper) => {
            "By the plan no token seals this record: the head that people wrote on paper is its only seal."
        }
        (false, _) => "The script has no step in which keyholders seal the record.",
        (true, _) => "Nobody has sealed this record.",
    }
}

fn statement(page: &mut String, audit: &Audit<'_>, seal: &Sealing) {
    let by = match audit.state.procedure.plan.seal.by {
        SealBy::All => "every key that was in hand",
        SealBy::Quorum => "as many keys as the root demands",
        SealBy::Paper => "nobody",
    };
    let records = usize::try_from(seal.records).unwrap_or(usize::MAX);
    let after = audit.state.records.saturating_sub(seal.records);
    facts(
        page,
        "The statement",
        &[
            ("File", code(FILE)),
            ("SHA-256 of the statement", spoken(&seal.sha256)),
            ("Transcript head in it", hex(&seal.head)),
            (
                "What that head covers",
                format!(
                    "the first {}; the {} after it, of the sealing and the closing, by the head on paper alone",
                    counted(records, "record"),
                    counted(usize::try_from(after).unwrap_or(usize::MAX), "record"),
                ),
            ),
            ("By the plan it is sealed by", by.to_owned()),
        ],
    );
}

/// Keys that were in hand: those, and no others, may seal.
fn keys<'a>(audit: &'a Audit<'_>) -> impl Iterator<Item = (&'a Participant, &'a KeyPlan)> {
    let state = audit.state;
    let keys = state.procedure.plan.keys();
    keys.filter(|(_, key)| state.keys.contains_key(&key.name))
}

fn signatures(page: &mut String, audit: &Audit<'_>, seal: &Sealing) {
    let wrong = sealing::not_verifying(audit.state);
    let heads = ["Keyholder", "Kind of key", "Key id", "Signature"];
    let caption = "Who sealed; every signature was verified again for this report";
    let mut table = Table::open(page, "seals", caption, &heads);
    for (person, key) in keys(audit) {
        let result = if !seal.signatures.contains_key(&key.name) {
            mark("plain", "DID NOT SEAL")
        } else if wrong.contains(&&key.name) {
            mark("bad", "DOES NOT VERIFY")
        } else {
            mark("good", "VERIFIES")
        };
        let id = audit.state.held_key_id(&key.name);
        table.row(&[
            text(&person.name_with(key)),
            text(key.algorithm.name()),
            id.map_or_else(String::new, |id| hex(&id.digest())),
            result,
        ]);
    }
    table.close();
}

/// What the statement names; a digest that is none is left out, as the audit says of it.
fn subjects(seal: &Sealing) -> Vec<(String, Sha256)> {
    let statement: Value = serde_json::from_slice(&seal.payload).unwrap_or_default();
    let subjects = statement.get("subject").and_then(Value::as_array);
    let named = subjects.into_iter().flatten().filter_map(|subject| {
        let name = subject.get("name")?.as_str()?;
        let digest = subject.get("digest")?.as_object()?.values().next()?;
        Some((name.to_owned(), digest.as_str()?.parse().ok()?))
    });
    named.collect()
}

fn commands(page: &mut String, audit: &Audit<'_>, subjects: &[(String, Sha256)]) {
    page.push_str("<h3>Checking the seal without this program</h3>\n");
    paragraph(
        page,
        "",
        "With Python 3, openssl and <code>sha256sum</code>, beside the ceremony directory, which is named \
         <code>ceremony</code> here. Each line of openssl says <code>Verified OK</code>; nothing else says \
         anything. The keys are worth as much as the place from which you have them: compare their fingerprints \
         with paper, or take those of a root that you trust.",
    );
    let algorithms: Vec<Algorithm> = keys(audit).map(|(_, key)| key.algorithm).collect();
    let root = subjects
        .iter()
        .any(|(name, _)| name == "metadata/root.json");
    // metadata has Ed25519 keys as hex, which openssl does not read
    let made = root && !algorithms.contains(&Algorithm::Ed25519);
    let lines = if made {
        [KEYS_OF_ROOT, OPENED, VERIFIED, COMPARED]
    } else {
        [OPENED, KEYS_OF_STATEMENT, VERIFIED, COMPARED]
    };
    let _ = writeln!(
        page,
        "<pre id=\"seal-openssl\">mkdir check\n{}</pre>",
        lines.map(lined).join("\n")
    );
    if algorithms.contains(&Algorithm::EcdsaP384) {
        paragraph(
            page,
            "",
            "For a P-384 key, <code>-sha384</code> instead of <code>-sha256</code>.",
        );
    }
    if algorithms.contains(&Algorithm::Ed25519) {
        paragraph(
            page,
            "",
            "For an Ed25519 key: <code>openssl pkeyutl -verify -pubin -inkey check/KEYID.pem -rawin -in \
             check/encoded -sigfile check/KEYID.sig</code>.",
        );
    }
    let file = subjects
        .iter()
        .find(|(name, _)| name.starts_with("metadata/"));
    let Some((file, _)) = file.or(subjects.first()) else {
        return;
    };
    paragraph(
        page,
        "",
        "With cosign, for one file of the statement at a time, after the commands above. It calls a seal that is \
         in no public log <code>insecure</code>; the record of this one is on paper. It verifies P-256 and \
         Ed25519, not P-384.",
    );
    let _ = writeln!(
        page,
        "<pre id=\"seal-cosign\">for s in check/*.sig; do\n    cosign verify-blob-attestation \
         --insecure-ignore-tlog --signature ceremony/{FILE} \\\n        --type {PREDICATE_TYPE} \\\n        \
         --key &quot;${{s%.sig}}.pem&quot; &quot;ceremony/{}&quot; || exit 1\ndone</pre>",
        text(file)
    );
}

/// A text of this program: it has lines.
fn lined(program: &str) -> String {
    program.lines().map(text).collect::<Vec<_>>().join("\n")
}
