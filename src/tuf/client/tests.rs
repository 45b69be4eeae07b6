mod delegated;
mod refused;
mod repository;

use proptest::prelude::*;

use super::{Client, ClientError, Earlier, Layout, Limits};
use crate::tuf::root::Role;
use crate::tuf::testing::{NOW, data};
use repository::{Files, Maker, PAST, pair, refused, root, visit, visit_again};

#[test]
fn a_good_repository_of_either_layout_is_accepted() {
    for consistent in [true, false] {
        let files = Maker {
            consistent,
            ..Maker::default()
        }
        .files();
        let mut client = visit(&files).unwrap();
        let standings = client.trust().standings();
        assert_eq!(standings[0].role, Role::Root);
        assert!(
            standings
                .iter()
                .all(|role| role.version == 1 && role.tally.met())
        );
        assert_eq!(standings[0].tally.count(), 2);
        assert_eq!(
            client.layout(),
            if consistent {
                Layout::Consistent
            } else {
                Layout::Plain
            }
        );
        for (path, content) in [("dir/a.txt", b"a"), ("b", b"b")] {
            let found = client.find(path).unwrap().unwrap();
            assert_eq!(found.role, "targets");
            assert_eq!(client.download(path, &found.target).unwrap(), content);
            assert_eq!(
                client.layout().target(path, &found.target).unwrap().len(),
                if consistent { 2 } else { 1 }
            );
        }
        assert_eq!(client.find("nothing").unwrap(), None);
        assert!(client.delegated().unwrap().is_empty());
    }
}

#[test]
fn every_root_after_the_first_is_followed() {
    let mut files = Maker::default().files();
    for version in 2..=4 {
        files.0.insert(
            format!("{version}.root.json"),
            root(version, true, [2, 3, 4]),
        );
    }
    let client = visit(&files).unwrap();
    let versions: Vec<_> = client
        .trust()
        .chain
        .iter()
        .map(|link| link.version)
        .collect();
    assert_eq!(versions, [1, 2, 3, 4]);
    assert_eq!(client.trust().root.get().version, 4);
    // the roots alone, though nothing else is there
    let mut roots = files.clone();
    roots.0.retain(|name, _| name.ends_with("root.json"));
    let first = &files.0["1.root.json"];
    let (last, chain) = super::follow_roots(first, &roots, Limits::default()).unwrap();
    assert_eq!((last.get().version, chain.len()), (4, 4));
    roots.0.insert("4.root.json".into(), first.clone());
    assert!(matches!(
        super::follow_roots(first, &roots, Limits::default()),
        Err(ClientError::NotTrusted { file, .. }) if file == "4.root.json"
    ));
    // from any of them
    let client = Client::refresh(
        &files.0["3.root.json"],
        &files,
        NOW,
        Limits::default(),
        Earlier::default(),
    )
    .unwrap();
    assert_eq!(client.trust().chain.len(), 2);
}

#[test]
fn roots_without_end_are_not_followed() {
    let mut files = Maker::default().files();
    for version in 2..=5 {
        files.0.insert(
            format!("{version}.root.json"),
            root(version, true, [2, 3, 4]),
        );
    }
    let within = |roots| {
        let limits = Limits {
            roots,
            ..Limits::default()
        };
        Client::refresh(
            &files.0["1.root.json"],
            &files,
            NOW,
            limits,
            Earlier::default(),
        )
        .map(|client| client.trust().root.get().version)
    };
    assert_eq!(within(4), Ok(5));
    assert_eq!(
        within(3),
        Err(ClientError::TooManyRoots {
            first: 1,
            version: 4,
            limit: 3
        })
    );
}

#[test]
fn new_keys_make_earlier_versions_forgotten() {
    // somebody with the timestamp key raised its version as far as it goes
    let raised = Maker {
        timestamp: (u64::MAX, repository::LATER),
        ..Maker::default()
    }
    .files();
    let mut files = Maker::default().files();
    assert!(matches!(
        refused(&files, Some(&raised)),
        ClientError::Rollback {
            before: u64::MAX,
            got: 1,
            ..
        }
    ));
    files
        .0
        .insert("2.root.json".into(), root(2, true, [2, 3, 5]));
    let renewed = Maker {
        signers: [vec![pair(2)], vec![pair(3)], vec![pair(5)]],
        ..Maker::default()
    }
    .files();
    let timestamp = renewed.0["timestamp.json"].clone();
    files.0.insert("timestamp.json".into(), timestamp);
    let client = visit_again(&files, Some(&raised)).unwrap();
    assert_eq!(
        client.trust().forgotten,
        [
            "earlier timestamp.json is not to be trusted: the metadata of role timestamp is signed by 0 of the 1 keys needed from those that the root gives it"
        ]
    );
}

#[test]
fn a_second_visit_to_the_same_repository_is_accepted() {
    let files = Maker::default().files();
    assert!(visit_again(&files, Some(&files)).is_ok());
    let next = Maker {
        targets: (2, repository::LATER),
        snapshot: (2, repository::LATER),
        timestamp: (2, repository::LATER),
        ..Maker::default()
    }
    .files();
    assert!(visit_again(&next, Some(&files)).is_ok());
    // what was seen before may have expired since
    let expired = Maker {
        timestamp: (1, PAST),
        ..Maker::default()
    }
    .files();
    assert!(visit_again(&next, Some(&expired)).is_ok());
}

/// Production roots of Sigstore, as far as they are there: the chain goes through, and what comes
/// after it is missing.
#[test]
fn the_roots_of_sigstore_are_followed_from_the_first() {
    let mut files = Files::default();
    for version in 1..=10 {
        let Some(bytes) = data(&format!("sigstore/root-history/{version}.root.json")) else {
            return;
        };
        files.0.insert(format!("{version}.root.json"), bytes);
    }
    let now = time::macros::datetime!(2024-12-01 00:00:00 UTC);
    let visit = |now| {
        Client::refresh(
            &files.0["1.root.json"],
            &files,
            now,
            Limits::default(),
            Earlier::default(),
        )
        .err()
        .unwrap()
    };
    assert_eq!(
        visit(now),
        ClientError::Missing {
            file: "timestamp.json".into()
        }
    );
    // and on the day of these tests the last of them is long expired
    assert!(
        matches!(visit(NOW), ClientError::Expired { file, version: 10, .. } if file == "10.root.json")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever byte of whatever file is changed: the repository is refused, or all that was signed
    /// is the same.
    #[test]
    fn no_changed_byte_is_accepted(file: prop::sample::Index, at: prop::sample::Index, byte: u8) {
        let mut files = Maker::default().files();
        let good = visit(&files).unwrap().trust().standings().map(|role| role.payload);
        let names: Vec<String> = files.0.keys().filter(|name| name.contains(".json")).cloned().collect();
        let name = file.get(&names);
        let bytes = files.0.get_mut(name).unwrap();
        let at = at.index(bytes.len());
        let changed = bytes[at] != byte;
        bytes[at] = byte;
        match visit(&files) {
            Ok(client) => {
                let now = client.trust().standings().map(|role| role.payload);
                prop_assert_eq!(now, good);
                // what is listed with a digest has every byte as it was
                let listed = name.contains("snapshot") || name.contains("targets");
                prop_assert!(!(changed && listed));
            }
            Err(error) => prop_assert!(changed, "{}", error),
        }
    }
}
