//! `repo sign`.

use clap::Args;
use serde_json::json;

use super::passphrases::Sources;
use super::{Where, asked};
use crate::cli::{Failure, notice, print, print_json};
use crate::repo::keys::Keyring;
use crate::repo::signing::{self, Signed};
use crate::repo::{Place, words};

/// Arguments of `repo sign`.
///
/// The document of `--json`: `role`, `file`, `added` (how many signatures were made), `counted`: a list of
/// `under` (by whose keys), `signed` (how many of them have signed now) and `threshold` (how many must).
#[derive(Debug, Args)]
pub struct Sign {
    /// The role: root (where its keys are in `keys/`), targets, snapshot, timestamp, a delegated one.
    #[arg(value_name = "ROLE")]
    role: String,
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    sources: Sources,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Sign {
    pub fn run(&self) -> Result<(), Failure> {
        let place = Place::locked(&self.place.dir)?;
        let mut passphrases = asked::passphrases(&self.sources)?;
        let mut keyring = Keyring::new(&place, &mut passphrases);
        let Signed {
            path,
            added,
            counted,
        } = signing::sign(&place, &mut keyring, &self.role)?;
        if self.role == "root" {
            notice(
                "keys/ holds keys of role root on this machine. They belong offline: stage a root whose root keys \
                 are on tokens of their holders, and take these out.",
            );
        }
        if self.json {
            print_json(&json!({
                "role": self.role,
                "file": path,
                "added": added,
                "counted": counted.iter().map(|(by, signed, threshold)| json!({
                    "under": by, "signed": signed, "threshold": threshold,
                })).collect::<Vec<_>>(),
            }));
            return Ok(());
        }
        print(&format!(
            "{} has {added} signatures by the keys in keys/.",
            path.display()
        ));
        for (by, signed, threshold) in &counted {
            print(&format!("  {by}: {signed} of {threshold} needed"));
        }
        print(&format!("Next: {}", words::command(&place, "status")));
        Ok(())
    }
}
