//! `repo remove`.

use std::fmt::Write as _;

use clap::Args;
use serde_json::json;

use super::add::future;
use super::passphrases::Sources;
use super::when::When;
use super::{Where, asked};
use crate::cli::{Failure, notice, now, print, print_json};
use crate::repo::Place;
use crate::repo::keys::Keyring;
use crate::repo::targets::{self, Which};
use crate::repo::words::{command, counted};
use crate::safe::safe;
use crate::tuf::repository::expires_text;

/// Paths that are shown; `--json` has all of them.
const SHOWN: usize = 20;

/// Arguments of `repo remove`.
#[derive(Debug, Args)]
pub struct Remove {
    /// Paths that are offered, or directories of them.
    #[arg(value_name = "PATH", required_unless_present = "all")]
    paths: Vec<String>,
    /// Everything that the role lists.
    #[arg(long, conflicts_with = "paths")]
    all: bool,
    #[command(flatten)]
    place: Where,
    /// When the role's metadata expires.
    #[arg(long, value_name = "WHEN")]
    expires: When,
    /// The role that lists them.
    #[arg(long, value_name = "ROLE", default_value = "targets")]
    role: String,
    #[command(flatten)]
    sources: Sources,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Remove {
    pub fn run(&self) -> Result<(), Failure> {
        let expires = future(self.expires, now())?;
        let place = Place::locked(&self.place.dir)?;
        let which = if self.all {
            Which::All
        } else {
            Which::Paths(self.paths.clone())
        };
        let mut passphrases = asked::passphrases(&self.sources)?;
        let mut keyring = Keyring::new(&place, &mut passphrases);
        let removed = targets::remove(&place, &mut keyring, &self.role, &which, expires)?;
        for words in &removed.notices {
            notice(words);
        }
        let complete = removed.signed >= removed.threshold;
        let next = command(&place, "snapshot --expires 30d");
        let expires = expires_text(expires).unwrap_or_default();
        if self.json {
            print_json(&json!({
                "role": self.role,
                "version": removed.version,
                "expires": expires,
                "removed": removed.paths,
                "signed": removed.signed,
                "threshold": removed.threshold,
                "complete": complete,
                "notices": removed.notices,
                "next": complete.then_some(next),
            }));
            return Ok(());
        }
        let mut text = String::new();
        for path in removed.paths.iter().take(SHOWN) {
            let _ = writeln!(text, "  {}", safe(path));
        }
        if removed.paths.len() > SHOWN {
            let _ = writeln!(text, "  and {} more", removed.paths.len() - SHOWN);
        }
        print(&format!(
            "Removed from {}: {}.\n{text}Staged {} version {}, which expires at {expires}, signed by {} ({} needed).",
            safe(&self.role),
            counted(removed.paths.len(), "file", "files"),
            safe(&self.role),
            removed.version,
            counted(removed.signed as usize, "key", "keys"),
            removed.threshold,
        ));
        if complete {
            print(&format!("Next: {next}"));
        }
        Ok(())
    }
}
