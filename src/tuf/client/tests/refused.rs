//! Each way in which a repository can be wrong has its own refusal.

use serde_json::json;

use super::repository::{
    Files, LATER, Maker, PAST, pair, refused, root, sign, target, visit, visit_again,
};
use crate::tuf::client::{Client, ClientError, Earlier, Limits};
use crate::tuf::hashes::HashError;
use crate::tuf::meta::MetaMismatch;
use crate::tuf::testing::NOW;
use crate::tuf::trusted::NotTrusted;

#[test]
fn what_is_missing_is_named() {
    for name in ["timestamp.json", "1.snapshot.json", "1.targets.json"] {
        let mut files = Maker::default().files();
        files.0.remove(name);
        assert_eq!(
            refused(&files, None),
            ClientError::Missing { file: name.into() }
        );
    }
}

#[test]
fn what_is_not_signed_is_named() {
    for (at, file) in ["1.targets.json", "1.snapshot.json", "timestamp.json"]
        .into_iter()
        .enumerate()
    {
        let mut maker = Maker::default();
        maker.signers[at] = vec![pair(7)];
        let error = refused(&maker.files(), None);
        assert!(
            matches!(&error, ClientError::NotTrusted { file: named, reason: NotTrusted::RoleThreshold { tally, .. } }
                if named == file && tally.count() == 0),
            "{error}"
        );
    }
}

#[test]
fn a_file_of_another_role_is_not_taken() {
    // one key for all roles, so that only the type tells them apart
    let mut files = Maker::default().files();
    files
        .0
        .insert("timestamp.json".into(), files.0["1.snapshot.json"].clone());
    assert!(matches!(
        refused(&files, None),
        ClientError::NotTrusted { reason: NotTrusted::Type { got, .. }, .. } if got == "snapshot"
    ));
}

#[test]
fn what_has_expired_is_named() {
    let expired = |maker: Maker, file: &str| {
        let error = refused(&maker.files(), None);
        assert!(
            matches!(&error, ClientError::Expired { file: named, version: 1, expires, .. } if named == file && expires == PAST),
            "{error}"
        );
    };
    let good = Maker::default;
    expired(
        Maker {
            targets: (1, PAST),
            ..good()
        },
        "1.targets.json",
    );
    expired(
        Maker {
            snapshot: (1, PAST),
            ..good()
        },
        "1.snapshot.json",
    );
    expired(
        Maker {
            timestamp: (1, PAST),
            ..good()
        },
        "timestamp.json",
    );
    // at the very second it is over
    let files = good().files();
    let at = time::macros::datetime!(2027-11-23 00:00:00 UTC);
    let visit = |now| {
        Client::refresh(
            &files.0["1.root.json"],
            &files,
            now,
            Limits::default(),
            Earlier::default(),
        )
        .err()
    };
    assert!(
        matches!(visit(at), Some(ClientError::Expired { file, .. }) if file == "the root that was given")
    );
    assert_eq!(visit(at - time::Duration::SECOND), None);
}

#[test]
fn versions_do_not_go_back() {
    let at = |timestamp, snapshot, targets| {
        Maker {
            timestamp: (timestamp, LATER),
            snapshot: (snapshot, LATER),
            targets: (targets, LATER),
            ..Maker::default()
        }
        .files()
    };
    let before = at(5, 5, 5);
    assert_eq!(
        refused(&at(4, 5, 5), Some(&before)),
        ClientError::Rollback {
            file: "timestamp.json".into(),
            before: 5,
            got: 4
        }
    );
    assert_eq!(
        refused(&at(6, 4, 5), Some(&before)),
        ClientError::ListedRollback {
            file: "snapshot.json".into(),
            by: "timestamp.json".into(),
            before: 5,
            got: 4
        }
    );
    assert_eq!(
        refused(&at(6, 6, 4), Some(&before)),
        ClientError::ListedRollback {
            file: "targets.json".into(),
            by: "6.snapshot.json".into(),
            before: 5,
            got: 4
        }
    );
    // the same version with other content
    assert_eq!(
        refused(&at(5, 6, 6), Some(&before)),
        ClientError::SameVersion {
            file: "timestamp.json".into(),
            version: 5
        }
    );
    assert!(visit_again(&at(6, 6, 6), Some(&before)).is_ok());
}

