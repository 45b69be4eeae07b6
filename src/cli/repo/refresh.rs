//! `repo refresh`.

use clap::Args;
use serde_json::{Value, json};
use time::Duration;

use super::passphrases::Sources;
use super::when::{OfRole, span};
use super::{Where, asked};
use crate::cli::{Failure, notice, now, print, print_json};
use crate::repo::Place;
use crate::repo::keys::Keyring;
use crate::repo::refresh::{Refreshed, Until, refresh};
use crate::repo::verify::time_text;
use crate::safe::safe;

/// Arguments of `repo refresh`.
#[derive(Debug, Args)]
pub struct Refresh {
    #[command(flatten)]
    place: Where,
    /// Renew what expires within this time.
    #[arg(long, value_name = "HOW LONG", value_parser = span)]
    within: Duration,
    /// When the renewed metadata of a role expires: timestamp=7d. A role without one is not renewed.
    #[arg(long, value_name = "ROLE=WHEN", required = true)]
    expires: Vec<OfRole>,
    #[command(flatten)]
    sources: Sources,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Refresh {
    pub fn run(&self) -> Result<(), Failure> {
        let place = Place::locked(&self.place.dir)?;
        let now = now();
        let until: Until = self
            .expires
            .iter()
            .map(|of_role| (of_role.role, of_role.when.from(now)))
            .collect();
        let mut passphrases = asked::passphrases(&self.sources)?;
        let mut keyring = Keyring::new(&place, &mut passphrases);
        let done = refresh(&place, &mut keyring, self.within, &until, now)?;
        for made in &done.renewed {
            for words in &made.notices {
                notice(words);
            }
        }
        for words in done.published.iter().flat_map(|done| &done.notices) {
            notice(words);
        }
        if self.json {
            print_json(&document(&done));
        } else {
            print(&lines(&done));
        }
        if done.open.is_empty() {
            Ok(())
        } else {
            Err(Failure::not_so(""))
        }
    }
}

fn lines(done: &Refreshed) -> String {
    let mut text = String::new();
    for made in &done.renewed {
        let line = format!(
            "Renewed and published: {} version {}, expires {}.\n",
            safe(&made.role),
            made.version,
            made.expires
        );
        text.push_str(&line);
    }
    for (due, why) in &done.open {
        let line = format!("NOT RENEWED: {}. {why}\n", safe(&due.role));
        text.push_str(&line);
    }
    if text.is_empty() {
        text.push_str("Nothing is due. Nothing was changed.\n");
    }
    text
}

fn document(done: &Refreshed) -> Value {
    let renewed: Vec<_> = done
        .renewed
        .iter()
        .map(|made| json!({ "role": made.role, "version": made.version, "expires": made.expires }))
        .collect();
    let open: Vec<_> = done
        .open
        .iter()
        .map(
            |(due, why)| json!({ "role": due.role, "expires": time_text(due.expires), "why": why }),
        )
        .collect();
    json!({
        "renewed": renewed,
        "published": done.published.is_some(),
        "due_not_renewed": open,
    })
}
