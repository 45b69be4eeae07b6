//! `repo status`.

use std::collections::BTreeMap;

use clap::Args;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::{Where, commit};
use crate::cli::root::paragraph;
use crate::cli::{Failure, now, print, print_json};
use crate::digest::Sha256;
use crate::repo::status::{InWork, Offered, Repository, Standing, status};
use crate::repo::verify::time_text;
use crate::repo::words::counted;
use crate::repo::{Place, Published};
use crate::safe::safe;
use crate::tuf::summary::from_now;

/// Arguments of `repo status`.
#[derive(Debug, Args)]
pub struct Status {
    #[command(flatten)]
    place: Where,
    /// Where the repository is served, for the lines that its users need.
    #[arg(long, value_name = "URL")]
    mirror: Option<String>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Status {
    pub fn run(&self) -> Result<(), Failure> {
        let place = Place::open(&self.place.dir)?;
        let now = now();
        let found = status(&place, now)?;
        let users = match (&self.mirror, Published::read(&place)?) {
            (Some(mirror), Some(published)) => {
                let roots: BTreeMap<u64, Sha256> = published
                    .roots
                    .iter()
                    .map(|(version, file)| (*version, Sha256::of(file.bytes())))
                    .collect();
                commit::users(&place, &roots, published.offers_sigstore()?, Some(mirror))
            }
            _ => Vec::new(),
        };
        if self.json {
            print_json(&document(&found, &users, now));
        } else {
            print(&lines(&found, &users, now));
        }
        Ok(())
    }
}

fn lines(found: &Repository, users: &[String], now: OffsetDateTime) -> String {
    let mut text = String::new();
    for (role, standing) in &found.roles {
        let first = format!("{:10} ", safe(role));
        let published = match standing.published {
            None => "nothing is published".to_owned(),
            Some((version, expires)) => format!(
                "published: version {version}, expires {} ({})",
                time_text(expires),
                from_now(expires, now)
            ),
        };
        paragraph(&mut text, &first, &published);
        if let Some(work) = &standing.staged {
            let indent = " ".repeat(first.len());
            paragraph(&mut text, &indent, &staged(work, now));
            for sentence in &work.lacks {
                paragraph(&mut text, &format!("{indent}  "), sentence);
            }
        }
    }
    let Offered {
        now: offered,
        new,
        changed,
        removed,
        not_listed,
    } = found.offered;
    let mut words =
        format!("{offered} published; staged: {new} new, {changed} changed, {removed} removed");
    if not_listed > 0 {
        let besides = counted(not_listed, "file", "files");
        words.push_str("; below staged/targets ");
        words.push_str(&besides);
        words.push_str(" that nothing lists yet");
    }
    paragraph(&mut text, "files      ", &words);
    text.push('\n');
    if let Some(hindrance) = &found.hindrance {
        paragraph(&mut text, "Open:  ", hindrance);
    }
    match &found.next {
        None => text.push_str("There is nothing to do.\n"),
        Some(next) => {
            text.push_str("Next:  ");
            text.push_str(next);
            text.push('\n');
        }
    }
    for line in users {
        text.push_str("\n  ");
        text.push_str(line);
    }
    text
}

fn staged(work: &InWork, now: OffsetDateTime) -> String {
    let expires = work.expires.map_or("has no expiry".to_owned(), |expires| {
        format!(
            "expires {} ({})",
            time_text(expires),
            from_now(expires, now)
        )
    });
    let signed = work
        .signed
        .map_or("nobody delegates to it".to_owned(), |(signed, needed)| {
            format!("{signed} of {needed} signatures")
        });
    format!("staged: version {}, {expires}, {signed}", work.version)
}

fn document(found: &Repository, users: &[String], now: OffsetDateTime) -> Value {
    let roles: Map<String, Value> = found
        .roles
        .iter()
        .map(|(role, standing)| (role.clone(), of_role(standing, now)))
        .collect();
    let offered = &found.offered;
    json!({
        "roles": roles,
        "targets": {
            "published": offered.now,
            "new": offered.new,
            "changed": offered.changed,
            "removed": offered.removed,
            "not_listed": offered.not_listed,
        },
        "hindrance": found.hindrance,
        "next": found.next,
        "users": users,
    })
}

fn of_role(standing: &Standing, now: OffsetDateTime) -> Value {
    let days = |expires: OffsetDateTime| (expires - now).whole_days();
    let published = standing.published.map(|(version, expires)| {
        json!({ "version": version, "expires": time_text(expires), "days_left": days(expires) })
    });
    let staged = standing.staged.as_ref().map(|work| {
        json!({
            "version": work.version,
            "expires": work.expires.map(time_text),
            "days_left": work.expires.map(days),
            "signed": work.signed.map(|(signed, _)| signed),
            "threshold": work.signed.map(|(_, threshold)| threshold),
            "lacks": work.lacks,
        })
    });
    json!({ "published": published, "staged": staged })
}