#[test]
fn what_was_listed_stays_listed() {
    let before = Maker {
        alter_snapshot: |snapshot| snapshot["meta"]["gone.json"] = json!({ "version": 3 }),
        ..Maker::default()
    }
    .files();
    let now = Maker {
        snapshot: (2, LATER),
        timestamp: (2, LATER),
        ..Maker::default()
    }
    .files();
    assert_eq!(
        refused(&now, Some(&before)),
        ClientError::Dropped {
            file: "gone.json".into(),
            by: "2.snapshot.json".into(),
            before: 3
        }
    );
}

#[test]
fn files_of_different_times_do_not_mix() {
    let maker = |alter: fn(&mut serde_json::Value)| Maker {
        alter_timestamp: alter,
        ..Maker::default()
    };
    let files = maker(|t| t["meta"]["snapshot.json"]["hashes"]["sha512"] = "0".repeat(128).into());
    let error = refused(&files.files(), None);
    assert!(error.is_wrong_digest(), "{error}");
    let files = maker(|t| t["meta"]["snapshot.json"]["length"] = json!(10));
    assert!(matches!(
        refused(&files.files(), None),
        ClientError::NotAsListed {
            mismatch: MetaMismatch::Length { expected: 10, .. },
            ..
        }
    ));
    let files = maker(|t| t["meta"]["snapshot.json"]["length"] = json!(100_000_000_000_u64));
    assert!(matches!(
        refused(&files.files(), None),
        ClientError::ListedTooLong {
            listed: 100_000_000_000,
            ..
        }
    ));
    let files = maker(|t| t["meta"]["snapshot.json"]["hashes"] = json!({ "md5": "00" }));
    assert!(matches!(
        refused(&files.files(), None),
        ClientError::NotAsListed {
            mismatch: MetaMismatch::Hash(HashError::Unknown(_)),
            ..
        }
    ));
    // no digests: the version inside is what tells
    let mut files = Maker {
        alter_timestamp: |t| t["meta"]["snapshot.json"] = json!({ "version": 2 }),
        ..Maker::default()
    }
    .files();
    let snapshot = files.0["1.snapshot.json"].clone();
    files.0.insert("2.snapshot.json".into(), snapshot);
    assert_eq!(
        refused(&files, None),
        ClientError::MixedVersions {
            file: "2.snapshot.json".into(),
            by: "timestamp.json".into(),
            expected: 2,
            got: 1
        }
    );
    let mut files = Maker {
        alter_snapshot: |s| s["meta"]["targets.json"] = json!({ "version": 7 }),
        ..Maker::default()
    }
    .files();
    let targets = files.0["1.targets.json"].clone();
    files.0.insert("7.targets.json".into(), targets);
    assert!(matches!(
        refused(&files, None),
        ClientError::MixedVersions { file, expected: 7, got: 1, .. } if file == "7.targets.json"
    ));
    let none = Maker {
        alter_snapshot: |s| s["meta"] = json!({}),
        ..Maker::default()
    };
    assert!(matches!(
        refused(&none.files(), None),
        ClientError::NotListed { file, .. } if file == "targets.json"
    ));
}

#[test]
fn what_is_too_long_is_not_read() {
    let mut files = Maker::default().files();
    files.0.insert("timestamp.json".into(), vec![b' '; 16_385]);
    assert_eq!(
        refused(&files, None),
        ClientError::TooLong {
            file: "timestamp.json".into(),
            limit: 16_384
        }
    );
    files.0.insert("2.root.json".into(), vec![b' '; 512_001]);
    assert_eq!(
        refused(&files, None),
        ClientError::TooLong {
            file: "2.root.json".into(),
            limit: 512_000
        }
    );
}

