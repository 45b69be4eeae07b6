//! The first page: what it was, how it ended, what the audit says, and the head.

use std::fmt::Write as _;

use super::Audit;
use super::markup::{code, counted, facts, hex, lines, paragraph, prose, spoken, text};
use super::times::{clock, day, length};
use crate::ceremony::assembly;
use crate::ceremony::chronicle::{Turn, between};
use crate::ceremony::plan::Mode;
use crate::ceremony::state::Ending;
use crate::qr::symbol::{Level, QUIET, Symbol, smallest};
use crate::transcript::audit::{HEAD, Verdict};

pub fn cover(page: &mut String, audit: &Audit<'_>) {
    let state = audit.state;
    let plan = &state.procedure.plan;
    page.push_str("<header class=\"cover\">\n");
    paragraph(page, "kicker", "Report on a key ceremony");
    let _ = writeln!(page, "<h1>{}</h1>", text(&plan.title));
    match plan.mode {
        Mode::Rehearsal => paragraph(
            page,
            "banner",
            "<b>REHEARSAL</b> Nothing that was made here may be trusted.",
        ),
        Mode::Production => paragraph(page, "mode", "Production ceremony"),
    }
    outcome(page, audit);
    verdict(page, audit);
    let mut rows = vec![
        ("Place", text(&plan.location)),
        ("Day", day(&state.opened_at)),
        ("Time (UTC)", times(audit)),
        ("End", ending(audit)),
        ("Result", result(audit)),
        (
            "Exceptions",
            match state.exceptions.len() {
                0 => "none on record".to_owned(),
                some => format!(
                    "<a href=\"#exceptions\">{}: read {}</a>",
                    counted(some, "exception"),
                    if some == 1 { "it" } else { "them" }
                ),
            },
        ),
    ];
    if let Some(opening) = &state.opening {
        rows.push(("Ceremony", code(&opening.ceremony)));
    }
    rows.push((
        "Script",
        format!(
            "{} ({})",
            text(&state.procedure.script.title),
            code(&plan.script)
        ),
    ));
    rows.push(("Records", state.records.to_string()));
    facts(page, "The ceremony", &rows);
    head(page, audit);
    page.push_str("</header>\n");
}

fn times(audit: &Audit<'_>) -> String {
    let (from, to) = (&audit.chronicle.from, &audit.chronicle.to);
    match between(from, to) {
        Some(seconds) => format!(
            "{} to {} ({})",
            clock(from, from),
            clock(to, from),
            length(seconds)
        ),
        None => "no record has a time".to_owned(),
    }
}

/// What came out of it.
fn result(audit: &Audit<'_>) -> String {
    let state = audit.state;
    let closed = audit.chain_holds && state.ending == Some(Ending::Closed);
    match &state.payload {
        Some(payload) if closed && state.counted => {
            let missing = state.judges.iter().any(|judge| {
                !judge
                    .tally(&payload.bytes, &assembly::signatures(state))
                    .met()
            });
            let more = if missing {
                "; <b class=\"bad\">signatures are still missing</b>"
            } else {
                ""
            };
            format!(
                "<a href=\"#content\">{} version {}</a>, with {}{more}",
                text(&payload.role),
                payload.version,
                counted(state.signatures.len(), "signature")
            )
        }
        _ if closed && state.procedure.plan.signs_nothing() => {
            "none: tokens were tried, and no metadata was signed".to_owned()
        }
        _ => "none".to_owned(),
    }
}

/// How it ended, where it did not end well: in letters as large as those of the audit.
fn outcome(page: &mut String, audit: &Audit<'_>) {
    if !audit.chain_holds {
        return;
    }
    let words = match audit.state.ending {
        Some(Ending::Closed) => return,
        Some(Ending::Aborted) => {
            "<b>ABORTED</b> The ceremony was given up before its end. It has no result: nothing that was made in \
             it is for use."
        }
        None => {
            "<b>UNFINISHED</b> The record ends before the end of the ceremony. It has no result yet, and what was \
             made so far is not for use."
        }
    };
    paragraph(page, "banner", words);
}

fn ending(audit: &Audit<'_>) -> String {
    let state = audit.state;
    match state.ending {
        _ if !audit.chain_holds => {
            "<b class=\"bad\">not known</b>: the transcript is broken before its end".to_owned()
        }
        Some(Ending::Closed) => "closed, as written in the script".to_owned(),
        Some(Ending::Aborted) => {
            let decisions = audit.chronicle.decisions.iter();
            let reason = decisions.rev().find_map(|decision| match &decision.turn {
                Turn::Aborted(reason) => Some(lines(reason)),
                _ => None,
            });
            format!(
                "<b class=\"bad\">ABORTED</b> before its end; there is no result. Reason: {}",
                reason.unwrap_or_default()
            )
        }
        None => format!(
            "<b class=\"bad\">NOT CLOSED</b>: the record ends at step {}",
            state.step().map_or_else(String::new, |step| code(&step.id))
        ),
    }
}

