use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Targets, targets_changes};
use crate::digest::Sha256;
use crate::tuf::delegations::After;
use crate::tuf::key::Holders;
use crate::tuf::metadata::Metadata;
use crate::tuf::testing::Pair;

fn sample() -> Value {
    let key = Pair::golden(0).public();
    let (id, digest) = (key.key_id().hex(), Sha256::of(b"").hex());
    json!({
        "_type": "targets", "spec_version": "1.0.34", "version": 3, "expires": "2027-11-23T00:00:00Z",
        "targets": {
            "a": { "length": 0, "hashes": { "sha256": digest } },
            "b/é\n": { "length": 5, "hashes": { "sha256": digest, "blake2b": "x" }, "custom": { "k": [1] }, "x-t": 7 },
        },
        "delegations": {
            "keys": { &id: key.to_tuf() },
            "roles": [
                { "name": "one", "keyids": [id], "threshold": 1, "terminating": false, "paths": ["*"] },
                { "name": "two", "keyids": [id], "threshold": 1, "terminating": false, "paths": ["*"] },
            ],
        },
        "x-top": { "y": 1 },
    })
}

fn read(signed: &Value) -> Result<Targets, String> {
    let file = json!({ "signed": signed, "signatures": [] }).to_string();
    let file = Metadata::parse(file.into_bytes(), 1 << 20).unwrap();
    Targets::read(&file).map_err(|error| error.to_string())
}

#[test]
fn targets_are_read_with_all_they_say() {
    let read = read(&sample()).unwrap();
    assert_eq!(read.header.version, 3);
    assert_eq!(read.targets.len(), 2);
    let b = &read.targets["b/é\n"];
    assert_eq!(b.length, 5);
    assert_eq!(b.hashes.other, [("blake2b".to_owned(), "x".to_owned())]);
    assert_eq!(b.custom.as_deref(), Some("{\"k\":[1]}"));
    assert_eq!(b.extra, [("x-t".to_owned(), "7".into())]);
    assert_eq!(&*read.extra["x-top"], "{\"y\":1}");
    let mut unknown = read.unknown.names.clone();
    unknown.sort();
    assert_eq!(unknown, ["targets.b/é\\n.x-t", "x-top"]);
    assert_eq!(read.delegations.unwrap().roles.len(), 2);
}

#[test]
fn names_of_unknown_members_are_kept_up_to_a_limit() {
    let mut signed = sample();
    for at in 0..150 {
        signed[format!("x-{at}")] = json!(at);
    }
    let read = read(&signed).unwrap();
    assert_eq!((read.unknown.names.len(), read.unknown.more), (100, 52));
    assert_eq!(read.extra.len(), 151);
}

#[test]
fn what_are_not_targets_is_refused() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut signed = sample();
        change(&mut signed);
        read(&signed).unwrap_err()
    };
    assert_eq!(
        refused(&|t| t["_type"] = "root".into()),
        "`_type` is root, expected targets"
    );
    assert_eq!(
        refused(&|t| drop(t.as_object_mut().unwrap().remove("targets"))),
        "`targets` is absent"
    );
    assert_eq!(
        refused(&|t| t["targets"] = json!([])),
        "`targets` must be an object"
    );
    assert_eq!(
        refused(&|t| t["targets"]["a"] = json!(7)),
        "`targets.a` must be an object"
    );
    assert_eq!(
        refused(&|t| t["targets"]["a"]["length"] = json!("7")),
        "`targets.a.length` must be a whole number"
    );
    assert_eq!(
        refused(&|t| t["targets"]["a"]["length"] = json!(-7)),
        "`targets.a.length` must be a whole number"
    );
    assert_eq!(
        refused(&|t| drop(t["targets"]["a"].as_object_mut().unwrap().remove("length"))),
        "`targets.a.length` is absent"
    );
    assert_eq!(
        refused(&|t| drop(
            t["targets"]["b/é\n"]
                .as_object_mut()
                .unwrap()
                .remove("hashes")
        )),
        "`targets.b/é\\n.hashes` is absent"
    );
    assert_eq!(
        refused(&|t| t["targets"]["a"]["hashes"] = json!({})),
        "`targets.a.hashes` must be digests, at least one"
    );
    assert_eq!(
        refused(&|t| t["targets"]["a"]["hashes"]["sha256"] = json!(1)),
        "`targets.a.hashes` must be an object of text"
    );
    assert_eq!(
        refused(&|t| t["targets"]["a"]["hashes"]["sha512"] = json!("ab")),
        "`targets.a.hashes.sha512` must be 128 lower-case hex digits"
    );
    assert_eq!(
        refused(&|t| t["targets"]["a"]["custom"] = json!("no")),
        "`targets.a.custom` must be an object"
    );
    assert_eq!(
        refused(&|t| t["delegations"] = Value::Null),
        "`delegations` must be an object"
    );
    assert_eq!(
        refused(&|t| t["version"] = json!(0)),
        "`version` must be a whole number from 1"
    );
}

