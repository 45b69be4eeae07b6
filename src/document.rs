//! The report on a ceremony: what one hands to an auditor.
//!
//! One HTML page without script, pictures from elsewhere or fonts of its own, to be read on a screen of any
//! width and printed on A4 or Letter. It is made from what an audit has derived and judged, and from
//! nothing else: the same ceremony directory gives the same bytes. Each section names the rules of the
//! audit that stand behind it; what no audit can check again is said to be on record only.

mod content;
mod cover;
mod exceptions;
mod files;
mod keys;
mod markup;
pub mod paper;
mod people;
pub mod press;
mod proof;
mod quorum;
mod seal;
mod steps;
mod timeline;
mod times;

use std::fmt::Write as _;

use crate::ceremony::chronicle::Chronicle;
use crate::ceremony::plan::ParticipantId;
use crate::ceremony::state::{Ending, State};
use crate::transcript::audit::{Finding, Rule, Verdict};
use crate::transcript::redact::NO_DIGEST;
use markup::{mark, paragraph, text};

/// What the report is made of: an audit that was made before.
#[derive(Clone, Copy)]
pub struct Audit<'a> {
    /// The state that the audit derived, as far as the chain held.
    pub state: &'a State,
    /// What happened when, from the same records.
    pub chronicle: &'a Chronicle,
    /// One finding for each rule.
    pub findings: &'a [Finding],
    /// Whether every record is in its place.
    pub chain_holds: bool,
    /// What is withheld, in words, where this goes into a published copy.
    pub withheld: Option<&'a str>,
}

/// A section: its anchor, its heading, and what writes it.
type Section = (&'static str, &'static str, fn(&mut String, &Audit<'_>));

const SECTIONS: &[Section] = &[
    ("participants", "Participants", people::section),
    ("timeline", "Timeline", timeline::section),
    ("steps", "Steps", steps::section),
    ("keys", "Keys", keys::section),
    ("content", "What was signed", content::section),
    ("findings", "Findings", content::findings),
    ("thresholds", "Thresholds", quorum::section),
    ("exceptions", "Exceptions", exceptions::section),
    ("seal", "Seal", seal::section),
    ("files", "Media and files", files::section),
    ("audit", "Audit", proof::rules),
    ("check", "Checking it without this program", proof::by_hand),
    ("program", "Programs", proof::programs),
];

/// Bytes of HTML below which a section is a few sentences.
const BRIEF: usize = 1200;

/// The page.
pub fn html(audit: &Audit<'_>) -> String {
    let title = text(&audit.state.procedure.plan.title);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}: report on a key ceremony</title>\n<style>\n{}{}</style>\n</head>\n<body>\n",
        include_str!("document/style.css"),
        footer(audit)
    );
    if audit.state.rehearsal() {
        page.push_str("<div class=\"across\" aria-hidden=\"true\">REHEARSAL</div>\n");
    }
    page.push_str("<main>\n");
    if let Some(what) = audit.withheld {
        let sentence = format!(
            "<b>PUBLISHED COPY</b> Withheld by the plan: {}. People are called by their ids.",
            text(what)
        );
        paragraph(&mut page, "copy", &sentence);
    }
    cover::cover(&mut page, audit);
    contents(&mut page);
    for (anchor, heading, write) in SECTIONS {
        let mut section = String::new();
        write(&mut section, audit);
        // little text, and no table: it needs no sheet of its own
        let brief = !section.contains("<table") && section.len() < BRIEF;
        let class = if brief { " class=\"brief\"" } else { "" };
        let _ = writeln!(
            page,
            "<section id=\"{anchor}\"{class}>\n<h2>{heading}</h2>\n{section}</section>"
        );
    }
    page.push_str("</main>\n</body>\n</html>\n");
    if audit.withheld.is_some() {
        // a digest that is withheld stands as that of nothing, wherever it is shown
        page = page.replace(&markup::hex(&NO_DIGEST), "withheld");
    }
    page
}

/// What stands below every printed page, so that a page that lies alone says where it belongs. Fixed words
/// and hex digits only, as nothing is escaped here.
fn footer(audit: &Audit<'_>) -> String {
    let state = audit.state;
    let opening = state.opening.as_ref();
    let id = opening.map_or("", |opening| opening.ceremony.as_str());
    let id = if id.bytes().all(|b| b.is_ascii_hexdigit()) {
        id
    } else {
        ""
    };
    let ended = match state.ending {
        _ if !audit.chain_holds => None,
        Some(Ending::Closed) => None,
        Some(Ending::Aborted) => Some("ABORTED"),
        None => Some("UNFINISHED"),
    };
    let failed = (!audit.passed()).then_some("AUDIT FAILED");
    let rehearsal = state.rehearsal().then_some("REHEARSAL");
    let mode: Vec<&str> = rehearsal.into_iter().chain(ended).chain(failed).collect();
    let mode = mode.join(", ");
    format!(
        "@page {{ @bottom-left {{ content: \"Ceremony {id}\"; }} @top-center {{ content: \"{mode}\"; }} \
         @bottom-right {{ content: \"Page \" counter(page) \" of \" counter(pages); }} }}\n"
    )
}

fn contents(page: &mut String) {
    page.push_str("<nav aria-label=\"Contents\"><ol>\n");
    for (anchor, heading, _) in SECTIONS {
        let _ = writeln!(page, "<li><a href=\"#{anchor}\">{heading}</a></li>");
    }
    page.push_str("</ol></nav>\n");
}

impl Audit<'_> {
    /// Whether no rule failed.
    pub fn passed(&self) -> bool {
        let failed = |finding: &Finding| finding.verdict == Verdict::Fail;
        !self.findings.iter().any(failed)
    }

    /// Name and initials, both safe; the id where the plan does not know it.
    fn person(&self, id: &ParticipantId) -> String {
        match self.state.procedure.plan.participant(id) {
            Some(person) if self.withheld.is_none() => {
                format!("{} ({})", text(&person.name), text(&person.initials))
            }
            Some(person) => text(&person.name),
            None => text(&id.0),
        }
    }

    /// Several of them.
    fn people(&self, ids: &[ParticipantId]) -> String {
        let names: Vec<String> = ids.iter().map(|id| self.person(id)).collect();
        names.join(", ")
    }

    /// Says which rules of the audit stand behind a section, and how each came out.
    fn checked_by(&self, page: &mut String, rules: &[Rule]) {
        let mut words = Vec::new();
        for finding in self.findings {
            if rules.iter().any(|rule| rule.id == finding.rule.id) {
                let (id, verdict) = (finding.rule.id, shown(finding.verdict));
                words.push(format!("<a href=\"#rule-{id}\">{id}</a>&nbsp;{verdict}"));
            }
        }
        let sentence = format!("Checked again by the audit: {}", words.join(" &middot; "));
        paragraph(page, "checked", &sentence);
    }
}

/// A verdict as a coloured word.
fn shown(verdict: Verdict) -> String {
    match verdict {
        Verdict::Pass => mark("good", "PASS"),
        Verdict::Fail => mark("bad", "FAIL"),
        Verdict::Note => mark("plain", "NOTE"),
    }
}

#[cfg(test)]
mod tests;
