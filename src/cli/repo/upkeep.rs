//! `repo snapshot` and `repo timestamp`.

use clap::Args;
use serde_json::json;
use time::OffsetDateTime;

use super::passphrases::Sources;
use super::when::When;
use super::{Where, asked};
use crate::cli::{Failure, notice, now, print, print_json};
use crate::repo::keys::Keyring;
use crate::repo::upkeep::{self, Made};
use crate::repo::words::{command, counted};
use crate::repo::{Place, RepoError};
use crate::safe::safe;

/// Arguments of `repo snapshot`.
#[derive(Debug, Args)]
pub struct Snapshot {
    #[command(flatten)]
    common: Common,
}

/// Arguments of `repo timestamp`.
#[derive(Debug, Args)]
pub struct Timestamp {
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Common {
    #[command(flatten)]
    place: Where,
    /// When it expires: a date, a time of UTC, or how long from now (7d).
    #[arg(long, value_name = "WHEN")]
    expires: When,
    #[command(flatten)]
    sources: Sources,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Snapshot {
    pub fn run(&self) -> Result<(), Failure> {
        self.common.run(upkeep::snapshot, "timestamp --expires 7d")
    }
}

impl Timestamp {
    pub fn run(&self) -> Result<(), Failure> {
        self.common.run(upkeep::timestamp, "commit")
    }
}

type Staging =
    fn(&Place, &mut Keyring<'_>, OffsetDateTime, OffsetDateTime) -> Result<Made, RepoError>;

impl Common {
    fn run(&self, staging: Staging, next: &str) -> Result<(), Failure> {
        let place = Place::locked(&self.place.dir)?;
        let mut passphrases = asked::passphrases(&self.sources)?;
        let mut keyring = Keyring::new(&place, &mut passphrases);
        let now = now();
        let made = staging(&place, &mut keyring, self.expires.from(now), now)?;
        for words in &made.notices {
            notice(words);
        }
        let next = command(&place, next);
        if self.json {
            print_json(&json!({
                "role": made.role,
                "version": made.version,
                "expires": made.expires,
                "file": made.path,
                "signed": made.signed,
                "threshold": made.threshold,
                "complete": made.complete(),
                "lists": made.lists,
                "notices": made.notices,
                "next": made.complete().then_some(next),
            }));
            return Ok(());
        }
        let lists = made
            .lists
            .iter()
            .map(|(name, version)| format!("  {} version {version}\n", safe(name)));
        print(&format!(
            "Staged {} version {}, which expires at {}, signed by {} ({} needed). It lists\n{}",
            made.role,
            made.version,
            made.expires,
            counted(made.signed as usize, "key", "keys"),
            made.threshold,
            lists.collect::<String>(),
        ));
        if made.complete() {
            print(&format!("Next: {next}"));
        }
        Ok(())
    }
}
