//! `repo`: the online side, from keys to what clients fetch.

mod add;
mod asked;
mod commit;
mod delegate;
mod export;
mod gen_key;
mod import_root;
mod init;
mod passphrases;
mod refresh;
mod remove;
mod root_file;
mod root_words;
mod sign;
mod stage_root;
mod status;
mod upkeep;
mod verify;
mod when;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Failure;
use crate::repo::{RepoError, Status};

/// The verbs of `repo`.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Begins a repository: `keys/`, `staged/`, `repository/`, as the go-tuf command line lays it out.
    #[command(after_help = "Example:\n  rootstage repo init --dir tuf")]
    Init(init::Init),
    /// Makes a key of an online role and stages a root that lists it. The root's expiry is not touched.
    #[command(
        after_help = "Example:\n  rootstage repo gen-key timestamp --dir tuf\n  rootstage repo gen-key targets --token \"pkcs11:token=online?module-path=/usr/lib/softhsm/libsofthsm2.so\" --label targets-1"
    )]
    GenKey(gen_key::GenKey),
    /// Stages the next root: keys, thresholds, expiry. It is signed elsewhere.
    ///
    /// It begins with the root that is staged, else with the published one, else with a draft. What may
    /// never be signed is refused; what the plan of a ceremony decides is said. A root that is the same
    /// as before keeps its signatures.
    ///
    /// Exit status: 0 it is staged, 1 it was refused, 2 the words are wrong, 3 a file could not be read.
    ///
    /// With --json: `file, version, payload, words, missing (what it lacks to be a root), complete,
    /// changes, keys, findings (as in root diff), signers {old, new, keys}, output, notices, next`.
    #[command(
        after_help = "Example:\n  rootstage repo stage-root --dir tuf --root-key ada.pem --root-key ben.pem --threshold root=2 --expires 365d -o root-1.rse"
    )]
    StageRoot(stage_root::StageRoot),
    /// Takes a root, or signatures over the staged one, from a file or an envelope.
    ///
    /// Only the next version is taken, and only what root keys have signed. A complete root is staged with
    /// exactly the bytes that came; of one that is not complete, the signatures that count are kept and it
    /// is said who is missing.
    ///
    /// Exit status: 0 it was taken (`complete` says whether signatures are missing), 1 it was refused, 3 a
    /// file could not be read.
    ///
    /// With --json: `file, sha256 (of the file), version, published (version), payload, words, complete,
    /// changes, keys, findings, signers, notices, next`.
    #[command(after_help = "Example:\n  rootstage repo import-root signed.rse --dir tuf")]
    ImportRoot(import_root::ImportRoot),
    /// Adds files to what is offered: hashes them, lists them in targets metadata, signs it.
    ///
    /// Exit status: 0 it was staged, 1 something was refused, 2 the words of the call are wrong, 3 a
    /// file could not be read or written.
    ///
    /// With --json: `role, version, expires, new, changed, same, bytes_hashed, signed, threshold,
    /// complete, notices [sentences], next`.
    #[command(
        after_help = "Example:\n  rootstage repo add --dir tuf --from build/ --expires 90d\n  rootstage repo add --dir tuf --sigstore fulcio=chain.pem,uri=https://fulcio.example.com --sigstore rekor=rekor.pub,uri=https://rekor.example.com --expires 90d"
    )]
    Add(add::Add),
    /// Takes files from what is offered. What stands below `staged/targets` stays there.
    ///
    /// With --json: `role, version, expires, removed [paths], signed, threshold, complete, notices
    /// [sentences], next`.
    #[command(after_help = "Example:\n  rootstage repo remove --dir tuf old.pub --expires 90d")]
    Remove(remove::Remove),
    /// Says who else may vouch for which paths: a delegated role.
    ///
    /// What is not named of a delegation that is there already stays: its paths, its keys. With
    /// --json: `by, role, delegated, keyids, version, expires, signed, threshold, complete, notices
    /// [sentences], next`.
    #[command(
        after_help = "Example:\n  rootstage repo delegate builds --dir tuf --path \"builds/*\" --key builds.pem --expires 90d"
    )]
    Delegate(delegate::Delegate),
    /// Adds signatures to staged metadata with the keys in `keys/`.
    #[command(after_help = "Example:\n  rootstage repo sign builds --dir tuf")]
    Sign(sign::Sign),
    /// Stages and signs the snapshot: which version of each targets role is current.
    ///
    /// Exit status: 0 it is staged (`complete` says whether enough keys have signed), 1 it was refused, 3 a
    /// file could not be read.
    ///
    /// With --json: `role, version, expires, file, signed, threshold, complete, lists {NAME: version},
    /// notices, next`.
    #[command(after_help = "Example:\n  rootstage repo snapshot --dir tuf --expires 30d")]
    Snapshot(upkeep::Snapshot),
    /// Stages and signs the timestamp: which snapshot is current.
    ///
    /// Exit status: 0 it is staged (`complete` says whether enough keys have signed), 1 it was refused, 3 a
    /// file could not be read.
    ///
    /// With --json: `role, version, expires, file, signed, threshold, complete, lists {NAME: version},
    /// notices, next`.
    #[command(after_help = "Example:\n  rootstage repo timestamp --dir tuf --expires 7d")]
    Timestamp(upkeep::Timestamp),
    /// Publishes what is staged, after a whole client has verified it from every root there ever was.
    ///
    /// Clients see what was there before or all that is new, also where this is stopped in the middle:
    /// it is then run again. What expires within an hour is not published. Exit status: 0 it is
    /// published, or everything staged was already; 1 it was refused; 3 the disk or another command kept
    /// it from being done.
    ///
    /// With --json: `committed, consistent_snapshot, roles {NAME: {version, expires, new}}, roots
    /// [{version, sha256}], targets, files (names that are new), users (lines for them), notices`.
    #[command(
        after_help = "Example:\n  rootstage repo commit --dir tuf --mirror https://tuf.example.com"
    )]
    Commit(commit::Commit),
    /// What is published, what is staged, what is missing, and what to do next.
    ///
    /// With --json: `roles {NAME: {published {version, expires, days_left}, staged {version, expires,
    /// days_left, signed, threshold, lacks}}}, targets {published, new, changed, removed, not_listed},
    /// hindrance, next, users`; what is not there is null.
    #[command(after_help = "Example:\n  rootstage repo status --dir tuf")]
    Status(status::Status),
    /// Visits what is published as clients do, from every root: signatures, versions, expiry, and every
    /// file that is offered.
    ///
    /// Exit status: 0 everything holds, 1 not, 3 it could not be looked at.
    ///
    /// With --json: `directory, at, verified, consistent_snapshot, roots [{version, sha256}], roles
    /// {NAME: {version, expires, days_left}}, targets, checks [{about, result, words}], host
    /// [sentences]`; a result is PASS, NOTE or FAIL.
    #[command(
        after_help = "Example:\n  rootstage repo verify --dir tuf --layout\n  rootstage repo verify --repository /srv/www --trusted 1.root.json"
    )]
    Verify(verify::Verify),
    /// Renews what expires soon, and publishes it: for a timer.
    ///
    /// Nothing else that is staged is published by the way; a root that waits for its ceremony stays
    /// staged. Exit status: 0 it is done or nothing is due, 1 something is due and was not renewed (no
    /// --expires for it, no key, the root itself), 3 the surroundings failed.
    ///
    /// With --json: `renewed [{role, version, expires}], published, due_not_renewed [{role, expires,
    /// why}]`.
    #[command(
        after_help = "Example:\n  rootstage repo refresh --dir tuf --within 2d --expires timestamp=7d --expires snapshot=30d"
    )]
    Refresh(refresh::Refresh),
    /// Writes what leaves this machine: the staged root, the public keys of the online roles, what is to
    /// be hosted.
    #[command(
        subcommand,
        after_help = "Example:\n  rootstage repo export public-keys --dir tuf -o online-keys"
    )]
    Export(export::Verb),
}

/// Which repository.
#[derive(Debug, Args)]
pub struct Where {
    /// The directory with `keys/`, `staged/` and `repository/`.
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
}

impl Verb {
    pub fn run(&self) -> Result<(), Failure> {
        match self {
            Self::Init(verb) => verb.run(),
            Self::GenKey(verb) => verb.run(),
            Self::StageRoot(verb) => verb.run(),
            Self::ImportRoot(verb) => verb.run(),
            Self::Add(verb) => verb.run(),
            Self::Remove(verb) => verb.run(),
            Self::Delegate(verb) => verb.run(),
            Self::Sign(verb) => verb.run(),
            Self::Snapshot(verb) => verb.run(),
            Self::Timestamp(verb) => verb.run(),
            Self::Commit(verb) => verb.run(),
            Self::Status(verb) => verb.run(),
            Self::Verify(verb) => verb.run(),
            Self::Refresh(verb) => verb.run(),
            Self::Export(verb) => verb.run(),
        }
    }
}

impl From<RepoError> for Failure {
    fn from(error: RepoError) -> Self {
        let words = error.to_string();
        match error.status {
            Status::NotSo => Self::not_so(words),
            Status::Call => Self::call(words),
            Status::Surroundings => Self::surroundings(words),
        }
    }
}
