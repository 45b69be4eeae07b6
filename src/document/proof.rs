//! What the audit says, how to come to the same result by other means, and which programs were used.

use std::fmt::Write as _;

use super::Audit;
use super::markup::{Table, code, facts, hex, paragraph, prose, text};
use super::shown;
use crate::ceremony::assembly;
use crate::ceremony::state::State;
use crate::tuf::root::Role;

pub fn rules(page: &mut String, audit: &Audit<'_>) {
    paragraph(
        page,
        "",
        "Each rule was checked by deriving everything again from the records. PASS: it holds. FAIL: it does \
         not, or could not be found to hold. NOTE: there was nothing to compare.",
    );
    let heads = [
        "Rule",
        "Result",
        "What holds when it passes",
        "What was found",
    ];
    let mut table = Table::open(page, "rules", "Every rule of the audit", &heads);
    for finding in audit.findings {
        table.marked(
            &format!(" id=\"rule-{}\"", finding.rule.id),
            &[
                code(finding.rule.id),
                shown(finding.verdict),
                format!(
                    "{}<br><small>Source: {}</small>",
                    text(finding.rule.sentence),
                    text(finding.rule.source)
                ),
                prose(&finding.sentence),
            ],
        );
    }
    table.close();
}

/// With nothing but what every machine has.
pub fn by_hand(page: &mut String, audit: &Audit<'_>) {
    let state = audit.state;
    let (place, files, also) = match audit.withheld {
        None => (
            "the ceremony directory",
            files(state),
            "The first record of the transcript has those of plan and script as well.",
        ),
        Some(_) => (
            "the directory of this copy",
            "script.toml metadata/*".to_owned(),
            "Plan, and files that came in and went out, are withheld.",
        ),
    };
    paragraph(
        page,
        "",
        &format!(
            "With Python 3, OpenSSL and <code>sha256sum</code>, in {place}. The format of the transcript is \
             described in CEREMONY.md."
        ),
    );
    let _ = writeln!(
        page,
        "<h3>The transcript</h3>\n<p>This program walks the chain of records. Its last line must name this head:</p>\n\
         <p>{}</p>\n<pre id=\"chain\">{}</pre>\n<p>Saved as <code>chain.py</code>, it is called so:</p>\n\
         <pre>python3 chain.py transcript.jsonl</pre>",
        hex(&state.head),
        text_of(include_str!("chain.py"))
    );
    let _ = writeln!(
        page,
        "<h3>Plan, script and files</h3>\n<pre>sha256sum {files}</pre>"
    );
    paragraph(
        page,
        "",
        &format!("Compare with the digests in this report. {also}"),
    );
    let Some(payload) = &state.payload else {
        return;
    };
    let signed = payload.role == Role::Root.name() && state.counted;
    let Some(file) = assembly::metadata_files(state)
        .into_iter()
        .next()
        .filter(|_| signed)
    else {
        return;
    };
    let _ = writeln!(
        page,
        "<h3>The signatures</h3>\n<p>This program writes what is signed to <code>payload</code>, and each \
         signature and key beside it:</p>\n<pre id=\"unpack\">{}</pre>\n<p>Saved as <code>unpack.py</code>; \
         then each key in turn. For a P-384 key, <code>-sha384</code>; Ed25519 keys need other tools:</p>\n\
         <pre>python3 unpack.py metadata/{}\nsha256sum payload\nfor key in *.pem; do\n  openssl dgst \
         -sha256 -verify \"$key\" -signature \"${{key%.pem}}.sig\" payload\ndone</pre>\n<p>The SHA-256 of the \
         payload must be</p>\n<p>{}</p>",
        text_of(include_str!("unpack.py")),
        text(&file.name),
        hex(&payload.sha256)
    );
}

/// What there is to compare: a directory in which nothing lies has no files.
fn files(state: &State) -> String {
    let came_in = (!state.inputs.is_empty()).then_some("in/*");
    let went_out = (!state.exported.is_empty()).then_some("out/*");
    let made = (!state.written.is_empty()).then_some("metadata/*");
    let all = ["plan.toml", "script.toml"].into_iter();
    let all: Vec<&str> = all.chain(came_in).chain(went_out).chain(made).collect();
    all.join(" ")
}

/// A text of this program: it has lines.
fn text_of(program: &str) -> String {
    let lines: Vec<String> = program.lines().map(text).collect();
    lines.join("\n")
}

pub fn programs(page: &mut String, audit: &Audit<'_>) {
    let opening = audit.state.opening.as_ref();
    let unknown = || "not on record".to_owned();
    let mut rows = vec![
        (
            "Held with",
            opening.map_or_else(unknown, |opening| text(&opening.program)),
        ),
        (
            "Released",
            opening.map_or_else(unknown, |opening| text(&opening.released)),
        ),
        (
            "Version of the rules",
            opening.map_or_else(unknown, |opening| opening.rules.to_string()),
        ),
    ];
    if !audit.chronicle.programs.is_empty() {
        let programs: Vec<String> = audit
            .chronicle
            .programs
            .iter()
            .map(|name| text(name))
            .collect();
        rows.push(("Gone on with", programs.join(", ")));
    }
    rows.push((
        "Audited, and this report written, with",
        text(crate::PROGRAM_VERSION),
    ));
    facts(page, "What kept the record, and what read it", &rows);
    paragraph(
        page,
        "recorded",
        "This page bears no date: the same ceremony directory always gives the same page.",
    );
}
