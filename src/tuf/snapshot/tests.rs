use serde_json::{Value, json};

use super::Snapshot;
use crate::tuf::metadata::Metadata;

fn sample() -> Value {
    json!({
        "_type": "snapshot", "spec_version": "1.0", "version": 2, "expires": "2027-11-23T00:00:00.5+01:00",
        "meta": {
            "targets.json": { "version": 1 },
            "a.json": { "version": 4, "length": 0, "hashes": { "sha256": "0".repeat(64) }, "x-m": 1 },
        },
        "x-top": true,
    })
}

fn read(signed: &Value) -> Result<Snapshot, String> {
    let file = json!({ "signed": signed, "signatures": [] }).to_string();
    let file = Metadata::parse(file.into_bytes(), 1 << 20).unwrap();
    Snapshot::read(&file).map_err(|error| error.to_string())
}

#[test]
fn a_snapshot_is_read_with_all_it_says() {
    let read = read(&sample()).unwrap();
    assert_eq!(read.header.version, 2);
    assert_eq!(read.header.expires_text, "2027-11-23T00:00:00.5+01:00");
    let a = &read.meta["a.json"];
    assert_eq!((a.version, a.length), (4, Some(0)));
    assert!(a.hashes.as_ref().unwrap().sha256.is_some());
    let targets = &read.meta["targets.json"];
    assert_eq!((targets.length, &targets.hashes), (None, &None));
    assert_eq!(read.unknown.names, ["x-top", "meta.a.json.x-m"]);
}

#[test]
fn what_is_not_a_snapshot_is_refused() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut signed = sample();
        change(&mut signed);
        read(&signed).unwrap_err()
    };
    assert_eq!(
        refused(&|s| s["meta"] = json!([])),
        "`meta` must be an object"
    );
    assert_eq!(
        refused(&|s| s["meta"]["a.json"]["version"] = json!(0)),
        "`meta.a.json.version` must be a whole number from 1"
    );
    assert_eq!(
        refused(&|s| s["meta"]["a.json"]["length"] = json!(-1)),
        "`meta.a.json.length` must be a whole number"
    );
    assert_eq!(
        refused(&|s| s["meta"]["a.json"]["hashes"] = json!({})),
        "`meta.a.json.hashes` must be digests, at least one"
    );
    assert_eq!(
        refused(&|s| s["meta"]["a.json"]["hashes"]["sha256"] = json!(7)),
        "`meta.a.json.hashes.sha256` must be text"
    );
    assert_eq!(
        refused(&|s| s["_type"] = json!("timestamp")),
        "`_type` is timestamp, expected snapshot"
    );
}
