//! What is written is what clients read.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use time::macros::datetime;

use super::*;
use crate::digest::Sha256;
use crate::tuf::delegations::After;
use crate::tuf::hashes::{Hashes, Sha512};
use crate::tuf::repository::file;
use crate::tuf::testing::Pair;

const EXPIRES: OffsetDateTime = datetime!(2027-11-23 00:00:00 UTC);

fn target(content: &[u8]) -> Target {
    Target {
        length: content.len() as u64,
        hashes: Hashes {
            sha256: Some(Sha256::of(content)),
            ..Hashes::default()
        },
        custom: None,
        extra: Vec::new(),
    }
}

/// The law: it is its own canonical form, and reads back as it was.
fn read_back(draft: &TargetsDraft) -> Metadata {
    let signed = draft.signed(7, EXPIRES).unwrap();
    let written = Metadata::parse(file(&signed, &[]), 1_000_000).unwrap();
    assert_eq!(written.payload(), signed);
    let again = TargetsDraft::after(&written).unwrap();
    assert_eq!(again.signed(7, EXPIRES).unwrap(), signed);
    assert_eq!(again.targets.len(), draft.targets.len());
    assert_eq!(again.delegations, draft.delegations);
    written
}

fn builds(paths: &[&str], keys: &[&Pair]) -> Delegation {
    Delegation {
        name: "builds".to_owned(),
        keys: keys.iter().map(|key| key.public().to_tuf()).collect(),
        threshold: 1,
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        after: After::Stop,
    }
}

#[test]
fn an_empty_list_and_a_full_one_are_canonical() {
    let mut draft = TargetsDraft::default();
    read_back(&draft);
    for (path, content) in [("b/ü \"1\"", "x"), ("a", "y"), ("b/z", ""), ("b-", "w")] {
        let before = draft.list(path.to_owned(), target(content.as_bytes()));
        assert_eq!(before, Ok(Before::Absent));
    }
    let mut both = target(b"both");
    both.hashes.sha512 = Some(Box::new(Sha512::of(b"both")));
    let said = json!({"z": [1, {"b": "\n", "a": null}], "a": "é\u{1}"});
    both.custom = Some(custom(said.as_object().unwrap()).unwrap());
    assert_eq!(
        draft.list("both".to_owned(), both.clone()),
        Ok(Before::Absent)
    );
    assert_eq!(draft.list("both".to_owned(), both), Ok(Before::Same));
    assert_eq!(
        draft.list("a".to_owned(), target(b"new")),
        Ok(Before::Other)
    );
    let written = read_back(&draft);
    let read = Targets::read(&written).unwrap();
    assert_eq!(read.header.version, 7);
    assert_eq!(read.targets["a"], target(b"new"));
    let kept: Value = serde_json::from_str(read.targets["both"].custom.as_ref().unwrap()).unwrap();
    assert_eq!(kept, said);
    assert!(draft.unlist("both").is_some() && draft.unlist("both").is_none());
}

#[test]
fn members_that_are_not_known_stay() {
    let text = json!({ "signatures": [], "signed": {
        "_type": "targets", "spec_version": "1.0", "version": 3, "expires": "2020-01-01T00:00:00Z",
        "x-top": {"b": 1, "a": [true, "\n"]}, "aaa": 5,
        "delegations": {"keys": {}, "roles": [], "x-note": "kept"},
        "targets": {"old": {
            "length": 1, "x-more": {"q": 1}, "a-first": 2, "custom": {"k": "v"},
            "hashes": {"blake2": "ab", "sha256": Sha256::of(b"o").hex()},
        }},
    }});
    let before = Metadata::parse(text.to_string().into_bytes(), 10_000).unwrap();
    let mut draft = TargetsDraft::after(&before).unwrap();
    let written = read_back(&draft);
    let (old, new): (Value, Value) = (
        serde_json::from_str(before.signed_text()).unwrap(),
        serde_json::from_str(written.signed_text()).unwrap(),
    );
    for member in ["x-top", "aaa", "delegations", "targets"] {
        assert_eq!(old[member], new[member], "{member}");
    }
    // and what is not known of a target stays where the target changes
    draft.list("old".to_owned(), target(b"n")).unwrap();
    let read = Targets::read(&read_back(&draft)).unwrap();
    assert_eq!(read.targets["old"].extra.len(), 2);
    assert_eq!(read.targets["old"].custom, None);
}