fn verdict(page: &mut String, audit: &Audit<'_>) {
    let of = |verdict| {
        audit
            .findings
            .iter()
            .filter(move |finding| finding.verdict == verdict)
    };
    let (passed, failed, notes) = (
        of(Verdict::Pass).count(),
        of(Verdict::Fail).count(),
        of(Verdict::Note).count(),
    );
    let (class, word) = if failed == 0 {
        ("passed", "AUDIT PASSED")
    } else {
        ("failed", "AUDIT FAILED")
    };
    let _ = writeln!(
        page,
        "<div class=\"verdict {class}\">\n<p class=\"word\">{word}</p>"
    );
    let sentence = tally(passed, failed, notes);
    paragraph(page, "", &sentence);
    if audit.withheld.is_some() {
        paragraph(
            page,
            "",
            "That is what the audit of the whole ceremony found. Of it this copy shows a part; what it shows by \
             itself, <code>rootstage audit</code> says.",
        );
    }
    if failed > 0 {
        paragraph(
            page,
            "",
            "What follows is what the record says. Do not rely on it before each failure is explained.",
        );
        page.push_str("<ul>\n");
        // where the chain is broken every other rule says so again
        let shown = of(Verdict::Fail).take(if audit.chain_holds { usize::MAX } else { 1 });
        for finding in shown {
            let _ = writeln!(
                page,
                "<li><a href=\"#rule-{0}\">{0}</a>: {1}</li>",
                finding.rule.id,
                prose(&finding.sentence)
            );
        }
        page.push_str("</ul>\n");
    }
    if !audit.chain_holds {
        paragraph(
            page,
            "",
            &format!(
                "<b>The transcript is broken.</b> Everything in this report is from the {} before the break.",
                counted(
                    usize::try_from(audit.state.records).unwrap_or(usize::MAX),
                    "record"
                )
            ),
        );
    }
    page.push_str("</div>\n");
}

/// `31 rules: 26 hold, none fails, 5 had nothing to compare.`
fn tally(passed: usize, failed: usize, notes: usize) -> String {
    let said = |number: usize, none: &str, one: &str, more: &str| match number {
        0 => none.to_owned(),
        1 => format!("1 {one}"),
        number => format!("{number} {more}"),
    };
    let nothing = match notes {
        0 => String::new(),
        number => format!(", {number} had nothing to compare"),
    };
    format!(
        "{}: {}, {}{nothing}.",
        counted(passed + failed + notes, "rule"),
        said(passed, "none holds", "holds", "hold"),
        said(failed, "none fails", "fails", "fail"),
    )
}

/// The head, for comparison with what people wrote down in the room.
fn head(page: &mut String, audit: &Audit<'_>) {
    let head = &audit.state.head;
    page.push_str("<div class=\"head\">\n<h2>Transcript head</h2>\n");
    let compared = audit
        .findings
        .iter()
        .find(|finding| finding.rule.id == HEAD.id);
    let sentence = match compared.map(|finding| finding.verdict) {
        Some(Verdict::Pass) => {
            "It was compared with the head that the auditor gave, and covers every record."
        }
        _ if !audit.chain_holds => {
            "<b class=\"bad\">The transcript is broken: this is the head of the records before the break, and \
             proves nothing of those after it.</b>"
        }
        Some(Verdict::Fail) => {
            "<b class=\"bad\">It is not the one that the auditor gave, or does not cover every record.</b>"
        }
        _ => {
            "It was not compared with paper. Compare these words with those that people in the room wrote down; \
              a transcript that was made up afterwards has another head."
        }
    };
    paragraph(page, "", sentence);
    page.push_str("<div class=\"anchor\">\n<div>");
    page.push_str(&spoken(head));
    page.push_str("</div>\n");
    page.push_str(&code_of(&head.hex().to_uppercase()));
    page.push_str("</div>\n</div>\n");
    let (plan, script) = (&audit.state.procedure.plan, &audit.state.procedure.script);
    facts(
        page,
        "What the ceremony was bound to",
        &[
            ("SHA-256 of the plan", hex(&plan.digest)),
            ("SHA-256 of the script", hex(&script.digest)),
        ],
    );
}

/// A QR code of a text in capitals and digits.
fn code_of(content: &str) -> String {
    let level = Level::Medium;
    let symbol =
        smallest(content.len(), level).and_then(|version| Symbol::new(content, version, level));
    let Some(symbol) = symbol else {
        return String::new();
    };
    let side = symbol.width() + 2 * QUIET;
    let mut path = String::new();
    for y in 0..symbol.width() {
        let mut x = 0;
        while x < symbol.width() {
            let dark = (x..symbol.width())
                .take_while(|x| symbol.is_dark(*x, y))
                .count();
            if dark > 0 {
                let _ = write!(path, "M{} {}h{dark}v1h-{dark}z", x + QUIET, y + QUIET);
            }
            x += dark.max(1);
        }
    }
    format!(
        "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" role=\"img\" aria-labelledby=\"qr-title\" \
         shape-rendering=\"crispEdges\"><title id=\"qr-title\">QR code of the transcript head, 64 hex \
         digits</title><rect width=\"{side}\" height=\"{side}\" fill=\"#ffffff\"/><path d=\"{path}\" \
         fill=\"#000000\"/></svg>\n"
    )
}
