//! Whole repositories that python-tuf made, good ones and broken ones, of both layouts: our client
//! and python-tuf's say the same of each, and ours names what is wrong.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use rootstage::tuf::client::{Client, ClientError, Earlier, Fetch, Limits};
use rootstage::tuf::delegations::SearchError;
use rootstage::tuf::meta::MetaMismatch;
use rootstage::tuf::trusted::NotTrusted;
use time::OffsetDateTime;

use crate::judges::python;

/// What our client must say. Every variant of `judges/python_repository.py` stands here; those that
/// begin with `good` must be accepted.
const RULINGS: &[(&str, &str)] = &[
    ("nobody-lists-it", "not listed"),
    ("delegation-is-for-other-paths", "not listed"),
    ("a-terminating-role-stands-before", "not listed"),
    ("delegations-are-a-loop", "not listed"),
    ("the-33rd-role", "too many roles"),
    ("timestamp-went-back", "rollback of timestamp.json"),
    ("snapshot-went-back", "rollback of snapshot.json"),
    ("targets-went-back", "rollback of targets.json"),
    ("delegated-role-went-back", "rollback of first.json"),
    ("snapshot-drops-a-role", "dropped: first.json"),
    ("root-expired", "expired: the root that was given"),
    ("timestamp-expired", "expired: timestamp.json"),
    ("snapshot-expired", "expired: snapshot.json"),
    ("targets-expired", "expired: targets.json"),
    ("delegated-role-expired", "expired: first.json"),
    ("snapshot-with-another-digest", "digest of snapshot.json"),
    ("snapshot-with-another-length", "length of snapshot.json"),
    ("snapshot-longer-than-listed", "length of snapshot.json"),
    (
        "snapshot-of-another-version-under-the-name",
        "mixed versions: snapshot.json",
    ),
    (
        "targets-of-another-version-under-the-name",
        "mixed versions: targets.json",
    ),
    ("targets-with-another-digest", "digest of targets.json"),
    ("timestamp-by-another-key", "not signed: timestamp.json"),
    ("snapshot-by-another-key", "not signed: snapshot.json"),
    ("targets-by-another-key", "not signed: targets.json"),
    ("targets-by-one-of-two-keys", "not signed: targets.json"),
    ("delegated-role-by-another-key", "not signed: first.json"),
    ("root-leaves-out-a-version", "root version"),
    ("root-by-its-new-keys-only", "root not signed"),
    ("root-by-its-old-keys-only", "root not signed"),
    ("timestamp-missing", "missing: timestamp.json"),
    ("snapshot-missing", "missing: snapshot.json"),
    ("targets-missing", "missing: targets.json"),
    ("delegated-role-missing", "missing: first.json"),
    (
        "delegated-role-not-in-the-snapshot",
        "not in the snapshot: first.json",
    ),
    ("file-missing", "missing: file.txt"),
    ("file-with-other-content", "digest of file.txt"),
    ("file-longer", "length of file.txt"),
    ("file-shorter", "length of file.txt"),
];

/// The files of a directory.
struct Directory<'a>(&'a Path);