#[test]
fn paths_that_a_client_or_host_cannot_have_are_refused() {
    let long = "n".repeat(127);
    for (name, error) in [
        ("", PathError::Unsound),
        ("/a", PathError::Unsound),
        ("a/../b", PathError::Unsound),
        ("./a", PathError::Unsound),
        ("a//b", PathError::Unsound),
        ("a\\b", PathError::Unsound),
        ("a\nb", PathError::Unsound),
        ("a\u{7f}", PathError::Unsound),
        (&long, PathError::Long),
        ("e\u{301}", PathError::NotNormal),
    ] {
        assert_eq!(path(name), Err(error), "{name:?}");
    }
    assert_eq!(path(&"a/".repeat(100)[..199]), Ok(()));
    assert_eq!(
        path(&format!("{}a", "a/".repeat(100))),
        Err(PathError::Deep)
    );
    let mut draft = TargetsDraft::default();
    draft.list("dir/name".to_owned(), target(b"x")).unwrap();
    let mut refused = |path: &str| draft.list(path.to_owned(), target(b"x")).unwrap_err();
    assert!(matches!(refused("dir"), PathError::Directory(_)));
    assert!(matches!(refused("dir/name/x"), PathError::Directory(_)));
    let copy = format!("dir/{}.name", Sha256::of(b"x").hex());
    assert!(matches!(refused(&copy), PathError::Prefixed(_)));
    // a name that is a digest is no copy of anything
    let blob = format!("dir/{}.tar.gz", Sha256::of(b"x").hex());
    assert_eq!(draft.list(blob, target(b"x")), Ok(Before::Absent));
}

#[test]
fn what_some_client_cannot_verify_is_not_said() {
    for wrong in [
        json!({}),
        json!({"n": 9_007_199_254_740_992_u64}),
        json!({"n": 0.5}),
    ] {
        assert!(custom(wrong.as_object().unwrap()).is_err(), "{wrong}");
    }
    let largest = json!({"n": 9_007_199_254_740_991_u64});
    assert!(custom(largest.as_object().unwrap()).is_ok());
    assert!(custom(&Map::new()).is_err());
}

#[test]
fn delegations_are_made_changed_and_taken_back() {
    let (first, second) = (Pair::golden(0), Pair::ed25519());
    let mut draft = TargetsDraft::default();
    draft.delegate(&builds(&["builds/*"], &[&first])).unwrap();
    // a key in PEM has line breaks, which the file must escape
    let written = read_back(&draft);
    let read = Targets::read(&written).unwrap().delegations.unwrap();
    let role = read.role("builds").unwrap();
    assert_eq!(role.keys.keyids, [first.public().key_id()]);
    assert_eq!(role.after, After::Stop);

    // other keys; the paths stay
    draft.delegate(&builds(&[], &[&second])).unwrap();
    let read = draft.delegations().unwrap().unwrap();
    assert_eq!(
        read.keys.keys().collect::<Vec<_>>(),
        [&second.public().key_id()]
    );
    assert!(read.role("builds").unwrap().paths.contain("builds/x"));
    // other paths; the keys stay
    draft.delegate(&builds(&["b/*"], &[])).unwrap();
    let read = draft.delegations().unwrap().unwrap();
    assert_eq!(read.role("builds").unwrap().keys.keyids.len(), 1);
    assert!(!read.role("builds").unwrap().paths.contain("builds/x"));

    let refused =
        |draft: &mut TargetsDraft, change: Delegation| draft.delegate(&change).unwrap_err();
    let twice = builds(&["b"], &[&first, &first]);
    assert!(matches!(
        refused(&mut draft, twice),
        DelegationError::Twice { .. }
    ));
    let mut none = builds(&["b"], &[&first]);
    none.threshold = 0;
    assert!(matches!(
        refused(&mut draft, none.clone()),
        DelegationError::Threshold { .. }
    ));
    none.threshold = 2;
    assert!(matches!(
        refused(&mut draft, none),
        DelegationError::Threshold { .. }
    ));
    for name in ["", "targets", "a/b", ".a", "1.root", "a.tokens", "a\n"] {
        let mut named = builds(&["b"], &[&first]);
        name.clone_into(&mut named.name);
        assert!(
            matches!(refused(&mut draft, named), DelegationError::Name(..)),
            "{name}"
        );
    }
    let mut new = builds(&[], &[&first]);
    new.name = "new".to_owned();
    assert!(matches!(
        refused(&mut draft, new),
        DelegationError::NoPath(_)
    ));
    assert!(matches!(
        refused(&mut draft, builds(&["/abs"], &[&first])),
        DelegationError::Pattern(_)
    ));

    draft.undelegate("builds").unwrap();
    assert_eq!(
        draft.undelegate("builds"),
        Err(DelegationError::Absent("builds".to_owned()))
    );
    let read = draft.delegations().unwrap().unwrap();
    assert_eq!((read.roles.len(), read.keys), (0, BTreeMap::new()));
}