#[test]
fn a_first_file_is_all_new() {
    let new = read(&sample()).unwrap();
    let changes = targets_changes(None, &new, &Holders::new(), 1);
    assert_eq!(changes.version, (None, 3));
    assert_eq!((changes.added.total, changes.added.shown.len()), (2, 1));
    assert_eq!(changes.delegations.added.total, 2);
    assert_eq!(changes.extra, ["x-top"]);
    let same = targets_changes(Some(&new), &new, &Holders::new(), 10);
    assert!(same.added.is_empty() && same.removed.is_empty() && same.changed.is_empty());
    assert!(same.delegations.is_empty() && same.extra.is_empty());
    assert_eq!(same.same, 2);
}

#[test]
fn every_change_is_named() {
    let old = read(&sample()).unwrap();
    let other = Pair::golden(1).public();
    let mut signed = sample();
    signed["version"] = json!(4);
    signed["expires"] = json!("2028-01-01T00:00:00Z");
    signed["x-top"] = json!({ "y": 2 });
    let targets = signed["targets"].as_object_mut().unwrap();
    targets.remove("a");
    targets.insert(
        "c".into(),
        json!({ "length": 1, "hashes": { "sha256": Sha256::of(b"c").hex() } }),
    );
    targets["b/é\n"]["custom"]["k"] = json!([2]);
    let delegations = &mut signed["delegations"];
    delegations["keys"][other.key_id().hex()] = other.to_tuf();
    delegations["roles"][1]["keyids"] = json!([other.key_id().hex()]);
    delegations["roles"][1]["terminating"] = json!(true);
    delegations["roles"].as_array_mut().unwrap().reverse();
    let new = read(&signed).unwrap();
    let holders: Holders = BTreeMap::from([(other.fingerprint(), "Bea".to_owned())]);
    let changes = targets_changes(Some(&old), &new, &holders, 10);
    assert_eq!(changes.version, (Some(3), 4));
    assert_eq!(changes.expires.1, "2028-01-01T00:00:00Z");
    assert_eq!(changes.spec_version, None);
    assert_eq!(changes.added.shown[0].0, "c");
    assert_eq!(changes.removed.shown[0].0, "a");
    let b = &changes.changed.shown[0];
    assert_eq!(
        (b.path.as_str(), b.content, b.custom, b.extra),
        ("b/é\n", false, true, false)
    );
    assert_eq!(changes.extra, ["x-top"]);
    let roles = &changes.delegations;
    assert_eq!(roles.changed.total, 1);
    let role = &roles.changed.shown[0];
    assert_eq!((role.old.after, role.new.after), (After::GoOn, After::Stop));
    assert_eq!((role.old.place, role.new.place), (1, 0));
    assert_eq!(role.keys_added[0].holder.as_deref(), Some("Bea"));
    assert_eq!(role.keys_removed[0].holder, None);
    assert_eq!(
        roles.order,
        Some((
            vec!["one".into(), "two".into()],
            vec!["two".into(), "one".into()]
        ))
    );
}

#[test]
fn another_spelling_is_no_change() {
    let old = read(&sample()).unwrap();
    let mut new = old.clone();
    new.targets.get_mut("b/é\n").unwrap().custom = Some("{ \"k\": [ 1 ] }".into());
    let changes = targets_changes(Some(&old), &new, &Holders::new(), 10);
    assert!(changes.changed.is_empty());
    assert_eq!(changes.same, 2);
}
