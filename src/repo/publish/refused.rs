//! What is not published, and what to do about it: each with the command to type next.

use serde_json::Value;

use super::{Place, RepoError, staged};
use crate::repo::words::{command, quoted};
use crate::safe::safe;
use crate::tuf::client::ClientError;
use crate::tuf::key::Holders;
use crate::tuf::metadata::Metadata;
use crate::tuf::repository::RootDraft;
use crate::tuf::root::Root;
use crate::tuf::rotation;

/// What no longer names what is staged.
#[derive(Clone, Copy)]
pub(super) enum Stale {
    Snapshot,
    Timestamp,
}

pub(super) fn no_root(place: &Place) -> RepoError {
    RepoError::refused(
        "no root is staged and none is published, so nobody could trust what is published.",
        format!(
            "Take the signed root with: {}",
            command(place, "import-root FILE")
        ),
    )
}

pub(super) fn unfinished(place: &Place, signed: Value) -> RepoError {
    let missing = RootDraft::read(signed).map(|draft| draft.missing());
    let missing = missing.unwrap_or_default().join(", ");
    let what = if missing.is_empty() {
        "it is not of the form that a root has".to_owned()
    } else {
        missing
    };
    RepoError::refused(
        format!("the staged root is not finished: {what}."),
        format!(
            "Make the keys that are missing with: {}, finish the root with: {}, and have it signed.",
            command(place, "gen-key ROLE"),
            command(place, "stage-root --expires 365d --root-key FILE")
        ),
    )
}

pub(super) fn wrong_root(place: &Place, published: u64, staged: u64) -> RepoError {
    RepoError::refused(
        format!(
            "the staged root has version {staged}; version {published} is published, and clients go on in steps of one."
        ),
        format!(
            "Stage the next root with: {}",
            command(place, "stage-root --expires 365d")
        ),
    )
}

/// Who has signed a root and who must still, in sentences.
pub fn who_must_sign(before: Option<&Root>, root: &Root, file: &Metadata) -> Vec<String> {
    let holders = Holders::default();
    rotation::signers(before, root, file.payload(), file.signatures(), &holders).sentences()
}

pub(super) fn unsigned_root(
    place: &Place,
    before: Option<&Root>,
    root: &Root,
    file: &Metadata,
) -> RepoError {
    RepoError::refused(
        format!(
            "the staged root, version {}, is not signed by enough keys, and clients that meet such a root stop for good. {}",
            root.version,
            who_must_sign(before, root, file).join(" ")
        ),
        format!(
            "Write it for the ceremony with: {}; take what was signed with: {}",
            command(place, "export root -o root.rse"),
            command(place, "import-root FILE")
        ),
    )
}

pub(super) fn not_newer(place: &Place, role: &str, staged: u64, published: u64) -> RepoError {
    RepoError::refused(
        format!(
            "staged/{}.json has version {staged}, and version {published} is published with other content: versions never go back, and no version has two contents.",
            safe(role)
        ),
        format!(
            "Make it anew, which gives it the next version: {}",
            command(place, &renew(role))
        ),
    )
}

pub(super) fn absent(place: &Place, role: &str) -> RepoError {
    RepoError::refused(
        format!("there is no {role}, neither staged nor published, and no client goes without."),
        format!("Make it with: {}", command(place, &renew(role))),
    )
}

pub(super) fn stale(
    place: &Place,
    what: Stale,
    role: &str,
    file: &Metadata,
    named: Option<u64>,
) -> RepoError {
    let by = match what {
        Stale::Snapshot => "snapshot",
        Stale::Timestamp => "timestamp",
    };
    let version = staged::version(file);
    let but = match named {
        Some(named) if named == version => "another file of that version".to_owned(),
        Some(named) => format!("version {named}"),
        None => "none".to_owned(),
    };
    let then = match what {
        Stale::Snapshot => format!(", then: {}", command(place, &renew("timestamp"))),
        Stale::Timestamp => String::new(),
    };
    RepoError::refused(
        format!(
            "{}.json is there in version {version}, and the {by} names {but}: what is new would not be seen.",
            safe(role)
        ),
        format!("Type: {}{then}", command(place, &renew(by))),
    )
}

/// The words that make a role's metadata anew.
fn renew(role: &str) -> String {
    match role {
        "snapshot" => "snapshot --expires 30d".to_owned(),
        "timestamp" => "timestamp --expires 7d".to_owned(),
        "targets" => "add --expires 90d".to_owned(),
        role => format!("add --role {} --expires 90d", quoted(role)),
    }
}

/// What a client says of what is to be published.
pub(super) fn by_client(place: &Place, error: &ClientError) -> RepoError {
    let file = match error {
        ClientError::Expired { file, .. }
        | ClientError::NotTrusted { file, .. }
        | ClientError::Missing { file }
        | ClientError::Rollback { file, .. }
        | ClientError::NotAsListed { file, .. }
        | ClientError::TooLong { file, .. } => file.as_str(),
        _ => "",
    };
    let role = role_of(file);
    let next = match (error, role) {
        (_, Some("root")) => format!(
            "Stage the next root, and have it signed: {}",
            command(place, "stage-root --expires 365d")
        ),
        (ClientError::NotTrusted { .. }, Some(role @ ("snapshot" | "timestamp"))) => format!(
            "Make it anew with the keys that the root names: {}",
            command(place, &renew(role))
        ),
        (ClientError::NotTrusted { .. }, Some(role)) => format!(
            "Sign it with the keys that are named for it: {}; then make snapshot and timestamp anew.",
            command(place, &format!("sign {}", quoted(role)))
        ),
        (_, Some("timestamp")) => format!("Make it anew: {}", command(place, &renew("timestamp"))),
        (_, Some(role)) => format!(
            "Make it anew: {}; then what names it, up to: {}",
            command(place, &renew(role)),
            command(place, &renew("timestamp"))
        ),
        _ => format!("Look at what is staged with: {}", command(place, "status")),
    };
    let happened = match error {
        ClientError::Expired {
            file,
            version,
            expires,
            ..
        } => format!(
            "{file}, version {version}, expires at {expires}, which is past or less than an hour away: clients would refuse it at once or soon."
        ),
        error => format!("a client would refuse what is staged: {error}."),
    };
    RepoError::refused(happened, next)
}

/// `builds` of `3.builds.json` and of `builds.json`.
fn role_of(file: &str) -> Option<&str> {
    if file.starts_with("the root") {
        return Some("root");
    }
    let name = file.strip_suffix(".json")?;
    match name.split_once('.') {
        Some((version, role)) if version.parse::<u64>().is_ok() => Some(role),
        _ => Some(name),
    }
}

/// What is staged and what nothing that is published would lead to.
pub(super) fn unreached(place: &Place, role: &str) -> RepoError {
    let name = quoted(role);
    RepoError::refused(
        format!(
            "staged/{}.json is named by the snapshot, and no role delegates to it: nobody could check it.",
            safe(role)
        ),
        format!(
            "Delegate to it with: {}, or take the file away.",
            command(place, &format!("delegate {name} --expires 90d"))
        ),
    )
}
