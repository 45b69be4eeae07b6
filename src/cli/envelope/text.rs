//! What the `envelope` commands print.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::locks::Locked;
use crate::digest::Sha256;
use crate::envelope::Envelope;
use crate::envelope::merge::{Choice, Chosen, Merged, Side, Standing, Wanted};
use crate::safe::safe;
use crate::tuf::threshold::Verdict;

/// An envelope for people.
pub fn paragraph(envelope: &Envelope, locked: Locked) -> String {
    let manifest = envelope.manifest();
    let mut text = format!(
        "kind      {}\ncreated   {}\n",
        manifest.kind,
        manifest.created_text().unwrap_or_default()
    );
    for (label, line) in [
        ("ceremony", &manifest.ceremony),
        ("from", &manifest.from),
        ("note", &manifest.note),
    ] {
        if let Some(line) = line {
            let _ = writeln!(text, "{label:9} {}", safe(line));
        }
    }
    let _ = writeln!(text, "encrypted {}", locked_words(locked));
    for payload in &manifest.payloads {
        let _ = writeln!(
            text,
            "\n{}, {} bytes\n  {}",
            payload.name,
            payload.size,
            payload.sha256.groups().join(" ")
        );
    }
    text.push_str("\nBoth sides compare the digest of the whole content:\n");
    text.push_str(&digest(envelope.digest()));
    text
}

/// An envelope as JSON.
pub fn document(envelope: &Envelope, locked: Locked) -> Value {
    let manifest = envelope.manifest();
    json!({
        "kind": manifest.kind.name(),
        "created": manifest.created_text().unwrap_or_default(),
        "ceremony": manifest.ceremony,
        "from": manifest.from,
        "note": manifest.note,
        "encrypted": locked_words(locked),
        "payloads": manifest.payloads.iter().map(|payload| json!({
            "name": payload.name,
            "size": payload.size,
            "sha256": payload.sha256.hex(),
        })).collect::<Vec<_>>(),
        "sha256": envelope.digest().hex(),
        "words": envelope.digest().words().join(" "),
    })
}

fn locked_words(locked: Locked) -> &'static str {
    match locked {
        Locked::Open => "no",
        Locked::ForRecipients => "for recipients",
        Locked::UnderPassphrase => "under a passphrase",
    }
}

/// Hex groups and words, each on lines of their own.
fn digest(digest: Sha256) -> String {
    let mut text = String::new();
    for part in digest.groups().chunks(8) {
        let _ = writeln!(text, "  {}", part.join(" "));
    }
    for part in digest.words().chunks(8) {
        let _ = writeln!(text, "  {}", part.join(" "));
    }
    text
}

/// What came of a merge, for people.
pub fn merged(merged: &Merged) -> String {
    let mut text = format!(
        "{} version {}, taken from {}, payload\n{}\nsignatures\n",
        safe(&merged.role),
        merged.version,
        safe(&merged.base),
        digest(merged.payload)
    );
    for chosen in &merged.signatures {
        let _ = writeln!(text, "  {}", chosen.signature.keyid);
        if !chosen.from.is_empty() {
            let _ = writeln!(text, "    in {}", names(&chosen.from));
        }
        if let Some(words) = choice_words(chosen) {
            let _ = writeln!(text, "    {words}");
        }
        for standing in &merged.standings {
            let holder = holder(&standing.holders, chosen);
            let _ = writeln!(
                text,
                "    {}{holder}: {}",
                side_words(standing),
                verdict_of(standing, chosen).map_or_else(String::new, verdict_words)
            );
        }
        if merged.standings.is_empty() && !chosen.signature.sig.is_empty() {
            text.push_str("    not checked: no root was given that names the keys (--trusted)\n");
        }
    }
    for standing in &merged.standings {
        text.push_str(&tally(standing));
    }
    text
}

fn tally(standing: &Standing) -> String {
    let tally = &standing.tally;
    let mut text = format!(
        "{}: {} of {} needed",
        side_words(standing),
        tally.count(),
        tally.threshold()
    );
    if tally.met() {
        text.push_str(", complete\n");
        return text;
    }
    let _ = writeln!(text, "; {} more of", tally.missing());
    for wanted in &standing.missing {
        let _ = writeln!(
            text,
            "  {}{}",
            wanted.keyid,
            wanted
                .holder
                .as_ref()
                .map(|who| format!(" ({who})"))
                .unwrap_or_default()
        );
    }
    text
}

