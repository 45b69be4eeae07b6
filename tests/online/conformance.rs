//! What the TUF project's suite for clients (tuf-conformance) asks of a client, asked of ours: the names of its
//! cases, what the repository does in each, and what the client must do, in our own words and code.
//!
//! Two things differ for every case. Our client is a library that keeps nothing: where the suite looks at the
//! files that a client has left behind after a refusal, here the visitor is looked at, which keeps what it had
//! before, all of it. And it fetches every file on every visit, so that no case counts on what it did not ask for.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rootstage::tuf::client::ClientError;
use rootstage::tuf::trusted::NotTrusted;
use serde_json::{Value, json};

use crate::simulated::{Key, Repository, Visitor, expiry, in_days};

type Case = (&'static str, fn());

/// The cases of the suite, each by its file and name.
const CASES: &[Case] = &[
    ("basic: basic_init_and_refresh", basic_init_and_refresh),
    ("basic: implicit_refresh", implicit_refresh),
    ("basic: invalid_initial_root", invalid_initial_root),
    ("basic: unsigned_initial_root", unsigned_initial_root),
    ("basic: unsigned_metadata[root]", || {
        unsigned_metadata("root");
    }),
    ("basic: unsigned_metadata[timestamp]", || {
        unsigned_metadata("timestamp");
    }),
    ("basic: unsigned_metadata[snapshot]", || {
        unsigned_metadata("snapshot");
    }),
    ("basic: unsigned_metadata[targets]", || {
        unsigned_metadata("targets");
    }),
    (
        "basic: timestamp_content_changes",
        timestamp_content_changes,
    ),
    (
        "basic: timestamp_eq_versions_check",
        timestamp_content_changes,
    ),
    (
        "basic: basic_metadata_hash_support",
        basic_metadata_hash_support,
    ),
    (
        "basic: new_targets_hash_mismatch",
        new_targets_hash_mismatch,
    ),
    (
        "basic: new_targets_version_mismatch",
        new_targets_version_mismatch,
    ),
    ("basic: custom_fields", custom_fields),
    (
        "rollback: simple_snapshot_rollback",
        simple_snapshot_rollback,
    ),
    (
        "rollback: new_timestamp_version_rollback",
        new_timestamp_version_rollback,
    ),
    ("rollback: snapshot_rollback[basic]", || {
        snapshot_rollback(false);
    }),
    ("rollback: snapshot_rollback[with hashes]", || {
        snapshot_rollback(true);
    }),
    (
        "rollback: new_targets_fast_forward_recovery",
        targets_fast_forward_recovery,
    ),
    (
        "rollback: new_snapshot_fast_forward_recovery",
        snapshot_fast_forward_recovery,
    ),
    (
        "rollback: new_snapshot_version_mismatch",
        snapshot_version_mismatch,
    ),
    (
        "rollback: new_timestamp_fast_forward_recovery",
        timestamp_fast_forward_recovery,
    ),
    ("rollback: targets_rollback[basic]", || {
        targets_rollback(false);
    }),
    ("rollback: targets_rollback[with hashes]", || {
        targets_rollback(true);
    }),
    (
        "keys: root_has_keys_but_not_snapshot",
        root_has_keys_but_not_snapshot,
    ),
    ("keys: wrong_hashing_algorithm", wrong_hashing_algorithm),
    ("keys: snapshot_threshold", snapshot_threshold),
    ("keys: duplicate_keys_root", duplicate_keys_root),
    (
        "keys: keytype_and_scheme[ecdsa/ecdsa-sha2-nistp256]",
        || keytype_and_scheme(Key(900)),
    ),
    ("keys: keytype_and_scheme[ed25519/ed25519]", || {
        keytype_and_scheme(Key(1900));
    }),
    ("expiration: root_expired", root_expired),
    ("expiration: timestamp_expired", || expired("timestamp")),
    ("expiration: snapshot_expired", || expired("snapshot")),
    ("expiration: targets_expired", || expired("targets")),
    ("expiration: expired_metadata", expired_metadata),
    (
        "expiration: delegated_targets_expired",
        delegated_targets_expired,
    ),
    (
        "expiration: expired_local_delegated_targets",
        expired_local_delegated_targets,
    ),
    (
        "expiration: expired_local_delegated_targets_updates",
        expired_delegated_updates,
    ),
    (
        "expiration: delegate_consistent_snapshot_disabled",
        delegates_in_the_plain_layout,
    ),
    ("file_download: client_downloads_expected_file", || {
        downloads("target_file.txt");
    }),
    (
        "file_download: client_downloads_expected_file_in_sub_dir",
        || downloads("path/to/a/target_file.txt"),
    ),
    (
        "file_download: repository_substitutes_target_file",
        substitutes_target_file,
    ),
    (
        "file_download: multiple_changes_to_target",
        multiple_changes_to_target,
    ),
    ("quoting_issues: unusual_role_name[?]", || {
        unusual_role_name("?");
    }),
    ("quoting_issues: unusual_role_name[#]", || {
        unusual_role_name("#");
    }),
    ("quoting_issues: unusual_role_name[/delegatedrole]", || {
        name_that_leads_out("/delegatedrole");
    }),
    (
        "quoting_issues: unusual_role_name[../delegatedrole]",
        || name_that_leads_out("../delegatedrole"),
    ),
];

/// What the suite has and is not done here, with the reason. The tables below hold its cases of rotation and of
/// delegation.
const NOT_HERE: &[(&str, &str)] = &[
    (
        "keys: keytype_and_scheme[rsa/rsassa-pss-sha256]",
        "no key of RSA signs here; signatures of RSA by another tool are verified in the tests of tuf::key",
    ),
    (
        "keys: keytype_and_scheme[rsa/rsa-pkcs1v15-sha256]",
        "the scheme is not in the specification; a key of it is refused as one of an unknown scheme",
    ),
    (
        "static_repositories: static_repo[...]",
        "its files are repositories of others with a clock set back; published Sigstore roots are read in tests/roots.rs",
    ),
    (
        "file_download: artifact_cache",
        "our client has no cache of files: it verifies what a repository offers, and keeps nothing",
    ),
];

#[test]
fn every_case_of_the_conformance_suite_that_applies() {
    let failed: Vec<&str> = CASES
        .iter()
        .filter(|(name, case)| {
            let result = catch_unwind(AssertUnwindSafe(case));
            if result.is_err() {
                eprintln!("FAILED: {name}");
            }
            result.is_err()
        })
        .map(|(name, _)| *name)
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");
    for (name, reason) in NOT_HERE {
        assert!(
            !CASES.iter().any(|(case, _)| case == name),
            "{name}: {reason}"
        );
    }
}

/// A repository, and a visitor that has been there.
fn visited() -> (Repository, Visitor) {
    let repository = Repository::new();
    let mut visitor = repository.visitor();
    visitor.refresh().unwrap();
    repository.asked();
    (repository, visitor)
}

/// A refusal that changes nothing of what the visitor holds.
fn refused(visitor: &mut Visitor) -> ClientError {
    let before = visitor.versions;
    let error = visitor.refresh().unwrap_err();
    assert_eq!(visitor.versions, before);
    error
}

fn basic_init_and_refresh() {
    let repository = Repository::new();
    let mut visitor = repository.visitor();
    visitor.refresh().unwrap();
    assert_eq!(
        repository.asked(),
        ["2.root", "timestamp", "1.snapshot", "1.targets"]
    );
    assert_eq!(visitor.versions, [1, 1, 1, 1]);
}

fn implicit_refresh() {
    let repository = Repository::new();
    let mut visitor = repository.visitor();
    assert_eq!(visitor.download("nonexistent artifact").unwrap(), None);
    assert_eq!(
        repository.asked(),
        ["2.root", "timestamp", "1.snapshot", "1.targets"]
    );
    assert_eq!(visitor.versions, [1, 1, 1, 1]);
}

fn altered_anchor(change: impl FnOnce(&mut Value)) {
    let repository = Repository::new();
    let mut visitor = repository.visitor();
    let mut root: Value = serde_json::from_slice(&visitor.root).unwrap();
    change(&mut root);
    visitor.root = root.to_string().into_bytes();
    assert!(matches!(
        visitor.refresh(),
        Err(ClientError::Anchor(_) | ClientError::Unreadable { .. })
    ));
    assert!(repository.asked().is_empty());
}

fn invalid_initial_root() {
    altered_anchor(|root| drop(root["signed"].as_object_mut().unwrap().remove("version")));
}

fn unsigned_initial_root() {
    altered_anchor(|root| {
        // the last byte: the encoding stays sound, the number is another
        let sig = root["signatures"][0]["sig"].as_str().unwrap();
        let (kept, last) = sig.split_at(sig.len() - 2);
        let last = u8::from_str_radix(last, 16).unwrap() ^ 1;
        root["signatures"][0]["sig"] = json!(format!("{kept}{last:02x}"));
    });
}

/// One role is not signed by its key; nothing from there on is taken.
fn unsigned_metadata(role: &str) {
    let mut repository = Repository::new();
    let mut visitor = repository.visitor();
    repository.signers.get_mut(role).unwrap().pop();
    if role == "root" {
        repository.next_root();
    } else {
        repository.bump("targets");
        repository.next_snapshot();
    }
    let file = match role {
        "root" => "2.root.json",
        "timestamp" => "timestamp.json",
        "snapshot" => "2.snapshot.json",
        _ => "2.targets.json",
    };
    match refused(&mut visitor) {
        ClientError::NotTrusted { file: named, .. } => assert_eq!(named, file),
        other => panic!("{other}"),
    }
    let asked = repository.asked();
    assert_eq!(asked.last().unwrap(), file.trim_end_matches(".json"));
}

/// Stricter than the suite asks: it is refused and not only passed over.
fn timestamp_content_changes() {
    let (mut repository, mut visitor) = visited();
    repository.role("timestamp")["meta"]["snapshot.json"]["version"] = json!(100);
    repository.publish(&["timestamp"]);
    assert!(matches!(
        refused(&mut visitor),
        ClientError::SameVersion { version: 1, .. }
    ));
    assert_eq!(repository.asked().last().unwrap(), "timestamp");
}

fn basic_metadata_hash_support() {
    let (mut repository, mut visitor) = visited();
    repository.digests = true;
    repository.bump("targets");
    repository.next_snapshot();
    visitor.refresh().unwrap();
    assert_eq!(visitor.versions, [1, 2, 2, 2]);
    repository.bump("targets");
    repository.next_snapshot();
    repository.role("snapshot")["meta"]["targets.json"]["hashes"]["sha256"] =
        json!("46".repeat(32));
    repository.bump("snapshot");
    repository.publish(&["snapshot"]);
    repository.next_timestamp();
    assert!(matches!(
        refused(&mut visitor),
        ClientError::NotAsListed { .. }
    ));
}

fn new_targets_hash_mismatch() {
    let (mut repository, mut visitor) = visited();
    repository.digests = true;
    repository.next_snapshot();
    visitor.refresh().unwrap();
    // another content under the version that is listed next, with the digest of the one before
    repository.bump("targets");
    repository.publish(&["targets"]);
    repository.role("snapshot")["meta"]["targets.json"]["version"] = json!(2);
    repository.bump("snapshot");
    repository.publish(&["snapshot"]);
    repository.next_timestamp();
    assert!(matches!(
        refused(&mut visitor),
        ClientError::NotAsListed { .. }
    ));
}

fn new_targets_version_mismatch() {
    let (mut repository, mut visitor) = visited();
    repository.bump("targets");
    repository.publish(&["targets"]);
    visitor.refresh().unwrap();
    assert_eq!(visitor.versions, [1, 1, 1, 1]);
    assert!(!repository.asked().contains(&"2.targets".to_owned()));
}

fn custom_fields() {
    let (mut repository, mut visitor) = visited();
    let root = repository.role("root");
    root["custom-field"] = json!("value");
    root["roles"]["root"]["another-field"] = json!("value");
    let keys = root["keys"].as_object_mut().unwrap();
    // the key ids stay as they were: the suite wants it accepted all the same
    let key = keys.values_mut().next().unwrap();
    key["extra-field"] = json!({ "a": 1, "b": 2 });
    repository.next_root();
    visitor.refresh().unwrap();
    assert_eq!(visitor.versions[0], 2);
}

fn simple_snapshot_rollback() {
    let (mut repository, mut visitor) = visited();
    repository.next_snapshot();
    visitor.refresh().unwrap();
    // the snapshot goes back, the timestamp still lists version 2
    let first = repository.served("1.snapshot.json");
    visitor.refresh().unwrap();
    assert_eq!(visitor.versions[2], 2);
    // and the old file under the name of the new one
    repository.serve("2.snapshot.json", first);
    assert!(matches!(
        refused(&mut visitor),
        ClientError::MixedVersions { .. }
    ));
}

fn new_timestamp_version_rollback() {
    let (mut repository, mut visitor) = visited();
    repository.next_timestamp();
    visitor.refresh().unwrap();
    assert_eq!(visitor.versions[1], 2);
    repository.set("timestamp", "version", 1);
    repository.publish(&["timestamp"]);
    repository.asked();
    assert!(matches!(
        refused(&mut visitor),
        ClientError::Rollback {
            before: 2,
            got: 1,
            ..
        }
    ));
    assert_eq!(repository.asked().last().unwrap(), "timestamp");
}

fn snapshot_rollback(digests: bool) {
    let mut repository = Repository::new();
    repository.digests = digests;
    let mut visitor = repository.visitor();
    repository.next_snapshot();
    visitor.refresh().unwrap();
    repository.set("snapshot", "version", 1);
    repository.publish(&["snapshot"]);
    repository.next_timestamp();
    repository.asked();
    assert!(matches!(
        refused(&mut visitor),
        ClientError::ListedRollback {
            before: 2,
            got: 1,
            ..
        }
    ));
    assert_eq!(visitor.versions, [1, 2, 2, 1]);
    assert_eq!(repository.asked().last().unwrap(), "timestamp");
}

fn targets_fast_forward_recovery() {
    let (mut repository, mut visitor) = visited();
    repository.set("targets", "version", 100);
    repository.next_snapshot();
    visitor.refresh().unwrap();
    assert_eq!(visitor.versions[3], 100);
    // a new key of the snapshot: what the old one listed does not count any more
    repository.rotate("snapshot");
    repository.next_root();
    repository.set("targets", "version", 2);
    repository.next_snapshot();
    visitor.refresh().unwrap();
    assert_eq!(visitor.versions[3], 2);
}

fn snapshot_fast_forward_recovery() {
    let (mut repository, mut visitor) = visited();
    repository.set("snapshot", "version", 99_999);
    repository.same_snapshot();
    visitor.refresh().unwrap();
    assert_eq!(visitor.versions[2], 99_999);
    repository.rotate("snapshot");
    repository.rotate("timestamp");
    repository.next_root();
    repository.set("snapshot", "version", 1);
    repository.same_snapshot();
    visitor.refresh().unwrap();
    assert_eq!(visitor.versions[2], 1);
}

fn snapshot_version_mismatch() {
    let mut repository = Repository::new();
    let mut visitor = repository.visitor();
    // the file of the listed version has another version in it
    repository.bump("snapshot");
    repository.serve("1.snapshot.json", repository.file("snapshot"));
    assert!(matches!(
        refused(&mut visitor),
        ClientError::MixedVersions {
            expected: 1,
            got: 2,
            ..
        }
    ));
    assert_eq!(repository.asked().last().unwrap(), "1.snapshot");
}

fn timestamp_fast_forward_recovery() {
    let (mut repository, mut visitor) = visited();
    repository.set("timestamp", "version", 100);
    repository.publish(&["timestamp"]);
    visitor.refresh().unwrap();
    assert_eq!(visitor.versions[1], 100);
    repository.rotate("timestamp");
    repository.next_root();
    repository.set("timestamp", "version", 1);
    repository.publish(&["timestamp"]);
    visitor.refresh().unwrap();
    assert_eq!(visitor.versions[1], 1);
}

fn targets_rollback(digests: bool) {
    let mut repository = Repository::new();
    repository.digests = digests;
    let mut visitor = repository.visitor();
    repository.set("targets", "version", 3);
    repository.next_snapshot();
    visitor.refresh().unwrap();
    repository.set("targets", "version", 1);
    repository.next_snapshot();
    assert!(matches!(
        refused(&mut visitor),
        ClientError::ListedRollback {
            before: 3,
            got: 1,
            ..
        }
    ));
    assert_eq!(visitor.versions[3], 3);
}

/// Four keys for the snapshot, of which three must sign and do.
fn three_of_four(repository: &mut Repository, visitor: &mut Visitor) {
    repository.set_threshold("snapshot", 3);
    repository.next_root();
    repository.add_key("snapshot");
    repository.next_snapshot();
    repository.next_root();
    assert!(matches!(refused(visitor), ClientError::NotTrusted { .. }));
    repository.add_key("snapshot");
    repository.add_key("snapshot");
    repository.next_snapshot();
    repository.next_root();
    visitor.refresh().unwrap();
    assert_eq!((visitor.versions[0], visitor.versions[2]), (4, 3));
}

fn root_has_keys_but_not_snapshot() {
    let (mut repository, mut visitor) = visited();
    three_of_four(&mut repository, &mut visitor);
    repository.set_threshold("snapshot", 5);
    repository.next_root();
    assert!(matches!(
        refused(&mut visitor),
        ClientError::NotTrusted { .. }
    ));
    // a key that is listed and does not sign
    let silent = repository.fresh_key();
    repository.list_key("snapshot", silent);
    repository.next_root();
    assert!(matches!(
        refused(&mut visitor),
        ClientError::NotTrusted { .. }
    ));
}

fn wrong_hashing_algorithm() {
    let (mut repository, mut visitor) = visited();
    three_of_four(&mut repository, &mut visitor);
    repository.add_key("snapshot");
    repository.set_threshold("snapshot", 5);
    let root = repository.role("root");
    let first = root["roles"]["snapshot"]["keyids"][0]
        .as_str()
        .unwrap()
        .to_owned();
    root["keys"][&first]["keyid_hash_algorithms"] = json!(["md5"]);
    repository.next_root();
    repository.next_snapshot();
    visitor.refresh().unwrap();
    assert_eq!((visitor.versions[0], visitor.versions[2]), (5, 4));
}

fn snapshot_threshold() {
    let (mut repository, mut visitor) = visited();
    for _ in 0..4 {
        repository.add_key("snapshot");
    }
    repository.set_threshold("snapshot", 6);
    repository.next_root();
    repository.next_snapshot();
    refused(&mut visitor);
    assert_eq!(visitor.versions[2], 1);
}

/// One key under many ids counts once.
fn duplicate_keys_root() {
    let (mut repository, mut visitor) = visited();
    let key = repository.fresh_key();
    repository.signers.insert("snapshot".to_owned(), vec![key]);
    repository.list_key("snapshot", key);
    for copy in 1..9 {
        let mut object = key.public().to_tuf();
        object["x-copy"] = json!(copy);
        let id = rootstage::tuf::key::KeyId::of(&object).unwrap().hex();
        let root = repository.role("root");
        root["keys"][&id] = object;
        root["roles"]["snapshot"]["keyids"]
            .as_array_mut()
            .unwrap()
            .push(json!(id));
    }
    repository.set_threshold("snapshot", 6);
    repository.next_root();
    // signed by the one key under every id
    repository.bump("snapshot");
    let ids = repository.signed["root"]["roles"]["snapshot"]["keyids"].clone();
    let mut file: Value = serde_json::from_slice(&repository.file("snapshot")).unwrap();
    let sig = file["signatures"][0]["sig"].clone();
    let every = ids
        .as_array()
        .unwrap()
        .iter()
        .map(|id| json!({ "keyid": id, "sig": sig }));
    file["signatures"] = every.collect();
    repository.serve("2.snapshot.json", file.to_string().into_bytes());
    repository.next_timestamp();
    refused(&mut visitor);
    assert_eq!(visitor.versions[2], 1);
}

fn keytype_and_scheme(key: Key) {
    let (mut repository, mut visitor) = visited();
    repository.list_key("root", key);
    repository.signers.get_mut("root").unwrap().push(key);
    repository.set_threshold("root", 2);
    repository.next_root();
    visitor.refresh().unwrap();
    assert_eq!(visitor.versions[0], 2);
    // the signature of the version before over the next one
    repository.bump("root");
    let before: Value = serde_json::from_slice(&repository.served("2.root.json")).unwrap();
    let mut next: Value = serde_json::from_slice(&repository.file("root")).unwrap();
    next["signatures"][1] = before["signatures"][1].clone();
    repository.serve("3.root.json", next.to_string().into_bytes());
    assert!(matches!(
        refused(&mut visitor),
        ClientError::NotTrusted { .. }
    ));
    // and with its own it is accepted
    repository.publish(&["root"]);
    visitor.refresh().unwrap();
    assert_eq!(visitor.versions[0], 3);
}

fn root_expired() {
    let (mut repository, mut visitor) = visited();
    repository.next_root();
    visitor.refresh().unwrap();
    repository.set("root", "expires", expiry(-1));
    repository.next_root();
    repository.bump("targets");
    repository.next_snapshot();
    repository.asked();
    match refused(&mut visitor) {
        // the chain was followed to its end before
        ClientError::Expired { file, version, .. } => {
            assert_eq!((file.as_str(), version), ("3.root.json", 3));
        }
        other => panic!("{other}"),
    }
    assert_eq!(repository.asked().last().unwrap(), "4.root");
}

fn expired(role: &str) {
    let (mut repository, mut visitor) = visited();
    repository.set(role, "expires", expiry(-5));
    repository.bump("targets");
    repository.next_snapshot();
    assert!(matches!(refused(&mut visitor), ClientError::Expired { .. }));
    assert_eq!(visitor.versions, [1, 1, 1, 1]);
}

/// What was kept may have expired since: it still counts against going back, and for going on.
fn expired_metadata() {
    let mut repository = Repository::new();
    repository.set("timestamp", "expires", expiry(7));
    repository.publish(&["timestamp"]);
    let mut visitor = repository.visitor();
    visitor.refresh().unwrap();
    repository.bump("targets");
    repository.next_snapshot();
    repository.set("timestamp", "expires", expiry(21));
    repository.next_timestamp();
    visitor.now = in_days(18);
    visitor.refresh().unwrap();
    assert_eq!(visitor.versions, [1, 3, 2, 2]);
}

/// A repository with a role that vouches for `delegatedpath/*` until some day.
fn with_delegated(days: i64) -> (Repository, Visitor) {
    let mut repository = Repository::new();
    repository.delegate("targets", "delegated", &["delegatedpath/*"], false);
    repository.set("delegated", "expires", expiry(days));
    repository.offer("delegated", "delegatedpath/first", b"first");
    repository.offer("delegated", "delegatedpath/second", b"second");
    repository.bump("targets");
    repository.next_snapshot();
    let visitor = repository.visitor();
    (repository, visitor)
}

fn delegated_targets_expired() {
    let (_repository, mut visitor) = with_delegated(-1);
    visitor.refresh().unwrap();
    let error = visitor.download("delegatedpath/first").unwrap_err();
    assert!(error.to_string().contains("expired"), "{error}");
    assert_eq!(visitor.versions, [1, 2, 2, 2]);
}

fn expired_local_delegated_targets() {
    let (_repository, mut visitor) = with_delegated(7);
    assert_eq!(
        visitor.download("delegatedpath/first").unwrap().unwrap(),
        b"first"
    );
    visitor.now = in_days(18);
    let error = visitor.download("delegatedpath/second").unwrap_err();
    assert!(error.to_string().contains("expired"), "{error}");
}

fn expired_delegated_updates() {
    let (mut repository, mut visitor) = with_delegated(7);
    assert_eq!(
        visitor.download("delegatedpath/first").unwrap().unwrap(),
        b"first"
    );
    repository.set("delegated", "expires", expiry(21));
    repository.bump("delegated");
    repository.next_snapshot();
    visitor.now = in_days(18);
    assert_eq!(
        visitor.download("delegatedpath/second").unwrap().unwrap(),
        b"second"
    );
}

/// The suite names roles `..` and `.` as well: those never become the name of a file here.
fn delegates_in_the_plain_layout() {
    let (mut repository, mut visitor) = visited();
    repository.set("root", "consistent_snapshot", false);
    repository.next_root();
    for role in ["role1", "..", "."] {
        repository.delegate("targets", role, &["*"], false);
    }
    repository.bump("targets");
    repository.next_snapshot();
    visitor.refresh().unwrap();
    assert_eq!(visitor.versions, [2, 2, 2, 2]);
    repository.asked();
    // `..json` and `...json`: names of files like any other
    assert_eq!(visitor.download("nothing").unwrap(), None);
    assert!(repository.asked().iter().all(|file| !file.contains('/')));
}

fn downloads(path: &str) {
    let mut repository = Repository::new();
    repository.offer("targets", path, b"target file contents");
    repository.bump("targets");
    repository.next_snapshot();
    let mut visitor = repository.visitor();
    visitor.refresh().unwrap();
    assert!(
        !repository
            .asked()
            .iter()
            .any(|file| file.contains("targets/"))
    );
    assert_eq!(
        visitor.download(path).unwrap().unwrap(),
        b"target file contents"
    );
}

fn substitutes_target_file() {
    let mut repository = Repository::new();
    repository.offer("targets", "target_file.txt", b"target file contents");
    repository.offer("targets", "another.txt", b"content");
    repository.bump("targets");
    repository.next_snapshot();
    let mut visitor = repository.visitor();
    assert!(visitor.download("target_file.txt").unwrap().is_some());
    for path in ["target_file.txt", "another.txt"] {
        repository.replace(path, b"malicious data - should not download");
        assert!(matches!(
            visitor.download(path),
            Err(ClientError::NotAsListed { .. })
        ));
    }
}

fn multiple_changes_to_target() {
    let (mut repository, mut visitor) = visited();
    for i in 0..11 {
        let content = format!("modified file contents {i}").into_bytes();
        repository.offer("targets", "target_file.txt", &content);
        repository.offer("targets", &format!("new-{i}"), b"new");
        repository.bump("targets");
        repository.next_snapshot();
        if i % 5 == 0 {
            assert_eq!(
                visitor.download("target_file.txt").unwrap().unwrap(),
                content
            );
            assert_eq!(
                visitor.download(&format!("new-{i}")).unwrap().unwrap(),
                b"new"
            );
            repository.replace("target_file.txt", b"malicious");
            repository.bump("targets");
            repository.next_snapshot();
            assert!(matches!(
                visitor.download("target_file.txt"),
                Err(ClientError::NotAsListed { .. })
            ));
        }
    }
}

fn unusual_role_name(role: &str) {
    let mut repository = Repository::new();
    repository.delegate("targets", role, &["*"], false);
    repository.bump("targets");
    repository.next_snapshot();
    let mut visitor = repository.visitor();
    assert_eq!(visitor.download("nonexistent").unwrap(), None);
    // it was escaped in the request: the server has seen the whole name
    assert!(repository.asked().contains(&format!("1.{role}")));
}

/// The suite wants the slash escaped. Here names are names of files as well: with a version before it the name stays
/// inside the repository, in a directory `1.` of it, and is used; without one it leads out, and nothing is fetched.
fn name_that_leads_out(role: &str) {
    for consistent in [true, false] {
        let mut repository = Repository::new();
        repository.set("root", "consistent_snapshot", consistent);
        repository.publish(&["root"]);
        repository.delegate("targets", role, &["*"], false);
        repository.bump("targets");
        repository.next_snapshot();
        let mut visitor = repository.visitor();
        let found = visitor.download("nonexistent");
        let asked = repository.asked();
        if consistent {
            assert_eq!(found.unwrap(), None);
            assert!(asked.contains(&format!("1.{role}")), "{asked:?}");
        } else {
            let error = found.unwrap_err().to_string();
            assert!(error.contains("delegatedrole"), "{error}");
            assert_eq!(asked, ["2.root", "timestamp", "snapshot", "targets"]);
        }
    }
}

/// A root: the keys by number, the threshold, who signs; and whether the last of a sequence is accepted.
type Version = (&'static [u32], u32, &'static [u32]);

const ROOT_ROTATIONS: &[(&str, &[Version], bool)] = &[
    (
        "1-of-1-key-rotation",
        &[(&[1], 1, &[1]), (&[2], 1, &[2, 1]), (&[2], 1, &[2])],
        true,
    ),
    (
        "1-of-1-key-rotation-unused-signatures",
        &[
            (&[1], 1, &[3, 1, 4]),
            (&[2], 1, &[3, 2, 1, 4]),
            (&[2], 1, &[3, 2, 4]),
        ],
        true,
    ),
    (
        "3-of-5-sign-with-different-keycombos",
        &[
            (&[0, 1, 2, 3, 4], 3, &[0, 2, 4]),
            (&[0, 1, 2, 3, 4], 3, &[0, 4, 1]),
            (&[0, 1, 2, 3, 4], 3, &[0, 1, 3]),
            (&[0, 1, 2, 3, 4], 3, &[0, 1, 3]),
        ],
        true,
    ),
    (
        "3-of-5-one-key-rotated",
        &[
            (&[0, 1, 2, 3, 4], 3, &[0, 2, 4]),
            (&[0, 1, 3, 4, 5], 3, &[0, 4, 1]),
        ],
        true,
    ),
    (
        "3-of-5-one-key-rotated-with-intermediate-step",
        &[
            (&[0, 1, 2, 3, 4], 3, &[0, 2, 4]),
            (&[0, 1, 3, 4, 5], 3, &[0, 2, 4, 5]),
            (&[0, 1, 3, 4, 5], 3, &[0, 4, 5]),
        ],
        true,
    ),
    (
        "3-of-5-all-keys-rotated-with-intermediate-step",
        &[
            (&[0, 1, 2, 3, 4], 3, &[0, 2, 4]),
            (&[5, 6, 7, 8, 9], 3, &[0, 2, 4, 5, 6, 7]),
            (&[5, 6, 7, 8, 9], 3, &[5, 6, 7]),
        ],
        true,
    ),
    (
        "1-of-3-threshold-increase-to-2-of-3",
        &[(&[1, 2, 3], 1, &[1]), (&[1, 2, 3], 2, &[1, 2])],
        true,
    ),
    (
        "2-of-3-threshold-decrease-to-1-of-3",
        &[
            (&[1, 2, 3], 2, &[1, 2]),
            (&[1, 2, 3], 1, &[1, 2]),
            (&[1, 2, 3], 1, &[1]),
        ],
        true,
    ),
    (
        "1-of-2-threshold-increase-to-2-of-2",
        &[(&[1], 1, &[1]), (&[1, 2], 2, &[1, 2])],
        true,
    ),
    (
        "1-of-1-key-rotation-fail-not-signed-with-old-key",
        &[(&[1], 1, &[1]), (&[2], 1, &[2, 3, 4])],
        false,
    ),
    (
        "1-of-1-key-rotation-fail-not-signed-with-new-key",
        &[(&[1], 1, &[1]), (&[2], 1, &[1, 3, 4])],
        false,
    ),
    (
        "3-of-5-one-key-rotate-fails-not-signed-with-3-new-keys",
        &[
            (&[0, 1, 2, 3, 4], 3, &[0, 2, 4]),
            (&[0, 1, 3, 4, 5], 3, &[0, 2, 4]),
        ],
        false,
    ),
    (
        "3-of-5-one-key-rotate-fails-not-signed-with-3-old-keys",
        &[
            (&[0, 1, 2, 3, 4], 3, &[0, 2, 4]),
            (&[0, 1, 3, 4, 5], 3, &[0, 4, 5]),
        ],
        false,
    ),
    (
        "1-of-3-threshold-bump-to-2-of-3-fails-new-threshold-not-reached",
        &[(&[1, 2, 3], 1, &[1]), (&[1, 2, 3], 2, &[2])],
        false,
    ),
    (
        "2-of-3-threshold-decr-to-1-of-3-fails-old-threshold-not-eached",
        &[(&[1, 2, 3], 2, &[1, 2]), (&[1, 2, 3], 1, &[1])],
        false,
    ),
];

/// The keys of the rotations, apart from those that the repository makes for itself.
fn keys(numbers: &[u32]) -> Vec<Key> {
    numbers.iter().map(|number| Key(1100 + number)).collect()
}

fn staff(repository: &mut Repository, role: &str, (listed, threshold, signing): Version) {
    repository.clear_keys(role);
    for key in keys(listed) {
        repository.list_key(role, key);
    }
    repository.set_threshold(role, threshold);
    repository.signers.insert(role.to_owned(), keys(signing));
}

#[test]
fn root_rotations_of_the_conformance_suite() {
    for (name, versions, accepted) in ROOT_ROTATIONS {
        let mut repository = Repository::new();
        repository.set("root", "version", 0);
        for version in *versions {
            staff(&mut repository, "root", *version);
            repository.next_root();
        }
        let mut visitor = repository.visitor();
        let result = visitor.refresh();
        let last = versions.len() as u64;
        if *accepted {
            assert!(result.is_ok(), "{name}: {result:?}");
            assert_eq!(
                visitor.root,
                repository.served(&format!("{last}.root.json")),
                "{name}"
            );
        } else {
            match result {
                Err(ClientError::NotTrusted {
                    file,
                    reason: NotTrusted::Threshold { .. },
                }) => {
                    assert_eq!(file, format!("{last}.root.json"), "{name}");
                }
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}

const OTHER_ROTATIONS: &[(&str, Version, bool)] = &[
    ("1-of-1-key-rotation", (&[2], 1, &[2]), true),
    (
        "1-of-1-key-rotation-unused-signatures",
        (&[1], 1, &[3, 1, 4]),
        true,
    ),
    (
        "1-of-1-key-rotation-fail-not-signed-with-new-key",
        (&[2], 1, &[1, 3, 4]),
        false,
    ),
    (
        "3-of-5-one-key-signature-wrong-not-signed-with-3-expected-keys",
        (&[0, 1, 3, 4, 5], 3, &[0, 2, 4]),
        false,
    ),
    (
        "2-of-5-one-key-signature-mising-threshold-not-reached",
        (&[0, 1, 3, 4, 5], 3, &[0, 4]),
        false,
    ),
    (
        "3-of-5-sign-first-combo",
        (&[0, 1, 2, 3, 4], 3, &[0, 2, 4]),
        true,
    ),
    (
        "3-of-5-sign-second-combo",
        (&[0, 1, 2, 3, 4], 3, &[0, 4, 1]),
        true,
    ),
    (
        "3-of-5-sign-third-combo",
        (&[0, 1, 2, 3, 4], 3, &[0, 1, 3]),
        true,
    ),
    (
        "3-of-5-sign-fourth-combo",
        (&[0, 1, 2, 3, 4], 3, &[1, 2, 3]),
        true,
    ),
    (
        "3-of-5-sign-fifth-combo",
        (&[0, 1, 2, 3, 4], 3, &[2, 3, 4]),
        true,
    ),
];

#[test]
fn rotations_of_the_other_roles_of_the_conformance_suite() {
    for (name, version, accepted) in OTHER_ROTATIONS {
        for role in ["timestamp", "snapshot", "targets"] {
            let (mut repository, mut visitor) = visited();
            staff(&mut repository, role, *version);
            repository.next_root();
            repository.bump("targets");
            repository.next_snapshot();
            let result = visitor.refresh();
            assert_eq!(result.is_ok(), *accepted, "{name}, {role}: {result:?}");
            if !accepted {
                assert!(
                    matches!(result, Err(ClientError::NotTrusted { .. })),
                    "{name}, {role}"
                );
            }
        }
    }
}

/// By, role, paths, whether it is terminating.
type Delegation = (&'static str, &'static str, &'static [&'static str], bool);

const ALL: &[&str] = &["*"];
const PYTHON: &[&str] = &["*.py"];

const GRAPHS: &[(&str, &[Delegation], &[&str])] = &[
    ("basic-delegation", &[("targets", "A", ALL, false)], &["A"]),
    (
        "single-level-delegations",
        &[("targets", "A", ALL, false), ("targets", "B", ALL, false)],
        &["A", "B"],
    ),
    (
        "two-level-delegations",
        &[
            ("targets", "A", ALL, false),
            ("targets", "B", ALL, false),
            ("B", "C", ALL, false),
        ],
        &["A", "B", "C"],
    ),
    (
        "two-level-test-DFS-order-of-traversal",
        &[
            ("targets", "A", ALL, false),
            ("targets", "B", ALL, false),
            ("A", "C", ALL, false),
            ("A", "D", ALL, false),
        ],
        &["A", "C", "D", "B"],
    ),
    (
        "three-level-delegation-test-DFS-order-of-traversal",
        &[
            ("targets", "A", ALL, false),
            ("targets", "B", ALL, false),
            ("A", "C", ALL, false),
            ("C", "D", ALL, false),
        ],
        &["A", "C", "D", "B"],
    ),
    (
        "two-level-terminating-ignores-all-but-roles-descendants",
        &[
            ("targets", "A", ALL, false),
            ("targets", "B", ALL, false),
            ("A", "C", ALL, true),
            ("A", "D", ALL, false),
        ],
        &["A", "C"],
    ),
    (
        "three-level-terminating-ignores-all-but-roles-descendants",
        &[
            ("targets", "A", ALL, false),
            ("targets", "B", ALL, false),
            ("A", "C", ALL, true),
            ("C", "D", ALL, false),
        ],
        &["A", "C", "D"],
    ),
    (
        "two-level-ignores-all-branches-not-matching-paths",
        &[
            ("targets", "A", PYTHON, false),
            ("targets", "B", ALL, false),
            ("A", "C", ALL, false),
        ],
        &["B"],
    ),
    (
        "three-level-ignores-all-branches-not-matching-paths",
        &[
            ("targets", "A", ALL, false),
            ("targets", "B", ALL, false),
            ("A", "C", PYTHON, false),
            ("C", "D", ALL, false),
        ],
        &["A", "B"],
    ),
    (
        "cyclic-graph",
        &[
            ("targets", "A", ALL, false),
            ("targets", "B", ALL, false),
            ("B", "C", ALL, false),
            ("C", "D", ALL, false),
            ("D", "B", ALL, false),
        ],
        &["A", "B", "C", "D"],
    ),
    (
        "two-roles-delegating-to-a-third",
        &[
            ("targets", "A", ALL, false),
            ("targets", "B", ALL, false),
            ("B", "C", ALL, false),
            ("A", "C", ALL, false),
        ],
        &["A", "C", "B"],
    ),
    (
        "two-roles-delegating-to-a-third-different-paths",
        &[
            ("targets", "A", ALL, false),
            ("targets", "B", ALL, false),
            ("B", "C", ALL, false),
            ("A", "C", PYTHON, false),
        ],
        &["A", "B", "C"],
    ),
];

/// The delegated roles that are fetched, each once, in order: a role that is reached twice is loaded for each that
/// delegates to it, and asked once.
fn roles_asked(repository: &Repository) -> Vec<String> {
    let mut roles: Vec<String> = Vec::new();
    for file in repository.asked() {
        let role = file.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let top = ["root", "timestamp", "snapshot", "targets"].contains(&role);
        if !top && !file.starts_with("targets/") && !roles.contains(&role.to_owned()) {
            roles.push(role.to_owned());
        }
    }
    roles
}

#[test]
fn delegation_graphs_of_the_conformance_suite() {
    for (name, delegations, order) in GRAPHS {
        let mut repository = Repository::new();
        for (by, role, paths, terminating) in *delegations {
            repository.delegate(by, role, paths, *terminating);
        }
        repository.bump("targets");
        repository.next_snapshot();
        let mut visitor = repository.visitor();
        assert_eq!(visitor.download("missingpath").unwrap(), None, "{name}");
        assert_eq!(roles_asked(&repository), *order, "{name}");
    }
}

const SEARCHES: &[(&str, &str, bool, &[&str])] = &[
    ("no delegations", "targetfile", true, &[]),
    ("targetpath matches wildcard", "README.md", true, &["A"]),
    (
        "targetpath with separators x",
        "releases/x/x_v1",
        true,
        &["B", "C"],
    ),
    (
        "targetpath with separators y",
        "releases/y/y_v1.zip",
        true,
        &["B", "D"],
    ),
    (
        "targetpath is not delegated by all roles in the chain",
        "releases/z/z_v1.zip",
        false,
        &["B"],
    ),
];

#[test]
fn searches_of_the_conformance_suite() {
    let mut repository = Repository::new();
    repository.delegate("targets", "A", &["*.doc", "*.md"], false);
    repository.delegate("targets", "B", &["releases/*/*"], false);
    repository.delegate("B", "C", &["releases/x/*"], false);
    repository.delegate("B", "D", &["releases/y/*.zip"], false);
    repository.offer("targets", "targetfile", b"of targets");
    repository.offer("A", "README.md", b"of A");
    repository.offer("C", "releases/x/x_v1", b"of C");
    repository.offer("D", "releases/y/y_v1.zip", b"of D, y");
    repository.offer("D", "releases/z/z_v1.zip", b"of D, z");
    repository.bump("targets");
    repository.next_snapshot();
    for (name, path, found, order) in SEARCHES {
        let mut visitor = repository.visitor();
        repository.asked();
        assert_eq!(visitor.download(path).unwrap().is_some(), *found, "{name}");
        assert_eq!(roles_asked(&repository), *order, "{name}");
    }
}
