//! Removing and delegating, and what stays.

use super::super::{change, *};
use serde_json::json;

use super::{Here, SOON, counts, in_place, manner, signer};
use crate::tuf::delegations::After;
use crate::tuf::metadata::Metadata;
use crate::tuf::testing::Pair;

#[test]
fn targets_are_taken_off_the_list() {
    let here = Here::new();
    for path in ["a", "dir/b", "dir/c", "dir-d"] {
        here.put(path, path.as_bytes());
    }
    here.add_all();
    let remove = |which: &Which| change::remove(&here.place, "targets", which, SOON, &mut signer());
    let named =
        |paths: &[&str]| Which::Paths(paths.iter().map(|path| (*path).to_owned()).collect());
    let error = remove(&named(&["a", "absent"])).unwrap_err();
    assert!(error.to_string().contains("lists no absent"), "{error}");
    assert_eq!(here.listed("targets").targets.len(), 4);
    let removed = remove(&named(&["dir/", "dir/b"])).unwrap();
    assert_eq!(
        (removed.version, removed.paths),
        (1, vec!["dir/b".to_owned(), "dir/c".to_owned()])
    );
    assert!(removed.notices[0].contains("2 of these files still stand"));
    let removed = remove(&Which::All).unwrap();
    assert_eq!(removed.paths, ["a", "dir-d"]);
    assert_eq!(here.listed("targets").targets.len(), 0);
}

fn builds(pair: &Pair, paths: &[&str]) -> DelegationChange {
    DelegationChange::Set(Delegation {
        name: "builds".to_owned(),
        keys: vec![pair.public().to_tuf()],
        threshold: 1,
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        after: After::GoOn,
    })
}

#[test]
fn a_delegated_role_is_made_and_found_by_clients_and_taken_back() {
    let here = Here::new();
    here.put("a", b"one");
    here.add_all();
    let error = here
        .add_so(&[in_place("a")], &manner("builds"))
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("nothing is delegated to role builds"),
        "{error}"
    );
    let change = |change: &DelegationChange| {
        change::delegate(&here.place, "targets", change, SOON, &mut signer())
    };
    let one = Pair::golden(1);
    let delegated = change(&builds(&one, &["builds/*"])).unwrap();
    assert_eq!(delegated.keyids, [one.public().key_id()]);
    assert!(delegated.notices[0].contains("has no metadata yet"));
    here.put("builds/b", b"two");
    let added = here
        .add_so(&[in_place("builds/b")], &manner("builds"))
        .unwrap();
    assert_eq!((added.version, added.signed), (1, 1));
    here.publish(1);
    assert_eq!(here.find("a").unwrap().length, 3);
    assert_eq!(here.find("builds/b").unwrap().length, 3);
    assert_eq!(here.find("builds/c"), None);
    // and on from what is published
    let removed = change::remove(&here.place, "builds", &Which::All, SOON, &mut signer());
    assert_eq!(removed.unwrap().version, 2);

    // another key: what is staged is not signed by it
    let delegated = change(&builds(&Pair::ed25519(), &[])).unwrap();
    assert!(delegated.notices[0].contains("is not signed by enough of these keys"));
    assert_eq!(delegated.version, 2);
    let back = DelegationChange::Remove("builds".to_owned());
    assert_eq!(change(&back).unwrap().keyids, []);
    let error = change(&back).unwrap_err();
    assert!(
        error.to_string().contains("nothing is delegated to builds"),
        "{error}"
    );
}

#[test]
fn members_and_targets_of_the_metadata_before_stay() {
    let here = Here::new();
    let before = json!({"signatures": [], "signed": {
        "_type": "targets", "spec_version": "1.0", "version": 7, "expires": "2020-01-01T00:00:00Z",
        "x-note": {"kept": true},
        "targets": {"old": {"length": 1, "x-more": 1, "hashes": {"sha256": crate::digest::Sha256::of(b"o").hex()}}},
    }});
    here.place
        .stage("targets", before.to_string().as_bytes())
        .unwrap();
    here.put("new", b"n");
    let added = here.add_all();
    assert_eq!((added.version, counts(&added)), (7, (1, 0, 0)));
    let staged = here.place.staged_role("targets").unwrap().unwrap().file;
    assert_eq!(staged.signed_member("x-note").unwrap(), br#"{"kept":true}"#);
    let listed = here.listed("targets").targets;
    assert_eq!(listed["old"].extra.len(), 1);
    assert!(listed.contains_key("new"));
    assert!(Metadata::parse(staged.bytes().to_vec(), 10_000).is_ok());
}
