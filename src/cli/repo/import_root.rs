//! `repo import-root`.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{Where, root_words};
use crate::cli::root::file::bounded;
use crate::cli::{Failure, notice, now, print, print_json};
use crate::envelope::limits::MAX_FILE;
use crate::repo::Place;
use crate::repo::root::{self, Imported, Staged};
use crate::repo::words::command;

/// Arguments of `repo import-root`.
#[derive(Debug, Args)]
pub struct ImportRoot {
    /// A root, or an envelope with a root or with signatures.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    place: Where,
    /// Take a root that is another one than what is staged.
    #[arg(long)]
    replace: bool,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl ImportRoot {
    pub fn run(&self) -> Result<(), Failure> {
        let mut inputs = Vec::with_capacity(self.files.len());
        for path in &self.files {
            let bytes = bounded(path, MAX_FILE)?;
            inputs.push(root::part(&path.display().to_string(), bytes)?);
        }
        let place = Place::locked(&self.place.dir)?;
        let replace = if self.replace {
            Staged::GivesWay
        } else {
            Staged::Stays
        };
        let imported = root::import(&place, inputs, replace, now())?;
        for words in &imported.notices {
            notice(words);
        }
        if !imported.complete() {
            notice(
                "The root is not complete: signatures are still missing. Those that are there are kept.",
            );
        }
        self.say(&place, &imported);
        Ok(())
    }

    fn say(&self, place: &Place, imported: &Imported) {
        let complete = imported.complete();
        let next = if complete {
            command(place, "commit")
        } else {
            command(place, "import-root FILE…")
        };
        if self.json {
            let mut document = root_words::document(
                imported.payload,
                Some(&imported.diff),
                Some(&imported.signers),
            );
            document["file"] = json!(place.staged_path("root"));
            document["sha256"] = json!(imported.file);
            document["version"] = json!(imported.version);
            document["published"] = json!(imported.published);
            document["notices"] = json!(imported.notices);
            document["next"] = json!(next);
            print_json(&document);
            return;
        }
        let mut text = format!(
            "Root version {} is staged in {}, SHA-256 of the file {}.\n",
            imported.version,
            place.staged_path("root").display(),
            imported.file.hex()
        );
        root_words::step(&mut text, &imported.diff);
        root_words::digest(&mut text, imported.payload);
        if imported.published.is_none() {
            text.push_str(
                "  This is the first root: nothing but the paper of the ceremony says that it is the right one.\n",
            );
        }
        root_words::signers(&mut text, &imported.signers);
        text.push_str("\nNEXT\n");
        if complete {
            text.push_str(match imported.published {
                None => "  stage what is offered: repo add, snapshot, timestamp; then\n",
                Some(_) => "  make anew what is signed with keys that it does not name any more (repo add, snapshot, timestamp); then\n",
            });
        }
        let _ = writeln!(text, "  {next}");
        print(&text);
    }
}