#[test]
fn a_wrong_root_ends_the_chain_with_an_error() {
    let mut files = Maker::default().files();
    files
        .0
        .insert("2.root.json".into(), root(3, true, [2, 3, 4]));
    assert_eq!(
        refused(&files, None),
        ClientError::NotTrusted {
            file: "2.root.json".into(),
            reason: NotTrusted::Version {
                expected: 2,
                got: 3
            }
        }
    );
    files.0.insert("2.root.json".into(), b"{}".to_vec());
    assert!(matches!(
        refused(&files, None),
        ClientError::NotTrusted {
            reason: NotTrusted::Unreadable(_),
            ..
        }
    ));
    files.0.insert("1.root.json".into(), sign(json!({}), &[]));
    assert!(matches!(refused(&files, None), ClientError::Anchor(_)));
    files.0.insert("timestamp.json".into(), b"[]".to_vec());
    files.0.remove("2.root.json");
    files
        .0
        .insert("1.root.json".into(), root(1, true, [2, 3, 4]));
    assert!(matches!(
        refused(&files, None),
        ClientError::Unreadable { .. }
    ));
}

#[test]
fn a_fetcher_that_fails_is_no_empty_repository() {
    struct Broken;
    impl crate::tuf::client::Fetch for Broken {
        fn fetch(&self, _: &str, _: usize) -> Result<Option<Vec<u8>>, String> {
            Err("the stick was pulled\u{1b}".to_owned())
        }
    }
    let anchor = root(1, true, [2, 3, 4]);
    let error = Client::refresh(&anchor, &Broken, NOW, Limits::default(), Earlier::default())
        .err()
        .unwrap();
    assert_eq!(
        error.to_string(),
        "2.root.json could not be fetched: the stick was pulled\\u{1b}"
    );
}

#[test]
fn a_target_is_the_one_that_is_listed() {
    let mut files = Maker::default().files();
    let names: Vec<String> = files
        .0
        .keys()
        .filter(|name| name.split('.').nth(1) == Some("b"))
        .cloned()
        .collect();
    let download = |files: &Files| {
        let mut client = visit(files).unwrap();
        let found = client.find("b").unwrap().unwrap();
        client.download("b", &found.target)
    };
    for (content, length) in [(&b"x"[..], false), (b"bb", true), (b"", true)] {
        for name in &names {
            files.0.insert(name.clone(), content.to_vec());
        }
        let error = download(&files).unwrap_err();
        assert_eq!(error.is_wrong_digest(), !length, "{error}");
        assert!(matches!(error, ClientError::NotAsListed { .. }));
    }
    for name in &names {
        files.0.remove(name);
    }
    assert!(matches!(download(&files), Err(ClientError::Missing { .. })));
}

#[test]
fn a_name_does_not_lead_out_of_the_repository() {
    for name in [
        "../b",
        "/b",
        "a/../../b",
        "a//b",
        "./b",
        "a\\b",
        "a\nb",
        "a/",
        "",
    ] {
        let files = Maker {
            listed: json!({ name: target(b"b") }),
            ..Maker::default()
        }
        .files();
        let mut client = visit(&files).unwrap();
        let found = client.find(name).unwrap().unwrap();
        assert!(
            matches!(
                client.download(name, &found.target),
                Err(ClientError::Name { .. })
            ),
            "{name:?}"
        );
    }
    let files = Maker {
        listed: json!({ "b": { "length": 1, "hashes": { "md5": "00" } } }),
        ..Maker::default()
    }
    .files();
    let mut client = visit(&files).unwrap();
    let found = client.find("b").unwrap().unwrap();
    assert!(matches!(
        client.download("b", &found.target),
        Err(ClientError::NotAsListed {
            mismatch: MetaMismatch::Hash(HashError::Unknown(_)),
            ..
        })
    ));
}
