//! `root`: what roots say, what a new one changes, who has signed, and whole histories.

mod chain;
pub(super) mod compare;
pub(super) mod file;
mod show;
pub(super) mod text;
mod verify;

pub(super) use text::paragraph;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use time::OffsetDateTime;

use super::Failure;

/// The verbs of `root`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Shows one root: roles, keys, signatures under its own keys, and what is to be said of it.
    ///
    /// Exit status: 0 it was shown, 1 it is not a root, 3 it could not be read.
    ///
    /// With --json: `file, version, expires, expired, consistent_snapshot, spec_version, payload
    /// {sha256, bytes}, roles {NAME: {threshold, keyids}}, keys [{id, own_id, fingerprint, kind,
    /// holder, why_unusable}], unknown_members, own (the signatures), findings [{rule, level,
    /// sentence}], attestations (or null)`.
    #[command(
        after_help = "Example:\n  rootstage root show 1.root.json --attestations attestations/"
    )]
    Show(Show),
    /// Compares two roots in the words of TUF, with everything that should be known before
    /// the new one is signed. Signatures are not looked at.
    ///
    /// Exit status: 0 nothing speaks against signing, 1 something does, 3 a file could not be read.
    ///
    /// With --json: `old and new {file, version, payload}, may_be_signed, changes [{class, mark,
    /// what, old, new}], keys [{role, mark, holder, kind, fingerprint, old_ids, new_ids}], findings
    /// [{rule, level, sentence}]`.
    #[command(after_help = "Example:\n  rootstage root diff 9.root.json 10.root.json")]
    Diff(Diff),
    /// Checks the signatures of a root, targets, snapshot or timestamp file, one by one.
    ///
    /// A root is checked under its own keys, and under those of the trusted roots: the one with
    /// the lowest version is trusted as it stands, every other must follow it, and the file must
    /// follow the last. The other roles are checked under the last trusted root. An expiry is
    /// shown and does not count. Exit status: 0 every threshold is met, 1 not, 3 a file could not
    /// be read.
    ///
    /// With --json: `file, kind, version, expires, expired, payload, verified, steps [{file, under,
    /// role, holds, words, standing}], not_checked [sentences]`. A standing is `{threshold, signed,
    /// met, signatures [{keyid, key, holder, verdict, words}]}`.
    #[command(after_help = "Example:\n  rootstage root verify 10.root.json --trusted 9.root.json")]
    Verify(Verify),
    /// Examines a whole history of roots, version by version, in whatever order it is given.
    ///
    /// Exit status: 0 every root holds and none is missing, 1 not, 3 a file could not be read.
    ///
    /// With --json: `holds, checks {held, all}, sentences, stretches, gaps, unreadable, repeated,
    /// links [{name, version, payload, expires, own, before, keys_in, keys_out, findings}]`; own and
    /// before are standings as in `root verify`.
    #[command(after_help = "Example:\n  rootstage root chain root-history/*.root.json")]
    Chain(Chain),
}

/// What all verbs of `root` take.
#[derive(Debug, Args)]
pub struct Manner {
    /// Names of keyholders: a TOML or JSON file with names by key id or by the SHA-256 of the
    /// public key, such as `"7230de22…" = "Ada"`.
    #[arg(long, value_name = "FILE")]
    holders: Option<PathBuf>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// Arguments of `root show`.
#[derive(Debug, Args)]
pub struct Show {
    /// The root.
    file: PathBuf,
    /// A directory with certificates (`*.pem`, `*.crt`, `*.cer`, `*.der`), to name beside the keys
    /// that they are about.
    #[arg(long, value_name = "DIR")]
    attestations: Option<PathBuf>,
    #[command(flatten)]
    manner: Manner,
}

/// Arguments of `root diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// The root that clients trust now.
    old: PathBuf,
    /// The root that is to come after it.
    new: PathBuf,
    #[command(flatten)]
    manner: Manner,
}

/// Arguments of `root verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The file.
    file: PathBuf,
    /// A root that is trusted, or one that leads from it to the file.
    #[arg(long, value_name = "FILE")]
    trusted: Vec<PathBuf>,
    #[command(flatten)]
    manner: Manner,
}

/// Arguments of `root chain`.
#[derive(Debug, Args)]
pub struct Chain {
    /// The roots.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    manner: Manner,
}

impl Verb {
    pub fn run(&self, now: OffsetDateTime) -> Result<(), Failure> {
        match self {
            Self::Show(verb) => verb.run(now),
            Self::Diff(verb) => verb.run(now),
            Self::Verify(verb) => verb.run(now),
            Self::Chain(verb) => verb.run(now),
        }
    }
}

#[cfg(test)]
mod tests;
