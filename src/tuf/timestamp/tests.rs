use serde_json::{Value, json};

use super::Timestamp;
use crate::tuf::metadata::Metadata;

fn sample() -> Value {
    json!({
        "_type": "timestamp", "spec_version": "1.0", "version": 9, "expires": "2027-11-23T00:00:00Z",
        "meta": { "snapshot.json": { "version": 3, "length": 7 }, "other.json": { "version": 1 } },
    })
}

fn read(signed: &Value) -> Result<Timestamp, String> {
    let file = json!({ "signed": signed, "signatures": [] }).to_string();
    let file = Metadata::parse(file.into_bytes(), 1 << 20).unwrap();
    Timestamp::read(&file).map_err(|error| error.to_string())
}

#[test]
fn a_timestamp_names_one_snapshot() {
    let timestamp = read(&sample()).unwrap();
    assert_eq!(timestamp.header.version, 9);
    assert_eq!(
        (timestamp.snapshot.version, timestamp.snapshot.length),
        (3, Some(7))
    );
    assert_eq!(timestamp.unknown.names, ["meta.other.json"]);
    let mut without = sample();
    without["meta"]
        .as_object_mut()
        .unwrap()
        .remove("snapshot.json");
    assert_eq!(
        read(&without).unwrap_err(),
        "`meta.snapshot.json` is absent"
    );
}
