//! `repo init`.

use clap::{ArgAction, Args};

use super::Where;
use crate::cli::{Failure, now, print};
use crate::repo::{root, words};

/// Arguments of `repo init`.
#[derive(Debug, Args)]
pub struct Init {
    #[command(flatten)]
    place: Where,
    /// Whether file names are to carry versions and digests, so that clients in the middle of an update
    /// never meet half of a new version.
    #[arg(long, value_name = "BOOL", action = ArgAction::Set, default_value_t = true)]
    consistent_snapshot: bool,
}

impl Init {
    pub fn run(&self) -> Result<(), Failure> {
        let place = root::begin(&self.place.dir, self.consistent_snapshot, now())?;
        let command = |words: &str| words::command(&place, words);
        print(&format!(
            "A repository is begun in {}: keys/, staged/, repository/, and the draft of a first root \
             without keys.\n\n\
             Next, make the keys of the online roles:\n  \
             {}\n  {}\n  {}\n\
             and carry their public halves to the ceremony that makes the first root:\n  \
             {}\n\
             What comes back from it, the signed root, is taken with:\n  \
             {}",
            place.directory().display(),
            command("gen-key targets"),
            command("gen-key snapshot"),
            command("gen-key timestamp"),
            command("export public-keys -o online-keys"),
            command("import-root 1.root.json"),
        ));
        Ok(())
    }
}