impl Fetch for Directory<'_> {
    fn fetch(&self, name: &str, _: usize) -> Result<Option<Vec<u8>>, String> {
        match std::fs::read(self.0.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// What our client says of a repository, whatever its layout.
fn we_say(at: &Path) -> (String, String) {
    let repository = at.join("repo");
    let directory = Directory(&repository);
    let earlier = |name: &str| std::fs::read(at.join("earlier").join(name)).ok();
    let (timestamp, snapshot) = (earlier("timestamp.json"), earlier("snapshot.json"));
    let ask = std::fs::read_to_string(at.join("ask")).unwrap();
    let visit = || -> Result<bool, ClientError> {
        let mut client = Client::refresh(
            &std::fs::read(at.join("anchor.json")).unwrap(),
            &directory,
            OffsetDateTime::now_utc(),
            Limits::default(),
            Earlier {
                timestamp: timestamp.as_deref(),
                snapshot: snapshot.as_deref(),
            },
        )?;
        assert!(
            client
                .trust()
                .standings()
                .iter()
                .all(|role| role.tally.met())
        );
        let Some(found) = client.find(&ask)? else {
            return Ok(false);
        };
        client.download(&ask, &found.target)?;
        Ok(true)
    };
    match visit() {
        Ok(true) => ("accepted".to_owned(), String::new()),
        Ok(false) => ("not listed".to_owned(), String::new()),
        Err(error) => (kind(&error), error.to_string()),
    }
}

/// The name of a file without what the layout puts before it.
fn plain(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap();
    match name.split_once('.') {
        Some((prefix, rest)) if prefix.len() > 60 || prefix.bytes().all(|c| c.is_ascii_digit()) => {
            rest
        }
        _ => name,
    }
}

fn kind(error: &ClientError) -> String {
    match error {
        ClientError::Missing { file } => format!("missing: {}", plain(file)),
        ClientError::Expired { file, .. } => format!("expired: {}", plain(file)),
        ClientError::Rollback { file, .. } | ClientError::ListedRollback { file, .. } => {
            format!("rollback of {file}")
        }
        ClientError::Dropped { file, .. } => format!("dropped: {file}"),
        ClientError::MixedVersions { file, .. } => format!("mixed versions: {}", plain(file)),
        ClientError::NotListed { file, .. } => format!("not in the snapshot: {file}"),
        ClientError::NotAsListed { file, mismatch, .. } => {
            let what = match mismatch {
                MetaMismatch::Length { .. } => "length",
                MetaMismatch::Hash(_) => "digest",
            };
            format!("{what} of {}", plain(file))
        }
        ClientError::NotTrusted { file, reason } => match reason {
            NotTrusted::RoleThreshold { .. } => format!("not signed: {}", plain(file)),
            NotTrusted::Version { .. } => "root version".to_owned(),
            NotTrusted::Threshold { .. } => "root not signed".to_owned(),
            other => format!("{other:?}"),
        },
        ClientError::Search(error) if matches!(**error, SearchError::TooMany { .. }) => {
            "too many roles".to_owned()
        }
        other => format!("{other:?}"),
    }
}

fn said(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn python_tuf_and_we_say_the_same_of_whole_repositories() {
    let (Some(mut make), Some(mut client)) =
        (python("python_repository.py"), python("python_client.py"))
    else {
        return;
    };
    let directory = tempfile::tempdir().unwrap();
    said(make.arg(directory.path().join("r")));
    let mut repositories = Vec::new();
    for layout in ["consistent", "plain"] {
        let entries = std::fs::read_dir(directory.path().join("r").join(layout)).unwrap();
        repositories.extend(entries.map(|entry| entry.unwrap().path()));
    }
    repositories.sort();
    let theirs = said(client.args(&repositories));
    assert_eq!(theirs.lines().count(), repositories.len());
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for (at, theirs) in repositories.iter().zip(theirs.lines()) {
        let name = at.file_name().unwrap().to_str().unwrap();
        let (ours, words) = we_say(at);
        let expected = RULINGS.iter().find(|(variant, _)| *variant == name);
        let expected = match expected {
            Some((variant, ruling)) => {
                seen.insert(*variant);
                *ruling
            }
            None if name.starts_with("good") => "accepted",
            None => "a ruling in the table",
        };
        // where a search is given up, python-tuf says that nobody lists the target
        let agreed = match ours.as_str() {
            "accepted" | "not listed" => theirs == ours,
            "too many roles" => theirs == "not listed",
            _ => theirs.starts_with("refused: "),
        };
        if ours != expected || !agreed {
            wrong.push(format!(
                "{}: expected {expected}, we say {ours} ({words}), python-tuf: {theirs}",
                at.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(seen.len(), RULINGS.len(), "a variant is not made any more");
    assert!(repositories.len() > 100);
}
