//! `doctor`: the checks of this machine.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::{Failure, Room, print, print_json};
use crate::airgap::checks::{self, Surroundings, Terminal};
use crate::airgap::harden::Hardening;
use crate::ceremony::check::{Check, Verdict};
use crate::ceremony::token::Fault;
use crate::safe::safe;
use crate::token::yubikey;

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Directory in which the ceremony is to be held, for its free space.
    #[arg(long, default_value = ".")]
    dir: PathBuf,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Doctor {
    /// The checks for a ceremony in the working directory.
    pub fn here() -> Self {
        Self {
            dir: PathBuf::from("."),
            json: false,
        }
    }

    pub fn run(&self, room: &Room) -> Result<(), Failure> {
        let found = checks_of(&room.hardening, &self.dir);
        let worst = Verdict::worst(&found);
        if self.json {
            print_json(&json!({ "checks": found, "worst": worst }));
        } else {
            let mut text = String::new();
            for check in &found {
                let _ = writeln!(
                    text,
                    "{:7} {:28} {}",
                    check.verdict.word(),
                    check.id,
                    safe(&check.found)
                );
                if check.verdict != Verdict::Pass && !check.advice.is_empty() {
                    let _ = writeln!(text, "{:37}{}", "", safe(&check.advice));
                }
            }
            print(&text);
        }
        if worst == Verdict::Fail {
            Err(Failure::not_so(""))
        } else {
            Ok(())
        }
    }
}

/// The checks, for a ceremony in `dir`.
pub fn checks_of(hardening: &Hardening, dir: &Path) -> Vec<Check> {
    checks::run(&Surroundings {
        root: PathBuf::from("/"),
        directory: dir.to_owned(),
        now: super::now(),
        built: released(),
        terminal: terminal(),
        hardening: hardening.clone(),
        smart_cards: yubikey::check_service().map_err(|fault| match fault {
            Fault::ReaderService { reason } => reason,
            other => other.to_string(),
        }),
    })
}

/// The day of release, as a time.
fn released() -> time::OffsetDateTime {
    time::OffsetDateTime::parse(
        &format!("{}T00:00:00Z", crate::RELEASED),
        &time::format_description::well_known::Rfc3339,
    )
    .unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
}

/// What the environment says of the terminal; `None` where stdout is none.
fn terminal() -> Option<Terminal> {
    let (columns, rows) = rustix::termios::tcgetwinsize(rustix::stdio::stdout())
        .ok()
        .map(|size| (size.ws_col, size.ws_row))?;
    let var = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    Some(Terminal {
        columns,
        rows,
        term: var("TERM").unwrap_or_default(),
        locale: var("LC_ALL")
            .or_else(|| var("LC_CTYPE"))
            .or_else(|| var("LANG"))
            .unwrap_or_default(),
    })
}
