//! A root in the making, and what is written.

use std::collections::BTreeMap;

use serde_json::{Map, json};
use time::macros::datetime;

use super::*;
use crate::tuf::metadata::Metadata;
use crate::tuf::snapshot::Snapshot;
use crate::tuf::testing::{NOW, Pair};
use crate::tuf::timestamp::Timestamp;

#[test]
fn a_draft_becomes_a_root_key_by_key() {
    let mut draft = RootDraft::new(true, NOW).unwrap();
    assert_eq!(draft.missing().len(), 4);
    assert!(Root::parse(draft.signed()).is_err());
    let key = Pair::golden(0).public();
    for role in Role::ALL {
        draft.add_key(role, &key.to_tuf()).unwrap();
    }
    let other = Pair::golden(1).public();
    let keyid = draft.add_key(Role::Root, &other.to_tuf()).unwrap();
    draft.set_threshold(Role::Root, 2).unwrap();
    draft
        .set_expires(datetime!(2027-11-23 00:00:00 UTC))
        .unwrap();
    assert_eq!(draft.missing(), Vec::<String>::new());
    let root = Root::parse(draft.signed()).unwrap();
    assert_eq!((root.version, root.keys.len()), (1, 2));
    assert_eq!(Signers::of(&root, Role::Root), draft.signers(Role::Root));

    let mut next = RootDraft::after(&root).unwrap();
    assert_eq!(next.version(), 2);
    next.remove_key(Role::Root, keyid).unwrap();
    assert_eq!(
        next.missing(),
        ["role root has 1 keys and a threshold of 2"]
    );
    assert_eq!(next.signed()["keys"].as_object().unwrap().len(), 1);
}

#[test]
fn what_would_brick_a_root_is_refused() {
    let mut draft = RootDraft::new(false, NOW).unwrap();
    let key = Pair::golden(0).public();
    let keyid = draft.add_key(Role::Root, &key.to_tuf()).unwrap();
    for threshold in [0, 2] {
        let refused = draft.set_threshold(Role::Root, threshold);
        assert!(matches!(refused, Err(DraftError::Threshold { .. })));
    }
    // the same key under another id counts twice in some clients
    let mut again = key.to_tuf();
    again["keyid_hash_algorithms"] = json!(["sha256", "sha512"]);
    let refused = draft.add_key(Role::Root, &again);
    assert_eq!(
        refused,
        Err(DraftError::There {
            role: Role::Root,
            keyid
        })
    );
    let refused = draft.remove_key(Role::Targets, keyid);
    assert_eq!(
        refused,
        Err(DraftError::NotThere {
            role: Role::Targets,
            keyid
        })
    );
    assert!(
        draft
            .set_expires(datetime!(2027-11-23 00:00:00.5 UTC))
            .is_err()
    );
    assert!(RootDraft::read(json!({"_type": "root", "version": 1})).is_err());
}

#[test]
fn snapshot_and_timestamp_are_read_as_they_were_written() {
    let expires = datetime!(2027-11-23 00:00:00 UTC);
    let meta = BTreeMap::from([("targets.json".to_owned(), meta_file(3, b"targets"))]);
    let extra = Map::from_iter([("x-kept".to_owned(), json!("yes"))]);
    let signed = snapshot(7, expires, &meta, &extra).unwrap();
    let written = Metadata::parse(file(&signed, &[]), 10_000).unwrap();
    assert_eq!(written.payload(), signed);
    assert_eq!(written.signed_text().as_bytes(), signed);
    let read = Snapshot::read(&written).unwrap();
    assert_eq!((read.header.version, &read.meta), (7, &meta));
    assert_eq!(written.signed_member("x-kept").unwrap(), b"\"yes\"");

    let signed = timestamp(8, expires, &meta_file(7, written.bytes()), &Map::new()).unwrap();
    let written = Metadata::parse(file(&signed, &[]), 10_000).unwrap();
    let read = Timestamp::read(&written).unwrap();
    assert_eq!(
        read.snapshot,
        meta_file(7, &file(&snapshot(7, expires, &meta, &extra).unwrap(), &[]))
    );
}
