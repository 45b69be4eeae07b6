//! `repo commit`.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::Where;
use crate::cli::progress::{Doing, Line};
use crate::cli::root::paragraph;
use crate::cli::{Failure, notice, now, print, print_json};
use crate::digest::Sha256;
use crate::repo::Place;
use crate::repo::publish::{Committed, Scope, Step, commit};
use crate::repo::targets::Progress;
use crate::repo::verify::time_text;
use crate::repo::words::{counted, quoted};
use crate::safe::safe;
use crate::tuf::client::Layout;
use crate::tuf::summary::from_now;

/// Arguments of `repo commit`.
#[derive(Debug, Args)]
pub struct Commit {
    #[command(flatten)]
    place: Where,
    /// Where the repository will be served, for the lines that its users need.
    #[arg(long, value_name = "URL")]
    mirror: Option<String>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Commit {
    pub fn run(&self) -> Result<(), Failure> {
        let place = Place::locked(&self.place.dir)?;
        let now = now();
        let mut line = Line::new();
        let mut progress = |step: Step, at: Progress| {
            let doing = match step {
                Step::Hash => Doing::Hashing,
                Step::Bring => Doing::Publishing,
            };
            line.draw(doing, at.files, at.of, at.bytes);
        };
        let done = commit(&place, Scope::All, now, &mut progress);
        drop(line);
        let done = done?;
        for words in &done.notices {
            notice(words);
        }
        let users = users(&place, &done.roots, done.sigstore, self.mirror.as_deref());
        if self.json {
            print_json(&document(&done, &users));
        } else {
            print(&lines(&place, &done, &users, now));
        }
        Ok(())
    }
}

/// The lines that users of the root need, for a repository at `mirror`.
pub(super) fn users(
    place: &Place,
    roots: &BTreeMap<u64, Sha256>,
    sigstore: bool,
    mirror: Option<&str>,
) -> Vec<String> {
    let Some((version, digest)) = roots.first_key_value() else {
        return Vec::new();
    };
    let url = mirror.unwrap_or("https://MIRROR").trim_end_matches('/');
    let file = place.repository().join(format!("{version}.root.json"));
    let mut lines = Vec::new();
    if sigstore {
        lines.push(format!(
            "cosign initialize --mirror {} --root {} --root-checksum {}",
            quoted(url),
            quoted(&format!("{url}/{version}.root.json")),
            digest.hex()
        ));
        lines.push(format!(
            "sigstore --instance {} trust-instance {version}.root.json",
            quoted(url)
        ));
    }
    lines.push(format!(
        "TUF: metadata {url}, targets {url}/targets, root {} with SHA-256 {}",
        safe(&file.display().to_string()),
        digest.hex()
    ));
    lines
}

fn lines(place: &Place, done: &Committed, users: &[String], now: OffsetDateTime) -> String {
    let mut text = String::new();
    let shown = safe(&place.repository().display().to_string());
    if done.committed {
        let title = format!(
            "Published in {shown}: {}, {}. A client accepts it from every root that was ever published.",
            counted(done.targets, "target", "targets"),
            counted(done.files, "new file name", "new file names")
        );
        paragraph(&mut text, "", &title);
    } else {
        let title = "Nothing is staged that is not published already. Nothing was changed.";
        paragraph(&mut text, "", title);
    }
    text.push('\n');
    for (name, role) in &done.roles {
        let new = if role.new { ", new" } else { "" };
        let words = format!(
            "version {}, expires {} ({}){new}",
            role.version,
            time_text(role.expires),
            from_now(role.expires, now)
        );
        paragraph(&mut text, &format!("  {:10} ", safe(name)), &words);
    }
    text.push('\n');
    for (version, digest) in &done.roots {
        let first = format!("  {version}.root.json  ");
        paragraph(&mut text, &first, &format!("SHA-256 {}", digest.hex()));
    }
    if done.committed {
        text.push_str(
            "\nFor those who use it, after the SHA-256 was compared with the ceremony's paper:\n",
        );
        for line in users {
            text.push_str("  ");
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

fn document(done: &Committed, users: &[String]) -> Value {
    json!({
        "committed": done.committed,
        "consistent_snapshot": done.layout == Layout::Consistent,
        "roles": roles(done),
        "roots": roots(&done.roots),
        "targets": done.targets,
        "files": done.files,
        "users": users,
        "notices": done.notices,
    })
}

/// The member `roles`: each with version, expiry, and whether it is new.
pub(super) fn roles(done: &Committed) -> Map<String, Value> {
    let roles = done.roles.iter().map(|(name, role)| {
        let standing = json!({
            "version": role.version,
            "expires": time_text(role.expires),
            "new": role.new,
        });
        (name.clone(), standing)
    });
    roles.collect()
}

/// The member `roots`: each with version and the SHA-256 of its file.
pub(super) fn roots(roots: &BTreeMap<u64, Sha256>) -> Vec<Value> {
    let root =
        |(version, digest): (&u64, &Sha256)| json!({ "version": version, "sha256": digest.hex() });
    roots.iter().map(root).collect()
}
