//! `repo verify`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::Where;
use super::when::When;
use crate::cli::progress::{Doing, Line};
use crate::cli::root::paragraph;
use crate::cli::{Failure, now, print, print_json, read};
use crate::repo::Place;
use crate::repo::verify::{Anchor, Check, Extent, Grade, Progress, Verified, time_text, verify};
use crate::repo::words::counted;
use crate::safe::safe;
use crate::tuf::client::Layout;

/// Arguments of `repo verify`.
#[derive(Debug, Args)]
pub struct Verify {
    #[command(flatten)]
    place: Where,
    /// A directory as it is hosted, instead of the one below --dir.
    #[arg(long, value_name = "DIR", conflicts_with = "dir")]
    repository: Option<PathBuf>,
    /// Begin with this root as well; without it, with each root that is published.
    #[arg(long, value_name = "FILE")]
    trusted: Vec<PathBuf>,
    /// Check as well what a static host needs: names, copies, permissions, what does not belong there.
    #[arg(long)]
    layout: bool,
    /// As if it were this time.
    #[arg(long, value_name = "WHEN")]
    at: Option<When>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub fn run(&self) -> Result<(), Failure> {
        let directory = match &self.repository {
            Some(directory) => directory.clone(),
            None => Place::open(&self.place.dir)?.repository(),
        };
        let trusted = self
            .trusted
            .iter()
            .map(|path| Ok((path.display().to_string(), read(path)?)))
            .collect::<Result<Vec<Anchor>, Failure>>()?;
        let extent = if self.layout {
            Extent::Host
        } else {
            Extent::Clients
        };
        let now = self.at.map_or_else(now, |at| at.from(now()));
        let mut line = Line::new();
        let mut progress = |at: Progress| line.draw(Doing::Hashing, at.files, at.of, at.bytes);
        let found = verify(&directory, &trusted, extent, now, &mut progress);
        drop(line);
        let found = found?;
        if self.json {
            print_json(&document(&directory, &found, now));
        } else {
            print(&lines(&directory, &found, now));
        }
        if found.passed() {
            Ok(())
        } else {
            Err(Failure::not_so(""))
        }
    }
}

fn lines(directory: &Path, found: &Verified, now: OffsetDateTime) -> String {
    let mut text = String::new();
    let shown = safe(&directory.display().to_string());
    let title = format!("{shown}, as clients see it at {}", seconds(now));
    paragraph(&mut text, "", &title);
    text.push('\n');
    for (version, digest) in &found.roots {
        let first = format!("  {version}.root.json  ");
        paragraph(&mut text, &first, &format!("SHA-256 {}", digest.hex()));
    }
    text.push('\n');
    for Check { grade, words, .. } in &found.checks {
        paragraph(&mut text, &format!("{:6}", word(*grade)), words);
    }
    if !found.host.is_empty() {
        text.push_str("\nTHE HOST\n");
        for sentence in &found.host {
            paragraph(&mut text, "  * ", sentence);
        }
    }
    text.push('\n');
    let failed = found
        .checks
        .iter()
        .filter(|check| check.grade == Grade::Fail)
        .count();
    let last = if found.passed() {
        "VERIFIED: a client accepts it from every root that was named.".to_owned()
    } else {
        format!(
            "NOT VERIFIED: {}.",
            counted(failed, "check fails", "checks fail")
        )
    };
    paragraph(&mut text, "", &last);
    text
}

fn word(grade: Grade) -> &'static str {
    match grade {
        Grade::Pass => "PASS",
        Grade::Caution => "NOTE",
        Grade::Fail => "FAIL",
    }
}

/// A time without the part of a second that a clock has.
fn seconds(time: OffsetDateTime) -> String {
    time_text(time.replace_nanosecond(0).unwrap_or(time))
}

fn document(directory: &Path, found: &Verified, now: OffsetDateTime) -> Value {
    let checks: Vec<_> = found
        .checks
        .iter()
        .map(|check| {
            json!({ "about": check.about, "result": word(check.grade), "words": check.words })
        })
        .collect();
    let roots: Vec<_> = found
        .roots
        .iter()
        .map(|(version, digest)| json!({ "version": version, "sha256": digest.hex() }))
        .collect();
    let roles: serde_json::Map<_, _> = found
        .roles
        .iter()
        .map(|(role, (version, expires))| {
            let days = (*expires - now).whole_days();
            let standing =
                json!({ "version": version, "expires": time_text(*expires), "days_left": days });
            (role.clone(), standing)
        })
        .collect();
    json!({
        "directory": directory.display().to_string(),
        "at": seconds(now),
        "verified": found.passed(),
        "consistent_snapshot": found.layout.map(|layout| layout == Layout::Consistent),
        "roots": roots,
        "roles": roles,
        "targets": found.targets,
        "checks": checks,
        "host": found.host,
    })
}
