//! `envelope`: files that cross an air gap.

pub(super) mod files;
mod locks;
mod merge;
mod pack;
mod text;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Failure, notice, print, print_json};
use locks::Opening;

/// The verbs of `envelope`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Packs files into a new envelope.
    #[command(
        after_help = "Example:\n  rootstage envelope pack --kind staged-role staged/root.json -o root-2.rse --note \"for the ceremony of May\""
    )]
    Pack(pack::Pack),
    /// Unpacks an envelope into a new directory.
    #[command(after_help = "Example:\n  rootstage envelope open root-2.rse -o received")]
    Open(Open),
    /// Shows what an envelope holds, and the digest that both sides compare.
    #[command(after_help = "Example:\n  rootstage envelope inspect root-2.rse")]
    Inspect(Inspect),
    /// Brings the signatures of several sites over one payload together.
    #[command(
        after_help = "Example:\n  rootstage envelope merge root.json site-a.rse site-b.rse -o merged/root.json --trusted 1.root.json"
    )]
    Merge(merge::Merge),
}

/// Arguments of `envelope open`.
#[derive(Debug, Args)]
pub struct Open {
    /// The envelope.
    #[arg(value_name = "ENVELOPE")]
    envelope: PathBuf,
    /// The directory to make; one that is there must be empty.
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    #[command(flatten)]
    opening: Opening,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// Arguments of `envelope inspect`.
#[derive(Debug, Args)]
pub struct Inspect {
    /// The envelope.
    #[arg(value_name = "ENVELOPE")]
    envelope: PathBuf,
    #[command(flatten)]
    opening: Opening,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Verb {
    /// Runs the verb.
    pub fn run(&self) -> Result<(), Failure> {
        match self {
            Self::Pack(pack) => pack.run(),
            Self::Open(open) => open.run(),
            Self::Inspect(inspect) => inspect.run(),
            Self::Merge(merge) => merge.run(),
        }
    }
}

impl Open {
    fn run(&self) -> Result<(), Failure> {
        files::check_free(&self.output)?;
        let received = self.opening.keys()?.envelope(&self.envelope)?;
        files::write_directory(&self.output, received.envelope.payloads())?;
        notice(&format!("{} written", self.output.display()));
        say(&received, self.json);
        Ok(())
    }
}

impl Inspect {
    fn run(&self) -> Result<(), Failure> {
        say(&self.opening.keys()?.envelope(&self.envelope)?, self.json);
        Ok(())
    }
}

fn say(received: &locks::Received, json: bool) {
    let (envelope, locked) = (&received.envelope, received.locked);
    if json {
        print_json(&text::document(envelope, locked));
    } else {
        print(&text::paragraph(envelope, locked));
    }
}

/// Reads a time such as `2026-11-23T09:00:00Z`.
fn time(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| "a time such as 2026-11-23T09:00:00Z is wanted".to_owned())
}
