//! `root chain`: a whole history.

use std::fmt::Write as _;

use serde_json::{Value, json};
use time::OffsetDateTime;

use super::file::{self, Names, shown};
use super::text::{count, findings, paragraph};
use crate::cli::{Failure, print, print_json};
use crate::tuf::history::{History, Link, Source, history};
use crate::tuf::policy::Level;
use crate::tuf::root::Root;
use crate::tuf::signature::MAX_ROOT_BYTES;

impl super::Chain {
    pub fn run(&self, now: OffsetDateTime) -> Result<(), Failure> {
        let names = Names::read(self.manner.holders.as_deref())?;
        let mut sources = Vec::new();
        for path in &self.files {
            let file = file::read_as(path, MAX_ROOT_BYTES)?;
            sources.push(Source {
                name: shown(path),
                file,
            });
        }
        let roots: Vec<Root> = sources
            .iter()
            .filter_map(|source| source.file.as_ref().ok()?.to_signed().ok())
            .filter_map(|signed| Root::parse(&signed.signed).ok())
            .collect();
        let chain = history(sources, &names.holders(&roots), now);
        if self.manner.json {
            print_json(&document(&chain));
        } else {
            print(&lines(&chain));
        }
        if chain.holds() {
            Ok(())
        } else {
            Err(Failure::not_so(""))
        }
    }
}

pub(super) fn lines(chain: &History) -> String {
    let mut text = String::new();
    for link in &chain.links {
        version(&mut text, link);
        text.push('\n');
    }
    for sentence in chain.sentences() {
        paragraph(&mut text, "", &sentence);
    }
    if let Some(first) = chain.links.first() {
        paragraph(
            &mut text,
            "",
            &format!(
                "Not checked: that version {} is the right one to begin with. Compare its payload digest with one from another source: {}",
                first.version,
                first.payload.hex()
            ),
        );
    }
    text
}

fn version(text: &mut String, link: &Link) {
    let holds = if link.holds() {
        "holds"
    } else {
        "DOES NOT HOLD"
    };
    paragraph(
        text,
        "",
        &format!("VERSION {} {holds} ({})", link.version, link.name),
    );
    let _ = writeln!(text, "  expires       {}", link.expires);
    let _ = writeln!(text, "  its own keys  {}", count(&link.own));
    let before = format!("version {}", link.version.saturating_sub(1));
    match &link.before {
        Some(standing) => {
            let _ = writeln!(text, "  {before:14}{}", count(standing));
        }
        None if link.version > 1 => {
            let _ = writeln!(text, "  {before:14}is not among the files");
        }
        None => {}
    }
    // every key of a first root is new
    for (label, keys) in [("keys in", &link.keys_in), ("keys out", &link.keys_out)] {
        if !keys.is_empty() && link.before.is_some() {
            paragraph(text, &format!("  {label:14}"), &keys.join(", "));
        }
    }
    for (at, judged) in link.own.signatures.iter().enumerate() {
        let before = link.before.as_ref().and_then(|b| b.signatures.get(at));
        let holder = [Some(judged), before]
            .into_iter()
            .flatten()
            .find_map(|judged| judged.holder.clone());
        let holder = holder.map_or_else(String::new, |holder| format!("{holder}: "));
        let before = before.map_or_else(String::new, |before| {
            format!("; under the version before: {}", before.verdict.word())
        });
        paragraph(
            text,
            &format!("  {}     ", judged.keyid.digest().short()),
            &format!("{holder}{}{before}", judged.verdict.word()),
        );
    }
    findings(text, &link.findings, Level::Caution);
}

fn document(chain: &History) -> Value {
    let (held, all) = chain.checks();
    json!({
        "holds": chain.holds(),
        "checks": { "held": held, "all": all },
        "sentences": chain.sentences(),
        "stretches": chain.stretches(),
        "gaps": chain.gaps,
        "unreadable": chain.unreadable,
        "repeated": chain.repeated,
        "links": chain.links,
    })
}