/// The same as JSON.
pub fn merged_document(merged: &Merged) -> Value {
    json!({
        "role": merged.role,
        "version": merged.version,
        "payload": merged.payload.hex(),
        "taken_from": merged.base,
        "complete": merged.is_complete(),
        "signatures": merged.signatures.iter().map(|chosen| json!({
            "keyid": chosen.signature.keyid.hex(),
            "in": chosen.from,
            "differing_in": chosen.differing,
            "choice": choice_id(chosen.choice),
            "verdicts": merged.standings.iter().map(|standing| json!({
                "under": side_id(standing.side),
                "verdict": verdict_of(standing, chosen).map(verdict_id),
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "standings": merged.standings.iter().map(|standing| json!({
            "under": side_id(standing.side),
            "root_version": standing.root_version,
            "signed": standing.tally.count(),
            "threshold": standing.tally.threshold(),
            "met": standing.tally.met(),
            "missing": standing.missing.iter().map(|wanted| json!({
                "keyid": wanted.keyid.hex(),
                "holder": wanted.holder,
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}

fn names(inputs: &[String]) -> String {
    let shown: Vec<String> = inputs.iter().map(|name| safe(name)).collect();
    shown.join(", ")
}

fn holder(holders: &[Wanted], chosen: &Chosen) -> String {
    holders
        .iter()
        .find(|wanted| wanted.keyid == chosen.signature.keyid)
        .and_then(|wanted| wanted.holder.as_ref())
        .map(|who| format!(" ({who})"))
        .unwrap_or_default()
}

fn side_words(standing: &Standing) -> String {
    match standing.side {
        Side::Itself => "under the keys it names itself".to_owned(),
        Side::Trusted => format!("under the trusted root, version {}", standing.root_version),
    }
}

fn side_id(side: Side) -> &'static str {
    match side {
        Side::Itself => "itself",
        Side::Trusted => "trusted",
    }
}

fn verdict_of<'a>(standing: &'a Standing, chosen: &Chosen) -> Option<&'a Verdict> {
    let verdicts = standing.tally.verdicts();
    let found = verdicts
        .iter()
        .find(|(id, _)| *id == chosen.signature.keyid);
    found.map(|(_, verdict)| verdict)
}

fn verdict_words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Counted { .. } => "valid".to_owned(),
        Verdict::SameKeyAgain { .. } => "valid, but its key is counted already".to_owned(),
        Verdict::UnknownKey => "not a key of this role; kept, and not counted".to_owned(),
        Verdict::UnusableKey(why) => format!("cannot be checked here, not counted: {why}"),
        Verdict::Empty => "a placeholder without a signature".to_owned(),
        Verdict::Invalid(why) => format!("NOT VALID: {why}"),
    }
}

fn verdict_id(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Counted { .. } => "valid",
        Verdict::SameKeyAgain { .. } => "same-key-again",
        Verdict::UnknownKey => "unknown-key",
        Verdict::UnusableKey(_) => "unusable-key",
        Verdict::Empty => "placeholder",
        Verdict::Invalid(_) => "invalid",
    }
}

fn choice_words(chosen: &Chosen) -> Option<String> {
    let others = names(&chosen.differing);
    match chosen.choice {
        Choice::Only | Choice::PlaceholderOnly => None,
        Choice::ReplacesPlaceholder => Some("takes the place of an empty placeholder".to_owned()),
        Choice::OnlyValid => Some(format!(
            "the one in {others} differs and is not valid: left out"
        )),
        Choice::FirstOfValid => Some(format!(
            "another one is in {others}; more than one is valid, the first of those was kept"
        )),
        Choice::NoneValid => Some(format!(
            "another one is in {others}; NONE IS VALID, the first was kept"
        )),
        Choice::NotJudged => Some(format!(
            "another one is in {others}; their key is not known here, the first was kept"
        )),
    }
}

fn choice_id(choice: Choice) -> &'static str {
    match choice {
        Choice::Only => "only",
        Choice::ReplacesPlaceholder => "replaces-placeholder",
        Choice::PlaceholderOnly => "placeholder-only",
        Choice::OnlyValid => "only-valid",
        Choice::FirstOfValid => "first-of-valid",
        Choice::NoneValid => "none-valid",
        Choice::NotJudged => "not-judged",
    }
}
